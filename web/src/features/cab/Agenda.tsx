// The agenda: sections, the order, minutes for each point, and what came of it.
import { useState, type FormEvent } from 'react';
import { Menu } from '@mantine/core';
import { api, asProblem } from '../../api/client';
import { client } from '../../api/queries';
import { inRoom, type Meeting, type Point } from '../../api/rooms';
import { toast } from '../../app/toasts';
import { Dialog } from '../../ui/Dialog';
import { Button, Field, IconButton, ProblemNote, Tone } from '../../ui/kit';
import { clock, currentOf, listed, pointTone, pointWord, useSince } from './words';

export function Agenda({ meeting, readAt, shown, onShow }: { meeting: Meeting; readAt: number; shown?: string; onShow: (id: string) => void }) {
  const [asking, ask] = useState(false);
  const points = listed(meeting);
  const gone = (meeting.items ?? []).filter((point) => point.state === 'struck');
  const open = meeting.state === 'planned' || meeting.state === 'in_progress';
  const lead = Boolean(meeting.may.lead) && open;
  const low = points.filter((point) => point.risk === 'low' && point.ballot?.can);
  return (
    <section className="card side-card" aria-label="Agenda">
      <header><h2 className="grow">Agenda</h2>{lead && <IconButton small icon="plus" label="Put a point on the agenda" className="no-print" onClick={() => ask(true)} />}</header>
      {points.length === 0 ? <p className="inside small dim">{meeting.announced ? 'Nothing stands on it.' : 'It is made when the meeting is announced.'}</p> : (
        <ol className="list agenda">
          {points.map((point, i) => (
            <li key={point.id} className={`agenda-point ${point.state} ${point.id === shown ? 'shown' : ''}`}>
              {point.section !== points[i - 1]?.section && <h3 className="agenda-section small">{point.section_label}</h3>}
              <div className="row">
                <button type="button" className="agenda-title grow" aria-current={point.id === shown ? 'true' : undefined} onClick={() => onShow(point.id)}>
                  <span className="num dim">{i + 1}</span>
                  <span className="grow"><span className="wrap">{point.number && <span className="mono small">{point.number} </span>}{point.title}</span><Time point={point} readAt={readAt} /></span>
                </button>
                {(point.state !== 'open' || point.ballot?.state === 'approved' || point.ballot?.state === 'rejected') && <Tone tone={point.state === 'open' ? (point.ballot?.state === 'approved' ? 'done' : 'refused') : pointTone(point)}>{point.state === 'open' ? point.ballot!.state : pointWord(point)}</Tone>}
                {lead && <Steps meeting={meeting} point={point} />}
              </div>
            </li>
          ))}
        </ol>
      )}
      {gone.length > 0 && lead && <details className="inside small no-print"><summary className="dim">Struck ({gone.length})</summary><ul className="list">{gone.map((point) => <li key={point.id} className="row"><span className="grow clip">{point.number} {point.title}</span><Steps meeting={meeting} point={point} /></li>)}</ul></details>}
      {low.length > 1 && <Together meeting={meeting} points={low} />}
      {asking && <Put meeting={meeting} onClose={() => ask(false)} />}
    </section>
  );
}

function Time({ point, readAt }: { point: Point; readAt: number }) {
  const since = useSince(readAt, point.running);
  const spent = point.elapsed_seconds + since;
  return <span className="small dim num block">{spent > 0 ? `${clock(spent)} of ` : ''}{point.minutes} min</span>;
}

function Steps({ meeting, point }: { meeting: Meeting; point: Point }) {
  const [asking, ask] = useState(false);
  const [reason, type] = useState('');
  const base = `/meetings/${meeting.id}/points/${point.id}`;
  const step = (name: string, why = '') => inRoom(meeting.id, () => api.post<Meeting>(`${base}/steps/${name}`, { reason: why }));
  const take = () => inRoom(meeting.id, () => api.post<Meeting>(`${base}/take`, { from: currentOf(meeting)?.id ?? '' }));
  const coming = point.state === 'open';
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target><IconButton small icon="dots" label={`Steps of ${point.number || point.title}`} className="no-print" /></Menu.Target>
        <Menu.Dropdown>
          {coming && meeting.state === 'in_progress' && <Menu.Item onClick={() => { void take(); }}>Take it now</Menu.Item>}
          {coming && <Menu.Item onClick={() => { void step('promote'); }}>Promote</Menu.Item>}
          {coming && <Menu.Item onClick={() => { void step('demote'); }}>Demote</Menu.Item>}
          {(coming || point.state === 'current') && [5, 10, 20].filter((n) => n !== point.minutes).map((n) => <Menu.Item key={n} onClick={() => { void inRoom(meeting.id, () => api.patch<Meeting>(base, { minutes: n })); }}>Give it {n} minutes</Menu.Item>)}
          {(coming || point.state === 'current') && <Menu.Item onClick={() => ask(true)}>Put off to the next meeting…</Menu.Item>}
          {(coming || point.state === 'current') && <Menu.Item onClick={() => { void step('strike'); }}>Strike</Menu.Item>}
          {!coming && point.state !== 'current' && <Menu.Item onClick={() => { void step('restore'); }}>Restore</Menu.Item>}
        </Menu.Dropdown>
      </Menu>
      {asking && (
        <Dialog title="Put off to the next meeting" open onClose={() => ask(false)} size={440}>
          <form className="stack" onSubmit={(event) => { event.preventDefault(); void step('put_off', reason).then((done) => { if (done) ask(false); }); }}>
            <Field label="Why" optional>{(ids) => <input {...ids} className="input" autoFocus maxLength={200} value={reason} onChange={(event) => type(event.target.value)} />}</Field>
            <div className="row"><Button type="submit" look="primary">Put it off</Button><Button look="quiet" onClick={() => ask(false)}>Leave it</Button></div>
          </form>
        </Dialog>
      )}
    </>
  );
}

function Put({ meeting, onClose }: { meeting: Meeting; onClose: () => void }) {
  const [typed, type] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const problem = error ? asProblem(error) : null;
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const change = /^chg-?\d+$/i.test(typed.trim());
    try {
      const answer = await api.post<Meeting>(`/meetings/${meeting.id}/points`, change ? { change: typed.trim() } : { title: typed.trim() });
      client.setQueryData(['meeting', meeting.id], answer);
      onClose();
    } catch (caught) { setError(caught); setBusy(false); }
  };
  return (
    <Dialog title="Put a point on the agenda" open onClose={onClose} size={460}>
      <form className="stack" onSubmit={(event) => { void send(event); }}>
        <Field label="Change or point" hint="The number of a change, or a line of your own" wrong={problem?.at('change') ?? problem?.at('title')}>{(ids) => <input {...ids} className="input" required autoFocus maxLength={300} value={typed} placeholder="CHG-000042" onChange={(event) => type(event.target.value)} />}</Field>
        {error && !problem?.at('change') && !problem?.at('title') ? <ProblemNote error={error} /> : null}
        <div className="row"><Button type="submit" look="primary" busy={busy}>Put it on</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}

/** Several changes of low risk are approved at once; each is a decision of its own, on its own plan. */
function Together({ meeting, points }: { meeting: Meeting; points: Point[] }) {
  const [busy, setBusy] = useState(false);
  const [asking, ask] = useState(false);
  const send = async () => {
    setBusy(true);
    try {
      const answer = await api.post<{ items: { number: string; ok: boolean; problem: { detail?: string } | null }[] }>(`/meetings/${meeting.id}/approvals`, { votes: points.map((point) => ({ number: point.number, digest: point.ballot!.digest })) });
      const refused = answer.items.filter((one) => !one.ok);
      toast(refused.length === 0 ? `${answer.items.length} changes approved.` : `${answer.items.length - refused.length} approved; ${refused.map((one) => `${one.number}: ${one.problem?.detail ?? 'refused'}`).join(' ')}`);
      ask(false);
    } finally { setBusy(false); void client.invalidateQueries({ queryKey: ['meeting', meeting.id] }); }
  };
  return (
    <div className="inside no-print">
      <Button icon="checks" onClick={() => ask(true)}>Approve {points.length} of low risk…</Button>
      {asking && (
        <Dialog title="Approve changes of low risk" open onClose={() => ask(false)}>
          <div className="stack"><p className="dim">Each is a decision of its own, on exactly the plan that stands here.</p><ul className="list">{points.map((point) => <li key={point.id} className="row"><span className="mono small">{point.number}</span><span className="grow">{point.title}</span><code className="mono small dim">{point.ballot!.digest.slice(0, 12)}</code></li>)}</ul>
            <div className="row"><Button look="approve" icon="check" busy={busy} onClick={() => { void send(); }}>Approve all {points.length}</Button><Button look="quiet" onClick={() => ask(false)}>Leave it</Button></div></div>
        </Dialog>
      )}
    </div>
  );
}
