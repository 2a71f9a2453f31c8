// Floors of risk: what makes a change at least medium or high, whatever the answers add up to.
import { useQuery } from '@tanstack/react-query';
import { vocabulary } from '../../../api/queries';
import type { RiskRuleRow, RiskRulesDoc } from '../../../api/rules';
import type { Risk, RuleDocument, Vocabulary } from '../../../api/types';
import { useMe } from '../../../app/session';
import { Bones, Field, RiskMark } from '../../../ui/kit';
import { Conditions } from './Conditions';
import { freshKey } from './edits';
import { ItemCards } from './ItemCards';
import { RulesTrial } from './Trial';
import { useEditing, type Editing } from './useEditing';
import { whenWords } from './words';
import { Workbench } from './Workbench';

export function RiskRulesEditor({ doc }: { doc: RuleDocument<RiskRulesDoc> }) {
  const may = Boolean(useMe().may['rulebook.manage']);
  const words = useQuery(vocabulary).data;
  const editing = useEditing('risk_rules', 'desk', doc);
  const rows = editing.value.rules ?? [];
  const taken = rows.map((row) => row.id);
  const kept = (doc.document.rules ?? []).map((row) => row.id);
  return (
    <Workbench editing={editing} title="Floors of risk" has="rules" rehearsal={<RulesTrial editing={editing} what="a computed risk" />}
      intro="The risk of a change is the higher of what its answers add up to and of the floors that hold. A floor never lowers a risk. One that hangs on something that nobody knows does not hold, and the change says so.">
      <ItemCards<RiskRuleRow> label="Floors" noun="floor" items={rows} may={may} addLabel="Add a floor" onChange={(rules) => editing.set({ ...editing.value, rules })}
        name={(row) => (row.label ? `Because ${row.label}` : '')} wrong={(index) => editing.below(`rules[${index}]`)}
        summary={(row) => <p className="small dim">at least <RiskMark risk={row.floor} /> when {whenWords(row.when)}</p>}
        form={(row, index, set) => (words ? <FloorForm row={row} place={`rules[${index}]`} at={editing.at} words={words} onChange={(next) => set(kept.includes(row.id) ? next : { ...next, id: freshKey(next.label, taken.filter((_, i) => i !== index), 'floor') })} /> : <Bones lines={3} />)}
        make={() => ({ id: freshKey('floor', taken, 'floor'), label: '', floor: 'medium', when: [{ fact: 'outage', is: 'is', value: true }] })}
        copy={(row) => ({ ...row, id: freshKey(row.label, taken, 'floor') })} />
    </Workbench>
  );
}

function FloorForm({ row, place, at, words, onChange }: { row: RiskRuleRow; place: string; at: Editing<RiskRulesDoc>['at']; words: Vocabulary; onChange: (next: RiskRuleRow) => void }) {
  return (
    <>
      <div className="grid2">
        <Field label="At least" wrong={at(`${place}.floor`)}>{(ids) => <select {...ids} className="input" value={row.floor} onChange={(event) => onChange({ ...row, floor: event.target.value as Risk })}><option value="low">low</option><option value="medium">medium</option><option value="high">high</option></select>}</Field>
        <Field label="Because" hint="Stands on the change: “high, because …”" wrong={at(`${place}.label`)}>{(ids) => <input {...ids} className="input" maxLength={300} value={row.label} placeholder="it touches the pay roll" onChange={(event) => onChange({ ...row, label: event.target.value })} />}</Field>
      </div>
      <Conditions when={row.when ?? []} words={words} place={`${place}.when`} at={at} without="risk" onChange={(when) => onChange({ ...row, when })} none="" />
    </>
  );
}
