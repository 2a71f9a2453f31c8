// Registering an item: the class first, then what this class asks for. What is wanted comes first, the rest on request.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { api, asProblem } from '../../api/client';
import { attributesOf, ciPath, classTree, cmdbModel, type CiAttribute, type CiPage } from '../../api/cmdb';
import { client } from '../../api/queries';
import { draftWords, useDraft } from '../../app/drafts';
import { Bones, Button, Field, PageProblem, ProblemNote } from '../../ui/kit';
import { fromLocalInput } from '../../ui/time';
import { CmdbPage } from './Frame';
import { ValueInput } from './ValueInput';

interface Typed { class: string; status: string; values: Record<string, string>; shown: Record<string, string>; since: string }

export default function RegisterPage() {
  const search = useRouterState({ select: (state) => state.location.search as Record<string, string> });
  const query = useQuery(cmdbModel);
  const navigate = useNavigate();
  const draft = useDraft<Typed>('new:ci', { class: search.class ?? '', status: 'live', values: {}, shown: {}, since: '' });
  const [more, setMore] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const typed = draft.value;
  const problem = error ? asProblem(error) : null;
  if (query.isPending) return <CmdbPage title="Register an item" narrow><Bones lines={6} /></CmdbPage>;
  if (query.isError) return <CmdbPage title="Register an item" narrow><PageProblem error={query.error} again={() => { void query.refetch(); }} /></CmdbPage>;
  const model = query.data;
  const chosen = model.classes.find((one) => one.key === typed.class && !one.abstract);
  const own = chosen ? attributesOf(model, chosen.key) : [];
  const set = (patch: Partial<Typed>) => draft.set({ ...typed, ...patch });
  const first = [...model.core.filter((one) => one.wanted), ...own.filter((one) => one.wanted)];
  const rest = [...own.filter((one) => !one.wanted), ...model.core.filter((one) => !one.wanted)];
  const wrong = (key: string) => problem?.errors.find((one) => one.location.endsWith(`.${key}`))?.message;
  const input = (one: CiAttribute) => (
    <Field key={one.key} label={one.unit ? `${one.label} (${one.unit})` : one.label} optional={one.key !== 'name'} hint={one.hint ?? undefined} wrong={wrong(one.key)}>
      {(ids) => <ValueInput key={`${typed.class}.${one.key}`} attribute={one} ids={ids} value={typed.values[one.key] ?? ''} shown={typed.shown[one.key]} onChange={(value, shown) => set({ values: { ...typed.values, [one.key]: value }, shown: { ...typed.shown, [one.key]: shown } })} />}
    </Field>
  );
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    const keys = new Set([...first, ...rest].map((one) => one.key));
    const values = Object.fromEntries(Object.entries(typed.values).filter(([key, value]) => keys.has(key) && value.trim()));
    try {
      const item = await api.post<CiPage>('/cis', { class: typed.class, status: typed.status, values, ...(typed.since ? { effective: fromLocalInput(typed.since) } : {}) });
      draft.clear();
      client.setQueryData(['ci', item.number, '', ''], item);
      void client.invalidateQueries({ queryKey: ['cis'] });
  void client.invalidateQueries({ queryKey: ['ci-classes'] });
      await navigate({ to: ciPath(item.number) });
    } catch (caught) { setError(caught); setBusy(false); }
  };
  return (
    <CmdbPage title="Register an item" narrow act={<span className="dim small" aria-live="polite">{draftWords[draft.state.status]}</span>}>
      <form className="card pad stack loose" aria-label="Register an item" onSubmit={(event) => { void submit(event); }}>
        <div className="grid2">
          <Field label="Class" hint={chosen?.hint ?? undefined} wrong={wrong('class')}>{(ids) => (
            <select {...ids} className="input" required autoFocus value={chosen ? typed.class : ''} onChange={(event) => set({ class: event.target.value })}>
              <option value="" disabled>Choose</option>
              {classTree(model).map(({ item, depth }) => <option key={item.key} value={item.key} disabled={item.abstract}>{'  '.repeat(depth)}{item.label}</option>)}
            </select>
          )}</Field>
          <Field label="Status" hint={model.statuses.find((one) => one.name === typed.status)?.hint}>{(ids) => <select {...ids} className="input" value={typed.status} onChange={(event) => set({ status: event.target.value })}>{model.statuses.filter((one) => one.name !== 'disposed').map((one) => <option key={one.name} value={one.name}>{one.label}</option>)}</select>}</Field>
        </div>
        {chosen && <>
          <div className="grid2">{first.map(input)}</div>
          {own.length > 0 && !more && <div className="grid2">{own.filter((one) => !one.wanted).map(input)}</div>}
          {more && <div className="grid2">{rest.map(input)}<Field label="Has been so since" optional hint="Left empty, from now on">{(ids) => <input {...ids} className="input" type="datetime-local" value={typed.since} onChange={(event) => set({ since: event.target.value })} />}</Field></div>}
          <Button look="link" className="start" onClick={() => setMore(!more)}>{more ? 'Less' : 'Serial number, warranty, cost and the rest'}</Button>
        </>}
        {problem && problem.errors.length === 0 ? <ProblemNote error={problem} /> : null}
        <div className="row"><Button type="submit" look="primary" big busy={busy} disabled={!chosen}>Register</Button></div>
      </form>
    </CmdbPage>
  );
}
