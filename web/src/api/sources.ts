// Where items come from: sources, runs with what they propose and did, duplicates, the model, and how far all of it can be trusted.
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, upload } from './client';
import type { Page, Person } from './types';

export interface Source { key: string; name: string; kind: 'file' | 'push'; rank: number; stale_days: number; missing: 'keep' | 'retire'; retire_share: number; precedence: { class?: string; attribute?: string; rank: number }[]; account: Person | null; version: number }
export interface StaleItem { number: string; name: string; class: string; key: string; last_seen: string }
export type RunState = 'waiting' | 'reading' | 'proposed' | 'applying' | 'applied' | 'undoing' | 'undone' | 'discarded' | 'failed';
export interface RunSummary { rows: number; items: Record<string, number>; relations: Record<string, number>; members: Record<string, number>; skipped: { stream: string; reason: string; rows: number }[]; known: number; missing: number; asks: boolean; noted: number; failed: number; kept: number }
export interface Run {
  id: string; source: string; state: RunState; file: string; mapping: string; whole: boolean; by: Person | null; summary: RunSummary; position: number; problem?: string; repeatable: boolean;
  made_at: string; proposed_at: string | null; applied_at: string | null; undone_at: string | null;
}
export interface RunChange { field: string; before: string | null; after: string | null; source: string | null; by: Person | null; observed_at: string | null }
export interface RunItem { seq: number; line: number; key: string; class: string; name: string; number: string | null; matched: string | null; action: string; done: 'proposed' | 'applied' | 'undone' | 'kept' | 'failed' | 'settled'; changes: RunChange[]; kept: RunChange[]; reason?: string; column?: string; others: string[]; notes: { column: string; reason: string }[] }
export interface RunTie { seq: number; line: number; kind: 'relation' | 'member'; key: string; type: string; label: string; other: string; from: string | null; from_name: string | null; to: string | null; to_name: string | null; action: string; done: RunItem['done']; reason?: string }
export interface RunBlocker { number: string; reason: string }
export type LikenessBy = 'serial' | 'asset_tag' | 'name';
export interface DuplicateCi { number: string; name: string; class: string; status: string; serial: string; asset_tag: string; sources: string[]; updated_at: string; version: number }
/** Two items of which somebody has said that they are not one; again: what they have in common has come to be since. */
export interface Apart { id: string; items: { number: string; name: string; class: string }[]; evidence: { by: LikenessBy; text: string }[]; reason: string; by: Person | null; at: string; again: boolean }
export interface DuplicateSet { by: LikenessBy; text: string; items: DuplicateCi[]; told: Apart[] }
export interface Conflict { run: string; state: RunState; source: string; file: string; at: string; seq: number; line: number; key: string; name: string; class: string; serial: string; asset_tag: string; reason: string; items: DuplicateCi[]; lines: string[] }
export interface Figures { key: string; items: number; complete: number; fresh: number; orphans: number; missing: Record<string, number> }
export interface Quality { days: number; classes: Figures[]; sources: Figures[] }
export interface Difference { what: string; where: string; text: string; narrows: boolean }
export interface Rehearsal { differences: Difference[]; broken: { where: string; text: string; items: number; numbers: string[] }[] }

export const busyStates: RunState[] = ['waiting', 'reading', 'applying', 'undoing'];
export const sources = queryOptions({ queryKey: ['ci-sources'], queryFn: ({ signal }) => api.get<{ items: Source[] }>('/cmdb/sources', {}, signal) });
export const mappings = queryOptions({ queryKey: ['ci-mappings'], queryFn: ({ signal }) => api.get<{ items: { name: string }[] }>('/cmdb/mappings', {}, signal), staleTime: 600_000 });
export const runs = (source: string) => infiniteQueryOptions({
  queryKey: ['ci-runs', source], queryFn: ({ pageParam, signal }) => api.get<Page<Run>>('/cmdb/runs', { source, limit: 30, after: pageParam }, signal),
  initialPageParam: '', getNextPageParam: (last: Page<Run>) => last.next || undefined,
});
/** A run; read again every second while it works. */
export const run = (id: string) => queryOptions({
  queryKey: ['ci-run', id], queryFn: ({ signal }) => api.get<Run>(`/cmdb/runs/${id}`, {}, signal),
  refetchInterval: (query) => (query.state.data && busyStates.includes(query.state.data.state) ? 1000 : false),
});
export const runItems = (id: string, action: string) => infiniteQueryOptions({
  queryKey: ['ci-run-items', id, action], queryFn: ({ pageParam, signal }) => api.get<Page<RunItem>>(`/cmdb/runs/${id}/items`, { action, limit: 50, after: pageParam }, signal),
  initialPageParam: '', getNextPageParam: (last: Page<RunItem>) => last.next || undefined,
});
export const runTies = (id: string, kind: RunTie['kind'], action: string) => infiniteQueryOptions({
  queryKey: ['ci-run-ties', id, kind, action], queryFn: ({ pageParam, signal }) => api.get<Page<RunTie>>(`/cmdb/runs/${id}/relations`, { kind, action, limit: 50, after: pageParam }, signal),
  initialPageParam: '', getNextPageParam: (last: Page<RunTie>) => last.next || undefined,
});
export const runBlockers = (id: string) => queryOptions({ queryKey: ['ci-run-blockers', id], queryFn: ({ signal }) => api.get<{ items: RunBlocker[] }>(`/cmdb/runs/${id}/blockers`, {}, signal), staleTime: 0 });
export const duplicates = infiniteQueryOptions({
  queryKey: ['ci-duplicates'], queryFn: ({ pageParam, signal }) => api.get<Page<DuplicateSet>>('/cmdb/duplicates', { limit: 30, after: pageParam }, signal),
  initialPageParam: '', getNextPageParam: (last: Page<DuplicateSet>) => last.next || undefined,
});
export const toldApart = infiniteQueryOptions({
  queryKey: ['ci-apart'], queryFn: ({ pageParam, signal }) => api.get<Page<Apart>>('/cmdb/apart', { limit: 30, after: pageParam }, signal),
  initialPageParam: '', getNextPageParam: (last: Page<Apart>) => last.next || undefined,
});
export const conflicts = infiniteQueryOptions({
  queryKey: ['ci-conflicts'], queryFn: ({ pageParam, signal }) => api.get<Page<Conflict>>('/cmdb/conflicts', { limit: 30, after: pageParam }, signal),
  initialPageParam: '', getNextPageParam: (last: Page<Conflict>) => last.next || undefined,
});
export const quality = (days: number) => queryOptions({ queryKey: ['ci-quality', days], queryFn: ({ signal }) => api.get<Quality>('/cmdb/quality', { days }, signal), staleTime: 60_000 });

export const sendFile = (source: string, file: File, fields: Record<string, string | File>, progress: (share: number) => void): Promise<Run> => upload<Run>(`/cmdb/sources/${source}/runs`, file, fields, progress);
export interface ModelVersion { version: number; note: string; made_by: Person | null; made_at: string | null; differences: Difference[]; differs: number }
export const modelVersions = queryOptions({ queryKey: ['cmdb-model', 'versions'], queryFn: ({ signal }) => api.get<{ items: ModelVersion[] }>('/cmdb/model/versions', {}, signal) });
export const modelVersion = (version: number): Promise<unknown> => api.get(`/cmdb/model/versions/${version}`);
export const rehearseModel = (model: unknown): Promise<Rehearsal> => api.post<Rehearsal>('/cmdb/model/rehearsal', { model });
export const saveModel = (version: number, model: unknown, note: string): Promise<unknown> => api.put('/cmdb/model', { version, model, note });
