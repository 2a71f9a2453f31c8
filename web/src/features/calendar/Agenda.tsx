// The calendar on a phone: a list by days.
import { Link } from '@tanstack/react-router';
import { Icon } from '../../ui/Icon';
import { RiskMark, Tone } from '../../ui/kit';
import { addDays, dayKey, sameDay } from './days';
import type { Shown } from './Planned';
import { clockOf, hardWords, lookOf } from './words';

const dayName = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });

export function Agenda({ range, changes, times, colour, today }: Shown) {
  const on = <T extends { start: string; end: string }>(list: T[], day: Date) => list.filter((one) => Date.parse(one.start) < addDays(day, 1).getTime() && Date.parse(one.end) > day.getTime());
  const days = range.days.map((day) => ({ day, changes: on(changes, day), freezes: on(times, day).filter((one) => one.kind === 'freeze'), windows: times.filter((one) => one.kind === 'window' && dayKey(new Date(one.start)) === dayKey(day)) }));
  const full = days.filter((one) => one.changes.length > 0 || sameDay(one.day, today) || one.freezes.some((freeze) => sameDay(new Date(freeze.start), one.day)));
  return (
    <div className="agenda">
      {full.map(({ day, changes: list, freezes, windows }) => (
        <section key={day.getTime()} aria-label={dayName.format(day)}>
          <h2 className={sameDay(day, today) ? 'today' : ''}>{dayName.format(day)}{sameDay(day, today) ? <span className="small"> today</span> : null}</h2>
          {freezes.map((one) => <p key={one.schedule} className="agenda-band freeze small"><Icon name="lock" size={13} />Freeze: {one.name}</p>)}
          {list.length > 0 && windows.map((one) => <p key={one.schedule} className="agenda-band window small"><Icon name="clock" size={13} />{clockOf(one.start)}–{clockOf(one.end)} {one.name}</p>)}
          {list.length === 0 ? (freezes.length === 0 && <p className="dim small">Nothing is planned.</p>) : <ul className="list card">{list.map((one) => (
            <li key={one.number} className={`agenda-row ${lookOf(one, colour)}`}>
              <div className="row apart small"><span className="num dim">{Date.parse(one.start) < day.getTime() ? 'goes on' : clockOf(one.start)} – {Date.parse(one.end) > addDays(day, 1).getTime() ? 'next day' : clockOf(one.end)}</span><span className="num dim">{one.number}</span></div>
              <Link to="/changes/$number" params={{ number: one.number } as never} className="planned-title wrap">{one.title}</Link>
              <div className="row wraps"><Tone tone={one.tone}>{one.state_label}</Tone><RiskMark risk={one.risk} />{one.hard > 0 && <span className="tone refused"><Icon name="alert" size={12} /><span>{hardWords(one.hard)}</span></span>}</div>
            </li>
          ))}</ul>}
        </section>
      ))}
    </div>
  );
}
