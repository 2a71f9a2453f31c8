import { expect, test } from 'vitest';
import type { Approvals } from '../../api/types';
import { countdown, recordWords, ruleWords, wantedWords, wouldVoid } from './plan';

const slot = (decided: boolean[]): NonNullable<Approvals['slots']>[number] => ({
  id: '1', label: 'CAB', rule: 'quorum', needed: 2, approved: 1, revision: 2, digest: 'd', state: 'waiting',
  stage: 1, open: true, kind: 'board', percent: 0, veto: 'any', advisory: false, sign: false, meaning: null, retro: false, due_at: null, escalated_at: null, override: null, conditions: [],
  electorate: decided.map((has, i) => ({ person: { id: String(i), name: 'A' }, eligible: true, reasons: [], decision: has ? { id: 'x', decision: 'approve', comment: '', at: '', cast_by: null, on_behalf_of: null, revision: 2, receipt: null, meaning: null, signed_at: null } : null })),
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
test('what would be asked is said in words', () => {
  expect(wantedWords({ rule: 'any', needed: 1, people: [], advisory: false, sign: true })).toBe('one of them, signed with the password');
  expect(wantedWords({ rule: 'quorum', needed: 2, people: [], advisory: true, sign: false })).toBe('2 of them, as advice');
});
test('a record names its sample', () => {
  expect(recordWords({ done: 12, failed: 1, category: 'network' })).toBe('11 of the team’s last 12 network changes ended well.');
  expect(recordWords({ done: 0, failed: 0, category: null })).toContain('no record');
});
test('the clock of a retrospective decision runs down, and says when it is late', () => {
  const at = Date.parse('2026-03-02T09:00:00Z');
  expect(countdown('2026-03-02T14:30:00Z', at)).toEqual({ text: '5 h 30 min left', late: false });
  expect(countdown('2026-03-02T08:45:00Z', at)).toEqual({ text: '15 min late', late: true });
});
