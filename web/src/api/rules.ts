// The rules of change enablement as documents: what each kind says, and what is asked about a draft before it is set.
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from './client';
import type { PolicyRow, Question, Risk, RuleCondition, RuleDocument } from './types';

export type RuleKind = 'approval_policy' | 'questionnaire' | 'risk_rules' | 'model';
export interface PolicyDoc { rows: PolicyRow[] }
export interface QuestionnaireDoc { questions: Question[]; medium: number; high: number }
export interface RiskRuleRow { id: string; label: string; when: RuleCondition[] | null; floor: Risk }
export interface RiskRulesDoc { rules: RiskRuleRow[] | null }
export interface ModelDoc {
  key: string; label: string; hint: string; moves: string[] | null; guards: string[] | null; required: string[] | null;
  review?: boolean; review_percent?: number; retro_hours?: number; lead_hours?: number; grace_minutes: number;
}

export interface Fault { location: string; message: string }
export interface DraftFlow {
  initial: string; states: { name: string; label: string; hint: string; final: boolean }[] | null;
  moves: { event: string; label: string; from: string[] | null; to: string; automatic: boolean; guards: string[] | null; requires: string[] | null }[] | null;
}
export interface DraftCheck { faults: Fault[] | null; flow: DraftFlow | null }
export interface DraftTrial {
  days: number; looked: number; same: number; complete: boolean; unanswered: number;
  shifts: { from: Risk; to: Risk; changes: number }[] | null; lacking: { what: string; changes: number }[] | null;
  changes: { number: string; title: string; before: Risk | null; after: Risk | null; why: string[] | null }[] | null;
}

const path = (kind: RuleKind, key: string) => `/change-rules/${kind}/${key}`;
/** An earlier version of a document; it never changes. */
export const ruleVersion = <D>(kind: RuleKind, key: string, version: number) => queryOptions({
  queryKey: ['change-rules', kind, key, version], queryFn: () => api.get<RuleDocument<D>>(`${path(kind, key)}/versions/${version}`), staleTime: Infinity, enabled: version > 0,
});
/** What is wrong with a draft, asked while it is being typed: the server is the judge. */
export const draftCheck = (kind: RuleKind, key: string, document: unknown) => queryOptions({
  queryKey: ['rule-check', kind, key, JSON.stringify(document)], queryFn: ({ signal }) => api.post<DraftCheck>(`${path(kind, key)}/check`, { document }, { signal }), staleTime: 60_000, placeholderData: keepPreviousData,
});
export const tryRules = (kind: RuleKind, key: string, document: unknown, days: number): Promise<DraftTrial> => api.post<DraftTrial>(`${path(kind, key)}/rehearse`, { document, days });
export const setRules = <D>(kind: RuleKind, key: string, body: { document: unknown; note: string; seen: number }): Promise<RuleDocument<D>> => api.put<RuleDocument<D>>(path(kind, key), body);
