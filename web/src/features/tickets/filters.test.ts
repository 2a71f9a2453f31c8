import { describe, expect, test } from 'vitest';
import { fromAddress, priorityWords, sentence, sinceWords, toAddress, toggle, toQuery, withField } from './filters';

describe('filters', () => {
  test('what stands in the address comes back unchanged', () => {
    const search = { kind: 'incident', priority: '1,2', assignee: 'none', sort: '-updated_at' };
    expect(toAddress(fromAddress('teams', search))).toEqual(search);
  });
  test('unknown and empty fields in an address are dropped', () => {
    expect(fromAddress('mine', { open: 'INC-000001', nonsense: 'x', team: '' })).toEqual({ queue: 'mine' });
  });
  test('equal filters give the same query whatever their order was', () => {
    expect(toQuery({ queue: 'all', sort: 'priority', kind: 'change' })).toBe(toQuery({ kind: 'change', queue: 'all', sort: 'priority' }));
  });
  test('removing a field leaves the others', () => {
    expect(withField({ queue: 'all', team: 'net', q: 'vpn' }, 'team', undefined)).toEqual({ queue: 'all', q: 'vpn' });
  });
  test('toggling adds in order and takes away again', () => {
    expect(toggle('1,3', '2')).toBe('1,2,3');
    expect(toggle('1,2', '2')).toBe('1');
    expect(toggle(undefined, 'open')).toBe('open');
  });
  test('neighbouring priorities read as a span, others as a list', () => {
    expect(priorityWords('2,1')).toBe('P1–P2');
    expect(priorityWords('1,3')).toBe('P1, P3');
    expect(priorityWords('4')).toBe('P4');
  });
  test('a span of days reads as a person would say it', () => {
    const now = new Date(2026, 10, 23, 15, 0).getTime();
    expect(sinceWords(new Date(2026, 10, 23).toISOString(), now)).toBe('today');
    expect(sinceWords(new Date(2026, 10, 22).toISOString(), now)).toBe('since yesterday');
    expect(sinceWords(new Date(2026, 10, 16).toISOString(), now)).toBe('in the last 7 days');
  });
  test('the chips read as one sentence', () => {
    const chips = sentence({ queue: 'all', category: 'open', priority: '1,2', team: 'net', assignee: 'none' }, (_, id) => ({ net: 'Network' })[id] ?? id, 0);
    expect(chips.map((chip) => chip.text).join(' · ')).toBe('open · P1–P2 · of Network · unassigned');
  });
});
