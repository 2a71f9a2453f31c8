// The meetings of the boards: what sits now, what comes, what is over; and how a board meets.
import { Link, useNavigate } from '@tanstack/react-router';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, asProblem } from '../../api/client';
import { boards, client } from '../../api/queries';
import { meetings, type Meeting, type MeetingRow } from '../../api/rooms';
import { useMe, useTitle } from '../../app/session';
import { Dialog } from '../../ui/Dialog';
import { Bones, Button, Empty, Field, PageProblem, ProblemNote, Segments, Tone } from '../../ui/kit';
import { dateTime, fromLocalInput } from '../../ui/time';
import { RhythmDialog } from './Rhythm';
import { meetingTone } from './words';
import '../../styles/cab.css';

export default function MeetingsPage() {
  useTitle('CAB');
  const me = useMe();
  const [past, look] = useState(false);
  const [asking, ask] = useState<'' | 'convene' | 'rhythm'>('');
  const query = useInfiniteQuery(meetings(past));
  const list = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="page narrow">
      <header>
        <h1>CAB</h1>
        {me.may['board.read'] && me.may['rulebook.read'] && <Button look="quiet" icon="clock" onClick={() => ask('rhythm')}>Rhythm</Button>}
        {me.may['meeting.lead'] && <Button look="primary" icon="plus" onClick={() => ask('convene')}>Convene</Button>}
      </header>
      <Segments label="Which meetings" value={past ? 'past' : 'ahead'} options={[{ value: 'ahead', label: 'Now and ahead' }, { value: 'past', label: 'Past' }]} onChange={(value) => look(value === 'past')} />
      <div style={{ height: 12 }} />
      {query.isPending ? <Bones lines={5} /> : query.isError ? <PageProblem error={query.error} again={() => { void query.refetch(); }} /> : list.length === 0
        ? <Empty icon="board" title={past ? 'No meeting is over yet' : 'No meeting is planned'}>{past ? 'The minutes of the meetings stand here.' : 'Say in the rhythm how the board meets, or convene it once.'}</Empty>
        : <ul className="list card results">{list.map((one) => <Row key={one.id} meeting={one} />)}</ul>}
      {query.hasNextPage && <p><Button busy={query.isFetchingNextPage} onClick={() => { void query.fetchNextPage(); }}>Older ones</Button></p>}
      {asking === 'convene' && <Convene onClose={() => ask('')} />}
      {asking === 'rhythm' && <RhythmDialog onClose={() => ask('')} />}
    </div>
  );
}

function Row({ meeting }: { meeting: MeetingRow }) {
  const sits = meeting.state === 'in_progress';
  return (
    <li className="meeting-row">
      <Link to="/cab/meetings/$id" params={{ id: meeting.id } as never} className="row wraps">
        <span className="grow"><strong>{meeting.title}</strong><span className="dim small block">{dateTime(meeting.starts_at)}, {meeting.minutes} minutes{meeting.announced ? `, ${meeting.points} ${meeting.points === 1 ? 'point' : 'points'}` : ', not announced yet'}{sits ? `, ${meeting.present} in the room` : ''}</span></span>
        {meeting.expected && !sits && meeting.state === 'planned' && <span className="small dim">{meeting.answer === 'yes' ? 'You come' : meeting.answer === 'no' ? 'You do not come' : 'You are expected'}</span>}
        {meeting.state === 'ended' && <span className="small dim">{meeting.signed ? 'Minutes signed' : 'Minutes to be signed'}</span>}
        <Tone tone={meetingTone[meeting.state] ?? 'new'}>{meeting.state_label}</Tone>
      </Link>
    </li>
  );
}

function Convene({ onClose }: { onClose: () => void }) {
  const list = useQuery(boards);
  const navigate = useNavigate();
  const [board, choose] = useState('cab');
  const [start, setStart] = useState('');
  const [length, setLength] = useState(60);
  const [title, setTitle] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const problem = error ? asProblem(error) : null;
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const made = await api.post<Meeting>('/meetings', { board, starts_at: fromLocalInput(start), minutes: length, title: title.trim() });
      void client.invalidateQueries({ queryKey: ['meetings'] });
      await navigate({ to: '/cab/meetings/$id' as string, params: { id: made.id } as never });
    } catch (caught) { setError(caught); setBusy(false); }
  };
  return (
    <Dialog title="Convene a meeting" open onClose={onClose}>
      <form className="stack" onSubmit={(event) => { void send(event); }}>
        <Field label="Board">{(ids) => <select {...ids} className="input" value={board} onChange={(event) => choose(event.target.value)}>{(list.data?.items ?? [{ key: 'cab', name: 'Change Advisory Board' }]).map((one) => <option key={one.key} value={one.key}>{one.name}</option>)}</select>}</Field>
        <div className="grid2">
          <Field label="Begins" wrong={problem?.at('starts_at')}>{(ids) => <input {...ids} className="input" type="datetime-local" required value={start} onChange={(event) => setStart(event.target.value)} />}</Field>
          <Field label="Minutes" wrong={problem?.at('minutes')}>{(ids) => <input {...ids} className="input num" type="number" min={5} max={480} value={length} onChange={(event) => setLength(Number(event.target.value))} />}</Field>
        </div>
        <Field label="Title" optional wrong={problem?.at('title')}>{(ids) => <input {...ids} className="input" maxLength={200} value={title} onChange={(event) => setTitle(event.target.value)} />}</Field>
        {error ? <ProblemNote error={error} /> : null}
        <div className="row"><Button type="submit" look="primary" busy={busy}>Convene</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}
