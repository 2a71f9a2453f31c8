import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { api } from '../../api/client';
import { person as personQuery, roles } from '../../api/queries';
import type { Explanation } from '../../api/types';
import { parseNumber } from '../../api/words';
import { Icon } from '../../ui/Icon';
import { Bones, Empty, Field, Notice, ProblemNote } from '../../ui/kit';
import { Picker } from '../../ui/Picker';
import { Admin } from './Admin';

export default function ExplainPage() {
  const asked = useRouterState({ select: (state) => state.location.search as Record<string, string> });
  const navigate = useNavigate();
  const set = (patch: Record<string, string>) => { void navigate({ to: '/admin/explain', search: { ...asked, ...patch } as never, replace: true }); };
  const { person = '', action = '', object = '' } = asked;
  const known = useQuery(roles);
  const who = useQuery({ ...personQuery(person), enabled: person !== '' });
  const query = useQuery({ queryKey: ['explain', person, action, object], enabled: person !== '' && action !== '', queryFn: () => api.get<Explanation>('/explain', { person, action, object }) });
  const answer = query.data;
  const actionLabel = known.data?.actions.find((one) => one.action === action);
  return (
    <Admin title="Why can or can’t this person…?">
      <div className="card pad filter-row">
        <Field label="Person">{(ids) => <Picker id={ids.id} named label="Person" from="people" value={person} onPick={(choice) => set({ person: choice.id })}>{who.data?.name ?? (person || <span className="dim">Choose</span>)}</Picker>}</Field>
        <Field label="Action">{(ids) => <Picker id={ids.id} named label="Action" choices={(known.data?.actions ?? []).map((one) => ({ id: one.action, label: one.label, hint: one.action }))} value={action} onPick={(choice) => set({ action: choice.id })}>{actionLabel?.label ?? (action || <span className="dim">Choose</span>)}</Picker>}</Field>
        <Field label="Record" optional>{(ids) => <input {...ids} className="input" key={object} defaultValue={object} placeholder="CHG-000042" onKeyDown={(event) => { if (event.key === 'Enter') event.currentTarget.blur(); }} onBlur={(event) => { const value = parseNumber(event.target.value) ?? event.target.value.trim(); if (value !== object) set({ object: value }); }} />}</Field>
      </div>
      {query.isError ? <ProblemNote error={query.error} /> : !person || !action ? <Empty icon="bulb" title="Ask who may do what, and why">Choose a person and an action; a record makes the answer exact.</Empty> : !answer ? <Bones /> : (
        <div className="stack" aria-live="polite">
          <Notice look={answer.allowed ? 'good' : 'bad'} icon={answer.allowed ? 'check' : 'lock'}><strong>{answer.sentence}</strong></Notice>
          <ol className="list card results">{answer.steps.map((step, i) => <li key={i} className="row top"><span className={step.ok ? 'good' : 'red'}><Icon name={step.ok ? 'check' : 'x'} label={step.ok ? 'Holds' : 'Fails'} /></span><span className="grow">{step.text}{step.rule && <code className="mono dim block wrap">{step.rule}</code>}</span></li>)}</ol>
          <p className="dim small">Policy version <span className="num">{answer.policy_version}</span></p>
        </div>
      )}
    </Admin>
  );
}
