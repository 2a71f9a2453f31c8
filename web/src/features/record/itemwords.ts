// What is said of the configuration items of a record. Pure.

import type { Tone } from '../../api/types';

export const tones: Record<string, Tone> = { planned: 'new', in_stock: 'waiting', live: 'done', under_maintenance: 'waiting', retired: 'closed', disposed: 'closed' };

export type Role = 'affected' | 'impacted';

const ordinals = ['', 'First', 'Second', 'Third', 'Fourth', 'Fifth', 'Sixth', 'Seventh', 'Eighth', 'Ninth', 'Tenth'];

/** "Third failure in 90 days"; empty for one alone, which is this one. */
export function failures(count: number): string {
  if (count < 2) return '';
  return count < ordinals.length ? `${ordinals[count]} failure in 90 days` : `${count} incidents in 90 days`;
}

/** How old what is known of an item is; after 90 days it is stale. */
export function ages(days: number | null): { text: string; stale: boolean } {
  if (days === null) return { text: 'Nobody has confirmed this yet', stale: true };
  if (days === 0) return { text: 'Confirmed today', stale: false };
  if (days === 1) return { text: 'Confirmed yesterday', stale: false };
  return days > 90 ? { text: `Not confirmed for ${days} days`, stale: true } : { text: `Confirmed ${days} days ago`, stale: false };
}

/** The moments of a record at which its items may have been different: when it began, when it was worked on, when it ended. */
export function momentsOf(record: { opened_at: string; resolved_at?: string | null; actual_start?: string | null; actual_end?: string | null }): { label: string; at: string }[] {
  const all = [
    { label: 'When it was opened', at: record.opened_at }, { label: 'At its start', at: record.actual_start },
    { label: 'At its end', at: record.actual_end }, { label: 'When it was resolved', at: record.resolved_at },
  ];
  return all.filter((one): one is { label: string; at: string } => Boolean(one.at));
}
