import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { api, asProblem } from '../../api/client';
import { client, people, sites, teams } from '../../api/queries';
import { useMe } from '../../app/session';
import type { PersonRow } from '../../api/types';
import { Dialog } from '../../ui/Dialog';
import { Avatar, Bones, Button, Empty, Field, PageProblem, ProblemNote, Tone } from '../../ui/kit';
import { Admin } from './Admin';

export default function PeoplePage() {
  const me = useMe();
  const places = useQuery(sites);
  const [text, setText] = useState('');
  const [team, setTeam] = useState('');
  const [active, setActive] = useState('true');
  const [adding, add] = useState(false);
  const [q] = useDebouncedValue(text, 200);
  const query = useInfiniteQuery({ ...people({ q, team, active }), placeholderData: (old) => old });
  const groups = useQuery(teams);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Admin title="People" act={me.may['person.create'] && <Button look="primary" icon="plus" onClick={() => add(true)}>Add a person</Button>}>
      <div className="filter-row" role="group" aria-label="Filters">
        <label className="field"><span className="label">Find</span><input className="input" type="search" value={text} placeholder="Name, login or mail" onChange={(event) => setText(event.target.value)} /></label>
        <label className="field"><span className="label">Team</span><select className="input" value={team} onChange={(event) => setTeam(event.target.value)}><option value="">All teams</option>{(groups.data?.items ?? []).map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}</select></label>
        <label className="field"><span className="label">Account</span><select className="input" value={active} onChange={(event) => setActive(event.target.value)}><option value="true">Active</option><option value="false">Disabled</option><option value="">All</option></select></label>
      </div>
      {query.isPending ? <Bones lines={8} /> : query.isError ? <PageProblem error={query.error} /> : rows.length === 0 ? <Empty icon="person" title="Nobody found">People come from the directory, or are added here.</Empty> : (
        <div className="card scroll-x" tabIndex={0} role="region" aria-label="People"><table className="plain-table hover as-cards"><thead><tr><th>Name</th><th>Login</th><th>Mail</th><th>Teams</th><th>Site</th><th>Account</th></tr></thead>
          <tbody>{rows.map((one) => <tr key={one.id}><td><Link to="/admin/people/$id" params={{ id: one.id } as never} className="person strong"><Avatar name={one.name} />{one.name}</Link></td><td className="mono">{one.login}</td><td>{one.email}</td><td>{(one.teams ?? []).map((group) => group.name).join(', ')}</td><td>{places.data?.items.find((site) => site.key === one.site)?.name ?? one.site}</td><td>{one.active ? <Tone tone="done">Active</Tone> : <Tone tone="closed">Disabled</Tone>}</td></tr>)}</tbody></table></div>
      )}
      {query.hasNextPage && <p style={{ textAlign: 'center', marginTop: 16 }}><Button onClick={() => { void query.fetchNextPage(); }}>More</Button></p>}
      {adding && <AddPerson onClose={() => add(false)} />}
    </Admin>
  );
}

function AddPerson({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const groups = useQuery(teams);
  const [error, setError] = useState<unknown>(null);
  const problem = error ? asProblem(error) : null;
  const save = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    const text = (name: string) => String(typed.get(name) ?? '').trim() || undefined;
    try {
      const made = await api.post<PersonRow>('/people', { name: text('name'), login: text('login'), email: text('email'), password: text('password'), teams: typed.getAll('team') });
      void client.invalidateQueries({ queryKey: ['people'] });
      await navigate({ to: `/admin/people/${made.id}` });
    } catch (caught) { setError(caught); }
  };
  return (
    <Dialog title="Add a person" open onClose={onClose}>
      <form className="stack" onSubmit={(event) => { void save(event); }}>
        <Field label="Name" wrong={problem?.at('name')}>{(ids) => <input {...ids} className="input" name="name" required data-autofocus />}</Field>
        <div className="grid2"><Field label="Login" wrong={problem?.at('login')}>{(ids) => <input {...ids} className="input" name="login" required autoCapitalize="none" />}</Field><Field label="Mail address" wrong={problem?.at('email')}>{(ids) => <input {...ids} className="input" name="email" type="email" required />}</Field></div>
        <Field label="First password" optional hint="Left empty, they sign in through the directory only" wrong={problem?.at('password')}>{(ids) => <input {...ids} className="input" name="password" type="password" autoComplete="new-password" />}</Field>
        {(groups.data?.items.length ?? 0) > 0 && <fieldset style={{ border: 0, padding: 0, margin: 0 }}><legend className="label">Teams</legend><div className="row wraps">{groups.data!.items.map((one) => <label key={one.id} className="check"><input type="checkbox" name="team" value={one.id} />{one.name}</label>)}</div></fieldset>}
        {problem && problem.errors.length === 0 ? <ProblemNote error={problem} /> : null}
        <div className="row"><Button type="submit" look="primary">Add person</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}
