import { expect, test } from 'vitest';
import type { Run, RunSummary } from '../../../api/sources';
import { counted, effect, firstAction, share, tieCounts, tieWords } from './words';

const summary = { rows: 255, items: { unchanged: 240, changed: 3, new: 12 }, members: {}, relations: { new: 2 }, skipped: [], known: 0, missing: 0, asks: false, noted: 0, failed: 0, kept: 0 } as RunSummary;

test('a run is counted in the order in which one reads it', () => {
  expect(counted(summary)).toBe('12 new, 3 changed, 240 unchanged');
  expect(counted({ ...summary, items: {} })).toBe('nothing');
});
test('what would change is looked at first', () => {
  expect(firstAction(summary)).toBe('new');
  expect(firstAction({ ...summary, items: { unchanged: 240, refused: 1 } })).toBe('refused');
  expect(effect(summary)).toBe(17);
  expect(effect({ ...summary, items: { unchanged: 240 }, members: {}, relations: {} })).toBe(0);
});
test('progress is a share of the rows, once these are known', () => {
  expect(share({ summary, position: 51 } as Run)).toBeCloseTo(0.2);
  expect(share({ summary: { ...summary, rows: 0 }, position: 51 } as Run)).toBeNull();
});

test('relations and memberships are counted apart', () => {
  const run = { ...summary, relations: { new: 5, ended: 2, unchanged: 9 }, members: { new: 5, ended: 1 } };
  expect(tieCounts(run, 'relation')).toEqual({ new: 0, ended: 1, unchanged: 9 });
  expect(tieWords(run)).toBe(' 1 relation ends, 5 new memberships, 1 membership ends.');
  expect(tieWords(summary)).toBe(' 2 new relations.');
});
