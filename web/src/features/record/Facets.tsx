// What only requests and problems have: fulfilment tasks; workaround, root cause and the incidents behind it.
import { Menu } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { api } from '../../api/client';
import { pathOf } from '../../api/words';
import type { Task, Ticket } from '../../api/types';
import { Icon } from '../../ui/Icon';
import { Dialog } from '../../ui/Dialog';
import { Button, Field, IconButton, Person, Tone } from '../../ui/kit';
import { act, address, amend } from './edits';
import { EditableText } from './EditableText';

const finished = (state: string) => /^(done|skipped)$/.test(state);

export function Tasks({ record }: { record: Ticket }) {
  const [title, setTitle] = useState('');
  const tasks = [...record.tasks ?? []].sort((a, b) => a.position - b.position);
  const left = tasks.filter((task) => !finished(task.state)).length;
  const add = async (event: FormEvent) => {
    event.preventDefault();
    if (title.trim() && await act(record.number, () => api.post(`${address(record)}/tasks`, { title: title.trim() }))) setTitle('');
  };
  const [skipping, skip] = useState<Task | null>(null);
  const [why, setWhy] = useState('');
  const move = (task: Task, event: string, body: Record<string, string> = {}) => act(record.number, () => api.post(`/tasks/${task.number}/moves/${event}`, body));
  const can = (task: Task, event: string) => task.moves?.some((one) => one.event === event && !one.blocked) ?? false;
  return (
    <section className="card" aria-label="Tasks">
      <header><h2 className="grow">Tasks</h2>{tasks.length > 0 && <span className="dim small num">{tasks.length - left} of {tasks.length} done</span>}</header>
      {tasks.length > 0 && <div className="meter" style={{ margin: '8px 16px 0' }}><i style={{ width: `${((tasks.length - left) / tasks.length) * 100}%` }} /></div>}
      <ul className="list tasks">
        {tasks.map((task) => (
          <li key={task.number} className="row">
            <button type="button" className={`task-box ${finished(task.state) ? 'done' : ''}`} aria-label={`${finished(task.state) ? 'Done' : 'Finish'}: ${task.title}`} disabled={!can(task, 'finish')} onClick={() => { void move(task, 'finish'); }}><Icon name="check" size={13} /></button>
            <span className={`grow wrap ${finished(task.state) ? 'dim' : ''}`}>{task.title}</span>
            <span className="dim small num only-desk">{task.number}</span>
            {task.assignee || task.team ? <span className="small only-desk">{task.assignee ? <Person person={task.assignee} /> : task.team?.name}</span> : null}
            <Tone tone={task.tone ?? 'new'}>{task.state_label ?? task.state}</Tone>
            {(can(task, 'start') || can(task, 'skip')) && (
              <Menu width={180}>
                <Menu.Target><IconButton icon="dots" label={`More for ${task.title}`} small className="no-print" /></Menu.Target>
                <Menu.Dropdown>
                  {can(task, 'start') && <Menu.Item onClick={() => { void move(task, 'start'); }}>Start</Menu.Item>}
                  {can(task, 'skip') && <Menu.Item onClick={() => { setWhy(''); skip(task); }}>Skip…</Menu.Item>}
                </Menu.Dropdown>
              </Menu>
            )}
          </li>
        ))}
        {tasks.length === 0 && <li className="dim small">No tasks. Add one for each step that somebody else does.</li>}
      </ul>
      {record.may.amend && <form className="row task-add" onSubmit={(event) => { void add(event); }}><input className="input grow" aria-label="New task" placeholder="Add a task" value={title} onChange={(event) => setTitle(event.target.value)} /><Button type="submit" disabled={!title.trim()}>Add</Button></form>}
      {skipping && (
        <Dialog title={`Skip “${skipping.title}”`} open onClose={() => skip(null)} size={440}>
          <form className="stack" onSubmit={(event) => { event.preventDefault(); void move(skipping, 'skip', { reason: why }).then((done) => { if (done) skip(null); }); }}>
            <Field label="Reason" hint="Kept in the timeline and the audit log">{(ids) => <textarea {...ids} className="input" required data-autofocus value={why} onChange={(event) => setWhy(event.target.value)} />}</Field>
            <div className="row"><Button type="submit" look="primary">Skip task</Button><Button look="quiet" onClick={() => skip(null)}>Leave it</Button></div>
          </form>
        </Dialog>
      )}
    </section>
  );
}

export function ProblemFacets({ record }: { record: Ticket }) {
  const incidents = record.incidents ?? [];
  const text = (field: 'workaround' | 'root_cause', title: string, empty: string) => (
    <EditableText title={title} text={record[field] ?? ''} html={record[`${field}_html`]} may={Boolean(record.may.amend)} empty={empty} draftKey={`${field}:${record.number}`} onSave={(value) => amend(record, { [field]: value }, {})} />
  );
  return (
    <>
      <section className="card pad stack loose">
        {text('workaround', 'Workaround', 'None known. What agents write here helps them with the next incident of this kind.')}
        {text('root_cause', 'Root cause', 'Not found yet.')}
      </section>
      <section className="card" aria-label="Incidents">
        <header><h2 className="grow">Incidents behind it</h2><span className="dim small num">{incidents.length || ''}</span></header>
        <ul className="list tasks">
          {incidents.map((one) => <li key={one.number} className="row"><Link to={pathOf(one.number)} className="grow clip">{one.title}</Link><span className="dim small num">{one.number}</span><Tone tone={one.tone}>{one.state_label}</Tone></li>)}
          {incidents.length === 0 && <li className="dim small">None linked. Link an incident as “caused by” this problem.</li>}
        </ul>
      </section>
    </>
  );
}
