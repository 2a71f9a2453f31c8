// What a live event does: the record's own page is read again at once; rows in lists are patched where they stand;
// records that no list shows yet are counted for the "3 new" pill.
import type { InfiniteData } from '@tanstack/react-query';
import { listen } from '../api/live';
import { client } from '../api/queries';
import { patchRecord } from '../api/cache';
import { api } from '../api/client';
import { kindPlural } from '../api/words';
import type { Meeting } from '../api/rooms';
import type { Kind, LiveRecord, Page, Ticket, TicketRow } from '../api/types';

type Lists = InfiniteData<Page<TicketRow>>;
let fresh: ReadonlySet<string> = new Set();
const listeners = new Set<() => void>();

export const news = {
  get: (): ReadonlySet<string> => fresh,
  subscribe(listener: () => void): () => void { listeners.add(listener); return () => listeners.delete(listener); },
  clear(): void { if (fresh.size) set(new Set()); },
};
function set(next: ReadonlySet<string>): void { fresh = next; listeners.forEach((listener) => listener()); }

let queueTimer: ReturnType<typeof setTimeout> | undefined;
const pending = new Map<string, LiveRecord>();
let rowTimer: ReturnType<typeof setTimeout> | undefined;

function hear(event: LiveRecord): void {
  hearRoom(event);
  if (event.kind === 'meeting' || event.kind === 'template') return;
  if (!(event.kind in kindPlural)) { hearItem(event.number); return; }
  const open = client.getQueryData<Ticket>(['record', event.number]);
  const known = rowOf(event.number);
  if (open && (open.version < event.version || event.type.startsWith('task.'))) void client.invalidateQueries({ queryKey: ['record', event.number] });
  if (open) void client.invalidateQueries({ queryKey: ['timeline', event.number] });
  clearTimeout(queueTimer);
  queueTimer = setTimeout(() => {
    void client.invalidateQueries({ queryKey: ['queues'] });
    if (event.kind === 'change') for (const key of ['approvals', 'calendar']) void client.invalidateQueries({ queryKey: [key] });
  }, 1200);
  if (known && known.version >= event.version) return;
  if (known) {
    pending.set(event.number, event);
    clearTimeout(rowTimer);
    rowTimer = setTimeout(readRows, 400);
  } else if (!fresh.has(event.number) && client.getQueriesData({ queryKey: ['tickets'] }).length > 0) {
    set(new Set([...fresh, event.number]));
  }
}

/** A room shows itself, the ballots of its changes and those of its templates: what any of them hears of, it reads again. */
function hearRoom(event: LiveRecord): void {
  if (event.kind === 'template') void client.invalidateQueries({ queryKey: ['change-templates'] });
  if (event.kind !== 'meeting' && event.kind !== 'change' && event.kind !== 'template') return;
  if (event.kind === 'meeting') void client.invalidateQueries({ queryKey: ['meetings'] });
  for (const [key, room] of client.getQueriesData<Meeting>({ queryKey: ['meeting'] })) {
    if (!room || (event.kind === 'meeting' ? room.id !== event.number || room.version >= event.version : !(room.items ?? []).some((point) => point.number === event.number || `${point.template_key}/${point.edition}` === event.number))) continue;
    void client.invalidateQueries({ queryKey: key });
    void client.invalidateQueries({ queryKey: ['meeting-minutes', room.id] });
  }
}

/** Something happened to a configuration item: what shows it is read again, lists at most once in two seconds. */
function hearItem(number: string): void {
  for (const key of ['ci', 'ci-timeline', 'ci-moments']) void client.invalidateQueries({ queryKey: [key, number] });
  clearTimeout(itemTimer);
  itemTimer = setTimeout(() => { void client.invalidateQueries({ queryKey: ['cis'] }); }, 2000);
}
let itemTimer: ReturnType<typeof setTimeout> | undefined;

function rowOf(number: string): TicketRow | undefined {
  for (const [, data] of client.getQueriesData<Lists>({ queryKey: ['tickets'] })) {
    for (const page of data?.pages ?? []) {
      const row = page.items.find((item) => item.number === number);
      if (row) return row;
    }
  }
  return undefined;
}

/** Reads changed rows again, at most twelve at a time: a storm of events must not become a storm of requests. */
function readRows(): void {
  const batch = [...pending.values()].slice(0, 12);
  pending.clear();
  for (const event of batch) {
    api.get<Ticket>(`/${kindPlural[event.kind as Kind]}/${event.number}`).then((row) => patchRecord(row.number, row)).catch(() => undefined);
  }
}

export const follow = (): (() => void) => listen(hear);
