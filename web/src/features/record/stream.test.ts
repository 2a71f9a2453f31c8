import { expect, test } from 'vitest';
import type { Entry } from '../../api/types';
import { group, toldOnce } from './stream';

const entry = (id: string, at: string, who: string, kind: Entry['kind'] = 'field'): Entry => ({ id, at, recorded_at: at, actor: { name: who }, type: 'x', label: 'x', kind, internal: false, changes: [], seal: { leaf: 1, event_id: id } });

test('acts of one person in one minute stand together', () => {
  const groups = group([entry('1', '2026-01-01T10:00:05Z', 'Ann'), entry('2', '2026-01-01T10:00:40Z', 'Ann'), entry('3', '2026-01-01T10:00:50Z', 'Bob'), entry('4', '2026-01-01T10:02:00Z', 'Bob')], 'all');
  expect(groups.map((one) => (one.type === 'acts' ? one.entries.length : 0))).toEqual([2, 1, 1]);
});
test('a message stands by itself and parts the acts around it', () => {
  const groups = group([entry('1', '2026-01-01T10:00:05Z', 'Ann'), entry('2', '2026-01-01T10:00:10Z', 'Ann', 'reply'), entry('3', '2026-01-01T10:00:20Z', 'Ann')], 'all');
  expect(groups.map((one) => one.type)).toEqual(['acts', 'message', 'acts']);
});
test('the newest is last whatever the order was', () => {
  const groups = group([entry('2', '2026-01-02T10:00:00Z', 'Ann', 'note'), entry('1', '2026-01-01T10:00:00Z', 'Ann', 'reply')], 'conversation');
  expect(groups.map((one) => (one.type === 'message' ? one.entry.id : ''))).toEqual(['1', '2']);
});
test('only the conversation shows when asked', () => {
  expect(group([entry('1', '2026-01-01T10:00:05Z', 'Ann')], 'conversation')).toEqual([]);
});

test('an act tells each thing once, and not what merely ended', () => {
  const change = (field: string, label: string, before: string | null, after: string | null) => ({ field, label, before, after });
  expect(toldOnce([
    change('state', 'State', 'Pending', 'In progress'), change('pending_on', 'Waits for', 'vendor', null), change('reason', 'Because', null, 'Back'), change('pending_reason', 'Because', null, 'Back'),
  ]).map((one) => one.field)).toEqual(['state', 'reason']);
  expect(toldOnce([change('priority', 'Priority', 'Low', 'High'), change('priority_override', 'Priority set to', null, 'High')]).map((one) => one.field)).toEqual(['priority']);
});
