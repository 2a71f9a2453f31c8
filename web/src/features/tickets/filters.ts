// The filters of a list, between the address bar, the API's query and a sentence of chips. Pure.
import { dateOnly } from '../../ui/time';

export const fields = ['kind', 'category', 'state', 'priority', 'team', 'assignee', 'requester', 'service', 'classification', 'risk', 'model', 'ci', 'ci_impact', 'opened_from', 'opened_to', 'updated_from', 'updated_to', 'planned_from', 'planned_to', 'q', 'sort'] as const;
export type FilterField = (typeof fields)[number];
export type Filters = { queue: string } & Partial<Record<FilterField, string>>;
type Bag = Record<string, string | undefined>;

/** The filters in an address: /queue/<queue>?kind=…; unknown and empty fields are dropped. */
export function fromAddress(queue: string, search: Bag): Filters {
  const filters: Filters = { queue };
  for (const field of fields) {
    const value = search[field];
    if (value) filters[field] = value;
  }
  return filters;
}

/** What the address bar shows for these filters, besides the queue in its path. */
export function toAddress(filters: Filters): Record<string, string> {
  const search: Record<string, string> = {};
  for (const field of fields) if (filters[field]) search[field] = filters[field]!;
  return search;
}

/** The filter string that GET /tickets, views and exports take. Fields stand in a fixed order, so equal filters share a cache. */
export function toQuery(filters: Filters): string {
  const params = new URLSearchParams();
  params.set('queue', filters.queue);
  for (const field of fields) if (filters[field]) params.set(field, filters[field]!);
  return params.toString();
}

/** Sets or (with "" or undefined) removes one field. */
export function withField(filters: Filters, field: FilterField, value: string | undefined): Filters {
  const next = { ...filters };
  if (value) next[field] = value;
  else delete next[field];
  return next;
}

/** Adds or removes one member of a comma-separated field, kept in order: toggle("1,3", "2") is "1,2,3". */
export function toggle(list: string | undefined, member: string): string {
  const members = new Set((list ?? '').split(',').filter(Boolean));
  if (!members.delete(member)) members.add(member);
  return [...members].sort().join(',');
}

/** "P1–P2", "P1, P3": neighbouring priorities as a span. */
export function priorityWords(list: string): string {
  const values = list.split(',').map(Number).filter((value) => value > 0).sort((a, b) => a - b);
  const together = values.length > 1 && values.every((value, i) => i === 0 || value === values[i - 1]! + 1);
  return together ? `P${values[0]}–P${values.at(-1)}` : values.map((value) => `P${value}`).join(', ');
}

export const categoryWords: Record<string, string> = { open: 'open', waiting: 'waiting', done: 'done', cancelled: 'cancelled' };
const daysAgo = (now: number, days: number): string => {
  const at = new Date(now);
  at.setHours(0, 0, 0, 0);
  at.setDate(at.getDate() - days);
  return at.toISOString();
};
/** The spans of time that the chips offer, as the start of a day in the reader's zone. */
export const sinceChoices = (now: number) => [
  { id: daysAgo(now, 0), label: 'today' }, { id: daysAgo(now, 1), label: 'since yesterday' },
  { id: daysAgo(now, 7), label: 'in the last 7 days' }, { id: daysAgo(now, 30), label: 'in the last 30 days' },
];

/** A start date as the chips say it. */
export function sinceWords(iso: string, now: number): string {
  const days = Math.round((Date.parse(daysAgo(now, 0)) - Date.parse(iso)) / 86_400_000);
  if (Number.isNaN(days)) return '';
  if (days === 0) return 'today';
  if (days === 1) return 'since yesterday';
  return `in the last ${days} days`;
}

export interface Chip { field: FilterField; text: string }
/** The filters as parts of a sentence; `names` turns ids into people's words. */
export function sentence(filters: Filters, names: (field: FilterField, id: string) => string, now: number): Chip[] {
  const chips: Chip[] = [];
  const add = (field: FilterField, text: (value: string) => string) => { if (filters[field]) chips.push({ field, text: text(filters[field]!) }); };
  add('category', (value) => value.split(',').map((word) => categoryWords[word] ?? word).join(' or '));
  add('state', (value) => value.split(',').map((word) => word.replaceAll('_', ' ')).join(' or '));
  add('priority', priorityWords);
  add('team', (value) => `of ${value.split(',').map((id) => names('team', id)).join(', ')}`);
  add('assignee', (value) => (value === 'none' ? 'unassigned' : value === 'me' ? 'assigned to me' : `assigned to ${names('assignee', value)}`));
  add('requester', (value) => (value === 'me' ? 'requested by me' : `requested by ${names('requester', value)}`));
  add('service', (value) => `on ${value}`);
  add('classification', (value) => `about ${value}`);
  add('risk', (value) => `${value} risk`);
  add('model', (value) => `${value} model`);
  add('ci', (value) => `about ${names('ci', value)}`);
  add('ci_impact', (value) => `that can reach ${names('ci_impact', value)}`);
  add('opened_from', (value) => `opened ${sinceWords(value, now)}`);
  add('opened_to', (value) => `opened until ${dateOnly(value)}`);
  add('updated_from', (value) => `updated ${sinceWords(value, now)}`);
  add('updated_to', (value) => `updated until ${dateOnly(value)}`);
  add('planned_from', (value) => `planned from ${dateOnly(value)}`);
  add('planned_to', (value) => `planned until ${dateOnly(value)}`);
  add('q', (value) => `with “${value}”`);
  return chips;
}

export const sorts = [
  { id: 'due_at', label: 'Time left' }, { id: '-updated_at', label: 'Last updated' }, { id: '-opened_at', label: 'Newest' },
  { id: 'opened_at', label: 'Oldest' }, { id: 'priority', label: 'Priority' }, { id: '-number', label: 'Number' },
];
/** What is worked off is sorted by urgency, what is looked up by its last change. */
export const defaultSort = (filters: Filters): string => (['recent', 'all', 'requested'].includes(filters.queue) || filters.kind === 'change' ? '-updated_at' : 'priority');
