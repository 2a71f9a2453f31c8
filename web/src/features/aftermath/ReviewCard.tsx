// The review of a change: why there is one, by when, and what was learned. Somebody who did not implement it writes it.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { review, type Review } from '../../api/aftermath';
import { api, asProblem } from '../../api/client';
import { client } from '../../api/queries';
import { pathOf } from '../../api/words';
import type { Change } from '../../api/types';
import { useDraft } from '../../app/drafts';
import { toast } from '../../app/toasts';
import { Dialog } from '../../ui/Dialog';
import { Icon } from '../../ui/Icon';
import { Ago, Button, Field, Html, IconButton, ProblemNote, Segments, Tone } from '../../ui/kit';
import { Picker } from '../../ui/Picker';
import { dateTime } from '../../ui/time';
import { cmdbWords, objectiveWords } from './words';

export default function ReviewCard({ change }: { change: Change }) {
  const over = change.state === 'review' || change.state === 'closed';
  const query = useQuery({ ...review(change.number), enabled: over });
  const [writing, write] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const data = query.data;
  if (!over || !data || (data.state === 'none' && !data.may)) return null;
  const late = data.state === 'open' && data.due_at !== null && Date.parse(data.due_at) < Date.now();
  const ask = async () => {
    try { settle(change.number, await api.post<Review>(`/changes/${change.number}/review/request`)); } catch (caught) { setError(caught); }
  };
  return (
    <section className="card pad stack" aria-label="Review">
      <div className="row wraps"><h2 className="grow">Review</h2>
        {data.state === 'open' && <Tone tone={late ? 'refused' : 'waiting'}>{late ? 'Overdue' : 'To be done'}</Tone>}
        {data.state === 'done' && <Tone tone="done">Done</Tone>}
      </div>
      {data.state === 'none' && <p className="dim small">Nothing asks for a review of this change.</p>}
      {data.state !== 'none' && <p className="small">{(data.reasons ?? []).map((one) => one.text).join(' · ')}{data.state === 'open' && data.due_at ? <span className="dim">, by {dateTime(data.due_at)}</span> : null}</p>}
      {data.objectives && (
        <div className="stack">
          <p className="row wraps small"><Icon name={data.objectives === 'met' ? 'check' : 'alert'} size={14} /><span>{objectiveWords[data.objectives]}</span><span className="dim">·</span><span>{data.cmdb ? cmdbWords[data.cmdb] : ''}{data.cmdb_reason ? `: ${data.cmdb_reason}` : ''}</span></p>
          {data.lessons_html && <Html html={data.lessons_html} />}
          {(data.follow_ups ?? []).length > 0 && <p className="small"><span className="dim">Follow-up: </span>{data.follow_ups!.map((number, index) => <span key={number}>{index > 0 ? ', ' : ''}<Link to={pathOf(number)} className="num">{number}</Link></span>)}</p>}
          {data.reviewer && <p className="dim small">{data.reviewer.name}, <Ago at={data.done_at} /></p>}
        </div>
      )}
      {data.why_not && data.state === 'open' && <p className="why-not small"><Icon name="lock" size={14} /><span>{data.why_not}</span></p>}
      {error ? <ProblemNote error={error} /> : null}
      {data.may && <div className="row wraps no-print"><Button look={data.state === 'open' ? 'primary' : ''} onClick={() => write(true)}>{data.state === 'done' ? 'Write it anew' : 'Write the review'}</Button>{data.state === 'none' && <Button look="quiet" onClick={() => { void ask(); }}>Ask somebody for one</Button>}</div>}
      {writing && <ReviewForm number={change.number} data={data} onClose={() => write(false)} />}
    </section>
  );
}

function settle(number: string, answer: Review): void {
  client.setQueryData(review(number).queryKey, answer);
  void client.invalidateQueries({ queryKey: ['record', number] });
  void client.invalidateQueries({ queryKey: ['timeline', number] });
  void client.invalidateQueries({ queryKey: ['reviews-due'] });
}

interface Written { objectives: 'met' | 'partly' | 'missed' | ''; lessons: string; cmdb: 'updated' | 'nothing' | 'waived' | ''; cmdb_reason: string; follow_ups: string[] }

function ReviewForm({ number, data, onClose }: { number: string; data: Review; onClose: () => void }) {
  const draft = useDraft<Written>(`review:${number}`, { objectives: data.objectives ?? '', lessons: data.lessons ?? '', cmdb: data.cmdb ?? '', cmdb_reason: data.cmdb_reason ?? '', follow_ups: [] });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const typed = draft.value;
  const set = (patch: Partial<Written>) => draft.set({ ...typed, ...patch });
  const problem = error ? asProblem(error) : null;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      settle(number, await api.post<Review>(`/changes/${number}/review`, { ...typed, cmdb_reason: typed.cmdb === 'waived' ? typed.cmdb_reason : '' }));
      draft.clear();
      toast(`${number} is reviewed.`);
      onClose();
    } catch (caught) { setError(caught); setBusy(false); }
  };
  return (
    <Dialog title={`Review ${number}`} open onClose={onClose} size={620}>
      <form className="stack loose" onSubmit={(event) => { void submit(event); }}>
        <div className="field"><span className="label">Did it reach what it was for?</span><Segments<Written['objectives']> label="Objectives" value={typed.objectives} onChange={(objectives) => set({ objectives })} options={[{ value: 'met', label: 'Yes' }, { value: 'partly', label: 'In part' }, { value: 'missed', label: 'No' }]} />{problem?.at('objectives') && <span className="wrong" role="alert">{problem.at('objectives')}</span>}</div>
        <Field label="What was learned?" wrong={problem?.at('lessons')} hint="What went well, what did not, and what to do otherwise the next time">{(ids) => <textarea {...ids} className="input" rows={5} required autoFocus value={typed.lessons} onChange={(event) => set({ lessons: event.target.value })} />}</Field>
        <div className="field"><span className="label">What was the CMDB told?</span><Segments<Written['cmdb']> label="CMDB" value={typed.cmdb} onChange={(cmdb) => set({ cmdb })} options={[{ value: 'updated', label: 'It is up to date' }, { value: 'nothing', label: 'Nothing to tell' }, { value: 'waived', label: 'Waived' }]} />{problem?.at('cmdb') && <span className="wrong" role="alert">{problem.at('cmdb')}</span>}</div>
        {typed.cmdb === 'waived' && <Field label="Why is it not brought up to date?" wrong={problem?.at('cmdb_reason')}>{(ids) => <input {...ids} className="input" required value={typed.cmdb_reason} onChange={(event) => set({ cmdb_reason: event.target.value })} />}</Field>}
        <div className="field"><span className="label">Follow-up <span className="dim">(optional)</span></span>
          <div className="row wraps">{typed.follow_ups.map((one) => <span key={one} className="chip row"><span className="num">{one}</span><IconButton icon="x" label={`Leave out ${one}`} small onClick={() => set({ follow_ups: typed.follow_ups.filter((other) => other !== one) })} /></span>)}<Picker label="Add a problem or a change" from="tickets" className="button link small" onPick={(choice) => set({ follow_ups: [...new Set([...typed.follow_ups, choice.id])] })}>Add a problem or a change</Picker></div>
          {problem?.at('follow_ups') && <span className="wrong" role="alert">{problem.at('follow_ups')}</span>}
        </div>
        {problem && problem.errors.length === 0 ? <ProblemNote error={problem} /> : null}
        <div className="row"><Button type="submit" look="primary" busy={busy} disabled={typed.objectives === '' || typed.cmdb === ''}>Finish the review</Button><Button look="quiet" onClick={onClose}>Go on later</Button></div>
      </form>
    </Dialog>
  );
}
