// The room of a meeting: where it is, its clock, the quorum, the vote, who is there. All of it is on the server: every screen
// shows the same, and a laptop that is closed loses nothing.
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState, type FocusEvent } from 'react';
import { api } from '../../api/client';
import { inRoom, meeting as meetingQuery, type Meeting } from '../../api/rooms';
import { useTitle } from '../../app/session';
import { Dialog } from '../../ui/Dialog';
import { Bones, Button, Notice, PageProblem, Segments, Tone } from '../../ui/kit';
import { Icon } from '../../ui/Icon';
import { dateTime } from '../../ui/time';
import { Agenda } from './Agenda';
import { MinutesView } from './Minutes';
import { Attendance } from './Attendance';
import { PointCard } from './PointCard';
import { band, clock, currentOf, listed, meetingTone, useSince } from './words';
import '../../styles/cab.css';

export default function RoomPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery(meetingQuery(id));
  useTitle(query.data?.title ?? 'Meeting');
  if (query.isPending) return <div className="page"><Bones lines={8} /></div>;
  if (query.isError) return <PageProblem level={1} error={query.error} again={() => { void query.refetch(); }} />;
  return <Room key={id} meeting={query.data} readAt={query.dataUpdatedAt} />;
}

function Room({ meeting, readAt }: { meeting: Meeting; readAt: number }) {
  const [tab, show] = useState<'room' | 'minutes'>(meeting.state === 'ended' ? 'minutes' : 'room');
  // Whoever reads, or types, stays where they are when the meeting goes on; they are told, and follow when they want to.
  const [pinned, pin] = useState<string | null>(null);
  const points = listed(meeting);
  const current = currentOf(meeting);
  const point = points.find((one) => one.id === pinned) ?? current ?? (meeting.state === 'in_progress' ? undefined : points[0]);
  const elsewhere = pinned !== null && current !== undefined && current.id !== pinned;
  const typing = (event: FocusEvent) => { if (point && event.target instanceof HTMLTextAreaElement) pin(point.id); };
  return (
    <div className="page room">
      <header className="room-head">
        <div className="grow">
          <Link to="/cab" className="small no-print"><Icon name="back" size={13} /> Meetings</Link>
          <h1>{meeting.title}</h1>
          <p className="dim small">{dateTime(meeting.starts_at)}, {meeting.minutes} minutes{meeting.lead ? <>, led by {meeting.lead.name}</> : null}</p>
        </div>
        <Tone tone={meetingTone[meeting.state] ?? 'new'}>{meeting.state_label}</Tone>
      </header>
      {meeting.state === 'cancelled' && <Notice icon="x">It does not take place: {meeting.reason}</Notice>}
      <Standing meeting={meeting} readAt={readAt} />
      {meeting.started_at && <div className="no-print room-tabs"><Segments label="What is shown" value={tab} options={[{ value: 'room', label: 'Room' }, { value: 'minutes', label: 'Minutes' }]} onChange={show} /></div>}
      {tab === 'minutes' && meeting.started_at ? <MinutesView meeting={meeting} /> : (
        <div className="room-body">
          <div className="room-main" onFocus={typing}>
            {elsewhere && <Notice look="wait" icon="arrow" act={<Button onClick={() => pin(null)}>Follow</Button>}>The meeting has gone on to “{current.title}”.</Notice>}
            {point ? <PointCard key={point.id} meeting={meeting} point={point} readAt={readAt} />
              : <section className="card pad room-wait"><h2>{points.some((one) => one.state === 'open') ? 'The meeting has begun' : 'The agenda is done'}</h2><p className="dim">{points.some((one) => one.state === 'open') ? 'Whoever leads it takes the first point. Until then you can read any of them.' : 'What is left is to end it, and to sign the minutes.'}</p></section>}
          </div>
          <div className="room-side">
            <Agenda meeting={meeting} readAt={readAt} shown={point?.id} onShow={(ref) => pin(ref === current?.id ? null : ref)} />
            <Attendance meeting={meeting} />
          </div>
        </div>
      )}
      <Controls meeting={meeting} onMoved={() => pin(null)} />
    </div>
  );
}

/** The strip that everybody sees: the clock, and whether those who make the quorum are there. */
function Standing({ meeting, readAt }: { meeting: Meeting; readAt: number }) {
  const since = useSince(readAt, meeting.running);
  const spent = meeting.elapsed_seconds + since;
  const point = currentOf(meeting);
  const mine = point ? point.elapsed_seconds + (point.running ? since : 0) : 0;
  if (!meeting.started_at) return null;
  return (
    <div className="standing" role="group" aria-label="Where the meeting is">
      <div className={`standing-one ${band(spent, meeting.minutes)}`}><span className="small">Meeting</span><strong className="num" role="timer">{clock(spent)}</strong><span className="small dim">of {meeting.minutes} min{meeting.state === 'in_progress' && !meeting.running ? ', paused' : ''}</span></div>
      {point && <div className={`standing-one ${band(mine, point.minutes)}`}><span className="small">This point</span><strong className="num" role="timer">{clock(mine)}</strong><span className="small dim">of {point.minutes} min</span></div>}
      {meeting.state === 'in_progress' && <div className={`standing-one ${meeting.members_present >= meeting.needed ? 'good' : ''}`}><span className="small">Of the board</span><strong className="num">{meeting.members_present}</strong><span className="small dim">in the room, {meeting.needed} make a quorum</span></div>}
      {point?.quorum && <div className={`standing-one ${point.quorum.reached ? 'good' : 'over'}`}><span className="small">Quorum on this</span><strong className="num">{(point.quorum.here ?? []).length} of {point.quorum.needed}</strong><span className="small dim">{point.quorum.reached ? 'may vote on it: enough' : 'may vote on it: too few'}</span></div>}
    </div>
  );
}

/** What a thumb reaches: coming and going for everybody, the way on for whoever leads. */
function Controls({ meeting, onMoved }: { meeting: Meeting; onMoved: () => void }) {
  const [busy, setBusy] = useState('');
  const [asking, ask] = useState<'' | 'cancel' | 'end'>('');
  const [reason, type] = useState('');
  const [behalf, standFor] = useState('');
  const base = `/meetings/${meeting.id}`;
  const current = currentOf(meeting);
  const act = async (name: string, path: string, body?: unknown) => {
    setBusy(name);
    const done = await inRoom(meeting.id, () => (path === '/answer' ? api.put<Meeting>(base + path, body) : api.post<Meeting>(base + path, body)));
    setBusy('');
    return done;
  };
  const sits = meeting.state === 'in_progress';
  const left = listed(meeting).filter((point) => point.state === 'open').length;
  const standIn = meeting.stand_in_for ?? [];
  if (meeting.state === 'ended' || meeting.state === 'cancelled' || !meeting.may.attend) return null;
  const next = async () => { if (await act('next', '/clock/next', { from: current?.id ?? '' })) onMoved(); };
  return (
    <div className="room-controls no-print" role="group" aria-label="Controls">
      {!sits && meeting.expected && <>
        <Button look={meeting.answer === 'yes' ? 'approve' : ''} icon="check" aria-pressed={meeting.answer === 'yes'} busy={busy === 'yes'} onClick={() => { void act('yes', '/answer', { comes: true }); }}>I come</Button>
        <Button look={meeting.answer === 'no' ? 'danger' : ''} icon="x" aria-pressed={meeting.answer === 'no'} busy={busy === 'no'} onClick={() => { void act('no', '/answer', { comes: false }); }}>I do not come</Button>
      </>}
      {sits && !meeting.in_room && (meeting.expected || standIn.length > 0 || meeting.may.lead) && <>
        {standIn.length > 0 && <select className="input behalf" aria-label="For whom you sit there" value={behalf} onChange={(event) => standFor(event.target.value)}><option value="">For myself</option>{standIn.map((one) => <option key={one.id} value={one.id}>For {one.name}</option>)}</select>}
        {(meeting.expected || standIn.length > 0) && <Button look="primary" icon="person" busy={busy === 'join'} onClick={() => { void act('join', '/join', behalf ? { on_behalf_of: behalf } : {}); }}>Join</Button>}
      </>}
      {sits && meeting.in_room && <Button icon="back" busy={busy === 'leave'} onClick={() => { void act('leave', '/leave'); }}>Leave</Button>}
      {meeting.may.lead && <span className="grow" />}
      {meeting.may.lead && !sits && <>
        <Button look="quiet" icon="undo" busy={busy === 'refresh'} onClick={() => { void act('refresh', '/refresh'); }}>Refresh</Button>
        <Button look="quiet" onClick={() => ask('cancel')}>Cancel…</Button>
        <Button look="primary" icon="arrow" busy={busy === 'start'} onClick={() => { void act('start', '/moves/start'); }}>Start the meeting</Button>
      </>}
      {meeting.may.lead && sits && <>
        <Button icon={meeting.running ? 'pause' : 'clock'} busy={busy === 'pause'} onClick={() => { void act('pause', `/clock/${meeting.running ? 'pause' : 'resume'}`); }}>{meeting.running ? 'Pause' : 'Resume'}</Button>
        <Button look={left || current ? '' : 'primary'} onClick={() => ask('end')}>End…</Button>
        {(left > 0 || current) && <Button look="primary" icon="arrow" busy={busy === 'next'} onClick={() => { void next(); }}>{!current ? 'First point' : left > 0 ? 'Next point' : 'Close the point'}</Button>}
      </>}
      {asking === 'end' && (
        <Dialog title="End the meeting" open onClose={() => ask('')} size={440}>
          <div className="stack">
            <p>{left + (current ? 1 : 0) > 0 ? 'What is not decided is carried over to the next meeting.' : 'Every point was talked about.'} Everybody is seen out, and the minutes can be signed.</p>
            <div className="row"><Button look="primary" busy={busy === 'end'} onClick={() => { void act('end', '/moves/end').then((done) => { if (done) ask(''); }); }}>End the meeting</Button><Button look="quiet" onClick={() => ask('')}>Go on</Button></div>
          </div>
        </Dialog>
      )}
      {asking === 'cancel' && (
        <Dialog title="Cancel the meeting" open onClose={() => ask('')} size={440}>
          <form className="stack" onSubmit={(event) => { event.preventDefault(); void act('cancel', '/moves/cancel', { reason }).then((done) => { if (done) ask(''); }); }}>
            <label className="field"><span className="label">Reason</span><textarea className="input" required autoFocus value={reason} onChange={(event) => type(event.target.value)} /></label>
            <div className="row"><Button type="submit" look="danger" busy={busy === 'cancel'}>Cancel the meeting</Button><Button look="quiet" onClick={() => ask('')}>Leave it</Button></div>
          </form>
        </Dialog>
      )}
    </div>
  );
}
