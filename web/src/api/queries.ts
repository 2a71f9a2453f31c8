// What the screens read, one query per resource. Keys start with the resource's name, so that one live event
// can make everything stale that shows a record.
import { infiniteQueryOptions, QueryClient, queryOptions } from '@tanstack/react-query';
import { api, Problem } from './client';
import { kindOf, kindPlural } from './words';
import type * as T from './types';

export const client = new QueryClient({
  defaultOptions: {
    queries: {
      // Asked even when the browser thinks that it is offline: then the refusal is ours to show.
      networkMode: 'always',
      staleTime: 20_000,
      gcTime: 15 * 60_000,
      refetchOnWindowFocus: true,
      retry: (count, error) => count < 2 && error instanceof Problem && (error.status === 0 || error.status >= 502),
    },
  },
});

export const about = queryOptions({ queryKey: ['about'], queryFn: ({ signal }) => api.get<T.About>('/about', {}, signal), staleTime: 60_000 });
export const me = queryOptions({ queryKey: ['me'], queryFn: ({ signal }) => api.get<T.Me>('/me', {}, signal), staleTime: 5 * 60_000 });
export const sessions = queryOptions({ queryKey: ['sessions'], queryFn: () => api.get<{ items: T.Session[] }>('/me/sessions') });
export const tokens = queryOptions({ queryKey: ['tokens'], queryFn: () => api.get<{ items: T.Token[] }>('/me/tokens') });
export const delegations = queryOptions({ queryKey: ['delegations'], queryFn: () => api.get<{ items: T.Delegation[] }>('/delegations') });

export const queues = (kind: string) => queryOptions({
  queryKey: ['queues', kind], queryFn: ({ signal }) => api.get<{ items: T.Queue[] }>('/queues', { kind }, signal), staleTime: 15_000,
});
export const views = queryOptions({ queryKey: ['views'], queryFn: () => api.get<{ items: T.View[] }>('/views'), staleTime: 60_000 });

/** A list of tickets by its filter string (see features/tickets/filters), page by page. */
export const tickets = (query: string) => infiniteQueryOptions({
  queryKey: ['tickets', query],
  queryFn: ({ pageParam, signal }) => api.get<T.Page<T.TicketRow>>(`/tickets?${query}`, { limit: 50, after: pageParam }, signal),
  initialPageParam: '',
  getNextPageParam: (last: T.Page<T.TicketRow>) => last.next || undefined,
});

export const record = <R extends T.Ticket = T.Ticket>(number: string) => queryOptions({
  queryKey: ['record', number],
  queryFn: ({ signal }) => api.get<R>(`/${kindPlural[kindOf(number) ?? 'incident']}/${number}`, {}, signal),
});
export const timeline = (number: string) => infiniteQueryOptions({
  queryKey: ['timeline', number],
  queryFn: ({ pageParam, signal }) => api.get<T.Page<T.Entry>>(`/tickets/${number}/timeline`, { limit: 200, after: pageParam }, signal),
  initialPageParam: '',
  getNextPageParam: (last: T.Page<T.Entry>) => last.next || undefined,
});

export const search = (q: string, kind: string, limit: number) => queryOptions({
  queryKey: ['search', q, kind, limit],
  queryFn: ({ signal }) => api.get<T.Page<T.TicketRow>>('/search', { q, kind, limit }, signal),
  enabled: q.trim().length > 1, staleTime: 10_000,
});

export const approvals = (state: 'waiting' | 'decided') => queryOptions({
  queryKey: ['approvals', state], queryFn: ({ signal }) => api.get<T.Page<T.ApprovalRow>>('/approvals', { state, limit: 100 }, signal),
});
export const boards = queryOptions({ queryKey: ['boards'], queryFn: () => api.get<{ items: T.Board[] }>('/boards') });

export const teams = queryOptions({ queryKey: ['teams'], queryFn: () => api.get<{ items: T.TeamPage[] }>('/teams'), staleTime: 5 * 60_000 });
export const sites = queryOptions({ queryKey: ['sites'], queryFn: () => api.get<{ items: T.Site[] }>('/sites'), staleTime: 5 * 60_000 });
export const roles = queryOptions({ queryKey: ['roles'], queryFn: () => api.get<T.Roles>('/roles'), staleTime: 60_000 });
export const people = (filter: { q?: string; team?: string; active?: string }) => infiniteQueryOptions({
  queryKey: ['people', filter],
  queryFn: ({ pageParam, signal }) => api.get<T.Page<T.PersonRow>>('/people', { ...filter, limit: 100, after: pageParam }, signal),
  initialPageParam: '',
  getNextPageParam: (last: T.Page<T.PersonRow>) => last.next || undefined,
});
export const person = (id: string) => queryOptions({ queryKey: ['person', id], queryFn: () => api.get<T.PersonPage>(`/people/${id}`) });
export const jobs = queryOptions({ queryKey: ['jobs'], queryFn: () => api.get<{ items: T.Job[] }>('/jobs', { state: 'dead' }) });

export interface AuditFilter { record?: string; type?: string; actor?: string; from?: string; to?: string }
export const auditEvents = (filter: AuditFilter) => infiniteQueryOptions({
  queryKey: ['audit', filter],
  queryFn: ({ pageParam, signal }) => api.get<T.Page<T.AuditEvent>>('/audit/events', { ...filter, limit: 100, after: pageParam }, signal),
  initialPageParam: '',
  getNextPageParam: (last: T.Page<T.AuditEvent>) => last.next || undefined,
});
export const auditProof = (id: string) => queryOptions({ queryKey: ['audit-proof', id], queryFn: () => api.get<T.AuditProof>(`/audit/events/${encodeURIComponent(id)}`), retry: false });
export const checkpoint = queryOptions({ queryKey: ['checkpoint'], queryFn: () => api.get<T.Checkpoint>('/audit/checkpoint') });

/** One choice of a picker: `id` is what the API takes. */
export interface Choice { id: string; label: string; hint?: string; text?: string }
type Suggested = { id?: string; key?: string; number?: string; name?: string; title?: string; label?: string; login?: string; value?: string } | string;

function choice(item: Suggested): Choice {
  if (typeof item === 'string') return { id: item, label: item };
  const label = item.name ?? item.title ?? item.label ?? item.value ?? item.number ?? item.id ?? '';
  return { id: item.number ?? item.id ?? item.key ?? item.value ?? label, label, hint: item.number ?? item.login };
}

/** The canned texts that say these words, filled for a record. */
export const canned = (record: string, q: string) => queryOptions({
  queryKey: ['canned', record, q], staleTime: 30_000,
  queryFn: async ({ signal }): Promise<Choice[]> => (await api.get<T.CannedTexts>('/canned', { record, q, limit: 8 }, signal)).items.map((one) => ({ id: one.id, label: one.name, hint: one.team?.name, text: one.text ?? one.body })),
});
export const allCanned = queryOptions({ queryKey: ['canned', 'all'], queryFn: () => api.get<T.CannedTexts>('/canned', { all: true, limit: 1000 }) });

export type Suggestion = 'people' | 'services' | 'classifications' | 'tickets';
export const suggest = (what: Suggestion, q: string) => queryOptions({
  queryKey: ['suggest', what, q], staleTime: 60_000,
  queryFn: async ({ signal }) => (await api.get<{ items: Suggested[] | null }>(`/suggest/${what}`, { q }, signal)).items?.map(choice) ?? [],
});
