// Signing: the password is asked for before what is known to be signed, and whenever the server wants it.
import { useState, type FormEvent, type ReactNode } from 'react';
import { api, asProblem, Problem } from '../api/client';
import { Dialog } from '../ui/Dialog';
import { Button, Field } from '../ui/kit';

interface Waiting { meaning?: string | null; go: () => void; stop: (error: unknown) => void }

/** Until when nothing more is asked, as the server said. */
let signedUntil = 0;
const left = new Problem(0, { code: 'left', title: 'Not signed', detail: 'Nothing was done: it was not signed.' });

/** `sign(write)` does the write, `known` says that it is signed for sure; `dialog` belongs on the page. */
export function useSignature(): { sign: <T>(write: () => Promise<T>, known?: boolean, meaning?: string | null) => Promise<T>; dialog: ReactNode } {
  const [waiting, wait] = useState<Waiting | null>(null);
  const password = (meaning?: string | null) => new Promise<void>((go, stop) => wait({ meaning, go, stop: () => stop(left) }));
  const sign = async <T,>(write: () => Promise<T>, known = false, meaning?: string | null): Promise<T> => {
    if (known && Date.now() > signedUntil - 10_000) await password(meaning);
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'signature_required') throw error;
      await password(meaning);
      return write();
    }
  };
  return { sign, dialog: waiting ? <Password waiting={waiting} onDone={() => wait(null)} /> : null };
}

function Password({ waiting, onDone }: { waiting: Waiting; onDone: () => void }) {
  const [password, type] = useState('');
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState('');
  const confirm = async (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation(); // a form in a portal still bubbles to the form around it
    setBusy(true);
    try {
      signedUntil = Date.parse((await api.post<{ until: string }>('/session/confirmation', { password })).until);
      onDone();
      waiting.go();
    } catch (error) { setWrong(asProblem(error).detail); setBusy(false); }
  };
  const leave = () => { onDone(); waiting.stop(null); };
  return (
    <Dialog title="Sign with your password" open onClose={leave} size={420}>
      <form className="stack" onSubmit={(event) => { void confirm(event); }}>
        {waiting.meaning ? <blockquote className="quote">{waiting.meaning}</blockquote> : <p className="dim">This is signed. For five minutes you can sign without being asked again.</p>}
        <Field label="Password" wrong={wrong || undefined}>{(ids) => <input {...ids} className="input" type="password" autoComplete="current-password" required autoFocus value={password} onChange={(event) => type(event.target.value)} />}</Field>
        <div className="row"><Button type="submit" look="primary" icon="key" busy={busy}>Sign</Button><Button look="quiet" onClick={leave}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}
