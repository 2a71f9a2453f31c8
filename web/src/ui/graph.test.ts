import { expect, test } from 'vitest';
import { boxes, lines, way, type Vertex } from './graph';

const many = (count: number, kind = 'Server', level = 1): Vertex[] => Array.from({ length: count }, (_, i) => ({ id: `${kind}${i}`, name: `${kind}-${String(i).padStart(4, '0')}`, kind, place: i % 2 ? 'Graz' : 'Lisbon', level }));
const shown = (drawn: ReturnType<typeof boxes>) => drawn.reduce((sum, box) => sum + box.members.length, 0);

test('few items stand by themselves', () => {
  expect(boxes(many(40), 'class', new Set(), new Set())).toHaveLength(40);
});
test('many items are put together by class and level, and nothing is lost', () => {
  const vertices = [...many(300), ...many(100, 'Database', 2), ...many(20, 'Server', 3).map((one) => ({ ...one, id: `x${one.id}` }))];
  const drawn = boxes(vertices, 'class', new Set(), new Set(['Server7']));
  expect(drawn.map((box) => box.label)).toEqual(['Server-0007', '299 × Server', '100 × Database', '20 × Server']);
  expect(shown(drawn)).toBe(420);
});
test('however deep one opens two thousand items, one box opens into few', () => {
  const vertices = many(2000);
  const open = new Set<string>();
  let before = boxes(vertices, 'class', open, new Set());
  for (let i = 0; i < 6; i++) {
    const within = [...open].at(-1);
    const next = before.find((box) => (!within || box.parts.includes(within)) && box.members.length > 1);
    if (!next) break;
    open.add(next.key);
    const after = boxes(vertices, 'class', open, new Set());
    expect(after.length - before.length).toBeLessThan(30);
    expect(shown(after)).toBe(2000);
    expect(new Set(after.map((box) => box.key)).size).toBe(after.length);
    before = after;
  }
  expect(before.some((box) => box.members.length === 1)).toBe(true);
});
test('links between two boxes are one line with their number', () => {
  const drawn = boxes([...many(60), ...many(60, 'Database', 2)], 'class', new Set(), new Set());
  expect(lines(drawn, [{ from: 'Server1', to: 'Database1', label: 'runs' }, { from: 'Server2', to: 'Database9', label: 'runs' }, { from: 'Server1', to: 'Server2', label: 'uses' }]))
    .toEqual([{ from: 'class:1|Server/', to: 'class:2|Database/', label: 'runs', count: 2 }]);
});
test('the shortest way is found against the links too, and none where there is none', () => {
  const links = [{ from: 'a', to: 'b', label: '' }, { from: 'c', to: 'b', label: '' }, { from: 'c', to: 'd', label: '' }, { from: 'x', to: 'y', label: '' }];
  expect(way(links, 'd', 'a')).toEqual(['d', 'c', 'b', 'a']);
  expect(way(links, 'a', 'x')).toEqual([]);
});
