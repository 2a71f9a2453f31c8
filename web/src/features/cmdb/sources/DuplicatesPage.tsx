// Items that may be one: what they share, in what they differ, and which of them stays. Merging can be undone.
import { useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { AskReason } from '../AskReason';
import { api } from '../../../api/client';
import { ci, ciPath, classLabel, cmdbModel, type CiPage } from '../../../api/cmdb';
import { client } from '../../../api/queries';
import { duplicates, type DuplicateSet } from '../../../api/sources';
import { toast, toastProblem } from '../../../app/toasts';
import { Bones, Button, Empty, PageProblem } from '../../../ui/kit';
import { CmdbPage } from '../Frame';

const shares: Record<DuplicateSet['by'], string> = { serial: 'serial number', asset_tag: 'asset tag', name: 'name and class' };

export default function DuplicatesPage() {
  const query = useInfiniteQuery(duplicates);
  const sets = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <CmdbPage title="Duplicates">
      {query.isPending ? <Bones lines={6} /> : query.isError ? <PageProblem error={query.error} again={() => { void query.refetch(); }} /> : sets.length === 0
        ? <Empty icon="check" title="No duplicates">Items that share a serial number, an asset tag, or a name and class stand here until somebody says whether they are one.</Empty>
        : <div className="stack">{sets.map((set) => <SetCard key={`${set.by}${set.text}${set.items[0]?.number}`} set={set} />)}</div>}
      {query.hasNextPage && <Button look="quiet" busy={query.isFetchingNextPage} onClick={() => { void query.fetchNextPage(); }}>Show more</Button>}
    </CmdbPage>
  );
}

function SetCard({ set }: { set: DuplicateSet }) {
  const [open, show] = useState(false);
  const [stays, keep] = useState(set.items[0]!.number);
  const [busy, setBusy] = useState(false);
  const pages = useQueries({ queries: set.items.slice(0, 6).map((one) => ({ ...ci(one.number), enabled: open })) });
  const read = pages.map((one) => one.data).filter((one): one is CiPage => one !== undefined);
  const fields = read.length > 1 ? read[0]!.attributes.filter((at) => new Set(read.map((page) => page.attributes.find((one) => one.key === at.key)?.display ?? '')).size > 1) : [];
  const model = useQuery(cmdbModel).data;
  const [asking, ask] = useState(false);
  const merge = async (reason: string) => {
    setBusy(true);
    const gone: string[] = [];
    try {
      for (const one of set.items.filter((item) => item.number !== stays)) { await api.post(`/cis/${one.number}/merge`, { into: stays, reason }); gone.push(one.number); }
      const name = set.items.find((one) => one.number === stays)!.name;
      toast(`${gone.length === 1 ? gone[0] : `${gone.length} items`} merged into ${name}.`, { act: { label: 'Undo', run: () => { void (async () => { try { for (const number of gone) await api.post(`/cis/${number}/unmerge`, { reason: 'Undone at once' }); void client.invalidateQueries({ queryKey: ['ci-duplicates'] }); } catch (error) { toastProblem(error); } })(); } } });
    } catch (error) { toastProblem(error); }
    finally { setBusy(false); ask(false); void client.invalidateQueries({ queryKey: ['ci-duplicates'] }); void client.invalidateQueries({ queryKey: ['cis'] }); [...gone, stays].forEach((number) => { void client.invalidateQueries({ queryKey: ['ci', number] }); }); }
  };
  return (
    <section className="card pad stack" aria-label={`${set.items.length} items with the ${shares[set.by]} ${set.text}`}>
      <h2>{set.items.length} items with one {shares[set.by]}: <span className="mono">{set.text}</span></h2>
      <fieldset className="bare"><legend className="dim small">Which one stays?</legend>
        {set.items.map((one) => <label key={one.number} className="check"><input type="radio" name={`${set.by}${set.text}`} checked={stays === one.number} onChange={() => keep(one.number)} /><Link to={ciPath(one.number)}>{one.name}</Link><span className="dim small">{classLabel(model, one.class)} · <span className="num">{one.number}</span> · {(model?.statuses.find((status) => status.name === one.status)?.label ?? one.status).toLowerCase()}{one.sources.length > 0 ? ` · from ${one.sources.map((source) => source || 'by hand').join(', ')}` : ''}</span></label>)}
      </fieldset>
      {open && (read.length < Math.min(6, set.items.length) ? <Bones lines={3} /> : fields.length === 0 ? <p className="dim small">They do not differ in anything that is known.</p> : (
        <div className="scroll-x" tabIndex={0} role="region" aria-label="In what they differ"><table className="plain-table"><thead><tr><th scope="col">Value</th>{read.map((one) => <th key={one.number} scope="col" className="num">{one.number}</th>)}</tr></thead>
          <tbody>{fields.map((at) => <tr key={at.key}><th scope="row">{at.label}</th>{read.map((one) => { const value = one.attributes.find((other) => other.key === at.key); return <td key={one.number}>{value?.display ?? <span className="dim">–</span>}{value?.source ? <span className="dim small block">{value.source}</span> : null}</td>; })}</tr>)}</tbody></table></div>
      ))}
      <div className="row wraps"><Button look="primary" busy={busy} onClick={() => ask(true)}>They are one: merge…</Button><Button look="quiet" aria-expanded={open} onClick={() => show(!open)}>{open ? 'Hide the differences' : 'In what do they differ?'}</Button></div>
      {asking && <AskReason title={`Merge into ${set.items.find((one) => one.number === stays)!.name}`} verb="Merge" busy={busy} onClose={() => ask(false)} onSend={(reason) => { void merge(reason); }} />}
    </section>
  );
}
