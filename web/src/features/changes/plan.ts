// Rules of the page about plans and slots. Pure.
import type { Approvals, Change, Slot } from '../../api/types';

export const planTexts = [
  { field: 'justification', title: 'Why', empty: 'Nobody has said why yet.' },
  { field: 'implementation_plan', title: 'How it is done', empty: 'No steps yet. Approvers judge what stands here.' },
  { field: 'test_plan', title: 'How it is tested', empty: 'No test yet.' },
  { field: 'backout_plan', title: 'How it is undone', empty: 'No way back yet. A change without one is rarely approved.' },
] as const;
export type PlanField = (typeof planTexts)[number]['field'];

/** How many decisions an edit of the plan would void now: those on the current revision. */
export function wouldVoid(approvals: Approvals): number {
  return (approvals.slots ?? []).reduce((sum, slot) => sum + slot.electorate.filter((one) => one.decision).length, 0);
}

export const voidWords = (change: Change): string | null => {
  const count = wouldVoid(change.approvals);
  if (count === 0) return null;
  return `Saving makes revision ${change.revision + 1} of the plan. ${count === 1 ? 'The decision' : `The ${count} decisions`} on revision ${change.revision} will no longer count, and the approvers are asked again.`;
};

/** The label of a slot as a name of its own: "the Emergency CAB" is "Emergency CAB". */
export const slotName = (label: string): string => label.replace(/^the /, '').replace(/^./, (char) => char.toUpperCase());

/** "1 of 2", "all 3", "any one". */
export function ruleWords(slot: Pick<Slot, 'rule' | 'needed'> & { electorate?: { eligible: boolean }[] }): string {
  if (slot.rule === 'all') return `all ${slot.electorate?.filter((one) => one.eligible).length ?? slot.needed}`;
  if (slot.rule === 'any') return 'any one of them';
  return `any ${slot.needed} of them`;
}
