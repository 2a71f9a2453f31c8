// A Markdown field: a plain textarea with a few buttons, a preview, and files by paste or drop.
import { useRef, useState, type DragEvent, type ClipboardEvent, type KeyboardEvent } from 'react';
import { Preview } from './markdown';

interface Props {
  id?: string; label: string; value: string; onChange: (text: string) => void; placeholder?: string; rows?: number;
  onFiles?: (files: File[]) => void; onSend?: () => void; describedBy?: string; invalid?: boolean; autoFocus?: boolean;
}
const tools: { label: string; sign: string; before: string; after: string; line?: boolean }[] = [
  { label: 'Bold', sign: 'B', before: '**', after: '**' }, { label: 'Italic', sign: 'I', before: '_', after: '_' }, { label: 'Code', sign: '‹›', before: '`', after: '`' },
  { label: 'List', sign: '•', before: '- ', after: '', line: true }, { label: 'Quote', sign: '❝', before: '> ', after: '', line: true },
];

export function Writer({ id, label, value, onChange, placeholder, rows = 4, onFiles, onSend, describedBy, invalid, autoFocus }: Props) {
  const [previewing, preview] = useState(false);
  const [dropping, drop] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);

  const wrap = (tool: (typeof tools)[number]) => {
    const box = area.current;
    if (!box) return;
    const { selectionStart: from, selectionEnd: to } = box;
    const chosen = value.slice(from, to);
    const middle = tool.line ? (chosen || '').split('\n').map((line) => tool.before + line).join('\n') : tool.before + chosen + tool.after;
    onChange(value.slice(0, from) + middle + value.slice(to));
    requestAnimationFrame(() => { box.focus(); const at = chosen || tool.line ? from + middle.length : from + tool.before.length; box.setSelectionRange(at, at); });
  };
  const onKey = (event: KeyboardEvent) => {
    const mod = event.metaKey || event.ctrlKey;
    if (mod && event.key === 'Enter' && onSend) { event.preventDefault(); onSend(); }
    else if (mod && event.key === 'b') { event.preventDefault(); wrap(tools[0]!); }
    else if (mod && event.key === 'i') { event.preventDefault(); wrap(tools[1]!); }
    else if (event.key === 'Escape') (event.target as HTMLElement).blur();
  };
  const onPaste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files];
    if (files.length && onFiles) { event.preventDefault(); onFiles(files); }
  };
  const onDrop = (event: DragEvent) => {
    drop(false);
    const files = [...event.dataTransfer.files];
    if (files.length && onFiles) { event.preventDefault(); onFiles(files); }
  };

  return (
    <div className={`writer ${dropping ? 'dropping' : ''}`} onDragOver={(event) => { if (onFiles) { event.preventDefault(); drop(true); } }} onDragLeave={() => drop(false)} onDrop={onDrop}>
      <div className="writer-tools">
        {tools.map((tool) => <button key={tool.label} type="button" className="icon-button small" aria-label={tool.label} title={tool.label} disabled={previewing} onClick={() => wrap(tool)}>{tool.sign}</button>)}
        <span className="grow" />
        <button type="button" className="button link small" aria-pressed={previewing} onClick={() => preview(!previewing)}>{previewing ? 'Write' : 'Preview'}</button>
      </div>
      {previewing ? <div className="writer-preview"><Preview text={value} /></div>
        : <textarea id={id} ref={area} className="input" aria-label={id ? undefined : label} aria-describedby={describedBy} aria-invalid={invalid || undefined} placeholder={placeholder} rows={rows} value={value} autoFocus={autoFocus} onChange={(event) => onChange(event.target.value)} onKeyDown={onKey} onPaste={onPaste} />}
    </div>
  );
}
