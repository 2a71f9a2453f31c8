// Maintenance windows and freezes: when changes may be made, and when not.
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { schedules, type Schedule } from '../../../api/calendar';
import { api, asProblem } from '../../../api/client';
import { client } from '../../../api/queries';
import { toast, toastProblem } from '../../../app/toasts';
import { Dialog } from '../../../ui/Dialog';
import { Icon } from '../../../ui/Icon';
import { Bones, Button, Empty, Field, PageProblem, ProblemNote, Segments, Tone } from '../../../ui/kit';
import { dateTime, fromLocalInput, windowText } from '../../../ui/time';
import { Admin } from '../Admin';
import { lengthWords, ruleWords } from './recurrence';
import { ScheduleForm } from './ScheduleForm';
import { useScopeWords } from './scope';

const reload = () => { for (const key of ['schedules', 'calendar']) void client.invalidateQueries({ queryKey: [key] }); };

export default function SchedulesPage() {
  const query = useQuery(schedules);
  const [show, setShow] = useState<'used' | 'retired'>('used');
  const [writing, write] = useState<Schedule | 'window' | 'freeze' | null>(null);
  const [suspending, suspend] = useState<Schedule | null>(null);
  const [retiring, retire] = useState<Schedule | null>(null);
  const shown = (query.data?.items ?? []).filter((one) => one.retired === (show === 'retired'));
  const resume = async (one: Schedule) => { try { await api.post(`/change-schedules/${one.id}/moves/resume`, undefined, { version: one.version }); toast(`“${one.name}” counts again.`); } catch (error) { toastProblem(error); } reload(); };
  return (
    <Admin title="Windows and freezes" act={<div className="row wraps"><Button icon="lock" onClick={() => write('freeze')}>Make a freeze</Button><Button look="primary" icon="plus" onClick={() => write('window')}>Make a window</Button></div>}>
      <p className="dim" style={{ marginBottom: 12 }}>A change of items that have a maintenance window belongs into it. In a freeze no change that it covers can start, unless it is excepted or the freeze is overridden.</p>
      <div style={{ marginBottom: 12 }}><Segments label="Show" value={show} onChange={setShow} options={[{ value: 'used', label: 'In use' }, { value: 'retired', label: 'Retired' }]} /></div>
      {query.isPending ? <Bones lines={6} /> : query.isError ? <PageProblem error={query.error} again={() => { void query.refetch(); }} /> : shown.length === 0 ? <Empty icon="calendar" title={show === 'used' ? 'No windows and no freezes' : 'None is retired'} act={show === 'used' ? <Button look="primary" onClick={() => write('window')}>Make the first window</Button> : undefined}>Changes can be planned for any time then; only other changes stand in their way.</Empty> : (
        <ul className="list card results">{shown.map((one) => <Row key={one.id} one={one} onEdit={() => write(one)} onSuspend={() => suspend(one)} onResume={() => { void resume(one); }} onRetire={() => retire(one)} />)}</ul>
      )}
      {writing && <ScheduleForm schedule={typeof writing === 'string' ? null : writing} kind={typeof writing === 'string' ? writing : writing.kind} onClose={() => write(null)} onSaved={reload} />}
      {suspending && <Suspend one={suspending} onClose={() => suspend(null)} />}
      {retiring && <Retire one={retiring} onClose={() => retire(null)} />}
    </Admin>
  );
}

function Row({ one, onEdit, onSuspend, onResume, onRetire }: { one: Schedule; onEdit: () => void; onSuspend: () => void; onResume: () => void; onRetire: () => void }) {
  const covers = useScopeWords()(one.scope);
  return (
    <li className="row top wraps">
      <Icon name={one.kind === 'freeze' ? 'lock' : 'clock'} size={16} label={one.kind === 'freeze' ? 'Freeze' : 'Window'} />
      <div className="grow stack tight" style={{ minWidth: 'min(280px, 100%)' }}>
        <div className="row wraps"><strong className="wrap">{one.name}</strong><Tone tone={one.kind === 'freeze' ? 'refused' : 'progress'} icon="lock">{one.kind === 'freeze' ? 'Freeze' : 'Window'}</Tone>{one.suspended_until && <Tone tone="waiting">Suspended until {dateTime(one.suspended_until)}</Tone>}</div>
        <span className="wrap">{capital(ruleWords(one.rule, one.starts))}, at {one.starts.slice(11)} for {lengthWords(one.minutes)} <span className="dim small">({one.zone}{one.rule ? '' : `, ${one.starts.slice(0, 10)}`})</span></span>
        <span className="dim small wrap">For {covers}{one.models.length > 0 ? `; not for ${one.models.join(', ')} changes` : ''}.{one.purpose ? ` ${one.purpose}` : ''}</span>
        {one.suspended_until && one.suspend_reason && <span className="small wrap">Suspended because: {one.suspend_reason}</span>}
        {!one.retired && <span className="dim small">{one.next ? `Next: ${windowText(one.next.start, one.next.end)}` : 'It does not come again.'}</span>}
      </div>
      {!one.retired && <div className="row wraps"><Button icon="edit" onClick={onEdit} aria-label={`Edit ${one.name}`}>Edit</Button>{one.suspended_until ? <Button onClick={onResume} aria-label={`Resume ${one.name}`}>Resume</Button> : <Button icon="pause" onClick={onSuspend} aria-label={`Suspend ${one.name}`}>Suspend</Button>}<Button look="quiet" onClick={onRetire} aria-label={`Retire ${one.name}`}>Retire</Button></div>}
    </li>
  );
}

const capital = (text: string) => text.replace(/^./, (char) => char.toUpperCase());

function Suspend({ one, onClose }: { one: Schedule; onClose: () => void }) {
  const [until, setUntil] = useState('');
  const [reason, setReason] = useState('');
  const [error, setError] = useState<unknown>(null);
  const problem = error ? asProblem(error) : null;
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setError(null);
    try { await api.post(`/change-schedules/${one.id}/moves/suspend`, { until: fromLocalInput(until), reason }, { version: one.version }); reload(); onClose(); toast(`“${one.name}” does not count until then.`); } catch (caught) { setError(caught); }
  };
  return (
    <Dialog title={`Suspend “${one.name}”`} open onClose={onClose} size={460}>
      <form className="stack" onSubmit={(event) => { void send(event); }}>
        <p className="dim small">It does not count from now on, and counts again by itself.</p>
        <Field label="Until" hint="At most three months" wrong={problem?.at('until')}>{(ids) => <input {...ids} className="input" type="datetime-local" required data-autofocus value={until} onChange={(event) => setUntil(event.target.value)} />}</Field>
        <Field label="Reason" hint="Kept in the audit log" wrong={problem?.at('reason')}>{(ids) => <textarea {...ids} className="input" required maxLength={2000} value={reason} onChange={(event) => setReason(event.target.value)} />}</Field>
        {problem && problem.errors.length === 0 ? <ProblemNote error={problem} /> : null}
        <div className="row"><Button type="submit" look="primary" disabled={!until || !reason.trim()}>Suspend</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}

function Retire({ one, onClose }: { one: Schedule; onClose: () => void }) {
  const [error, setError] = useState<unknown>(null);
  const send = async () => { try { await api.post(`/change-schedules/${one.id}/moves/retire`, undefined, { version: one.version }); reload(); onClose(); toast(`“${one.name}” is retired.`); } catch (caught) { setError(caught); } };
  return (
    <Dialog title={`Retire “${one.name}”`} open onClose={onClose} size={460}>
      <div className="stack"><p>It never counts again, and cannot be taken back into use. What it was stays in the audit log.</p><ProblemNote error={error} /><div className="row"><Button look="danger" onClick={() => { void send(); }}>Retire for good</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div></div>
    </Dialog>
  );
}
