import { Link, useParams, useRouterState } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState, type FormEvent } from 'react';
import { api, asProblem } from '../../api/client';
import { client, sessions, tokens } from '../../api/queries';
import type { Token } from '../../api/types';
import { toast, toastProblem } from '../../app/toasts';
import { useMe, useTitle } from '../../app/session';
import { Ago, Bones, Button, Copy, Empty, Field, PageProblem, ProblemNote, Tone } from '../../ui/kit';
import { dateOnly, dateTime } from '../../ui/time';

const Feeds = lazy(() => import('./Feeds'));
const Delegations = lazy(() => import('./Delegations'));

const tabs = [['sessions', 'Sessions'], ['tokens', 'Access tokens'], ['password', 'Password'], ['feeds', 'Calendar feeds'], ['delegations', 'Delegations']] as const;

export default function MePage() {
  const { tab = 'sessions' } = useParams({ strict: false }) as { tab?: string };
  const me = useMe();
  // The same pages stand in the portal, in its own frame.
  const base = useRouterState({ select: (state) => (state.location.pathname.startsWith('/portal/') ? '/portal/me' : '/me') });
  useTitle(tabs.find(([key]) => key === tab)?.[1] ?? 'Me');
  return (
    <div className="page narrow">
      <header><h1>{me.name}</h1><span className="dim">{me.email}</span></header>
      <nav className="tabs" aria-label="About me">{tabs.filter(([key]) => key === tab || (key === 'delegations' ? me.may['change.decide'] : key === 'feeds' ? me.may['calendar.read'] : true)).map(([key, label]) => <Link key={key} to={`${base}/${key}`} aria-current={key === tab ? 'page' : undefined}>{label}</Link>)}</nav>
      <Suspense fallback={<Bones />}>{tab === 'tokens' ? <Tokens /> : tab === 'password' ? <Password /> : tab === 'feeds' ? <Feeds /> : tab === 'delegations' ? <Delegations /> : <Sessions />}</Suspense>
    </div>
  );
}

/** A browser's name from its user agent, good enough to recognise one's own. */
const device = (agent: string) => `${/Edg/.test(agent) ? 'Edge' : /Firefox/.test(agent) ? 'Firefox' : /Chrom/.test(agent) ? 'Chrome' : /Safari/.test(agent) ? 'Safari' : agent.split('/')[0] || 'Unknown'}${/Android|iPhone|iPad/.test(agent) ? ' on a phone or tablet' : /Windows/.test(agent) ? ' on Windows' : /Mac OS/.test(agent) ? ' on a Mac' : /Linux/.test(agent) ? ' on Linux' : ''}`;

function Sessions() {
  const query = useQuery(sessions);
  const end = async (id: string) => { try { await api.delete(`/me/sessions/${id}`); void client.invalidateQueries({ queryKey: ['sessions'] }); toast('Session ended.'); } catch (error) { toastProblem(error); } };
  if (!query.data) return query.isError ? <PageProblem error={query.error} /> : <Bones />;
  return (
    <ul className="list card results">{query.data.items.map((one) => (
      <li key={one.id} className="row"><div className="grow"><strong>{device(one.user_agent)}</strong>{one.current && <> <Tone tone="done">This one</Tone></>}<div className="small dim">{one.address} · last seen <Ago at={one.last_seen_at} /> · since {dateTime(one.created_at)}</div></div>{!one.current && <Button look="danger" onClick={() => { void end(one.id); }}>End</Button>}</li>
    ))}</ul>
  );
}

// A token's rights are actions of the policy; people choose among kinds of act, each of which stands for many.
const reading = /\.(read|read_internal|export|sessions|explain)$/;
const deciding = /\.(decide|recuse)$/;
const acts = [
  { key: 'read', label: 'Read what I may read', takes: (action: string) => reading.test(action) },
  { key: 'write', label: 'Create and change records', takes: (action: string) => /^(incident|request|problem|change|task|view)\./.test(action) && !reading.test(action) && !deciding.test(action) },
  { key: 'decide', label: 'Decide on changes in my name', takes: (action: string) => deciding.test(action) },
  { key: 'admin', label: 'Administer people, teams, boards and jobs', takes: (action: string) => !/^(incident|request|problem|change|task|view)\./.test(action) && !reading.test(action) },
];
/** The rights that the chosen acts stand for, among those that the person has. */
const rightsOf = (may: Record<string, boolean>, chosen: FormDataEntryValue[]) => Object.keys(may).filter((action) => may[action] && acts.some((act) => chosen.includes(act.key) && act.takes(action)));
/** The same in words, for a token that exists. */
const actsOf = (rights: string[]) => acts.filter((act) => rights.some(act.takes)).map((act) => act.label.toLowerCase()).join('; ');
function Tokens() {
  const me = useMe();
  const query = useQuery(tokens);
  const [made, setMade] = useState<Token | null>(null);
  const [error, setError] = useState<unknown>(null);
  const create = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const typed = new FormData(form);
    setError(null);
    try {
      setMade(await api.post<Token>('/me/tokens', { name: typed.get('name'), rights: rightsOf(me.may, typed.getAll('right')), expires_at: new Date(Date.now() + Number(typed.get('days')) * 86_400_000).toISOString() }));
      form.reset();
      void client.invalidateQueries({ queryKey: ['tokens'] });
    } catch (problem) { setError(problem); }
  };
  const remove = async (token: Token) => { try { await api.delete(`/me/tokens/${token.id}`); void client.invalidateQueries({ queryKey: ['tokens'] }); toast(`Token “${token.name}” no longer works.`); } catch (problem) { toastProblem(problem); } };
  return (
    <div className="stack loose">
      {made?.secret && <div className="secret" role="status"><strong>Copy the token “{made.name}” now. It is not shown again.</strong><div className="row"><code className="mono grow wrap">{made.secret}</code><Copy text={made.secret} label="Copy the token" /></div></div>}
      <form className="card pad stack" onSubmit={(event) => { void create(event); }}>
        <h2>New token</h2>
        <div className="grid2">
          <Field label="Name" hint="What uses it">{(ids) => <input {...ids} className="input" name="name" required />}</Field>
          <Field label="Works for">{(ids) => <select {...ids} className="input" name="days" defaultValue="90"><option value="7">7 days</option><option value="30">30 days</option><option value="90">90 days</option><option value="365">one year</option></select>}</Field>
        </div>
        <fieldset className="stack tight" style={{ border: 0, padding: 0, margin: 0 }}><legend className="label">It may</legend>{acts.filter((act) => Object.keys(me.may).some((action) => me.may[action] && act.takes(action))).map(({ key, label }) => <label key={key} className="check"><input type="checkbox" name="right" value={key} defaultChecked={key === 'read'} />{label}</label>)}</fieldset>
        <ProblemNote error={error} />
        <div><Button type="submit" look="primary">Create token</Button></div>
      </form>
      {query.data?.items.length ? <ul className="list card results">{query.data.items.map((one) => <li key={one.id} className="row"><div className="grow"><strong>{one.name}</strong><div className="small dim"><span title={one.rights.join(', ')}>{actsOf(one.rights)}</span> · {one.expires_at ? `until ${dateOnly(one.expires_at)}` : 'no end'} · {one.last_used_at ? <>used <Ago at={one.last_used_at} /></> : 'never used'}</div></div><Button look="danger" onClick={() => { void remove(one); }}>Revoke</Button></li>)}</ul> : query.isPending ? <Bones /> : <Empty icon="key" title="No tokens">Scripts and other systems use tokens instead of your password, with only the rights that they need.</Empty>}
    </div>
  );
}

function Password() {
  const [typed, set] = useState({ current: '', next: '', again: '' });
  const [error, setError] = useState<unknown>(null);
  const problem = error ? asProblem(error) : null;
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (typed.next !== typed.again) return;
    setError(null);
    try { await api.post('/me/password', { current: typed.current, new: typed.next }); set({ current: '', next: '', again: '' }); toast('Your password is changed. Other sessions have ended.'); void client.invalidateQueries({ queryKey: ['sessions'] }); } catch (caught) { setError(caught); }
  };
  return (
    <form className="card pad stack" style={{ maxWidth: 440 }} onSubmit={(event) => { void save(event); }}>
      <Field label="Current password" wrong={problem?.at('current')}>{(ids) => <input {...ids} className="input" type="password" required autoComplete="current-password" value={typed.current} onChange={(event) => set({ ...typed, current: event.target.value })} />}</Field>
      <Field label="New password" hint="At least 12 characters; a sentence is fine" wrong={problem?.at('new')}>{(ids) => <input {...ids} className="input" type="password" required minLength={12} autoComplete="new-password" value={typed.next} onChange={(event) => set({ ...typed, next: event.target.value })} />}</Field>
      <Field label="New password again" wrong={typed.again && typed.again !== typed.next ? 'The two passwords differ.' : undefined}>{(ids) => <input {...ids} className="input" type="password" required autoComplete="new-password" value={typed.again} onChange={(event) => set({ ...typed, again: event.target.value })} />}</Field>
      {problem && problem.errors.length === 0 ? <ProblemNote error={problem} /> : null}
      <div><Button type="submit" look="primary">Change password</Button></div>
    </form>
  );
}
