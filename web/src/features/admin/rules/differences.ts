// What is different between two versions of a document of rules, as sentences. Pure.
import type { ModelDoc, PolicyDoc, QuestionnaireDoc, RiskRulesDoc, RuleKind } from '../../../api/rules';
import type { PolicyRow, PolicySlot, Question } from '../../../api/types';
import { fieldWord, guardWord, slotWords, whenWords, type Names } from './words';

export interface Difference { how: 'new' | 'gone' | 'changed' | 'moved'; where: string; text: string }

/** Compares two lists by key: what is new, gone, in another order, and what `inside` finds in those that are in both. */
function lists<T>(before: readonly T[], after: readonly T[], key: (one: T) => string, name: (one: T) => string, whole: (one: T) => string, inside: (was: T, now: T) => string[]): Difference[] {
  const old = new Map(before.map((one) => [key(one), one]));
  const kept = new Set(after.map(key));
  const out: Difference[] = [];
  for (const one of before) if (!kept.has(key(one))) out.push({ how: 'gone', where: name(one), text: whole(one) });
  for (const one of after) {
    const was = old.get(key(one));
    if (!was) out.push({ how: 'new', where: name(one), text: whole(one) });
    else for (const text of inside(was, one)) out.push({ how: 'changed', where: name(one), text });
  }
  const order = (all: readonly T[], other: (one: T) => boolean) => all.filter(other).map(key).join('\n');
  if (order(before, (one) => kept.has(key(one))) !== order(after, (one) => old.has(key(one)))) out.push({ how: 'moved', where: 'Order', text: `now ${after.map(name).join('; ')}` });
  return out;
}
const was = (what: string, before: string | number, after: string | number): string[] => (String(before) === String(after) ? [] : [`${what}: was “${before}”, now “${after}”`]);

/** What an approval is called in both, and otherwise whom it asks. */
function slots(before: readonly PolicySlot[], after: readonly PolicySlot[], names: Names): string[] {
  const rest = [...before];
  const take = (same: (one: PolicySlot) => boolean) => { const at = rest.findIndex(same); return at < 0 ? undefined : rest.splice(at, 1)[0]; };
  const pairs = after.map((now) => ({ now, old: take((one) => slotWords(one, names) === slotWords(now, names)) }));
  for (const pair of pairs) pair.old ??= take((one) => one.label === pair.now.label) ?? take((one) => one.kind === pair.now.kind && one.of === pair.now.of && Boolean(one.advisory) === Boolean(pair.now.advisory));
  return [
    ...rest.map((one) => `no longer asks ${slotWords(one, names)}`),
    ...pairs.flatMap(({ now, old }) => (!old ? [`also asks ${slotWords(now, names)}`] : was('asks', slotWords(old, names), slotWords(now, names)))),
  ];
}
const policy = (before: PolicyDoc, after: PolicyDoc, names: Names): Difference[] => lists<PolicyRow>(before.rows, after.rows, (row) => row.id, (row) => row.label,
  (row) => `when ${whenWords(row.when)}, asks ${row.slots.map((one) => slotWords(one, names)).join('; ')}`,
  (old, now) => [...was('called', old.label, now.label), ...was('when', whenWords(old.when), whenWords(now.when)), ...slots(old.slots, now.slots, names)]);

const weighs = (question: Question) => ['does not count', 'counts once', 'counts twice', 'counts three times'][question.weight] ?? `counts ${question.weight} times`;
const points = (n: number) => `${n} ${n === 1 ? 'point' : 'points'}`;
const questionnaire = (before: QuestionnaireDoc, after: QuestionnaireDoc): Difference[] => [
  ...was('medium risk from', `${before.medium}%`, `${after.medium}%`).map((text): Difference => ({ how: 'changed', where: 'Shares', text })),
  ...was('high risk from', `${before.high}%`, `${after.high}%`).map((text): Difference => ({ how: 'changed', where: 'Shares', text })),
  ...lists<Question>(before.questions, after.questions, (one) => one.key, (one) => one.text, (one) => `${one.options.map((option) => `${option.text} (${option.points})`).join(' / ')}, ${weighs(one)}`, (old, now) => [
    ...was('asks', old.text, now.text), ...was('weight', weighs(old), weighs(now)),
    ...lists(old.options, now.options, (one) => one.key, (one) => one.text, (one) => points(one.points), (a, b) => [...was('says', a.text, b.text), ...was('counts', points(a.points), points(b.points))])
      .map((one) => (one.how === 'new' ? `new answer “${one.where}”, ${one.text}` : one.how === 'gone' ? `no answer “${one.where}” any more` : one.how === 'moved' ? 'its answers stand in another order' : `answer “${one.where}” ${one.text}`)),
  ]),
];

const riskRules = (before: RiskRulesDoc, after: RiskRulesDoc): Difference[] => lists(before.rules ?? [], after.rules ?? [], (one) => one.id, (one) => one.label, (one) => `at least ${one.floor} when ${whenWords(one.when)}`,
  (old, now) => [...was('because', old.label, now.label), ...was('at least', old.floor, now.floor), ...was('when', whenWords(old.when), whenWords(now.when))]);

const hours = (n: number | undefined, none: string) => (n ? `${n} h` : none);
const sample = (doc: ModelDoc) => (doc.review ? 'every change' : doc.review_percent ? `${doc.review_percent} of a hundred` : 'none');
function model(before: ModelDoc, after: ModelDoc): Difference[] {
  const sets = (list: 'required' | 'guards' | 'moves', where: string, word: (name: string) => string): Difference[] => {
    const old = before[list] ?? [], now = after[list] ?? [];
    return [...now.filter((one) => !old.includes(one)).map((one): Difference => ({ how: 'new', where, text: word(one) })), ...old.filter((one) => !now.includes(one)).map((one): Difference => ({ how: 'gone', where, text: word(one) }))];
  };
  const texts: [string, string[]][] = [
    ['Name', was('called', before.label, after.label)], ['Hint', was('says', before.hint, after.hint)], ['Notice', was('before its window', hours(before.lead_hours, 'none'), hours(after.lead_hours, 'none'))],
    ['Grace', was('outside its window', `${before.grace_minutes} min`, `${after.grace_minutes} min`)], ['Review', was('reviewed', sample(before), sample(after))], ['In retrospect', was('decided within', hours(before.retro_hours, 'no time'), hours(after.retro_hours, 'no time'))],
  ];
  return [
    ...texts.flatMap(([where, all]) => all.map((text): Difference => ({ how: 'changed', where, text }))),
    ...sets('required', 'The plan must say', (name) => fieldWord[name] ?? name), ...sets('guards', 'Asked for', (name) => guardWord[name] ?? name), ...sets('moves', 'Moves', (name) => name.replaceAll('_', ' ')),
  ];
}

export function differences(kind: RuleKind, before: unknown, after: unknown, names: Names = {}): Difference[] {
  switch (kind) {
    case 'approval_policy': return policy(before as PolicyDoc, after as PolicyDoc, names);
    case 'questionnaire': return questionnaire(before as QuestionnaireDoc, after as QuestionnaireDoc);
    case 'risk_rules': return riskRules(before as RiskRulesDoc, after as RiskRulesDoc);
    case 'model': return model(before as ModelDoc, after as ModelDoc);
  }
}
