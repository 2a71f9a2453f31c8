// What will not work for a while, and when: for the people who use it.
import { useQuery } from '@tanstack/react-query';
import { interruptions, type Interruption } from '../../api/calendar';
import { Icon } from '../../ui/Icon';
import { exact, windowText } from '../../ui/time';

/** "Mail and File shares" */
export const listed = (names: string[]): string => (names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`);

export function Interruptions({ list }: { list: Interruption[] }) {
  return <ul className="list interruptions">{list.map((one) => (
    <li key={`${one.start} ${one.title}`} className={one.begun ? 'begun' : ''}>
      <Icon name={one.begun ? 'alert' : 'clock'} size={20} />
      <div className="grow">
        <strong className="wrap">{one.services.length > 0 ? listed(one.services) : one.title ?? 'Maintenance'}</strong>
        {one.services.length > 0 && one.title && <p className="wrap">{one.title}</p>}
        <p className="dim"><time dateTime={one.start} title={`${exact(one.start)} to ${exact(one.end)}`}>{windowText(one.start, one.end)}</time>{one.minutes ? `, interrupted for up to ${one.minutes} minutes` : ''}{one.begun ? <strong className="now">. It has begun.</strong> : ''}</p>
      </div>
    </li>
  ))}</ul>;
}

/** The next few, on the home page; nothing when nothing is planned soon. */
export function useInterruptions(): Interruption[] { return useQuery(interruptions).data?.items ?? []; }
export const soon = (list: Interruption[], now: number): Interruption[] => list.filter((one) => Date.parse(one.start) - now < 8 * 86_400_000).slice(0, 3);
