// What is said of the configuration items of a record. Pure.

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
