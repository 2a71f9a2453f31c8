// A month in weeks: bars over the days that a change takes, freezes above them, windows below.
import type { CSSProperties } from 'react';
import type { Happening } from '../../api/calendar';
import { addDays, lanes, sameDay } from './days';
import { Planned, type Shown } from './Planned';
import { clockOf, tellTime } from './words';

const names = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const most = 6; // lanes of a week; what does not fit is counted
const full = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });

export function Month({ range, month, onDay, ...shown }: Shown & { month: number; onDay: (day: Date) => void }) {
  const weeks = Array.from({ length: range.days.length / 7 }, (_, i) => range.days.slice(i * 7, i * 7 + 7));
  return (
    <section className="card month" aria-label="Month">
      <div className="week-names" aria-hidden>{names.map((name) => <span key={name}>{name}</span>)}</div>
      {weeks.map((days) => <WeekRow key={days[0]!.getTime()} days={days} month={month} onDay={onDay} {...shown} />)}
    </section>
  );
}

function WeekRow({ days, month, onDay, changes, times, colour, today }: Omit<Shown, 'range'> & { days: Date[]; month: number; onDay: (day: Date) => void }) {
  const first = days[0]!.getTime(), last = addDays(days[6]!, 1).getTime();
  const met = (one: { start: string; end: string }) => Date.parse(one.start) < last && Date.parse(one.end) > first;
  const column = (ms: number) => days.findIndex((day) => ms < addDays(day, 1).getTime());
  /** Columns from 0, the end exclusive. A change that ends at midnight does not reach into the next day. */
  const place = (one: { start: string; end: string }, startOnly = false) => {
    const from = Math.max(0, column(Math.max(Date.parse(one.start), first)));
    const to = startOnly ? from : column(Math.min(Date.parse(one.end), last) - 1);
    return { start: from, end: (to < 0 ? 6 : to) + 1 };
  };
  const freezes = times.filter((one) => one.kind === 'freeze' && met(one));
  const bars = changes.filter(met);
  const windows = times.filter((one) => one.kind === 'window' && Date.parse(one.start) >= first && Date.parse(one.start) < last);
  // A short change at night is one of the day on which it begins.
  const short = (one: { start: string; end: string }) => Date.parse(one.end) - Date.parse(one.start) < 24 * 3_600_000 && Date.parse(one.start) >= first;
  const spots = [...freezes.map((one) => place(one)), ...bars.map((one) => place(one, short(one))), ...windows.map((one) => place(one, true))];
  const lane = laneIn(spots, [freezes.length, bars.length, windows.length]);
  const hidden = days.map((_, day) => spots.filter((spot, i) => lane[i]! >= most && spot.start <= day && spot.end > day).length);
  const style = (i: number): CSSProperties => ({ gridColumn: `${spots[i]!.start + 1} / ${spots[i]!.end + 1}`, gridRow: lane[i]! + 2 });
  const frozen = (day: Date) => freezes.some((one) => one.whole && Date.parse(one.start) < addDays(day, 1).getTime() && Date.parse(one.end) > day.getTime());
  return (
    <div className="week-row">
      {days.map((day, i) => (
        <div key={day.getTime()} className={`day-cell ${day.getMonth() === month ? '' : 'other'} ${frozen(day) ? 'frozen' : ''} ${sameDay(day, today) ? 'today' : ''}`} style={{ left: `${(i / 7) * 100}%` }}>
          <button type="button" className="day-number num" aria-label={`The week of ${full.format(day)}${sameDay(day, today) ? ', today' : ''}`} onClick={() => onDay(day)}>{day.getDate()}</button>
        </div>
      ))}
      {freezes.map((one, i) => lane[i]! < most && <Band key={`${one.schedule} ${one.start}`} time={one} style={style(i)} />)}
      {bars.map((change, i) => lane[freezes.length + i]! < most && <Planned key={change.number} change={change} colour={colour} text={Date.parse(change.start) >= first ? 'time' : 'title'} style={style(freezes.length + i)} before={Date.parse(change.start) < first} after={Date.parse(change.end) > last} />)}
      {windows.map((one, i) => lane[freezes.length + bars.length + i]! < most && <Band key={`${one.schedule} ${one.start}`} time={one} style={style(freezes.length + bars.length + i)} />)}
      {hidden.map((count, i) => count > 0 && <button key={i} type="button" className="more-of-day" style={{ gridColumn: i + 1, gridRow: most + 2 }} aria-label={`${count} more on ${full.format(days[i]!)}`} onClick={() => onDay(days[i]!)}>{count} more</button>)}
    </div>
  );
}

/** Freezes have the first lanes, changes what is free below them, windows the rest. */
function laneIn(spots: { start: number; end: number }[], counts: number[]): number[] {
  const out: number[] = [];
  let taken: { start: number; end: number; lane: number }[] = [];
  for (let group = 0, from = 0; group < counts.length; from += counts[group]!, group++) {
    const list = spots.slice(from, from + counts[group]!);
    if (group === 0) lanes(list).forEach((lane, i) => { out.push(lane); taken.push({ ...list[i]!, lane }); });
    else {
      const order = list.map((_, i) => i).sort((a, b) => list[a]!.start - list[b]!.start || list[b]!.end - list[a]!.end || a - b);
      for (const i of order) {
        const spot = list[i]!;
        let lane = 0;
        while (taken.some((one) => one.lane === lane && one.start < spot.end && spot.start < one.end)) lane++;
        out[from + i] = lane;
        taken = [...taken, { ...spot, lane }];
      }
    }
  }
  return out;
}

export function Band({ time, style }: { time: Happening; style?: CSSProperties }) {
  return <span className={`band ${time.kind}`} style={style} title={`${tellTime(time)}${time.purpose ? `. ${time.purpose}` : ''}`}><span className="hidden-label">{time.kind === 'freeze' ? 'Freeze: ' : 'Window: '}</span>{time.kind === 'window' && <span className="num">{clockOf(time.start)}–{clockOf(time.end)} </span>}{time.name}</span>;
}
