import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client';
import { client, jobs } from '../../api/queries';
import { useMe } from '../../app/session';
import { toast, toastProblem } from '../../app/toasts';
import { Ago, Bones, Button, Empty, PageProblem } from '../../ui/kit';
import { Admin } from './Admin';

export default function JobsPage() {
  const query = useQuery(jobs);
  const me = useMe();
  const [busy, setBusy] = useState('');
  const again = async (id: string) => { setBusy(id); try { await api.post(`/jobs/${id}/retry`); toast('The job runs again.'); } catch (error) { toastProblem(error); } setBusy(''); void client.invalidateQueries({ queryKey: ['jobs'] }); };
  const items = query.data?.items ?? [];
  return (
    <Admin title="Failed jobs">
      {query.isPending ? <Bones lines={5} /> : query.isError ? <PageProblem error={query.error} /> : items.length === 0 ? <Empty icon="check" title="Every job has run">Work that failed for good, such as a mail nobody accepts, waits here to be tried again.</Empty> : (
        <ul className="list card results">{items.map((job) => <li key={job.id} className="row top"><div className="grow"><strong>{job.kind}</strong>{job.record ? <span className="num dim"> {job.record}</span> : null}<div className="small dim">{job.attempt ? `${job.attempt} tries · ` : ''}<Ago at={job.failed_at ?? job.created_at} /></div>{job.error && <pre className="note-text" tabIndex={0} role="group" aria-label="Error" style={{ marginTop: 6 }}>{job.error}</pre>}</div>{me.may['job.retry'] && <Button icon="undo" busy={busy === job.id} onClick={() => { void again(job.id); }}>Retry</Button>}</li>)}</ul>
      )}
    </Admin>
  );
}
