// The writes on a record: shown at once, put back when refused, with undo in the toast where undoing is safe.
import { api, asProblem, isStale, upload } from '../../api/client';
import { client } from '../../api/queries';
import { inTurn, patchRecord, refresh, settle } from '../../api/cache';
import { kindPlural } from '../../api/words';
import type { Attachment, Kind, Ticket } from '../../api/types';
import { toast, toastProblem } from '../../app/toasts';

type Ref = Pick<Ticket, 'number' | 'kind' | 'version'>;
export const address = (record: { number: string; kind: Kind }): string => `/${kindPlural[record.kind]}/${record.number}`;
/** Harmless fields and assignments continue whatever is known of the record, not only what was on the screen. */
const latest = (record: Ref): Ref => ({ ...record, version: Math.max(record.version, client.getQueryData<Ticket>(['record', record.number])?.version ?? 0) });

function refused(error: unknown, number: string): void {
  if (isStale(error)) {
    refresh(number);
    toast('Somebody changed this record in the meantime. It now shows the latest; please look and try again.', { tone: 'bad' });
  } else toastProblem(error);
}

/** Changes harmless fields. `shown` is how the change looks on the page; `undo` what puts it back, `what` names it. */
export async function amend(record: Ref, body: Record<string, unknown>, shown: Partial<Ticket>, undo?: { body: Record<string, unknown>; what: string }): Promise<boolean> {
  const back = patchRecord(record.number, shown);
  try {
    const answer = await inTurn(latest(record), (version) => api.patch<Ticket & { voided?: number }>(address(record), body, { version }));
    settle(record.number, answer);
    if (undo) toast(`${undo.what} changed.`, { act: { label: 'Undo', run: () => { void amend(record, undo.body, {}); } } });
    return true;
  } catch (error) {
    back();
    refused(error, record.number);
    return false;
  }
}

/** Gives a record to a team or person (null takes it away); offers to give it back. */
export async function assign(record: Ticket, to: { team?: { id: string; name: string } | null; assignee?: { id: string; name: string } | null }): Promise<void> {
  const before = { team: record.team, assignee: record.assignee };
  const back = patchRecord(record.number, to);
  const send = (target: typeof to) => inTurn(latest(record), (version) => api.put<Ticket>(`/tickets/${record.number}/assignment`, {
    ...('team' in target ? { team: target.team?.id ?? null } : {}), ...('assignee' in target ? { assignee: target.assignee?.id ?? null } : {}),
  }, { version }));
  try {
    settle(record.number, await send(to));
    refresh(record.number);
    const words = 'assignee' in to ? (to.assignee ? `Assigned to ${to.assignee.name}.` : 'Nobody is assigned now.') : `Handed to ${to.team?.name ?? 'no team'}.`;
    toast(words, { act: { label: 'Undo', run: () => { patchRecord(record.number, before); send(before).then((answer) => { settle(record.number, answer); refresh(record.number); }).catch((error: unknown) => refused(error, record.number)); } } });
  } catch (error) {
    back();
    refused(error, record.number);
  }
}

/** Any other write that answers with nothing or with something else than the record. Reads the record again. */
export async function act(number: string, write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    refresh(number);
    settle(number);
    return true;
  } catch (error) {
    refused(error, number);
    return false;
  }
}

/** Sends files one after the other; calls back with each that arrived. */
export async function attach(number: string, files: File[], internal: boolean, progress: (text: string) => void): Promise<Attachment[]> {
  const arrived: Attachment[] = [];
  for (const file of files) {
    try {
      arrived.push(await upload<Attachment>(`/tickets/${number}/attachments`, file, internal ? { internal: 'true' } : {}, (share) => progress(`${file.name || 'Image'}: ${Math.round(share * 100)} %`)));
    } catch (error) {
      toast(`${file.name || 'The image'} was not attached: ${asProblem(error).detail}`, { tone: 'bad' });
    }
  }
  progress('');
  if (arrived.length) refresh(number);
  return arrived;
}
