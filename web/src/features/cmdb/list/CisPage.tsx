// The list of configuration items, as they are or were, with an item beside it on wide screens.
import { useMediaQuery } from '@mantine/hooks';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState, type MouseEvent } from 'react';
import { ciPath, cis, cmdbModel, type Ci } from '../../../api/cmdb';
import { client, views } from '../../../api/queries';
import { may, useMe, useTitle } from '../../../app/session';
import { useActs } from '../../../app/useActs';
import { Sheet } from '../../../ui/Dialog';
import { Bones, Button, Empty, Notice, PageProblem } from '../../../ui/kit';
import { Icon } from '../../../ui/Icon';
import { dateOnly } from '../../../ui/time';
import { CmdbTabs } from '../Frame';
import { ClassTree } from './ClassTree';
import { CiFilterBar } from './CiFilterBar';
import { CiTable } from './CiTable';
import { CiTools } from './CiTools';
import { useColumns } from './columns';
import { fromAddress, headingOf, narrowed, toQuery, withClass, withField, type CiFilters } from './filters';

const CiBulkBar = lazy(() => import('./CiBulkBar'));
const CiPageView = lazy(() => import('../item/CiPage'));

export default function CisPage() {
  const search = useRouterState({ select: (state) => state.location.search as Record<string, string> });
  const navigate = useNavigate();
  const me = useMe();
  const wide = useMediaQuery('(min-width: 1280px)') ?? false;
  const filters = useMemo(() => fromAddress(search), [search]);
  const sort = filters.sort ?? 'name';
  const model = useQuery(cmdbModel).data;
  const list = useInfiniteQuery({ ...cis(toQuery({ ...filters, sort })), placeholderData: (old) => old });
  const saved = useQuery(views);
  const { all, shown, set: setColumns, reset } = useColumns(model, filters.class);
  const [compact, setCompact] = useState(() => localStorage.getItem('cabinet.compact') === 'yes');
  const [cursor, setCursor] = useState(0);
  const [selected, select] = useState<ReadonlySet<string>>(new Set());
  const [classes, showClasses] = useState(false);
  const [typed, type] = useState(filters.q ?? '');
  const anchor = useRef(0);
  const pane = useRef<HTMLDivElement>(null);
  const foot = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLInputElement>(null);

  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const total = list.data?.pages[0]?.total;
  const view = saved.data?.items.find((one) => one.id === search.view);
  const heading = view?.name ?? headingOf(filters, model);
  const open = wide ? search.open : undefined;
  const past = filters.at;
  const pickable = !past && may(me, 'ci.amend', 'ci.move', 'ci.attest');
  useTitle(heading);

  const go = useCallback((next: CiFilters, more: Record<string, string | undefined> = {}, replace = false) => {
    void navigate({ to: '/cis', search: { ...next, ...more } as never, replace });
  }, [navigate]);
  const change = (next: CiFilters) => { select(new Set()); setCursor(0); go(next, { open }); };
  const openRow = useCallback((row: Ci, index: number, event?: MouseEvent) => {
    if (event && (event.metaKey || event.ctrlKey || event.shiftKey)) return;
    event?.preventDefault();
    setCursor(index);
    if (wide) go(filters, { open: row.number, view: search.view }, Boolean(search.open));
    else void navigate({ to: ciPath(row.number), search: (past ? { at: past } : {}) as never });
  }, [wide, filters, go, navigate, past, search.open, search.view]);
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

  // What is typed into the search becomes part of the address shortly after typing stops.
  useEffect(() => { if (document.activeElement !== box.current) type(filters.q ?? ''); }, [filters.q]);
  useEffect(() => {
    if (typed.trim() === (filters.q ?? '')) return;
    const timer = setTimeout(() => go(withField(filters, 'q', typed.trim() || undefined), { open }, true), 250);
    return () => clearTimeout(timer);
  }, [typed]);
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
    ...(pickable ? [{ id: 'list select', keys: 'x', label: 'Select the row', group: 'List', quiet: true, run: () => { const row = rows[cursor]; if (row) pick(row.number, cursor, false); } }] : []),
    { id: 'list find', keys: 'f', label: 'Find in this list', group: 'List', run: () => box.current?.focus() },
    { id: 'list new', keys: 'shift+r', label: 'Read the list again', group: 'List', run: () => { void client.invalidateQueries({ queryKey: ['cis'] }); void client.invalidateQueries({ queryKey: ['ci-classes'] }); } },
    ...(open ? [{ id: 'list close', keys: 'Escape', label: 'Close the item', group: 'List', quiet: true, run: () => go(filters, { view: search.view }) }] : []),
  ]);

  const picked = rows.filter((row) => selected.has(row.number));
  const choose = (key: string | undefined) => { showClasses(false); change(withClass(filters, key)); };
  return (
    <div className={`queue cmdb ${open ? 'split' : ''}`}>
      <div className={`queue-list ${compact ? 'compact' : ''}`} ref={pane}>
        <header className="queue-head">
          {!open && <CmdbTabs />}
          <div className="row apart wraps">
            <h1>{heading}{typeof total === 'number' && <span className="dim num head-count">{total.toLocaleString('en-GB')}{total >= 10_000 ? '+' : ''}</span>}</h1>
            <div className="row">
              <CiTools filters={filters} sort={sort} all={all} shown={shown} compact={compact} onSort={(next) => change({ ...filters, sort: next })} onAt={(at) => change(withField(filters, 'at', at))} onColumns={setColumns} onReset={reset} onCompact={() => { localStorage.setItem('cabinet.compact', compact ? 'no' : 'yes'); setCompact(!compact); }} />
              {may(me, 'ci.create') && !open && <Button look="primary" icon="plus" onClick={() => { void navigate({ to: '/cis/new', search: (filters.class ? { class: filters.class } : {}) as never }); }}>Register</Button>}
            </div>
          </div>
          <div className="row wraps">
            <button type="button" className="button class-button" onClick={() => showClasses(true)}><Icon name="cmdb" size={15} />{filters.class ? headingOf(filters, model) : 'All classes'}</button>
            <span className="search-field list-search"><Icon name="search" size={15} /><input ref={box} className="input" type="search" aria-label="Find items" placeholder="Name, number, serial, address, person" value={typed} onChange={(event) => type(event.target.value)} onKeyDown={(event) => { if (event.key === 'Escape') event.currentTarget.blur(); }} /></span>
            <CiFilterBar filters={filters} model={model} onChange={change} />
          </div>
          {past && <Notice look="warn" icon="clock" act={<Button look="link" onClick={() => change(withField(filters, 'at', undefined))}>Back to now</Button>}>This is the list as it was on {dateOnly(past)}. Nothing can be changed here.</Notice>}
        </header>
        <div className="cmdb-body">
          {model && <nav className="class-side" aria-label="Classes"><ClassTree model={model} chosen={filters.class} onChoose={choose} /></nav>}
          <div className="cmdb-rows">
            {list.isPending ? <Bones lines={10} /> : list.isError && rows.length === 0 ? <PageProblem error={list.error} again={() => { void list.refetch(); }} /> : rows.length === 0 ? (
              narrowed(filters) ? <Empty icon="filter" title="Nothing matches these filters" act={<Button onClick={() => change(withField(filters.class ? { class: filters.class } : {}, 'at', past))}>Clear the filters</Button>}>Items that fit all of them would be listed here.</Empty>
                : <Empty icon="cmdb" title={past ? 'Nothing was known then' : 'Nothing here yet'} act={may(me, 'ci.create') && !past ? <Button look="primary" onClick={() => { void navigate({ to: '/cis/new' }); }}>Register an item</Button> : undefined}>Servers, services, devices: whatever one has to know in order to run a service is listed here, with where each fact is from and how old it is.</Empty>
            ) : (
              <CiTable rows={rows} columns={shown} cursor={cursor} selected={selected} open={open} sort={sort} at={past} pickable={pickable} onSelect={pick} onSelectAll={(every) => select(every ? new Set(rows.map((row) => row.number)) : new Set())} onOpen={openRow} onSort={(next) => change({ ...filters, sort: next })} />
            )}
            <div ref={foot} className="list-foot">{isFetchingNextPage ? <span className="spin" /> : rows.length > 0 && !hasNextPage ? <span className="dim small">{rows.length === 1 ? 'One item' : `All ${rows.length} items`}</span> : null}</div>
          </div>
        </div>
      </div>
      {open && <section className="queue-pane" aria-label={`Item ${open}`}><Suspense fallback={<Bones lines={8} />}><CiPageView key={open} number={open} moment={past ? { at: past } : {}} onMoment={(moment) => go(withField(filters, 'at', moment.at), { open, view: search.view }, true)} onClose={() => go(filters, { view: search.view })} /></Suspense></section>}
      {picked.length > 0 && <Suspense fallback={null}><CiBulkBar rows={picked} onClear={() => select(new Set())} /></Suspense>}
      {classes && model && <Sheet title="Classes" open onClose={() => showClasses(false)} size={320}><ClassTree model={model} chosen={filters.class} onChoose={choose} /></Sheet>}
    </div>
  );
}
