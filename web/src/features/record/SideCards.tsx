// Links, attachments and watchers.
import { useRef, useState, type FormEvent } from 'react';
import { Link } from '@tanstack/react-router';
import { api } from '../../api/client';
import { linkWord, pathOf } from '../../api/words';
import type { Ticket } from '../../api/types';
import { toast } from '../../app/toasts';
import { useActs } from '../../app/useActs';
import { Icon } from '../../ui/Icon';
import { Ago, Avatar, Button, IconButton, Tone } from '../../ui/kit';
import { Picker } from '../../ui/Picker';
import { bytes } from '../../ui/time';
import { act, attach } from './edits';

export function Links({ record }: { record: Ticket }) {
  const [adding, add] = useState(false);
  const [kind, setKind] = useState('related');
  const [to, setTo] = useState('');
  useActs(record.may.link ? [{ id: 'link', keys: 'l', label: 'Link another record', group: 'Record', run: () => add(true) }] : []);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (to && await act(record.number, () => api.post(`/tickets/${record.number}/links`, { kind, to }))) { add(false); setTo(''); }
  };
  const remove = async (id: string, link: { kind: string; to: string }) => {
    if (await act(record.number, () => api.delete(`/tickets/${record.number}/links/${id}`))) {
      toast(`Link to ${link.to} removed.`, { act: { label: 'Undo', run: () => { void act(record.number, () => api.post(`/tickets/${record.number}/links`, link)); } } });
    }
  };
  // A problem lists the incidents behind it in its main column.
  const shown = record.links.filter((link) => !record.incidents?.some((one) => one.number === link.other.number));
  return (
    <section className="card side-card" aria-label="Links">
      <header><h2 className="grow">Links</h2>{record.may.link && <IconButton icon="plus" label="Link another record" small className="no-print" onClick={() => add(!adding)} />}</header>
      <ul className="list side-list">
        {shown.map((link) => (
          <li key={link.id} className="row top side-item">
            <div className="grow"><div className="small dim">{linkWord[link.kind] ?? link.kind}</div><Link to={pathOf(link.other.number)} className="wrap">{link.other.title}</Link><div className="row wraps small dim"><span className="num">{link.other.number}</span><Tone tone={link.other.tone}>{link.other.state_label}</Tone></div></div>
            {record.may.link && <IconButton icon="x" label={`Remove the link to ${link.other.number}`} small className="reveal no-print" onClick={() => { void remove(link.id, { kind: link.kind, to: link.other.number }); }} />}
          </li>
        ))}
        {shown.length === 0 && !adding && <li className="dim small">{record.kind === 'change' || record.kind === 'problem' ? 'No links. Press l to tie this to what it is about.' : 'No links. Press l to tie this to the problem or change behind it.'}</li>}
      </ul>
      {adding && (
        <form className="stack side-form" onSubmit={(event) => { void save(event); }}>
          <select className="input" aria-label="Kind of link" value={kind} onChange={(event) => setKind(event.target.value)}>{Object.entries(linkWord).map(([id, word]) => <option key={id} value={id}>{word}</option>)}</select>
          <Picker label="Record" from="tickets" free value={to} onPick={(choice) => setTo(choice.id)}>{to || <span className="dim">Number or words</span>}</Picker>
          <div className="row"><Button type="submit" look="primary" disabled={!to}>Link</Button><Button look="quiet" onClick={() => add(false)}>Leave it</Button></div>
        </form>
      )}
    </section>
  );
}

export function Attachments({ record }: { record: Ticket }) {
  const [progress, setProgress] = useState('');
  const input = useRef<HTMLInputElement>(null);
  if (record.attachments.length === 0 && !record.may.attach) return null;
  return (
    <section className="card side-card" aria-label="Attachments">
      <header><h2 className="grow">Attachments</h2>{record.may.attach && <><input ref={input} hidden type="file" multiple onChange={(event) => { void attach(record.number, [...event.target.files ?? []], false, setProgress); event.target.value = ''; }} /><IconButton icon="plus" label="Attach a file" small className="no-print" onClick={() => input.current?.click()} /></>}</header>
      <ul className="list side-list">
        {record.attachments.map((file) => (
          <li key={file.key} className="row top side-item"><Icon name="file" /><div className="grow"><a href={`/api/v1/attachments/${file.key}`} className="wrap" download={file.name}>{file.name}</a><div className="small dim">{bytes(file.size)} · {file.added_by.name} · <Ago at={file.added_at} />{file.internal ? <> · <Icon name="lock" size={11} /> internal</> : null}</div></div></li>
        ))}
        {record.attachments.length === 0 && <li className="dim small">None. Drop a file on the reply, or paste a picture.</li>}
      </ul>
      {progress && <p className="small side-form" role="status">{progress}</p>}
    </section>
  );
}

export function Watchers({ record }: { record: Ticket }) {
  const set = (watch: boolean) => act(record.number, () => (watch ? api.post(`/tickets/${record.number}/watchers`, {}) : api.delete(`/tickets/${record.number}/watchers/me`)));
  useActs([{ id: 'watch', keys: 'w', label: record.watching ? 'Stop watching' : 'Watch', group: 'Record', run: () => { void set(!record.watching); } }]);
  return (
    <section className="card side-card" aria-label="Watchers">
      <header><h2 className="grow">Watchers</h2><Button look="link" className="small no-print" icon="eye" onClick={() => { void set(!record.watching); }}>{record.watching ? 'Stop watching' : 'Watch'}</Button></header>
      <ul className="list side-list watchers">
        {record.watchers.map((one) => <li key={one.id} className="row"><Avatar name={one.name} /><span className="grow clip">{one.name}</span><IconButton icon="x" label={`Remove ${one.name}`} small className="reveal no-print" onClick={() => { void act(record.number, () => api.delete(`/tickets/${record.number}/watchers/${one.id}`)); }} /></li>)}
        <li><Picker className="button link small no-print" label="Add a watcher" from="people" onPick={(choice) => { void act(record.number, () => api.post(`/tickets/${record.number}/watchers`, { person: choice.id })); }}>Add somebody</Picker></li>
      </ul>
    </section>
  );
}
