import { describe, expect, test } from 'vitest';
import { draftReducer } from './drafts';
import { Matcher, nameOf, written, type Act } from './keys';
import { left, relative, windowText } from '../ui/time';
import { kindOf, parseNumber, pathOf, priorityOf } from '../api/words';

const act = (id: string, keys: string): Act => ({ id, keys, label: id, group: 'x', run: () => undefined });
const press = (key: string, more = {}) => nameOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

describe('keys', () => {
  test('Ctrl and ⌘ are the same key', () => {
    expect(press('k', { ctrlKey: true })).toBe('mod+k');
    expect(press('k', { metaKey: true })).toBe('mod+k');
  });
  test('shift is named for letters but not where it makes another character', () => {
    expect(press('R', { shiftKey: true })).toBe('shift+r');
    expect(press('?', { shiftKey: true })).toBe('?');
  });
  test('two keys in time are a sequence', () => {
    const matcher = new Matcher();
    const acts = [act('incidents', 'g i'), act('info', 'i')];
    expect(matcher.match('g', acts, 0)).toBeNull();
    expect(matcher.match('i', acts, 500)?.id).toBe('incidents');
  });
  test('a second key that comes too late stands for itself', () => {
    const matcher = new Matcher();
    const acts = [act('incidents', 'g i'), act('info', 'i')];
    matcher.match('g', acts, 0);
    expect(matcher.match('i', acts, 2000)?.id).toBe('info');
  });
  test('the act registered last wins', () => {
    expect(new Matcher().match('Escape', [act('list', 'Escape'), act('bulk', 'Escape')], 0)?.id).toBe('bulk');
  });
  test('keys are written for people', () => {
    expect(written('mod+k', false)).toEqual(['Ctrl', 'K'.toLowerCase()]);
    expect(written('g i', false)).toEqual(['g', 'i']);
  });
});

describe('drafts', () => {
  test('typing while a save is under way leaves the draft unsaved', () => {
    const saving = draftReducer({ status: 'typing', savedAt: null }, { type: 'sent' });
    expect(draftReducer(saving, { type: 'saved', savedAt: 't', current: false })).toEqual({ status: 'typing', savedAt: 't' });
    expect(draftReducer(saving, { type: 'saved', savedAt: 't', current: true })).toEqual({ status: 'saved', savedAt: 't' });
  });
  test('a refused save says that the text is in this browser', () => {
    expect(draftReducer({ status: 'saving', savedAt: null }, { type: 'failed' }).status).toBe('local');
  });
});

describe('times', () => {
  const now = Date.parse('2026-11-23T12:00:00Z');
  test('near times are relative and far ones are dates', () => {
    expect(relative('2026-11-23T11:55:00Z', now)).toBe('5 min ago');
    expect(relative('2026-11-23T14:00:00Z', now)).toBe('in 2 h');
    expect(relative('2026-11-23T11:59:40Z', now)).toBe('now');
    expect(relative('2026-01-02T12:00:00Z', now)).toMatch(/2 Jan 2026/);
  });
  test('time left turns soon and then late', () => {
    expect(left('2026-11-23T18:00:00Z', now)).toEqual({ text: '6 h left', tone: 'calm' });
    expect(left('2026-11-23T13:00:00Z', now)).toEqual({ text: '60 min left'.replace('60 min', '1 h'), tone: 'soon' });
    expect(left('2026-11-23T11:00:00Z', now)).toEqual({ text: '1 h late', tone: 'late' });
    expect(left(null, now).tone).toBe('none');
  });
  test('a window on one day names the day once', () => {
    expect(windowText('2026-11-28T12:00:00Z', '2026-11-28T14:00:00Z').match(/28/g)).toHaveLength(1);
  });
});

describe('words', () => {
  test('a number is read however people write it', () => {
    expect(parseNumber(' chg42 ')).toBe('CHG-000042');
    expect(parseNumber('inc-000123')).toBe('INC-000123');
    expect(parseNumber('invoice 42')).toBeNull();
  });
  test('a number leads to its page', () => {
    expect(pathOf('PRB-000007')).toBe('/problems/PRB-000007');
    expect(kindOf('KB-000001')).toBeNull();
  });
  test('priority follows impact and urgency', () => {
    expect([1, 2, 3].map((impact) => [1, 2, 3].map((urgency) => priorityOf(impact, urgency)))).toEqual([[1, 2, 3], [2, 3, 4], [3, 4, 4]]);
  });
});
