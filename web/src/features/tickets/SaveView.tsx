import { useState, type FormEvent } from 'react';
import { api } from '../../api/client';
import { client } from '../../api/queries';
import { toast } from '../../app/toasts';
import { Dialog } from '../../ui/Dialog';
import { Button, Field, ProblemNote } from '../../ui/kit';

/** Keeps a list under a name; `kind` is the kind of its records, "ci" for items, or empty. */
export default function SaveView({ kind, query, onClose }: { kind: string; query: string; onClose: () => void }) {
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await api.post('/views', { name, kind, query, shared });
      void client.invalidateQueries({ queryKey: ['views'] });
      toast(`View “${name}” saved.`);
      onClose();
    } catch (problem) { setError(problem); setBusy(false); }
  };
  return (
    <Dialog title="Save as a view" open onClose={onClose} size={420}>
      <form className="stack" onSubmit={(event) => { void save(event); }}>
        <Field label="Name">{(ids) => <input {...ids} className="input" required data-autofocus value={name} onChange={(event) => setName(event.target.value)} />}</Field>
        <label className="check"><input type="checkbox" checked={shared} onChange={(event) => setShared(event.target.checked)} /> Share it with everybody on the desk</label>
        <ProblemNote error={error} />
        <div className="row"><Button type="submit" look="primary" busy={busy}>Save view</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}
