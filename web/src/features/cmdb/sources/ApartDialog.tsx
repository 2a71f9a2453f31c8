// Saying that items which look alike are not one.
import { useState, type FormEvent } from 'react';
import { api } from '../../../api/client';
import type { Apart, DuplicateSet } from '../../../api/sources';
import { toast, toastProblem } from '../../../app/toasts';
import { Dialog } from '../../../ui/Dialog';
import { Button, Field } from '../../../ui/kit';
import { refreshDuplicates } from './MergeSheet';

const most = 10;

export async function takeBack(told: Pick<Apart, 'id' | 'items'>): Promise<void> {
  try {
    await api.delete(`/cmdb/apart/${told.id}`);
    toast(`${told.items.map((one) => one.number).join(' and ')} may be one again.`);
  } catch (error) { toastProblem(error); }
  refreshDuplicates(told.items.map((one) => one.number));
}

export function ApartDialog({ set, onClose }: { set: DuplicateSet; onClose: () => void }) {
  const [among, choose] = useState(set.items.slice(0, most).map((one) => one.number));
  const [reason, type] = useState('');
  const [busy, setBusy] = useState(false);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const answer = await api.post<{ items: Apart[] }>('/cmdb/apart', { items: among, reason });
      toast('Not the same thing: that is remembered.', { act: { label: 'Undo', run: () => { void (async () => { for (const one of answer.items) await takeBack(one); })(); } } });
      onClose();
    } catch (error) { toastProblem(error); }
    finally { setBusy(false); refreshDuplicates(among); }
  };
  return (
    <Dialog title="Not the same thing" open onClose={onClose} size={520}>
      <form className="stack" onSubmit={(event) => { void send(event); }}>
        <p className="dim small">They leave this queue, and nobody merges them by mistake. They come back by themselves only when they have something else in common than now, or when this is taken back.</p>
        {set.items.length > 2 && <fieldset className="bare"><legend className="dim small">No two of these are one</legend>{set.items.map((one) => <label key={one.number} className="check"><input type="checkbox" checked={among.includes(one.number)} disabled={!among.includes(one.number) && among.length >= most} onChange={(event) => choose(event.target.checked ? [...among, one.number] : among.filter((number) => number !== one.number))} />{one.name}<span className="num dim small">{one.number}</span></label>)}</fieldset>}
        <Field label="Reason" hint="Shown to whoever asks the question again">{(ids) => <textarea {...ids} className="input" required data-autofocus value={reason} onChange={(event) => type(event.target.value)} />}</Field>
        <div className="row"><Button type="submit" look="primary" busy={busy} disabled={among.length < 2}>They are {among.length === 2 ? 'two' : among.length} things</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}
