// Edits of lists in a document of rules, and what is wrong where. Each gives a new value and leaves the old one. Pure.
import type { Fault } from '../../../api/rules';
import { keyFrom } from '../../cmdb/model/draft';

export const withAt = <T>(list: readonly T[], at: number, next: T): T[] => list.map((one, i) => (i === at ? next : one));
export const without = <T>(list: readonly T[], at: number): T[] => list.filter((_, i) => i !== at);
/** One step earlier or later; a step over the edge leaves the list as it is. */
export function moved<T>(list: readonly T[], at: number, by: -1 | 1): T[] {
  const to = at + by;
  if (to < 0 || to >= list.length) return [...list];
  const next = [...list];
  next.splice(to, 0, ...next.splice(at, 1));
  return next;
}
export const toggled = (list: readonly string[] | null | undefined, one: string, on: boolean): string[] => (on ? [...(list ?? []).filter((other) => other !== one), one] : (list ?? []).filter((other) => other !== one));

/** A key from words, unlike all that are taken: "Vendor at work" → "vendor_at_work", "vendor_at_work_2". */
export function freshKey(words: string, taken: readonly string[], otherwise: string): string {
  const stem = keyFrom(words).slice(0, 36) || otherwise;
  for (let n = 1; ; n += 1) {
    const key = n === 1 ? stem : `${stem}_${n}`;
    if (!taken.includes(key)) return key;
  }
}

/** What is wrong at exactly this place. */
export const faultAt = (faults: readonly Fault[], place: string): string | undefined => faults.find((one) => one.location === place)?.message;
/** What is wrong at this place or below it. */
export const faultsIn = (faults: readonly Fault[], place: string): Fault[] => faults.filter((one) => one.location === place || one.location.startsWith(`${place}.`) || one.location.startsWith(`${place}[`));

type Plain = string | number | boolean | null | undefined | Plain[] | { [name: string]: Plain };
/** A document without what says nothing, its names in order: two that mean the same are written the same. */
function canonical(value: Plain): Plain {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().filter((name) => name !== 'version').map((name) => [name, canonical(value[name])] as const)
    .filter(([, one]) => one !== undefined && one !== null && one !== '' && one !== 0 && one !== false && !(Array.isArray(one) && one.length === 0)));
}
export const sameDocument = (a: unknown, b: unknown): boolean => JSON.stringify(canonical(a as Plain)) === JSON.stringify(canonical(b as Plain));

/** A document from text; throws with a sentence when it cannot be one. */
export function documentFrom<D>(text: string, has: string): D {
  let read: unknown;
  try { read = JSON.parse(text); } catch { throw new Error('This is not JSON: look at the commas and the brackets.'); }
  const whole = read as Record<string, unknown> | null;
  const inner = whole && typeof whole === 'object' && 'document' in whole ? whole.document as Record<string, unknown> : whole;
  if (!inner || typeof inner !== 'object' || Array.isArray(inner) || !(has in inner)) throw new Error(`This is another sort of document: it has no “${has}”.`);
  return inner as D;
}
