// Exports run on the server; the toast follows their progress and ends in the file.
import { api } from '../../api/client';
import type { Export } from '../../api/types';
import { dismiss, toast, toastProblem } from '../../app/toasts';

const pause = (ms: number) => new Promise((then) => setTimeout(then, ms));

/** Exports the list behind a filter string; `kind` is the plural of the records, or "tickets" for all. */
export async function exportList(kind: string, format: 'xlsx' | 'csv', query: string): Promise<void> {
  let shown = toast('Preparing the export…', { href: undefined });
  try {
    let job = await api.post<Export>('/exports', { kind, format, query });
    for (let wait = 300; job.state === 'running'; wait = Math.min(wait * 1.5, 3000)) {
      await pause(wait);
      job = await api.get<Export>(`/exports/${job.id}`);
      dismiss(shown);
      shown = toast(job.total ? `Exporting: ${job.rows.toLocaleString('en-GB')} of ${job.total.toLocaleString('en-GB')} rows` : `Exporting: ${job.rows.toLocaleString('en-GB')} rows`);
    }
    dismiss(shown);
    if (job.state === 'failed') toast(job.problem ?? 'The export failed.', { tone: 'bad' });
    else toast(`${job.rows.toLocaleString('en-GB')} rows are ready.`, { href: { label: 'Download', to: `/api/v1/exports/${job.id}/file` } });
  } catch (error) {
    dismiss(shown);
    toastProblem(error);
  }
}
