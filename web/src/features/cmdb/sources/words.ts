// What a run says of items, in people's words. Pure.
import type { Run, RunState, RunSummary, RunTie } from '../../../api/sources';
import type { Tone } from '../../../api/types';

export const actions: { key: string; label: string; means: string }[] = [
  { key: 'new', label: 'New', means: 'Items that would be registered.' },
  { key: 'changed', label: 'Changed', means: 'Values that differ: what is there, and what would take its place.' },
  { key: 'conflicting', label: 'Conflicting', means: 'More than one item, or more than one row, could be meant. Nothing is guessed.' },
  { key: 'refused', label: 'Refused', means: 'Rows that cannot be used, each with its reason. They alone are left out.' },
  { key: 'outranked', label: 'Outranked', means: 'Another source counts more for what differs; it stays as it is.' },
  { key: 'retired', label: 'To be retired', means: 'Items that the source no longer shows.' },
  { key: 'gone', label: 'Not shown any more', means: 'Items that the source no longer shows; they stay.' },
  { key: 'person', label: 'People', means: 'Rows about people rather than items.' },
  { key: 'unchanged', label: 'Unchanged', means: 'Nothing to do.' },
];
export const tieActions: { key: string; label: string; means: Record<RunTie['kind'], string> }[] = [
  { key: 'new', label: 'New', means: { relation: 'Relations that the source says and that are not there.', member: 'Items that join a group, since the source says so.' } },
  { key: 'ended', label: 'Ended', means: { relation: 'Relations that this source had said, and says no longer.', member: 'Memberships that this source had said, and says no longer. What others said stays.' } },
  { key: 'unresolved', label: 'Unresolved', means: { relation: 'What they refer to is not there.', member: 'What they refer to is not there.' } },
  { key: 'refused', label: 'Refused', means: { relation: 'They cannot be made, each with its reason.', member: 'They cannot be made, each with its reason.' } },
  { key: 'unchanged', label: 'Unchanged', means: { relation: 'They are there already.', member: 'They are there already.' } },
];
/** How many relations, or memberships, a run speaks of, by action. */
export function tieCounts(summary: RunSummary, kind: RunTie['kind']): Record<string, number> {
  if (kind === 'member') return summary.members;
  return Object.fromEntries(Object.entries(summary.relations).map(([action, n]) => [action, n - (summary.members[action] ?? 0)]));
}
export const total = (counts: Record<string, number>): number => Object.values(counts).reduce((sum, n) => sum + n, 0);

const states: Record<RunState, { label: string; tone: Tone }> = {
  waiting: { label: 'Waits for its turn', tone: 'waiting' }, reading: { label: 'Being read', tone: 'progress' }, proposed: { label: 'Proposed', tone: 'new' }, applying: { label: 'Being applied', tone: 'progress' },
  applied: { label: 'Applied', tone: 'done' }, undoing: { label: 'Being undone', tone: 'progress' }, undone: { label: 'Undone', tone: 'closed' }, discarded: { label: 'Put aside', tone: 'closed' }, failed: { label: 'Failed', tone: 'refused' },
};
export const stateOf = (run: Pick<Run, 'state'>) => states[run.state];

/** How many changes a proposal would make. */
export const effect = (summary: RunSummary): number => ['new', 'changed', 'retired'].reduce((sum, key) => sum + (summary.items[key] ?? 0), 0) + (summary.relations.new ?? 0) + (summary.relations.ended ?? 0);
/** "12 new, 3 changed, 240 unchanged": the actions that there are, in order. */
export const counted = (summary: RunSummary): string => actions.filter((one) => (summary.items[one.key] ?? 0) > 0).map((one) => `${summary.items[one.key]!.toLocaleString('en-GB')} ${one.label.toLowerCase()}`).join(', ') || 'nothing';
/** The action that somebody looks at first: what would change, else whatever there is. */
export const firstAction = (summary: RunSummary): string => actions.find((one) => (summary.items[one.key] ?? 0) > 0)?.key ?? 'new';
/** From 0 to 1; null while nothing is known. */
export const share = (run: Run): number | null => (run.summary.rows > 0 ? Math.min(1, run.position / run.summary.rows) : null);

/** " 12 new relations, 1 membership ends.": what becomes of relations and memberships; nothing when nothing does. */
export function tieWords(summary: RunSummary): string {
  const said: string[] = [];
  for (const [kind, one, many] of [['relation', 'relation', 'relations'], ['member', 'membership', 'memberships']] as const) {
    const counts = tieCounts(summary, kind);
    const word = (n: number) => `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;
    if (counts.new) said.push(`${counts.new.toLocaleString('en-GB')} new ${counts.new === 1 ? one : many}`);
    if (counts.ended) said.push(`${word(counts.ended)} ${counts.ended === 1 ? 'ends' : 'end'}`);
  }
  return said.length > 0 ? ` ${said.join(', ')}.` : '';
}
