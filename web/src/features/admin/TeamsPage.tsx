import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api } from '../../api/client';
import { client, teams } from '../../api/queries';
import type { Person, TeamPage } from '../../api/types';
import { useMe } from '../../app/session';
import { toast, toastProblem } from '../../app/toasts';
import { Dialog } from '../../ui/Dialog';
import { Bones, Button, Empty, Field, PageProblem, ProblemNote } from '../../ui/kit';
import { Admin } from './Admin';
import { Members } from './Members';

export default function TeamsPage() {
  const query = useQuery(teams);
  const mayManage = Boolean(useMe().may['team.manage']);
  const [adding, add] = useState(false);
  const setMembers = async (team: TeamPage, members: Person[], undone = false) => {
    try {
      await api.put(`/teams/${team.id}/members`, { members: members.map((one) => one.id) });
      if (!undone) toast(`${team.name} changed.`, { act: { label: 'Undo', run: () => { void setMembers(team, team.members ?? [], true); } } });
    } catch (error) { toastProblem(error); }
    void client.invalidateQueries({ queryKey: ['teams'] });
  };
  return (
    <Admin title="Teams" act={mayManage && <Button look="primary" icon="plus" onClick={() => add(true)}>Add a team</Button>}>
      {query.isPending ? <Bones lines={6} /> : query.isError ? <PageProblem error={query.error} /> : query.data.items.length === 0 ? <Empty icon="team" title="No teams yet">Work is handed to teams; their members see it in “My teams”.</Empty> : (
        <div className="tiles">{query.data.items.map((team) => <section key={team.id} className="card side-card" aria-label={team.name}><header><h2 className="grow">{team.name}</h2><span className="dim small mono">{team.id}</span></header><Members members={team.members ?? []} lead={team.lead} onChange={mayManage ? (members) => { void setMembers(team, members); } : undefined} /></section>)}</div>
      )}
      {adding && <AddTeam onClose={() => add(false)} />}
    </Admin>
  );
}

function AddTeam({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [error, setError] = useState<unknown>(null);
  const key = name.toLowerCase().normalize('NFKD').replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
  const save = async (event: FormEvent) => { event.preventDefault(); try { await api.post('/teams', { key, name }); void client.invalidateQueries({ queryKey: ['teams'] }); onClose(); } catch (problem) { setError(problem); } };
  return <Dialog title="Add a team" open onClose={onClose} size={420}><form className="stack" onSubmit={(event) => { void save(event); }}><Field label="Name" hint={key ? `Its key is ${key}` : undefined}>{(ids) => <input {...ids} className="input" required data-autofocus value={name} onChange={(event) => setName(event.target.value)} />}</Field><ProblemNote error={error} /><div className="row"><Button type="submit" look="primary" disabled={!key}>Add team</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div></form></Dialog>;
}
