// What only requests and problems have: fulfilment tasks; workaround, root cause and the incidents behind it.
import { Link } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { api } from '../../api/client';
import { pathOf } from '../../api/words';
import type { Ticket } from '../../api/types';
import { Icon } from '../../ui/Icon';
import { Button, Person, Tone } from '../../ui/kit';
import { act, address, amend } from './edits';
import { EditableText } from './EditableText';

const finished = (state: string) => /^(done|closed|complete|completed|cancelled|skipped)$/.test(state);

export function Tasks({ record }: { record: Ticket }) {
  const [title, setTitle] = useState('');
  const tasks = [...record.tasks ?? []].sort((a, b) => a.position - b.position);
  const left = tasks.filter((task) => !finished(task.state)).length;
  const add = async (event: FormEvent) => {
    event.preventDefault();
    if (title.trim() && await act(record.number, () => api.post(`${address(record)}/tasks`, { title: title.trim() }))) setTitle('');
  };
  return (
    <section className="card" aria-label="Tasks">
      <header><h2 className="grow">Tasks</h2>{tasks.length > 0 && <span className="dim small num">{tasks.length - left} of {tasks.length} done</span>}</header>
      {tasks.length > 0 && <div className="meter" style={{ margin: '8px 16px 0' }}><i style={{ width: `${((tasks.length - left) / tasks.length) * 100}%` }} /></div>}
      <ul className="list tasks">
        {tasks.map((task) => (
          <li key={task.number} className="row">
            <button type="button" className={`task-box ${finished(task.state) ? 'done' : ''}`} aria-label={`${finished(task.state) ? 'Done' : 'Finish'}: ${task.title}`} disabled={finished(task.state)} onClick={() => { void act(record.number, () => api.post(`/tasks/${task.number}/moves/${task.moves?.find((move) => !move.blocked)?.event ?? 'complete'}`)); }}><Icon name="check" size={13} /></button>
            <span className={`grow wrap ${finished(task.state) ? 'dim' : ''}`}>{task.title}</span>
            <span className="dim small num only-desk">{task.number}</span>
            {task.assignee || task.team ? <span className="small only-desk">{task.assignee ? <Person person={task.assignee} /> : task.team?.name}</span> : null}
            <Tone tone={task.tone ?? (finished(task.state) ? 'done' : 'new')}>{task.state_label ?? task.state.replaceAll('_', ' ').replace(/^./, (char) => char.toUpperCase())}</Tone>
          </li>
        ))}
        {tasks.length === 0 && <li className="dim small">No tasks. Add one for each step that somebody else does.</li>}
      </ul>
      {record.may.amend && <form className="row task-add" onSubmit={(event) => { void add(event); }}><input className="input grow" aria-label="New task" placeholder="Add a task" value={title} onChange={(event) => setTitle(event.target.value)} /><Button type="submit" disabled={!title.trim()}>Add</Button></form>}
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
