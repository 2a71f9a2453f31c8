import { describe, expect, it } from 'vitest';
import { columns, dayKey, lanes, rangeOf, readDay, step, within } from './days';

describe('days', () => {
  it('a month is shown in whole weeks from Monday', () => {
    const range = rangeOf('month', new Date(2026, 10, 26));
    expect([dayKey(range.from), dayKey(range.to), range.days.length]).toEqual(['2026-10-26', '2026-12-07', 42]);
    expect(range.title).toBe('November 2026');
    expect(rangeOf('month', new Date(2027, 1, 10)).days.length).toBe(28);
  });
  it('a week begins on Monday, also seen from a Sunday', () => {
    expect(dayKey(rangeOf('week', new Date(2026, 10, 29)).from)).toBe('2026-11-23');
    expect(dayKey(step('month', new Date(2026, 0, 31), 1))).toBe('2026-02-01');
  });
  it('an address that names no day means today', () => {
    const today = new Date(2026, 10, 26, 15);
    expect(dayKey(readDay('2026-12-24', today))).toBe('2026-12-24');
    for (const bad of [undefined, '', '2026-02-31', 'soon', '2026-13-01']) expect(dayKey(readDay(bad, today))).toBe('2026-11-26');
  });
  it('no two in one lane meet, and lanes are used again', () => {
    expect(lanes([{ start: 0, end: 4 }, { start: 2, end: 6 }, { start: 4, end: 8 }, { start: 5, end: 7 }])).toEqual([0, 1, 0, 2]);
  });
  it('blocks that meet share the width, others have it whole', () => {
    expect(columns([{ start: 0, end: 60 }, { start: 30, end: 90 }, { start: 120, end: 180 }])).toEqual([{ lane: 0, of: 2 }, { lane: 1, of: 2 }, { lane: 0, of: 1 }]);
  });
  it('what spans midnight is in both days', () => {
    const [start, end] = [new Date(2026, 10, 26, 22), new Date(2026, 10, 27, 4)];
    expect(within(new Date(2026, 10, 26), start, end)).toEqual({ start: 1320, end: 1440 });
    expect(within(new Date(2026, 10, 27), start, end)).toEqual({ start: 0, end: 240 });
    expect(within(new Date(2026, 10, 28), start, end)).toBeNull();
  });
});
