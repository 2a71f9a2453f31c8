// The slider over the moments at which anything about an item changed. Moving it shows the item as it was then; beside it a
// date, whether to show what was known then, and the way to compare.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ciMoments, type Moment } from '../../../api/cmdb';
import { useActs } from '../../../app/useActs';
import { Icon } from '../../../ui/Icon';
import { Button } from '../../../ui/kit';
import { dateTime, exact, fromLocalInput, toLocalInput } from '../../../ui/time';

export function TimeBar({ number, moment, onMoment, onCompare }: { number: string; moment: Moment; onMoment: (moment: Moment) => void; onCompare: () => void }) {
  const query = useQuery(ciMoments(number));
  // What was known then changes with every recording as well.
  const moments = query.data ? (moment.known ? [...new Set([...query.data.moments, ...query.data.recorded])].sort((a, b) => Date.parse(a) - Date.parse(b)) : query.data.moments) : [];
  // The last position is now; a date between two moments shows what the one before it brought.
  const place = moment.at ? Math.max(0, moments.findLastIndex((one) => Date.parse(one) <= Date.parse(moment.at!))) : moments.length;
  const [at, move] = useState(place);
  useEffect(() => move(place), [place]);
  useEffect(() => {
    if (at === place) return;
    const timer = setTimeout(() => onMoment(at >= moments.length ? {} : { ...moment, at: moments[at]!, ...(moment.known ? { known: moments[at]! } : {}) }), 120);
    return () => clearTimeout(timer);
  }, [at]);
  const step = (by: number) => move(Math.max(0, Math.min(moments.length, at + by)));
  useActs([
    { id: 'earlier', keys: '[', label: 'The moment before', group: 'Item', run: () => step(-1) },
    { id: 'later', keys: ']', label: 'The moment after', group: 'Item', run: () => step(1) },
    { id: 'compare', keys: 'd', label: 'Compare two moments', group: 'Item', run: onCompare },
    ...(moment.at ? [{ id: 'now', keys: 'shift+n', label: 'Back to now', group: 'Item', run: () => onMoment({}) }] : []),
  ]);
  const words = at >= moments.length ? 'now' : dateTime(moments[at]!);
  const shown = moment.at && at === place ? dateTime(moment.at) : words;
  return (
    <section className={`card time-bar no-print ${moment.at ? 'past' : ''}`} aria-label="Time">
      <div className="row"><Icon name="clock" size={15} /><strong className="num" title={moment.at ? exact(moment.at) : undefined}>{moment.at || at < moments.length ? `As it was ${shown}` : 'As it is now'}</strong><span className="grow" />
        {moment.at && <Button look="link" className="small" onClick={() => onMoment({})}>Back to now</Button>}
        <Button look="link" className="small" onClick={onCompare}>Compare</Button></div>
      <input type="range" aria-label="Moment" aria-valuetext={words} min={0} max={moments.length} step={1} value={Math.min(at, moments.length)} disabled={moments.length === 0} onChange={(event) => move(Number(event.target.value))} />
      <div className="row apart wraps small">
        <span className="dim">{moments.length === 0 ? 'Nothing has changed yet' : `${moments.length} moment${moments.length === 1 ? '' : 's'} since ${dateTime(moments[0]!)}`}</span>
        <span className="row wraps">
          {moment.at && <label className="check"><input type="checkbox" checked={Boolean(moment.known)} onChange={(event) => onMoment({ at: moment.at, ...(event.target.checked ? { known: moment.at } : {}) })} />as it was known then</label>}
          <input className="input time-input" type="datetime-local" aria-label="As it was at" value={toLocalInput(moment.at ?? null)} max={toLocalInput(new Date().toISOString())} onChange={(event) => { const next = fromLocalInput(event.target.value); if (next) onMoment({ ...moment, at: next, ...(moment.known ? { known: next } : {}) }); }} />
        </span>
      </div>
    </section>
  );
}
