// When a task began and ended: as the server stamped it, or as somebody corrected it, with a reason, and then both.
import { useState, type FormEvent } from 'react';
import type { WorkTask } from '../../api/types';
import { Dialog } from '../../ui/Dialog';
import { Button, Field } from '../../ui/kit';
import { dateTime, fromLocalInput, toLocalInput } from '../../ui/time';

export default function TaskTimes({ task, onCorrect }: { task: WorkTask; onCorrect?: (body: { started?: string; ended?: string; reason: string }) => Promise<boolean> }) {
  const [open, setOpen] = useState(false);
  const was = task.corrected;
  return (
    <>
      {task.started_at && <span className="dim">began {dateTime(task.started_at)}</span>}
      {task.ended_at && <span className="dim">ended {dateTime(task.ended_at)}</span>}
      {onCorrect && task.started_at && <Button look="link" className="small no-print" aria-label={`Correct the times: ${task.title}`} onClick={() => setOpen(true)}>Correct…</Button>}
      {was && <p className="dim wrap corrected">{was.by?.name ?? 'Somebody'} corrected that {dateTime(was.at)}: {was.reason} <span>Stamped was {was.started ? dateTime(was.started) : 'no beginning'}{was.ended ? ` to ${dateTime(was.ended)}` : ''}.</span></p>}
      {open && onCorrect && <Correct task={task} onCorrect={onCorrect} onClose={() => setOpen(false)} />}
    </>
  );
}

function Correct({ task, onCorrect, onClose }: { task: WorkTask; onCorrect: (body: { started?: string; ended?: string; reason: string }) => Promise<boolean>; onClose: () => void }) {
  const [started, setStarted] = useState(toLocalInput(task.started_at));
  const [ended, setEnded] = useState(toLocalInput(task.ended_at));
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  // An input has minutes; what nobody touched keeps its seconds.
  const moved = (now: string, before: string | null) => (now && now !== toLocalInput(before) ? fromLocalInput(now) ?? undefined : undefined);
  const body = { started: moved(started, task.started_at), ended: moved(ended, task.ended_at), reason: reason.trim() };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const done = await onCorrect(body);
    setBusy(false);
    if (done) onClose();
  };
  return (
    <Dialog title="Correct the times" open onClose={onClose} size={480}>
      <form className="stack" onSubmit={(event) => { void submit(event); }}>
        <p className="wrap">{task.title}</p>
        <p className="dim small">What the server had stamped stays beside it, on the page, in the log and in every export.</p>
        <Field label="It really began">{(ids) => <input {...ids} className="input" type="datetime-local" required value={started} onChange={(event) => setStarted(event.target.value)} />}</Field>
        {task.ended_at && <Field label="It really ended">{(ids) => <input {...ids} className="input" type="datetime-local" required value={ended} onChange={(event) => setEnded(event.target.value)} />}</Field>}
        <Field label="Reason">{(ids) => <textarea {...ids} className="input" required maxLength={2000} value={reason} onChange={(event) => setReason(event.target.value)} />}</Field>
        <div className="row"><Button type="submit" look="primary" busy={busy} disabled={!body.reason || (!body.started && !body.ended)}>Correct the times</Button><Button look="quiet" onClick={onClose}>Leave them</Button></div>
      </form>
    </Dialog>
  );
}
