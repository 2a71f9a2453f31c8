// What an incident and its changes have to do with each other: what was said, how sure it is, and what may be.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { causes, type Causes, type CauseRecord, type CauseTie } from '../../api/aftermath';
import { api } from '../../api/client';
import { client } from '../../api/queries';
import { kindOf, pathOf } from '../../api/words';
import type { Ticket, Tone as ToneName } from '../../api/types';
import { toast } from '../../app/toasts';
import { Dialog } from '../../ui/Dialog';
import { Icon } from '../../ui/Icon';
import { Ago, Button, Field, IconButton, Notice, ProblemNote, Segments, Tone } from '../../ui/kit';
import { Picker } from '../../ui/Picker';
import { hintWord, tieWord } from './words';

const sure: Record<CauseTie['confidence'], [ToneName, string]> = { suspected: ['waiting', 'Suspected'], confirmed: ['refused', 'Confirmed'], refuted: ['closed', 'Refuted'] };
type Saying = { other: Pick<CauseRecord, 'number' | 'title'> | null; kind: CauseTie['kind']; confidence: CauseTie['confidence'] };

export default function CauseCard({ record }: { record: Ticket }) {
  const onChange = record.kind === 'change';
  const query = useQuery(causes(record.number));
  const [saying, say] = useState<Saying | null>(null);
  const data = query.data;
  const ties = data?.ties ?? [], hints = data?.suggestions ?? [];
  if (!data || (ties.length === 0 && hints.length === 0 && (onChange || !data.may.suspect))) return null;
  const quick = async (other: CauseRecord) => {
    try {
      await send(record, onChange, { other, kind: 'caused_by', confidence: 'suspected' }, '');
      toast(`${other.number} is noted as a suspected cause.`);
    } catch { say({ other, kind: 'caused_by', confidence: 'suspected' }); }
  };
  return (
    <section className="card side-card" aria-label={onChange ? 'Incidents' : 'Changes behind it'}>
      <header><h2 className="grow">{onChange ? 'Incidents' : 'Changes behind it'}</h2>{data.may.suspect && <IconButton icon="plus" label={onChange ? 'Name an incident' : 'Name a change'} small className="no-print" onClick={() => say({ other: null, kind: 'caused_by', confidence: 'suspected' })} />}</header>
      {data.caused && <div className="inside"><Notice look="bad" icon="alert">It caused an incident, whatever outcome was stated.</Notice></div>}
      {ties.length > 0 && <ul className="list side-list">{ties.map((tie) => (
        <li key={`${tie.other.number} ${tie.kind}`} className="row top side-item">
          <div className="grow">
            <div className="row wraps small"><span className="dim">{tieWord(tie.kind, onChange)}</span><Tone tone={sure[tie.confidence][0]} icon={tie.confidence === 'refuted' ? 'x' : tie.confidence === 'confirmed' ? 'alert' : undefined}>{sure[tie.confidence][1]}</Tone></div>
            <Link to={pathOf(tie.other.number)} className="wrap">{tie.other.title}</Link>
            <div className="row wraps small dim"><span className="num">{tie.other.number}</span>{tie.other.priority !== null && <span>P{tie.other.priority}</span>}{tie.by && <span>{tie.by.name}, <Ago at={tie.at} /></span>}</div>
            {tie.evidence && <p className="small wrap">{tie.evidence}</p>}
            {data.may.confirm && tie.kind === 'caused_by' && <div className="row wraps no-print">{tie.confidence !== 'confirmed' && <Button look="link" className="small" onClick={() => say({ other: tie.other, kind: tie.kind, confidence: 'confirmed' })}>Confirm…</Button>}{tie.confidence !== 'refuted' && <Button look="link" className="small" onClick={() => say({ other: tie.other, kind: tie.kind, confidence: 'refuted' })}>Refute…</Button>}</div>}
          </div>
        </li>
      ))}</ul>}
      {hints.length > 0 && (
        <div>
          <h3 className="items-role">{onChange ? 'Perhaps these' : 'Perhaps one of these'}</h3>
          <ul className="list side-list">{hints.map((hint) => (
            <li key={hint.other.number} className="row top side-item">
              <div className="grow">
                <Link to={pathOf(hint.other.number)} className="wrap">{hint.other.title}</Link>
                <div className="row wraps small dim"><span className="num">{hint.other.number}</span><span>{onChange ? hintWord(hint).replace(/^changed /, 'about ').replace(/^reaches /, 'about ') : hintWord(hint)}</span></div>
              </div>
              {data.may.suspect && <Button className="small no-print" aria-label={`Suspect ${hint.other.number}`} onClick={() => { void quick(hint.other); }}>Suspect</Button>}
            </li>
          ))}</ul>
        </div>
      )}
      {ties.length === 0 && hints.length === 0 && <p className="dim small side-form">No change is known to have to do with it.</p>}
      {saying && <Say record={record} onChange={onChange} start={saying} may={data.may} onClose={() => say(null)} />}
    </section>
  );
}

async function send(record: Ticket, onChange: boolean, what: Saying, evidence: string): Promise<void> {
  const [change, incident] = onChange ? [record.number, what.other!.number] : [what.other!.number, record.number];
  await api.post<Causes>(`/changes/${change}/causes`, { incident, kind: what.kind, confidence: what.confidence, evidence });
  for (const number of [change, incident]) void client.invalidateQueries({ queryKey: ['record', number] });
}

function Say({ record, onChange, start, may, onClose }: { record: Ticket; onChange: boolean; start: Saying; may: Causes['may']; onClose: () => void }) {
  const [saying, set] = useState<Saying>(start);
  const [evidence, type] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const fixed = start.other !== null;
  const title = !fixed ? (onChange ? 'Name an incident' : 'Name a change') : saying.confidence === 'confirmed' ? 'Confirm the cause' : saying.confidence === 'refuted' ? 'Refute the cause' : 'Suspect a cause';
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!saying.other) return;
    setBusy(true);
    setError(null);
    try { await send(record, onChange, saying, evidence.trim()); onClose(); } catch (caught) { setError(caught); setBusy(false); }
  };
  const wanted = onChange ? 'incident' : 'change';
  return (
    <Dialog title={title} open onClose={onClose} size={520}>
      <form className="stack loose" onSubmit={(event) => { void submit(event); }}>
        {fixed ? <p><span className="num">{saying.other!.number}</span> {saying.other!.title}</p> : (
          <div className="field"><span className="label">{onChange ? 'Incident' : 'Change'}</span>
            <Picker label={onChange ? 'Incident' : 'Change'} from="tickets" value={saying.other?.number} onPick={(choice) => set({ ...saying, other: { number: choice.id, title: choice.label } })}>{saying.other ? `${saying.other.number} ${saying.other.title}` : <span className="dim">Number or words of its title</span>}</Picker>
            {saying.other && kindOf(saying.other.number) !== wanted && <span className="wrong" role="alert">Choose {onChange ? 'an incident' : 'a change'}.</span>}
          </div>
        )}
        {!fixed && <Segments<CauseTie['kind']> label="What it has to do with this" value={saying.kind} onChange={(kind) => set({ ...saying, kind })} options={(['caused_by', 'fixed_by', 'requested_by'] as const).map((kind) => ({ value: kind, label: tieWord(kind, onChange) }))} />}
        {!fixed && may.confirm && <Segments<CauseTie['confidence']> label="How sure it is" value={saying.confidence} onChange={(confidence) => set({ ...saying, confidence })} options={[{ value: 'suspected', label: 'Suspected' }, { value: 'confirmed', label: 'Confirmed' }]} />}
        <Field label="What shows it?" optional={saying.confidence === 'suspected'}>{(ids) => <textarea {...ids} className="input" rows={3} required={saying.confidence !== 'suspected'} autoFocus={fixed} value={evidence} onChange={(event) => type(event.target.value)} />}</Field>
        {saying.confidence === 'confirmed' && saying.kind === 'caused_by' && <p className="small dim row"><Icon name="eye" size={14} /><span>The change counts as one that caused an incident, and is reviewed.</span></p>}
        {error ? <ProblemNote error={error} /> : null}
        <div className="row"><Button type="submit" look="primary" busy={busy} disabled={!saying.other || kindOf(saying.other.number) !== wanted}>{title}</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}
