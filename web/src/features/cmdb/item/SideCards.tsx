// The right column of an item: how far it can be trusted, its groups, warranty.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { api } from '../../../api/client';
import { ciGroups, type CiPage } from '../../../api/cmdb';
import { client } from '../../../api/queries';
import { toast, toastProblem } from '../../../app/toasts';
import { useActs } from '../../../app/useActs';
import { Icon } from '../../../ui/Icon';
import { Ago, Button, IconButton, useNow } from '../../../ui/kit';
import { dateOnly, exact, fromLocalInput, span } from '../../../ui/time';
import { settleCi, writeCi } from './edits';

const day = 86_400_000;

export function Trust({ item }: { item: CiPage }) {
  const now = useNow();
  const [busy, setBusy] = useState(false);
  const attest = async () => {
    setBusy(true);
    if (await writeCi(item.number, () => api.post<CiPage>(`/cis/${item.number}/attestations`, {}, { version: item.version }))) toast(`You attested that what is known of ${item.name} is right.`);
    setBusy(false);
  };
  useActs(item.may.attest ? [{ id: 'attest', keys: 't', label: 'Attest that this is right', group: 'Item', run: () => { void attest(); } }] : []);
  const seen = item.seen_at ? now - Date.parse(item.seen_at) : Infinity;
  const missing = item.missing.map((key) => item.attributes.find((one) => one.key === key)?.label ?? key);
  return (
    <section className="card side-card facts-card" aria-label="Freshness">
      <header><h2 className="grow">Can it be trusted?</h2></header>
      <div className="trust">
        <p className={`row ${seen > 90 * day ? 'stale' : 'fresh'}`}><Icon name={seen > 90 * day ? 'alert' : 'check'} size={15} /><span>{item.seen_at ? <>Confirmed <Ago at={item.seen_at} />{item.verified_by && item.verified_at === item.seen_at ? ` by ${item.verified_by.name}` : ''}</> : 'Never confirmed by anybody or any source'}</span></p>
        {item.oldest_at && <p className="small dim">The oldest value is from <span title={exact(item.oldest_at)}>{dateOnly(item.oldest_at)}</span>, {span(Math.max(0, now - Date.parse(item.oldest_at)))} ago.</p>}
        {missing.length > 0 && <p className="small">Missing: {missing.join(', ').toLowerCase()}.</p>}
        {item.may.attest && <Button icon="check" busy={busy} wide className="no-print" onClick={() => { void attest(); }}>It is right</Button>}
      </div>
    </section>
  );
}

export function Groups({ item }: { item: CiPage }) {
  const [adding, add] = useState(false);
  const all = useQuery({ ...ciGroups, enabled: adding });
  const [key, choose] = useState('');
  const [from, setFrom] = useState('');
  const change = async (write: () => Promise<unknown>) => {
    try {
      await write();
      settleCi(await api.get<CiPage>(`/cis/${item.number}`));
      void client.invalidateQueries({ queryKey: ['ci-group'] });
      add(false);
    } catch (error) { toastProblem(error); }
  };
  const submit = (event: FormEvent) => { event.preventDefault(); void change(() => api.post(`/ci-groups/${key}/members`, { number: item.number, ...(from ? { from: fromLocalInput(from) } : {}) })); };
  if (item.groups.length === 0 && !item.may.group) return null;
  return (
    <section className="card side-card" aria-label="Groups">
      <header><h2 className="grow">Groups</h2>{item.may.group && <IconButton icon="plus" label="Add to a group" small className="no-print" onClick={() => add(!adding)} />}</header>
      <ul className="list side-list">
        {item.groups.map((one) => <li key={one.key} className="row"><span className="grow"><Link to={`/cis/groups/${one.key}`}>{one.name}</Link><span className="dim small block">since {dateOnly(one.since)}{one.source ? ` · from ${one.source}` : ''}{one.until ? ` until ${dateOnly(one.until)}` : ''}</span></span>{item.may.group && <IconButton icon="x" label={`Take out of ${one.name}`} small className="reveal no-print" onClick={() => { void change(() => api.delete(`/ci-groups/${one.key}/members/${item.number}`)).then(() => toast(`${item.name} is out of ${one.name} from now on.`)); }} />}</li>)}
        {item.groups.length === 0 && !adding && <li className="dim small">In no group.</li>}
      </ul>
      {adding && <form className="stack side-form" onSubmit={submit}>
        <select className="input" aria-label="Group" required value={key} onChange={(event) => choose(event.target.value)}><option value="" disabled>{all.data?.items.length === 0 ? 'There are no groups yet' : 'Choose a group'}</option>{all.data?.items.map((one) => <option key={one.key} value={one.key}>{one.name}</option>)}</select>
        <input className="input" type="datetime-local" aria-label="Member since; left empty, now" value={from} onChange={(event) => setFrom(event.target.value)} />
        <div className="row"><Button type="submit" look="primary" disabled={!key}>Add</Button><Button look="quiet" onClick={() => add(false)}>Leave it</Button></div>
      </form>}
    </section>
  );
}

/** Warranty and support at a glance: in time, soon over, over. */
export function Warranty({ item }: { item: CiPage }) {
  const now = useNow();
  const ends = [{ label: 'Warranty', at: item.warranty_until }, { label: 'Support', at: item.support_until }].filter((one) => one.at !== null);
  if (ends.length === 0) return null;
  return (
    <section className="card side-card" aria-label="Warranty and support">
      <ul className="list side-list">{ends.map(({ label, at }) => {
        const left = Date.parse(at!) - now;
        return <li key={label} className="row"><span className="grow">{label}</span><span className={left < 0 ? 'red' : left < 60 * day ? 'left soon' : ''}>{left < 0 ? 'ended' : 'until'} {dateOnly(at!)}</span></li>;
      })}</ul>
    </section>
  );
}
