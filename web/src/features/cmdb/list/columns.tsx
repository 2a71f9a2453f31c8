// The columns of the list of items: those that every item has, and the attributes of the class that is looked at.
// Which of them show is the reader's choice per class, kept in this browser.
import { useState, type ReactNode } from 'react';
import { attributesOf, type Ci, type CiModel } from '../../../api/cmdb';
import { Ago, Person, Tone } from '../../../ui/kit';
import { dateOnly } from '../../../ui/time';
import { Criticality } from '../parts';

export interface Column { id: string; label: string; width: string; sort?: string; cell: (row: Ci) => ReactNode }
const none = <span className="dim">–</span>;
const text = (value: string | null | undefined) => (value ? <span className="clip" title={value}>{value}</span> : none);

const core: Column[] = [
  { id: 'status', label: 'Status', width: '138px', cell: (row) => <Tone tone={row.tone}>{row.status_label}</Tone> },
  { id: 'criticality', label: 'Criticality', width: '88px', sort: 'criticality', cell: (row) => <Criticality value={row.criticality} /> },
  { id: 'environment', label: 'Environment', width: '112px', cell: (row) => text(row.environment) },
  { id: 'team', label: 'Owner team', width: '130px', cell: (row) => text(row.team?.name) },
  { id: 'owner', label: 'Owner', width: '160px', cell: (row) => <Person person={row.owner} none="Nobody" /> },
  { id: 'used_by', label: 'Used by', width: '160px', cell: (row) => <Person person={row.used_by} none="Nobody" /> },
  { id: 'site', label: 'Site', width: '120px', cell: (row) => text(row.site) },
  { id: 'serial', label: 'Serial number', width: '130px', cell: (row) => text(row.serial) },
  { id: 'asset_tag', label: 'Asset tag', width: '110px', cell: (row) => text(row.asset_tag) },
  { id: 'tags', label: 'Scope tags', width: '110px', cell: (row) => (row.tags.length ? <span className="row">{row.tags.map((tag) => <span key={tag} className="tag">{tag}</span>)}</span> : none) },
  { id: 'warranty', label: 'Warranty until', width: '120px', cell: (row) => (row.warranty_until ? <span className="num">{dateOnly(row.warranty_until)}</span> : none) },
  { id: 'seen', label: 'Confirmed', width: '104px', sort: '-verified_at', cell: (row) => (row.seen_at ? <span className="dim"><Ago at={row.seen_at} /></span> : <span className="dim">never</span>) },
  { id: 'updated', label: 'Changed', width: '104px', sort: '-updated_at', cell: (row) => <span className="dim"><Ago at={row.updated_at} /></span> },
];

/** All columns of a class. */
export function columnsOf(model: CiModel | undefined, key: string | undefined): Column[] {
  const own = model && key ? attributesOf(model, key) : [];
  return [...core, ...own.map((one): Column => ({ id: `attr.${one.key}`, label: one.label, width: one.kind === 'number' ? '104px' : '140px', cell: (row) => (row.values[one.key] ? <span className="clip" title={row.values[one.key]}>{one.kind === 'boolean' ? (row.values[one.key] === 'true' ? 'yes' : 'no') : row.values[one.key]}{one.unit ? <span className="dim"> {one.unit}</span> : null}</span> : none) }))];
}
/** What shows unless somebody chose otherwise: a class shows the first of its own attributes, and less of the core. */
function standardOf(all: Column[], key: string | undefined): string[] {
  const own = all.filter((one) => one.id.startsWith('attr.')).slice(0, 2).map((one) => one.id);
  const person = key === 'workstation' || key === 'mobile' || key === 'peripheral' ? 'used_by' : 'team';
  return ['status', 'criticality', ...own, ...(own.length ? [] : ['environment']), person, 'site', 'seen'];
}

/** The shown columns in order, and the way to change them; one choice per class. */
export function useColumns(model: CiModel | undefined, key: string | undefined): { all: Column[]; shown: Column[]; set: (ids: string[]) => void; reset: () => void } {
  const place = `cabinet.columns.cis.${key ?? 'all'}`;
  const [, redraw] = useState(0);
  const all = columnsOf(model, key);
  let ids = standardOf(all, key);
  try { ids = JSON.parse(localStorage.getItem(place) ?? 'null') as string[] ?? ids; } catch { /* not ours: the standard set */ }
  const shown = ids.map((id) => all.find((column) => column.id === id)).filter((column): column is Column => column !== undefined);
  const keep = (value: string[] | null) => {
    if (value) localStorage.setItem(place, JSON.stringify(value));
    else localStorage.removeItem(place);
    redraw((n) => n + 1);
  };
  return { all, shown, set: keep, reset: () => keep(null) };
}
