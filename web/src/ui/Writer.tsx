// A Markdown field: a plain textarea with a few buttons, a preview, and files by paste or drop.
import { useQuery } from '@tanstack/react-query';
import { useId, useRef, useState, type DragEvent, type ClipboardEvent, type KeyboardEvent } from 'react';
import { canned, says, suggest, type Choice } from '../api/queries';
import { Preview } from './markdown';
import { complete, mentionAt, type Mention } from './mention';

interface Props {
  id?: string; label: string; value: string; onChange: (text: string) => void; placeholder?: string; rows?: number;
  /** The record for which canned text is offered after a slash. */
  cannedFor?: string;
  onFiles?: (files: File[]) => void; onSend?: () => void; describedBy?: string; invalid?: boolean; autoFocus?: boolean;
}
const tools: { label: string; sign: string; before: string; after: string; line?: boolean }[] = [
  { label: 'Bold', sign: 'B', before: '**', after: '**' }, { label: 'Italic', sign: 'I', before: '_', after: '_' }, { label: 'Code', sign: '‹›', before: '`', after: '`' },
  { label: 'List', sign: '•', before: '- ', after: '', line: true }, { label: 'Quote', sign: '❝', before: '> ', after: '', line: true },
];

export function Writer({ id, label, value, onChange, placeholder, rows = 4, cannedFor, onFiles, onSend, describedBy, invalid, autoFocus }: Props) {
  const [previewing, preview] = useState(false);
  const [dropping, drop] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const [mention, setMention] = useState<Mention | null>(null);
  const [at, setAt] = useState(0);
  const listId = useId();
  const slash = mention?.sign === '/';
  const named = useQuery({ ...suggest(mention?.sign === '#' ? 'tickets' : 'people', mention?.word ?? ''), enabled: mention !== null && !slash, placeholderData: (old) => old });
  const texts = useQuery({ ...canned(cannedFor ?? '', mention?.word ?? ''), enabled: slash && cannedFor !== undefined, placeholderData: (old) => old });
  const found = slash ? texts : named;
  // While the look-up is under way, Enter must not take the first of what was found for fewer letters.
  const choices = mention && (!slash || cannedFor) ? (found.data ?? []).filter((one) => !found.isPlaceholderData || says(one, mention.word)).slice(0, slash ? 8 : 6) : [];
  const look = () => {
    const box = area.current;
    setMention(box && box.selectionStart === box.selectionEnd ? mentionAt(box.value, box.selectionStart) : null);
    setAt(0);
  };
  const choose = (choice: Choice) => {
    const box = area.current;
    if (!box || !mention) return;
    const next = complete(value, box.selectionStart, mention, choice);
    onChange(next.text);
    setMention(null);
    requestAnimationFrame(() => { box.focus(); box.setSelectionRange(next.caret, next.caret); });
  };

  const wrap = (tool: (typeof tools)[number]) => {
    const box = area.current;
    if (!box) return;
    const { selectionStart: from, selectionEnd: to } = box;
    const chosen = value.slice(from, to);
    const middle = tool.line ? (chosen || '').split('\n').map((line) => tool.before + line).join('\n') : tool.before + chosen + tool.after;
    onChange(value.slice(0, from) + middle + value.slice(to));
    requestAnimationFrame(() => { box.focus(); const at = chosen || tool.line ? from + middle.length : from + tool.before.length; box.setSelectionRange(at, at); });
  };
  /** Types the slash for those who do not know it, or have no key for it at hand. */
  const askCanned = () => {
    const box = area.current;
    if (!box) return;
    const at = box.selectionStart;
    const typed = at === 0 || /\s$/.test(value.slice(0, at)) ? '/' : ' /';
    onChange(value.slice(0, at) + typed + value.slice(at));
    setMention({ sign: '/', word: '', from: at + typed.length - 1 });
    setAt(0);
    requestAnimationFrame(() => { box.focus(); box.setSelectionRange(at + typed.length, at + typed.length); });
  };
  const onKey = (event: KeyboardEvent) => {
    if (choices.length > 0) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) { event.preventDefault(); setAt((at + step + choices.length) % choices.length); return; }
      if ((event.key === 'Enter' || event.key === 'Tab') && !event.metaKey && !event.ctrlKey) { event.preventDefault(); choose(choices[at]!); return; }
      if (event.key === 'Escape') { event.preventDefault(); event.stopPropagation(); setMention(null); return; }
    }
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
        {cannedFor && <button type="button" className="icon-button small" aria-label="Canned text" title="Canned text: type / anywhere" disabled={previewing} onMouseDown={(event) => event.preventDefault()} onClick={askCanned}>/</button>}
        <span className="grow" />
        <button type="button" className="button link small" aria-pressed={previewing} onClick={() => preview(!previewing)}>{previewing ? 'Write' : 'Preview'}</button>
      </div>
      {previewing ? <div className="writer-preview"><Preview text={value} /></div>
        : <textarea id={id} ref={area} className="input" aria-label={id ? undefined : label} aria-describedby={describedBy} aria-invalid={invalid || undefined} placeholder={placeholder} rows={rows} value={value} autoFocus={autoFocus} aria-autocomplete="list" aria-controls={choices.length ? listId : undefined} aria-activedescendant={choices.length ? `${listId}-${at}` : undefined} onBlur={() => setMention(null)} onSelect={look} onChange={(event) => { onChange(event.target.value); look(); }} onKeyDown={onKey} onPaste={onPaste} />}
      {choices.length > 0 && !previewing && (
        <div className="mentions" role="listbox" id={listId} aria-label={slash ? 'Canned texts' : mention?.sign === '#' ? 'Records' : 'People'}>
          {choices.map((choice, index) => <div key={choice.id} id={`${listId}-${index}`} role="option" aria-selected={index === at} className="palette-line" onMouseDown={(event) => { event.preventDefault(); choose(choice); }}><span className="grow clip">{choice.label}</span>{choice.hint && choice.hint !== choice.label ? <span className="dim small num">{choice.hint}</span> : null}</div>)}
        </div>
      )}
    </div>
  );
}
