// One point: what to know before deciding, the quorum of those who may vote on this very plan, the vote, the note and the actions.
import { Link } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api } from '../../api/client';
import { ahead, inRoom, reading, type Meeting, type Point, type Quorum, type RoomVote } from '../../api/rooms';
import type { Person as PersonRef, Risk } from '../../api/types';
import { pathOf } from '../../api/words';
import { DecisionBox } from '../changes/DecisionBox';
import { TemplateVote } from '../changes/TemplateVote';
import { Icon } from '../../ui/Icon';
import { Avatar, Bones, Button, Field, Html, Notice, Person, RiskMark, Tone } from '../../ui/kit';
import { Picker } from '../../ui/Picker';
import { dateOnly, dateTime, windowText } from '../../ui/time';
import { names, pointTone, pointWord } from './words';

export function PointCard({ meeting, point }: { meeting: Meeting; point: Point; readAt: number }) {
  return (
    <section className="card pad stack loose point" aria-label={point.number || point.title}>
      <div className="stack tight">
        <div className="row wraps small dim"><span>{point.section_label}</span>{point.state !== 'open' && <Tone tone={pointTone(point)}>{pointWord(point)}</Tone>}</div>
        <h2 className="point-title">{point.number ? <Link to={pathOf(point.number)}><span className="mono">{point.number}</span></Link> : null} {point.title}</h2>
        {point.about === 'change' && !point.hidden && <div className="row wraps small">{point.risk && <RiskMark risk={point.risk as Risk} />}<span className="dim">{point.change_state_label}</span>{point.outcome && <span className="dim">{point.outcome.replace(/_/g, ' ')}</span>}{point.planned_start && <span className="dim">{windowText(point.planned_start, point.planned_end)}</span>}</div>}
        {point.hidden && <p className="dim">You are a guest here, and this change is not yours to see.</p>}
      </div>
      {point.quorum && point.ballot && point.ballot.state === 'waiting' && <QuorumView quorum={point.quorum} sits={meeting.state === 'in_progress'} />}
      <Vote point={point} />
      {point.about === 'change' && !point.hidden && <ReadingView meeting={meeting} point={point} />}
      {point.about === 'template' && <p className="small"><Link to="/standard-changes/$key" params={{ key: point.template_key } as never}>Read the template and its evidence</Link></p>}
      {point.about === 'forward' && <Forward />}
      <Note meeting={meeting} point={point} />
      <Actions meeting={meeting} point={point} />
    </section>
  );
}

/** Who of those who may vote on this plan is here. Who may not does not count, wherever they sit. */
export function QuorumView({ quorum, sits }: { quorum: Quorum; sits: boolean }) {
  const here = quorum.here ?? [];
  const voted = new Set((quorum.voted ?? []).map((one) => one.id));
  return (
    <div className={`quorum ${quorum.reached ? 'reached' : ''}`} role="status" aria-label="Quorum">
      <div className="row"><Icon name={quorum.reached ? 'check' : 'team'} /><strong className="grow">{quorum.reached ? 'Quorum' : 'No quorum yet'}: {here.length} of {quorum.needed}</strong></div>
      <ul className="list quorum-people">
        {here.map((one) => <li key={one.id} className="row small"><Avatar name={one.name} /><span>{one.name}</span><span className="dim">{voted.has(one.id) ? 'has voted' : 'here'}</span></li>)}
        {(quorum.away ?? []).map((one) => <li key={one.id} className="row small dim"><Avatar name={one.name} /><span>{one.name}</span><span>{sits ? 'not here' : 'has not voted'}</span></li>)}
        {(quorum.barred ?? []).map((one) => <li key={one.person.id} className="row small dim"><Icon name="lock" size={14} /><span>{one.person.name}</span><span>{one.why}: does not count</span></li>)}
      </ul>
    </div>
  );
}

const decided: Record<string, string> = { approve: 'approved', reject: 'rejected', recuse: 'stepped aside' };

function Votes({ votes }: { votes: RoomVote[] }) {
  if (votes.length === 0) return null;
  return (
    <ul className="list votes" aria-label="Votes">
      {votes.map((vote) => (
        <li key={vote.person.id + vote.at} className="row small">
          <Avatar name={vote.person.name} />
          <span className="grow wrap"><strong>{vote.person.name}</strong> {decided[vote.decision]}{vote.by ? ` through ${vote.by.name}` : ''}{vote.before ? ' before the meeting' : ''}{vote.comment ? `: “${vote.comment}”` : ''}</span>
          <span className="dim">{dateTime(vote.at)}</span>
        </li>
      ))}
    </ul>
  );
}

function Vote({ point }: { point: Point }) {
  // After deciding, the box stays and turns into the receipt, whatever the news of the decision says.
  const [kept, keep] = useState<Point['ballot']>(null);
  const ballot = point.ballot;
  const mine = kept ?? (ballot?.can ? ballot : null);
  if (!ballot) return null;
  const why = (ballot.why ?? []).map((reason) => reason.text);
  return (
    <div className="stack" aria-live="polite">
      {ballot.state === 'approved' && <Notice look="good" icon="check">The board has approved revision {ballot.revision}.</Notice>}
      {ballot.state === 'rejected' && <Notice look="bad" icon="x">The board has rejected revision {ballot.revision}.</Notice>}
      {ballot.state === 'stale' && <Notice look="warn" icon="alert">The plan was edited: what was decided on revision {ballot.revision} binds nobody any more.</Notice>}
      {mine && point.number && <DecisionBox number={point.number} slotId={mine.slot_id} slotLabel={mine.label} digest={mine.digest} revision={mine.revision} sign={mine.sign} meaning={mine.meaning} retro={mine.retro} onDeciding={(now) => keep(now ? mine : null)} />}
      {mine && point.template_key && <TemplateVote template={point.template_key} edition={point.edition} digest={mine.digest} label={mine.label} onDeciding={(now) => keep(now ? mine : null)} />}
      {!mine && ballot.state === 'waiting' && why.length > 0 && <p className="why-not small"><Icon name="lock" size={14} /><span>You cannot vote on this: {why.join('; ')}.</span></p>}
      <Votes votes={ballot.votes ?? []} />
    </div>
  );
}

const fieldWords = (field: string) => { const words = field.replace(/_/g, ' '); return words.charAt(0).toUpperCase() + words.slice(1); };

function ReadingView({ meeting, point }: { meeting: Meeting; point: Point }) {
  const query = useQuery(reading(meeting.id, point.id));
  if (query.isPending) return <Bones lines={2} />;
  if (query.isError) return null;
  const { edits, edited_at, items, reaches, conflicts, failures, revision } = query.data;
  const edited = edits ?? [];
  const failed = failures ?? [];
  return (
    <div className="stack reading" role="group" aria-label="What to know of it">
      <h3>{point.ballot?.state === 'waiting' ? 'Before you decide' : 'What to know of it'}</h3>
      <ul className="list small stack tight">
        <li><Icon name="cmdb" size={14} /> {items === 0 ? 'It names no configuration items.' : <>It names {items} {items === 1 ? 'item' : 'items'}; a failure would reach {reaches} more. <Link to={pathOf(point.number)}>See the plan</Link></>}</li>
        <li className={conflicts > 0 ? 'red' : ''}><Icon name={conflicts > 0 ? 'alert' : 'check'} size={14} /> {conflicts > 0 ? `${conflicts} ${conflicts === 1 ? 'conflict stands' : 'conflicts stand'} against its time.` : 'Nothing stands against its time.'}</li>
        <li className={failed.length > 0 ? 'red' : ''}><Icon name={failed.length > 0 ? 'alert' : 'check'} size={14} /> {failed.length === 0 ? 'No change of these items went wrong within a year.' : <>Went wrong within a year: {failed.map((one, i) => <span key={one.number}>{i > 0 ? '; ' : ''}<Link to={pathOf(one.number)}>{one.number}</Link> {one.title} ({one.outcome.replace(/_/g, ' ')}, {dateOnly(one.ended)})</span>)}</>}</li>
      </ul>
      {edited.length > 0 && (
        <details>
          <summary className="small">Revision {revision}{edited_at ? `, edited ${dateTime(edited_at)}` : ''}: {edited.length} {edited.length === 1 ? 'field' : 'fields'} altered</summary>
          <dl className="edits">{edited.map((one) => <div key={one.field}><dt className="small label">{fieldWords(one.field)}</dt><dd className="before wrap small"><span className="hidden-label">Before: </span>{one.before || '—'}</dd><dd className="after wrap small"><span className="hidden-label">Now: </span>{one.after || '—'}</dd></div>)}</dl>
        </details>
      )}
    </div>
  );
}

/** What is scheduled in the next two weeks, with what stands against it. */
function Forward() {
  const [span] = useState(() => { const now = new Date(); now.setMinutes(0, 0, 0); return { from: now.toISOString(), to: new Date(now.getTime() + 14 * 86_400_000).toISOString() }; });
  const query = useQuery(ahead(span.from, span.to));
  const changes = (query.data?.changes ?? []).filter((one) => one.state === 'scheduled' || one.state === 'implementing');
  if (query.isPending) return <Bones lines={3} />;
  if (changes.length === 0) return <p className="dim">Nothing is scheduled in the next two weeks.</p>;
  return <div className="scroll-x"><table className="plain-table"><thead><tr><th>When</th><th>Change</th><th>Conflicts</th></tr></thead><tbody>{changes.slice(0, 50).map((one) => <tr key={one.number}><td className="nowrap">{dateTime(one.start)}</td><td><Link to={pathOf(one.number)} className="mono small">{one.number}</Link> {one.title}</td><td className="num">{one.hard || '–'}</td></tr>)}</tbody></table></div>;
}

function Note({ meeting, point }: { meeting: Meeting; point: Point }) {
  const [typed, type] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const may = meeting.may.minute && !meeting.signature && meeting.started_at;
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    if (await inRoom(meeting.id, () => api.patch<Meeting>(`/meetings/${meeting.id}/points/${point.id}`, { note: typed ?? '' }))) type(null);
    setBusy(false);
  };
  if (point.hidden || (!point.note && !may)) return null;
  return (
    <div className="stack tight">
      <h3>For the minutes</h3>
      {typed === null ? <>
        {point.note ? <Html html={point.note_html} /> : <p className="small dim">Decisions, times and who was there write themselves.</p>}
        {may && <p><Button icon="edit" onClick={() => type(point.note)}>{point.note ? 'Edit the note' : 'Note what was said'}</Button></p>}
      </> : (
        <form className="stack" onSubmit={(event) => { void save(event); }}>
          <textarea className="input" aria-label="What was said" autoFocus rows={4} value={typed} onChange={(event) => type(event.target.value)} />
          <div className="row"><Button type="submit" look="primary" busy={busy}>Save note</Button><Button look="quiet" onClick={() => type(null)}>Leave it</Button></div>
        </form>
      )}
    </div>
  );
}

function Actions({ meeting, point }: { meeting: Meeting; point: Point }) {
  const [open, show] = useState(false);
  const [words, type] = useState('');
  const [owner, setOwner] = useState<PersonRef | null>(null);
  const [due, setDue] = useState('');
  const [task, setTask] = useState(false);
  const [busy, setBusy] = useState(false);
  const mine = (meeting.actions ?? []).filter((action) => action.point === point.id);
  const may = meeting.may.minute && !meeting.signature && (meeting.state === 'in_progress' || meeting.state === 'ended') && !point.hidden;
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (!owner) return;
    setBusy(true);
    if (await inRoom(meeting.id, () => api.post<Meeting>(`/meetings/${meeting.id}/actions`, { point: point.id, text: words, owner: owner.id, due, task }))) { show(false); type(''); setOwner(null); setDue(''); setTask(false); }
    setBusy(false);
  };
  if (mine.length === 0 && !may) return null;
  return (
    <div className="stack tight">
      <h3>Actions</h3>
      <ActionList meeting={meeting} actions={mine} />
      {may && !open && <p><Button icon="plus" onClick={() => show(true)}>Somebody is to do something</Button></p>}
      {may && open && (
        <form className="stack" aria-label="Action" onSubmit={(event) => { void send(event); }}>
          <Field label="What is to be done">{(ids) => <input {...ids} className="input" required autoFocus maxLength={300} value={words} onChange={(event) => type(event.target.value)} />}</Field>
          <div className="grid2">
            <Field label="Who">{(ids) => <Picker id={ids.id} named label="Who" from="people" value={owner?.id} onPick={(choice) => setOwner(choice.id ? { id: choice.id, name: choice.label } : null)}><Person person={owner} none="Choose" /></Picker>}</Field>
            <Field label="Until" optional>{(ids) => <input {...ids} className="input" type="date" value={due} onChange={(event) => setDue(event.target.value)} />}</Field>
          </div>
          {point.about === 'change' && <label className="check"><input type="checkbox" checked={task} onChange={(event) => setTask(event.target.checked)} /> As a task of the change, before it starts</label>}
          <div className="row"><Button type="submit" look="primary" busy={busy} disabled={!owner}>Note it</Button><Button look="quiet" onClick={() => show(false)}>Leave it</Button></div>
        </form>
      )}
    </div>
  );
}

export function ActionList({ meeting, actions }: { meeting: Meeting; actions: NonNullable<Meeting['actions']> }) {
  if (actions.length === 0) return null;
  return (
    <ul className="list">
      {actions.map((action) => (
        <li key={action.id} className="row small action">
          {action.done_at ? <Icon name="check" label="Done" /> : <Icon name="flag" size={14} />}
          <span className="grow wrap">{action.text} <span className="dim">{names([action.owner])}{action.due ? `, until ${dateOnly(action.due)}` : ''}{action.task ? `, ${action.task}` : ''}</span></span>
          {action.mine && <Button className="no-print" onClick={() => { void inRoom(meeting.id, () => api.post<Meeting>(`/meetings/${meeting.id}/actions/${action.id}/done`)); }}>Done</Button>}
        </li>
      ))}
    </ul>
  );
}
