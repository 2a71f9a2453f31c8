// What comes after a change: its review, the incidents that it has to do with, and the figures of many.
import { queryOptions } from '@tanstack/react-query';
import { api } from './client';
import type { Person } from './types';

export interface Review {
  state: 'none' | 'open' | 'done'; reasons: { code: string; text: string }[] | null; due_at: string | null; objectives: 'met' | 'partly' | 'missed' | null; lessons: string | null; lessons_html: string | null;
  cmdb: 'updated' | 'nothing' | 'waived' | null; cmdb_reason: string | null; follow_ups: string[] | null; reviewer: Person | null; done_at: string | null; may: boolean; why_not: string | null;
}
export interface ReviewDue { number: string; title: string; reasons: { code: string; text: string }[] | null; due_at: string }
export interface CauseRecord { number: string; title: string; state: string; priority: number | null }
export interface CauseTie { kind: 'caused_by' | 'fixed_by' | 'requested_by'; confidence: 'suspected' | 'confirmed' | 'refuted'; other: CauseRecord; evidence: string | null; by: Person | null; at: string }
export interface CauseHint { other: CauseRecord; item: { number: string; name: string } | null; depth: number; hours: number }
export interface Causes { ties: CauseTie[] | null; suggestions: CauseHint[] | null; caused: boolean; may: { suspect: boolean; confirm: boolean } }

export interface Spread { n: number; p50: number | null; p90: number | null }
export interface ChangeGroup {
  key: string; carried_out: number; failed: number; failure_rate: number | null; emergency: number; emergency_share: number | null; standard: number; standard_share: number | null;
  unauthorised: number; overran: number; lead: Spread; commit: Spread; approval: Spread; restore: Spread;
}
export interface Rejection { number: string; title: string; slot: string; reason: string; at: string }
export interface ChangeFigures { from: string; to: string; by: string; total: ChangeGroup; groups: ChangeGroup[] | null; rejections: Rejection[] | null; definitions: { figure: string; label: string; text: string }[] | null }
export interface ChangeRecord { number: string; title: string; outcome: string; ended: string | null; caused: number; hours: number | null }

/** Below the record's key, so that news about the record makes them stale. */
export const review = (number: string) => queryOptions({ queryKey: ['record', number, 'review'], queryFn: ({ signal }) => api.get<Review>(`/changes/${number}/review`, {}, signal) });
export const causes = (number: string) => queryOptions({ queryKey: ['record', number, 'causes'], queryFn: ({ signal }) => api.get<Causes>(`/tickets/${number}/causes`, {}, signal) });
export const reviewsDue = queryOptions({ queryKey: ['reviews-due'], queryFn: ({ signal }) => api.get<{ items: ReviewDue[] }>('/change-reviews', {}, signal) });
export const changeFigures = (by: string, from: string) => queryOptions({ queryKey: ['change-figures', by, from], queryFn: ({ signal }) => api.get<ChangeFigures>('/reports/changes', { by, from }, signal) });
export const changesBehind = (figure: string, by: string, from: string, key: string | null) => queryOptions({
  queryKey: ['change-figures', 'behind', figure, by, from, key],
  queryFn: ({ signal }) => api.get<{ items: ChangeRecord[] }>('/reports/changes/records', { figure, by, from, key: key ?? '', all: key === null }, signal),
});
