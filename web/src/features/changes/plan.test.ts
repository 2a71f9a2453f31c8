import { expect, test } from 'vitest';
import type { Approvals } from '../../api/types';
import { ruleWords, wouldVoid } from './plan';

const slot = (decided: boolean[]): NonNullable<Approvals['slots']>[number] => ({
  id: '1', label: 'CAB', rule: 'quorum', needed: 2, approved: 1, revision: 2, digest: 'd', state: 'waiting',
  electorate: decided.map((has, i) => ({ person: { id: String(i), name: 'A' }, eligible: true, reasons: [], decision: has ? { id: 'x', decision: 'approve', comment: '', at: '', cast_by: null, on_behalf_of: null, revision: 2, receipt: null } : null })),
});

test('an edit voids every decision on the current revision, of all slots', () => {
  expect(wouldVoid({ needed: '', state: 'waiting', slots: [slot([true, false]), slot([true, true])], history: [slot([true])], mine: { can: false, slot_id: null, reasons: [] } })).toBe(3);
});
test('nothing is voided before anybody has decided', () => {
  expect(wouldVoid({ needed: '', state: 'none', slots: null, history: null, mine: { can: false, slot_id: null, reasons: null } })).toBe(0);
});
test('the rule of a slot is said in words', () => {
  expect(ruleWords(slot([true, false]))).toBe('any 2 of them');
  expect(ruleWords({ ...slot([true, false, false]), rule: 'all' })).toBe('all 3');
});
