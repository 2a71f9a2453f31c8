// What a template says: what stands in every change that comes from it, and what is left open.
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import type { Problem } from '../../api/client';
import { vocabulary } from '../../api/queries';
import type { TemplateDoc } from '../../api/types';
import { Button, Field, IconButton, ProblemNote } from '../../ui/kit';
import { Writer } from '../../ui/Writer';

/** The texts of a template, and whether they can be left open. How to back out never is. */
const texts: { field: 'description' | 'justification' | 'implementation_plan' | 'test_plan' | 'backout_plan' | 'verification_plan' | 'communication_plan'; label: string; rows: number }[] = [
  { field: 'implementation_plan', label: 'Implementation plan', rows: 5 }, { field: 'backout_plan', label: 'Back-out plan', rows: 4 }, { field: 'test_plan', label: 'Test plan', rows: 3 }, { field: 'justification', label: 'Why', rows: 2 },
  { field: 'description', label: 'Description', rows: 2 }, { field: 'verification_plan', label: 'Verification plan', rows: 2 }, { field: 'communication_plan', label: 'Communication plan', rows: 2 },
];
const lines: { field: 'service' | 'environment'; label: string }[] = [{ field: 'service', label: 'Service' }, { field: 'environment', label: 'Environment' }];
const lists: { field: 'affected_services' | 'items' | 'classes' | 'tags'; label: string; hint: string; variable?: boolean }[] = [
  { field: 'affected_services', label: 'Affected services', hint: 'Separated by commas', variable: true }, { field: 'items', label: 'Items', hint: 'Numbers, separated by commas', variable: true },
  { field: 'classes', label: 'Allowed classes', hint: 'Each item is of one of these; none: of any' }, { field: 'tags', label: 'Allowed tags', hint: 'Each item bears one of these; none: any' },
];
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

export const emptyTemplate: TemplateDoc = { title: '', summary: '', implementation_plan: '', backout_plan: '', minutes: 30, max_risk: 'low', failures: 1, variable: ['description'], zone: Intl.DateTimeFormat().resolvedOptions().timeZone };

interface Props { given: TemplateDoc; busy: boolean; problem: Problem | null; save: string; onSave: (doc: TemplateDoc) => void; onLeave: () => void; children?: React.ReactNode }

export function TemplateForm({ given, busy, problem, save, onSave, onLeave, children }: Props) {
  const [doc, set] = useState(given);
  const [typed, type] = useState<Record<string, string>>(() => Object.fromEntries(lists.map(({ field }) => [field, (given[field] ?? []).join(', ')])));
  const words = useQuery(vocabulary);
  const variable = doc.variable ?? [];
  const hours = doc.hours ?? [];
  const open = (field: string, on: boolean) => set({ ...doc, variable: on ? [...variable, field] : variable.filter((one) => one !== field) });
  const wrong = (field: string) => problem?.at(`template.${field}`) ?? problem?.at(field);
  const known = [...texts, ...lines, ...lists, { field: 'title' }, { field: 'summary' }, { field: 'minutes' }, { field: 'zone' }, { field: 'hours' }].some(({ field }) => wrong(field));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const parts = Object.fromEntries(lists.map(({ field }) => [field, typed[field]!.split(',').map((one) => one.trim()).filter(Boolean)]));
    onSave({ ...doc, ...parts });
  };
  const lock = (field: string, label: string) => <label className="check small dim"><input type="checkbox" checked={variable.includes(field)} aria-label={`${label} is left open`} onChange={(event) => open(field, event.target.checked)} /> left open</label>;
  return (
    <form className="card pad stack loose" aria-label="Template" onSubmit={submit}>
      {children}
      <Field label="Title" wrong={wrong('title')}>{(ids) => <input {...ids} className="input" required maxLength={300} value={doc.title} onChange={(event) => set({ ...doc, title: event.target.value })} />}</Field>
      <Field label="When to use it" wrong={wrong('summary')}>{(ids) => <input {...ids} className="input" maxLength={300} value={doc.summary ?? ''} onChange={(event) => set({ ...doc, summary: event.target.value })} />}</Field>
      {texts.map(({ field, label, rows }) => (
        <div key={field} className="stack tight">
          <Field label={label} hint={field === 'backout_plan' ? 'Never left open' : undefined} wrong={wrong(field)}>{(ids) => <Writer id={ids.id} label={label} rows={rows} value={doc[field] ?? ''} onChange={(value) => set({ ...doc, [field]: value })} />}</Field>
          {field !== 'backout_plan' && lock(field, label)}
        </div>
      ))}
      <div className="grid2">
        {lines.map(({ field, label }) => <div key={field} className="stack tight"><Field label={label} wrong={wrong(field)}>{(ids) => field === 'environment' ? <select {...ids} className="input" value={doc.environment ?? ''} onChange={(event) => set({ ...doc, environment: event.target.value })}><option value="">Not said</option>{(words.data?.environments ?? []).map((one) => <option key={one} value={one}>{one}</option>)}</select> : <input {...ids} className="input" maxLength={200} value={doc[field] ?? ''} onChange={(event) => set({ ...doc, [field]: event.target.value })} />}</Field>{lock(field, label)}</div>)}
        <Field label="Category" wrong={wrong('category')}>{(ids) => <select {...ids} className="input" value={doc.category ?? ''} onChange={(event) => set({ ...doc, category: event.target.value })}><option value="">Not said</option>{(words.data?.categories ?? []).map((one) => <option key={one} value={one}>{one}</option>)}</select>}</Field>
        <Field label="Highest risk" hint="A change that is riskier is not of this template" wrong={wrong('max_risk')}>{(ids) => <select {...ids} className="input" value={doc.max_risk} onChange={(event) => set({ ...doc, max_risk: event.target.value })}><option value="low">Low</option><option value="medium">Medium</option></select>}</Field>
        <Field label="Minutes, at most" wrong={wrong('minutes')}>{(ids) => <input {...ids} className="input num" type="number" min={1} max={10080} value={doc.minutes} onChange={(event) => set({ ...doc, minutes: Number(event.target.value) })} />}</Field>
        <Field label="Failures of the last ten" hint="One more suspends it" wrong={wrong('failures')}>{(ids) => <input {...ids} className="input num" type="number" min={0} max={5} value={doc.failures ?? 0} onChange={(event) => set({ ...doc, failures: Number(event.target.value) })} />}</Field>
        {lists.map(({ field, label, hint, variable: may }) => <div key={field} className="stack tight"><Field label={label} hint={hint} wrong={wrong(field)}>{(ids) => <input {...ids} className="input" value={typed[field]} onChange={(event) => type({ ...typed, [field]: event.target.value })} />}</Field>{may && lock(field, label)}</div>)}
      </div>
      <div className="stack" role="group" aria-label="Hours">
        <span className="label">Hours in which it is done</span>
        {hours.length === 0 && <p className="small dim">At any time.</p>}
        {hours.map((one, i) => {
          const put = (more: Partial<typeof one>) => set({ ...doc, hours: hours.map((other, j) => (j === i ? { ...other, ...more } : other)) });
          return (
            <div key={i} className="row wraps">
              {days.map((day, n) => <label key={day} className="check small"><input type="checkbox" checked={(one.days ?? []).includes(n)} onChange={(event) => put({ days: event.target.checked ? [...(one.days ?? []), n].sort() : (one.days ?? []).filter((other) => other !== n) })} /> {day}</label>)}
              <input className="input days" type="time" aria-label={`From, ${i + 1}`} required value={one.from} onChange={(event) => put({ from: event.target.value })} />
              <input className="input days" type="time" aria-label={`To, ${i + 1}`} required value={one.to} onChange={(event) => put({ to: event.target.value })} />
              <IconButton small icon="x" label={`Remove hours ${i + 1}`} onClick={() => set({ ...doc, hours: hours.filter((_, j) => j !== i) })} />
            </div>
          );
        })}
        <div className="row wraps"><Button icon="plus" onClick={() => set({ ...doc, hours: [...hours, { days: [1, 2, 3, 4, 5], from: '18:00', to: '22:00' }] })}>Only at some hours</Button>
          {hours.length > 0 && <label className="row small">Time zone <input className="input" value={doc.zone ?? ''} onChange={(event) => set({ ...doc, zone: event.target.value })} /></label>}</div>
        {(wrong('zone') ?? wrong('hours')) && <p className="small red">{wrong('zone') ?? wrong('hours')}</p>}
      </div>
      {problem && !known && <ProblemNote error={problem} />}
      <div className="row"><Button type="submit" look="primary" busy={busy}>{save}</Button><Button look="quiet" onClick={onLeave}>Leave it</Button></div>
    </form>
  );
}
