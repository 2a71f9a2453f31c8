// Rules of the page about plans and slots. Pure.
import type { Approvals, Change, RiskDetail, Slot, Wanted } from '../../api/types';

export const planTexts = [
  { field: 'justification', title: 'Why', empty: 'Nobody has said why yet.' },
  { field: 'implementation_plan', title: 'How it is done', empty: 'No steps yet. Approvers judge what stands here.' },
  { field: 'test_plan', title: 'How it is tested', empty: 'No test yet.' },
  { field: 'backout_plan', title: 'How it is undone', empty: 'No way back yet. A change without one is rarely approved.' },
] as const;
/** Texts that not every plan has. */
export const moreTexts = [
  { field: 'communication_plan', title: 'Who is told' },
  { field: 'verification_plan', title: 'How it is watched afterwards' },
  { field: 'security_impact', title: 'What it means for security' },
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

/** "two of them", "one of them, signed", "as advice". */
export function wantedWords(one: Pick<Wanted, 'rule' | 'needed' | 'people' | 'advisory' | 'sign'>): string {
  const count = one.rule === 'all' ? 'all of them' : one.needed === 1 ? 'one of them' : `${one.needed} of them`;
  return [count, one.sign ? 'signed with the password' : '', one.advisory ? 'as advice' : ''].filter(Boolean).join(', ');
}

/** How the team has fared: with the size of the sample, and never more than it says. */
export function recordWords(record: RiskDetail['record']): string {
  if (record.done === 0) return 'The team has finished no change in a year: there is no record to go by.';
  const what = record.category ? `${record.category} change` : 'change';
  return `${record.done - record.failed} of the team’s last ${record.done === 1 ? what : `${record.done} ${what}s`} ended well.`;
}

/** "5 h left" until a decision in retrospect is due, or how late it is. */
export function countdown(due: string, now: number): { text: string; late: boolean } {
  const minutes = Math.round((Date.parse(due) - now) / 60_000);
  const size = Math.abs(minutes);
  const words = size < 60 ? `${size} min` : size < 48 * 60 ? `${Math.floor(size / 60)} h ${size % 60} min` : `${Math.floor(size / 1440)} days`;
  return { text: minutes >= 0 ? `${words} left` : `${words} late`, late: minutes < 0 };
}
