// Items that are one, beside each other: which of them stays, and whose value survives where they differ. Merging can be undone.
import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { api } from '../../../api/client';
import { ci, ciPath, type CiPage } from '../../../api/cmdb';
import { client } from '../../../api/queries';
import { toast, toastProblem } from '../../../app/toasts';
import { Sheet } from '../../../ui/Dialog';
import { Ago, Bones, Button, Field, ProblemNote } from '../../../ui/kit';
import { choices, survivor, values, type Picks } from './merging';

/** What is read again after items were merged, parted or told apart. */
export function refreshDuplicates(numbers: string[] = []): void {
  for (const key of ['ci-duplicates', 'ci-apart', 'ci-conflicts', 'cis', 'ci-classes']) void client.invalidateQueries({ queryKey: [key] });
  for (const number of numbers) for (const key of ['ci', 'ci-timeline']) void client.invalidateQueries({ queryKey: [key, number] });
}

/** At most so many fit beside each other; the others wait for the next time. */
const most = 6;

export default function MergeSheet({ numbers, onClose }: { numbers: string[]; onClose: () => void }) {
  const pages = useQueries({ queries: numbers.slice(0, most).map((number) => ci(number)) });
  const read = pages.map((one) => one.data).filter((one): one is CiPage => one !== undefined);
  const failed = pages.find((one) => one.isError);
  return (
    <Sheet title="They are one" open onClose={onClose} size={920}>
      {failed ? <ProblemNote error={failed.error} again={() => { void failed.refetch(); }} /> : read.length < pages.length ? <Bones lines={6} /> : <Merge pages={read} left={numbers.length - read.length} onClose={onClose} />}
    </Sheet>
  );
}

function Merge({ pages, left, onClose }: { pages: CiPage[]; left: number; onClose: () => void }) {
  const [staying, stay] = useState(pages[0]!.number);
  const [out, leave] = useState<string[]>([]);
  const [picks, pick] = useState<Picks>({});
  const [all, showAll] = useState(false);
  const [reason, type] = useState('');
  const [busy, setBusy] = useState(false);
  const stays = pages.find((one) => one.number === staying)!;
  const going = pages.filter((one) => one !== stays && !out.includes(one.number));
  const rows = choices(stays, going);
  const shown = all ? rows : rows.filter((row) => row.differs);
  const ties = going.reduce((sum, one) => sum + one.relations.length, 0);
  const groups = going.reduce((sum, one) => sum + one.groups.length, 0);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const gone: string[] = [];
    try {
      for (const one of going) { await api.post(`/cis/${one.number}/merge`, { into: staying, reason, values: values(one, picks, stays, going) }); gone.push(one.number); }
      toast(`${gone.length === 1 ? gone[0] : `${gone.length} items`} merged into ${stays.name}.`, { act: { label: 'Undo', run: () => { void undo([...gone].reverse()); } } });
      onClose();
    } catch (error) { toastProblem(error); }
    finally { setBusy(false); refreshDuplicates([...gone, staying]); }
  };
  const undo = async (gone: string[]) => {
    try { for (const number of gone) await api.post(`/cis/${number}/unmerge`, { reason: 'Undone at once' }); } catch (error) { toastProblem(error); }
    refreshDuplicates([...gone, staying]);
  };
  return (
    <form className="stack" onSubmit={(event) => { void send(event); }}>
      <p className="dim small">One of them stays, under its number. Its values survive, and what it lacks comes from the others, with the source and the age that it has; pick another value where that is the right one.</p>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="Whose values survive">
        <table className="plain-table merge-table">
          <thead><tr><th scope="col">Value</th>{pages.map((one) => (
            <th key={one.number} scope="col">
              <Link to={ciPath(one.number)} className="block">{one.name}</Link><span className="num dim small block">{one.number}</span>
              <label className="check"><input type="radio" name="stays" checked={one.number === staying} onChange={() => { stay(one.number); leave(out.filter((number) => number !== one.number)); }} /> Stays</label>
              {pages.length > 2 && one.number !== staying && <label className="check"><input type="checkbox" checked={out.includes(one.number)} onChange={(event) => leave(event.target.checked ? [...out, one.number] : out.filter((number) => number !== one.number))} /> Leave out</label>}
            </th>
          ))}</tr></thead>
          <tbody>{shown.map((row) => (
            <tr key={row.key}><th scope="row">{row.label}</th>{pages.map((one) => {
              const value = one.attributes.find((at) => at.key === row.key);
              const wins = survivor(row.key, picks, stays, going) === one.number;
              if (out.includes(one.number)) return <td key={one.number} className="dim">–</td>;
              if (!value?.value) return <td key={one.number} className="dim">nothing</td>;
              const text = <><span className={wins || !row.differs ? '' : 'struck'}>{value.display ?? value.value}</span><span className="dim small block">{value.source ?? 'by hand'}{value.observed_at ? <>, <Ago at={value.observed_at} /></> : null}</span></>;
              return <td key={one.number}>{row.differs ? <label className="check top"><input type="radio" name={`of ${row.key}`} aria-label={`${row.label} of ${one.number}: ${value.display ?? value.value}`} checked={wins} onChange={() => pick({ ...picks, [row.key]: one.number })} /><span>{text}</span></label> : text}</td>;
            })}</tr>
          ))}</tbody>
        </table>
      </div>
      {shown.length === 0 && <p className="dim small">They do not differ in anything that is known.</p>}
      {rows.some((row) => !row.differs) && <div><Button look="link" aria-expanded={all} onClick={() => showAll(!all)}>{all ? 'Only in what they differ' : 'Also what is the same'}</Button></div>}
      <p className="small">{going.length === 0 ? 'Nothing is merged: all others are left out.' : `To ${stays.name} go ${[ties > 0 ? `${ties} ${ties === 1 ? 'relation' : 'relations'}` : '', groups > 0 ? `${groups} ${groups === 1 ? 'group' : 'groups'}` : '', `all records about ${going.length === 1 ? going[0]!.number : 'them'}`].filter(Boolean).join(', ')}. All of it can be parted again, from the page of the item.`}{left > 0 ? ` ${left} more wait until these are done.` : ''}</p>
      <Field label="Reason" hint="Kept in the timeline and the audit log">{(ids) => <textarea {...ids} className="input" required data-autofocus value={reason} onChange={(event) => type(event.target.value)} />}</Field>
      <div className="row"><Button type="submit" look="primary" busy={busy} disabled={going.length === 0}>Merge {going.length > 1 ? `${going.length} items` : ''} into {stays.name}</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
    </form>
  );
}
