// Sets of items that people speak of by name, such as the financial systems.
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { api, asProblem } from '../../../api/client';
import { ciGroups, type CiGroup } from '../../../api/cmdb';
import { client } from '../../../api/queries';
import { may, useMe } from '../../../app/session';
import { useActs } from '../../../app/useActs';
import { Dialog } from '../../../ui/Dialog';
import { Bones, Button, Empty, Field, PageProblem, ProblemNote } from '../../../ui/kit';
import { CmdbPage } from '../Frame';

export default function GroupsPage() {
  const query = useQuery(ciGroups);
  const me = useMe();
  const [founding, found] = useState(false);
  const mayGroup = may(me, 'ci.group');
  useActs(mayGroup ? [{ id: 'found group', keys: 'n', label: 'Found a group', group: 'Groups', run: () => found(true) }] : []);
  const act = mayGroup ? <Button look="primary" icon="plus" onClick={() => found(true)}>Found a group</Button> : undefined;
  return (
    <CmdbPage title="Groups" act={query.data?.items.length ? act : undefined}>
      {query.isPending ? <Bones lines={5} /> : query.isError ? <PageProblem error={query.error} again={() => { void query.refetch(); }} /> : query.data.items.length === 0
        ? <Empty icon="team" title="No groups yet" act={act}>A group names items that are looked at together, such as the financial systems. Who joined and left it, and when, stays known.</Empty>
        : <ul className="list card results">{query.data.items.map((group) => <li key={group.key}><Link to={`/cis/groups/${group.key}`} className="result-title">{group.name}</Link><p className="dim">{group.purpose || 'No purpose was written down.'}</p></li>)}</ul>}
      {founding && <SetGroup onClose={() => found(false)} />}
    </CmdbPage>
  );
}

const keyOf = (name: string) => name.toLowerCase().normalize('NFKD').replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 60);

/** Founds a group, or renames the given one. */
export function SetGroup({ group, onClose }: { group?: CiGroup; onClose: () => void }) {
  const navigate = useNavigate();
  const [name, setName] = useState(group?.name ?? '');
  const [purpose, setPurpose] = useState(group?.purpose ?? '');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const problem = error ? asProblem(error) : null;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const key = group?.key ?? keyOf(name);
      await api.put(`/ci-groups/${key}`, { name: name.trim(), purpose: purpose.trim(), ...(group ? { version: group.version } : {}) });
      void client.invalidateQueries({ queryKey: ['ci-groups'] });
      void client.invalidateQueries({ queryKey: ['ci-group', key] });
      onClose();
      if (!group) await navigate({ to: `/cis/groups/${key}` });
    } catch (caught) { setError(caught); setBusy(false); }
  };
  return (
    <Dialog title={group ? `Rename ${group.name}` : 'Found a group'} open onClose={onClose} size={460}>
      <form className="stack" onSubmit={(event) => { void submit(event); }}>
        <Field label="Name" wrong={problem?.at('name')}>{(ids) => <input {...ids} className="input" required data-autofocus value={name} onChange={(event) => setName(event.target.value)} />}</Field>
        <Field label="Purpose" optional hint="What it is for, and who decides who is in it" wrong={problem?.at('purpose')}>{(ids) => <textarea {...ids} className="input" value={purpose} onChange={(event) => setPurpose(event.target.value)} />}</Field>
        {problem && problem.errors.length === 0 ? <ProblemNote error={problem} /> : null}
        <div className="row"><Button type="submit" look="primary" busy={busy} disabled={!keyOf(name)}>{group ? 'Save' : 'Found group'}</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}
