// What the screens read, one query per resource. Keys start with the resource's name, so that one live event
// can make everything stale that shows a record.
import { infiniteQueryOptions, QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
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
export const templates = queryOptions({ queryKey: ['change-templates'], queryFn: ({ signal }) => api.get<{ items: T.TemplateEdition[] }>('/change-templates', {}, signal), staleTime: 30_000 });
export const template = (key: string) => queryOptions({ queryKey: ['change-templates', key], queryFn: ({ signal }) => api.get<T.ChangeTemplate>(`/change-templates/${key}`, {}, signal) });
/** Below the record's key, so that a live event about the change makes it stale. */
export const changeWork = (number: string) => queryOptions({ queryKey: ['record', number, 'work'], queryFn: ({ signal }) => api.get<T.ChangeWork>(`/changes/${number}/tasks`, {}, signal) });
export const changeModels = queryOptions({ queryKey: ['change-models'], queryFn: () => api.get<{ items: T.ChangeModel[] }>('/change-models'), staleTime: 5 * 60_000 });
export const rules = <D>(kind: string, key = 'desk') => queryOptions({ queryKey: ['change-rules', kind, key], queryFn: () => api.get<T.RuleDocument<D>>(`/change-rules/${kind}/${key}`), staleTime: 60_000 });
export const questionnaire = rules<{ questions: T.Question[] }>('questionnaire');
export const vocabulary = queryOptions({ queryKey: ['change-rules'], queryFn: () => api.get<T.Vocabulary>('/change-rules'), staleTime: 5 * 60_000 });
export const policyCheck = queryOptions({ queryKey: ['policy-check'], queryFn: () => api.get<T.PolicyCheck>('/approval-policies/check') });
export const duties = (board: string) => queryOptions({ queryKey: ['duties', board], queryFn: () => api.get<{ items: T.Duty[] }>(`/boards/${board}/duties`) });
/** What a plan would need, asked while it is being typed. */
export const preview = (body: Record<string, unknown>, on: boolean) => queryOptions({
  queryKey: ['preview', JSON.stringify(body)], queryFn: ({ signal }) => api.post<T.Preview>('/changes/preview', body, { signal }), enabled: on, staleTime: 30_000, retry: false,
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
/** The name behind an id in an address; undefined until it is known, and for "me" and "none". */
export function usePersonName(id: string | undefined): string | undefined {
  const lookup = id && id !== 'me' && id !== 'none' ? id : '';
  return useQuery({ ...person(lookup), enabled: lookup !== '', retry: false, staleTime: 600_000 }).data?.name;
}
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
export interface Choice { id: string; label: string; hint?: string; text?: string; own?: boolean }
type Suggested = { class_label?: string; own?: boolean; id?: string; key?: string; number?: string; name?: string; title?: string; label?: string; login?: string; value?: string } | string;

function choice(item: Suggested): Choice {
  if (typeof item === 'string') return { id: item, label: item };
  const label = item.name ?? item.title ?? item.label ?? item.value ?? item.number ?? item.id ?? '';
  const hint = item.class_label ? `${item.class_label} · ${item.number ?? ''}${item.own ? ' · theirs' : ''}` : item.number ?? item.login;
  return { id: item.number ?? item.id ?? item.key ?? item.value ?? label, label, hint, own: item.own };
}

/** The canned texts that say these words, filled for a record. */
export const canned = (record: string, q: string) => queryOptions({
  queryKey: ['canned', record, q], staleTime: 30_000,
  queryFn: async ({ signal }): Promise<Choice[]> => (await api.get<T.CannedTexts>('/canned', { record, q, limit: 8 }, signal)).items.map((one) => ({ id: one.id, label: one.name, hint: one.team?.name, text: one.text ?? one.body })),
});
export const allCanned = queryOptions({ queryKey: ['canned', 'all'], queryFn: () => api.get<T.CannedTexts>('/canned', { all: true, limit: 1000 }) });

export type Suggestion = 'people' | 'services' | 'classifications' | 'tickets' | 'cis' | 'items';
/** True for a choice that has the words; a list that was found for fewer letters is narrowed with it until the new one comes. */
export const says = (choice: Choice, words: string): boolean => [choice.label, choice.id, choice.hint].some((one) => (one ?? '').toLowerCase().includes(words.trim().toLowerCase()));
/** Things to choose from; with `person`, that person's own configuration items come first. */
export const suggest = (what: Suggestion, q: string, person = '') => queryOptions({
  queryKey: ['suggest', what, q, person], staleTime: 60_000,
  queryFn: async ({ signal }) => (await api.get<{ items: Suggested[] | null }>(what === 'items' ? '/cis' : `/suggest/${what}`, what === 'items' ? { q, limit: 20 } : { q, for: person || undefined }, signal)).items?.map(choice) ?? [],
});
