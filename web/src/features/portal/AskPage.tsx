// The two forms of the portal. They ask little: what, how bad, and a picture if there is one. Everything else is the
// desk's to find out.
import { Link, useNavigate, useRouterState, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { api, asProblem } from '../../api/client';
import { client } from '../../api/queries';
import type { Ticket } from '../../api/types';
import { draftWords, useDraft } from '../../app/drafts';
import { useTitle } from '../../app/session';
import { toast } from '../../app/toasts';
import { Icon } from '../../ui/Icon';
import { Button, Field, IconButton, ProblemNote } from '../../ui/kit';
import { bytes } from '../../ui/time';
import { attach } from '../record/edits';

interface Typed { title: string; description: string; stops: 1 | 2 | 3; whom: 1 | 2 | 3 }
const stops = [{ value: 1, label: 'I cannot work' }, { value: 2, label: 'I can work, with trouble' }, { value: 3, label: 'It can wait' }] as const;
const whom = [{ value: 3, label: 'Only me' }, { value: 2, label: 'My team' }, { value: 1, label: 'Many people' }] as const;

export default function AskPage() {
  const broken = useRouterState({ select: (state) => state.location.pathname }) === '/portal/report';
  return <AskForm key={String(broken)} broken={broken} />;
}

function AskForm({ broken }: { broken: boolean }) {
  const what = broken ? 'Report something broken' : 'Ask for something';
  useTitle(what);
  const navigate = useNavigate();
  const { title = '' } = useSearch({ strict: false }) as { title?: string };
  const draft = useDraft<Typed>(broken ? 'new:portal-incident' : 'new:portal-request', { title: '', description: '', stops: broken ? 2 : 3, whom: 3 });
  const [files, setFiles] = useState<File[]>([]);
  const [busy, setBusy] = useState('');
  const [error, setError] = useState<unknown>(null);
  const input = useRef<HTMLInputElement>(null);
  const problem = error ? asProblem(error) : null;
  const typed = draft.value;
  const set = (patch: Partial<Typed>) => draft.set({ ...typed, ...patch });
  useEffect(() => { if (title) draft.set({ ...draft.value, title }); }, []);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy('Sending…');
    setError(null);
    try {
      const record = await api.post<Ticket>(broken ? '/incidents' : '/requests', {
        title: typed.title.trim(), description: typed.description, impact: broken ? typed.whom : 3, urgency: typed.stops, contact_type: 'portal',
      });
      draft.clear();
      if (files.length) await attach(record.number, files, false, setBusy);
      void client.invalidateQueries({ queryKey: ['tickets'] });
      void client.invalidateQueries({ queryKey: ['record', record.number] });
      toast(`We have it: ${record.number}.`);
      await navigate({ to: `/portal/requests/${record.number}`, replace: true });
    } catch (caught) { setError(caught); setBusy(''); }
  };

  return (
    <form className="portal-page narrow" aria-label={what} onSubmit={(event) => { void submit(event); }}>
      <header><Link to="/portal" className="button link"><Icon name="back" size={15} />Home</Link><h1>{what}</h1></header>
      <div className="card pad stack loose">
        <Field label={broken ? 'What is broken?' : 'What do you need?'} hint={broken ? 'In one line, such as “The printer on floor 3 prints blank pages”' : 'In one line, such as “A second monitor for my desk”'} wrong={problem?.at('title')}>{(ids) => <input {...ids} className="input" required maxLength={250} autoFocus value={typed.title} onChange={(event) => set({ title: event.target.value })} />}</Field>
        <Field label={broken ? 'What happens, and since when?' : 'What is it for, and by when?'} optional wrong={problem?.at('description')}>{(ids) => <textarea {...ids} className="input" rows={5} value={typed.description} onChange={(event) => set({ description: event.target.value })} />}</Field>
        {broken && <Choice label="How much does it stop you?" options={stops} value={typed.stops} onChange={(value) => set({ stops: value })} />}
        {broken && <Choice label="Who has this trouble?" options={whom} value={typed.whom} onChange={(value) => set({ whom: value })} />}
        <div className="field">
          <span className="label">Pictures or files <span className="dim">(optional)</span></span>
          <input ref={input} type="file" multiple hidden onChange={(event) => { setFiles([...files, ...event.target.files ?? []]); event.target.value = ''; }} />
          {files.length > 0 && <ul className="list">{files.map((file, index) => <li key={`${file.name} ${index}`} className="row"><Icon name="file" /><span className="grow clip">{file.name}</span><span className="small dim">{bytes(file.size)}</span><IconButton small icon="x" label={`Leave out ${file.name}`} onClick={() => setFiles(files.filter((_, at) => at !== index))} /></li>)}</ul>}
          <div><Button icon="clip" onClick={() => input.current?.click()}>Add a picture or file</Button></div>
        </div>
        {problem && problem.errors.length === 0 && <ProblemNote error={problem} />}
        <div className="row apart wraps"><span className="small dim" aria-live="polite">{busy || draftWords[draft.state.status]}</span><Button type="submit" look="primary" big busy={busy !== ''} disabled={!typed.title.trim()}>{broken ? 'Report it' : 'Ask for it'}</Button></div>
      </div>
    </form>
  );
}

function Choice<V extends number>({ label, options, value, onChange }: { label: string; options: readonly { value: V; label: string }[]; value: V; onChange: (value: V) => void }) {
  return (
    <fieldset className="choice"><legend className="label">{label}</legend>
      {options.map((option) => <label key={option.value}><input type="radio" name={label} checked={option.value === value} onChange={() => onChange(option.value)} />{option.label}</label>)}
    </fieldset>
  );
}
