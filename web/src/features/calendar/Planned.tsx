// A change as the calendar draws it, wherever it stands; and what all views are given.
import { Link } from '@tanstack/react-router';
import type { CSSProperties } from 'react';
import type { Happening, PlannedChange } from '../../api/calendar';
import { Icon } from '../../ui/Icon';
import type { Range } from './days';
import { clockOf, lookOf, tell, type Colour } from './words';

export interface Shown { range: Range; changes: PlannedChange[]; times: Happening[]; colour: Colour; today: Date }

export function Planned({ change, colour, style, text = 'number', before, after }: { change: PlannedChange; colour: Colour; style?: CSSProperties; text?: 'number' | 'time' | 'title' | 'both'; before?: boolean; after?: boolean }) {
  return (
    <Link to="/changes/$number" params={{ number: change.number } as never} className={`planned ${lookOf(change, colour)} ${change.hard ? 'clashes' : ''} ${before ? 'goes-before' : ''} ${after ? 'goes-after' : ''}`} style={style} title={`${change.title}. ${tell(change)}`}>
      {change.hard > 0 && <Icon name="alert" size={13} />}
      <span className="planned-text">{(text === 'time' || text === 'both') && <span className="num planned-time">{clockOf(change.start)} </span>}{(text === 'number' || text === 'both') && <span className="num planned-time">{change.number.replace(/-0+/, '-')} </span>}{change.title}<span className="hidden-label">. {tell(change)}</span></span>
    </Link>
  );
}
