// New incident, request, problem and change: drafts saved while typing, the priority shown from impact and urgency.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { api, asProblem } from '../../api/client';
import { changeModels, client, suggest, type Choice } from '../../api/queries';
import { categoryWord, kindPlural, kinds, kindWord, levelWord, pathOf, priorityOf, reasonWord } from '../../api/words';
import type { Kind, Person as PersonRef, Ticket } from '../../api/types';
import { draftWords, useDraft } from '../../app/drafts';
import { useMe, useTitle } from '../../app/session';
import { Icon } from '../../ui/Icon';
import { Button, Field, PageProblem, Person, Priority, ProblemNote } from '../../ui/kit';
import { Picker } from '../../ui/Picker';
import { fromLocalInput } from '../../ui/time';
import { Writer } from '../../ui/Writer';
import { MoreInputs, noMore, PlanInputs, type ItemRef, type More } from '../changes/ChangeBody';
import { Needs, usePreview } from '../changes/Needs';
import { moreTexts, planTexts } from '../changes/plan';
import { Questionnaire } from '../changes/Questionnaire';

type Named = { number: string; name: string };
interface Typed {
  title: string; description: string; impact: number; urgency: number; requester: PersonRef | null; service: string; classification: string;
  team: { id: string; name: string } | null; cis?: Named[]; contact_type: string; model: string; category: string; reason_code: string; answers: Record<string, string>; more: More;
  plan: { justification: string; implementation_plan: string; test_plan: string; backout_plan: string; communication_plan: string; verification_plan: string; security_impact: string; start: string; end: string; services: string[]; people: PersonRef[]; items: ItemRef[] };
}
const blank: Typed = {
  title: '', description: '', impact: 3, urgency: 3, requester: null, service: '', classification: '', team: null, contact_type: 'phone', model: 'normal', category: '', reason_code: '', answers: {}, more: noMore,
  plan: { justification: '', implementation_plan: '', test_plan: '', backout_plan: '', communication_plan: '', verification_plan: '', security_impact: '', start: '', end: '', services: [], people: [], items: [] },
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
  // A draft of before may lack what was added since.
  const typed: Typed = { ...blank, ...draft.value, plan: { ...blank.plan, ...draft.value.plan } };
  const set = (patch: Partial<Typed>) => draft.set({ ...typed, ...patch });
  const text = (value: string) => value.trim() || undefined;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    const common = { title: typed.title.trim(), description: typed.description, service: text(typed.service), team: typed.team?.id };
    const body = kind === 'change'
      ? { ...common, model: typed.model, plan: planBody(typed) }
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
        <div className="grid2">
          {(kind === 'incident' || kind === 'request') && <Field label="Requester" wrong={problem?.at('requester')}>{(ids) => <Picker id={ids.id} named label="Requester" from="people" extra={[{ id: me.id, label: `${me.name} (me)` }]} value={typed.requester?.id ?? me.id} onPick={(choice) => set({ requester: choice.id === me.id ? null : { id: choice.id, name: choice.label } })}><Person person={typed.requester ?? me} /></Picker>}</Field>}
          {(kind === 'incident' || kind === 'request') && <Field label="Came by">{(ids) => <select {...ids} className="input" value={typed.contact_type} onChange={(event) => set({ contact_type: event.target.value })}><option value="phone">Phone</option><option value="email">Mail</option><option value="portal">Portal</option><option value="chat">Chat</option><option value="walk_in">In person</option></select>}</Field>}
          <Field label="Service" optional wrong={problem?.at('service')}>{(ids) => <Picker id={ids.id} named label="Service" from="services" free extra={typed.service ? [{ id: '', label: 'None' }] : []} value={typed.service} onPick={(choice) => set({ service: choice.id })}>{typed.service || <span className="dim">Choose or type</span>}</Picker>}</Field>
          {kind !== 'change' && <Field label="Classification" optional wrong={problem?.at('classification')}>{(ids) => <Picker id={ids.id} named label="Classification" from="classifications" free extra={typed.classification ? [{ id: '', label: 'None' }] : []} value={typed.classification} onPick={(choice) => set({ classification: choice.id })}>{typed.classification || <span className="dim">Choose or type</span>}</Picker>}</Field>}
          <Field label="Team" optional hint={kind === 'change' ? undefined : 'Left empty, it waits in the unassigned queue'} wrong={problem?.at('team')}>{(ids) => <Picker id={ids.id} named label="Team" from="teams" extra={typed.team ? [{ id: '', label: 'None' }] : []} value={typed.team?.id} onPick={(choice) => set({ team: choice.id ? { id: choice.id, name: choice.label } : null })}>{typed.team?.name ?? <span className="dim">Choose</span>}</Picker>}</Field>
        </div>
        {kind !== 'change' && <About person={kind === 'problem' ? me.id : typed.requester?.id ?? me.id} whose={typed.requester && kind !== 'problem' ? typed.requester.name : 'You'} value={typed.cis ?? []} onChange={(cis) => set({ cis })} wrong={problem?.at('cis')} />}
        {kind === 'change' && <ChangePart typed={typed} set={set} wrong={(field) => problem?.at(field)} />}
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

/** The plan as the API takes it. */
function planBody({ plan, more, answers, category, reason_code }: Typed): Record<string, unknown> {
  const { start, end, services, people, items, ...texts } = plan;
  return { ...texts, planned_start: fromLocalInput(start), planned_end: fromLocalInput(end), affected_services: services, implementers: people.map((one) => one.id), items: items.map((one) => one.number), ...more, answers, category, reason_code };
}

/** The plan of a change: no more than its model asks for, with what it would need beside it. */
function ChangePart({ typed, set, wrong }: { typed: Typed; set: (patch: Partial<Typed>) => void; wrong: (field: string) => string | undefined }) {
  const models = (useQuery(changeModels).data?.items ?? []).filter((one) => ['normal', 'emergency', 'registration'].includes(one.key));
  const model = models.find((one) => one.key === typed.model);
  const previewOf = { title: typed.title, model: typed.model, team: typed.team?.id ?? null, plan: planBody(typed) };
  const needs = usePreview(previewOf);
  const setPlan = (patch: Partial<Typed['plan']>) => set({ plan: { ...typed.plan, ...patch } });
  const asks = (field: string) => !model || (model.required ?? []).includes(field);
  const [all, showAll] = useState(false);
  const choose = (label: string, field: 'category' | 'reason_code', words: Record<string, string>) => (
    <Field label={label} optional={!asks(field) || !model} wrong={wrong(field)}>{(ids) => <select {...ids} className="input" value={typed[field]} onChange={(event) => set({ [field]: event.target.value })}><option value="">Not said</option>{Object.entries(words).map(([id, word]) => <option key={id} value={id}>{word}</option>)}</select>}</Field>
  );
  const texts = [...planTexts, ...moreTexts];
  const hidden = texts.filter(({ field }) => !asks(field) && !typed.plan[field]);
  return (
    <>
      <div className="grid2">
        <Field label="Model" hint={model?.hint}>{(ids) => <select {...ids} className="input" value={typed.model} onChange={(event) => set({ model: event.target.value })}>{models.length === 0 && <option value={typed.model}>Normal</option>}{models.map((one) => <option key={one.key} value={one.key}>{one.label}</option>)}</select>}</Field>
        {choose('Category', 'category', categoryWord)}
        {choose('Because of', 'reason_code', reasonWord)}
      </div>
      <Needs found={needs} />
      <hr style={{ margin: 0 }} />
      <div><h2>Plan</h2><p className="dim small">Approvers decide on exactly this. You can complete it later; submitting checks it.</p></div>
      <PlanInputs start={typed.plan.start} setStart={(start) => setPlan({ start })} end={typed.plan.end} setEnd={(end) => setPlan({ end })} services={typed.plan.services} setServices={(services) => setPlan({ services })} people={typed.plan.people} setPeople={(people) => setPlan({ people })} items={typed.plan.items} setItems={(items) => setPlan({ items })} model={typed.model} previewOf={previewOf} onTime={(start, end) => setPlan({ start, end })} />
      <MoreInputs more={typed.more} onChange={(more) => set({ more })} />
      {texts.filter((one) => all || !hidden.includes(one)).map(({ field, title }) => <Field key={field} label={title} optional={!asks(field)} wrong={wrong(field)}>{(ids) => <Writer id={ids.id} label={title} rows={3} value={typed.plan[field]} onChange={(value) => setPlan({ [field]: value })} />}</Field>)}
      {!all && hidden.length > 0 && <Button look="link" className="small long" icon="plus" onClick={() => showAll(true)}>Say more: {hidden.map((one) => one.title.toLowerCase()).join(', ')}</Button>}
      {(model?.guards ?? []).includes('questionnaire_complete') && <section className="stack" aria-label="Questions about the risk"><h2>Risk</h2><Questionnaire answers={typed.answers} onAnswer={(question, option) => set({ answers: { ...typed.answers, [question]: option } })} /></section>}
    </>
  );
}

function Level({ label, hint, value, onChange }: { label: string; hint: Record<number, string>; value: number; onChange: (value: number) => void }) {
  return <div className="field"><span className="label">{label}</span><div className="segments" role="group" aria-label={label}>{[1, 2, 3].map((one) => <button key={one} type="button" aria-pressed={one === value} onClick={() => onChange(one)}>{levelWord[one]}</button>)}</div><span className="hint">{hint[value]}</span></div>;
}
