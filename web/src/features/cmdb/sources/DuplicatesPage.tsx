// Items that may be one, and rows that no import could decide: one queue, until somebody says. What was said can be taken back.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { ciPath, classLabel, cmdbModel } from '../../../api/cmdb';
import { conflicts, duplicates, toldApart, type Apart, type DuplicateSet, type LikenessBy } from '../../../api/sources';
import { may, useMe } from '../../../app/session';
import { Bones, Button, Empty, Notice, PageProblem, Segments } from '../../../ui/kit';
import { dateTime } from '../../../ui/time';
import { CmdbPage } from '../Frame';
import { ApartDialog, takeBack } from './ApartDialog';
import { ConflictCard } from './ConflictCard';

const MergeSheet = lazy(() => import('./MergeSheet'));
const shares: Record<LikenessBy, string> = { serial: 'serial number', asset_tag: 'asset tag', name: 'name and class' };

export default function DuplicatesPage() {
  const [tab, choose] = useState<'open' | 'apart'>('open');
  const [merging, merge] = useState<string[]>([]);
  return (
    <CmdbPage title="Duplicates">
      <div className="queue-tabs"><Segments label="What to show" value={tab} options={[{ value: 'open', label: 'To decide' }, { value: 'apart', label: 'Not the same thing' }]} onChange={choose} /></div>
      {tab === 'open' ? <Open onMerge={merge} /> : <Told />}
      {merging.length > 0 && <Suspense fallback={null}><MergeSheet numbers={merging} onClose={() => merge([])} /></Suspense>}
    </CmdbPage>
  );
}

function Open({ onMerge }: { onMerge: (numbers: string[]) => void }) {
  const me = useMe();
  const model = useQuery(cmdbModel).data;
  const query = useInfiniteQuery(duplicates);
  const asked = useInfiniteQuery({ ...conflicts, enabled: may(me, 'cmdb.sources') });
  const sets = query.data?.pages.flatMap((page) => page.items) ?? [];
  const rows = asked.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.isPending || asked.isLoading) return <Bones lines={6} />;
  if (query.isError) return <PageProblem error={query.error} again={() => { void query.refetch(); }} />;
  return (
    <div className="stack">
      {asked.isError && <PageProblem error={asked.error} again={() => { void asked.refetch(); }} level={2} />}
      {rows.map((row) => <ConflictCard key={`${row.run}${row.seq}`} row={row} model={model} onMerge={onMerge} />)}
      {asked.hasNextPage && <Button look="quiet" busy={asked.isFetchingNextPage} onClick={() => { void asked.fetchNextPage(); }}>Show more rows</Button>}
      {sets.map((set) => <SetCard key={`${set.by}${set.text}${set.items[0]?.number}`} set={set} onMerge={onMerge} />)}
      {query.hasNextPage && <Button look="quiet" busy={query.isFetchingNextPage} onClick={() => { void query.fetchNextPage(); }}>Show more</Button>}
      {rows.length + sets.length === 0 && <Empty icon="check" title="No duplicates">Items that share a serial number, an asset tag, or a name and class stand here until somebody says whether they are one; and rows of imports that could mean several items.</Empty>}
    </div>
  );
}

const pair = (told: Apart) => told.items.map((one) => one.number).join(' and ');
const said = (told: Apart) => <>{told.by?.name ?? 'The desk'} said so on {dateTime(told.at)}: “{told.reason}”.</>;
const evidence = (told: Apart) => told.evidence.map((one) => `${shares[one.by]} (${one.text})`).join(', ');

function SetCard({ set, onMerge }: { set: DuplicateSet; onMerge: (numbers: string[]) => void }) {
  const model = useQuery(cmdbModel).data;
  const [telling, tell] = useState(false);
  return (
    <section className="card pad stack" aria-label={`${set.items.length} items with the ${shares[set.by]} ${set.text}`}>
      <h2>{set.items.length} items with one {shares[set.by]}: <span className="mono">{set.text}</span></h2>
      {set.told.map((told) => (told.again
        ? <Notice key={told.id} look="warn" icon="alert" act={<Button look="link" onClick={() => { void takeBack(told); }}>Take that back</Button>}><strong>{pair(told)} stand here again.</strong> They were not one in spite of a common {evidence(told)}; {said(told)} Since then they have the {shares[set.by]} {set.text} in common, too.</Notice>
        : <p key={told.id} className="dim small">{pair(told)} are not one; {said(told)} <Button look="link" onClick={() => { void takeBack(told); }}>Take that back</Button></p>))}
      <ul className="list tasks">{set.items.map((one) => (
        <li key={one.number} className="row wraps"><Link to={ciPath(one.number)}>{one.name}</Link><span className="dim small">{classLabel(model, one.class)} · <span className="num">{one.number}</span> · {(model?.statuses.find((status) => status.name === one.status)?.label ?? one.status).toLowerCase()}{one.serial && set.by !== 'serial' ? ` · serial ${one.serial}` : ''}{one.asset_tag && set.by !== 'asset_tag' ? ` · asset tag ${one.asset_tag}` : ''}{one.sources.length > 0 ? ` · from ${one.sources.join(', ')}` : ' · by hand'}</span></li>
      ))}</ul>
      <div className="row wraps"><Button look="primary" onClick={() => onMerge(set.items.map((one) => one.number))}>They are one…</Button><Button look="quiet" onClick={() => tell(true)}>Not the same thing…</Button></div>
      {telling && <ApartDialog set={set} onClose={() => tell(false)} />}
    </section>
  );
}

function Told() {
  const query = useInfiniteQuery(toldApart);
  const list = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.isPending) return <Bones lines={6} />;
  if (query.isError) return <PageProblem error={query.error} again={() => { void query.refetch(); }} />;
  if (list.length === 0) return <Empty icon="check" title="Nothing yet">Pairs stand here of which somebody has said that they are not one. Taking that back brings the question back.</Empty>;
  return (
    <section className="card" aria-label="Not the same thing">
      <ul className="list tasks">{list.map((told) => (
        <li key={told.id} className="row wraps"><span className="grow">{told.items.map((one) => <span key={one.number} className="row"><Link to={ciPath(one.number)}>{one.name}</Link><span className="num dim small">{one.number}</span></span>)}<span className="dim small block">In spite of a common {evidence(told)}. {said(told)}</span></span>
          <Button look="quiet" onClick={() => { void takeBack(told); }}>Take that back</Button></li>
      ))}</ul>
      {query.hasNextPage && <div className="inside"><Button look="quiet" busy={query.isFetchingNextPage} onClick={() => { void query.fetchNextPage(); }}>Show more</Button></div>}
    </section>
  );
}
