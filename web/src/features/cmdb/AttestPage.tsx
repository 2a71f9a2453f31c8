// What waits to be attested: items of mine or of my teams that nobody and nothing has confirmed for long, the longest first.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useRouterState } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { api } from '../../api/client';
import { ci, ciPath, cis, type Ci, type CiResult } from '../../api/cmdb';
import { client } from '../../api/queries';
import { useMe } from '../../app/session';
import { toast, toastProblem } from '../../app/toasts';
import { useActs } from '../../app/useActs';
import { Ago, Bones, Button, Empty, PageProblem, Segments } from '../../ui/kit';
import { CmdbPage } from './Frame';
import { Criticality } from './parts';
import { toQuery, type CiFilters } from './list/filters';

export default function AttestPage() {
  const me = useMe();
  const search = useRouterState({ select: (state) => state.location.search as Record<string, string> });
  const navigate = useNavigate();
  const days = search.stale ?? '90';
  const whose = search.of ?? 'me';
  const set = (patch: Record<string, string>) => { void navigate({ to: '/cis/attest', search: { of: whose, stale: days, ...patch } as never, replace: true }); };
  const filters: CiFilters = { stale: days, status: 'live,under_maintenance,in_stock', sort: 'verified_at', ...(whose === 'me' ? { owner: 'me' } : whose === 'all' ? {} : { team: whose }) };
  const list = useInfiniteQuery(cis(toQuery(filters)));
  const [cursor, setCursor] = useState(0);
  const [done, mark] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState(false);
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items).filter((row) => !done.has(row.number)) ?? [], [list.data, done]);
  const total = list.data?.pages[0]?.total;
  const at = Math.max(0, Math.min(cursor, rows.length - 1));

  const attest = async (chosen: Ci[]) => {
    if (chosen.length === 0 || busy) return;
    setBusy(true);
    try {
      const answer = await api.post<{ items: CiResult[] }>('/cis/bulk', { numbers: chosen.map((one) => one.number), action: 'attest' });
      const fine = answer.items.filter((one) => one.ok);
      mark((before) => new Set([...before, ...fine.map((one) => one.number)]));
      fine.forEach((one) => { void client.invalidateQueries({ queryKey: ['ci', one.number] }); });
      const refused = answer.items.filter((one) => !one.ok);
      if (refused.length) toast(`${refused.length} of ${chosen.length} refused: ${refused[0]!.error?.detail ?? 'no reason was given'}`, { tone: 'bad' });
      else toast(chosen.length === 1 ? `You attested ${chosen[0]!.name}.` : `You attested ${chosen.length} items.`);
    } catch (error) { toastProblem(error); }
    finally { setBusy(false); }
  };
  const move = (by: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, at + by));
    setCursor(next);
    document.querySelector(`[data-attest="${next}"]`)?.scrollIntoView({ block: 'nearest' });
  };
  useActs([
    { id: 'list down', keys: 'j|ArrowDown', label: 'Next item', group: 'List', quiet: true, run: () => move(1) },
    { id: 'list up', keys: 'k|ArrowUp', label: 'Item before', group: 'List', quiet: true, run: () => move(-1) },
    { id: 'list open', keys: 'Enter|o', label: 'Open the item', group: 'List', quiet: true, run: () => { const row = rows[at]; if (row) void navigate({ to: ciPath(row.number) }); } },
    { id: 'attest', keys: 't', label: 'Attest that the item is right', group: 'List', run: () => { const row = rows[at]; if (row) void attest([row]); } },
  ]);

  return (
    <CmdbPage title="To attest" act={rows.length > 1 && list.data ? <Button busy={busy} onClick={() => { void attest(rows.slice(0, 200)); }}>All {Math.min(200, rows.length)} shown are right</Button> : undefined}>
      <div className="row wraps impact-tools">
        <Segments label="Whose" value={whose} onChange={(next) => set({ of: next })} options={[{ value: 'me', label: 'Mine' }, ...me.teams.map((team) => ({ value: team.id, label: team.name })), { value: 'all', label: 'Everybody’s' }]} />
        <label className="row small"><span className="dim">Not confirmed for</span><select className="input depth-input" value={days} onChange={(event) => set({ stale: event.target.value })}>{['30', '60', '90', '180', '365'].map((one) => <option key={one} value={one}>{one} days</option>)}</select></label>
        {typeof total === 'number' && <span className="dim small num">{total - done.size > 0 ? `${total - done.size} to go` : ''}</span>}
      </div>
      {list.isPending ? <Bones lines={6} /> : list.isError ? <PageProblem error={list.error} again={() => { void list.refetch(); }} /> : rows.length === 0
        ? <Empty icon="check" title="Nothing waits" act={whose === 'me' ? <Button onClick={() => set({ of: 'all' })}>See everybody’s</Button> : undefined}>Everything here was confirmed by somebody or by a source within {days} days.</Empty>
        : <ul className="list card">{rows.map((row, index) => <Row key={row.number} row={row} index={index} current={index === at} busy={busy} onAttest={() => { setCursor(index); void attest([row]); }} />)}</ul>}
      {list.hasNextPage && <Button look="quiet" busy={list.isFetchingNextPage} onClick={() => { void list.fetchNextPage(); }}>Show more</Button>}
    </CmdbPage>
  );
}

function Row({ row, index, current, busy, onAttest }: { row: Ci; index: number; current: boolean; busy: boolean; onAttest: () => void }) {
  const [open, show] = useState(false);
  const page = useQuery({ ...ci(row.number), enabled: open });
  return (
    <li className={`attest-row row wraps ${current ? 'cursor' : ''}`} data-attest={index}>
      <div className="grow">
        <Link to={ciPath(row.number)} className="strong">{row.name}</Link> <span className="dim small">{row.class_label} · <span className="num">{row.number}</span></span>
        <div className="row wraps small"><Criticality value={row.criticality} words /><span className="stale">{row.seen_at ? <>confirmed <Ago at={row.seen_at} /></> : 'never confirmed'}</span>{row.owner && <span className="dim">owned by {row.owner.name}</span>}</div>
        {open && (page.isPending ? <Bones lines={3} /> : page.isError ? <p className="red small">It could not be read.</p> : <dl className="values">{page.data.attributes.filter((one) => one.value !== null || one.wanted).map((one) => <div key={one.key} className="value"><dt>{one.label}</dt><dd className={one.value === null ? 'stale' : ''}>{one.display ?? one.value ?? 'missing'}</dd></div>)}</dl>)}
      </div>
      <Button look="link" className="small" aria-expanded={open} onClick={() => show(!open)}>{open ? 'Hide what is known' : 'What is known?'}</Button>
      <Button icon="check" disabled={busy} onClick={onAttest}>It is right</Button>
    </li>
  );
}
