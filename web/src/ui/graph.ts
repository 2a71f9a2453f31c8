// How a graph of many items is made readable: items that stand on one level are put together by class, by site and by
// name until few enough boxes are left, and a box opens into its parts. Pure; ui/CiGraph draws the outcome.

export interface Vertex { id: string; name: string; kind: string; place: string | null; level: number; mark?: 'risk' | 'service' | ''; note?: string }
export interface Link { from: string; to: string; label: string }
/** One box of the drawing: an item, or several under one label. `key` is stable, so that an opened box stays open. */
export interface Box { key: string; label: string; under: string; level: number; members: Vertex[]; parts: string[] }
export type By = 'class' | 'site';

const most = 12; // a box of more members opens into smaller boxes rather than into items
export const roomy = 40; // up to so many items nothing is put together

interface Cluster { key: string; label: string; under: string; members: Vertex[] }
const push = <K, V>(lists: Map<K, V[]>, key: K, value: V) => { const list = lists.get(key); if (list) list.push(value); else lists.set(key, [value]); };
const groupBy = (members: Vertex[], of: (one: Vertex) => string): Map<string, Vertex[]> => {
  const groups = new Map<string, Vertex[]>();
  for (const one of members) push(groups, of(one), one);
  return groups;
};
/** A name as part of a key, in which a stroke parts the levels. */
const keyed = (name: string) => name.replaceAll('/', '-');
const order = (a: Vertex, b: Vertex) => a.name.localeCompare(b.name, 'en', { numeric: true });

/** The parts of a box: by the other criterion first, then by name in handfuls. */
function split(box: Cluster, by: By): Cluster[] {
  const tried = box.key.split('/').length - 1;
  if (tried === 1) {
    const groups = groupBy(box.members, (one) => (by === 'class' ? one.place ?? 'no site' : one.kind));
    if (groups.size > 1) return [...groups].map(([name, members]) => ({ key: `${box.key}/${keyed(name)}`, label: `${members.length} × ${by === 'class' ? members[0]!.kind : name}`, under: by === 'class' ? name : members[0]!.place ?? '', members }));
  }
  const sorted = [...box.members].sort(order);
  const size = Math.max(most, Math.ceil(sorted.length / most));
  return Array.from({ length: Math.ceil(sorted.length / size) }, (_, i) => sorted.slice(i * size, (i + 1) * size)).map((members) => ({
    key: `${box.key}/${tried === 1 ? '-/' : ''}${members[0]!.id}`, label: `${members.length} × ${members[0]!.kind}`, under: `${members[0]!.name} … ${members.at(-1)!.name}`, members,
  }));
}

/** Which boxes are drawn. `open` holds the keys of the boxes that were opened; `never` are items that stand by themselves. */
export function boxes(vertices: readonly Vertex[], by: By | 'none', open: ReadonlySet<string>, never: ReadonlySet<string>): Box[] {
  const drawn: Box[] = [];
  const alone = (one: Vertex, parts: string[]) => drawn.push({ key: one.id, label: one.name, under: one.kind, level: one.level, members: [one], parts });
  const put = (cluster: Cluster, level: number, parts: string[]) => {
    if (cluster.members.length === 1) { alone(cluster.members[0]!, parts); return; }
    if (!open.has(cluster.key)) {
      const risky = cluster.members.filter((one) => one.mark === 'risk').length;
      drawn.push({ ...cluster, under: [cluster.under, risky ? `${risky} lose redundancy` : ''].filter(Boolean).join(' · '), level, parts });
      return;
    }
    const within = [...parts, cluster.key];
    if (cluster.members.length <= most) for (const one of [...cluster.members].sort(order)) alone(one, within);
    else for (const part of split(cluster, by as By)) put(part, level, within);
  };
  if (by === 'none' || vertices.length <= roomy) {
    for (const one of vertices) alone(one, []);
    return drawn;
  }
  for (const one of vertices) if (never.has(one.id)) alone(one, []);
  const rest = vertices.filter((one) => !never.has(one.id));
  for (const [place, members] of groupBy(rest, (one) => `${one.level}|${by === 'class' ? one.kind : one.place ?? 'no site'}`)) {
    const name = place.slice(place.indexOf('|') + 1);
    put({ key: `${by}:${keyed(place)}/`, label: `${members.length} × ${by === 'class' ? name : 'items'}`, under: by === 'class' ? '' : name, members }, members[0]!.level, []);
  }
  return drawn;
}

/** The lines between boxes: one for all links that run the same way, with how many they are. */
export function lines(drawn: readonly Box[], links: readonly Link[]): { from: string; to: string; label: string; count: number }[] {
  const home = new Map(drawn.flatMap((box) => box.members.map((one) => [one.id, box.key] as const)));
  const found = new Map<string, { from: string; to: string; label: string; count: number }>();
  for (const link of links) {
    const from = home.get(link.from);
    const to = home.get(link.to);
    if (!from || !to || from === to) continue;
    const known = found.get(`${from}>${to}`);
    if (!known) found.set(`${from}>${to}`, { from, to, label: link.label, count: 1 });
    else { known.count++; if (known.label !== link.label) known.label = ''; }
  }
  return [...found.values()];
}

/** The shortest way between two items along the links, whichever way these run; both ends included, empty when there is none. */
export function way(links: readonly Link[], from: string, to: string): string[] {
  const next = new Map<string, string[]>();
  for (const link of links) {
    push(next, link.from, link.to);
    push(next, link.to, link.from);
  }
  const before = new Map<string, string>([[from, '']]);
  for (const at of before.keys()) {
    if (at === to) { const path = [at]; while (before.get(path[0]!)) path.unshift(before.get(path[0]!)!); return path; }
    for (const other of next.get(at) ?? []) if (!before.has(other)) before.set(other, at);
  }
  return [];
}
