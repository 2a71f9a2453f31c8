// Optimistic edits: a record is patched at once in every cached list and on its page, and put back when the
// server refuses.
import type { InfiniteData } from '@tanstack/react-query';
import { api } from './client';
import { client, record } from './queries';
import type { Page, Ticket, TicketRow } from './types';

type Lists = InfiniteData<Page<TicketRow>>;

/** Patches one record wherever it is cached; returns the way back. */
export function patchRecord(number: string, patch: Partial<Ticket>): () => void {
  const before = client.getQueryData<Ticket>(['record', number]);
  const lists = client.getQueriesData<Lists>({ queryKey: ['tickets'] });
  if (before) client.setQueryData(['record', number], { ...before, ...patch });
  for (const [key, data] of lists) {
    if (!data?.pages.some((page) => page.items.some((row) => row.number === number))) continue;
    const { dataUpdatedAt, isInvalidated } = client.getQueryState(key)!;
    client.setQueryData<Lists>(key, {
      ...data,
      pages: data.pages.map((page) => ({ ...page, items: page.items.map((row) => (row.number === number ? { ...row, ...patch } as TicketRow : row)) })),
    }, { updatedAt: dataUpdatedAt });
    // One row is newer now; which rows the list has is as old as it was.
    if (isInvalidated) void client.invalidateQueries({ queryKey: key, exact: true });
  }
  return () => {
    if (before) client.setQueryData(['record', number], before);
    for (const [key, data] of lists) client.setQueryData(key, data);
  };
}

type Versioned = { version?: number } | undefined;
const turns = new Map<string, { tail: Promise<unknown>; ours: Map<number, number> }>();

/**
 * Sends this person's writes on one record one after the other. `send` gets the version that it continues: the one on
 * the screen, or what this person's own write before it made of that one. So quick hands do not collide with
 * themselves, and somebody else's edit in between is still refused.
 */
export function inTurn<R>(of: { number: string; version: number }, send: (version: number) => Promise<R>): Promise<R> {
  const line = turns.get(of.number) ?? { tail: Promise.resolve(), ours: new Map<number, number>() };
  turns.set(of.number, line);
  const run = async () => {
    let version = of.version;
    for (let next = line.ours.get(version); next !== undefined; next = line.ours.get(version)) version = next;
    const answer = await send(version);
    const made = (answer as Versioned)?.version;
    if (made !== undefined && made > version) line.ours.set(version, made);
    return answer;
  };
  const turn = line.tail.then(run, run);
  line.tail = turn.catch(() => undefined);
  void line.tail.then(() => { if (line.ours.size > 50) line.ours.clear(); });
  return turn;
}

/**
 * Writes a comment, in its turn. It makes a version of the record, so whoever moves the record right after it continues that
 * one; unless somebody else has written meanwhile, which is to be refused.
 */
export async function say(of: { number: string; version: number }, body: string, internal: boolean): Promise<void> {
  await inTurn(of, async (version) => {
    await api.post(`/tickets/${of.number}/comments`, { body, internal });
    const made = await client.fetchQuery({ ...record(of.number), staleTime: 0 }).catch(() => undefined);
    return made?.version === version + 1 ? made : undefined;
  });
  settle(of.number);
}

/** Takes the server's answer to a write as the truth, and marks what follows from it as stale. */
export function settle(number: string, answer?: Partial<Ticket>): void {
  if (answer?.number) patchRecord(number, answer);
  void client.invalidateQueries({ queryKey: ['timeline', number] });
  void client.invalidateQueries({ queryKey: ['queues'] });
  void client.invalidateQueries({ queryKey: ['approvals'] });
}

/** Reads the parts of a record again that a move of it alters: its tasks, conflicts, deployments, review. */
export function refreshParts(number: string): void {
  void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey.length > 2 && queryKey[0] === 'record' && queryKey[1] === number });
}

/** Reads a record again after a refusal that says that it has changed meanwhile. */
export function refresh(number: string): void {
  void client.invalidateQueries({ queryKey: ['record', number] });
  void client.invalidateQueries({ queryKey: ['timeline', number] });
}
