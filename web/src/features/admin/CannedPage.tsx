// Canned texts: what the desk writes once and sends often, for all or for one team.
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, asProblem } from '../../api/client';
import { allCanned, client, teams } from '../../api/queries';
import type { CannedText, CannedTexts } from '../../api/types';
import { toast, toastProblem } from '../../app/toasts';
import { Dialog } from '../../ui/Dialog';
import { Ago, Bones, Button, Empty, Field, PageProblem, ProblemNote, Segments, Tone } from '../../ui/kit';
import { Writer } from '../../ui/Writer';
import { Admin } from './Admin';

const reload = () => { void client.invalidateQueries({ queryKey: ['canned'] }); };

export default function CannedPage() {
  const query = useQuery(allCanned);
  const [show, setShow] = useState<'used' | 'retired'>('used');
  const [words, setWords] = useState('');
  const [writing, write] = useState<CannedText | 'new' | null>(null);
  const shown = (query.data?.items ?? []).filter((one) => one.retired === (show === 'retired') && `${one.name} ${one.body} ${one.team?.name ?? 'all'}`.toLowerCase().includes(words.trim().toLowerCase()));
  const move = async (text: CannedText, event: 'retire' | 'restore', undone = false) => {
    try {
      await api.post(`/canned/${text.id}/moves/${event}`);
      if (!undone) toast(event === 'retire' ? `“${text.name}” is offered no more.` : `“${text.name}” is offered again.`, { act: { label: 'Undo', run: () => { void move(text, event === 'retire' ? 'restore' : 'retire', true); } } });
    } catch (error) { toastProblem(error); }
    reload();
  };
  return (
    <Admin title="Canned text" act={<Button look="primary" icon="plus" onClick={() => write('new')}>Write a text</Button>}>
      <p className="dim" style={{ marginBottom: 12 }}>Offered in every reply and note after a slash. A text for a team is offered to its members, one for all to everybody at the desk.</p>
      <div className="row wraps" style={{ marginBottom: 12 }}>
        <input className="input" style={{ maxWidth: 320 }} type="search" aria-label="Find a text" placeholder="Find a text" value={words} onChange={(event) => setWords(event.target.value)} />
        <Segments label="Show" value={show} onChange={setShow} options={[{ value: 'used', label: 'In use' }, { value: 'retired', label: 'Retired' }]} />
      </div>
      {query.isPending ? <Bones lines={6} /> : query.isError ? <PageProblem error={query.error} /> : shown.length === 0 ? (
        <Empty icon="note" title={words ? 'No text says that' : show === 'used' ? 'No texts yet' : 'None is retired'} act={show === 'used' && !words ? <Button look="primary" onClick={() => write('new')}>Write the first</Button> : undefined}>What you answer every day, written once. Variables such as {'{{requester.first_name}}'} are filled from the record.</Empty>
      ) : (
        <ul className="list card results">{shown.map((text) => (
          <li key={text.id} className="row top">
            <div className="grow">
              <div className="row wraps"><strong className="wrap">{text.name}</strong><Tone tone={text.team ? 'progress' : 'new'}>{text.team?.name ?? 'For all'}</Tone><span className="small dim"><Ago at={text.updated_at} /></span></div>
              <p className="dim wrap" style={{ whiteSpace: 'pre-line', marginTop: 4 }}>{text.body.length > 240 ? `${text.body.slice(0, 240)}…` : text.body}</p>
            </div>
            {text.may_manage && (text.retired ? <Button onClick={() => { void move(text, 'restore'); }}>Restore</Button> : <div className="row wraps"><Button icon="edit" onClick={() => write(text)} aria-label={`Edit ${text.name}`}>Edit</Button><Button look="quiet" onClick={() => { void move(text, 'retire'); }} aria-label={`Retire ${text.name}`}>Retire</Button></div>)}
          </li>
        ))}</ul>
      )}
      {writing && query.data && <WriteText text={writing === 'new' ? null : writing} variables={query.data.variables} onClose={() => write(null)} />}
    </Admin>
  );
}

function WriteText({ text, variables, onClose }: { text: CannedText | null; variables: CannedTexts['variables']; onClose: () => void }) {
  const groups = useQuery(teams);
  const [typed, set] = useState({ name: text?.name ?? '', body: text?.body ?? '', team: text?.team?.id ?? '' });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const problem = error ? asProblem(error) : null;
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    const body = { name: typed.name, body: typed.body, team: typed.team || null };
    try {
      if (text) await api.patch(`/canned/${text.id}`, body, { version: text.version });
      else await api.post('/canned', body);
      reload();
      onClose();
      toast(`“${typed.name.trim()}” is kept.`);
    } catch (caught) { setError(caught); setBusy(false); }
  };
  return (
    <Dialog title={text ? 'Edit canned text' : 'Write a canned text'} open onClose={onClose} size={620}>
      <form className="stack" onSubmit={(event) => { void save(event); }}>
        <div className="grid2">
          <Field label="Name" hint="What one types after the slash" wrong={problem?.at('name')}>{(ids) => <input {...ids} className="input" required maxLength={100} data-autofocus value={typed.name} onChange={(event) => set({ ...typed, name: event.target.value })} />}</Field>
          <Field label="For" wrong={problem?.at('team')}>{(ids) => <select {...ids} className="input" value={typed.team} onChange={(event) => set({ ...typed, team: event.target.value })}><option value="">All</option>{(groups.data?.items ?? []).map((team) => <option key={team.id} value={team.id}>{team.name}</option>)}</select>}</Field>
        </div>
        <Field label="Text" wrong={problem?.at('body')}>{(ids) => <Writer id={ids.id} describedBy={ids['aria-describedby']} invalid={ids['aria-invalid']} label="Text" rows={8} value={typed.body} onChange={(body) => set({ ...typed, body })} />}</Field>
        <div><div className="label">Variables</div><div className="row wraps" style={{ gap: 6, marginTop: 4 }}>{variables.map((one) => <button key={one.name} type="button" className="button small mono" title={one.means} onClick={() => set({ ...typed, body: `${typed.body}{{${one.name}}}` })}>{`{{${one.name}}}`}</button>)}</div></div>
        {problem && problem.errors.length === 0 ? <ProblemNote error={problem} /> : null}
        <div className="row"><Button type="submit" look="primary" busy={busy} disabled={!typed.name.trim() || !typed.body.trim()}>{text ? 'Save text' : 'Keep text'}</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}
