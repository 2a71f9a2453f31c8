// Ways through the CMDB in words. Pure.
import type { Impact, ImpactNode, Neighbourhood } from '../../../api/cmdb';
import type { Link, Vertex } from '../../../ui/graph';

export interface Saying { name: string; number: string | null; label: string }
/** The way from an item back to where it began: "Payroll → is provided by Payroll production → runs on esx-3". */
export function sayPath(node: ImpactNode, start: { number: string; name: string }): Saying[] {
  const steps = [...node.path].reverse();
  return steps.map((step, i) => {
    const before = steps[i + 1];
    return { label: step.label, name: before ? before.name ?? 'an item that you may not see' : start.name, number: before ? before.number : start.number };
  });
}
export const pathText = (node: ImpactNode, start: { number: string; name: string }): string => [node.name, ...sayPath(node, start).map((one) => `${one.label} ${one.name}`)].join(' → ');

/** Everything that was reached, services included, each once. */
export function reachedOf(impact: Impact): ImpactNode[] {
  const known = new Set(impact.nodes.map((one) => one.number));
  return [...impact.nodes, ...impact.services.filter((one) => !known.has(one.number))];
}
const staleNote = (days: number | null) => (days === null ? 'never confirmed' : days > 90 ? `not confirmed for ${days} days` : '');

export function verticesOf(start: Impact['start'], reached: readonly (Neighbourhood['nodes'][number] & { at_risk?: boolean })[]): Vertex[] {
  const vertex = (one: Impact['start'], level: number, risk = false): Vertex => ({ id: one.number, name: one.name, kind: one.class_label, place: one.site, level, mark: risk ? 'risk' : one.service ? 'service' : '', note: staleNote(one.stale_days) });
  return [vertex(start, 0), ...reached.filter((one) => one.number !== start.number).map((one) => vertex(one, one.level, one.at_risk))];
}
/** The links in the way in which they are read from the start: what is nearer to it stands on the left. `inverse` says a type of relation backwards. */
export function linksOf(edges: Impact['edges'], level: ReadonlyMap<string, number>, inverse: (type: string) => string): Link[] {
  return edges.map((edge) => ((level.get(edge.from) ?? 0) <= (level.get(edge.to) ?? 0) ? { from: edge.from, to: edge.to, label: edge.label } : { from: edge.to, to: edge.from, label: inverse(edge.type) }));
}
