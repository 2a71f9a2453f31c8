// The form of a window or a freeze: when, how often, for what; with the next times that follow from it.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState, type FormEvent } from 'react';
import type { PlannedTime, Schedule, ScheduleScope } from '../../../api/calendar';
import { api, asProblem } from '../../../api/client';
import { changeModels } from '../../../api/queries';
import { useMe } from '../../../app/session';
import { toast } from '../../../app/toasts';
import { Sheet } from '../../../ui/Dialog';
import { Button, Field, ProblemNote } from '../../../ui/kit';
import { Picker } from '../../../ui/Picker';
import { windowText } from '../../../ui/time';
import { dayNames, dayOf, fromRule, repeatChoices, ruleWords, toRule, type Recurrence, type Repeat } from './recurrence';
import { ScopeInputs } from './scope';

const units: [number, string][] = [[1, 'minutes'], [60, 'hours'], [1440, 'days']];
const unitOf = (minutes: number) => (minutes % 1440 === 0 ? 1440 : minutes % 60 === 0 ? 60 : 1);
const every: Record<string, string> = { daily: 'days', weekly: 'weeks', monthday: 'months', weekday: 'months', yearly: 'years' };
const zones = Intl.supportedValuesOf('timeZone');

export function ScheduleForm({ schedule, kind, onClose, onSaved }: { schedule: Schedule | null; kind: 'window' | 'freeze'; onClose: () => void; onSaved: () => void }) {
  const me = useMe();
  const models = useQuery(changeModels).data?.items ?? [];
  const [typed, type] = useState({ name: schedule?.name ?? '', purpose: schedule?.purpose ?? '', zone: schedule?.zone ?? (me.time_zone || 'UTC'), starts: schedule?.starts ?? '', models: schedule?.models ?? (kind === 'freeze' ? ['emergency'] : []) });
  const [unit, setUnit] = useState(unitOf(schedule?.minutes ?? 60));
  const [amount, setAmount] = useState((schedule?.minutes ?? (kind === 'freeze' ? 1440 : 240)) / unitOf(schedule?.minutes ?? 60));
  const [again, setAgain] = useState<Recurrence>(fromRule(schedule?.rule ?? '', schedule?.starts ?? ''));
  const [scope, setScope] = useState<ScheduleScope>(schedule?.scope ?? {});
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const problem = error ? asProblem(error) : null;
  const rule = toRule(again, typed.starts);
  const times = { zone: typed.zone, starts: typed.starts, minutes: Math.round(amount * unit), rule };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    const body = { name: typed.name, purpose: typed.purpose, ...times, scope, models: kind === 'freeze' ? typed.models : [] };
    try {
      if (schedule) await api.patch(`/change-schedules/${schedule.id}`, body, { version: schedule.version });
      else await api.post('/change-schedules', { kind, ...body });
      onSaved();
      onClose();
      toast(`“${typed.name.trim()}” is kept. Planned changes are looked at anew.`);
    } catch (caught) { setError(caught); setBusy(false); }
  };
  const what = kind === 'freeze' ? 'freeze' : 'maintenance window';
  return (
    <Sheet title={schedule ? `Edit the ${what}` : `Make a ${what}`} open onClose={onClose} size={600}>
      <form className="stack loose" onSubmit={(event) => { void save(event); }}>
        <Field label="Name" wrong={problem?.at('name')}>{(ids) => <input {...ids} className="input" required maxLength={100} data-autofocus value={typed.name} onChange={(event) => type({ ...typed, name: event.target.value })} />}</Field>
        <Field label="Why" optional wrong={problem?.at('purpose')}>{(ids) => <textarea {...ids} className="input" maxLength={2000} rows={2} value={typed.purpose} onChange={(event) => type({ ...typed, purpose: event.target.value })} />}</Field>
        <div className="grid2">
          <Field label="First time" hint="On the clocks of the zone" wrong={problem?.at('starts')}>{(ids) => <input {...ids} className="input" type="datetime-local" required value={typed.starts} onChange={(event) => type({ ...typed, starts: event.target.value.slice(0, 16) })} />}</Field>
          <Field label="Time zone" wrong={problem?.at('zone')}>{(ids) => <Picker id={ids.id} named label="Time zone" choices={zones.includes(typed.zone) ? zones.map((id) => ({ id, label: id })) : [{ id: typed.zone, label: typed.zone }, ...zones.map((id) => ({ id, label: id }))]} value={typed.zone} onPick={(choice) => type({ ...typed, zone: choice.id })}>{typed.zone}</Picker>}</Field>
          <Field label="Lasts" wrong={problem?.at('minutes')}>{(ids) => <div className="row"><input {...ids} className="input num" type="number" min={unit === 1 ? 1 : 0.25} step={unit === 1 ? 1 : 0.25} required value={amount || ''} onChange={(event) => setAmount(Number(event.target.value))} /><select className="input" aria-label="Unit" value={unit} onChange={(event) => setUnit(Number(event.target.value))}>{units.map(([id, word]) => <option key={id} value={id}>{word}</option>)}</select></div>}</Field>
          <Field label="Repeats" wrong={problem?.at('rule')}>{(ids) => <select {...ids} className="input" value={again.repeat} onChange={(event) => setAgain({ ...again, repeat: event.target.value as Repeat, rule })}>{repeatChoices(typed.starts).map(([id, word]) => <option key={id} value={id}>{word}</option>)}</select>}</Field>
        </div>
        <Repeats again={again} starts={typed.starts} onChange={setAgain} />
        <NextTimes times={times} />
        <ScopeInputs scope={scope} onChange={setScope} wrong={problem?.errors.find((one) => one.location.includes('scope'))?.message} />
        {kind === 'freeze' && <fieldset className="stack tight scope-inputs"><legend className="label">Which changes it does not hold up</legend>{models.filter((one) => one.key !== 'unauthorised').map((one) => <label key={one.key} className="check"><input type="checkbox" checked={typed.models.includes(one.key)} onChange={(event) => type({ ...typed, models: event.target.checked ? [...typed.models, one.key] : typed.models.filter((other) => other !== one.key) })} /> {one.label}</label>)}</fieldset>}
        {problem && problem.errors.length === 0 ? <ProblemNote error={problem} /> : null}
        <div className="row"><Button type="submit" look="primary" busy={busy}>{schedule ? 'Save' : kind === 'freeze' ? 'Make the freeze' : 'Make the window'}</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Sheet>
  );
}

function Repeats({ again, starts, onChange }: { again: Recurrence; starts: string; onChange: (again: Recurrence) => void }) {
  if (again.repeat === 'once') return null;
  if (again.repeat === 'other') return <Field label="Rule" hint="FREQ, INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, COUNT and UNTIL are understood">{(ids) => <input {...ids} className="input mono" required maxLength={300} value={again.rule} onChange={(event) => onChange({ ...again, rule: event.target.value })} />}</Field>;
  const days = again.days.length > 0 ? again.days : starts ? [dayOf(starts)] : [];
  return (
    <div className="stack">
      {again.repeat === 'weekly' && <div className="row wraps" role="group" aria-label="Days">{Object.entries(dayNames).map(([key, name]) => <label key={key} className="check"><input type="checkbox" checked={days.includes(key)} onChange={(event) => onChange({ ...again, days: event.target.checked ? [...days, key] : days.filter((other) => other !== key) })} />{name}</label>)}</div>}
      <div className="grid2">
        <Field label="Every">{(ids) => <div className="row"><input {...ids} className="input num" type="number" min={1} max={1000} value={again.every || ''} onChange={(event) => onChange({ ...again, every: Number(event.target.value) })} /><span className="dim">{again.every === 1 ? every[again.repeat]!.slice(0, -1) : every[again.repeat]}</span></div>}</Field>
        <Field label="Ends">{(ids) => <div className="row"><select {...ids} className="input" value={again.end} onChange={(event) => onChange({ ...again, end: event.target.value as Recurrence['end'] })}><option value="never">Never</option><option value="count">After so many times</option><option value="until">After a day</option></select>
          {again.end === 'count' && <input className="input num" aria-label="How many times" type="number" min={1} max={10000} value={again.count || ''} onChange={(event) => onChange({ ...again, count: Number(event.target.value) })} />}
          {again.end === 'until' && <input className="input" aria-label="Last day" type="date" required value={again.until} onChange={(event) => onChange({ ...again, until: event.target.value })} />}</div>}</Field>
      </div>
    </div>
  );
}

/** What follows from what is typed, a little after the last keystroke. */
function NextTimes({ times }: { times: { zone: string; starts: string; minutes: number; rule: string } }) {
  const text = JSON.stringify(times);
  const [settled, settle] = useState(text);
  useEffect(() => { const timer = setTimeout(() => settle(text), 350); return () => clearTimeout(timer); }, [text]);
  const query = useQuery({ queryKey: ['schedule-preview', settled], queryFn: ({ signal }) => api.post<{ next: PlannedTime[] }>('/change-schedules/preview', JSON.parse(settled), { signal }), enabled: Boolean(times.starts) && times.minutes > 0 && settled === text, retry: false, placeholderData: keepPreviousData });
  if (!times.starts) return null;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <section className="needs small" aria-label="Next times" aria-live="polite">
      <strong>{ruleWords(times.rule, times.starts).replace(/^./, (char) => char.toUpperCase())}</strong>
      {query.isError ? <p className="red">{asProblem(query.error).errors[0]?.message ?? asProblem(query.error).detail}</p> : query.data && (query.data.next.length === 0 ? <p className="dim">It does not come again.</p> : <ol className="list">{query.data.next.map((one) => <li key={one.start} className="num">{windowText(one.start, one.end)}</li>)}</ol>)}
      {here !== times.zone && <p className="dim">Shown on your clock ({here}).</p>}
    </section>
  );
}
