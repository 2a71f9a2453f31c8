// The columns of a list. Which ones show, and in which order, is the reader's choice, kept in this browser.
import { useState, type ReactNode } from 'react';
import type { TicketRow } from '../../api/types';
import { Ago, Left, Person, Priority, RiskMark, Tone } from '../../ui/kit';
import { exact, windowText } from '../../ui/time';

export interface Column { id: string; label: string; width: string; sort?: string; cell: (row: TicketRow) => ReactNode }
const finished = (row: TicketRow) => row.category === 'done' || row.category === 'cancelled';

export const columns: Column[] = [
  { id: 'state', label: 'State', width: '148px', cell: (row) => <Tone tone={row.tone}>{row.state_label}</Tone> },
  { id: 'priority', label: 'Priority', width: '74px', sort: 'priority', cell: (row) => <Priority value={row.priority} /> },
  { id: 'left', label: 'Time left', width: '96px', sort: 'due_at', cell: (row) => <Left due={row.due_at} done={finished(row)} /> },
  { id: 'risk', label: 'Risk', width: '128px', cell: (row) => (row.risk ? <RiskMark risk={row.risk} /> : <span className="dim">–</span>) },
  { id: 'window', label: 'Planned', width: '190px', cell: (row) => <span title={row.planned_start ? exact(row.planned_start) : undefined}>{windowText(row.planned_start, row.planned_end) || <span className="dim">not planned</span>}</span> },
  { id: 'requester', label: 'Requester', width: '150px', cell: (row) => <span className="clip">{row.requester?.name ?? <span className="dim">–</span>}</span> },
  { id: 'assignee', label: 'Assignee', width: '160px', cell: (row) => <Person person={row.assignee} none="Unassigned" /> },
  { id: 'team', label: 'Team', width: '130px', cell: (row) => <span className="clip">{row.team?.name ?? <span className="dim">–</span>}</span> },
  { id: 'opened', label: 'Opened', width: '104px', sort: '-opened_at', cell: (row) => <span className="dim"><Ago at={row.opened_at} /></span> },
  { id: 'updated', label: 'Updated', width: '104px', sort: '-updated_at', cell: (row) => <span className="dim"><Ago at={row.updated_at} /></span> },
];

const standard = ['state', 'priority', 'left', 'requester', 'assignee', 'updated'];
const forChanges = ['state', 'risk', 'window', 'requester', 'assignee', 'updated'];

/** The shown columns in order, and the way to change them; one choice for changes and one for all other lists. */
export function useColumns(kind: string | undefined): { shown: Column[]; set: (ids: string[]) => void; reset: () => void } {
  const set = kind === 'change' ? 'changes' : 'tickets';
  const key = `cabinet.columns.${set}`;
  const fallback = set === 'changes' ? forChanges : standard;
  const [, redraw] = useState(0);
  let ids = fallback;
  try { ids = JSON.parse(localStorage.getItem(key) ?? 'null') as string[] ?? fallback; } catch { /* not ours: the standard set */ }
  const shown = ids.map((id) => columns.find((column) => column.id === id)).filter((column): column is Column => column !== undefined);
  const keep = (value: string[] | null) => {
    if (value) localStorage.setItem(key, JSON.stringify(value));
    else localStorage.removeItem(key);
    redraw((n) => n + 1);
  };
  return { shown, set: keep, reset: () => keep(null) };
}

/** Moves one column to the place of another. */
export function reorder(ids: string[], moved: string, to: string): string[] {
  if (moved === to || !ids.includes(moved) || !ids.includes(to)) return ids;
  const without = ids.filter((id) => id !== moved);
  without.splice(ids.indexOf(to), 0, moved);
  return without;
}
