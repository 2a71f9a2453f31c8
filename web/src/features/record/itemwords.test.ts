import { describe, expect, test } from 'vitest';
import { ages, failures } from './itemwords';

describe('the items of a record', () => {
  test('one failure is this one, and nothing to say', () => expect([0, 1].map(failures)).toEqual(['', '']));
  test('repeated failures are counted in words as long as there are words', () => expect([2, 3, 11].map(failures)).toEqual(['Second failure in 90 days', 'Third failure in 90 days', '11 incidents in 90 days']));
  test('what nobody has confirmed for more than 90 days is stale', () => {
    expect([null, 0, 1, 90, 91].map((days) => ages(days).stale)).toEqual([true, false, false, false, true]);
    expect(ages(91).text).toBe('Not confirmed for 91 days');
  });
});
