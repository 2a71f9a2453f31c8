// Days, weeks and months on the reader's own clock, and how things that overlap are laid beside each other. Pure.

export type View = 'month' | 'week' | 'timeline';
export interface Range { from: Date; to: Date; days: Date[]; title: string }

export const startOfDay = (at: Date): Date => new Date(at.getFullYear(), at.getMonth(), at.getDate());
export const addDays = (at: Date, days: number): Date => new Date(at.getFullYear(), at.getMonth(), at.getDate() + days);
export const monday = (at: Date): Date => addDays(at, -((at.getDay() + 6) % 7));
export const sameDay = (a: Date, b: Date): boolean => a.toDateString() === b.toDateString();

/** "2026-11-26" on the reader's clock, and back; what cannot be read is the other date. */
export const dayKey = (at: Date): string => `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;
export function readDay(text: string | undefined, other: Date): Date {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text ?? '');
  const at = match ? new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3])) : other;
  return Number.isNaN(at.getTime()) || dayKey(at) !== (text ?? dayKey(at)) ? startOfDay(other) : startOfDay(at);
}

const monthTitle = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric' });
const dayMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' });
const dayMonthYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });

/** What a view shows around a day: whole weeks of a month, a week, or four weeks. */
export function rangeOf(view: View, at: Date): Range {
  const first = view === 'month' ? monday(new Date(at.getFullYear(), at.getMonth(), 1)) : monday(at);
  const last = view === 'month' ? addDays(monday(new Date(at.getFullYear(), at.getMonth() + 1, 0)), 7) : addDays(first, view === 'week' ? 7 : 28);
  const days: Date[] = [];
  for (let day = first; day < last; day = addDays(day, 1)) days.push(day);
  return { from: first, to: last, days, title: view === 'month' ? monthTitle.format(at) : `${dayMonth.format(first)} – ${dayMonthYear.format(addDays(last, -1))}` };
}

/** The day around which the view shows what comes before or after. */
export function step(view: View, at: Date, by: 1 | -1): Date {
  if (view === 'month') return new Date(at.getFullYear(), at.getMonth() + by, 1);
  return addDays(at, by * (view === 'week' ? 7 : 14));
}

export interface Stretch { start: number; end: number }
/** The lane of each stretch, so that no two in one lane meet; earlier and longer ones first. Lanes count from 0. */
export function lanes(list: readonly Stretch[]): number[] {
  const order = list.map((_, i) => i).sort((a, b) => list[a]!.start - list[b]!.start || list[b]!.end - list[a]!.end || a - b);
  const ends: number[] = [];
  const out = new Array<number>(list.length).fill(0);
  for (const i of order) {
    const one = list[i]!;
    let lane = ends.findIndex((end) => end <= one.start);
    if (lane < 0) lane = ends.length;
    ends[lane] = one.end;
    out[i] = lane;
  }
  return out;
}

/** For blocks in a day: the lane of each, and how many lanes those that it meets take, directly or through others. */
export function columns(list: readonly Stretch[]): { lane: number; of: number }[] {
  const lane = lanes(list);
  const out = lane.map((one) => ({ lane: one, of: 1 }));
  const order = list.map((_, i) => i).sort((a, b) => list[a]!.start - list[b]!.start);
  let group: number[] = [];
  let end = -Infinity;
  const close = () => { const of = Math.max(0, ...group.map((i) => lane[i]!)) + 1; for (const i of group) out[i]!.of = of; group = []; };
  for (const i of order) {
    if (list[i]!.start >= end) close();
    group.push(i);
    end = Math.max(end, list[i]!.end);
  }
  close();
  return out;
}

/** The minutes of a day, on its clock, at which something is there; null when it is not. A day ends at 1440. */
export function within(day: Date, start: Date, end: Date): Stretch | null {
  const next = addDays(day, 1);
  if (end <= day || start >= next) return null;
  const minutes = (at: Date) => at.getHours() * 60 + at.getMinutes();
  return { start: start <= day ? 0 : minutes(start), end: end >= next ? 1440 : minutes(end) };
}
