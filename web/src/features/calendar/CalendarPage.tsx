// The change calendar: a month, a week, or the timeline by service; on a phone a list by days. What is drawn stands in a
// table as well.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { useMediaQuery } from '@mantine/hooks';
import { changeCalendar, type PlannedChange } from '../../api/calendar';
import { changeModels, sites } from '../../api/queries';
import { riskWord } from '../../api/words';
import { useMe, useTitle } from '../../app/session';
import { useActs } from '../../app/useActs';
import { phone } from '../../ui/Dialog';
import { Icon } from '../../ui/Icon';
import { Bones, Button, Empty, IconButton, Notice, PageProblem, Segments } from '../../ui/kit';
import '../../styles/calendar.css';
import { Agenda } from './Agenda';
import { dayKey, rangeOf, readDay, startOfDay, step, type View } from './days';
import { Legend } from './Legend';
import { Month } from './Month';
import { Timeline } from './Timeline';
import { Twin } from './Twin';
import { Week } from './Week';
import type { Colour } from './words';

const views: { value: View; label: string }[] = [{ value: 'month', label: 'Month' }, { value: 'week', label: 'Week' }, { value: 'timeline', label: 'Timeline' }];

export default function CalendarPage() {
  useTitle('Calendar');
  const me = useMe();
  const navigate = useNavigate();
  const small = useMediaQuery(phone, undefined, { getInitialValueInEffect: false }) ?? false;
  const search = useSearch({ strict: false }) as Record<string, string>;
  const view = views.some((one) => one.value === search.view) ? search.view as View : 'month';
  const colour: Colour = search.colour === 'risk' ? 'risk' : 'state';
  const today = startOfDay(new Date());
  const at = readDay(search.at, today);
  const range = useMemo(() => rangeOf(view, at), [view, dayKey(at)]);
  const query = useQuery({ ...changeCalendar(range.from.toISOString(), range.to.toISOString()), placeholderData: keepPreviousData });
  const set = (patch: Record<string, string | undefined>) => { void navigate({ to: '/calendar', search: { ...search, ...patch } as never, replace: true }); };
  const go = (by: 1 | -1) => set({ at: dayKey(step(view, at, by)) });
  const move = (by: 1 | -1) => {
    const all = [...document.querySelectorAll<HTMLElement>('.calendar .planned')].filter((one) => one.offsetParent !== null);
    const here = all.indexOf(document.activeElement as HTMLElement);
    all[here < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, here + by))]?.focus();
  };
  useActs([
    { id: 'calendar earlier', keys: 'ArrowLeft', label: 'Earlier', group: 'Calendar', run: () => go(-1) },
    { id: 'calendar later', keys: 'ArrowRight', label: 'Later', group: 'Calendar', run: () => go(1) },
    { id: 'calendar next', keys: 'j|ArrowDown', label: 'Next change', group: 'Calendar', quiet: true, run: () => move(1) },
    { id: 'calendar previous', keys: 'k|ArrowUp', label: 'Previous change', group: 'Calendar', quiet: true, run: () => move(-1) },
    { id: 'calendar today', keys: 't', label: 'Today', group: 'Calendar', run: () => set({ at: undefined }) },
    ...views.map((one, i) => ({ id: `calendar ${one.value}`, keys: String(i + 1), label: `${one.label} view`, group: 'Calendar', run: () => set({ view: one.value }) })),
  ]);
  // The arrows scroll a page of their own accord; here they mean something.
  useEffect(() => {
    const still = (event: KeyboardEvent) => { if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && document.activeElement?.classList.contains('planned')) event.preventDefault(); };
    window.addEventListener('keydown', still);
    return () => window.removeEventListener('keydown', still);
  }, []);

  const wanted = (change: PlannedChange) => (!search.model || change.model === search.model) && (!search.risk || change.risk === search.risk) && (!search.site || change.site === search.site);
  const changes = (query.data?.changes ?? []).filter(wanted);
  const times = query.data?.times ?? [];
  const filtered = Boolean(search.model || search.risk || search.site);
  const shown = { range, changes, times, colour, today };
  return (
    <div className="page calendar">
      <header>
        <h1 aria-live="polite">{range.title}</h1>
        <div className="row">
          <IconButton icon="chevron" label="Earlier" className="bordered back" onClick={() => go(-1)} />
          <Button onClick={() => set({ at: undefined })}>Today</Button>
          <IconButton icon="chevron" label="Later" className="bordered" onClick={() => go(1)} />
        </div>
        <Segments label="View" value={view} options={views} onChange={(value) => set({ view: value })} />
        {me.may['change.create'] && <Button look="primary" icon="plus" className="only-desk" onClick={() => { void navigate({ to: '/new/$kind', params: { kind: 'change' } as never }); }}>New change</Button>}
      </header>
      <Filters search={search} set={set} colour={colour} />
      {query.data?.cut && <Notice look="warn" icon="alert">There is more than can be shown at once: look at a week.</Notice>}
      {query.isPending ? <Bones lines={8} /> : query.isError ? <PageProblem error={query.error} again={() => { void query.refetch(); }} /> : (
        <>
          {small ? <Agenda {...shown} /> : view === 'month' ? <Month {...shown} month={at.getMonth()} onDay={(day) => set({ view: 'week', at: dayKey(day) })} /> : view === 'week' ? <Week {...shown} /> : <Timeline {...shown} />}
          {!small && <div className="row wraps apart top"><Legend colour={colour} /><Link to="/me/$tab" params={{ tab: 'feeds' } as never} className="small no-print subscribe">Subscribe with your own calendar</Link></div>}
          {changes.length === 0 && <Empty icon="calendar" title={filtered ? 'No change like that' : 'Nothing is planned'}>{filtered ? 'Take a filter away, or look at another time.' : 'Changes appear here as soon as their plan has a start and an end.'}</Empty>}
          {!small && changes.length > 0 && <Twin changes={changes} />}
        </>
      )}
    </div>
  );
}

function Filters({ search, set, colour }: { search: Record<string, string>; set: (patch: Record<string, string | undefined>) => void; colour: Colour }) {
  const models = useQuery(changeModels).data?.items ?? [];
  const places = useQuery(sites).data?.items ?? [];
  const choose = (label: string, field: string, all: string, options: { id: string; label: string }[]) => (
    <label className="calendar-filter"><span className="hidden-label">{label}</span><select className="input" value={search[field] ?? ''} onChange={(event) => set({ [field]: event.target.value || undefined })}><option value="">{all}</option>{options.map((one) => <option key={one.id} value={one.id}>{one.label}</option>)}</select></label>
  );
  return (
    <div className="row wraps calendar-tools no-print">
      <Icon name="filter" size={15} />
      {choose('Model', 'model', 'All models', models.map((one) => ({ id: one.key, label: one.label })))}
      {choose('Risk', 'risk', 'Any risk', Object.entries(riskWord).map(([id, label]) => ({ id, label })))}
      {choose('Site', 'site', 'All sites', places.map((one) => ({ id: one.name, label: one.name })))}
      <span className="grow" />
      <span className="row only-desk"><span className="dim small">Colours by</span><Segments label="Colours by" value={colour} options={[{ value: 'state', label: 'State' }, { value: 'risk', label: 'Risk' }]} onChange={(value) => set({ colour: value === 'state' ? undefined : value })} /></span>
    </div>
  );
}
