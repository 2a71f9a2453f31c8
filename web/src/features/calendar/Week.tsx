// A week by the hour: windows and freezes as bands behind the changes.
import { addDays, columns, sameDay, within } from './days';
import { Planned, type Shown } from './Planned';
import { clockOf, tellTime } from './words';

const hour = 32; // px; a day is seen whole
const dayName = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric' });

export function Week({ range, changes, times, colour, today }: Shown) {
  const frozen = (day: Date) => [...new Set(times.filter((one) => one.kind === 'freeze' && Date.parse(one.start) < addDays(day, 1).getTime() && Date.parse(one.end) > day.getTime()).map((one) => one.name))];
  return (
    <section className="card week" aria-label="Week">
      <div className="week-scroll" tabIndex={0} role="region" aria-label="Hours of the week">
        <div className="week-head"><span />{range.days.map((day) => <span key={day.getTime()} className={sameDay(day, today) ? 'today' : ''}>{dayName.format(day)}{frozen(day).map((name) => <span key={name} className="band freeze" title={`Freeze: ${name}`}><span className="hidden-label">Freeze: </span>{name}</span>)}</span>)}</div>
        <div className="week-body" style={{ height: 24 * hour }}>
          <div className="hours" aria-hidden>{Array.from({ length: 23 }, (_, i) => <span key={i} className="num" style={{ top: (i + 1) * hour }}>{String(i + 1).padStart(2, '0')}:00</span>)}</div>
          {range.days.map((day) => <Day key={day.getTime()} day={day} {...{ changes, times, colour, today }} />)}
        </div>
      </div>
    </section>
  );
}

function Day({ day, changes, times, colour, today }: Omit<Shown, 'range'> & { day: Date }) {
  const bands = times.flatMap((time) => { const at = within(day, new Date(time.start), new Date(time.end)); return at ? [{ time, at }] : []; });
  const blocks = changes.flatMap((change) => { const at = within(day, new Date(change.start), new Date(change.end)); return at ? [{ change, at: { start: at.start, end: Math.max(at.end, at.start + 42) } }] : []; });
  const places = columns(blocks.map((one) => one.at));
  // Names of bands that begin at the same height stand one below the other.
  const names = columns(bands.map(({ time, at }) => ({ start: at.start, end: time.kind === 'freeze' ? at.start : Math.min(at.end, at.start + 30) })));
  return (
    <div className={`day-column ${sameDay(day, today) ? 'today' : ''}`}>
      {bands.map(({ time, at }, i) => (
        <div key={`${time.schedule} ${time.start}`} className={`hour-band ${time.kind} ${time.whole ? '' : 'part'}`} style={{ top: (at.start / 60) * hour, height: ((at.end - at.start) / 60) * hour, paddingTop: names[i]!.lane * 17 }} title={`${tellTime(time)}${time.purpose ? `. ${time.purpose}` : ''}`}>{time.kind === 'window' && <span className="band-name"><span className="hidden-label">Window: </span>{time.name}</span>}</div>
      ))}
      {blocks.map(({ change, at }, i) => (
        <Planned key={change.number} change={change} colour={colour} style={{ top: (at.start / 60) * hour + 1, height: ((at.end - at.start) / 60) * hour - 2, left: `calc(${(places[i]!.lane / places[i]!.of) * 100}% + 2px)`, width: `calc(${100 / places[i]!.of}% - 5px)` }} text="both" />
      ))}
      {sameDay(day, today) && <span className="now-line" style={{ top: ((new Date().getHours() * 60 + new Date().getMinutes()) / 60) * hour }} title={`It is ${clockOf(new Date())}`} />}
    </div>
  );
}
