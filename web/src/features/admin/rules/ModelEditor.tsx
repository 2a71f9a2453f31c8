// A change model: what its plan must say, what is asked for, notice and reviews. States and moves are the program's; what a model
// makes of them is drawn beside it, from the same data that is enforced.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { rules, vocabulary } from '../../../api/queries';
import type { ModelDoc, PolicyDoc } from '../../../api/rules';
import type { RuleDocument } from '../../../api/types';
import { useMe } from '../../../app/session';
import { Bones, Field } from '../../../ui/kit';
import { toggled } from './edits';
import { RulesTrial } from './Trial';
import { useEditing, useNames, type Editing } from './useEditing';
import { asked, concerns, fieldWord, guardWord, optionalMoves, slotWords, whenWords } from './words';
import { Workbench } from './Workbench';

const FlowDrawing = lazy(() => import('./FlowDrawing'));

export function ModelEditor({ doc }: { doc: RuleDocument<ModelDoc> }) {
  const may = Boolean(useMe().may['rulebook.manage']);
  const editing = useEditing('model', doc.key, doc);
  const { value, flow } = editing;
  return (
    <Workbench editing={editing} title={`${doc.document.label} change`} has="moves" rehearsal={<RulesTrial editing={editing} what="been put forward under this model" />}
      intro="A change keeps the version of its model that it was put forward under. What protects everybody cannot be switched off: approval for exactly this plan, holds, conditions, and that nobody decides on their own work.">
      <fieldset className="plain stack loose" disabled={!may}>
        <Basics editing={editing} />
        <Must editing={editing} />
        <Asks editing={editing} />
        <Times editing={editing} />
      </fieldset>
      <Approvers model={doc.key} />
      <section className="card pad stack" aria-label="Its way">
        <h3>Its way</h3>
        {flow ? <Suspense fallback={<Bones />}><FlowDrawing flow={flow} label={`The way of changes of the model ${value.label}`} /></Suspense> : <p className="dim small">{editing.faults.length ? 'It is drawn again as soon as what is wrong is put right.' : 'Being drawn…'}</p>}
      </section>
    </Workbench>
  );
}

type Part = { editing: Editing<ModelDoc> };

function Basics({ editing: { value, set, at } }: Part) {
  return (
    <section className="card pad stack" aria-label="Name">
      <Field label="Name" wrong={at('label')}>{(ids) => <input {...ids} className="input" maxLength={60} value={value.label} onChange={(event) => set({ ...value, label: event.target.value })} />}</Field>
      <Field label="What it is for" hint="Shown where a model is chosen" wrong={at('hint')}>{(ids) => <textarea {...ids} className="input" rows={2} maxLength={300} value={value.hint} onChange={(event) => set({ ...value, hint: event.target.value })} />}</Field>
    </section>
  );
}

function Must({ editing: { value, set } }: Part) {
  const fields = useQuery(vocabulary).data?.fields ?? [];
  return (
    <fieldset className="card pad stack"><legend className="card-legend"><h3>Its plan must say</h3></legend>
      <div className="checks">{fields.map((name) => <label key={name} className="check"><input type="checkbox" checked={asked(value, 'required', name)} onChange={(event) => set({ ...value, required: toggled(value.required, name, event.target.checked) })} />{fieldWord[name] ?? name}</label>)}</div>
      <p className="small dim">A text that says nothing, such as “n/a”, does not count.</p>
    </fieldset>
  );
}

function Asks({ editing: { value, set, doc } }: Part) {
  const guards = useQuery(vocabulary).data?.guards ?? [];
  // Moves of another model are never offered: each has its own protection.
  const ways = Object.entries(optionalMoves).filter(([name]) => asked(doc.document, 'moves', name) || asked(value, 'moves', name) || (value.key === 'emergency' && (name === 'expedite' || name === 'break_glass')));
  return (
    <fieldset className="card pad stack"><legend className="card-legend"><h3>It is asked for</h3></legend>
      <div className="checks wide">{guards.map((name) => <label key={name} className="check"><input type="checkbox" checked={asked(value, 'guards', name)} onChange={(event) => set({ ...value, guards: toggled(value.guards, name, event.target.checked) })} />{guardWord[name] ?? name}</label>)}</div>
      {ways.length > 0 && <><h4>One may</h4><div className="checks wide">{ways.map(([name, word]) => <label key={name} className="check"><input type="checkbox" checked={asked(value, 'moves', name)} onChange={(event) => set({ ...value, moves: toggled(value.moves, name, event.target.checked), retro_hours: name === 'break_glass' && event.target.checked ? value.retro_hours || 24 : value.retro_hours })} />{word}</label>)}</div></>}
    </fieldset>
  );
}

function Times({ editing: { value, set, at } }: Part) {
  const forward = ['submit', 'expedite', 'schedule'].some((name) => asked(value, 'moves', name));
  const number = (label: string, field: 'lead_hours' | 'grace_minutes' | 'retro_hours' | 'review_percent', hint: string) => <Field label={label} hint={hint} wrong={at(field)}>{(ids) => <input {...ids} className="input num" type="number" min={0} value={value[field] ?? 0} onChange={(event) => set({ ...value, [field]: Math.round(Number(event.target.value)) })} />}</Field>;
  return (
    <section className="card pad stack" aria-label="Times and reviews"><h3>Times and reviews</h3>
      <div className="grid2">
        {forward && number('Notice, in hours', 'lead_hours', 'Put forward so long before it begins, or earlier; 0 for none')}
        {asked(value, 'guards', 'inside_the_window') && number('Grace, in minutes', 'grace_minutes', 'So far outside its window it may begin')}
        {asked(value, 'moves', 'break_glass') && number('Decided in retrospect within hours', 'retro_hours', 'After the glass was broken')}
        {asked(value, 'moves', 'close') && !value.review && number('Drawn for review, of a hundred', 'review_percent', 'Nobody chooses them: the number of the change decides')}
      </div>
      {asked(value, 'moves', 'close') && <label className="check"><input type="checkbox" checked={Boolean(value.review)} onChange={(event) => set({ ...value, review: event.target.checked })} />Every change is reviewed</label>}
    </section>
  );
}

/** Which rows of the policy in force can hold for changes of this model. They are edited there. */
function Approvers({ model }: { model: string }) {
  const query = useQuery(rules<PolicyDoc>('approval_policy'));
  const rows = (query.data?.document.rows ?? []).filter((row) => concerns(row, model));
  const names = useNames([...new Set(rows.flatMap((row) => row.slots.flatMap((slot) => slot.people ?? [])))]);
  if (!query.data) return null;
  return (
    <section className="card pad stack" aria-label="Who approves it"><div className="row apart"><h3>Who approves it</h3><Link className="small" to="/admin/policy/approvals">Edit who approves</Link></div>
      {rows.length === 0 ? <p className="small dim">{model === 'standard' ? 'Nobody is asked: its template was approved once and for all.' : 'No row of the policy is for this model.'}</p> : <ul className="list stack tight small">{rows.map((row) => <li key={row.id}><strong>{row.label}</strong><div className="dim">When {whenWords(row.when)}: {row.slots.map((slot) => slotWords(slot, names)).join('; ')}</div></li>)}</ul>}
    </section>
  );
}
