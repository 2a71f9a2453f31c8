import { describe, expect, test } from 'vitest';
import { actsOf, owner, plain, stationsOf, told } from './words';
import { portalPath } from '../../app/session';
import type { Move } from '../../api/types';

const amir = { id: '1', name: 'Amir Said' }, net = { id: 'net', name: 'Network' };
const one = { kind: 'incident' as const, state: 'new', state_label: 'New', category: 'open' as const, tone: 'new' as const, assignee: null, team: null };

describe('a state in plain words', () => {
  test('says who is next', () => {
    expect(plain(one).next).toContain('The service desk reads it next');
    expect(plain({ ...one, team: net }).next).toBe('Network looks at it next.');
    expect(plain({ ...one, state: 'in_progress', tone: 'progress', assignee: amir }).next).toContain('Amir Said is working on it');
  });
  test('says when it is the reader\'s turn, and only then', () => {
    const pending = { ...one, state: 'pending', category: 'waiting' as const, tone: 'waiting' as const };
    expect(plain({ ...pending, pending_on: 'user' })).toMatchObject({ label: 'Waiting for you', yours: true });
    expect(plain({ ...pending, pending_on: 'vendor' })).toMatchObject({ label: 'Waiting for a supplier', yours: false });
    expect(plain({ ...pending, pending_on: 'something new' }).yours).toBe(false);
    expect(plain({ ...one, state: 'resolved', category: 'done', tone: 'done' }).yours).toBe(true);
  });
  test('counts the steps of a request, without the skipped ones', () => {
    const task = (state: string) => ({ id: state, number: '', title: '', state, assignee: null, team: null, position: 1 });
    expect(plain({ ...one, kind: 'request', state: 'in_fulfilment', tone: 'progress', tasks: [task('done'), task('open'), task('skipped')] }).next).toContain('1 of 2 steps are done.');
  });
  test('falls back to the flow\'s own words for a state that it does not know', () => {
    expect(plain({ ...one, state: 'awaiting_approval', state_label: 'Awaiting approval', category: 'waiting', tone: 'waiting' })).toMatchObject({ label: 'Awaiting approval', step: 1 });
    expect(plain({ ...one, kind: 'change', state: 'draft', state_label: 'Draft' }).label).toBe('Draft');
  });
  test('stands at a station of its kind, or at none once withdrawn', () => {
    expect(stationsOf('incident')[plain({ ...one, state: 'closed', category: 'done', tone: 'closed' }).step]).toBe('Closed');
    expect(plain({ ...one, state: 'cancelled', category: 'cancelled', tone: 'refused' }).step).toBe(-1);
  });
});

test('a requester is offered only moves that are theirs to make', () => {
  const move = (event: string, blocked: string | null = null): Move => ({ event, label: event, to: '', to_label: '', requires: null, blocked });
  expect(actsOf('incident', [move('start'), move('resolve'), move('cancel')]).map((act) => act.event)).toEqual(['cancel']);
  expect(actsOf('incident', [move('close'), move('reopen', 'your roles do not allow it')]).map((act) => act.label)).toEqual(['It works, close it']);
});

test('the owner is a person with their team, a team, or nobody yet', () => {
  expect(owner({ assignee: amir, team: net })).toBe('Amir Said, Network');
  expect(owner({ assignee: null, team: net })).toBe('Network');
  expect(owner({ assignee: null, team: null })).toBe('Nobody yet');
});

test('the desk\'s own bookkeeping is not told to the requester', () => {
  const entry = { type: 'incident.amended', kind: 'field', label: 'changed', actor: { name: 'Amir Said' }, changes: null };
  expect(told(entry, 'Ann')).toBeNull();
  expect(told({ ...entry, type: 'incident.resolved', label: 'resolved' }, 'Ann')).toBe('Amir Said fixed it');
  expect(told({ ...entry, type: 'incident.reported', label: 'reported this', actor: { name: 'Ann' } }, 'Ann')).toBe('You reported this');
  expect(told({ ...entry, type: 'incident.assigned', label: 'assigned', changes: [{ field: 'assignee', after: 'Amir Said' }] }, 'Ann')).toBe('Amir Said has it now');
});

test('an address of the desk leads a requester to its like in the portal', () => {
  expect(portalPath('/incidents/INC-000001')).toBe('/portal/requests/INC-000001');
  expect(portalPath('/new/request')).toBe('/portal/ask');
  expect(portalPath('/queue/requested')).toBe('/portal/requests');
  expect(portalPath('/me/password')).toBe('/portal/me/password');
  expect(portalPath('/admin/people')).toBe('/portal');
});
