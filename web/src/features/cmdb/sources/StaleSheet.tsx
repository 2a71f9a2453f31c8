// What a source has not shown for longer than it should: the longest unseen first.
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../../../api/client';
import type { Source, StaleItem } from '../../../api/sources';
import type { Page } from '../../../api/types';
import { Sheet } from '../../../ui/Dialog';
import { Ago, Bones, Button, Empty, ProblemNote } from '../../../ui/kit';

const stale = (source: string) => infiniteQueryOptions({
  queryKey: ['ci-sources', source, 'stale'],
  queryFn: ({ pageParam, signal }) => api.get<Page<StaleItem>>(`/cmdb/sources/${source}/stale`, { limit: 100, after: pageParam }, signal),
  initialPageParam: '', getNextPageParam: (last: Page<StaleItem>) => last.next || undefined,
});

export default function StaleSheet({ source, onClose }: { source: Source; onClose: () => void }) {
  const query = useInfiniteQuery(stale(source.key));
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Sheet title={`Not shown by ${source.name}`} open onClose={onClose} size={560}>
      <div className="stack">
        <p className="dim small">Items that it has not shown for {source.stale_days} days. Ask whether they are gone, or why it no longer sees them.</p>
        {query.isPending ? <Bones lines={5} /> : query.isError ? <ProblemNote error={query.error} again={() => { void query.refetch(); }} /> : rows.length === 0 ? <Empty icon="check" title="Nothing is stale">It has shown everything that it knows in time.</Empty> : (
          <ul className="list side-list">{rows.map((one) => <li key={one.number} className="side-item"><div className="row wraps"><Link to={`/cis/${one.number}`} className="grow wrap">{one.name}</Link><span className="dim small">seen <Ago at={one.last_seen} /></span></div><div className="small dim"><span className="num">{one.number}</span> known there as <code className="mono">{one.key}</code></div></li>)}</ul>
        )}
        {query.hasNextPage && <Button look="quiet" busy={query.isFetchingNextPage} onClick={() => { void query.fetchNextPage(); }}>Show more</Button>}
      </div>
    </Sheet>
  );
}
