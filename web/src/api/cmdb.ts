// Configuration items: the shapes of their part of the API, and one query per resource. Values are texts, as the API
// has them; times are RFC 3339 in UTC.
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from './client';
import type { Entry, FieldChange, Page, Person, Team, TicketRow, Tone } from './types';

export interface CiBrief { number: string; name: string; class: string; class_label: string; status: string; status_label: string; tone: Tone; criticality: number | null }
export interface Ci extends CiBrief {
  environment: string | null; team: Team | null; owner: Person | null; used_by: Person | null; site: string | null;
  serial: string | null; asset_tag: string | null; tags: string[]; warranty_until: string | null; support_until: string | null;
  seen_at: string | null; updated_at: string; version: number; values: Record<string, string>;
}
export interface CiValue {
  key: string; label: string; kind: string; core: boolean; wanted: boolean; unit: string | null; options: string[]; class: string | null;
  value: string | null; display: string | null; person?: Person | null; source: string | null; observed_at: string | null; by: Person | null;
}
export interface CiRelation {
  id: string; type: string; label: string; outgoing: boolean; other: CiBrief; redundancy: string | null; needed: number | null;
  spreads: 'to_other' | 'to_this' | 'both' | 'none'; source: string | null; since: string; until: string | null;
}
export interface CiMembership { key: string; name: string; source: string | null; since: string; until: string | null }
export interface CiMove { event: string; label: string; tone: string; to: string; to_label: string; requires: string[]; blocked: string | null }
export interface CiPage extends Ci {
  presence: 'present' | 'merged' | 'withdrawn'; merged_into: string | null; attributes: CiValue[]; relations: CiRelation[]; groups: CiMembership[];
  moves: CiMove[]; may: Record<string, boolean>; missing: string[]; oldest_at: string | null; verified_at: string | null; verified_by: Person | null;
  created_at: string; at: string | null; known: string | null;
}
export interface CiResult { number: string; ok: boolean; error: { title?: string; detail?: string } | null }

export interface CiAttribute { key: string; label: string; kind: string; options: string[]; class: string | null; unit: string | null; hint: string | null; wanted: boolean }
export interface CiClass { key: string; label: string; parent: string | null; hint: string | null; abstract: boolean; attributes: CiAttribute[] }
export interface CiRelationType { key: string; label: string; inverse: string; forth: boolean; back: boolean; acyclic: boolean; hint: string | null }
export interface CiStatus { name: string; label: string; tone: Tone; hint: string }
export interface CiModel { version: number; classes: CiClass[]; relations: CiRelationType[]; core: CiAttribute[]; statuses: CiStatus[]; junk: string[] }

export interface CiTie { label: string; item: CiBrief | null; group: string | null }
export interface CiComparison { from: string; to: string; fields: FieldChange[]; added: CiTie[]; removed: CiTie[] }
export interface CiGroup { key: string; name: string; purpose: string; version: number }
export interface CiMember { item: CiBrief; since: string; until: string | null; reason: string; by: Person | null; now: boolean }
export interface CiGroupPage extends CiGroup { members: CiMember[] }
export interface CiGroupComparison { from: string; to: string; joined: CiBrief[]; left: CiBrief[]; changed: { item: CiBrief; fields: FieldChange[] }[] }

/** A moment that is looked at: when it was so, and when it was known. Empty: now. */
export interface Moment { at?: string; known?: string }

export const ciPath = (number: string): string => `/cis/${number}`;
const next = <T>(last: Page<T>) => last.next || undefined;

export const cmdbModel = queryOptions({ queryKey: ['cmdb-model'], queryFn: ({ signal }) => api.get<CiModel>('/cmdb/model', {}, signal), staleTime: 10 * 60_000 });
/** How many items there are of each class that one may see: its own, and with the classes below it. */
export const classCounts = queryOptions({ queryKey: ['ci-classes'], queryFn: ({ signal }) => api.get<{ items: { class: string; own: number; all: number }[] }>('/cmdb/classes', {}, signal), staleTime: 30_000 });
export const cis = (query: string) => infiniteQueryOptions({
  queryKey: ['cis', query],
  queryFn: ({ pageParam, signal }) => api.get<Page<Ci>>(`/cis?${query}`, { limit: 50, after: pageParam, count: pageParam ? undefined : true }, signal),
  initialPageParam: '', getNextPageParam: next<Ci>,
});
export const ci = (number: string, moment: Moment = {}) => queryOptions({
  queryKey: ['ci', number, moment.at ?? '', moment.known ?? ''],
  queryFn: ({ signal }) => api.get<CiPage>(`/cis/${number}`, { ...moment }, signal),
});
export const ciTimeline = (number: string) => infiniteQueryOptions({
  queryKey: ['ci-timeline', number],
  queryFn: ({ pageParam, signal }) => api.get<Page<Entry>>(`/cis/${number}/timeline`, { limit: 30, after: pageParam }, signal),
  initialPageParam: '', getNextPageParam: next<Entry>,
});
export const ciMoments = (number: string) => queryOptions({ queryKey: ['ci-moments', number], queryFn: ({ signal }) => api.get<{ moments: string[]; recorded: string[] }>(`/cis/${number}/moments`, {}, signal) });
export const ciComparison = (number: string, from: string, to: string) => queryOptions({
  queryKey: ['ci-comparison', number, from, to], queryFn: ({ signal }) => api.get<CiComparison>(`/cis/${number}/comparison`, { from, to }, signal),
});
export const ciGroups = queryOptions({ queryKey: ['ci-groups'], queryFn: ({ signal }) => api.get<{ items: CiGroup[] }>('/ci-groups', {}, signal), staleTime: 60_000 });
export const ciGroup = (key: string) => queryOptions({ queryKey: ['ci-group', key], queryFn: ({ signal }) => api.get<CiGroupPage>(`/ci-groups/${key}`, {}, signal) });
export const ciGroupComparison = (key: string, from: string, to: string) => queryOptions({
  queryKey: ['ci-group-comparison', key, from, to], queryFn: ({ signal }) => api.get<CiGroupComparison>(`/ci-groups/${key}/comparison`, { from, to }, signal),
});

// ---- The model, read as a tree. Pure.

/** A class and those above it, itself first; ends at a loop. */
export function classPath(model: CiModel, key: string): CiClass[] {
  const path: CiClass[] = [];
  for (let at = model.classes.find((one) => one.key === key); at && !path.includes(at); at = model.classes.find((one) => one.key === at?.parent)) path.push(at);
  return path;
}
/** What items of a class have beside the core, from the top of the tree down. */
export const attributesOf = (model: CiModel, key: string): CiAttribute[] => classPath(model, key).reverse().flatMap((one) => one.attributes);
export const isA = (model: CiModel, key: string, above: string): boolean => classPath(model, key).some((one) => one.key === above);

/** The tree in the order of reading: each class with its depth, children after their parent. */
export function classTree(model: CiModel): { item: CiClass; depth: number }[] {
  const lines: { item: CiClass; depth: number }[] = [];
  const walk = (parent: string | null, depth: number) => {
    for (const item of model.classes) if ((item.parent ?? null) === parent && !lines.some((line) => line.item === item)) { lines.push({ item, depth }); walk(item.key, depth + 1); }
  };
  walk(null, 0);
  return lines;
}
/** The label of an attribute, of the core or of whatever class has it. */
export const fieldLabel = (model: CiModel | undefined, key: string): string => [...model?.core ?? [], ...model?.classes.flatMap((one) => one.attributes) ?? []].find((one) => one.key === key)?.label ?? key.replaceAll('_', ' ').replace(/^./, (char) => char.toUpperCase());
export const classLabel = (model: CiModel | undefined, key: string): string => model?.classes.find((one) => one.key === key)?.label ?? key;

// ---- How items hang together.

export interface GraphItem {
  number: string; name: string; class: string; class_label: string; status: string; status_label: string; environment: string | null;
  criticality: number | null; site: string | null; stale_days: number | null; service: boolean;
}
export interface ImpactStep { number: string | null; name: string | null; relation: string; label: string; redundancy: string | null }
export interface ImpactNode extends GraphItem { level: number; at_risk: boolean; via: ImpactStep; path: ImpactStep[] }
export interface GraphEdge { from: string; to: string; type: string; label: string; redundancy: string | null; needed: number | null; spreads: 'forth' | 'back' | 'both' | 'none' }
export interface ImpactCut { why: string; level: number; items: number; text: string }
export interface Impact {
  state: 'known' | 'not_configured' | 'no_relations'; direction: 'down' | 'up'; start: GraphItem; reached: number; hidden: number; failing: number; at_risk: number;
  nodes: ImpactNode[]; services: ImpactNode[]; edges: GraphEdge[]; by_class: { class: string; label: string; count: number }[]; cut: ImpactCut | null; freshness: { unverified_90d: number; of: number };
}
export interface Neighbourhood { start: GraphItem; nodes: (GraphItem & { level: number })[]; edges: GraphEdge[]; hidden: number; cut: ImpactCut | null }

export const ciImpact = (number: string, direction: 'down' | 'up', depth: number, limit: number, moment: Moment = {}) => queryOptions({
  queryKey: ['ci-impact', number, direction, depth, limit, moment.at ?? '', moment.known ?? ''],
  queryFn: ({ signal }) => api.get<Impact>(`/cis/${number}/impact`, { direction, depth, limit, ...moment }, signal),
});
export const ciGraph = (number: string, depth: number, moment: Moment = {}) => queryOptions({
  queryKey: ['ci-graph', number, depth, moment.at ?? '', moment.known ?? ''],
  queryFn: ({ signal }) => api.get<Neighbourhood>(`/cis/${number}/graph`, { depth, ...moment }, signal),
});

/** Open records about an item, or about what it depends on as well. */
export const ciTickets = (number: string, scope: 'own' | 'dependencies') => queryOptions({
  queryKey: ['ci-tickets', number, scope], queryFn: ({ signal }) => api.get<CiTickets>(`/cis/${number}/tickets`, { scope, limit: 20 }, signal),
});
export interface CiTickets extends Page<TicketRow> { about: number; cut: boolean }
