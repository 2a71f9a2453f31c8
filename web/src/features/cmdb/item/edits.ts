// The writes on an item. The answer is the item as it is now; lists and timeline are read again.
import { api, isStale } from '../../../api/client';
import type { CiPage } from '../../../api/cmdb';
import { client } from '../../../api/queries';
import { toast, toastProblem } from '../../../app/toasts';

export function settleCi(answer: CiPage): void {
  client.setQueryData(['ci', answer.number, '', ''], answer);
  for (const key of ['ci-timeline', 'ci-moments', 'ci-impact', 'ci-graph']) void client.invalidateQueries({ queryKey: [key, answer.number] });
  void client.invalidateQueries({ queryKey: ['cis'] });
  void client.invalidateQueries({ queryKey: ['ci-classes'] });
}

/** Sends one write that answers with the item; says what went wrong, and reads the item again when it has changed meanwhile. */
export async function writeCi(number: string, write: () => Promise<CiPage>, quiet?: (error: unknown) => boolean): Promise<boolean> {
  try {
    settleCi(await write());
    return true;
  } catch (error) {
    if (isStale(error)) {
      void client.invalidateQueries({ queryKey: ['ci', number] });
      toast('Somebody changed this item in the meantime. It now shows the latest; please look and try again.', { tone: 'bad' });
    } else if (!quiet?.(error)) toastProblem(error);
    return false;
  }
}

/** Changes values. Without an effective time it can be undone from the toast. */
export async function amendCi(item: CiPage, values: Record<string, string>, label: string, effective?: string, refused?: (error: unknown) => boolean): Promise<boolean> {
  const before = Object.fromEntries(Object.keys(values).map((key) => [key, item.attributes.find((one) => one.key === key)?.value ?? '']));
  const done = await writeCi(item.number, () => api.patch<CiPage>(`/cis/${item.number}`, { values, ...(effective ? { effective } : {}) }, { version: item.version }), refused);
  if (done) toast(`${label} changed.`, effective ? {} : { act: { label: 'Undo', run: () => { void writeCi(item.number, () => api.patch<CiPage>(`/cis/${item.number}`, { values: before })); } } });
  return done;
}

/** Merged, withdrawn and back: the answer is not the whole item, so it is read again. */
export async function shift(item: CiPage, verb: 'unmerge' | 'withdraw' | 'reinstate', reason = ''): Promise<boolean> {
  return writeCi(item.number, async () => {
    await api.post(`/cis/${item.number}/${verb}`, { reason }, { version: item.version });
    return api.get<CiPage>(`/cis/${item.number}`);
  });
}
