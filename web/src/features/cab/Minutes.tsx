// The minutes: they write themselves, are signed on what was read, and stay. What was wrong is added, never corrected.
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api } from '../../api/client';
import { client } from '../../api/queries';
import { inRoom, minutes, type Meeting } from '../../api/rooms';
import type { Receipt } from '../../api/types';
import { useSignature } from '../../app/signature';
import { Icon } from '../../ui/Icon';
import { Bones, Button, Field, Html, PageProblem, ProblemNote } from '../../ui/kit';
import { dateTime } from '../../ui/time';
import { ReceiptView } from '../changes/ReceiptView';
import { ActionList } from './PointCard';

export function MinutesView({ meeting }: { meeting: Meeting }) {
  const query = useQuery(minutes(meeting.id));
  const { sign, dialog } = useSignature();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  if (query.isPending) return <div className="card"><Bones lines={8} /></div>;
  if (query.isError) return <PageProblem error={query.error} again={() => { void query.refetch(); }} />;
  const { html, digest, may_sign, signature, addenda } = query.data;
  const send = async () => {
    setBusy(true);
    setError(null);
    try {
      const answer = await sign(() => api.post<{ meeting: Meeting; receipt: Receipt }>(`/meetings/${meeting.id}/minutes/signature`, { digest }), true, 'The minutes are right as they stand here.');
      client.setQueryData(['meeting', meeting.id], answer.meeting);
    } catch (caught) { setError(caught); }
    await client.invalidateQueries({ queryKey: ['meeting-minutes', meeting.id] });
    void client.invalidateQueries({ queryKey: ['meetings'] });
    setBusy(false);
  };
  return (
    <div className="minutes-view">
      <article className="card pad minutes" aria-label="Minutes"><Html html={html} />
        {(addenda ?? []).length > 0 && <section aria-label="Addenda"><h2>Addenda</h2>{addenda!.map((one) => <div key={one.at} className="addendum"><p className="small dim">{one.by.name}, {dateTime(one.at)}</p><Html html={one.html} /></div>)}</section>}
        {signature && <p className="signature"><Icon name="seal" /> Signed by <strong>{signature.by.name}</strong>, {dateTime(signature.at)}. Digest <code className="mono">{digest}</code></p>}
      </article>
      <div className="stack no-print">
        <section className="card pad stack" aria-label="Signature">
          <div className="row"><h2 className="grow">{signature ? 'Signed' : meeting.state === 'ended' ? 'Not signed yet' : 'Still being written'}</h2><Button icon="print" onClick={() => window.print()}>Print</Button></div>
          {!signature && <p className="small dim">{meeting.state === 'ended' ? 'Notes and actions can still be edited. A signature names exactly this text; nothing of it alters after that.' : 'They write themselves from what happens in the room.'}</p>}
          <p className="small dim">Digest <code className="mono" title={digest}>{digest.slice(0, 16)}</code></p>
          {error ? <ProblemNote error={error} /> : null}
          {may_sign && <Button look="primary" icon="key" busy={busy} onClick={() => { void send(); }}>Sign the minutes</Button>}
          {signature?.receipt && <ReceiptView receipt={signature.receipt} />}
        </section>
        {(meeting.actions ?? []).length > 0 && <section className="card pad stack" aria-label="Actions"><h2>Actions</h2><ActionList meeting={meeting} actions={meeting.actions!} /></section>}
        {signature && meeting.may.minute && <Append meeting={meeting} />}
      </div>
      {dialog}
    </div>
  );
}

function Append({ meeting }: { meeting: Meeting }) {
  const [text, type] = useState('');
  const [busy, setBusy] = useState(false);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    if (await inRoom(meeting.id, () => api.post<Meeting>(`/meetings/${meeting.id}/minutes/addenda`, { text }))) type('');
    setBusy(false);
  };
  return (
    <form className="card pad stack" aria-label="Add to the minutes" onSubmit={(event) => { void send(event); }}>
      <Field label="Something was wrong or missing?" hint="It is added, with your name; what is signed stays.">{(ids) => <textarea {...ids} className="input" rows={3} required value={text} onChange={(event) => type(event.target.value)} />}</Field>
      <div><Button type="submit" busy={busy}>Add to the minutes</Button></div>
    </form>
  );
}
