// A document of rules as text: to review it, to keep it in a repository, to bring it from another desk. What is read here goes
// into the editor and is set from there.
import { useEffect, useRef, useState } from 'react';
import { asProblem } from '../../../api/client';
import { Button, Field, Notice } from '../../../ui/kit';
import { documentFrom } from './edits';
import type { Editing } from './useEditing';

export function AsText<D extends object>({ editing, has, onRead }: { editing: Editing<D>; has: string; onRead?: (next: D, from: string) => void }) {
  const { value, kind, of, doc, changed } = editing;
  const written = `${JSON.stringify(value, null, 2)}\n`;
  const [text, type] = useState(written);
  const [wrong, setWrong] = useState('');
  const file = useRef<HTMLInputElement>(null);
  useEffect(() => type(written), [written]);
  const read = (from: string, content: string) => { try { onRead?.(documentFrom<D>(content, has), from); } catch (error) { setWrong(asProblem(error).detail); } };
  const download = () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([written], { type: 'application/json' }));
    link.download = `${of === 'desk' ? kind : `${kind}-${of}`}-${doc.version}${changed ? '-draft' : ''}.json`.replaceAll('_', '-');
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const choose = async (chosen: File | undefined) => { if (chosen) read(`the file ${chosen.name}`, await chosen.text()); };
  return (
    <section className="card pad stack" aria-label="As text">
      <p className="dim small">{changed ? 'Your changes are in it.' : `Version ${doc.version}, as it is in force.`} The same that the API gives and takes.</p>
      {wrong && <Notice look="bad" icon="alert">{wrong}</Notice>}
      <Field label="Document">{(ids) => <textarea {...ids} className="input mono code" rows={24} spellCheck={false} readOnly={!onRead} value={text} onChange={(event) => { type(event.target.value); setWrong(''); }} />}</Field>
      <div className="row wraps">
        <Button icon="download" onClick={download}>Export</Button>
        {onRead && <>
          <input ref={file} type="file" accept="application/json,.json" hidden onChange={(event) => { void choose(event.target.files?.[0]); event.target.value = ''; }} />
          <Button icon="file" onClick={() => file.current?.click()}>Import a file</Button>
          <Button look="primary" disabled={text === written} onClick={() => read('this text', text)}>Take this text</Button>
        </>}
      </div>
    </section>
  );
}
