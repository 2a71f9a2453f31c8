import { useState, type FormEvent } from 'react';
import { Dialog } from '../../ui/Dialog';
import { Button, Field } from '../../ui/kit';

/** Asks why, before something that a reason belongs to. */
export function AskReason({ title, verb, busy, onClose, onSend }: { title: string; verb: string; busy: boolean; onClose: () => void; onSend: (reason: string) => void }) {
  const [reason, type] = useState('');
  return (
    <Dialog title={title} open onClose={onClose} size={440}>
      <form className="stack" onSubmit={(event: FormEvent) => { event.preventDefault(); onSend(reason); }}>
        <Field label="Reason" hint="Kept in the timeline and the audit log">{(ids) => <textarea {...ids} className="input" required data-autofocus value={reason} onChange={(event) => type(event.target.value)} />}</Field>
        <div className="row"><Button type="submit" look="primary" busy={busy}>{verb}</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}
