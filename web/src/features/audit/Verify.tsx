import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client';
import type { Verification } from '../../api/types';
import { toastProblem } from '../../app/toasts';
import { Button, Notice } from '../../ui/kit';
import { dateTime } from '../../ui/time';
import { Checks } from './ProofView';

/** Recomputes the whole log on the server, step by step, with progress. */
export function Verify() {
  const [id, setId] = useState('');
  const [busy, setBusy] = useState(false);
  const query = useQuery({
    queryKey: ['verify', id], enabled: id !== '',
    queryFn: () => api.get<Verification>(`/audit/verify/${id}`),
    refetchInterval: (state) => (state.state.data && state.state.data.state !== 'running' ? false : 700),
  });
  const run = query.data;
  const start = async () => {
    setBusy(true);
    try { setId((await api.post<{ id: string }>('/audit/verify')).id); } catch (error) { toastProblem(error); } finally { setBusy(false); }
  };
  const running = id !== '' && (!run || run.state === 'running');
  const share = run?.total ? run.done / run.total : 0;
  return (
    <section className="card pad stack" aria-label="Verification">
      <div className="row"><h2 className="grow">Verification</h2><Button look="primary" icon="seal" busy={busy || running} onClick={() => { void start(); }}>Verify now</Button></div>
      {!id && <p className="dim">Recomputes every leaf and every hash up to the signed root, and compares each record with its last event. The same as <code className="mono">cabinet audit verify</code>.</p>}
      {run && <>
        {running && <div><div className="meter" role="progressbar" aria-label="Verified" aria-valuenow={Math.round(share * 100)} aria-valuemin={0} aria-valuemax={100}><i style={{ width: `${share * 100}%` }} /></div><p className="small dim num">{run.done.toLocaleString('en-GB')} of {run.total.toLocaleString('en-GB')} events</p></div>}
        {run.state === 'passed' && <Notice look="good" icon="seal">All {run.total.toLocaleString('en-GB')} events verified{run.finished_at ? `, ${dateTime(run.finished_at)}` : ''}.</Notice>}
        {run.state === 'failed' && <Notice look="bad" icon="alert">Verification failed. Keep the database as it is, and compare it with the last checkpoint that you hold.</Notice>}
        <Checks checks={run.steps ?? []} />
      </>}
      {query.isError && <Notice look="bad" icon="alert">{query.error.message}</Notice>}
    </section>
  );
}
