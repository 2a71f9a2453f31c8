// The files that show what a task did: each named by the SHA-256 of its bytes, which the log holds and this browser can compute again.
import { useRef, useState } from 'react';
import { upload } from '../../api/client';
import type { Attachment, WorkTask } from '../../api/types';
import { Icon } from '../../ui/Icon';
import { Button, Field, Tone } from '../../ui/kit';
import { dateTime } from '../../ui/time';

type Evidence = NonNullable<WorkTask['evidence']>[number];

/** What the bytes are that the desk has now: those that were shown, or others. Null where the browser may not compute. */
async function same(file: Evidence): Promise<boolean | null> {
  if (!globalThis.crypto?.subtle) return null;
  const answer = await fetch(`/api/v1/attachments/${file.file}`);
  if (!answer.ok) return false;
  const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', await answer.arrayBuffer()));
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, '0')).join('') === file.sha256;
}

function Shown({ file }: { file: Evidence }) {
  const [verdict, setVerdict] = useState<'asking' | 'same' | 'other' | 'cannot' | null>(null);
  const check = async () => {
    setVerdict('asking');
    try { const ok = await same(file); setVerdict(ok === null ? 'cannot' : ok ? 'same' : 'other'); }
    catch { setVerdict('other'); }
  };
  return (
    <li className="row top wraps small">
      <Icon name="file" size={14} />
      <div className="grow">
        <a href={`/api/v1/attachments/${file.file}`} className="wrap" download={file.name}>{file.name}</a>
        <div className="dim wrap">{file.note ? `${file.note} · ` : ''}{file.by?.name}, {dateTime(file.at)} · SHA-256 <code className="mono wrap">{file.sha256}</code></div>
        {verdict === 'cannot' && <p className="dim">Browsers compute hashes only over https; use sha256sum on the file.</p>}
      </div>
      {verdict === 'same' ? <Tone tone="done" icon="check">As shown</Tone> : verdict === 'other' ? <Tone tone="refused">Not as shown</Tone>
        : <Button look="quiet" className="no-print" busy={verdict === 'asking'} aria-label={`Verify ${file.name}`} onClick={() => { void check(); }}>Verify</Button>}
    </li>
  );
}

export default function TaskEvidence({ change, task, onShow }: { change: string; task: WorkTask; onShow?: (file: string, note: string) => Promise<boolean> }) {
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState('');
  const [error, setError] = useState('');
  const all = task.evidence ?? [];
  const send = async () => {
    if (!file || !onShow) return;
    setError('');
    setBusy('Sending…');
    try {
      const kept = await upload<Attachment>(`/tickets/${change}/attachments`, file, { internal: 'true' }, (share) => setBusy(`Sending… ${Math.round(share * 100)} %`));
      if (await onShow(kept.key, note.trim())) { setFile(null); setNote(''); }
    } catch (caught) { setError(caught instanceof Error ? caught.message : 'The file was not sent.'); }
    setBusy('');
  };
  if (all.length === 0 && !onShow) return null;
  return (
    <div className="stack tight">
      {all.length > 0 && <ul className="list stack tight" aria-label={`Evidence of ${task.title}`}>{all.map((one) => <Shown key={one.file} file={one} />)}</ul>}
      {onShow && <>
        <input ref={input} type="file" hidden aria-label={`File for ${task.title}`} onChange={(event) => { setFile(event.target.files?.[0] ?? null); event.target.value = ''; }} />
        {!file ? <div className="row"><Button look="link" icon="file" className="small no-print" aria-label={`Show evidence: ${task.title}`} onClick={() => input.current?.click()}>Show evidence…</Button></div>
          : <form className="stack tight" aria-label={`Evidence for ${task.title}`} onSubmit={(event) => { event.preventDefault(); void send(); }}>
              <p className="small wrap"><Icon name="file" size={14} /> {file.name}</p>
              <Field label="What it shows" optional>{(ids) => <input {...ids} className="input" autoFocus maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />}</Field>
              <div className="row wraps"><Button type="submit" look="primary" busy={busy !== ''}>Add as evidence</Button><Button look="quiet" onClick={() => { setFile(null); setNote(''); }}>Leave it</Button><span className="small dim" aria-live="polite">{busy}</span></div>
            </form>}
        {error && <p className="small wrong" role="alert">{error}</p>}
      </>}
    </div>
  );
}
