// Where the states and moves of a model stand on paper: a drawing like those in docs/flows, from the same data. Pure but for the
// layout, which dagre does.
import dagre from '@dagrejs/dagre';
import type { DraftFlow } from '../../../api/rules';

export interface Point { x: number; y: number }
export interface StateBox extends Point { name: string; label: string; hint: string; final: boolean; start: boolean }
export interface MoveLine { key: string; labels: string[]; automatic: boolean; points: Point[]; at: Point; width: number }
export interface FlowPicture { width: number; height: number; states: StateBox[]; moves: MoveLine[] }

export const box = { width: 132, height: 34, line: 15 };
/** One line for all moves that lead the same way. */
export function ways(flow: DraftFlow): { from: string; to: string; labels: string[]; automatic: boolean }[] {
  const found = new Map<string, { from: string; to: string; labels: string[]; automatic: boolean }>();
  for (const move of flow.moves ?? []) for (const from of move.from ?? []) {
    const key = `${from}>${move.to}`;
    const known = found.get(key);
    if (known) { known.labels.push(move.label); known.automatic &&= move.automatic; } else found.set(key, { from, to: move.to, labels: [move.label], automatic: move.automatic });
  }
  return [...found.values()];
}

export function picture(flow: DraftFlow): FlowPicture {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 36, ranksep: 26, edgesep: 14, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const state of flow.states ?? []) graph.setNode(state.name, { width: box.width, height: box.height });
  const all = ways(flow);
  // The way forward is kept straight; what leads back bends round it.
  const place = new Map((flow.states ?? []).map((one, i) => [one.name, i]));
  for (const one of all) {
    const width = Math.max(...one.labels.map((label) => label.length)) * 6.2 + 10;
    graph.setEdge(one.from, one.to, { width, height: one.labels.length * box.line + 4, labelpos: 'c', weight: place.get(one.to)! === place.get(one.from)! + 1 ? 8 : 1 });
  }
  dagre.layout(graph);
  const size = graph.graph() as { width?: number; height?: number };
  return {
    width: size.width ?? 0, height: size.height ?? 0,
    states: (flow.states ?? []).map((one) => { const at = graph.node(one.name) as Point; return { ...one, start: one.name === flow.initial, x: at.x, y: at.y }; }),
    moves: all.map((one) => { const line = graph.edge(one.from, one.to) as { points: Point[]; x: number; y: number; width: number }; return { key: `${one.from}>${one.to}`, labels: one.labels, automatic: one.automatic, points: line.points, at: { x: line.x, y: line.y }, width: line.width }; }),
  };
}

/** A line through points as a soft path. */
export function pathThrough(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  if (rest.length === 1) return `M${first.x} ${first.y}L${rest[0]!.x} ${rest[0]!.y}`;
  let path = `M${first.x} ${first.y}`;
  rest.forEach((point, i) => {
    const next = rest[i + 1];
    path += next && i < rest.length - 2 ? `Q${point.x} ${point.y} ${(point.x + next.x) / 2} ${(point.y + next.y) / 2}` : next ? `Q${point.x} ${point.y} ${next.x} ${next.y}` : '';
  });
  return path;
}
