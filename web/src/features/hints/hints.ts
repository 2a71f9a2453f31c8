// What a person is told once, by what they do here. Pure.
import type { Me } from '../../api/types';

export interface Hint { text: string; keys?: string[] }
export interface Guide { key: string; title: string; hints: Hint[] }

const guides: Record<string, Guide> = {
  portal: { key: 'portal', title: 'New here?', hints: [
    { text: 'Two doors: something is broken, or you need something. One line is enough to begin.' },
    { text: 'Each request says who has it and what happens next. You can write to them on its page.' },
    { text: 'When something is marked “please check”, you decide whether it is over.' },
  ] },
  agent: { key: 'agent', title: 'Four things that make the day shorter', hints: [
    { text: 'Search, go anywhere and do anything from one box.', keys: ['Ctrl K'] },
    { text: 'Walk the list without the mouse, and select rows to act on many at once.', keys: ['j', 'k', 'x'] },
    { text: 'Reply or write an internal note: the two look different, so that they cannot be mixed up.', keys: ['r', 'n'] },
    { text: 'Type / in a reply for canned text, @ for people, # for records.' },
  ] },
  approver: { key: 'approver', title: 'How your decision works', hints: [
    { text: 'You decide on exactly the plan that you read. When it is edited, your decision is void and you are asked again.' },
    { text: 'Who asked for a change, wrote its plan or carries it out has no vote. The panel says who, and why.' },
    { text: 'Afterwards you get a receipt, with which anybody can prove what you decided.' },
  ] },
  manager: { key: 'manager', title: 'How a change goes through', hints: [
    { text: 'The plan is what approvers decide on. Editing it after an approval voids the approval, and you are told before.' },
    { text: 'A move that is not possible is shown with its reason.' },
    { text: 'Everything you see can be exported as it stands on the screen.' },
  ] },
  auditor: { key: 'auditor', title: 'Where to begin', hints: [
    { text: 'Verify now recomputes the whole log, from the bytes of each event to the signed root.' },
    { text: 'Every line of a timeline opens its proof, which this browser checks by itself.' },
    { text: 'Any list can be exported; the export is in the log too.' },
  ] },
  admin: { key: 'admin', title: 'Before the others come', hints: [
    { text: 'Add teams first, then people; a role is granted for the whole desk, a team, a site or a board.' },
    { text: 'Why? answers why somebody may or may not do something, from the rules.' },
    { text: 'Boards decide on changes. Without one, no change can be authorised.' },
  ] },
};

const can = (me: Me, action: string) => me.may[action] === true;

/** The guide for what this person mainly does; null once they have put it away. */
export function guideFor(me: Me, place: 'portal' | 'desk'): Guide | null {
  const key = place === 'portal' ? 'portal' : can(me, 'person.grant') ? 'admin' : can(me, 'change.request_authorization') ? 'manager' : can(me, 'incident.assign') ? 'agent'
    : can(me, 'change.decide') ? 'approver' : can(me, 'audit.verify') ? 'auditor' : '';
  const guide = guides[key];
  return guide && !seen(me.preferences).includes(guide.key) ? guide : null;
}

/** The keys of the guides that were put away, from preferences of any shape. */
export function seen(preferences: unknown): string[] {
  const list = (preferences as { hints_seen?: unknown } | null | undefined)?.hints_seen;
  return Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string') : [];
}

/** The preferences with one more guide put away; everything else in them stays. */
export function putAway(preferences: unknown, key: string): Record<string, unknown> {
  const rest = preferences && typeof preferences === 'object' && !Array.isArray(preferences) ? preferences as Record<string, unknown> : {};
  return { ...rest, hints_seen: [...new Set([...seen(preferences), key])] };
}
