// New incident, request, problem and change: drafts saved while typing, the priority shown from impact and urgency.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { api, asProblem } from '../../api/client';
import { client, suggest, type Choice } from '../../api/queries';
import { kindPlural, kinds, kindWord, levelWord, pathOf, priorityOf, riskWord } from '../../api/words';
import type { Kind, Person as PersonRef, Ticket } from '../../api/types';
import { draftWords, useDraft } from '../../app/drafts';
import { useMe, useTitle } from '../../app/session';
import { Icon } from '../../ui/Icon';
import { Button, Field, PageProblem, Person, Priority, ProblemNote } from '../../ui/kit';
import { Picker } from '../../ui/Picker';
import { fromLocalInput } from '../../ui/time';
import { Writer } from '../../ui/Writer';
import { PlanInputs } from '../changes/ChangeBody';
import { planTexts } from '../changes/plan';

type Named = { number: string; name: string };
interface Typed {
  title: string; description: string; impact: number; urgency: number; requester: PersonRef | null; service: string; classification: string;
  team: { id: string; name: string } | null; cis?: Named[]; contact_type: string; model: string; risk: string;
  plan: { justification: string; implementation_plan: string; test_plan: string; backout_plan: string; start: string; end: string; services: string[]; people: PersonRef[] };
}
const blank: Typed = {
  title: '', description: '', impact: 3, urgency: 3, requester: null, service: '', classification: '', team: null, contact_type: 'phone', model: 'normal', risk: 'medium',
  plan: { justification: '', implementation_plan: '', test_plan: '', backout_plan: '', start: '', end: '', services: [], people: [] },
};
const asks: Record<Kind, string> = {
  incident: 'What is broken, for whom, since when', request: 'What is needed, for whom, by when', problem: 'What keeps going wrong', change: 'What is going to change',
};

export default function NewPage() {
  const { kind = '' } = useParams({ strict: false }) as { kind?: string };
  if (!kinds.includes(kind as Kind)) return <PageProblem level={1} error={new Error('There is no such kind of record.')} />;
  return <NewForm key={kind} kind={kind as Kind} />;
}

function NewForm({ kind }: { kind: Kind }) {
  useTitle(`New ${kind}`);
  const me = useMe();
  const navigate = useNavigate();
  const draft = useDraft<Typed>(`new:${kind}`, blank);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const problem = error ? asProblem(error) : null;
  const typed = draft.value;
  const set = (patch: Partial<Typed>) => draft.set({ ...typed, ...patch });
  const setPlan = (patch: Partial<Typed['plan']>) => set({ plan: { ...typed.plan, ...patch } });
  const text = (value: string) => value.trim() || undefined;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    const { plan } = typed;
    const common = { title: typed.title.trim(), description: typed.description, service: text(typed.service), team: typed.team?.id };
    const body = kind === 'change'
      ? { ...common, model: typed.model, risk: typed.risk, plan: { justification: plan.justification, implementation_plan: plan.implementation_plan, test_plan: plan.test_plan, backout_plan: plan.backout_plan, planned_start: fromLocalInput(plan.start), planned_end: fromLocalInput(plan.end), affected_services: plan.services, implementers: plan.people.map((one) => one.id) } }
      : { ...common, impact: typed.impact, urgency: typed.urgency, classification: text(typed.classification), cis: typed.cis?.length ? typed.cis.map((one) => one.number) : undefined, ...(kind === 'problem' ? {} : { requester: typed.requester?.id ?? me.id, contact_type: typed.contact_type }) };
    try {
      const record = await api.post<Ticket>(`/${kindPlural[kind]}`, body);
      draft.clear();
      client.setQueryData(['record', record.number], record);
      void client.invalidateQueries({ queryKey: ['tickets'] });
      void client.invalidateQueries({ queryKey: ['queues'] });
      await navigate({ to: pathOf(record.number) });
    } catch (caught) { setError(caught); setBusy(false); }
  };

  return (
    <form className="page narrow" onSubmit={(event) => { void submit(event); }} aria-label={`New ${kind}`}>
      <header><h1>New {kindWord[kind].toLowerCase()}</h1><span className="dim small" aria-live="polite">{draftWords[draft.state.status]}</span>{(draft.state.status === 'saved' || draft.state.status === 'local') && <Button look="link" className="small" onClick={draft.clear}>Start afresh</Button>}</header>
      <div className="card pad stack loose">
        <Field label="Title" hint={asks[kind]} wrong={problem?.at('title')}>{(ids) => <input {...ids} className="input" required autoFocus maxLength={250} value={typed.title} onChange={(event) => set({ title: event.target.value })} />}</Field>
        <Field label="Description" optional wrong={problem?.at('description')}>{(ids) => <Writer id={ids.id} label="Description" rows={6} value={typed.description} onChange={(description) => set({ description })} />}</Field>
        {kind !== 'change' && (
          <div className="impact">
            <Level label="Impact" hint={{ 1: 'A site or many people', 2: 'A team', 3: 'One person' }} value={typed.impact} onChange={(impact) => set({ impact })} />
            <Level label="Urgency" hint={{ 1: 'Work has stopped', 2: 'Work is hindered', 3: 'It can wait' }} value={typed.urgency} onChange={(urgency) => set({ urgency })} />
            <div className="field" aria-live="polite"><span className="label">Priority</span><Priority value={priorityOf(typed.impact, typed.urgency)} words /></div>
          </div>
        )}
        {kind === 'change' && (
          <div className="grid2">
            <Field label="Model" hint={{ normal: 'Judged by risk and board', standard: 'Approved beforehand as a template', emergency: 'Quick approval, reviewed afterwards' }[typed.model]}>{(ids) => <select {...ids} className="input" value={typed.model} onChange={(event) => set({ model: event.target.value })}><option value="normal">Normal</option><option value="standard">Standard</option><option value="emergency">Emergency</option></select>}</Field>
            <Field label="Risk" wrong={problem?.at('risk')}>{(ids) => <select {...ids} className="input" value={typed.risk} onChange={(event) => set({ risk: event.target.value })}>{Object.entries(riskWord).map(([id, word]) => <option key={id} value={id}>{word}</option>)}</select>}</Field>
          </div>
        )}
        <div className="grid2">
          {(kind === 'incident' || kind === 'request') && <Field label="Requester" wrong={problem?.at('requester')}>{(ids) => <Picker id={ids.id} named label="Requester" from="people" extra={[{ id: me.id, label: `${me.name} (me)` }]} value={typed.requester?.id ?? me.id} onPick={(choice) => set({ requester: choice.id === me.id ? null : { id: choice.id, name: choice.label } })}><Person person={typed.requester ?? me} /></Picker>}</Field>}
          {(kind === 'incident' || kind === 'request') && <Field label="Came by">{(ids) => <select {...ids} className="input" value={typed.contact_type} onChange={(event) => set({ contact_type: event.target.value })}><option value="phone">Phone</option><option value="email">Mail</option><option value="portal">Portal</option><option value="chat">Chat</option><option value="walk_in">In person</option></select>}</Field>}
          <Field label="Service" optional wrong={problem?.at('service')}>{(ids) => <Picker id={ids.id} named label="Service" from="services" free extra={typed.service ? [{ id: '', label: 'None' }] : []} value={typed.service} onPick={(choice) => set({ service: choice.id })}>{typed.service || <span className="dim">Choose or type</span>}</Picker>}</Field>
          {kind !== 'change' && <Field label="Classification" optional wrong={problem?.at('classification')}>{(ids) => <Picker id={ids.id} named label="Classification" from="classifications" free extra={typed.classification ? [{ id: '', label: 'None' }] : []} value={typed.classification} onPick={(choice) => set({ classification: choice.id })}>{typed.classification || <span className="dim">Choose or type</span>}</Picker>}</Field>}
          <Field label="Team" optional hint={kind === 'change' ? undefined : 'Left empty, it waits in the unassigned queue'} wrong={problem?.at('team')}>{(ids) => <Picker id={ids.id} named label="Team" from="teams" extra={typed.team ? [{ id: '', label: 'None' }] : []} value={typed.team?.id} onPick={(choice) => set({ team: choice.id ? { id: choice.id, name: choice.label } : null })}>{typed.team?.name ?? <span className="dim">Choose</span>}</Picker>}</Field>
        </div>
        {kind !== 'change' && <About person={kind === 'problem' ? me.id : typed.requester?.id ?? me.id} whose={typed.requester && kind !== 'problem' ? typed.requester.name : 'You'} value={typed.cis ?? []} onChange={(cis) => set({ cis })} wrong={problem?.at('cis')} />}
        {kind === 'change' && (
          <>
            <hr style={{ margin: 0 }} />
            <div><h2>Plan</h2><p className="dim small">Approvers decide on exactly this. You can complete it later; submitting checks it.</p></div>
            <PlanInputs start={typed.plan.start} setStart={(start) => setPlan({ start })} end={typed.plan.end} setEnd={(end) => setPlan({ end })} services={typed.plan.services} setServices={(services) => setPlan({ services })} people={typed.plan.people} setPeople={(people) => setPlan({ people })} />
            {planTexts.map(({ field, title }) => <Field key={field} label={title} optional wrong={problem?.at(field)}>{(ids) => <Writer id={ids.id} label={title} rows={3} value={typed.plan[field]} onChange={(value) => setPlan({ [field]: value })} />}</Field>)}
          </>
        )}
        {problem && <ProblemNote error={problem} />}
        <div className="row"><Button type="submit" look="primary" big busy={busy}>Create {kindWord[kind].toLowerCase()}</Button></div>
      </div>
    </form>
  );
}

/** What the record is about: the person's own devices are one click away, everything else is found by typing. */
function About({ person, whose, value, onChange, wrong }: { person: string; whose: string; value: Named[]; onChange: (value: Named[]) => void; wrong?: string }) {
  const own = useQuery(suggest('cis', '', person)).data?.filter((one) => one.own && !value.some((chosen) => chosen.number === one.id)).slice(0, 4) ?? [];
  const put = (choice: Choice) => { if (!value.some((one) => one.number === choice.id)) onChange([...value, { number: choice.id, name: choice.label }]); };
  return (
    <Field label="What it is about" optional hint={own.length ? `${whose === 'You' ? 'Your' : `${whose}’s`} own devices come first` : 'A device, an application, a service'} wrong={wrong}>{(ids) => (
      <div className="stack">
        {(value.length > 0 || own.length > 0) && <div className="row wraps">
          {value.map((one) => <span key={one.number} className="chip"><span className="chip-text">{one.name}</span><button type="button" className="chip-x" aria-label={`Remove ${one.name}`} onClick={() => onChange(value.filter((other) => other.number !== one.number))}><Icon name="x" size={12} /></button></span>)}
          {own.map((one) => <button key={one.id} type="button" className="chip add" onClick={() => put(one)}><Icon name="plus" size={13} />{one.label}</button>)}
        </div>}
        <Picker id={ids.id} named label="Configuration item" from="cis" person={person} onPick={put}><span className="dim">Name, number, serial number or owner</span></Picker>
      </div>
    )}</Field>
  );
}

function Level({ label, hint, value, onChange }: { label: string; hint: Record<number, string>; value: number; onChange: (value: number) => void }) {
  return <div className="field"><span className="label">{label}</span><div className="segments" role="group" aria-label={label}>{[1, 2, 3].map((one) => <button key={one} type="button" aria-pressed={one === value} onClick={() => onChange(one)}>{levelWord[one]}</button>)}</div><span className="hint">{hint[value]}</span></div>;
}
