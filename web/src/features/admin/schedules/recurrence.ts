// How something repeats, in plain words and as a rule of RFC 5545. What the form cannot say is kept as it was written.
export type Repeat = 'once' | 'daily' | 'weekly' | 'monthday' | 'weekday' | 'yearly' | 'other';
export interface Recurrence { repeat: Repeat; every: number; days: string[]; end: 'never' | 'count' | 'until'; count: number; until: string; rule: string }

export const dayNames: Record<string, string> = { MO: 'Monday', TU: 'Tuesday', WE: 'Wednesday', TH: 'Thursday', FR: 'Friday', SA: 'Saturday', SU: 'Sunday' };
const order = Object.keys(dayNames);
const nth: Record<string, string> = { 1: 'first', 2: 'second', 3: 'third', 4: 'fourth', 5: 'fifth', '-1': 'last' };
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
/** Days in the order of a week that begins on Monday. */
export const dayOf = (starts: string): string => order[(new Date(`${starts.slice(0, 10)}T12:00Z`).getUTCDay() + 6) % 7] ?? 'MO';
const dateOf = (starts: string): number => Number(starts.slice(8, 10));
const monthOf = (starts: string): number => Number(starts.slice(5, 7));
const lastDay = (starts: string): boolean => dateOf(starts) === new Date(Date.UTC(Number(starts.slice(0, 4)), monthOf(starts), 0)).getUTCDate();
/** Which one of its month the day is: the fourth or fifth counts as the last, when it is. */
const nthOf = (starts: string): number => { const last = new Date(Date.UTC(Number(starts.slice(0, 4)), monthOf(starts), 0)).getUTCDate(); return dateOf(starts) + 7 > last ? -1 : Math.ceil(dateOf(starts) / 7); };

export const blankRecurrence: Recurrence = { repeat: 'once', every: 1, days: [], end: 'never', count: 10, until: '', rule: '' };

/** The choices for a first time, in words: "On the second Sunday of the month". */
export function repeatChoices(starts: string): [Repeat, string][] {
  const day = starts ? dayNames[dayOf(starts)]! : 'that day';
  return [['once', 'Once'], ['daily', 'Daily'], ['weekly', 'Weekly, on chosen days'], ['monthday', starts ? (lastDay(starts) ? 'Monthly, on the last day' : `Monthly, on day ${dateOf(starts)}`) : 'Monthly, on that day'],
    ['weekday', starts ? `Monthly, on the ${nth[nthOf(starts)]} ${day}` : 'Monthly, on that weekday'], ['yearly', starts ? `Yearly, on ${dateOf(starts)} ${months[monthOf(starts) - 1]}` : 'Yearly'], ['other', 'As a rule of RFC 5545']];
}

export function toRule(r: Recurrence, starts: string): string {
  if (r.repeat === 'once') return '';
  if (r.repeat === 'other') return r.rule.trim();
  const parts = [`FREQ=${{ daily: 'DAILY', weekly: 'WEEKLY', monthday: 'MONTHLY', weekday: 'MONTHLY', yearly: 'YEARLY' }[r.repeat]}`];
  if (r.every > 1) parts.push(`INTERVAL=${r.every}`);
  if (r.repeat === 'monthday') parts.push(`BYMONTHDAY=${lastDay(starts) ? -1 : dateOf(starts)}`);
  if (r.repeat === 'weekday') parts.push(`BYDAY=${nthOf(starts)}${dayOf(starts)}`);
  if (r.repeat === 'weekly') parts.push(`BYDAY=${order.filter((day) => (r.days.length > 0 ? r.days : [dayOf(starts)]).includes(day)).join(',')}`);
  if (r.end === 'count') parts.push(`COUNT=${r.count}`);
  if (r.end === 'until' && r.until) parts.push(`UNTIL=${r.until.replaceAll('-', '')}`);
  return parts.join(';');
}

/** The form that says a rule; what it could not say again in the same way stays a rule. */
export function fromRule(rule: string, starts: string): Recurrence {
  if (!rule) return blankRecurrence;
  const parts = Object.fromEntries(rule.split(';').map((part) => part.split('=') as [string, string]));
  const until = parts.UNTIL ?? '';
  const guess: Recurrence = {
    ...blankRecurrence, every: Number(parts.INTERVAL ?? 1), days: parts.FREQ === 'WEEKLY' ? (parts.BYDAY ?? '').split(',').filter(Boolean) : [],
    end: parts.COUNT ? 'count' : until ? 'until' : 'never', count: Number(parts.COUNT ?? 10), until: until ? `${until.slice(0, 4)}-${until.slice(4, 6)}-${until.slice(6, 8)}` : '',
    repeat: parts.FREQ === 'DAILY' ? 'daily' : parts.FREQ === 'WEEKLY' ? 'weekly' : parts.FREQ === 'YEARLY' ? 'yearly' : parts.BYDAY ? 'weekday' : 'monthday',
  };
  const same = (a: string, b: string) => a.split(';').sort().join() === b.split(';').sort().join();
  return same(toRule(guess, starts), rule) ? guess : { ...blankRecurrence, repeat: 'other', rule };
}

const listed = (names: string[]) => (names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`);
/** A rule in words: "every 2 weeks on Monday and Thursday, until 31 Dec 2027". */
export function ruleWords(rule: string, starts: string): string {
  if (!rule) return 'once';
  const parts = Object.fromEntries(rule.split(';').map((part) => part.split('=') as [string, string]));
  const every = Number(parts.INTERVAL ?? 1);
  const unit = { DAILY: 'day', WEEKLY: 'week', MONTHLY: 'month', YEARLY: 'year' }[parts.FREQ ?? ''] ?? 'time';
  const days = (parts.BYDAY ?? '').split(',').filter(Boolean).map((day) => { const [, which = '', name = ''] = /^(-?\d*)(\w\w)$/.exec(day) ?? []; return which ? `the ${nth[which] ?? `${which}th`} ${dayNames[name]}` : dayNames[name]!; });
  const dates = (parts.BYMONTHDAY ?? '').split(',').filter(Boolean).map((day) => (day === '-1' ? 'the last day' : Number(day) < 0 ? `day ${-Number(day)} from the end` : `day ${day}`));
  const inMonths = (parts.BYMONTH ?? '').split(',').filter(Boolean).map((month) => months[Number(month) - 1]!);
  const words = [every === 1 ? `every ${unit}` : `every ${every} ${unit}s`];
  if (parts.FREQ === 'YEARLY' && days.length + dates.length + inMonths.length === 0) words.push(`on ${dateOf(starts)} ${months[monthOf(starts) - 1]}`);
  if (parts.FREQ === 'WEEKLY' && days.length === 0) words.push(`on ${dayNames[dayOf(starts)]}`);
  if (parts.FREQ === 'MONTHLY' && days.length + dates.length === 0) words.push(`on day ${dateOf(starts)}`);
  if (days.length > 0) words.push(`on ${listed(days)}`);
  if (dates.length > 0) words.push(`${days.length > 0 ? 'if it is' : 'on'} ${listed(dates)}`);
  if (inMonths.length > 0) words.push(`in ${listed(inMonths)}`);
  const until = parts.UNTIL;
  if (parts.COUNT) words.push(`${parts.COUNT} times`);
  if (until) words.push(`until ${Number(until.slice(6, 8))} ${months[Number(until.slice(4, 6)) - 1]!} ${until.slice(0, 4)}`);
  return words.join(' ');
}

/** Minutes in words: "6 h", "3 days", "90 min". */
export function lengthWords(minutes: number): string {
  if (minutes % 1440 === 0) return minutes === 1440 ? '1 day' : `${minutes / 1440} days`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
