// The tasks of a change, in order: who does what, what comes first, what shows it; and the way back with one click.
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api } from '../../api/client';
import { changeWork, client } from '../../api/queries';
import type { Change, ChangeWork, WorkStep, WorkTask } from '../../api/types';
import { Ago, Button, Field, Notice, Person, ProblemNote } from '../../ui/kit';
import TaskEvidence from './TaskEvidence';
import TaskTimes from './TaskTimes';

const kindWords: Record<string, string> = { plan: 'Plan', build: 'Build', test: 'Test', deploy: 'Deploy', verify: 'Verify', backout: 'Back out' };

export default function WorkCard({ change }: { change: Change }) {
  const query = useQuery(changeWork(change.number));
  const [adding, add] = useState(false);
  const [leaving, leave] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const board = query.data;
  if (!board || ((board.tasks ?? []).length === 0 && !board.may.plan_work && !board.may.back_out && !board.backing_out)) return null;
  const act = async (call: () => Promise<ChangeWork>) => {
    setError(null);
    try {
      client.setQueryData(changeWork(change.number).queryKey, await call());
      void client.invalidateQueries({ queryKey: ['record', change.number] });
      return true;
    } catch (caught) { setError(caught); return false; }
  };
  const path = `/changes/${change.number}/tasks`;
  return (
    <section className="card pad stack" aria-label="Work">
      <div className="row wraps"><h2 className="grow">Work</h2>
        {board.may.plan_work && <Button icon="plus" className="no-print" onClick={() => add(!adding)}>Add task</Button>}
        {board.may.back_out && <Button look="danger" className="no-print" onClick={() => leave(!leaving)}>Back out…</Button>}
      </div>
      {board.backing_out && <Notice look="bad" icon="alert">{board.backing_out.by?.name ?? 'Somebody'} began to back it out <Ago at={board.backing_out.at} />: {board.backing_out.reason}</Notice>}
      {leaving && board.may.back_out && <Say label="Why is it backed out?" act="Back out now" danger onSay={async (reason) => { if (await act(() => api.post<ChangeWork>(`/changes/${change.number}/back-out`, { reason }))) leave(false); }} />}
      {adding && board.may.plan_work && <AddTask onAdd={async (body) => { if (await act(() => api.post<ChangeWork>(path, body))) add(false); }} />}
      {error ? <ProblemNote error={error} /> : null}
      {(board.tasks ?? []).length === 0 ? <p className="dim small">No tasks. The change starts when those of planning, building and testing have ended, and goes to review when all have.</p>
        : <ol className="list stack">{board.tasks!.map((task) => <Task key={task.number} change={change.number} task={task} onShow={board.may.work ? (file, note) => act(() => api.post<ChangeWork>(`${path}/${task.number}/evidence`, { file, note })) : undefined} onCorrect={board.may.correct_times ? (body) => act(() => api.put<ChangeWork>(`${path}/${task.number}/times`, body)) : undefined} onStep={(step, result) => act(() => api.post<ChangeWork>(`${path}/${task.number}/${step}`, { result }))} onTick={(line, done) => act(() => api.put<ChangeWork>(`${path}/${task.number}/checklist/${line}`, { done }))} />)}</ol>}
    </section>
  );
}

interface Correction { started?: string; ended?: string; reason: string }

function Task({ change, task, onStep, onTick, onShow, onCorrect }: { change: string; task: WorkTask; onShow?: (file: string, note: string) => Promise<boolean>; onCorrect?: (body: Correction) => Promise<boolean>; onStep: (step: string, result: string) => Promise<boolean>; onTick: (line: number, done: boolean) => Promise<boolean> }) {
  const [asked, ask] = useState<WorkStep | null>(null);
  const ticking = (task.moves ?? []).length > 0;
  return (
    <li className="stack">
      <div className="row wraps">
        <span className="dim small">{kindWords[task.kind]}</span><strong className="grow">{task.title}</strong><span className="mono dim small">{task.number}</span><span className="small">{task.state_label}</span>
      </div>
      <div className="row wraps small">
        <Person person={task.assignee} />
        {(task.after ?? []).length > 0 && <span className="dim">after {task.after!.join(', ')}</span>}
        <TaskTimes task={task} onCorrect={onCorrect} />
        {(task.moves ?? []).map((step) => <Button key={step.step} look={step.tone === 'primary' && !step.blocked ? 'primary' : ''} disabled={Boolean(step.blocked)} title={step.blocked ?? undefined} aria-label={`${step.label}: ${task.title}`} className="no-print" onClick={() => { if ((step.requires ?? []).length > 0) ask(step); else void onStep(step.step, ''); }}>{step.label}</Button>)}
      </div>
      {(task.moves ?? []).filter((step) => step.blocked).slice(0, 1).map((step) => <p key={step.step} className="dim small">{step.blocked}</p>)}
      {asked && <Say label="What came of it?" act={asked.label} onSay={async (result) => { if (await onStep(asked.step, result)) ask(null); }} />}
      {(task.checklist ?? []).map((check, index) => <label key={check.text} className="row small"><input type="checkbox" checked={Boolean(check.at)} disabled={!ticking} onChange={(event) => { void onTick(index + 1, event.target.checked); }} /><span className="grow">{check.text}</span>{check.by && <span className="dim">{check.by.name}</span>}</label>)}
      <TaskEvidence change={change} task={task} onShow={onShow} />
      {task.result && <p className="small wrap">{task.result}</p>}
    </li>
  );
}

function Say({ label, act, danger, onSay }: { label: string; act: string; danger?: boolean; onSay: (text: string) => Promise<void> }) {
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => { event.preventDefault(); setBusy(true); await onSay(text.trim()); setBusy(false); };
  return (
    <form className="stack" onSubmit={(event) => { void submit(event); }}>
      <Field label={label}>{(ids) => <input {...ids} className="input" required autoFocus maxLength={2000} value={text} onChange={(event) => setText(event.target.value)} />}</Field>
      <div className="row"><Button type="submit" look={danger ? 'danger' : 'primary'} busy={busy}>{act}</Button></div>
    </form>
  );
}

function AddTask({ onAdd }: { onAdd: (body: Record<string, unknown>) => Promise<void> }) {
  const [kind, setKind] = useState('build');
  const [title, setTitle] = useState('');
  const [checks, setChecks] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => { event.preventDefault(); setBusy(true); await onAdd({ kind, title: title.trim(), checklist: checks.split('\n').filter((line) => line.trim()) }); setBusy(false); };
  return (
    <form className="stack" aria-label="New task" onSubmit={(event) => { void submit(event); }}>
      <div className="grid2">
        <Field label="Kind">{(ids) => <select {...ids} className="input" value={kind} onChange={(event) => setKind(event.target.value)}>{Object.entries(kindWords).map(([key, word]) => <option key={key} value={key}>{word}</option>)}</select>}</Field>
        <Field label="Task">{(ids) => <input {...ids} className="input" required autoFocus maxLength={250} value={title} onChange={(event) => setTitle(event.target.value)} />}</Field>
      </div>
      <Field label="Checklist" optional hint="One line each">{(ids) => <textarea {...ids} className="input" rows={3} value={checks} onChange={(event) => setChecks(event.target.value)} />}</Field>
      <div className="row"><Button type="submit" look="primary" busy={busy}>Add task</Button></div>
    </form>
  );
}
