// The approval policy: rows that say when whom is asked, with a rehearsal over the changes of the past before it is set.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../../../api/client';
import { policyCheck, vocabulary } from '../../../api/queries';
import type { PolicyDoc } from '../../../api/rules';
import type { PolicyCheck, PolicyRow, PolicySlot, Rehearsal, RuleDocument } from '../../../api/types';
import { pathOf } from '../../../api/words';
import { useMe } from '../../../app/session';
import { Icon } from '../../../ui/Icon';
import { Bones, Button, Field, Notice } from '../../../ui/kit';
import { Conditions } from './Conditions';
import { freshKey, without, withAt } from './edits';
import { ItemCards } from './ItemCards';
import { SlotForm } from './SlotForm';
import { Rehearse } from './Trial';
import { useEditing, useNames, type Editing } from './useEditing';
import { slotWords, whenWords } from './words';
import { Workbench } from './Workbench';

export function PolicyEditor({ doc }: { doc: RuleDocument<PolicyDoc> }) {
  const may = Boolean(useMe().may['rulebook.manage']);
  const editing = useEditing('approval_policy', 'desk', doc);
  const rows = editing.value.rows;
  const names = useNames([...new Set([...doc.document.rows, ...rows].flatMap((row) => row.slots.flatMap((slot) => slot.people ?? [])))]);
  const kept = doc.document.rows.map((row) => row.id);
  const taken = rows.map((row) => row.id);
  return (
    <Workbench editing={editing} title="Who approves" has="rows" names={names} rehearsal={<Rehearsals editing={editing} />}
      intro="Every row whose conditions hold adds its approvals; no row takes one away, and nothing is ever approved by time. A change for which no row holds cannot be approved. Approvals that are open keep the rules that they began with.">
      <Check />
      <ItemCards<PolicyRow> label="Rows of the policy" noun="row" items={rows} may={may} addLabel="Add a row" onChange={(next) => editing.set({ ...editing.value, rows: next })}
        name={(row) => row.label} wrong={(index) => editing.below(`rows[${index}]`)}
        summary={(row) => <><p className="small dim">When {whenWords(row.when)}, ask</p><ul className="list small">{row.slots.map((slot, i) => <li key={i} className="row"><Icon name="hand" size={13} /><span>{slotWords(slot, names)}</span></li>)}</ul></>}
        form={(row, index, set) => <RowForm row={row} place={`rows[${index}]`} at={editing.at} onChange={(next) => set(kept.includes(row.id) ? next : { ...next, id: freshKey(next.label, taken.filter((_, i) => i !== index), 'row') })} />}
        make={() => ({ id: freshKey('New row', taken, 'row'), label: '', when: [{ fact: 'model', is: 'is', value: 'normal' }], slots: [{ stage: 1, label: 'CAB', kind: 'board', of: 'cab' }] })}
        copy={(row) => ({ ...row, id: freshKey(row.label, taken, 'row'), label: `${row.label} (copy)` })} />
    </Workbench>
  );
}

function RowForm({ row, place, at, onChange }: { row: PolicyRow; place: string; at: Editing<PolicyDoc>['at']; onChange: (row: PolicyRow) => void }) {
  const words = useQuery(vocabulary).data;
  if (!words) return <Bones lines={4} />;
  const slots = (next: PolicySlot[]) => onChange({ ...row, slots: next });
  return (
    <>
      <Field label="What the row is for" wrong={at(`${place}.label`)}>{(ids) => <input {...ids} className="input" value={row.label} maxLength={200} placeholder="High risk: the board" onChange={(event) => onChange({ ...row, label: event.target.value })} />}</Field>
      <Conditions when={row.when ?? []} words={words} place={`${place}.when`} at={at} onChange={(when) => onChange({ ...row, when })} none="It holds for every change." />
      <section className="stack" aria-label="Approvals of this row"><h4>Then ask</h4>
        {row.slots.map((slot, index) => <SlotForm key={index} slot={slot} words={words} place={`${place}.slots[${index}]`} at={at} onChange={(next) => slots(withAt(row.slots, index, next))} onRemove={row.slots.length > 1 ? () => slots(without(row.slots, index)) : undefined} />)}
        <div><Button look="link" className="small" icon="plus" onClick={() => slots([...row.slots, { stage: 1, label: 'A colleague of the team', kind: 'peer', rule: 'any' }])}>Ask somebody else as well</Button></div>
      </section>
    </>
  );
}

function Rehearsals({ editing }: { editing: Editing<PolicyDoc> }) {
  return <Rehearse editing={editing} ask={(value, days) => api.post<Rehearsal>('/approval-policies/rehearse', { document: { rows: value.rows }, days })}>{(result) => <RehearsalView result={result} />}</Rehearse>;
}

function RehearsalView({ result }: { result: Rehearsal }) {
  const list = result.changes ?? [];
  return (
    <div className="stack" role="status">
      <dl className="figures rehearsed"><div><dt>Changes looked at</dt><dd className="num">{result.looked}</dd></div><div><dt>Asked as before</dt><dd className="num">{result.same}</dd></div><div><dt>Asked differently</dt><dd className="num">{result.differ}</dd></div><div><dt>Could not be approved</dt><dd className={`num ${result.stalled ? 'red' : ''}`}>{result.stalled}</dd></div><div><dt>Approvals</dt><dd className="num">{result.before} → {result.after}</dd></div></dl>
      {!result.complete && <p className="small dim">There were more changes than a rehearsal looks at; these are the latest.</p>}
      {(result.check.findings ?? []).map((one) => <Notice key={one.row + one.slot + one.team} look="warn" icon="alert"><strong>{one.slot}{one.team ? `, ${one.team}` : ''}:</strong> {one.trouble}</Notice>)}
      {list.length > 0 && (
        <details><summary>The changes behind it{list.length < result.differ ? `, the latest ${list.length}` : ''}</summary>
          <ul className="list stack tight trial-changes">{list.map((one) => (
            <li key={one.number}><Link to={pathOf(one.number)}>{one.number}</Link> {one.title}
              <div className="small dim">Had {(one.had ?? []).join(', ') || 'nobody'}; would have {(one.would ?? []).join(', ') || 'nobody'}.{(one.barred ?? []).length > 0 ? ` Could not vote: ${one.barred!.map((person) => person.name).join(', ')}.` : ''}</div>
              {(one.trouble ?? []).map((text) => <div key={text} className="small red">{text}</div>)}</li>
          ))}</ul>
        </details>
      )}
    </div>
  );
}

/** Whether the policy in force could stall today. */
function Check() {
  const query = useQuery(policyCheck);
  const report: PolicyCheck | undefined = query.data;
  if (!report) return null;
  const findings = report.findings ?? [];
  if (findings.length === 0) return <Notice look="good" icon="check">All {report.slots} approvals that the policy in force can ask for could be given today.</Notice>;
  return <Notice look="warn" icon="alert"><strong>{findings.length} of {report.slots} approvals that the policy in force can ask for could stall.</strong><ul>{findings.map((one) => <li key={one.row + one.slot + one.team}>{one.slot}{one.team ? `, ${one.team}` : ''}: {one.trouble}</li>)}</ul></Notice>;
}
