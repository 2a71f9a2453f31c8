// Rules of change enablement in words: conditions, approvals, fields, guards. Pure; what is shown, what is compared and what is
// read aloud says the same.
import type { ModelDoc } from '../../../api/rules';
import type { PolicyRow, PolicySlot, RuleCondition, Vocabulary } from '../../../api/types';

export const isWord: Record<string, string> = { is: 'is', is_not: 'is not', at_least: 'is at least', at_most: 'is at most', any_of: 'is any of', none_of: 'is none of' };

/** What facts, boards, roles and people are called; what has no name keeps its key. */
export interface Names { fact?: (name: string) => string | undefined; board?: (key: string) => string | undefined; role?: (name: string) => string | undefined; person?: (id: string) => string | undefined }

const laneWord: Record<string, string> = { usual: 'the usual one', ecab: 'the emergency board first', retro: 'in retrospect' };
const short: Record<string, string> = {
  model: 'the model', lane: 'the lane', risk: 'the risk', category: 'the category', environment: 'the environment', outage: 'an outage is expected', outage_minutes: 'the outage in minutes', backout_tested: 'the way back was tried out',
  security_impact: 'a security control is touched', lead_hours: 'the notice in hours', items: 'the number of items', criticality: 'its criticality (1 is the highest)', impacted_services: 'the number of services it reaches',
  classes: 'the class of an item', tags: 'a tag of what it touches or reaches', owners_known: 'an owner is known', team_failure_rate: 'failed changes of the team, per cent', team_sample: 'finished changes of the team', first_of_its_kind: 'the team has not done such a change yet',
};
export const factWord = (name: string): string => short[name] ?? name.replaceAll('_', ' ');

export function conditionWords(condition: RuleCondition): string {
  const fact = factWord(condition.fact);
  if (condition.value === true) return fact;
  if (condition.value === false) return `not: ${fact}`;
  const word = (one: unknown) => (condition.fact === 'lane' ? laneWord[String(one)] : undefined) ?? String(one ?? '…');
  const value = Array.isArray(condition.value) ? condition.value.map(word).join(', ') || '…' : word(condition.value);
  return `${fact} ${isWord[condition.is] ?? condition.is} ${value}`;
}
/** All conditions in one sentence; a number between two bounds is said once. */
export function whenWords(when: RuleCondition[] | null | undefined): string {
  const all = when ?? [];
  const bound = (fact: string, is: string) => { const found = all.filter((one) => one.fact === fact && one.is === is && typeof one.value === 'number'); return found.length === 1 ? found[0]!.value as number : undefined; };
  return all.flatMap((one) => {
    const from = bound(one.fact, 'at_least'), to = bound(one.fact, 'at_most');
    if (from === undefined || to === undefined || one.is === 'is') return [conditionWords(one)];
    return one.is === 'at_least' ? [`${factWord(one.fact)} is ${from === to ? from : `${from} to ${to}`}`] : [];
  }).join(' and ') || 'always';
}

const list = (names: string[]) => (names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`);
/** Whom an approval asks. */
export function electorate(slot: PolicySlot, names: Names = {}): string {
  switch (slot.kind) {
    case 'board': return names.board?.(slot.of ?? '') ?? `the board ${slot.of ?? '?'}`;
    case 'on_call': return `those on duty for ${names.board?.(slot.of ?? '') ?? `the board ${slot.of ?? '?'}`}`;
    case 'role': return `the holders of the role ${names.role?.(slot.of ?? '') ?? slot.of ?? '?'}`;
    case 'owner': return 'the owners of the items';
    case 'peer': return 'the colleagues of the team';
    case 'named': return list((slot.people ?? []).map((id) => names.person?.(id) ?? 'somebody')) || 'nobody yet';
    default: return slot.kind;
  }
}
/** How many of them it takes. */
export function howMany(slot: PolicySlot): string {
  switch (slot.rule) {
    case 'any': return 'one';
    case 'all': return 'all';
    case 'quorum': return String(slot.needed ?? 1);
    case 'percent': return `${slot.percent ?? 0}% (${slot.needed ?? 1} at least)`;
    default: return 'as many as it says itself';
  }
}
const vetoWord: Record<string, string> = { majority: 'rejections count with a majority', none: 'no veto' };
export function slotWords(slot: PolicySlot, names: Names = {}): string {
  const who = slot.rule ? `${howMany(slot)} of ${electorate(slot, names)}` : `${electorate(slot, names)}, by its own rule`;
  return [`${slot.label}: ${who}`, slot.stage > 1 ? `in stage ${slot.stage}` : '', slot.advisory ? 'as advice' : '', vetoWord[slot.veto ?? ''] ?? '', slot.sign ? `signed: “${slot.meaning ?? ''}”` : '', slot.distinct ? 'nobody who has voted elsewhere on it' : '', slot.due_hours ? `escalated after ${slot.due_hours} h` : ''].filter(Boolean).join(', ');
}

export const fieldWord: Record<string, string> = {
  justification: 'Justification', implementation_plan: 'Implementation plan', test_plan: 'Test plan', backout_plan: 'Back-out plan', window: 'Planned start and end', implementers: 'Implementers', scope: 'Items or services', team: 'Team',
  category: 'Category', reason_code: 'Reason', environment: 'Environment', outage: 'Whether an outage is expected', backout_tested: 'Whether the way back was tried out', communication_plan: 'Communication plan', verification_plan: 'Verification plan', security_impact: 'What it means for security', tester: 'Tester',
};
export const guardWord: Record<string, string> = {
  questionnaire_complete: 'All questions about the risk are answered', peer_reviewed: 'A colleague who has no hand in it has read the plan', inside_the_window: 'It starts inside its window', reviewed_by_somebody_else: 'Somebody who did not implement it closes it',
  plan_complete: 'the plan is complete', somebody_may_approve: 'somebody may approve it', template_published: 'its template is published', incident_named: 'an incident is named', signed: 'signed with the password', approved_for_this_plan: 'exactly this plan is approved',
  conditions_met: 'conditions are met', not_on_hold: 'not on hold', no_hard_conflict: 'no hard conflict', no_freeze: 'no freeze', starter_did_not_decide: 'started by somebody who did not decide', decided_in_retrospect: 'decided in retrospect',
  conditions_before_closure_met: 'conditions before closure are met', tasks_before_start_finished: 'tasks before the start are finished', tasks_finished: 'tasks are finished', review_done: 'the review is done',
};
/** Moves that a model may do without; the others are what carries a change through. */
export const optionalMoves: Record<string, string> = { expedite: 'Ask the emergency board at once', break_glass: 'Break the glass: begin first, decided in retrospect', withdraw: 'Take it back to draft', cancel: 'Cancel it' };

/** Whether a row of the policy can hold for changes of a model: no condition of it speaks against. Only emergencies have a lane of their own. */
export function concerns(row: PolicyRow, model: string): boolean {
  return (row.when ?? []).every((one) => {
    const can = one.fact === 'model' ? [model] : one.fact === 'lane' ? (model === 'emergency' ? ['ecab', 'retro'] : ['usual']) : [];
    const named = Array.isArray(one.value) ? (one.value as string[]) : [String(one.value)];
    return can.length === 0 || can.some((value) => (one.is === 'is' || one.is === 'any_of' ? named.includes(value) : !named.includes(value)));
  });
}
export const asked = (doc: ModelDoc, list: 'required' | 'guards' | 'moves', name: string): boolean => (doc[list] ?? []).includes(name);

export type Fact = NonNullable<Vocabulary['facts']>[number];
/** A sound condition to begin with. */
export function begin(fact: Fact, words: Vocabulary): RuleCondition {
  const is = (fact.is ?? ['is'])[0]!;
  const known = choices(fact.name, words);
  const one = known?.[0]?.id ?? '';
  return { fact: fact.name, is, value: fact.sort === 'bool' ? true : fact.sort === 'number' ? 1 : fact.sort === 'scale' ? (fact.steps ?? ['low'])[0] : is === 'any_of' || is === 'none_of' ? (fact.name === 'tags' ? ['SOX'] : one ? [one] : []) : one };
}
/** What a fact can be, where that is known; undefined where it is typed. */
export function choices(fact: string, words: Vocabulary): { id: string; label: string }[] | undefined {
  const plain = (all: string[] | null) => (all ?? []).map((id) => ({ id, label: id.replaceAll('_', ' ') }));
  switch (fact) {
    case 'model': return plain(['standard', 'normal', 'emergency', 'unauthorised', 'registration']);
    case 'lane': return Object.entries(laneWord).map(([id, label]) => ({ id, label }));
    case 'category': return plain(words.categories);
    case 'environment': return plain(words.environments);
    default: return undefined;
  }
}
