// Letting somebody decide in one's place: for some days, on some of one's approvals, and with what that would mean today.
import { Link } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, asProblem } from '../../api/client';
import { boards, changeModels, client, delegations } from '../../api/queries';
import type { Delegation, DelegationForesight, ForeseenVote } from '../../api/types';
import { pathOf, riskWord } from '../../api/words';
import { useMe } from '../../app/session';
import { toast, toastProblem } from '../../app/toasts';
import { Bones, Button, Field, Notice, ProblemNote } from '../../ui/kit';
import { Picker } from '../../ui/Picker';
import { dateOnly } from '../../ui/time';

const inDays = (days: number, from = Date.now()) => new Date(from + days * 86_400_000 - new Date(from).getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
/** Standard changes, findings and registrations are approved by nobody one by one. */
const decided = ['normal', 'emergency'];

export default function Delegations() {
  const query = useQuery(delegations);
  return (
    <div className="stack loose">
      <DelegationForm />
      {query.data?.items.length ? <ul className="list card results">{query.data.items.map((one) => <DelegationLine key={one.id} one={one} />)}</ul> : query.isPending ? <Bones /> : null}
    </div>
  );
}

function DelegationLine({ one }: { one: Delegation }) {
  const me = useMe();
  const known = useQuery(boards).data?.items ?? [];
  const models = useQuery(changeModels).data?.items ?? [];
  const end = async () => { try { await api.delete(`/delegations/${one.id}`); void client.invalidateQueries({ queryKey: ['delegations'] }); toast('Delegation ended.'); } catch (problem) { toastProblem(problem); } };
  const scope = [one.board ? known.find((board) => board.key === one.board)?.name ?? one.board : '', one.max_risk && one.max_risk !== 'high' ? `up to ${one.max_risk} risk` : '', (one.models ?? []).map((key) => models.find((model) => model.key === key)?.label ?? key).join(', ')].filter(Boolean);
  return (
    <li className="row"><div className="grow"><strong>{one.from && one.from.id !== me.id ? `${one.from.name} → ${one.to.id === me.id ? 'you' : one.to.name}` : one.to.name}</strong><div className="small dim">{[`${dateOnly(one.from_date)} to ${dateOnly(one.until)}`, ...scope, one.reason].join(' · ')}</div></div>
      {(!one.from || one.from.id === me.id) && <Button look="danger" onClick={() => { void end(); }}>End</Button>}</li>
  );
}

function DelegationForm() {
  const me = useMe();
  const mine = (useQuery(boards).data?.items ?? []).filter((board) => board.members.some((one) => one.id === me.id));
  const models = (useQuery(changeModels).data?.items ?? []).filter((model) => decided.includes(model.key));
  const [to, setTo] = useState<{ id: string; label: string } | null>(null);
  const [board, setBoard] = useState('');
  const [risk, setRisk] = useState('');
  const [of, setOf] = useState<string[]>([]);
  const [from, setFrom] = useState(() => inDays(0));
  const [until, setUntil] = useState('');
  const [reason, setReason] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const problem = error ? asProblem(error) : null;
  const scope = { board: board || undefined, max_risk: risk || undefined, models: of.length ? of : undefined };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!to) { setError(new Error('Choose who decides for you.')); return; }
    setBusy(true);
    setError(null);
    try {
      await api.post('/delegations', { to: to.id, from_date: from, until, reason, ...scope });
      setTo(null);
      setReason('');
      void client.invalidateQueries({ queryKey: ['delegations'] });
      toast(`${to.label} may decide for you.`);
    } catch (caught) { setError(caught); } finally { setBusy(false); }
  };
  return (
    <form className="card pad stack" aria-label="Let somebody decide for me" onSubmit={(event) => { void save(event); }}>
      <div><h2>Let somebody decide for me</h2><p className="dim small">Every decision says on whose behalf it was made. It passes on your own votes only, and whoever stands in for you has a hand in what you have a hand in.</p></div>
      <div className="grid2">
        <Field label="Who" wrong={problem?.at('to')}>{(ids) => <Picker id={ids.id} named label="Who" from="people" value={to?.id} onPick={setTo}>{to?.label ?? <span className="dim">Choose</span>}</Picker>}</Field>
        <Field label="Which approvals" wrong={problem?.at('board')}>{(ids) => <select {...ids} className="input" value={board} onChange={(event) => setBoard(event.target.value)}><option value="">All that ask me</option>{mine.map((one) => <option key={one.key} value={one.key}>Only those of {one.name}</option>)}</select>}</Field>
        <Field label="From">{(ids) => <input {...ids} className="input" type="date" required min={inDays(0)} value={from} onChange={(event) => setFrom(event.target.value)} />}</Field>
        <Field label="Until" hint="The last day, at most ninety days on" wrong={problem?.at('until')}>{(ids) => <input {...ids} className="input" type="date" required min={from || inDays(0)} value={until} onChange={(event) => setUntil(event.target.value)} />}</Field>
        <Field label="Up to which risk" wrong={problem?.at('max_risk')}>{(ids) => <select {...ids} className="input" value={risk} onChange={(event) => setRisk(event.target.value)}><option value="">Every risk</option><option value="medium">{riskWord.medium} and below</option><option value="low">{riskWord.low} only</option></select>}</Field>
        <fieldset className="plain"><legend className="label">Of which changes</legend><div className="row wraps">{models.map((model) => <label key={model.key} className="check"><input type="checkbox" checked={of.length === 0 || of.includes(model.key)} onChange={(event) => { const all = of.length ? of : models.map((one) => one.key); const next = event.target.checked ? [...new Set([...all, model.key])] : all.filter((one) => one !== model.key); setOf(next.length === models.length ? [] : next.length ? next : of); }} />{model.label}</label>)}</div></fieldset>
      </div>
      <Field label="Reason" wrong={problem?.at('reason')}>{(ids) => <input {...ids} className="input" required placeholder="Holiday" value={reason} onChange={(event) => setReason(event.target.value)} />}</Field>
      {to && <Foresight to={to} scope={scope} />}
      {problem && problem.errors.length === 0 ? <ProblemNote error={problem} /> : null}
      <div><Button type="submit" look="primary" busy={busy}>Delegate</Button></div>
    </form>
  );
}

/** What it would mean for the approvals that are open today, before it is saved. */
function Foresight({ to, scope }: { to: { id: string; label: string }; scope: Record<string, unknown> }) {
  const query = useQuery({ queryKey: ['delegations', 'foresight', to.id, JSON.stringify(scope)], queryFn: ({ signal }) => api.post<DelegationForesight>('/delegations/preview', { to: to.id, ...scope }, { signal }), retry: false });
  if (query.isError) return <ProblemNote error={query.error} />;
  if (!query.data) return null;
  const votes = query.data.votes ?? [], lost = query.data.lost ?? [];
  const barred = votes.filter((one) => (one.reasons ?? []).length > 0);
  return (
    <section className="stack tight" aria-label="What it would mean today" role="status">
      {votes.length === 0 ? <p className="small dim">None of your open approvals is covered today. What is asked of you while it lasts will be.</p> : <Notice look={barred.length ? 'warn' : 'good'} icon={barred.length ? 'alert' : 'check'}>
        {barred.length === 0 ? `${to.label} could cast ${votes.length === 1 ? 'the one vote' : `all ${votes.length} votes`} that you are asked for today.` : `${to.label} could cast ${votes.length - barred.length || 'none'} of the ${votes.length} votes that you are asked for today:`}
        {barred.length > 0 && <Votes list={barred} />}</Notice>}
      {lost.length > 0 && <Notice look="warn" icon="alert">{to.label} would lose {lost.length === 1 ? 'a vote of their own' : `${lost.length} votes of their own`}, for as long as it lasts:<Votes list={lost} /></Notice>}
    </section>
  );
}
/** Each reason once, with the changes that it is about. */
function Votes({ list }: { list: ForeseenVote[] }) {
  const why = new Map<string, ForeseenVote[]>();
  for (const one of list) { const text = (one.reasons ?? []).map((reason) => reason.text).join('; '); why.set(text, [...why.get(text) ?? [], one]); }
  return <ul>{[...why].map(([text, votes]) => <li key={text}><span className="first-up">{text}</span>: {votes.map((one, i) => <span key={one.number + one.slot}>{i > 0 ? ', ' : ''}<Link to={pathOf(one.number)} title={one.title}>{one.number}</Link></span>)}</li>)}</ul>;
}
