// Optimistic edits: a record is patched at once in every cached list and on its page, and put back when the
// server refuses.
import type { InfiniteData } from '@tanstack/react-query';
import { client } from './queries';
import type { Page, Ticket, TicketRow } from './types';

type Lists = InfiniteData<Page<TicketRow>>;

/** Patches one record wherever it is cached; returns the way back. */
export function patchRecord(number: string, patch: Partial<Ticket>): () => void {
  const before = client.getQueryData<Ticket>(['record', number]);
  const lists = client.getQueriesData<Lists>({ queryKey: ['tickets'] });
  if (before) client.setQueryData(['record', number], { ...before, ...patch });
  for (const [key, data] of lists) {
    if (!data?.pages.some((page) => page.items.some((row) => row.number === number))) continue;
    client.setQueryData<Lists>(key, {
      ...data,
      pages: data.pages.map((page) => ({ ...page, items: page.items.map((row) => (row.number === number ? { ...row, ...patch } as TicketRow : row)) })),
    });
  }
  return () => {
    if (before) client.setQueryData(['record', number], before);
    for (const [key, data] of lists) client.setQueryData(key, data);
  };
}

/** Takes the server's answer to a write as the truth, and marks what follows from it as stale. */
export function settle(number: string, answer?: Partial<Ticket>): void {
  if (answer?.number) patchRecord(number, answer);
  void client.invalidateQueries({ queryKey: ['timeline', number] });
  void client.invalidateQueries({ queryKey: ['queues'] });
  void client.invalidateQueries({ queryKey: ['approvals'] });
}

/** Reads a record again after a refusal that says that it has changed meanwhile. */
export function refresh(number: string): void {
  void client.invalidateQueries({ queryKey: ['record', number] });
  void client.invalidateQueries({ queryKey: ['timeline', number] });
}
