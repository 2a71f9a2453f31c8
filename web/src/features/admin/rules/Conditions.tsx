// Conditions over facts as a sentence of selects: "the risk is at least high and a tag is any of SOX, PCI".
import type { RuleCondition, Vocabulary } from '../../../api/types';
import { Icon } from '../../../ui/Icon';
import { Button, IconButton } from '../../../ui/kit';
import { withAt, without } from './edits';
import { begin, choices, isWord, type Fact } from './words';

const listed = (condition: RuleCondition) => condition.is === 'any_of' || condition.is === 'none_of';
interface Props { when: RuleCondition[]; words: Vocabulary; place: string; at: (place: string) => string | undefined; onChange: (when: RuleCondition[]) => void; without?: string; none: string }

/** `without` is a fact that may not be asked for here. */
export function Conditions({ when, words, place, at, onChange, without: barred, none }: Props) {
  const facts = (words.facts ?? []).filter((one) => one.name !== barred);
  const set = (index: number, condition: RuleCondition) => onChange(withAt(when, index, condition));
  const whole = at(place);
  return (
    <section className="stack" aria-label="Conditions"><h4>When all of these hold</h4>
      {when.length === 0 && !whole && <p className="small dim">{none}</p>}
      {when.map((condition, index) => {
        const fact = facts.find((one) => one.name === condition.fact);
        const label = `Condition ${index + 1}`;
        const wrong = at(`${place}[${index}]`);
        return (
          <div key={index} className="stack tight">
            <div className="row wraps condition-row">
              <select className="input" aria-label={`${label}: fact`} value={condition.fact} onChange={(event) => set(index, begin(facts.find((one) => one.name === event.target.value)!, words))}>{facts.map((one) => <option key={one.name} value={one.name}>{one.label}</option>)}</select>
              {fact?.sort !== 'bool' && <select className="input" aria-label={`${label}: comparison`} value={condition.is} onChange={(event) => { const is = event.target.value; const many = is === 'any_of' || is === 'none_of'; set(index, { ...condition, is, value: many === listed(condition) ? condition.value : many ? [String(condition.value)] : (condition.value as string[])[0] ?? '' }); }}>{(fact?.is ?? []).map((one) => <option key={one} value={one}>{isWord[one] ?? one}</option>)}</select>}
              <Value label={`${label}: value`} condition={condition} fact={fact} words={words} wrong={Boolean(wrong)} onChange={(value) => set(index, { ...condition, value })} />
              <IconButton icon="x" small label={`Remove condition ${index + 1}`} onClick={() => onChange(without(when, index))} />
            </div>
            {wrong && <p className="small red"><Icon name="alert" size={13} /> {wrong}</p>}
          </div>
        );
      })}
      {whole && <p className="small red"><Icon name="alert" size={13} /> {whole}</p>}
      <div><Button look="link" className="small" icon="plus" onClick={() => { const first = facts.find((one) => one.name === 'risk') ?? facts.find((one) => one.name === 'outage') ?? facts[0]; if (first) onChange([...when, begin(first, words)]); }}>Add a condition</Button></div>
    </section>
  );
}

function Value({ label, condition, fact, words, wrong, onChange }: { label: string; condition: RuleCondition; fact: Fact | undefined; words: Vocabulary; wrong: boolean; onChange: (value: unknown) => void }) {
  const known = choices(condition.fact, words);
  const invalid = { 'aria-label': label, 'aria-invalid': wrong || undefined };
  if (fact?.sort === 'bool') return <select className="input" {...invalid} value={String(condition.value)} onChange={(event) => onChange(event.target.value === 'true')}><option value="true">yes</option><option value="false">no</option></select>;
  if (fact?.sort === 'scale') return <select className="input" {...invalid} value={String(condition.value)} onChange={(event) => onChange(event.target.value)}>{(fact.steps ?? []).map((step) => <option key={step} value={step}>{step}</option>)}</select>;
  if (fact?.sort === 'number') return <input className="input num days" type="number" min={0} {...invalid} value={Number.isFinite(condition.value) ? String(condition.value) : ''} onChange={(event) => onChange(event.target.value === '' ? null : Number(event.target.value))} />;
  if (listed(condition)) {
    const chosen = condition.value as string[];
    if (known) return <span className="row wraps" role="group" aria-label={label}>{known.map((one) => <label key={one.id} className="check small"><input type="checkbox" checked={chosen.includes(one.id)} onChange={(event) => onChange(event.target.checked ? [...chosen, one.id] : chosen.filter((other) => other !== one.id))} />{one.label}</label>)}</span>;
    return <input className="input" {...invalid} placeholder="SOX, PCI" value={chosen.join(', ')} onChange={(event) => onChange(event.target.value.split(',').map((one) => one.trimStart()))} onBlur={(event) => onChange(event.target.value.split(',').map((one) => one.trim()).filter(Boolean))} />;
  }
  if (known) return <select className="input" {...invalid} value={String(condition.value)} onChange={(event) => onChange(event.target.value)}>{known.every((one) => one.id !== condition.value) && <option value={String(condition.value)}>{String(condition.value)}</option>}{known.map((one) => <option key={one.id} value={one.id}>{one.label}</option>)}</select>;
  return <input className="input" {...invalid} value={String(condition.value)} onChange={(event) => onChange(event.target.value)} />;
}
