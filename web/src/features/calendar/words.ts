// What the calendar says about a change and about what stands against its time.
import type { Conflict, Happening, PlannedChange } from '../../api/calendar';
import { riskWord } from '../../api/words';
import { windowText } from '../../ui/time';

export type Colour = 'state' | 'risk';
/** The states that a planned change goes through, in order, as the legend tells them. */
export const stateWords: Record<string, string> = { draft: 'Draft', assess: 'Assessed', authorize: 'Waits for approval', scheduled: 'Scheduled', implementing: 'Being done', review: 'In review', closed: 'Closed' };
export const lookOf = (change: PlannedChange, colour: Colour): string => (colour === 'risk' ? `risk-${change.risk}` : `state-${change.state}`);
export const hardWords = (hard: number): string => (hard === 1 ? '1 open hard conflict' : `${hard} open hard conflicts`);

export function tell(change: PlannedChange): string {
  return `${change.number}, ${windowText(change.start, change.end)}, ${change.state_label.toLowerCase()}, ${riskWord[change.risk].toLowerCase()}${change.hard ? `, ${hardWords(change.hard)}` : ''}`;
}
export const tellTime = (time: Happening): string => `${time.kind === 'freeze' ? 'Freeze' : 'Window'} ${time.name}${time.whole ? '' : ' of some items'}, ${windowText(time.start, time.end)}`;

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
export const clockOf = (at: string | Date): string => clock.format(typeof at === 'string' ? new Date(at) : at);

export const severityWord: Record<Conflict['severity'], string> = { hard: 'Hard', high: 'High', medium: 'Medium', info: 'For information' };
/** What a conflict is about, as a sentence. */
export function because(one: Conflict): string {
  const other = one.other ? one.other.number : one.kind === 'meeting' ? 'Several changes' : 'Another change';
  const item = one.item ? one.item.name : 'an item';
  switch (one.kind) {
    case 'same_item': return `${other} changes ${item} at the same time.`;
    case 'stand_in': return `${other} changes, at the same time, what stands in for one of its items.`;
    case 'neighbour': return `${other} changes, at the same time, something that ${item} is directly tied to.`;
    case 'meeting': return `${other} ${one.other || other === 'Another change' ? 'meets' : 'meet'} this one further down, at ${item}.`;
    case 'same_person': return `${one.person?.name ?? 'Somebody'} is needed for ${other === 'Another change' ? 'another change' : other} at the same time.`;
    case 'outside_window': return one.schedule ? `It is outside of the maintenance window “${one.schedule}”.` : 'It is outside of the maintenance windows.';
    default: return one.schedule ? `The freeze “${one.schedule}” covers it.` : 'A freeze covers it.';
  }
}
