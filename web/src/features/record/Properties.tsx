// The right column: each fact edits in place and saves by itself.
import { useState, type FormEvent, type ReactNode } from 'react';
import { Popover } from '@mantine/core';
import { api } from '../../api/client';
import { contactWord, levelWord, pendingWord, priorityOf, priorityWord } from '../../api/words';
import type { Ticket } from '../../api/types';
import type { Choice } from '../../api/queries';
import { useMe } from '../../app/session';
import { useActs } from '../../app/useActs';
import { Ago, Button, Left, Person, Priority } from '../../ui/kit';
import { Picker } from '../../ui/Picker';
import { dateTime, exact } from '../../ui/time';
import { act, address, amend, assign } from './edits';

export function Prop({ label, children }: { label: string; children: ReactNode }) {
  return <div className="prop"><dt>{label}</dt><dd>{children}</dd></div>;
}
const levels: Choice[] = [1, 2, 3].map((level) => ({ id: String(level), label: levelWord[level]! }));

export function Properties({ record }: { record: Ticket }) {
  const me = useMe();
  const [all, setAll] = useState(false);
  const { amend: mayAmend = false, assign: mayAssign = false } = record.may;
  const done = record.category === 'done' || record.category === 'cancelled';
  const change = (field: string, id: unknown, shown: Partial<Ticket>, before: unknown, what: string) => { void amend(record, { [field]: id }, shown, { body: { [field]: before }, what }); };
  const openPicker = (id: string) => { const button = document.getElementById(id); button?.scrollIntoView({ block: 'nearest' }); button?.click(); };
  useActs(mayAssign ? [
    { id: 'assign', keys: 'a', label: 'Assign', group: 'Record', run: () => openPicker(`assignee-${record.number}`) },
    { id: 'assign me', keys: 'i', label: 'Assign to me', group: 'Record', run: () => { void assign(record, { assignee: me }); } },
  ] : []);
  const level = (field: 'impact' | 'urgency', what: string) => (
    <Prop label={what}>
      {mayAmend && record[field] ? (
        <Picker className="inplace" label={what} choices={levels} value={String(record[field])} onPick={(choice) => {
          const value = Number(choice.id);
          const other = field === 'impact' ? record.urgency ?? 3 : record.impact ?? 3;
          change(field, value, { [field]: value, ...(record.priority_override ? {} : { priority: priorityOf(value, other) }) }, record[field], what);
        }}>{levelWord[record[field]!]}</Picker>
      ) : <span>{record[field] ? levelWord[record[field]!] : '–'}</span>}
    </Prop>
  );
  const text = (field: 'service' | 'classification', what: string, from: 'services' | 'classifications') => (
    <Prop label={what}>
      {mayAmend ? <Picker className="inplace" label={what} from={from} free extra={record[field] ? [{ id: '', label: 'None' }] : []} value={record[field]} onPick={(choice) => change(field, choice.id, { [field]: choice.id || null }, record[field] ?? '', what)}>{record[field] || <span className="dim">None</span>}</Picker> : <span>{record[field] || '–'}</span>}
    </Prop>
  );

  return (
    <section className="card side-card facts-card" aria-label="Properties">
      <dl className={`props ${all ? 'all' : ''}`}>
        {record.due_at && <Prop label="Time left"><Left due={record.due_at} done={done} />{record.due_at && !done && <span className="dim small"> until {dateTime(record.due_at)}</span>}{record.category === 'waiting' && <span className="dim small block">The clock stands still while it waits.</span>}</Prop>}
        <Prop label="Assignee">
          {mayAssign ? <Picker id={`assignee-${record.number}`} className="inplace" label="Assignee" from="people" extra={[...(record.assignee?.id === me.id ? [] : [{ id: me.id, label: `${me.name} (me)` }]), ...(record.assignee ? [{ id: '', label: 'Nobody' }] : [])]} value={record.assignee?.id} onPick={(choice) => { void assign(record, { assignee: choice.id ? { id: choice.id, name: choice.id === me.id ? me.name : choice.label } : null }); }}><Person person={record.assignee} none="Nobody" /></Picker> : <Person person={record.assignee} />}
        </Prop>
        <Prop label="Team">
          {mayAssign ? <Picker className="inplace" label="Team" from="teams" value={record.team?.id} onPick={(choice) => { void assign(record, { team: { id: choice.id, name: choice.label } }); }}>{record.team?.name ?? <span className="dim">None</span>}</Picker> : <span>{record.team?.name ?? '–'}</span>}
        </Prop>
        {record.kind !== 'change' && <>
          <Prop label="Priority"><PriorityEditor record={record} /></Prop>
          {record.kind === 'incident' && level('impact', 'Impact')}
          {record.kind === 'incident' && level('urgency', 'Urgency')}
        </>}
        {text('service', 'Service', 'services')}
        {text('classification', 'Classification', 'classifications')}
        <Prop label="Requester">
          {mayAmend ? <Picker className="inplace" label="Requester" from="people" value={record.requester?.id} onPick={(choice) => change('requester', choice.id, { requester: { id: choice.id, name: choice.label } }, record.requester?.id ?? null, 'Requester')}><Person person={record.requester} none="None" /></Picker> : <Person person={record.requester} />}
        </Prop>
        {record.contact_type && <Prop label="Came by"><span>{contactWord[record.contact_type] ?? record.contact_type}</span></Prop>}
        {record.pending_reason && <Prop label="Waits for"><span>{pendingWord[record.pending_on ?? ''] ?? record.pending_reason}</span></Prop>}
        {record.close_code && <Prop label="Closed as"><span>{record.close_code}</span></Prop>}
        <Prop label="Opened"><span title={exact(record.opened_at)}><Ago at={record.opened_at} />{record.opened_by ? <span className="dim"> by {record.opened_by.name}</span> : null}</span></Prop>
        {record.resolved_at && <Prop label="Resolved"><span title={exact(record.resolved_at)}><Ago at={record.resolved_at} /></span></Prop>}
        {(record.reopen_count ?? 0) > 0 && <Prop label="Reopened"><span className="num">{record.reopen_count} ×</span></Prop>}
        {(record.reassign_count ?? 0) > 1 && <Prop label="Reassigned"><span className="num">{record.reassign_count} ×</span></Prop>}
      </dl>
      <Button look="link" className="small more-facts no-print" aria-expanded={all} onClick={() => setAll(!all)}>{all ? 'Fewer facts' : 'All facts'}</Button>
    </section>
  );
}

/** The priority follows impact and urgency; overriding it asks for a reason and says so for ever. */
function PriorityEditor({ record }: { record: Ticket }) {
  const [open, setOpen] = useState(false);
  const [value, setValue] = useState(record.priority);
  const [reason, setReason] = useState('');
  const override = record.priority_override;
  // Only incidents get their priority from impact and urgency; elsewhere it is simply chosen.
  if (record.kind !== 'incident') {
    if (!record.may.amend) return <Priority value={record.priority} words />;
    const choices = [1, 2, 3, 4].map((one) => ({ id: String(one), label: `P${one} ${priorityWord[one]}` }));
    return <Picker className="inplace" label="Priority" choices={choices} value={String(record.priority)} onPick={(choice) => { void amend(record, { priority: Number(choice.id) }, { priority: Number(choice.id) }, { body: { priority: record.priority }, what: 'Priority' }); }}><Priority value={record.priority} words /></Picker>;
  }
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (await act(record.number, () => api.post(`${address(record)}/priority`, { priority: value, reason }, { version: record.version }))) { setOpen(false); setReason(''); }
  };
  return (
    <div>
      <div className="row apart">
        <Priority value={record.priority} words />
        {record.may.override_priority && !override && (
          <Popover opened={open} onChange={setOpen} width={280} position="bottom-end" trapFocus withinPortal>
            <Popover.Target><button type="button" className="button link small no-print" onClick={() => setOpen(!open)}>Override</button></Popover.Target>
            <Popover.Dropdown>
              <form className="stack" onSubmit={(event) => { void save(event); }}>
                <div className="segments" role="group" aria-label="Priority">{[1, 2, 3, 4].map((one) => <button key={one} type="button" aria-pressed={one === value} title={priorityWord[one]} onClick={() => setValue(one)}>P{one}</button>)}</div>
                <textarea className="input" aria-label="Reason" placeholder="Why the matrix is wrong here" required value={reason} onChange={(event) => setReason(event.target.value)} />
                <Button type="submit" look="primary">Override priority</Button>
              </form>
            </Popover.Dropdown>
          </Popover>
        )}
      </div>
      <div className="dim small">{override ? <>Set by {override.by.name}: “{override.reason}” {record.may.override_priority && <Button look="link" className="small" onClick={() => { void act(record.number, () => api.delete(`${address(record)}/priority`, undefined, { version: record.version })); }}>Back to the matrix</Button>}</> : 'From impact and urgency'}</div>
    </div>
  );
}
