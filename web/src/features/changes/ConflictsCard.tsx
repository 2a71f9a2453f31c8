// What stands against the time of a change: who else, why, how grave, and what was said about it.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { conflicts, type Conflict } from '../../api/calendar';
import { api, asProblem } from '../../api/client';
import { client } from '../../api/queries';
import type { Change, Tone as ToneName } from '../../api/types';
import { Dialog } from '../../ui/Dialog';
import { Icon } from '../../ui/Icon';
import { Ago, Button, Field, Notice, ProblemNote, Tone } from '../../ui/kit';
import { dateTime, fromLocalInput, toLocalInput } from '../../ui/time';
import { because, severityWord } from '../calendar/words';

const stateTone: Record<Conflict['state'], [ToneName, string]> = { open: ['refused', 'Open'], accepted: ['done', 'Accepted'], resolved: ['closed', 'Resolved'], seen: ['new', 'Foreseen'] };

export default function ConflictsCard({ change }: { change: Change }) {
  const query = useQuery(conflicts(change.number));
  const [accepting, accept] = useState<Conflict | null>(null);
  const [resolving, resolve] = useState<Conflict | null>(null);
  const [older, showOlder] = useState(false);
  const all = query.data?.items ?? [];
  const over = ['review', 'closed', 'cancelled', 'detected'].includes(change.state);
  if (all.length === 0 && (over || !change.plan.planned_start || !query.data)) return null;
  const current = all.filter((one) => one.state !== 'resolved' && one.severity !== 'info');
  const resolved = all.filter((one) => one.state === 'resolved');
  const infos = all.filter((one) => one.state !== 'resolved' && one.severity === 'info');
  const blocking = current.filter((one) => one.state === 'open' && one.severity === 'hard');
  const mayAccept = (one: Conflict) => one.state === 'open' && !over && Boolean(one.kind === 'freeze' ? change.may.override_freeze : change.may.accept_conflict);
  // A hard one is not resolved by saying so: it is moved, accepted or overridden.
  const mayResolve = (one: Conflict) => (one.state === 'open' || one.state === 'accepted') && one.severity !== 'hard' && !over && Boolean(change.may.resolve_conflict);
  return (
    <section className="card pad stack" aria-label="Conflicts">
      <header className="row wraps"><h2 className="grow">Conflicts {current.length > 0 && <span className="dim num small">{current.length}</span>}</h2>
        {change.plan.planned_start && <Link to="/calendar" search={{ view: 'week', at: toLocalInput(change.plan.planned_start).slice(0, 10) } as never} className="small no-print">See the week in the calendar</Link>}
      </header>
      {blocking.length > 0 && <Notice look="bad" icon="alert">{blocking.length === 1 ? 'One hard conflict keeps' : `${blocking.length} hard conflicts keep`} this change from starting. Move it to another time{blocking.some((one) => one.kind === 'freeze') ? ', or have the freeze overridden' : ', or have it accepted'}.</Notice>}
      {current.length === 0 && <p className="dim small row"><Icon name="check" size={14} />Nothing stands against its time.</p>}
      {current.length > 0 && <ul className="list conflicts">{current.map((one) => <Row key={one.id || `${one.kind} ${one.other?.number} ${one.schedule}`} one={one} onAccept={mayAccept(one) ? () => accept(one) : undefined} onResolve={mayResolve(one) ? () => resolve(one) : undefined} />)}</ul>}
      {infos.length > 0 && <details className="small"><summary>{infos.length === 1 ? 'One other change meets' : `${infos.length} other changes meet`} this one further down</summary><ul className="list conflicts">{infos.map((one) => <Row key={`${one.other?.number} ${one.item?.number}`} one={one} />)}</ul></details>}
      {resolved.length > 0 && <div><Button look="link" className="small" onClick={() => showOlder(!older)} aria-expanded={older}>{older ? 'Hide what is resolved' : `${resolved.length} resolved`}</Button>{older && <ul className="list conflicts">{resolved.map((one) => <Row key={one.id} one={one} />)}</ul>}</div>}
      {accepting && <Accept change={change} one={accepting} onClose={() => accept(null)} />}
      {resolving && <Resolve change={change} one={resolving} onClose={() => resolve(null)} />}
    </section>
  );
}

function Row({ one, onAccept, onResolve }: { one: Conflict; onAccept?: () => void; onResolve?: () => void }) {
  const [tone, word] = stateTone[one.state];
  return (
    <li className="row top wraps">
      <span className={`severity ${one.severity}`}>{severityWord[one.severity]}</span>
      <div className="grow stack tight">
        <span className="wrap">{because(one)}</span>
        {one.other && <Link to="/changes/$number" params={{ number: one.other.number } as never} className="small">{one.other.number} {one.other.title}</Link>}
        {one.state === 'accepted' && <p className="small dim wrap">Accepted by {one.accepted_by?.name ?? 'somebody'}{one.until ? ` until ${dateTime(one.until)}` : ''}: {one.reason}</p>}
        {one.resolved_by && <p className="small dim wrap">{one.resolved_by.name} said that it is none: {one.reason}</p>}
        {one.found_at && one.state === 'open' && <span className="small dim">Found <Ago at={one.found_at} /></span>}
      </div>
      {one.severity !== 'info' && <Tone tone={tone} icon={one.state === 'resolved' ? 'check' : undefined}>{word}</Tone>}
      {onAccept && <Button className="no-print" onClick={onAccept}>{one.kind === 'freeze' ? 'Override the freeze…' : 'Accept…'}</Button>}
      {onResolve && <Button className="no-print" onClick={onResolve}>It is none…</Button>}
    </li>
  );
}

/** A conflict that is none: what is said of it is kept, and it is open again when something else is found. */
function Resolve({ change, one, onClose }: { change: Change; one: Conflict; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try { await api.post(`/changes/${change.number}/conflicts/${one.id}/resolve`, { reason, version: one.version }); onClose(); }
    catch (caught) { setError(caught); setBusy(false); }
    looked(change.number);
  };
  return (
    <Dialog title="This conflict is none" open onClose={onClose} size={480}>
      <form className="stack" onSubmit={(event) => { void send(event); }}>
        <p className="wrap">{because(one)}</p>
        <p className="dim small">It is resolved as it is seen now: when another time, item or person is found, it is open again.</p>
        <Field label="Reason" hint="Kept in the timeline and the audit log">{(ids) => <textarea {...ids} className="input" required autoFocus maxLength={2000} value={reason} onChange={(event) => setReason(event.target.value)} />}</Field>
        {error ? <ProblemNote error={error} /> : null}
        <div className="row"><Button type="submit" look="primary" busy={busy} disabled={!reason.trim()}>Resolve the conflict</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}

const looked = (number: string) => {
  for (const key of ['record', 'timeline']) void client.invalidateQueries({ queryKey: [key, number] });
  void client.invalidateQueries({ queryKey: ['calendar'] });
};

function Accept({ change, one, onClose }: { change: Change; one: Conflict; onClose: () => void }) {
  const freeze = one.kind === 'freeze';
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState(toLocalInput(change.plan.planned_end));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const problem = error ? asProblem(error) : null;
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await api.post(`/changes/${change.number}/conflicts/${one.id}/${freeze ? 'override' : 'accept'}`, { reason, until: fromLocalInput(until) ?? undefined, version: one.version });
      onClose();
    } catch (caught) { setError(caught); setBusy(false); }
    looked(change.number);
  };
  return (
    <Dialog title={freeze ? 'Override the freeze' : 'Accept the conflict'} open onClose={onClose} size={480}>
      <form className="stack" onSubmit={(event) => { void send(event); }}>
        <p className="wrap">{because(one)}</p>
        <p className="dim small">{freeze ? 'The change may start in the freeze. That is flagged on it for ever, with your name and the reason.' : 'You accept what is planned now: when one of the two is moved or is for other items, the conflict is open again.'}</p>
        <Field label="Reason" hint="Kept in the timeline and the audit log" wrong={problem?.at('reason')}>{(ids) => <textarea {...ids} className="input" required autoFocus maxLength={2000} value={reason} onChange={(event) => setReason(event.target.value)} />}</Field>
        <Field label="Until" hint="The end of the change, unless you say otherwise" wrong={problem?.at('until')}>{(ids) => <input {...ids} className="input" type="datetime-local" value={until} onChange={(event) => setUntil(event.target.value)} />}</Field>
        {problem && problem.errors.length === 0 ? <ProblemNote error={problem} /> : null}
        <div className="row"><Button type="submit" look={freeze ? 'danger' : 'primary'} busy={busy} disabled={!reason.trim()}>{freeze ? 'Override the freeze' : 'Accept the conflict'}</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}
