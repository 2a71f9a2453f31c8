// The filters of the list of items, between the address bar, the API's query and a sentence of chips. Pure.
import { classLabel, type CiModel } from '../../../api/cmdb';

export const fields = ['class', 'status', 'environment', 'criticality', 'team', 'owner', 'used_by', 'site', 'tag', 'group', 'stale', 'q', 'at', 'sort'] as const;
export type CiField = (typeof fields)[number] | `attr.${string}`;
export type CiFilters = Partial<Record<CiField, string>>;
const isAttribute = (name: string): name is `attr.${string}` => name.startsWith('attr.');

/** The filters in an address; unknown and empty fields are dropped. */
export function fromAddress(search: Record<string, string | undefined>): CiFilters {
  const filters: CiFilters = {};
  for (const [name, value] of Object.entries(search)) if (value && ((fields as readonly string[]).includes(name) || isAttribute(name))) filters[name as CiField] = value;
  return filters;
}

/** What the API takes; the fields stand in a fixed order, so that equal filters share a cache. */
export function toQuery(filters: CiFilters): string {
  const params = new URLSearchParams();
  for (const field of [...fields, ...Object.keys(filters).filter(isAttribute).sort()] as CiField[]) if (filters[field]) params.set(field, filters[field]);
  return params.toString();
}

export function withField(filters: CiFilters, field: CiField, value: string | undefined): CiFilters {
  const next = { ...filters };
  if (value) next[field] = value;
  else delete next[field];
  return next;
}

/** Another class keeps what every item has, and drops what only the former class has. */
export function withClass(filters: CiFilters, key: string | undefined): CiFilters {
  return withField(Object.fromEntries(Object.entries(filters).filter(([name]) => !isAttribute(name))) as CiFilters, 'class', key);
}

/** What is chosen besides the class, the order and the moment. */
export const narrowed = (filters: CiFilters): boolean => Object.keys(filters).some((name) => !['class', 'sort', 'at'].includes(name));

export interface Chip { field: CiField; text: string }
/** The filters as parts of a sentence; `names` turns ids into people's words. */
export function sentence(filters: CiFilters, model: CiModel | undefined, names: (field: CiField, id: string) => string): Chip[] {
  const chips: Chip[] = [];
  const add = (field: CiField, text: (value: string) => string) => { if (filters[field]) chips.push({ field, text: text(filters[field]) }); };
  const many = (value: string, word: (one: string) => string) => value.split(',').map(word).join(' or ');
  add('status', (value) => many(value, (one) => (model?.statuses.find((status) => status.name === one)?.label ?? one).toLowerCase()));
  add('environment', (value) => `in ${many(value, (one) => one)}`);
  add('criticality', (value) => `criticality ${many(value, (one) => (one === '0' ? 'not rated' : one))}`);
  add('team', (value) => (value === 'none' ? 'of no team' : `of ${names('team', value)}`));
  add('owner', (value) => (value === 'none' ? 'without an owner' : value === 'me' ? 'owned by me' : `owned by ${names('owner', value)}`));
  add('used_by', (value) => (value === 'none' ? 'used by nobody' : value === 'me' ? 'used by me' : `used by ${names('used_by', value)}`));
  add('site', (value) => (value === 'none' ? 'at no site' : `at ${names('site', value)}`));
  add('tag', (value) => `tagged ${value}`);
  add('group', (value) => `in “${names('group', value)}”`);
  add('stale', (value) => `not confirmed for ${value} days`);
  for (const field of Object.keys(filters).filter(isAttribute).sort()) {
    const key = field.slice(5);
    const label = model?.classes.flatMap((one) => one.attributes).find((one) => one.key === key)?.label ?? key;
    add(field, (value) => `${label} = ${value}`);
  }
  add('q', (value) => `with “${value}”`);
  return chips;
}

export const sorts = [
  { id: 'name', label: 'Name' }, { id: 'criticality', label: 'Most critical' }, { id: '-updated_at', label: 'Last changed' },
  { id: 'verified_at', label: 'Longest unconfirmed' }, { id: '-number', label: 'Newest' },
];
export const headingOf = (filters: CiFilters, model: CiModel | undefined): string => (filters.class ? classLabel(model, filters.class) : 'Configuration items');
