// Where one can go, and which few of these places the rail shows at once: nine at most, chosen by role, or by the person. All
// others are behind "More" and in the palette. Pure.
import type { IconName } from '../ui/Icon';

export type AreaGroup = 'Queues' | 'Records' | 'Changes' | 'Views' | 'Control';
export const groups: AreaGroup[] = ['Queues', 'Records', 'Changes', 'Views', 'Control'];
export interface Area {
  key: string; group: AreaGroup; label: string; icon: IconName; to: string; search?: Record<string, string>;
  count?: number; capped?: boolean; /** Its count waits for this person. */ strong?: boolean; active: boolean;
}

/** So many stand in the rail by themselves; with the page that is open and "More" that makes nine. */
export const most = 7;

// What a role works with, the most important first.
const favourites: Record<string, string[]> = {
  change_manager: ['changes', 'approvals', 'cab', 'calendar', 'standard', 'queue:mine', 'figures', 'admin', 'queue:teams'],
  team_lead: ['queue:mine', 'queue:teams', 'queue:unassigned', 'queue:pending', 'changes', 'calendar', 'figures'],
  agent: ['queue:mine', 'queue:teams', 'queue:unassigned', 'queue:open', 'changes', 'calendar', 'cmdb'],
  cab_chair: ['cab', 'approvals', 'changes', 'calendar', 'standard', 'figures', 'queue:requested'],
  cab_member: ['approvals', 'cab', 'changes', 'calendar', 'standard', 'queue:requested', 'figures'],
  ci_owner: ['cmdb', 'changes', 'calendar', 'approvals', 'queue:open', 'queue:all', 'queue:requested', 'standard'],
  auditor: ['audit', 'changes', 'incidents', 'queue:all', 'figures', 'cab', 'cmdb'],
  admin: ['admin', 'audit', 'queue:open', 'changes', 'incidents', 'cmdb', 'queue:all'],
};

/** The keys that roles put into the rail, in turn, so that who holds several sees something of each. */
export function chosenBy(roles: readonly string[], offered: readonly string[]): string[] {
  const lists = Object.keys(favourites).filter((role) => roles.includes(role)).map((role) => favourites[role]!);
  const out: string[] = [];
  for (let i = 0; i < Math.max(0, ...lists.map((list) => list.length)); i += 1) for (const list of lists) if (list[i] && offered.includes(list[i]!) && !out.includes(list[i]!)) out.push(list[i]!);
  return out.slice(0, most);
}

/** What the person chose themselves, from preferences of any shape; null for nothing. */
export function keptIn(preferences: unknown): string[] | null {
  const rail = preferences && typeof preferences === 'object' ? (preferences as { rail?: unknown }).rail : undefined;
  return Array.isArray(rail) ? rail.filter((one): one is string => typeof one === 'string').slice(0, most) : null;
}
/** The preferences after a place was put into the rail or out of it; null for `to` goes back to what the roles choose. */
export const keeping = (preferences: unknown, rail: string[] | null): Record<string, unknown> => {
  const { rail: _, ...rest } = (preferences && typeof preferences === 'object' ? preferences : {}) as Record<string, unknown>;
  return rail ? { ...rest, rail } : rest;
};

/** What stands in the rail, and what is behind "More". What waits for somebody always shows, and so does the page that is open. */
export function arrange(areas: readonly Area[], roles: readonly string[], kept: readonly string[] | null): { shown: Area[]; more: Area[] } {
  if (!kept && areas.length <= most + 2) return { shown: [...areas], more: [] };
  const of = (key: string) => areas.find((one) => one.key === key);
  let keys = (kept ?? chosenBy(roles, areas.map((one) => one.key))).filter(of);
  if (keys.length === 0) keys = areas.slice(0, most).map((one) => one.key);
  for (const one of areas) if (one.strong && one.count && !keys.includes(one.key)) keys = [...keys.slice(0, most - 1), one.key];
  const open = areas.find((one) => one.active && !keys.includes(one.key));
  const shown = [...keys.map((key) => of(key)!), ...(open ? [open] : [])];
  return { shown, more: areas.filter((one) => !shown.includes(one)) };
}
