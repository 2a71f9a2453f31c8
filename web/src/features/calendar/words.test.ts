import { describe, expect, it } from 'vitest';
import type { Conflict } from '../../api/calendar';
import { because } from './words';

const blank: Conflict = { id: '', version: 0, kind: 'same_item', severity: 'hard', state: 'open', other: null, schedule: null, item: null, person: null, accepted_by: null, resolved_by: null, reason: '', until: null, found_at: null };

describe('conflicts in words', () => {
  it('names what the reader may see, and no more', () => {
    expect(because({ ...blank, other: { number: 'CHG-000007', title: 'x' }, item: { number: 'CI-000001', name: 'db-01' } })).toBe('CHG-000007 changes db-01 at the same time.');
    expect(because(blank)).toBe('Another change changes an item at the same time.');
    expect(because({ ...blank, kind: 'same_person' })).toBe('Somebody is needed for another change at the same time.');
    expect(because({ ...blank, kind: 'freeze', schedule: 'Year end' })).toBe('The freeze “Year end” covers it.');
    expect(because({ ...blank, kind: 'meeting', item: { number: 'CI-000002', name: 'core switch' } })).toBe('Several changes meet this one further down, at core switch.');
  });
});
