// Where items come from: each source with how much it counts, its runs, and the way to the next import.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, type FormEvent, useState } from 'react';
import { api, asProblem } from '../../../api/client';
import { cmdbModel } from '../../../api/cmdb';
import { client } from '../../../api/queries';
import { runs, sources, type Source } from '../../../api/sources';
import { may, useMe } from '../../../app/session';
import { toast } from '../../../app/toasts';
import { useActs } from '../../../app/useActs';
import { Dialog } from '../../../ui/Dialog';
import { Ago, Bones, Button, Empty, Field, IconButton, PageProblem, ProblemNote, Tone } from '../../../ui/kit';
import { Picker } from '../../../ui/Picker';
import { CmdbPage } from '../Frame';
import { counted, stateOf } from './words';

const StaleSheet = lazy(() => import('./StaleSheet'));

export default function SourcesPage() {
  const me = useMe();
  const navigate = useNavigate();
  const { source: only = '' } = useRouterState({ select: (state) => state.location.search as Record<string, string> });
  const query = useQuery(sources);
  const list = useInfiniteQuery(runs(only));
  const [setting, set] = useState<Source | 'new' | null>(null);
  const [looking, look] = useState<Source | null>(null);
  const mayImport = may(me, 'cmdb.import');
  const maySet = may(me, 'cmdb.source');
  useActs(mayImport ? [{ id: 'import items', keys: 'n', label: 'Import items from a file', group: 'Sources', run: () => { void navigate({ to: '/cmdb/import' }); } }] : []);
  const all = query.data?.items ?? [];
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const act = mayImport ? <Button look="primary" icon="download" onClick={() => { void navigate({ to: '/cmdb/import', search: (only ? { source: only } : {}) as never }); }}>Import a file</Button> : undefined;
  return (
    <CmdbPage title="Sources" act={<div className="row">{maySet && <Button icon="plus" onClick={() => set('new')}>Add a source</Button>}{act}</div>}>
      {query.isPending ? <Bones lines={5} /> : query.isError ? <PageProblem error={query.error} again={() => { void query.refetch(); }} /> : all.length === 0
        ? <Empty icon="download" title="No sources yet" act={act}>A source is a tool that knows of items: an inventory, a discovery, a spreadsheet. What it says is shown before anything changes, and a whole run can be undone.</Empty>
        : <section className="card scroll-x" tabIndex={0} role="region" aria-label="Sources">
          <table className="plain-table as-cards"><thead><tr><th scope="col">Source</th><th scope="col">Counts as</th><th scope="col">What it no longer shows</th><th scope="col">Stale after</th>{maySet && <th scope="col"><span className="hidden-label">Act</span></th>}</tr></thead>
            <tbody>{all.map((one) => (
              <tr key={one.key}><td><Link to="/cmdb/sources" search={{ source: one.key } as never} className="strong">{one.name}</Link> <code className="mono dim">{one.key}</code><span className="dim small block">{one.kind === 'push' ? 'pushes by itself' : 'comes as a file'}</span></td><td className="num">rank {one.rank}{one.precedence.length > 0 && <span className="dim small block">{one.precedence.length} exception{one.precedence.length === 1 ? '' : 's'}</span>}</td><td>{one.missing === 'retire' ? `is retired; asks above ${one.retire_share} %` : 'is kept'}</td><td className="num"><Button look="link" aria-label={`${one.name}: what it has not shown for ${one.stale_days} days`} onClick={() => look(one)}>{one.stale_days} days</Button></td>{maySet && <td><IconButton icon="edit" small label={`Edit ${one.name}`} onClick={() => set(one)} /></td>}</tr>
            ))}</tbody></table>
        </section>}
      {(all.length > 0 || rows.length > 0) && <>
        <div className="row apart runs-head"><h2>Runs{only ? ` of ${all.find((one) => one.key === only)?.name ?? only}` : ''}</h2>{only && <Link to="/cmdb/sources">All runs</Link>}</div>
        {list.isPending ? <Bones lines={4} /> : list.isError ? <ProblemNote error={list.error} again={() => { void list.refetch(); }} /> : rows.length === 0 ? <p className="dim">Nothing was imported yet.</p>
          : <ul className="list card results">{rows.map((run) => (
            <li key={run.id}><div className="row wraps apart"><Link to={`/cmdb/runs/${run.id}`} className="strong">{run.file || run.source}</Link><Tone tone={stateOf(run).tone}>{stateOf(run).label}</Tone></div><p className="dim small">{all.find((one) => one.key === run.source)?.name ?? run.source} · {counted(run.summary)} · <Ago at={run.made_at} />{run.by ? ` by ${run.by.name}` : ''}</p></li>
          ))}</ul>}
        {list.hasNextPage && <Button look="quiet" busy={list.isFetchingNextPage} onClick={() => { void list.fetchNextPage(); }}>Show more</Button>}
      </>}
      {looking && <Suspense fallback={null}><StaleSheet source={looking} onClose={() => look(null)} /></Suspense>}
      {setting && <SetSource source={setting === 'new' ? undefined : setting} onClose={() => set(null)} />}
    </CmdbPage>
  );
}

export function SetSource({ source, onClose }: { source?: Source; onClose: () => void }) {
  const [typed, type] = useState<Source>(source ?? { key: '', name: '', kind: 'file', rank: 50, stale_days: 90, missing: 'keep', retire_share: 10, precedence: [], account: null, version: 0 });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const problem = error ? asProblem(error) : null;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const { key, version, account, ...body } = typed;
      await api.put(`/cmdb/sources/${key}`, { ...body, ...(account ? { account: account.id } : {}) }, source ? { version } : {});
      void client.invalidateQueries({ queryKey: ['ci-sources'] });
      toast(`${typed.name} is set.`);
      onClose();
    } catch (caught) { setError(caught); setBusy(false); }
  };
  const number = (field: 'rank' | 'stale_days' | 'retire_share', label: string, hint: string, max: number) => <Field label={label} hint={hint} wrong={problem?.at(field)}>{(ids) => <input {...ids} className="input" type="number" min={1} max={max} required value={typed[field]} onChange={(event) => type({ ...typed, [field]: Number(event.target.value) })} />}</Field>;
  return (
    <Dialog title={source ? `Edit ${source.name}` : 'Add a source'} open onClose={onClose}>
      <form className="stack" onSubmit={(event) => { void submit(event); }}>
        <div className="grid2">
          <Field label="Name" wrong={problem?.at('name')}>{(ids) => <input {...ids} className="input" required data-autofocus value={typed.name} onChange={(event) => type({ ...typed, name: event.target.value })} />}</Field>
          <Field label="Key" hint="Stands beside every value that it gave" wrong={problem?.at('key')}>{(ids) => <input {...ids} className="input mono" required disabled={Boolean(source)} pattern="[a-z][a-z0-9_\-]*" value={typed.key} onChange={(event) => type({ ...typed, key: event.target.value })} />}</Field>
          <Field label="Comes">{(ids) => <select {...ids} className="input" value={typed.kind} onChange={(event) => type({ ...typed, kind: event.target.value as Source['kind'] })}><option value="file">as a file</option><option value="push">by itself, with a token</option></select>}</Field>
          {typed.kind === 'push' && <Field label="Service account" hint="Whose token may push" wrong={problem?.at('account')}>{(ids) => <Picker id={ids.id} named label="Service account" from="people" value={typed.account?.id} onPick={(choice) => type({ ...typed, account: { id: choice.id, name: choice.label } })}>{typed.account?.name ?? <span className="dim">Choose</span>}</Picker>}</Field>}
          {number('rank', 'Rank', '1 counts the most; the smaller rank wins where two sources differ', 100)}
          <Field label="What it no longer shows">{(ids) => <select {...ids} className="input" value={typed.missing} onChange={(event) => type({ ...typed, missing: event.target.value as Source['missing'] })}><option value="keep">is kept</option><option value="retire">is retired</option></select>}</Field>
          {number('retire_share', 'Asks above (per cent)', 'So much of its items missing at once stops a run', 100)}
          {number('stale_days', 'Stale after (days)', 'Not shown for so long', 3650)}
        </div>
        <Precedence rules={typed.precedence} onChange={(precedence) => type({ ...typed, precedence })} />
        {problem && problem.errors.length === 0 ? <ProblemNote error={problem} /> : null}
        <div className="row"><Button type="submit" look="primary" busy={busy}>{source ? 'Save' : 'Add source'}</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}

/** Where a source counts more or less than its rank: for a class, an attribute, or both. */
function Precedence({ rules, onChange }: { rules: Source['precedence']; onChange: (rules: Source['precedence']) => void }) {
  const model = useQuery(cmdbModel).data;
  const set = (at: number, patch: Partial<Source['precedence'][number]>) => onChange(rules.map((one, i) => (i === at ? { ...one, ...patch } : one)));
  const attributes = [...new Map([...model?.core ?? [], ...model?.classes.flatMap((one) => one.attributes) ?? []].map((one) => [one.key, one.label])).entries()].sort((a, b) => a[1].localeCompare(b[1]));
  return (
    <fieldset className="bare stack tight"><legend className="label">Exceptions</legend>
      {rules.map((rule, at) => (
        <div key={at} className="row wraps">
          <select className="input depth-input" aria-label={`Class of exception ${at + 1}`} value={rule.class ?? ''} onChange={(event) => set(at, { class: event.target.value })}><option value="">any class</option>{model?.classes.map((one) => <option key={one.key} value={one.key}>{one.label}</option>)}</select>
          <select className="input depth-input" aria-label={`Attribute of exception ${at + 1}`} value={rule.attribute ?? ''} onChange={(event) => set(at, { attribute: event.target.value })}><option value="">any attribute</option>{attributes.map(([key, label]) => <option key={key} value={key}>{label}</option>)}</select>
          <input className="input rank-input" type="number" min={0} max={100} aria-label={`Rank of exception ${at + 1}`} value={rule.rank} onChange={(event) => set(at, { rank: Number(event.target.value) })} />
          <IconButton icon="x" small label={`Remove exception ${at + 1}`} onClick={() => onChange(rules.filter((_, i) => i !== at))} />
        </div>
      ))}
      <Button look="link" className="small start" onClick={() => onChange([...rules, { class: '', attribute: '', rank: 1 }])}>Add an exception</Button>
      {rules.some((one) => one.rank === 0) && <p className="small stale">Rank 0 overwrites what people wrote by hand as well.</p>}
    </fieldset>
  );
}
