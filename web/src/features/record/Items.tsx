// The configuration items of a record: what it is about, what suffers from it, and how much that can be relied on.
import { lazy, Suspense, useState, type FormEvent } from 'react';
import { Link } from '@tanstack/react-router';
import { api } from '../../api/client';
import type { RecordItem, Ticket } from '../../api/types';
import { toast } from '../../app/toasts';
import { useActs } from '../../app/useActs';
import { Icon, type IconName } from '../../ui/Icon';
import { Button, IconButton, Segments, Tone } from '../../ui/kit';
import { Picker } from '../../ui/Picker';
import { dateOnly } from '../../ui/time';
import { act } from './edits';
import { ages, failures, tones, type Role } from './itemwords';

const ThenAndNow = lazy(() => import('./ThenAndNow'));

export function Items({ record }: { record: Ticket }) {
  const [adding, add] = useState(false);
  const [looking, look] = useState(false);
  const [role, setRole] = useState<Role>('affected');
  const [chosen, choose] = useState<{ id: string; label: string } | null>(null);
  const may = Boolean(record.may.link) && record.kind !== 'change' && (record.category === 'open' || record.category === 'waiting' || record.state === 'resolved');
  useActs(may ? [{ id: 'add-ci', keys: 't', label: 'Name a configuration item', group: 'Record', run: () => add(true) }] : []);
  if (record.cis.length === 0 && !may) return null;
  const put = (ci: string, as: string) => act(record.number, () => api.post(`/tickets/${record.number}/cis`, { ci, role: as }));
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (chosen && await put(chosen.id, role)) { add(false); choose(null); }
  };
  const remove = async (item: RecordItem) => {
    if (await act(record.number, () => api.delete(`/tickets/${record.number}/cis/${item.number}`))) toast(`${item.name} taken off.`, { act: { label: 'Undo', run: () => { void put(item.number, item.role); } } });
  };
  const groups = [
    { title: record.kind === 'change' ? 'In the plan' : 'Affected', list: record.cis.filter((one) => one.role !== 'impacted') },
    { title: 'Impacted', list: record.cis.filter((one) => one.role === 'impacted') },
  ].filter((group) => group.list.length > 0);
  return (
    <section className="card side-card" aria-label="Configuration items">
      <header><h2 className="grow">Configuration items</h2>{record.cis.length > 0 && <IconButton icon="clock" label="Then and now" small className="no-print" onClick={() => look(true)} />}{may && <IconButton icon="plus" label="Name a configuration item" small className="no-print" onClick={() => add(!adding)} />}</header>
      {groups.map((group) => (
        <div key={group.title}>
          {(groups.length > 1 || group.title === 'Impacted') && <h3 className="items-role">{group.title}</h3>}
          <ul className="list side-list">{group.list.map((item) => <Item key={item.number} item={item} onRemove={may ? () => { void remove(item); } : undefined} />)}</ul>
        </div>
      ))}
      {record.cis.length === 0 && !adding && <p className="dim small side-form">Nothing named yet. Press t to say what this is about.</p>}
      {looking && <Suspense fallback={null}><ThenAndNow record={record} onClose={() => look(false)} /></Suspense>}
      {adding && (
        <form className="stack side-form" onSubmit={(event) => { void save(event); }}>
          <Picker openAtOnce label="Configuration item" from="cis" person={record.requester?.id} value={chosen?.id} onPick={choose}>{chosen?.label ?? <span className="dim">Name, number, serial number or owner</span>}</Picker>
          <Segments<Role> label="What it has to do with this" value={role} onChange={setRole} options={[{ value: 'affected', label: 'Affected' }, { value: 'impacted', label: 'Impacted' }]} />
          <p className="dim small">{role === 'affected' ? 'This record is about it.' : 'It suffers from what this record is about.'}</p>
          <div className="row"><Button type="submit" look="primary" disabled={!chosen}>Name it</Button><Button look="quiet" onClick={() => add(false)}>Leave it</Button></div>
        </form>
      )}
    </section>
  );
}

function Item({ item, onRemove }: { item: RecordItem; onRemove?: () => void }) {
  const failed = failures(item.failures_90d);
  const age = ages(item.stale_days);
  return (
    <li className="row top side-item">
      <div className="grow">
        <Link to={`/cis/${item.number}`} className="wrap">{item.name}</Link>
        <div className="row wraps small dim"><span className="num">{item.number}</span><span>{item.class_label}</span><Tone tone={tones[item.status] ?? 'closed'}>{item.status_label}</Tone>{item.criticality === 1 && <strong>most critical</strong>}{item.requesters && <span>the requester’s own</span>}</div>
        <ul className="list item-marks small">
          {failed && <Mark icon="alert" look="bad">{failed}</Mark>}
          {item.in_warranty !== null && <Mark icon={item.in_warranty ? 'check' : 'clock'} look={item.in_warranty ? 'good' : ''}>{item.in_warranty ? 'In warranty until' : 'Out of warranty since'} {dateOnly(item.warranty_until ?? '')}</Mark>}
          {item.open_tickets > 1 && <Mark icon="desk" look=""><a href={`/queue/open?ci=${item.number}`}>{item.open_tickets} open records</a></Mark>}
          <Mark icon="eye" look={age.stale ? 'warn' : ''}>{age.text}</Mark>
        </ul>
      </div>
      {onRemove && <IconButton icon="x" label={`Take ${item.name} off`} small className="reveal no-print" onClick={onRemove} />}
    </li>
  );
}

function Mark({ icon, look, children }: { icon: IconName; look: 'good' | 'warn' | 'bad' | ''; children: React.ReactNode }) {
  return <li className={`row item-mark ${look}`}><Icon name={icon} size={13} /><span className="grow wrap">{children}</span></li>;
}
