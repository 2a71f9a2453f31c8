// While a plan is being written: what would stand against its time, and when there is a free one.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Conflict, FreeSlots, PlannedTime } from '../../api/calendar';
import { api } from '../../api/client';
import type { Preview } from '../../api/types';
import { useMe } from '../../app/session';
import { Dialog } from '../../ui/Dialog';
import { Icon } from '../../ui/Icon';
import { Button, Field, ProblemNote } from '../../ui/kit';
import { fromLocalInput, toLocalInput, windowText } from '../../ui/time';
import { because, severityWord } from '../calendar/words';
import { usePreview } from './Needs';

/** As much of a plan as its times depend on. */
export interface Sketch { number?: string; model: string; cis: string[]; people: string[] }

/** Asked a little after the last keystroke. */
export function Clashes({ sketch, start, end }: { sketch: Sketch; start: string; end: string }) {
  const me = useMe();
  const text = JSON.stringify({ ...sketch, start: fromLocalInput(start), end: fromLocalInput(end) });
  const [settled, settle] = useState(text);
  useEffect(() => { const timer = setTimeout(() => settle(text), 400); return () => clearTimeout(timer); }, [text]);
  const asked = Boolean(me.may['calendar.read'] && start && end && end > start);
  const found = useQuery({ queryKey: ['foresee', settled], queryFn: ({ signal }) => api.post<{ items: Conflict[] }>('/changes/conflicts', JSON.parse(settled), { signal }), enabled: asked && settled === text, staleTime: 30_000, retry: false, placeholderData: keepPreviousData });
  if (!asked || !found.data) return null;
  const list = found.data.items.filter((one) => one.severity !== 'info');
  return (
    <div className="clashes-now small" role="status">
      {list.length === 0 ? <span className="row dim"><Icon name="check" size={14} />Nothing stands against this time.</span>
        : <ul className="list">{list.map((one) => <li key={`${one.kind} ${one.other?.number} ${one.schedule}`} className="row top"><span className={`severity ${one.severity}`}>{severityWord[one.severity]}</span><span className="grow wrap">{because(one)}{one.other ? <span className="dim"> {one.other.title}</span> : null}</span></li>)}</ul>}
    </div>
  );
}

/** Whoever has to approve because nobody else can: they are to have time as well. */
const needed = (found: Preview | undefined) => (found?.approvals ?? []).filter((one) => !one.advisory && (one.people ?? []).length > 0 && one.needed >= (one.people ?? []).length).flatMap((one) => one.people ?? []);

export function FindTime({ sketch, start, end, previewOf, onPick }: { sketch: Sketch; start: string; end: string; previewOf: Record<string, unknown>; onPick: (start: string, end: string) => void }) {
  const me = useMe();
  const [open, setOpen] = useState(false);
  if (!me.may['calendar.read']) return null;
  return (
    <>
      <div><Button icon="calendar" onClick={() => setOpen(true)}>Find a free time</Button></div>
      {open && <Finder {...{ sketch, start, end, previewOf }} onClose={() => setOpen(false)} onPick={(slot) => { onPick(toLocalInput(slot.start), toLocalInput(slot.end)); setOpen(false); }} />}
    </>
  );
}

function Finder({ sketch, start, end, previewOf, onPick, onClose }: { sketch: Sketch; start: string; end: string; previewOf: Record<string, unknown>; onPick: (slot: PlannedTime) => void; onClose: () => void }) {
  const planned = start && end && end > start ? Math.round((Date.parse(end) - Date.parse(start)) / 60_000) : 120;
  const [minutes, setMinutes] = useState(planned);
  const [from, setFrom] = useState('');
  const [found, setFound] = useState<FreeSlots | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const approvers = needed(usePreview(previewOf));
  const ask = async () => {
    setBusy(true);
    setError(null);
    setFound(null);
    try {
      const people = [...new Set([...sketch.people, ...approvers.map((one) => one.id)])];
      setFound(await api.post<FreeSlots>('/changes/free-slots', { ...sketch, people, minutes, from: fromLocalInput(from) ?? undefined, count: 3 }));
    } catch (caught) { setError(caught); }
    setBusy(false);
  };
  return (
    <Dialog title="Find a free time" open onClose={onClose} size={540}>
      {/* It stands inside the form of the plan, which must not be sent by it. */}
      <div className="stack" role="group" aria-label="Free time" onKeyDown={(event) => { if (event.key === 'Enter' && event.target instanceof HTMLInputElement) { event.preventDefault(); event.stopPropagation(); void ask(); } }}>
        <p className="dim small">Inside the maintenance windows of its items, outside of freezes, with no other change in the way, when {sketch.people.length > 0 ? 'all implementers' : 'everybody named'}{approvers.length > 0 ? ` and ${approvers.map((one) => one.name).join(', ')}, who must approve,` : ''} can be there.</p>
        <div className="grid2">
          <Field label="How many minutes?">{(ids) => <input {...ids} className="input num" type="number" min={1} max={20160} value={minutes || ''} data-autofocus onChange={(event) => setMinutes(Number(event.target.value))} />}</Field>
          <Field label="Not before" optional>{(ids) => <input {...ids} className="input" type="datetime-local" value={from} onChange={(event) => setFrom(event.target.value)} />}</Field>
        </div>
        <div><Button look={found ? '' : 'primary'} busy={busy} disabled={minutes < 1} onClick={() => { void ask(); }}>Find</Button></div>
        <ProblemNote error={error} />
        {found && <section aria-label="Free times" aria-live="polite"><ul className="list free-slots">{found.slots.map((slot, i) => <li key={slot.start} className="row"><span className="grow"><strong className="num">{windowText(slot.start, slot.end)}</strong>{i === 0 && <span className="dim small block">the earliest</span>}</span><Button look={i === 0 ? 'primary' : ''} onClick={() => onPick(slot)} aria-label={`Take it: ${windowText(slot.start, slot.end)}`}>Take it</Button></li>)}</ul></section>}
        {found && found.passed.length > 0 && <section className="stack tight" aria-label="Why not earlier"><h3>Why not earlier</h3><ul className="list small passed">{found.passed.map((one) => <li key={`${one.start} ${one.why.kind} ${one.why.other?.number}`} className="row top"><span className="num dim">{windowText(one.start, one.end)}</span><span className="grow wrap">{because(one.why)}</span></li>)}</ul></section>}
      </div>
    </Dialog>
  );
}
