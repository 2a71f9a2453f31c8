import { describe, expect, it } from 'vitest';
import type { DraftFlow, ModelDoc, PolicyDoc, QuestionnaireDoc, RiskRulesDoc } from '../../../api/rules';
import { differences } from './differences';
import { documentFrom, faultAt, faultsIn, freshKey, moved, sameDocument, toggled } from './edits';
import { pathThrough, picture, ways } from './flow';
import { concerns, conditionWords, slotWords, whenWords } from './words';

const policy: PolicyDoc = { rows: [
  { id: 'low', label: 'Low risk', when: [{ fact: 'model', is: 'is', value: 'normal' }, { fact: 'risk', is: 'is', value: 'low' }], slots: [{ stage: 1, label: 'A colleague', kind: 'peer', rule: 'any' }] },
  { id: 'high', label: 'High risk', when: [{ fact: 'risk', is: 'is', value: 'high' }], slots: [{ stage: 1, label: 'CAB', kind: 'board', of: 'cab' }] },
] };
const said = (kind: Parameters<typeof differences>[0], before: unknown, after: unknown) => differences(kind, before, after).map((one) => `${one.how} ${one.where}: ${one.text}`);

describe('rules in words', () => {
  it('says conditions as people do', () => {
    expect(conditionWords({ fact: 'outage', is: 'is', value: false })).toBe('not: an outage is expected');
    expect(whenWords([])).toBe('always');
    expect(whenWords([{ fact: 'criticality', is: 'at_most', value: 2 }, { fact: 'criticality', is: 'at_least', value: 1 }, { fact: 'tags', is: 'any_of', value: ['SOX', 'PCI'] }]))
      .toBe('its criticality (1 is the highest) is 1 to 2 and a tag of what it touches or reaches is any of SOX, PCI');
  });
  it('says whom an approval asks and how many of them', () => {
    expect(slotWords({ stage: 2, label: 'Board', kind: 'board', of: 'cab', rule: 'percent', percent: 50, needed: 2, veto: 'none', advisory: true, distinct: true, due_hours: 4 }, { board: () => 'Change Advisory Board' }))
      .toBe('Board: 50% (2 at least) of Change Advisory Board, in stage 2, as advice, no veto, nobody who has voted elsewhere on it, escalated after 4 h');
    expect(slotWords({ stage: 1, label: 'Heads', kind: 'named', people: ['a', 'b'], rule: 'all' }, { person: (id) => id.toUpperCase() })).toBe('Heads: all of A and B');
  });
  it('knows which rows can hold for a model', () => {
    expect(policy.rows.map((row) => concerns(row, 'standard'))).toEqual([false, true]);
    expect(concerns({ id: 'x', label: 'x', when: [{ fact: 'lane', is: 'is', value: 'retro' }], slots: [] }, 'normal')).toBe(false);
    expect(concerns({ id: 'x', label: 'x', when: [{ fact: 'model', is: 'none_of', value: ['standard'] }], slots: [] }, 'normal')).toBe(true);
  });
});

describe('differences', () => {
  it('finds none in what means the same', () => {
    expect(said('approval_policy', policy, JSON.parse(JSON.stringify(policy)))).toEqual([]);
    expect(sameDocument({ a: 1, b: '', c: false, d: [], version: 3 }, { version: 4, a: 1 })).toBe(true);
    expect(sameDocument({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
  });
  it('tells of a policy what is asked otherwise, and of whom', () => {
    const after: PolicyDoc = { rows: [
      { ...policy.rows[1]!, slots: [{ stage: 1, label: 'CAB', kind: 'board', of: 'cab', rule: 'quorum', needed: 3 }, { stage: 1, label: 'Owners', kind: 'owner', rule: 'any' }] },
      { id: 'new', label: 'Every weekend', when: [], slots: [{ stage: 1, label: 'A colleague', kind: 'peer', rule: 'any' }] },
    ] };
    expect(said('approval_policy', policy, after)).toEqual([
      'gone Low risk: when the model is normal and the risk is low, asks A colleague: one of the colleagues of the team',
      'changed High risk: asks: was “CAB: the board cab, by its own rule”, now “CAB: 3 of the board cab”',
      'changed High risk: also asks Owners: one of the owners of the items',
      'new Every weekend: when always, asks A colleague: one of the colleagues of the team',
    ]);
    expect(said('approval_policy', policy, { rows: [...policy.rows].reverse() })).toEqual(['moved Order: now High risk; Low risk']);
  });
  it('tells of a questionnaire what is asked and counted otherwise', () => {
    const before: QuestionnaireDoc = { medium: 34, high: 60, questions: [{ key: 'users', text: 'How many?', weight: 3, options: [{ key: 'none', text: 'Nobody', points: 0 }, { key: 'most', text: 'All', points: 3 }] }] };
    const after: QuestionnaireDoc = { medium: 40, high: 60, questions: [{ key: 'users', text: 'How many?', weight: 1, options: [{ key: 'none', text: 'Nobody', points: 1 }, { key: 'some', text: 'Some', points: 2 }] }] };
    expect(said('questionnaire', before, after)).toEqual([
      'changed Shares: medium risk from: was “34%”, now “40%”', 'changed How many?: weight: was “counts three times”, now “counts once”', 'changed How many?: no answer “All” any more',
      'changed How many?: answer “Nobody” counts: was “0 points”, now “1 point”', 'changed How many?: new answer “Some”, 2 points',
    ]);
  });
  it('tells of floors and of models', () => {
    const floors: RiskRulesDoc = { rules: [{ id: 'outage', label: 'an outage is expected', floor: 'medium', when: [{ fact: 'outage', is: 'is', value: true }] }] };
    expect(said('risk_rules', floors, { rules: [{ ...floors.rules![0]!, floor: 'high' }] })).toEqual(['changed an outage is expected: at least: was “medium”, now “high”']);
    const model: ModelDoc = { key: 'normal', label: 'Normal', hint: '', moves: ['cancel'], guards: null, required: ['scope'], grace_minutes: 15 };
    expect(said('model', model, { ...model, lead_hours: 48, required: ['team'], review: true })).toEqual([
      'changed Notice: before its window: was “none”, now “48 h”', 'changed Review: reviewed: was “none”, now “every change”', 'new The plan must say: Team', 'gone The plan must say: Items or services',
    ]);
  });
});

describe('edits', () => {
  it('moves, toggles and names without touching what was', () => {
    const list = ['a', 'b', 'c'];
    expect([moved(list, 0, 1), moved(list, 0, -1), moved(list, 2, 1)]).toEqual([['b', 'a', 'c'], list, list]);
    expect(toggled(null, 'a', true)).toEqual(['a']);
    expect(toggled(['a', 'b'], 'a', false)).toEqual(['b']);
    expect([freshKey('Vendor at work!', ['vendor_at_work'], 'row'), freshKey('…', [], 'row')]).toEqual(['vendor_at_work_2', 'row']);
  });
  it('finds what is wrong at a place and below it', () => {
    const faults = [{ location: 'rows[1].slots[0].needed', message: 'more' }, { location: 'rows[10].label', message: 'say' }];
    expect(faultAt(faults, 'rows[1].slots[0].needed')).toBe('more');
    expect([faultsIn(faults, 'rows[1]').length, faultsIn(faults, 'rows').length, faultsIn(faults, 'rows[1].slots').length]).toEqual([1, 2, 1]);
  });
  it('reads a document from text, also one as the API gives it', () => {
    expect(documentFrom('{"rows":[]}', 'rows')).toEqual({ rows: [] });
    expect(documentFrom('{"kind":"x","document":{"rows":[]}}', 'rows')).toEqual({ rows: [] });
    expect(() => documentFrom('{', 'rows')).toThrow('not JSON');
    for (const other of ['{"rules":[]}', '[]', 'null', '3']) expect(() => documentFrom(other, 'rows')).toThrow('no “rows”');
  });
});

describe('the drawing of a model', () => {
  const flow: DraftFlow = { initial: 'draft', states: ['draft', 'assess', 'closed'].map((name) => ({ name, label: name, hint: '', final: name === 'closed' })), moves: [
    { event: 'submit', label: 'Submit', from: ['draft'], to: 'assess', automatic: false, guards: [], requires: [] }, { event: 'revise', label: 'Plan revised', from: ['assess'], to: 'draft', automatic: true, guards: [], requires: [] },
    { event: 'withdraw', label: 'Back to draft', from: ['assess'], to: 'draft', automatic: false, guards: [], requires: [] }, { event: 'cancel', label: 'Cancel', from: ['draft', 'assess'], to: 'closed', automatic: false, guards: [], requires: [] },
  ] };
  it('has one line for all moves that lead the same way', () => {
    expect(ways(flow).map((one) => `${one.from}>${one.to} ${one.labels.join('/')} ${one.automatic}`)).toEqual(['draft>assess Submit false', 'assess>draft Plan revised/Back to draft false', 'draft>closed Cancel false', 'assess>closed Cancel false']);
  });
  it('puts every state and line on the paper, below each other in their order', () => {
    const drawn = picture(flow);
    expect(drawn.states.map((one) => one.name)).toEqual(['draft', 'assess', 'closed']);
    expect(drawn.states[0]!.y).toBeLessThan(drawn.states[1]!.y);
    for (const at of [...drawn.states, ...drawn.moves.flatMap((one) => one.points)]) { expect(at.x).toBeGreaterThanOrEqual(0); expect(at.x).toBeLessThanOrEqual(drawn.width); expect(at.y).toBeLessThanOrEqual(drawn.height); }
    expect(pathThrough(drawn.moves[0]!.points)).toMatch(/^M[\d.]+ [\d.]+[LQ]/);
  });
});
