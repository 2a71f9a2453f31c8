import { expect, test } from 'vitest';
import { says } from './queries';

test('a choice that was found for fewer letters stays only if it has them all', () => {
  const one = { id: 'INC-000123', label: 'Switch restarted', hint: 'Network' };
  expect(['', 'sw', 'SWITCH ', 'net', '000123'].map((words) => says(one, words))).toEqual([true, true, true, true, true]);
  expect(says({ id: '1', label: 'One question' }, 'switch')).toBe(false);
});
