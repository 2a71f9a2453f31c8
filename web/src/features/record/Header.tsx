import { useState, type KeyboardEvent } from 'react';
import type { Ticket } from '../../api/types';
import { kindWord, pathOf } from '../../api/words';
import { useActs } from '../../app/useActs';
import { Icon } from '../../ui/Icon';
import { Copy, IconButton, Priority, Tone } from '../../ui/kit';
import { amend } from './edits';
import { Moves } from './Moves';

export function Header({ record, onClose, extra, marks }: { record: Ticket; onClose?: () => void; extra?: { label: string; run: () => void }[]; marks?: React.ReactNode }) {
  return (
    <header className="record-head">
      <div className="row record-line">
        <Icon name={record.kind} label={kindWord[record.kind]} />
        {onClose ? <a href={pathOf(record.number)} className="num dim">{record.number}</a> : <span className="num dim">{record.number}</span>}
        <Copy text={record.number} label={`Copy ${record.number}`} />
        {record.source && <span className="dim small">from {record.source.system}</span>}
        <span className="grow" />
        <IconButton icon="print" label="Print" small className="only-desk no-print" onClick={() => window.print()} />
        {onClose && <IconButton icon="x" label="Close" onClick={onClose} />}
      </div>
      <Title record={record} />
      <div className="row wraps apart record-state">
        <div className="row wraps">
          <Tone tone={record.tone}>{record.state_label}</Tone>
          <Priority value={record.priority} />
          {record.major && <span className="tone refused"><Icon name="flag" size={12} /><span>Major incident</span></span>}
          {marks}
        </div>
        <Moves record={record} extra={extra} />
      </div>
    </header>
  );
}

/** The title, edited where it stands: Enter saves, Escape leaves it. */
function Title({ record }: { record: Ticket }) {
  const [typed, type] = useState<string | null>(null);
  const mayAmend = record.may.amend || record.may.amend_plan;
  useActs(mayAmend ? [{ id: 'edit title', keys: 'e', label: 'Edit the title', group: 'Record', run: () => type(record.title) }] : []);
  const save = () => {
    if (typed === null) return;
    type(null);
    if (typed.trim() && typed.trim() !== record.title) void amend(record, { title: typed.trim() }, { title: typed.trim() }, { body: { title: record.title }, what: 'Title' });
  };
  const onKey = (event: KeyboardEvent) => { if (event.key === 'Enter') save(); else if (event.key === 'Escape') { event.stopPropagation(); type(null); } };
  if (typed !== null) return <input className="input title-input" aria-label="Title" autoFocus value={typed} onChange={(event) => type(event.target.value)} onBlur={save} onKeyDown={onKey} />;
  return <h1 className="wrap">{record.title}{mayAmend && <IconButton icon="edit" label="Edit the title" small className="no-print" onClick={() => type(record.title)} />}</h1>;
}
