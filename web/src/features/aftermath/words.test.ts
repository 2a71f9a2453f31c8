import { expect, test } from 'vitest';
import { hintWord, hours, percent, spreadWord, tieWord } from './words';

const other = { number: 'CHG-000001', title: 'Patch', state: 'closed', priority: null };

test('a hint says where they meet and when', () => {
  expect(hintWord({ other, item: { number: 'CI-000001', name: 'db-01' }, depth: 0, hours: 0 })).toBe('changed db-01, while it went on');
  expect(hintWord({ other, item: { number: 'CI-000001', name: 'Shop' }, depth: 2, hours: 30.5 })).toBe('reaches Shop in 2 steps, 30.5 h after its end');
  expect(hintWord({ other, item: null, depth: 1, hours: 0.2 })).toBe('reaches it in 1 step, 12 min after its end');
});

test('a tie reads from either end', () => {
  expect(tieWord('caused_by', false)).toBe('Caused by');
  expect(tieWord('caused_by', true)).toBe('Caused');
});

test('times and shares are said briefly, and nothing is no zero', () => {
  expect([hours(0.01), hours(71.96), hours(100)]).toEqual(['1 min', '72 h', '4 d']);
  expect([percent(null), percent(0), percent(0.1234)]).toEqual(['–', '0 %', '12.3 %']);
  expect(spreadWord({ n: 0, p50: null, p90: null })).toBe('–');
  expect(spreadWord({ n: 2, p50: 4, p90: 96 })).toBe('4 h / 4 d');
});
