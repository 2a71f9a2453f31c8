import { expect, test } from 'vitest';
import type { Me } from '../../api/types';
import { guideFor, putAway, seen } from './hints';

const me = (may: string[], preferences: unknown = {}): Me => ({ id: '1', name: 'Ann', email: '', roles: [], teams: [], site: null, may: Object.fromEntries(may.map((action) => [action, true])), time_zone: 'UTC', preferences });

test('each kind of person has a guide of at most four hints', () => {
  const all = [guideFor(me([]), 'portal'), ...[['incident.assign'], ['change.decide'], ['change.request_authorization', 'incident.assign'], ['audit.verify'], ['person.grant', 'audit.verify']].map((may) => guideFor(me(may), 'desk'))];
  expect(all.map((guide) => guide?.key)).toEqual(['portal', 'agent', 'approver', 'manager', 'auditor', 'admin']);
  for (const guide of all) expect(guide!.hints.length).toBeLessThanOrEqual(4);
});

test('a guide that was put away does not come back, and another one still comes', () => {
  const after = putAway({ theme: 'dark' }, 'agent');
  expect(after).toEqual({ theme: 'dark', hints_seen: ['agent'] });
  expect(guideFor(me(['incident.assign'], after), 'desk')).toBeNull();
  expect(guideFor(me([], after), 'portal')?.key).toBe('portal');
});

test('preferences of any shape are read', () => {
  expect(seen(null)).toEqual([]);
  expect(seen({ hints_seen: 'agent' })).toEqual([]);
  expect(putAway([1], 'agent')).toEqual({ hints_seen: ['agent'] });
});
