import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { api, asProblem } from '../../api/client';
import { boards, client, person, roles, sites, teams } from '../../api/queries';
import type { Grant, PersonPage as Page } from '../../api/types';
import { useMe } from '../../app/session';
import { toast, toastProblem } from '../../app/toasts';
import { Dialog } from '../../ui/Dialog';
import { Icon } from '../../ui/Icon';
import { Ago, Bones, Button, Field, PageProblem, ProblemNote, Tone } from '../../ui/kit';
import { dateOnly, dateTime } from '../../ui/time';
import { Admin } from './Admin';

export default function PersonPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = useQuery(person(id));
  const me = useMe();
  const [asking, ask] = useState<'grant' | 'disable' | 'enable' | 'password' | { revoke: Grant } | null>(null);
  const who = query.data;
  const again = () => { ask(null); void client.invalidateQueries({ queryKey: ['person', id] }); void client.invalidateQueries({ queryKey: ['people'] }); };
  if (!who) return <Admin title="Person">{query.isError ? <PageProblem error={query.error} /> : <Bones lines={6} />}</Admin>;
  return (
    <Admin title={who.name} act={<>{who.active ? <Tone tone="done">Active</Tone> : <Tone tone="closed">Disabled</Tone>}{me.may['person.set_password'] && <Button onClick={() => ask('password')}>Set password</Button>}{me.may['person.disable'] && <Button look={who.active ? 'danger' : ''} onClick={() => ask(who.active ? 'disable' : 'enable')}>{who.active ? 'Disable' : 'Enable'}</Button>}</>}>
      <div className="stack loose">
        <Identity key={who.version ?? who.name} who={who} onSaved={again} />
        <section className="card" aria-label="Grants">
          <header><h2 className="grow">Roles</h2><Link to="/admin/explain" search={{ person: who.id } as never} className="small">Why can they…?</Link>{me.may['person.grant'] && <Button icon="plus" onClick={() => ask('grant')}>Grant a role</Button>}</header>
          {(who.grants ?? []).length === 0 ? <p className="inside dim">No roles: {who.name.split(' ')[0]} may only see and open their own requests.</p> : (
            <div className="scroll-x" tabIndex={0} role="region" aria-label="Roles held"><table className="plain-table as-cards" style={{ marginTop: 8 }}><thead><tr><th>Role</th><th>Where</th><th>From</th><th>Until</th><th>Reason</th><th><span className="hidden-label">Revoke</span></th></tr></thead><tbody>{who.grants!.map((grant) => <tr key={grant.id}><td className="strong">{grant.label || grant.role}</td><td>{grant.scope === 'all' ? 'everywhere' : grant.scope.replace(':', ' ')}</td><td>{grant.valid_from ? dateOnly(grant.valid_from) : 'always'}</td><td>{grant.valid_until ? dateOnly(grant.valid_until) : 'no end'}</td><td>{grant.reason}</td><td>{grant.revoked_at ? <span className="dim small">revoked {dateOnly(grant.revoked_at)}</span> : me.may['person.revoke'] ? <Button look="danger" onClick={() => ask({ revoke: grant })}>Revoke</Button> : null}</td></tr>)}</tbody></table></div>
          )}
        </section>
        <section className="card" aria-label="Sessions">
          <header><h2>Sessions</h2></header>
          <ul className="list side-list">{(who.sessions ?? []).map((one) => <li key={one.id} className="small side-item">{one.address} <span className="dim">{one.user_agent} · last seen <Ago at={one.last_seen_at} /> · since {dateTime(one.created_at)}</span></li>)}{(who.sessions ?? []).length === 0 && <li className="dim small">Not signed in anywhere.</li>}</ul>
        </section>
      </div>
      {asking === 'grant' && <GrantDialog who={who} onClose={() => ask(null)} onDone={again} />}
      {(asking === 'disable' || asking === 'enable') && <Reason title={asking === 'disable' ? `Disable ${who.name}` : `Enable ${who.name}`} hint={asking === 'disable' ? 'Their sessions and tokens end at once. What they did stays.' : 'They can sign in again; their grants are as they were.'} danger={asking === 'disable'} onClose={() => ask(null)} send={(reason) => api.post(`/people/${id}/moves/${asking}`, { reason })} onDone={again} />}
      {asking && typeof asking === 'object' && <Reason title={`Revoke ${asking.revoke.label || asking.revoke.role}`} hint="It ends at once. Decisions that they made with it stay." danger onClose={() => ask(null)} send={(reason) => api.delete(`/grants/${asking.revoke.id}`, { reason })} onDone={again} />}
      {asking === 'password' && <PasswordDialog id={id} name={who.name} onClose={() => ask(null)} />}
    </Admin>
  );
}

function Identity({ who, onSaved }: { who: Page; onSaved: () => void }) {
  const places = useQuery(sites);
  const [typed, set] = useState({ name: who.name, email: who.email, site: who.site ?? '' });
  const dirty = typed.name !== who.name || typed.email !== who.email || typed.site !== (who.site ?? '');
  const save = async (event: FormEvent) => { event.preventDefault(); try { await api.patch(`/people/${who.id}`, { ...typed, site: typed.site || undefined }); toast('Saved.'); onSaved(); } catch (error) { toastProblem(error); } };
  return (
    <form className="card pad stack" onSubmit={(event) => { void save(event); }}>
      <div className="filter-row" style={{ margin: 0 }}>
        <Field label="Name">{(ids) => <input {...ids} className="input" required value={typed.name} onChange={(event) => set({ ...typed, name: event.target.value })} />}</Field>
        <Field label="Mail address">{(ids) => <input {...ids} className="input" type="email" required value={typed.email} onChange={(event) => set({ ...typed, email: event.target.value })} />}</Field>
        <Field label="Site">{(ids) => <select {...ids} className="input" value={typed.site} onChange={(event) => set({ ...typed, site: event.target.value })}><option value="">None</option>{typed.site && !(places.data?.items ?? []).some((one) => (one.key ?? one.id ?? one.name) === typed.site) && <option value={typed.site}>{typed.site}</option>}{(places.data?.items ?? []).map((one) => <option key={one.key ?? one.id ?? one.name} value={one.key ?? one.id ?? one.name}>{one.name}</option>)}</select>}</Field>
      </div>
      <div className="row"><span className="dim small grow">Login <code className="mono">{who.login}</code>{who.teams?.length ? ` · ${who.teams.map((team) => team.name).join(', ')}` : ''}</span>{dirty && <Button type="submit" look="primary">Save</Button>}</div>
    </form>
  );
}

function GrantDialog({ who, onClose, onDone }: { who: Page; onClose: () => void; onDone: () => void }) {
  const known = useQuery(roles), groups = useQuery(teams), places = useQuery(sites), all = useQuery(boards);
  const [role, setRole] = useState('');
  const [error, setError] = useState<unknown>(null);
  const does = known.data?.roles.find((one) => one.name === role)?.does;
  const save = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    const day = (name: string) => (typed.get(name) ? new Date(String(typed.get(name))).toISOString() : undefined);
    try { await api.post(`/people/${who.id}/grants`, { role, scope: typed.get('scope'), valid_from: day('from'), valid_until: day('until'), reason: typed.get('reason') }); toast(`Granted to ${who.name}; the grant is sealed.`); onDone(); } catch (problem) { setError(asProblem(problem)); }
  };
  return (
    <Dialog title={`Grant a role to ${who.name}`} open onClose={onClose}>
      <form className="stack" onSubmit={(event) => { void save(event); }}>
        <Field label="Role" hint={does}>{(ids) => <select {...ids} className="input" required value={role} onChange={(event) => setRole(event.target.value)}><option value="" disabled>Choose</option>{(known.data?.roles ?? []).map((one) => <option key={one.name} value={one.name}>{one.label}</option>)}</select>}</Field>
        <Field label="Where">{(ids) => <select {...ids} className="input" name="scope"><option value="all">Everywhere</option><optgroup label="A team">{(groups.data?.items ?? []).map((one) => <option key={one.id} value={`team:${one.id}`}>{one.name}</option>)}</optgroup><optgroup label="A site">{(places.data?.items ?? []).map((one) => <option key={one.name} value={`site:${one.key ?? one.id ?? one.name}`}>{one.name}</option>)}</optgroup><optgroup label="A board">{(all.data?.items ?? []).map((one) => <option key={one.key} value={`board:${one.key}`}>{one.name}</option>)}</optgroup></select>}</Field>
        <div className="grid2"><Field label="From" optional>{(ids) => <input {...ids} className="input" type="date" name="from" />}</Field><Field label="Until" optional>{(ids) => <input {...ids} className="input" type="date" name="until" />}</Field></div>
        <Field label="Reason">{(ids) => <input {...ids} className="input" name="reason" required />}</Field>
        <ProblemNote error={error} />
        <div className="row"><Button type="submit" look="primary">Grant</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}

function Reason({ title, hint, danger, onClose, send, onDone }: { title: string; hint: string; danger?: boolean; onClose: () => void; send: (reason: string) => Promise<unknown>; onDone: () => void }) {
  const [error, setError] = useState<unknown>(null);
  const save = async (event: FormEvent<HTMLFormElement>) => { event.preventDefault(); try { await send(String(new FormData(event.currentTarget).get('reason'))); onDone(); } catch (problem) { setError(problem); } };
  return (
    <Dialog title={title} open onClose={onClose} size={440}><form className="stack" onSubmit={(event) => { void save(event); }}>
      <p className="dim"><Icon name="bulb" /> {hint}</p>
      <Field label="Reason">{(ids) => <input {...ids} className="input" name="reason" required data-autofocus />}</Field>
      <ProblemNote error={error} />
      <div className="row"><Button type="submit" look={danger ? 'danger' : 'primary'}>{title.split(' ')[0]}</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
    </form></Dialog>
  );
}

function PasswordDialog({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  const [error, setError] = useState<unknown>(null);
  const save = async (event: FormEvent<HTMLFormElement>) => { event.preventDefault(); try { await api.post(`/people/${id}/password`, { password: new FormData(event.currentTarget).get('password') }); toast(`Password of ${name} set. Their sessions have ended.`); onClose(); } catch (problem) { setError(problem); } };
  return <Dialog title={`Set a password for ${name}`} open onClose={onClose} size={440}><form className="stack" onSubmit={(event) => { void save(event); }}><Field label="New password" hint="At least 12 characters">{(ids) => <input {...ids} className="input" name="password" type="password" autoComplete="new-password" minLength={12} required />}</Field><ProblemNote error={error} /><div className="row"><Button type="submit" look="primary">Set password</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div></form></Dialog>;
}
