// Times for people: short and relative on the page, exact in the reader's zone on hover.

const minute = 60_000, hour = 60 * minute, day = 24 * hour;

/** "now", "5 min ago", "in 2 h", "3 d ago"; a date when it is further away than 30 days. */
export function relative(iso: string, now: number): string {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return '';
  const away = Math.abs(at - now);
  if (away < 45_000) return 'now';
  if (away > 30 * day) return dateOnly(iso);
  return at < now ? `${span(away)} ago` : `in ${span(away)}`;
}

/** A length of time in its largest fitting unit: "5 min", "2 h", "3 d". */
export function span(ms: number): string {
  if (ms < hour) return `${Math.max(1, Math.round(ms / minute))} min`;
  if (ms < 36 * hour) return `${Math.round(ms / hour)} h`;
  return `${Math.round(ms / day)} d`;
}

export interface Left { text: string; tone: 'none' | 'calm' | 'soon' | 'late' }
/** Time left to a due time: late once it has passed, soon within the last two hours. */
export function left(due: string | null, now: number): Left {
  if (!due) return { text: '', tone: 'none' };
  const away = Date.parse(due) - now;
  if (Number.isNaN(away)) return { text: '', tone: 'none' };
  if (away < 0) return { text: `${span(-away)} late`, tone: 'late' };
  return { text: `${span(away)} left`, tone: away <= 2 * hour ? 'soon' : 'calm' };
}

const exactFormat = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' });
const dateTimeFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const dateTimeYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' });
const dateFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const format = (by: Intl.DateTimeFormat, iso: string) => (Number.isNaN(Date.parse(iso)) ? '' : by.format(new Date(iso)));

/** The exact time in the reader's zone, with the zone named. */
export const exact = (iso: string): string => format(exactFormat, iso);
export const dateOnly = (iso: string): string => format(dateFormat, iso);
/** Day and time; the year only when it is not this one. */
export const dateTime = (iso: string): string => format(new Date(iso).getFullYear() === new Date().getFullYear() ? dateTimeFormat : dateTimeYear, iso);

/** A planned window in one line: the second date is left out when it is the same day. */
export function windowText(start: string | null | undefined, end: string | null | undefined): string {
  if (!start) return end ? `until ${dateTime(end)}` : '';
  if (!end) return `from ${dateTime(start)}`;
  const sameDay = new Date(start).toDateString() === new Date(end).toDateString();
  const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
  return `${dateTime(start)} – ${sameDay ? clock.format(new Date(end)) : dateTime(end)}`;
}

/** For <input type="datetime-local">: the reader's local time without a zone. */
export function toLocalInput(iso: string | null | undefined): string {
  if (!iso || Number.isNaN(Date.parse(iso))) return '';
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * minute).toISOString().slice(0, 16);
}
export const fromLocalInput = (text: string): string | null => (text ? new Date(text).toISOString() : null);

export function bytes(size: number): string {
  if (size < 1024) return `${size} B`;
  return size < 1024 * 1024 ? `${Math.round(size / 1024)} KiB` : `${(size / 1024 / 1024).toFixed(1)} MiB`;
}
