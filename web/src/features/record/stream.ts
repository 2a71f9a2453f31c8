// How a timeline is read: one line per act, grouped by person and minute. Pure.
import type { Entry, FieldChange } from '../../api/types';

export type Show = 'all' | 'conversation' | 'acts';
export type Group = { type: 'message'; entry: Entry } | { type: 'acts'; actor: Entry['actor']; at: string; entries: Entry[] };

export const isMessage = (entry: Entry): boolean => entry.kind === 'reply' || entry.kind === 'note' || (Boolean(entry.body_html) && entry.kind !== 'approval');

/** Fields that end by themselves when a record goes on: that they are empty again is no news. */
const ends = ['pending_on', 'pending_reason', 'hold_reason'];
/**
 * The changes of an act without those that say the same as one before (a reason may be kept in two fields, an
 * override is the priority itself), and without what merely ended.
 */
export const toldOnce = (changes: readonly FieldChange[]): FieldChange[] => changes.filter((one, i) =>
  !(ends.includes(one.field) && !one.after) && !(one.field === 'priority_override' && changes.some((other) => other.field === 'priority')) && changes.findIndex((other) => (other.label ?? other.field) === (one.label ?? one.field) && other.after === one.after) === i);

/** Oldest first; neighbouring acts of one person within one minute stand together. */
export function group(entries: readonly Entry[], show: Show): Group[] {
  const sorted = [...entries].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const groups: Group[] = [];
  for (const entry of sorted) {
    const message = isMessage(entry);
    if ((show === 'conversation' && !message) || (show === 'acts' && message)) continue;
    if (message) { groups.push({ type: 'message', entry }); continue; }
    const last = groups.at(-1);
    if (last?.type === 'acts' && last.actor.name === entry.actor.name && entry.at.slice(0, 16) === last.at.slice(0, 16)) last.entries.push(entry);
    else groups.push({ type: 'acts', actor: entry.actor, at: entry.at, entries: [entry] });
  }
  return groups;
}
