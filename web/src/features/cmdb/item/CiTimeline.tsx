// What happened to an item, its relations and its groups: the log, newest first.
import { useInfiniteQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
import { ciTimeline } from '../../../api/cmdb';
import type { Entry } from '../../../api/types';
import { Bones, Button, ProblemNote } from '../../../ui/kit';
import { Line } from '../../record/Line';
import { group } from '../../record/stream';

const Proof = lazy(() => import('../../audit/ProofSheet'));

export function CiTimeline({ number }: { number: string }) {
  const [proof, setProof] = useState<Entry | null>(null);
  const query = useInfiniteQuery(ciTimeline(number));
  const entries = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const groups = useMemo(() => group(entries, 'acts').reverse(), [entries]);
  return (
    <section className="stream" aria-label="Timeline">
      <div className="row apart stream-head"><h2>Timeline</h2></div>
      {query.isPending ? <Bones lines={5} /> : query.isError ? <ProblemNote error={query.error} again={() => { void query.refetch(); }} /> : (
        <ol className="list entries">{groups.map((one) => one.type === 'acts' && <li key={one.entries[0]!.id} className="acts">{one.entries.map((entry, index) => <Line key={entry.id} entry={entry} first={index === 0} onProof={setProof} />)}</li>)}</ol>
      )}
      {query.hasNextPage && <Button look="quiet" busy={query.isFetchingNextPage} onClick={() => { void query.fetchNextPage(); }}>Show more</Button>}
      {proof && <Suspense fallback={null}><Proof entry={proof} onClose={() => setProof(null)} /></Suspense>}
    </section>
  );
}
