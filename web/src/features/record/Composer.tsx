// Reply and internal note cannot be mixed up: another tint, another icon, another button, another draft.
import { useRef, useState } from 'react';
import type { Ticket } from '../../api/types';
import { draftWords, useDraft } from '../../app/drafts';
import { toastProblem } from '../../app/toasts';
import { useMe } from '../../app/session';
import { useActs } from '../../app/useActs';
import { Icon } from '../../ui/Icon';
import { Button } from '../../ui/kit';
import { Writer } from '../../ui/Writer';
import { say } from '../../api/cache';
import { attach } from './edits';
import { isMac } from '../../app/keys';

export function Composer({ record }: { record: Ticket }) {
  const { comment = true, note: mayNote = true, attach: mayAttach = true } = record.may;
  const [chosen, choose] = useState<'reply' | 'note'>(comment ? 'reply' : 'note');
  const mode = chosen === 'note' && !mayNote ? 'reply' : chosen === 'reply' && !comment ? 'note' : chosen;
  const [busy, setBusy] = useState(false);
  const [progress, setProgress] = useState('');
  const box = useRef<HTMLFormElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const draft = useDraft(`${mode}:${record.number}`, { body: '' });
  const text = draft.value.body;
  const internal = mode === 'note';
  const offered = useMe().may['canned.read'] ? record.number : undefined;

  const readers = [record.requester, ...record.watchers].filter((one, i, all): one is NonNullable<typeof one> => one !== null && all.findIndex((other) => other?.id === one.id) === i);
  const first = record.requester?.name.split(' ')[0] ?? 'the requester';
  const others = readers.length - 1;
  const action = internal ? 'Add internal note' : others > 0 ? `Reply to ${first} and ${others} other${others === 1 ? '' : 's'}` : `Reply to ${first}`;

  const send = async () => {
    if (!text.trim() || busy) return;
    setBusy(true);
    try {
      await say(record, text, internal);
      draft.clear();
    } catch (error) { toastProblem(error); }
    finally { setBusy(false); }
  };
  const addFiles = async (files: File[]) => {
    const arrived = await attach(record.number, files, internal, setProgress);
    const marks = arrived.map((file) => (file.media_type.startsWith('image/') ? `![${file.name}](/api/v1/attachments/${file.key})` : `[${file.name}](/api/v1/attachments/${file.key})`));
    if (marks.length) draft.set({ body: [text.trimEnd(), ...marks].filter(Boolean).join('\n\n') + '\n' });
  };
  const focus = (as: 'reply' | 'note') => { choose(as); setTimeout(() => { const area = box.current?.querySelector('textarea'); area?.scrollIntoView({ block: 'center' }); area?.focus(); }, 30); };
  useActs([
    ...(comment ? [{ id: 'reply', keys: 'r', label: 'Reply', group: 'Record', run: () => focus('reply') }] : []),
    ...(mayNote ? [{ id: 'note', keys: 'n', label: 'Add an internal note', group: 'Record', run: () => focus('note') }] : []),
  ]);
  if (!comment && !mayNote) return null;

  return (
    <form className={`composer ${mode}`} ref={box} onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <div className="row apart composer-head">
        <div className="segments" role="group" aria-label="What to write">
          {comment && <button type="button" aria-pressed={mode === 'reply'} onClick={() => choose('reply')}><Icon name="reply" size={14} />Reply</button>}
          {mayNote && <button type="button" aria-pressed={mode === 'note'} onClick={() => choose('note')}><Icon name="lock" size={14} />Internal note</button>}
        </div>
        <span className="small composer-who">{internal ? 'Only the desk reads this' : others >= 0 && readers.length ? `Goes to ${readers.slice(0, 3).map((one) => one.name).join(', ')}${readers.length > 3 ? ' …' : ''}` : ''}</span>
      </div>
      <Writer label={internal ? 'Internal note' : 'Reply'} value={text} rows={3} placeholder={`${internal ? 'A note for colleagues' : 'Write a reply'}${offered ? ', or / for canned text' : ''}`} cannedFor={offered} onChange={(body) => draft.set({ body })} onSend={() => { void send(); }} onFiles={mayAttach ? (files) => { void addFiles(files); } : undefined} />
      <div className="row composer-foot">
        {mayAttach && <><input ref={input} type="file" multiple hidden onChange={(event) => { void addFiles([...event.target.files ?? []]); event.target.value = ''; }} /><Button look="quiet" icon="clip" onClick={() => input.current?.click()}>Attach</Button></>}
        <span className="grow small dim" aria-live="polite">{progress || draftWords[draft.state.status]}</span>
        <span className="small dim only-desk"><kbd>{isMac() ? '⌘' : 'Ctrl'}</kbd> <kbd>Enter</kbd></span>
        <Button type="submit" look={internal ? '' : 'primary'} className={internal ? 'note-button' : ''} icon={internal ? 'lock' : 'reply'} busy={busy} disabled={!text.trim()}>{action}</Button>
      </div>
    </form>
  );
}
