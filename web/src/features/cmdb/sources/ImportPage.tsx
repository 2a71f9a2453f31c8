// The first step of an import: which source, how its columns are read, which file. What follows is a proposal: nothing changes by sending a file.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useState, type DragEvent, type FormEvent } from 'react';
import { client } from '../../../api/queries';
import { mappings, sendFile, sources } from '../../../api/sources';
import { Icon } from '../../../ui/Icon';
import { Bones, Button, Field, PageProblem, ProblemNote } from '../../../ui/kit';
import { bytes } from '../../../ui/time';
import { CmdbPage } from '../Frame';
import { Steps } from './Steps';

export default function ImportPage() {
  const search = useRouterState({ select: (state) => state.location.search as Record<string, string> });
  const navigate = useNavigate();
  const query = useQuery(sources);
  const offered = useQuery(mappings);
  const [source, choose] = useState(search.source ?? '');
  const [mapping, map] = useState('');
  const [own, setOwn] = useState<File | null>(null);
  const [file, take] = useState<File | null>(null);
  const [whole, setWhole] = useState(true);
  const [dropping, drop] = useState(false);
  const [sent, setSent] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const all = (query.data?.items ?? []).filter((one) => one.kind === 'file');
  const chosen = source || (all.length === 1 ? all[0]!.key : '');

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!file || !chosen || sent !== null) return;
    setError(null);
    setSent(0);
    try {
      const run = await sendFile(chosen, file, { mapping: mapping === 'own' && own ? own : mapping, part: String(!whole) }, setSent);
      void client.invalidateQueries({ queryKey: ['ci-runs'] });
      await navigate({ to: `/cmdb/runs/${run.id}` });
    } catch (caught) { setError(caught); setSent(null); }
  };
  const onDrop = (event: DragEvent) => { event.preventDefault(); drop(false); const [first] = event.dataTransfer.files; if (first) take(first); };
  return (
    <CmdbPage title="Import items" narrow>
      <Steps at={0} />
      {query.isPending ? <Bones lines={5} /> : query.isError ? <PageProblem error={query.error} again={() => { void query.refetch(); }} /> : (
        <form className="card pad stack loose" aria-label="Import items" onSubmit={(event) => { void submit(event); }}>
          <div className="grid2">
            <Field label="Source" hint="Whose knowledge it is: it stands beside every value">{(ids) => <select {...ids} className="input" required value={chosen} onChange={(event) => choose(event.target.value)}><option value="" disabled>{all.length ? 'Choose' : 'Add a source first'}</option>{all.map((one) => <option key={one.key} value={one.key}>{one.name}</option>)}</select>}</Field>
            <Field label="Mapping" hint="What becomes of each column">{(ids) => <select {...ids} className="input" required value={mapping} onChange={(event) => map(event.target.value)}><option value="" disabled>Choose</option>{offered.data?.items.map((one) => <option key={one.name} value={one.name}>{one.name}</option>)}<option value="own">A mapping file of my own</option></select>}</Field>
          </div>
          {mapping === 'own' && <Field label="Mapping file" hint="YAML; see the guide for importers">{(ids) => <input {...ids} className="input" type="file" required accept=".yaml,.yml" onChange={(event) => setOwn(event.target.files?.[0] ?? null)} />}</Field>}
          <label className={`drop-zone ${dropping ? 'dropping' : ''}`} onDragOver={(event) => { event.preventDefault(); drop(true); }} onDragLeave={() => drop(false)} onDrop={onDrop}>
            <Icon name="file" size={24} /><span>{file ? <><strong>{file.name}</strong> <span className="dim num">{bytes(file.size)}</span></> : 'Drop a file here, or choose one'}</span><span className="dim small">CSV, JSON or a sheet (xlsx)</span>
            <input type="file" className="hidden-label" aria-label="File" required={!file} accept=".csv,.json,.ndjson,.xlsx,.txt" onChange={(event) => take(event.target.files?.[0] ?? null)} />
          </label>
          <label className="check"><input type="checkbox" checked={whole} onChange={(event) => setWhole(event.target.checked)} /> The file lists everything that the source has: what is missing is not there any more</label>
          {sent !== null && <div className="meter" role="progressbar" aria-label="Sent" aria-valuenow={Math.round(sent * 100)}><i style={{ width: `${sent * 100}%` }} /></div>}
          <ProblemNote error={error} />
          <div className="row wraps"><Button type="submit" look="primary" big busy={sent !== null} disabled={!file || !chosen || !mapping}>Show what would change</Button><span className="dim small">Nothing changes yet.</span></div>
        </form>
      )}
    </CmdbPage>
  );
}
