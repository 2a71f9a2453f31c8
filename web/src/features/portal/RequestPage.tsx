// One record as its requester sees it: where it is, what happens next, the conversation, and what they can do.
import { Link, useParams } from '@tanstack/react-router';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useRef, useState, type FormEvent } from 'react';
import { api, asProblem, isStale } from '../../api/client';
import { inTurn, refresh, say, settle } from '../../api/cache';
import { client, record as recordQuery, timeline } from '../../api/queries';
import { kindPlural, parseNumber } from '../../api/words';
import type { Entry, Ticket } from '../../api/types';
import { draftWords, useDraft } from '../../app/drafts';
import { useMe, useTitle } from '../../app/session';
import { toast, toastProblem } from '../../app/toasts';
import { Icon } from '../../ui/Icon';
import { Ago, Avatar, Bones, Button, Html, PageProblem, ProblemNote, Tone } from '../../ui/kit';
import { bytes, dateTime } from '../../ui/time';
import { attach } from '../record/edits';
import { isMessage } from '../record/stream';
import { actsOf, owner, plain, stationsOf, told, type Act } from './words';

export default function RequestPage() {
  const { number: typed = '' } = useParams({ strict: false }) as { number?: string };
  const number = parseNumber(typed) ?? typed;
  const query = useQuery(recordQuery(number));
  useTitle(query.data ? `${query.data.number} ${query.data.title}` : number);
  if (query.isPending) return <div className="portal-page"><Bones lines={7} /></div>;
  if (!query.data) return <div className="portal-page"><PageProblem level={1} error={query.error} again={() => { void query.refetch(); }} /></div>;
  return <Whole record={query.data} />;
}

function Whole({ record }: { record: Ticket }) {
  const state = plain(record);
  const steps = stationsOf(record.kind);
  const going = record.category === 'open' || record.category === 'waiting';
  return (
    <article className="portal-page request-page">
      <header>
        <Link to="/portal/requests" className="button link no-print"><Icon name="back" size={15} />My requests</Link>
        <h1>{record.title}</h1>
        <div className="row wraps small dim"><span className="num">{record.number}</span><span>asked <Ago at={record.opened_at} /></span>{record.service && <span>{record.service}</span>}</div>
      </header>
      <section className={`card pad where ${state.yours ? 'yours' : ''}`} aria-label="Where it is">
        <div className="row wraps apart"><Tone tone={state.tone}>{state.label}</Tone><span className="small dim">{owner(record)}{going && record.due_at ? ` · by ${dateTime(record.due_at)}` : ''}</span></div>
        {state.step >= 0 && <ol className="list stations" aria-label="Stations">{steps.map((name, index) => <li key={name} className={index < state.step ? 'past' : index === state.step ? 'here' : ''} aria-current={index === state.step ? 'step' : undefined}>{name}</li>)}</ol>}
        <p className="next"><strong>What happens next.</strong> {state.next}</p>
        {record.pending_reason && record.category === 'waiting' && <p className="wrap quote">{record.pending_reason.replace(/^waits for [^:]*: /i, '')}</p>}
        <Acts record={record} />
      </section>
      {(record.resolution ?? record.fulfilment) && <section className="card pad resolution" aria-label="Answer"><h2>{record.kind === 'request' ? 'What was delivered' : 'What fixed it'}</h2>{record.resolution_html ?? record.fulfilment_html ? <Html html={record.resolution_html ?? record.fulfilment_html} /> : <p className="wrap">{record.resolution ?? record.fulfilment}</p>}</section>}
      <Conversation record={record} />
    </article>
  );
}

function Acts({ record }: { record: Ticket }) {
  const [asking, ask] = useState<Act | null>(null);
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const acts = actsOf(record.kind, record.moves ?? []);
  const fire = async (act: Act) => {
    setBusy(true);
    setError(null);
    try {
      const answer = await inTurn(record, (version) => api.post<Ticket>(`/${kindPlural[record.kind]}/${record.number}/moves/${act.event}`, act.ask ? { reason } : {}, { version }));
      client.setQueryData(['record', record.number], answer);
      settle(record.number, answer);
      void client.invalidateQueries({ queryKey: ['tickets'] });
      ask(null);
      setReason('');
      toast(act.does);
    } catch (caught) {
      if (isStale(caught)) refresh(record.number);
      if (asking) setError(asProblem(caught)); else toastProblem(caught);
    } finally { setBusy(false); }
  };
  if (acts.length === 0) return null;
  if (asking) {
    return (
      <form className="stack" onSubmit={(event: FormEvent) => { event.preventDefault(); void fire(asking); }}>
        <label className="field"><span className="label">{asking.ask}</span><textarea className="input" required autoFocus value={reason} onChange={(event) => setReason(event.target.value)} /></label>
        <ProblemNote error={error} />
        <div className="row wraps"><Button type="submit" look="primary" busy={busy}>{asking.label}</Button><Button look="quiet" onClick={() => ask(null)}>Leave it</Button></div>
      </form>
    );
  }
  return <div className="row wraps asks no-print">{acts.map((act) => <Button key={act.event} look={act.look} busy={busy && !act.ask} onClick={() => { if (act.ask) ask(act); else void fire(act); }}>{act.label}</Button>)}</div>;
}

function Conversation({ record }: { record: Ticket }) {
  const me = useMe();
  const query = useInfiniteQuery(timeline(record.number));
  const entries = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="stream" aria-label="Conversation">
      <h2 className="portal-h">Conversation</h2>
      {record.description && <div className="card pad asked"><div className="small dim">{record.requester?.id === me.id ? 'You wrote' : `${record.requester?.name ?? 'Somebody'} wrote`}</div><Html html={record.description_html} /></div>}
      {query.isPending ? <Bones lines={4} /> : query.isError ? <ProblemNote error={query.error} again={() => { void query.refetch(); }} /> : <ol className="list talk">{entries.map((entry) => <Said key={entry.id} entry={entry} me={me} />)}</ol>}
      {query.hasNextPage && <Button look="quiet" busy={query.isFetchingNextPage} onClick={() => { void query.fetchNextPage(); }}>Show more</Button>}
      {record.attachments.length > 0 && <ul className="list files" aria-label="Files">{record.attachments.map((file) => <li key={file.key}><a href={`/api/v1/attachments/${file.key}`} download={file.name} className="button"><Icon name="file" size={15} /><span className="clip">{file.name}</span><span className="small dim">{bytes(file.size)}</span></a></li>)}</ul>}
      <Reply record={record} />
    </section>
  );
}

function Said({ entry, me }: { entry: Entry; me: { id: string; name: string } }) {
  if (!isMessage(entry)) {
    const line = told(entry, me.name);
    return line ? <li className="told small dim"><span className="grow">{line}</span><Ago at={entry.at} /></li> : null;
  }
  const mine = entry.actor.id === me.id;
  return (
    <li className={`said ${mine ? 'mine-said' : ''}`}>
      <Avatar name={entry.actor.name} large />
      <div className="said-text"><div className="row small"><strong>{mine ? 'You' : entry.actor.name}</strong>{entry.internal && <span className="note-mark"><Icon name="lock" size={12} />Internal note</span>}<span className="dim"><Ago at={entry.at} /></span></div>{entry.body_html ? <Html html={entry.body_html} /> : <p className="wrap">{entry.body}</p>}</div>
    </li>
  );
}

function Reply({ record }: { record: Ticket }) {
  const draft = useDraft(`reply:${record.number}`, { body: '' });
  const [busy, setBusy] = useState(false);
  const [progress, setProgress] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const text = draft.value.body;
  if (!record.may.comment) return null;
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (!text.trim() || busy) return;
    setBusy(true);
    try {
      await say(record, text, false);
      draft.clear();
    } catch (error) { toastProblem(error); } finally { setBusy(false); }
  };
  return (
    <form className="composer no-print" onSubmit={(event) => { void send(event); }}>
      <textarea className="input" rows={3} aria-label="Reply" placeholder={record.pending_on === 'user' ? 'Your answer' : 'Write to whoever has this'} value={text} onChange={(event) => draft.set({ body: event.target.value })} />
      <div className="row composer-foot">
        {record.may.attach && <><input ref={input} type="file" multiple hidden onChange={(event) => { void attach(record.number, [...event.target.files ?? []], false, setProgress); event.target.value = ''; }} /><Button look="quiet" icon="clip" onClick={() => input.current?.click()}>Attach</Button></>}
        <span className="grow small dim" aria-live="polite">{progress || draftWords[draft.state.status]}</span>
        <Button type="submit" look="primary" icon="reply" busy={busy} disabled={!text.trim()}>Send</Button>
      </div>
    </form>
  );
}
