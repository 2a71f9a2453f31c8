// The plan of a change: what approvers decide on. Edits in place; says beforehand what an edit voids.
import { useState, type FormEvent } from 'react';
import type { Change, Person as PersonRef, PlanItem } from '../../api/types';
import { environmentWord, findingWord, outcomeWord, pathOf, yesNo } from '../../api/words';
import { Icon } from '../../ui/Icon';
import { Button, Copy, Field, IconButton, Notice, Person, useNow } from '../../ui/kit';
import { Picker } from '../../ui/Picker';
import { dateTime, exact, fromLocalInput, toLocalInput, windowText } from '../../ui/time';
import { toast } from '../../app/toasts';
import { amend } from '../record/edits';
import { EditableText } from '../record/EditableText';
import { Clashes, FindTime } from './Times';
import { countdown, moreTexts, planTexts, voidWords, wouldVoid } from './plan';

export default function ChangeBody({ change }: { change: Change }) {
  const may = Boolean(change.may.amend_plan ?? change.may.amend);
  const words = voidWords(change);
  const count = wouldVoid(change.approvals);
  const warning = words ? <Notice look="warn" icon="alert">{words}</Notice> : undefined;
  const saveLabel = count ? `Save and void ${count} decision${count === 1 ? '' : 's'}` : 'Save';
  const savePlan = async (patch: Record<string, unknown>) => {
    const saved = await amend(change, { plan: patch }, {});
    if (saved && count) toast(`The plan changed: ${count} decision${count === 1 ? ' is' : 's are'} void.`);
    return saved;
  };
  return (
    <>
      {change.retro && <Retro retro={change.retro} />}
      {change.outcome && (
        <section className="card pad resolution" aria-label="Outcome"><h2>{outcomeWord[change.outcome] ?? findingWord[change.outcome] ?? change.outcome}</h2><p className="dim small">{windowText(change.actual_start, change.actual_end) && `Done ${windowText(change.actual_start, change.actual_end)}`}</p>{change.close_notes && <p className="wrap" style={{ whiteSpace: 'pre-wrap' }}>{change.close_notes}</p>}</section>
      )}
      <section className="card plan" aria-label="Plan">
        <header><h2 className="grow">Plan</h2><span className="small dim" title={change.digest}>revision <span className="num">{change.revision}</span> · <code className="mono">{change.digest_short}</code></span><Copy text={change.digest} label="Copy the digest of this plan" /></header>
        <Schedule change={change} may={may} warning={warning} saveLabel={saveLabel} onSave={savePlan} />
        <div className="inside stack loose">
          {change.description && <EditableText level={3} title="What" text={change.description} html={change.description_html} may={may} empty="" draftKey={`description:${change.number}`} onSave={(text) => amend(change, { description: text }, {})} />}
          {planTexts.map(({ field, title, empty }) => (
            <EditableText level={3} key={field} title={title} text={change.plan[field] ?? ''} html={change.plan[`${field}_html`]} may={may} empty={empty} draftKey={`${field}:${change.number}`} warning={warning} saveLabel={saveLabel} onSave={(text) => savePlan({ [field]: text })} />
          ))}
          {moreTexts.filter(({ field }) => change.plan[field] || may).map(({ field, title }) => (
            <EditableText level={3} key={field} title={title} text={change.plan[field] ?? ''} html={change.plan[`${field}_html`]} may={may} empty="Nothing said." draftKey={`${field}:${change.number}`} warning={warning} saveLabel={saveLabel} onSave={(text) => savePlan({ [field]: text })} />
          ))}
        </div>
      </section>
    </>
  );
}

/** The clock of a broken glass: until when somebody else decides on it, or what they have decided. */
function Retro({ retro }: { retro: NonNullable<Change['retro']> }) {
  const now = useNow();
  const clock = countdown(retro.due_at, now);
  if (retro.state !== 'pending') return <Notice look={retro.state === 'approved' ? 'good' : 'bad'} icon={retro.state === 'approved' ? 'check' : 'x'}>The glass was broken for <a href={pathOf(retro.incident)}>{retro.incident}</a>. In retrospect it was {retro.state}{retro.late_at ? ', late' : ''}.</Notice>;
  return (
    <Notice look={clock.late ? 'bad' : 'warn'} icon="clock" act={<strong className="num retro-clock">{clock.text}</strong>}>
      {retro.by?.name ?? 'Somebody'} broke the glass for <a href={pathOf(retro.incident)}>{retro.incident}</a>. Somebody who had no hand in it decides by <time dateTime={retro.due_at} title={exact(retro.due_at)}>{dateTime(retro.due_at)}</time>.
    </Notice>
  );
}

function Schedule({ change, may, warning, saveLabel, onSave }: { change: Change; may: boolean; warning: React.ReactNode; saveLabel: string; onSave: (patch: Record<string, unknown>) => Promise<boolean> }) {
  const { plan } = change;
  const [editing, edit] = useState(false);
  return (
    <div className="schedule-box">
      {may && !editing && <IconButton icon="edit" label="Edit window, services and implementers" small className="no-print schedule-edit" onClick={() => edit(true)} />}
      <dl className="schedule">
        <div><dt>Starts</dt><dd>{plan.planned_start ? <time dateTime={plan.planned_start} title={exact(plan.planned_start)}>{dateTime(plan.planned_start)}</time> : <span className="dim">not planned</span>}</dd></div>
        <div><dt>Ends</dt><dd>{plan.planned_end ? <time dateTime={plan.planned_end} title={exact(plan.planned_end)}>{dateTime(plan.planned_end)}</time> : <span className="dim">not planned</span>}</dd></div>
        <div className="wide"><dt>Affects</dt><dd>{plan.affected_services?.length ? plan.affected_services.join(', ') : <span className="dim">nothing named</span>}</dd></div>
        {(plan.items ?? []).length > 0 && <div className="wide"><dt>Items</dt><dd className="row wraps">{plan.items!.map((one) => <span key={one.number} title={one.number}>{one.name || one.number}{one.criticality ? <span className="dim small"> {one.class}, criticality {one.criticality}</span> : null}</span>)}</dd></div>}
        {plan.environment && <div><dt>Environment</dt><dd>{environmentWord[plan.environment]}</dd></div>}
        {plan.outage && <div><dt>Outage</dt><dd>{plan.outage === 'yes' ? `${plan.outage_minutes} minutes` : 'None expected'}</dd></div>}
        {plan.backout_tested && <div><dt>Way back tried out</dt><dd>{yesNo[plan.backout_tested]}</dd></div>}
        {plan.security_touched && <div><dt>Touches security</dt><dd>{yesNo[plan.security_touched]}</dd></div>}
        <div className="wide"><dt>Implementers</dt><dd className="row wraps">{plan.implementers?.length ? plan.implementers.map((one) => <Person key={one.id} person={one} />) : <span className="dim">nobody named</span>}</dd></div>
      </dl>
      {editing && <ScheduleForm change={change} warning={warning} saveLabel={saveLabel} onSave={onSave} onDone={() => edit(false)} />}
    </div>
  );
}

function ScheduleForm({ change, warning, saveLabel, onSave, onDone }: { change: Change; warning: React.ReactNode; saveLabel: string; onSave: (patch: Record<string, unknown>) => Promise<boolean>; onDone: () => void }) {
  const { plan } = change;
  const [start, setStart] = useState(toLocalInput(plan.planned_start));
  const [end, setEnd] = useState(toLocalInput(plan.planned_end));
  const [services, setServices] = useState(plan.affected_services ?? []);
  const [people, setPeople] = useState<PersonRef[]>(plan.implementers ?? []);
  const [items, setItems] = useState<ItemRef[]>(plan.items ?? []);
  const [more, setMore] = useState<More>({ environment: plan.environment ?? '', outage: plan.outage ?? '', outage_minutes: plan.outage_minutes, backout_tested: plan.backout_tested ?? '', security_touched: plan.security_touched ?? '' });
  const [busy, setBusy] = useState(false);
  const backwards = start !== '' && end !== '' && end <= start;
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const saved = await onSave({ planned_start: fromLocalInput(start), planned_end: fromLocalInput(end), affected_services: services, implementers: people.map((one) => one.id), items: items.map((one) => one.number), ...more });
    setBusy(false);
    if (saved) onDone();
  };
  return (
    <form className="inside stack" onSubmit={(event) => { void save(event); }}>
      <PlanInputs {...{ start, setStart, end, setEnd, services, setServices, people, setPeople, items, setItems }} number={change.number} model={change.model} previewOf={{ number: change.number }} onTime={(from, to) => { setStart(from); setEnd(to); }} />
      <MoreInputs more={more} onChange={setMore} />
      {backwards && <span className="wrong red small">The end lies before the start.</span>}
      {warning}
      <div className="row"><Button type="submit" look="primary" busy={busy} disabled={backwards}>{saveLabel}</Button><Button look="quiet" onClick={onDone}>Leave it as it was</Button></div>
    </form>
  );
}

/** What a plan says beside its texts. */
export interface More { environment: string; outage: string; outage_minutes: number; backout_tested: string; security_touched: string }
export const noMore: More = { environment: '', outage: '', outage_minutes: 0, backout_tested: '', security_touched: '' };

export function MoreInputs({ more, onChange }: { more: More; onChange: (more: More) => void }) {
  const choose = (label: string, field: keyof More, words: Record<string, string>) => (
    <Field label={label} optional>{(ids) => <select {...ids} className="input" value={String(more[field])} onChange={(event) => onChange({ ...more, [field]: event.target.value })}><option value="">Not said</option>{Object.entries(words).map(([id, word]) => <option key={id} value={id}>{word}</option>)}</select>}</Field>
  );
  return (
    <div className="grid2">
      {choose('Environment', 'environment', environmentWord)}
      {choose('Is an outage expected?', 'outage', yesNo)}
      {more.outage === 'yes' && <Field label="For how many minutes?">{(ids) => <input {...ids} className="input num" type="number" min={1} max={129600} required value={more.outage_minutes || ''} onChange={(event) => onChange({ ...more, outage_minutes: Number(event.target.value) })} />}</Field>}
      {choose('Was the way back tried out?', 'backout_tested', yesNo)}
      {choose('Is a security control touched?', 'security_touched', yesNo)}
    </div>
  );
}

export type ItemRef = Pick<PlanItem, 'number' | 'name'>;

/** Window, items, services and implementers as inputs; also used when a change is written. */
export function PlanInputs({ start, setStart, end, setEnd, services, setServices, people, setPeople, items, setItems, number, model, previewOf, onTime }: {
  number?: string; model: string; previewOf: Record<string, unknown>; onTime: (start: string, end: string) => void;
  start: string; setStart: (v: string) => void; end: string; setEnd: (v: string) => void; services: string[]; setServices: (v: string[]) => void; people: PersonRef[]; setPeople: (v: PersonRef[]) => void; items: ItemRef[]; setItems: (v: ItemRef[]) => void;
}) {
  const sketch = { number, model, cis: items.map((one) => one.number), people: people.map((one) => one.id) };
  return (
    <>
      <div className="grid2">
        <label className="field"><span className="label">Starts</span><input className="input" type="datetime-local" value={start} onChange={(event) => setStart(event.target.value)} /></label>
        <label className="field"><span className="label">Ends</span><input className="input" type="datetime-local" value={end} onChange={(event) => setEnd(event.target.value)} /></label>
      </div>
      <Clashes sketch={sketch} start={start} end={end} />
      <FindTime sketch={sketch} start={start} end={end} previewOf={previewOf} onPick={onTime} />
      <div className="field"><span className="label">Configuration items</span>
        <div className="row wraps">{items.map((one) => <span key={one.number} className="chip"><span className="chip-text" title={one.number}>{one.name || one.number}</span><button type="button" className="chip-x" aria-label={`Remove ${one.name || one.number}`} onClick={() => setItems(items.filter((other) => other.number !== one.number))}><Icon name="x" size={12} /></button></span>)}
          <Picker className="chip add" label="Add an item" from="items" onPick={(choice) => setItems([...items.filter((one) => one.number !== choice.id), { number: choice.id, name: choice.label }])}><Icon name="plus" size={13} />Add</Picker></div>
        <span className="hint">How critical they are, and who owns them, decides on the risk and on who approves.</span>
      </div>
      <div className="field"><span className="label">Affected services</span>
        <div className="row wraps">{services.map((one) => <span key={one} className="chip"><span className="chip-text">{one}</span><button type="button" className="chip-x" aria-label={`Remove ${one}`} onClick={() => setServices(services.filter((other) => other !== one))}><Icon name="x" size={12} /></button></span>)}
          <Picker className="chip add" label="Add a service" from="services" free onPick={(choice) => setServices([...services.filter((one) => one !== choice.label), choice.label])}><Icon name="plus" size={13} />Add</Picker></div>
      </div>
      <div className="field"><span className="label">Implementers</span>
        <div className="row wraps">{people.map((one) => <span key={one.id} className="chip"><span className="chip-text">{one.name}</span><button type="button" className="chip-x" aria-label={`Remove ${one.name}`} onClick={() => setPeople(people.filter((other) => other.id !== one.id))}><Icon name="x" size={12} /></button></span>)}
          <Picker className="chip add" label="Add an implementer" from="people" onPick={(choice) => setPeople([...people.filter((one) => one.id !== choice.id), { id: choice.id, name: choice.label }])}><Icon name="plus" size={13} />Add</Picker></div>
        <span className="hint">Implementers cannot approve: whoever does the work does not judge it.</span>
      </div>
    </>
  );
}
