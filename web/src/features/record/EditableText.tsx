// A Markdown text of a record that is edited where it stands.
import { useState, type ReactNode } from 'react';
import { useDraft } from '../../app/drafts';
import { Button, Html, IconButton } from '../../ui/kit';
import { Writer } from '../../ui/Writer';

interface Props { title: string; text: string; html?: string | null; may: boolean; empty: string; draftKey: string; warning?: ReactNode; level?: 2 | 3; saveLabel?: string; onSave: (text: string) => Promise<boolean> }

export function EditableText(props: Props) {
  const Heading = props.level === 3 ? 'h3' : 'h2';
  const [editing, edit] = useState(false);
  return (
    <section className="text-block" aria-label={props.title}>
      <header className="row apart"><Heading>{props.title}</Heading>{props.may && !editing && <IconButton icon="edit" label={`Edit: ${props.title}`} small className="no-print" onClick={() => edit(true)} />}</header>
      {editing ? <Editor {...props} onDone={() => edit(false)} /> : props.html ? <Html html={props.html} /> : props.text ? <p className="wrap" style={{ whiteSpace: 'pre-wrap' }}>{props.text}</p> : <p className="dim">{props.empty}</p>}
    </section>
  );
}

function Editor({ title, text, draftKey, warning, saveLabel = 'Save', onSave, onDone }: Props & { onDone: () => void }) {
  const draft = useDraft(draftKey, { body: text });
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    const saved = await onSave(draft.value.body);
    setBusy(false);
    if (saved) { draft.clear(); onDone(); }
  };
  return (
    <div className="stack">
      <Writer label={title} value={draft.value.body} rows={5} autoFocus onChange={(body) => draft.set({ body })} onSend={() => { void save(); }} />
      {warning}
      <div className="row"><Button look="primary" busy={busy} disabled={draft.value.body === text} onClick={() => { void save(); }}>{saveLabel}</Button><Button look="quiet" onClick={() => { draft.clear(); onDone(); }}>Leave it as it was</Button></div>
    </div>
  );
}
