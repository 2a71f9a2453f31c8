// The relations of an item, grouped by type in both directions, with what a failure does along them.
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, asProblem } from '../../../api/client';
import { cmdbModel, type CiPage, type CiRelation } from '../../../api/cmdb';
import { toast } from '../../../app/toasts';
import { useActs } from '../../../app/useActs';
import { Dialog } from '../../../ui/Dialog';
import { Icon } from '../../../ui/Icon';
import { Button, Field, IconButton, ProblemNote } from '../../../ui/kit';
import { Picker } from '../../../ui/Picker';
import { dateOnly, exact, fromLocalInput, toLocalInput } from '../../../ui/time';
import { CiLine } from '../parts';
import { groupRelations, redundancyWords, spreadWords } from './relations';
import { writeCi } from './edits';

export function Relations({ item, at }: { item: CiPage; at: Record<string, string> }) {
  const [adding, add] = useState(false);
  const [ending, end] = useState<CiRelation | null>(null);
  const [all, showAll] = useState<ReadonlySet<string>>(new Set());
  useActs(item.may.relate ? [{ id: 'relate', keys: 'l', label: 'Relate to another item', group: 'Item', run: () => add(true) }] : []);
  const groups = groupRelations(item.relations);
  return (
    <section className="card" aria-label="Relations">
      <header><h2 className="grow">Relations {item.relations.length > 0 && <span className="dim num small">{item.relations.length}</span>}</h2>{item.may.relate && <IconButton icon="plus" label="Relate to another item" small className="no-print" onClick={() => add(true)} />}</header>
      {groups.length === 0 && <p className="dim small inside">{item.at ? 'None were known then.' : 'None. Without relations nobody can say what breaks when this fails.'}</p>}
      {groups.map((group) => (
        <div key={group.key} className="relation-group">
          <h3>{group.label} <span className="dim small">{spreadWords[group.spreads]}</span></h3>
          <ul className="list">
            {(all.has(group.key) ? group.rows : group.rows.slice(0, 12)).map((relation) => (
              <li key={relation.id} className="row relation">
                <div className="grow"><CiLine item={relation.other} search={at} /></div>
                {relation.redundancy && <span className="tag" title="Relations with this name stand in for each other">{redundancyWords(relation, group.rows)}</span>}
                <span className="dim small nowrap" title={`${exact(relation.since)}${relation.source ? `, from ${relation.source}` : ''}`}>since {dateOnly(relation.since)}{relation.until ? ` until ${dateOnly(relation.until)}` : ''}</span>
                {item.may.relate && <IconButton icon="x" label={`End: ${relation.label} ${relation.other.name}`} small className="reveal no-print" onClick={() => end(relation)} />}
              </li>
            ))}
          </ul>
          {group.rows.length > 12 && !all.has(group.key) && <Button look="link" className="small no-print" onClick={() => showAll(new Set([...all, group.key]))}>Show all {group.rows.length}</Button>}
        </div>
      ))}
      {adding && <AddRelation item={item} onClose={() => add(false)} />}
      {ending && <EndRelation item={item} relation={ending} onClose={() => end(null)} />}
    </section>
  );
}

function AddRelation({ item, onClose }: { item: CiPage; onClose: () => void }) {
  const model = useQuery(cmdbModel).data;
  const [way, setWay] = useState('');
  const [other, setOther] = useState<{ id: string; label: string } | null>(null);
  const [redundancy, setRedundancy] = useState('');
  const [needed, setNeeded] = useState('1');
  const [since, setSince] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [type = '', direction] = way.split(':');
  const hint = model?.relations.find((one) => one.key === type)?.hint;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!other) return;
    setBusy(true);
    setError(null);
    const body = { type, to: other.id, inverse: direction === 'inverse', ...(redundancy.trim() ? { redundancy: redundancy.trim(), needed: Number(needed) } : {}), ...(since ? { effective: fromLocalInput(since) } : {}) };
    const done = await writeCi(item.number, () => api.post<CiPage>(`/cis/${item.number}/relations`, body), (problem) => { setError(problem); return true; });
    setBusy(false);
    if (done) { toast(`Related to ${other.label}.`); onClose(); }
  };
  return (
    <Dialog title={`Relate ${item.name}`} open onClose={onClose}>
      <form className="stack" onSubmit={(event) => { void submit(event); }}>
        <Field label={item.name} hint={hint ?? undefined}>{(ids) => (
          <select {...ids} className="input" required data-autofocus value={way} onChange={(event) => setWay(event.target.value)}>
            <option value="" disabled>Choose how</option>
            {model?.relations.flatMap((one) => [<option key={one.key} value={`${one.key}:forth`}>{one.label} …</option>, <option key={`${one.key}:inverse`} value={`${one.key}:inverse`}>{one.inverse} …</option>])}
          </select>
        )}</Field>
        <Field label="The other item">{(ids) => <Picker id={ids.id} named label="The other item" from="cis" value={other?.id} onPick={(choice) => setOther({ id: choice.id, label: choice.label })}>{other?.label ?? <span className="dim">Name, number or serial number</span>}</Picker>}</Field>
        <details><summary>Redundancy, and since when</summary>
          <div className="stack">
            <div className="grid2">
              <Field label="Stand in for each other as" optional hint="The same name on several relations">{(ids) => <input {...ids} className="input" maxLength={60} placeholder="nodes" value={redundancy} onChange={(event) => setRedundancy(event.target.value)} />}</Field>
              <Field label="How many it takes">{(ids) => <input {...ids} className="input" type="number" min={1} max={1000} disabled={!redundancy.trim()} value={needed} onChange={(event) => setNeeded(event.target.value)} />}</Field>
            </div>
            <Field label="Since" optional hint="Left empty, from now on">{(ids) => <input {...ids} className="input" type="datetime-local" value={since} onChange={(event) => setSince(event.target.value)} />}</Field>
          </div>
        </details>
        <ProblemNote error={error} />
        <div className="row"><Button type="submit" look="primary" busy={busy} disabled={!other || !way}>Relate</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}

function EndRelation({ item, relation, onClose }: { item: CiPage; relation: CiRelation; onClose: () => void }) {
  const [when, setWhen] = useState('');
  const [reason, type] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const query = new URLSearchParams({ ...(when ? { effective: fromLocalInput(when)! } : {}), ...(reason ? { reason } : {}) }).toString();
    const done = await writeCi(item.number, () => api.delete<CiPage>(`/cis/${item.number}/relations/${relation.id}${query ? `?${query}` : ''}`), (problem) => { setError(asProblem(problem)); return true; });
    setBusy(false);
    if (done) onClose();
  };
  return (
    <Dialog title="End a relation" open onClose={onClose} size={460}>
      <form className="stack" onSubmit={(event) => { void submit(event); }}>
        <p>{item.name} <span className="dim">{relation.label}</span> <strong>{relation.other.name}</strong>. It stays in the history.</p>
        <Field label="It ended" optional hint="Left empty, now">{(ids) => <input {...ids} className="input" type="datetime-local" max={toLocalInput(new Date().toISOString())} value={when} onChange={(event) => setWhen(event.target.value)} />}</Field>
        <Field label="Reason" optional>{(ids) => <input {...ids} className="input" maxLength={1000} value={reason} onChange={(event) => type(event.target.value)} />}</Field>
        <ProblemNote error={error} />
        <div className="row"><Button type="submit" look="primary" busy={busy}><Icon name="x" size={14} />End it</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}
