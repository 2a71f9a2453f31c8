import { expect, test } from 'vitest';
import { complete, mentionAt } from './mention';

test('a sign at the start of a word begins a mention', () => {
  expect(mentionAt('ask @gr', 7)).toEqual({ sign: '@', word: 'gr', from: 4 });
  expect(mentionAt('#chg-4', 6)).toEqual({ sign: '#', word: 'chg-4', from: 0 });
});
test('a slash at the start of a word asks for canned text, and its words take its place', () => {
  const mention = mentionAt('Hi /vpn', 7);
  expect(mention).toEqual({ sign: '/', word: 'vpn', from: 3 });
  expect(complete('Hi /vpn!', 7, mention!, { id: 'x', label: 'VPN: collect the log', text: 'Please collect the log.' })).toEqual({ text: 'Hi Please collect the log.!', caret: 26 });
  expect(mentionAt('and/or', 6)).toBeNull();
  expect(mentionAt('https://', 8)).toBeNull();
});
test('an address or a heading is no mention', () => {
  expect(mentionAt('ann@example', 11)).toBeNull();
  expect(mentionAt('# Heading', 9)).toBeNull();
});
test('choosing writes a person by name and a record by number', () => {
  expect(complete('ask @gr now', 7, { sign: '@', word: 'gr', from: 4 }, { id: 'p7', label: 'Grace Kim' })).toEqual({ text: 'ask @Grace Kim  now', caret: 15 });
  expect(complete('see #12', 7, { sign: '#', word: '12', from: 4 }, { id: 'INC-000012', label: 'VPN' }).text).toBe('see INC-000012 ');
});
