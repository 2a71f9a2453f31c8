// Four weeks by service, or by item: who changes what, side by side.
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Happening, PlannedChange } from '../../api/calendar';
import { Icon } from '../../ui/Icon';
import { Segments } from '../../ui/kit';
import { windowText } from '../../ui/time';
import { lanes, sameDay, type Range } from './days';
import { Planned, type Shown } from './Planned';
import { tellTime } from './words';

const lane = 26; // px
const room = 0.13; // of the width, for a name; the line below it is as long as the change
const month = new Intl.DateTimeFormat('en-GB', { month: 'short' });
const none = 'Nothing named';

export function Timeline({ range, changes, times, colour, today }: Shown) {
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as Record<string, string>;
  const by = search.by === 'item' ? 'item' : 'service';
  const rows = rowsOf(changes, by);
  const freezes = times.filter((one) => one.kind === 'freeze');
  const windows = times.filter((one) => one.kind === 'window');
  const days = range.days.length;
  return (
    <section className="card timeline" aria-label="Timeline">
      <header><h2 className="grow">By {by}</h2><Segments label="Rows" value={by} options={[{ value: 'service', label: 'Services' }, { value: 'item', label: 'Items' }]} onChange={(value) => { void navigate({ to: '/calendar', search: { ...search, by: value === 'item' ? 'item' : undefined } as never, replace: true }); }} /></header>
      <div className="timeline-scroll" tabIndex={0} role="region" aria-label="Days of the timeline">
        <div className="timeline-inner" style={{ ['--days' as never]: days }}>
          <div className="timeline-row head"><span className="timeline-name" /><div className="timeline-days" aria-hidden>{range.days.map((day, i) => <span key={day.getTime()} className={`num ${sameDay(day, today) ? 'today' : ''} ${day.getDay() % 6 === 0 ? 'weekend' : ''}`}><b>{i === 0 || day.getDate() === 1 ? month.format(day) : ''}</b>{day.getDate()}</span>)}</div></div>
          {[...freezes, ...windows].filter((one, i, all) => all.findIndex((other) => other.schedule === one.schedule) === i).map((one) => <Bands key={one.schedule} list={times.filter((other) => other.schedule === one.schedule)} range={range} />)}
          {rows.map(({ name, list }) => <Row key={name} name={name} list={list} range={range} colour={colour} freezes={freezes} />)}
        </div>
      </div>
    </section>
  );
}

/** A change stands in each row that it names; what names nothing has a row of its own, at the end. */
function rowsOf(changes: PlannedChange[], by: 'service' | 'item'): { name: string; list: PlannedChange[] }[] {
  const rows = new Map<string, PlannedChange[]>();
  for (const change of changes) {
    const names = by === 'service' ? change.services : change.items.map((item) => item.name);
    for (const name of new Set(names.length > 0 ? names : [none])) rows.set(name, [...rows.get(name) ?? [], change]);
  }
  return [...rows].map(([name, list]) => ({ name, list })).sort((a, b) => Number(a.name === none) - Number(b.name === none) || a.name.localeCompare(b.name, 'en', { numeric: true }));
}

const share = (range: Range, iso: string) => Math.min(1, Math.max(0, (Date.parse(iso) - range.from.getTime()) / (range.to.getTime() - range.from.getTime())));
function placed(range: Range, list: PlannedChange[]) {
  const spots = list.map((one) => { const start = Math.min(share(range, one.start), 1 - room); return { start, end: Math.max(share(range, one.end), start + room) }; });
  const lane = lanes(spots);
  return { lanes: Math.max(0, ...lane) + 1, at: (i: number) => ({ left: spots[i]!.start, width: spots[i]!.end - spots[i]!.start, lane: lane[i]! }) };
}

/** A row for each schedule. */
function Bands({ list, range }: { list: Happening[]; range: Range }) {
  const { kind, name } = list[0]!;
  return (
    <div className="timeline-row bands"><span className={`timeline-name ${kind}`} title={`${kind === 'freeze' ? 'Freeze' : 'Window'}: ${name}`}><Icon name={kind === 'freeze' ? 'lock' : 'clock'} size={13} /> <span className="hidden-label">{kind === 'freeze' ? 'Freeze: ' : 'Window: '}</span>{name}</span>
      <div className="timeline-track">{list.map((one) => <span key={one.start} className={`band ${kind}`} style={{ left: `${share(range, one.start) * 100}%`, width: `${Math.max(0.002, share(range, one.end) - share(range, one.start)) * 100}%` }} title={tellTime(one)}><span className="hidden-label">{windowText(one.start, one.end)}</span></span>)}</div>
    </div>
  );
}

function Row({ name, list, range, colour, freezes }: { name: string; list: PlannedChange[]; range: Range; colour: Shown['colour']; freezes: Happening[] }) {
  const spots = placed(range, list);
  return (
    <div className="timeline-row"><span className={`timeline-name ${name === none ? 'dim' : ''}`} title={name}>{name}</span>
      <div className="timeline-track" style={{ height: spots.lanes * lane + 8 }}>
        {freezes.filter((one) => one.whole).map((one) => <span key={`${one.schedule} ${one.start}`} className="freeze-shade" aria-hidden style={{ left: `${share(range, one.start) * 100}%`, width: `${(share(range, one.end) - share(range, one.start)) * 100}%` }} />)}
        {list.map((one, i) => { const at = spots.at(i); const [from, to] = [share(range, one.start), share(range, one.end)]; return <Planned key={one.number} change={one} colour={colour} style={{ left: `${at.left * 100}%`, width: `${at.width * 100}%`, top: at.lane * lane + 4, ['--from' as never]: `${((from - at.left) / at.width) * 100}%`, ['--long' as never]: `${((to - from) / at.width) * 100}%` }} />; })}
      </div>
    </div>
  );
}
