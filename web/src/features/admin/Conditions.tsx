// Conditions over facts as a sentence of selects: "risk is at least high and tags are any of SOX, PCI".
import type { RuleCondition, Vocabulary } from '../../api/types';
import { Button, IconButton } from '../../ui/kit';

const isWord: Record<string, string> = { is: 'is', is_not: 'is not', at_least: 'is at least', at_most: 'is at most', any_of: 'is any of', none_of: 'is none of' };
const listed = (condition: RuleCondition) => condition.is === 'any_of' || condition.is === 'none_of';

export function conditionWords(condition: RuleCondition): string {
  const value = Array.isArray(condition.value) ? condition.value.join(', ') : condition.value === true ? 'yes' : condition.value === false ? 'no' : String(condition.value);
  return `${condition.fact.replaceAll('_', ' ')} ${isWord[condition.is] ?? condition.is} ${value}`;
}

type Fact = NonNullable<Vocabulary['facts']>[number];
function start(fact: Fact): RuleCondition {
  const is = (fact.is ?? ['is'])[0]!;
  return { fact: fact.name, is, value: fact.sort === 'bool' ? true : fact.sort === 'number' ? 1 : fact.sort === 'scale' ? (fact.steps ?? ['low'])[0] : is === 'any_of' ? ['SOX'] : 'normal' };
}

export function Conditions({ when, words, onChange }: { when: RuleCondition[]; words: Vocabulary; onChange: (when: RuleCondition[]) => void }) {
  const facts = words.facts ?? [];
  const set = (index: number, condition: RuleCondition) => onChange(when.map((one, i) => (i === index ? condition : one)));
  return (
    <section className="stack" aria-label="Conditions"><h4>When all of these hold</h4>
      {when.map((condition, index) => {
        const fact = facts.find((one) => one.name === condition.fact);
        const label = `Condition ${index + 1}`;
        return (
          <div key={index} className="row wraps condition-row">
            <select className="input" aria-label={`${label}: fact`} value={condition.fact} onChange={(event) => set(index, start(facts.find((one) => one.name === event.target.value)!))}>{facts.map((one) => <option key={one.name} value={one.name}>{one.label}</option>)}</select>
            <select className="input" aria-label={`${label}: comparison`} value={condition.is} onChange={(event) => { const is = event.target.value; const many = is === 'any_of' || is === 'none_of'; set(index, { ...condition, is, value: many === listed(condition) ? condition.value : many ? [String(condition.value)] : (condition.value as string[])[0] ?? '' }); }}>{(fact?.is ?? []).map((one) => <option key={one} value={one}>{isWord[one] ?? one}</option>)}</select>
            <Value label={`${label}: value`} condition={condition} fact={fact} onChange={(value) => set(index, { ...condition, value })} />
            <IconButton icon="x" small label={`Remove condition ${index + 1}`} onClick={() => onChange(when.filter((_, i) => i !== index))} />
          </div>
        );
      })}
      <div><Button look="link" className="small" icon="plus" onClick={() => { const risk = facts.find((one) => one.name === 'risk') ?? facts[0]; if (risk) onChange([...when, start(risk)]); }}>Add a condition</Button></div>
    </section>
  );
}

function Value({ label, condition, fact, onChange }: { label: string; condition: RuleCondition; fact: Fact | undefined; onChange: (value: unknown) => void }) {
  if (fact?.sort === 'bool') return <select className="input" aria-label={label} value={String(condition.value)} onChange={(event) => onChange(event.target.value === 'true')}><option value="true">yes</option><option value="false">no</option></select>;
  if (fact?.sort === 'scale') return <select className="input" aria-label={label} value={String(condition.value)} onChange={(event) => onChange(event.target.value)}>{(fact.steps ?? []).map((step) => <option key={step} value={step}>{step}</option>)}</select>;
  if (fact?.sort === 'number') return <input className="input num days" type="number" min={0} aria-label={label} value={Number(condition.value)} onChange={(event) => onChange(Number(event.target.value))} />;
  if (listed(condition)) return <input className="input" aria-label={label} placeholder="SOX, PCI" value={(condition.value as string[]).join(', ')} onChange={(event) => onChange(event.target.value.split(',').map((one) => one.trimStart()))} onBlur={(event) => onChange(event.target.value.split(',').map((one) => one.trim()).filter(Boolean))} />;
  return <input className="input" aria-label={label} value={String(condition.value)} onChange={(event) => onChange(event.target.value)} />;
}
