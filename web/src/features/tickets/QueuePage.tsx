// A queue or any filtered list, with the record beside it on wide screens.
import { useMediaQuery } from '@mantine/hooks';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore, type MouseEvent } from 'react';
import { client, queues, tickets, views } from '../../api/queries';
import type { Kind, TicketRow } from '../../api/types';
import { kindPlural, pathOf } from '../../api/words';
import { news } from '../../app/follow';
import { useTitle } from '../../app/session';
import { useActs } from '../../app/useActs';
import { Bones, Button, Empty, PageProblem } from '../../ui/kit';
import { Icon } from '../../ui/Icon';
import { useColumns } from './columns';
import { FilterBar } from './FilterBar';
import { defaultSort, fromAddress, toAddress, toQuery, type Filters } from './filters';
import { ListTools } from './ListTools';
import { TicketTable } from './TicketTable';

const BulkBar = lazy(() => import('./BulkBar'));
const RecordPage = lazy(() => import('../record/RecordPage'));
const kindTabs: { value: string; label: string }[] = [{ value: '', label: 'All' }, { value: 'incident', label: 'Incidents' }, { value: 'request', label: 'Requests' }, { value: 'problem', label: 'Problems' }, { value: 'change', label: 'Changes' }];

export default function QueuePage() {
  const { key = 'mine' } = useParams({ strict: false }) as { key?: string };
  const search = useRouterState({ select: (state) => state.location.search as Record<string, string> });
  const navigate = useNavigate();
  const wide = useMediaQuery('(min-width: 1280px)') ?? false;
  const filters = useMemo(() => fromAddress(key, search), [key, search]);
  const sort = filters.sort ?? defaultSort(filters);
  const query = toQuery({ ...filters, sort });
  const list = useInfiniteQuery({ ...tickets(query), placeholderData: (old) => old });
  const counts = useQuery(queues(filters.kind ?? ''));
  const saved = useQuery(views);
  const [compact, setCompact] = useState(() => localStorage.getItem('cabinet.compact') === 'yes');
  const [cursor, setCursor] = useState(0);
  const [selected, select] = useState<ReadonlySet<string>>(new Set());
  const anchor = useRef(0);
  const pane = useRef<HTMLDivElement>(null);
  const foot = useRef<HTMLDivElement>(null);
  const fresh = useSyncExternalStore(news.subscribe, news.get);

  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  // A column of dashes tells nothing: time left shows as soon as one record has a target.
  const { shown: chosen, set: setColumns, reset } = useColumns(filters.kind);
  const dated = rows.some((row) => row.due_at !== null);
  const shown = useMemo(() => (dated ? chosen : chosen.filter((column) => column.id !== 'left')), [dated, chosen.map((column) => column.id).join()]);
  const queue = counts.data?.items.find((one) => one.key === key);
  const view = saved.data?.items.find((one) => one.id === search.view);
  const heading = view?.name ?? (filters.kind ? `${queue?.label ?? ''} ${kindPlural[filters.kind as Kind] ?? ''}`.trim() : queue?.label) ?? 'Tickets';
  const open = wide ? search.open : undefined;
  useTitle(heading);

  const go = useCallback((next: Filters, more: Record<string, string | undefined> = {}, replace = false) => {
    void navigate({ to: `/queue/${next.queue}`, search: { ...toAddress(next), ...more } as never, replace });
  }, [navigate]);
  const openRow = useCallback((row: TicketRow, index: number, event?: MouseEvent) => {
    if (event && (event.metaKey || event.ctrlKey || event.shiftKey)) return;
    event?.preventDefault();
    setCursor(index);
    if (wide) go(filters, { open: row.number, view: search.view }, Boolean(search.open));
    else void navigate({ to: pathOf(row.number) });
  }, [wide, filters, go, navigate, search.open, search.view]);
  const pick = useCallback((number: string, index: number, range: boolean) => {
    select((before) => {
      const next = new Set(before);
      if (range) for (const row of rows.slice(Math.min(anchor.current, index), Math.max(anchor.current, index) + 1)) next.add(row.number);
      else if (!next.delete(number)) next.add(number);
      return next;
    });
    anchor.current = index;
    setCursor(index);
  }, [rows]);
  const move = (by: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, cursor + by));
    setCursor(next);
    const row = rows[next];
    if (row && open) go(filters, { open: row.number, view: search.view }, true);
    pane.current?.querySelector(`[data-row="${next}"]`)?.scrollIntoView({ block: 'nearest' });
  };
  const showNew = () => { news.clear(); void client.invalidateQueries({ queryKey: ['tickets'] }); pane.current?.scrollTo({ top: 0 }); window.scrollTo({ top: 0 }); };

  useEffect(() => { setCursor(0); select(new Set()); news.clear(); }, [key, filters.kind]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  useEffect(() => {
    const end = foot.current;
    if (!end || !hasNextPage || isFetchingNextPage) return;
    const watcher = new IntersectionObserver(([entry]) => { if (entry?.isIntersecting) void fetchNextPage(); }, { rootMargin: '600px' });
    watcher.observe(end);
    return () => watcher.disconnect();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, rows.length]);

  useActs([
    { id: 'list down', keys: 'j|ArrowDown', label: 'Next row', group: 'List', quiet: true, run: () => move(1) },
    { id: 'list up', keys: 'k|ArrowUp', label: 'Row before', group: 'List', quiet: true, run: () => move(-1) },
    { id: 'list open', keys: 'Enter|o', label: 'Open the row', group: 'List', quiet: true, run: () => { const row = rows[cursor]; if (row) openRow(row, cursor); } },
    { id: 'list select', keys: 'x', label: 'Select the row', group: 'List', quiet: true, run: () => { const row = rows[cursor]; if (row) pick(row.number, cursor, false); } },
    { id: 'list new', keys: 'shift+r', label: 'Read the list again', group: 'List', run: showNew },
    ...(open ? [{ id: 'list close', keys: 'Escape', label: 'Close the record', group: 'List', quiet: true, run: () => go(filters, { view: search.view }) }] : []),
  ]);

  const changeFilters = (next: Filters) => go(next, { open });
  const picked = rows.filter((row) => selected.has(row.number));
  const narrowed = Object.keys(toAddress(filters)).some((field) => !['kind', 'sort'].includes(field));

  return (
    <div className={`queue ${open ? 'split' : ''}`}>
      <div className={`queue-list ${compact ? 'compact' : ''}`} ref={pane}>
        <header className="queue-head">
          <div className="row apart">
            <h1>{heading}{queue && !narrowed && <span className="dim num head-count">{queue.count}{queue.capped ? '+' : ''}</span>}</h1>
            <ListTools filters={{ ...filters, sort }} sort={sort} chosen={chosen} onSort={(next) => changeFilters({ ...filters, sort: next })} onColumns={setColumns} onResetColumns={reset} compact={compact} onCompact={() => { localStorage.setItem('cabinet.compact', compact ? 'no' : 'yes'); setCompact(!compact); }} />
          </div>
          <div className="row wraps">
            <div className="segments" role="group" aria-label="Kind">{kindTabs.map((tab) => <button key={tab.value} type="button" aria-pressed={(filters.kind ?? '') === tab.value} onClick={() => changeFilters({ ...filters, kind: tab.value || undefined, state: undefined })}>{tab.label}</button>)}</div>
            <FilterBar filters={filters} onChange={changeFilters} />
          </div>
        </header>
        {fresh.size > 0 && <button type="button" className="new-pill" onClick={showNew}><Icon name="plus" size={13} />{fresh.size} new</button>}
        <span className="hidden-label" aria-live="polite">{fresh.size > 0 ? `${fresh.size} new records` : ''}</span>
        {list.isPending ? <Bones lines={10} /> : list.isError && rows.length === 0 ? <PageProblem error={list.error} again={() => { void list.refetch(); }} /> : rows.length === 0 ? (
          narrowed ? <Empty icon="filter" title="Nothing matches these filters" act={<Button onClick={() => go({ queue: key, kind: filters.kind })}>Clear the filters</Button>}>Records that fit all of them would be listed here.</Empty>
            : <EmptyQueue queue={key} kind={filters.kind} />
        ) : (
          <TicketTable rows={rows} columns={shown} cursor={cursor} selected={selected} open={open} sort={sort} onSelect={pick} onSelectAll={(all) => select(all ? new Set(rows.map((row) => row.number)) : new Set())} onOpen={openRow} onSort={(next) => changeFilters({ ...filters, sort: next })} onColumns={setColumns} />
        )}
        <div ref={foot} className="list-foot">{isFetchingNextPage ? <span className="spin" /> : rows.length > 0 && !hasNextPage ? <span className="dim small">{rows.length === 1 ? 'One record' : `All ${rows.length} records`}</span> : null}</div>
      </div>
      {open && <section className="queue-pane" aria-label={`Record ${open}`}><Suspense fallback={<Bones lines={8} />}><RecordPage key={open} number={open} onClose={() => go(filters, { view: search.view })} /></Suspense></section>}
      {picked.length > 0 && <Suspense fallback={null}><BulkBar rows={picked} onClear={() => select(new Set())} /></Suspense>}
    </div>
  );
}

const emptyWords: Record<string, [string, string]> = {
  mine: ['Nothing is assigned to you', 'Work that people hand to you, or that you take from a queue with “a”, is listed here.'],
  teams: ['Your teams have no open work', 'Everything assigned to a team that you belong to is listed here.'],
  unassigned: ['Everything has somebody', 'New work that nobody has taken yet is listed here.'],
  pending: ['Nothing is waiting', 'Work that waits for a requester, a vendor or a date is listed here; its clock stands still.'],
  requested: ['You have not asked for anything', 'What you report or request is listed here until it is closed.'],
};
function EmptyQueue({ queue, kind }: { queue: string; kind?: string }) {
  const navigate = useNavigate();
  const [title, text] = emptyWords[queue] ?? ['Nothing here yet', 'Records appear here as soon as somebody opens one.'];
  const other = queue === 'mine' ? 'unassigned' : null;
  return <Empty icon="check" title={title} act={<Button onClick={() => { void navigate(other ? { to: `/queue/${other}` } : { to: `/new/${kind || 'incident'}` }); }}>{other ? 'See what is unassigned' : `New ${kind || 'incident'}`}</Button>}>{text}</Empty>;
}
