// How relations are read. Pure.
import type { CiRelation } from '../../../api/cmdb';

export interface RelationGroup { key: string; label: string; spreads: CiRelation['spreads']; rows: CiRelation[] }
/** What a failure does along a relation, seen from the item whose page it is. */
export const spreadWords: Record<CiRelation['spreads'], string> = { to_this: 'this fails with them', to_other: 'they fail with this', both: 'they fail together', none: 'a failure does not spread' };
const order: CiRelation['spreads'][] = ['to_this', 'both', 'to_other', 'none'];

/** By type and direction; what this item depends on comes first. Names in order, redundant ones together. */
export function groupRelations(relations: readonly CiRelation[]): RelationGroup[] {
  const groups = new Map<string, RelationGroup>();
  for (const one of relations) {
    const key = `${one.type}:${one.outgoing}`;
    if (!groups.has(key)) groups.set(key, { key, label: one.label, spreads: one.spreads, rows: [] });
    groups.get(key)!.rows.push(one);
  }
  for (const group of groups.values()) group.rows.sort((a, b) => (a.redundancy ?? '').localeCompare(b.redundancy ?? '') || a.other.name.localeCompare(b.other.name, 'en', { numeric: true }));
  return [...groups.values()].sort((a, b) => order.indexOf(a.spreads) - order.indexOf(b.spreads) || a.label.localeCompare(b.label));
}

/** "nodes: 3 of 4 needed"; on the far side only the name and the number are known. */
export function redundancyWords(one: CiRelation, rows: readonly CiRelation[]): string {
  const together = rows.filter((other) => other.redundancy === one.redundancy).length;
  return one.needed && together >= one.needed && together > 1 ? `${one.redundancy}: ${one.needed} of ${together} needed` : `${one.redundancy}${one.needed ? `: ${one.needed} needed` : ''}`;
}
