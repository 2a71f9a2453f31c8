// The approval policy: rows that say when whom is asked, with a rehearsal over the changes of the past before it is set.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, asProblem } from '../../api/client';
import { client, policyCheck, rules, vocabulary } from '../../api/queries';
import type { PolicyCheck, PolicyRow, PolicySlot, Rehearsal, RuleDocument } from '../../api/types';
import { pathOf } from '../../api/words';
import { useMe } from '../../app/session';
import { toast } from '../../app/toasts';
import { Icon } from '../../ui/Icon';
import { Ago, Bones, Button, Field, IconButton, Notice, PageProblem, ProblemNote } from '../../ui/kit';
import { Admin } from './Admin';
import { Conditions, conditionWords } from './Conditions';
import { Documents } from './Documents';
import { SlotForm, slotWords } from './SlotForm';

type Policy = { version: number; rows: PolicyRow[] };

export default function PolicyPage() {
  const query = useQuery(rules<Policy>('approval_policy'));
  return (
    <Admin title="Change rules">
      <p className="dim" style={{ marginBottom: 16 }}>Every row whose conditions hold adds its approvals; no row takes one away, and nothing is ever approved by time. Approvals that are open keep the rules that they began with.</p>
      {query.isPending ? <Bones lines={8} /> : query.isError ? <PageProblem error={query.error} /> : <Editor key={query.data.version} doc={query.data} />}
      <Documents />
    </Admin>
  );
}

function Editor({ doc }: { doc: RuleDocument<Policy> }) {
  const may = Boolean(useMe().may['rulebook.manage']);
  const [rows, setRows] = useState(doc.document.rows);
  const [open, show] = useState<number | null>(null);
  const dirty = JSON.stringify(rows) !== JSON.stringify(doc.document.rows);
  const change = (index: number, row: PolicyRow) => setRows(rows.map((one, i) => (i === index ? row : one)));
  return (
    <section className="stack loose" aria-label="Approval policy">
      <header className="row wraps"><h2 className="grow">Approval policy <span className="dim small num">version {doc.version}</span></h2>{(doc.versions ?? [])[0] && <span className="dim small">{doc.versions![0]!.set_by?.name}, <Ago at={doc.versions![0]!.at} />: {doc.versions![0]!.note}</span>}</header>
      <Check />
      <ol className="list stack policy">
        {rows.map((row, index) => (
          <li key={index} className="card">
            <div className="row policy-row">
              <div className="grow"><h3>{row.label}</h3><p className="small dim">When {(row.when ?? []).map(conditionWords).join(' and ') || 'always'}</p><ul className="list small">{row.slots.map((slot, i) => <li key={i} className="row"><Icon name="hand" size={13} /><span>{slotWords(slot)}</span></li>)}</ul></div>
              {may && <IconButton icon={open === index ? 'down' : 'edit'} label={`Edit row ${index + 1}: ${row.label}`} aria-expanded={open === index} onClick={() => show(open === index ? null : index)} />}
            </div>
            {open === index && <RowForm row={row} onChange={(next) => change(index, next)} onRemove={() => { setRows(rows.filter((_, i) => i !== index)); show(null); }} />}
          </li>
        ))}
      </ol>
      {may && <div><Button icon="plus" onClick={() => { setRows([...rows, { id: `row_${rows.length + 1}`, label: 'New row', when: [{ fact: 'model', is: 'is', value: 'normal' }], slots: [{ stage: 1, label: 'CAB', kind: 'board', of: 'cab' }] }]); show(rows.length); }}>Add a row</Button></div>}
      <Trial rows={rows} dirty={dirty} version={doc.version} may={may} onReset={() => setRows(doc.document.rows)} />
    </section>
  );
}

function RowForm({ row, onChange, onRemove }: { row: PolicyRow; onChange: (row: PolicyRow) => void; onRemove: () => void }) {
  const words = useQuery(vocabulary).data;
  const setSlot = (index: number, slot: PolicySlot) => onChange({ ...row, slots: row.slots.map((one, i) => (i === index ? slot : one)) });
  if (!words) return <Bones lines={4} />;
  return (
    <div className="inside stack loose row-form">
      <div className="grid2">
        <Field label="Label">{(ids) => <input {...ids} className="input" value={row.label} maxLength={120} onChange={(event) => onChange({ ...row, label: event.target.value })} />}</Field>
        <Field label="Short name" hint="Kept with what it asked for">{(ids) => <input {...ids} className="input mono" value={row.id} maxLength={40} onChange={(event) => onChange({ ...row, id: event.target.value })} />}</Field>
      </div>
      <Conditions when={row.when ?? []} words={words} onChange={(when) => onChange({ ...row, when })} />
      <section className="stack" aria-label="Approvals of this row"><h4>Then ask</h4>
        {row.slots.map((slot, index) => <SlotForm key={index} slot={slot} words={words} onChange={(next) => setSlot(index, next)} onRemove={row.slots.length > 1 ? () => onChange({ ...row, slots: row.slots.filter((_, i) => i !== index) }) : undefined} />)}
        <div><Button look="link" className="small" icon="plus" onClick={() => onChange({ ...row, slots: [...row.slots, { stage: 1, label: 'A colleague of the team', kind: 'peer', rule: 'any' }] })}>Ask somebody else as well</Button></div>
      </section>
      <div><Button look="quiet" icon="x" onClick={onRemove}>Remove this row</Button></div>
    </div>
  );
}

/** Rehearse, then set: with what is new, and why. */
function Trial({ rows, dirty, version, may, onReset }: { rows: PolicyRow[]; dirty: boolean; version: number; may: boolean; onReset: () => void }) {
  const me = useMe();
  const [days, setDays] = useState(90);
  const [result, setResult] = useState<Rehearsal | null>(null);
  const [note, type] = useState('');
  const [busy, setBusy] = useState('');
  const [error, setError] = useState<unknown>(null);
  const run = async (what: string, work: () => Promise<void>) => { setBusy(what); setError(null); try { await work(); } catch (caught) { setError(asProblem(caught)); } finally { setBusy(''); } };
  if (!me.may['rulebook.rehearse']) return null;
  return (
    <section className="card pad stack" aria-label="Rehearsal">
      <h3>{dirty ? 'Try what you have changed' : 'Rehearse this policy'}</h3>
      <div className="row wraps">
        <label className="row small">Over the last <input className="input num days" type="number" min={1} max={366} value={days} onChange={(event) => setDays(Number(event.target.value))} /> days</label>
        <Button busy={busy === 'rehearse'} onClick={() => { void run('rehearse', async () => setResult(await api.post<Rehearsal>('/approval-policies/rehearse', { document: { rows }, days }))); }}>Rehearse</Button>
      </div>
      {error ? <ProblemNote error={error} /> : null}
      {result && <RehearsalView result={result} />}
      {dirty && may && (
        <form className="stack" onSubmit={(event) => { event.preventDefault(); void run('set', async () => { await api.put('/change-rules/approval_policy/desk', { document: { rows }, note, seen: version }); await client.invalidateQueries({ queryKey: ['change-rules'] }); await client.invalidateQueries({ queryKey: ['policy-check'] }); toast(`Version ${version + 1} of the approval policy counts from now on.`); }); }}>
          <Field label="What is new, and why">{(ids) => <input {...ids} className="input" required maxLength={500} value={note} onChange={(event) => type(event.target.value)} />}</Field>
          <div className="row"><Button type="submit" look="primary" busy={busy === 'set'}>Set version {version + 1}</Button><Button look="quiet" onClick={onReset}>Leave it as it was</Button></div>
        </form>
      )}
    </section>
  );
}

function RehearsalView({ result }: { result: Rehearsal }) {
  const list = result.changes ?? [];
  return (
    <div className="stack" role="status">
      <dl className="figures"><div><dt>Changes looked at</dt><dd className="num">{result.looked}</dd></div><div><dt>Asked as before</dt><dd className="num">{result.same}</dd></div><div><dt>Asked differently</dt><dd className="num">{result.differ}</dd></div><div><dt>Could not be approved</dt><dd className={`num ${result.stalled ? 'red' : ''}`}>{result.stalled}</dd></div><div><dt>Approvals</dt><dd className="num">{result.before} → {result.after}</dd></div></dl>
      {!result.complete && <p className="small dim">There were more changes than a rehearsal looks at; these are the latest.</p>}
      {(result.check.findings ?? []).map((one) => <Notice key={one.row + one.slot + one.team} look="warn" icon="alert"><strong>{one.slot}{one.team ? `, ${one.team}` : ''}:</strong> {one.trouble}</Notice>)}
      {list.length > 0 && (
        <div className="plain-table"><table><thead><tr><th scope="col">Change</th><th scope="col">Had</th><th scope="col">Would have</th><th scope="col">Could not vote</th></tr></thead>
          <tbody>{list.map((one) => <tr key={one.number}><td><Link to={pathOf(one.number)}>{one.number}</Link><div className="small dim">{one.title}</div></td><td>{(one.had ?? []).join(', ') || 'nobody'}</td><td>{(one.would ?? []).join(', ') || 'nobody'}{(one.trouble ?? []).map((text) => <div key={text} className="small red">{text}</div>)}</td><td className="small">{(one.barred ?? []).map((person) => person.name).join(', ') || '–'}</td></tr>)}</tbody></table></div>
      )}
    </div>
  );
}

function Check() {
  const query = useQuery(policyCheck);
  const report: PolicyCheck | undefined = query.data;
  if (!report) return null;
  const findings = report.findings ?? [];
  if (findings.length === 0) return <Notice look="good" icon="check">All {report.slots} approvals that this policy can ask for could be given today.</Notice>;
  return <Notice look="warn" icon="alert"><strong>{findings.length} of {report.slots} approvals could stall.</strong><ul>{findings.map((one) => <li key={one.row + one.slot + one.team}>{one.slot}{one.team ? `, ${one.team}` : ''}: {one.trouble}</li>)}</ul></Notice>;
}
