// A group: who is in it since when, who was, and in what it differs between two moments.
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useState, type FormEvent } from 'react';
import { api, asProblem } from '../../../api/client';
import { ciGroup, type CiGroupPage, type CiMember } from '../../../api/cmdb';
import { client } from '../../../api/queries';
import { may, useMe } from '../../../app/session';
import { toast } from '../../../app/toasts';
import { useActs } from '../../../app/useActs';
import { Dialog } from '../../../ui/Dialog';
import { Bones, Button, Empty, Field, IconButton, PageProblem, ProblemNote, Segments, useNow } from '../../../ui/kit';
import { Picker } from '../../../ui/Picker';
import { dateOnly, fromLocalInput } from '../../../ui/time';
import { CmdbPage } from '../Frame';
import { CiLine } from '../parts';
import { SetGroup } from './GroupsPage';

const CompareGroup = lazy(() => import('./CompareGroup'));
type Asked = 'join' | 'rename' | 'compare' | CiMember | null;

export default function GroupPage() {
  const { key = '' } = useParams({ strict: false }) as { key?: string };
  const query = useQuery(ciGroup(key));
  const group = query.data;
  const mayGroup = may(useMe(), 'ci.group');
  const now = useNow();
  const [show, setShow] = useState<'now' | 'all'>('now');
  const [asked, ask] = useState<Asked>(null);
  useActs([{ id: 'compare', keys: 'd', label: 'Compare two moments', group: 'Group', run: () => ask('compare') }, ...(mayGroup ? [{ id: 'join', keys: 'n', label: 'Let an item join', group: 'Group', run: () => ask('join') }] : [])]);
  const members = group?.members.filter((one) => show === 'all' || one.now) ?? [];
  const present = group?.members.filter((one) => one.now).length ?? 0;
  return (
    <CmdbPage title={group?.name ?? key} act={group && <div className="row wraps no-print"><Button onClick={() => ask('compare')}>Compare</Button>{mayGroup && <><Button onClick={() => ask('rename')}>Rename</Button><Button look="primary" icon="plus" onClick={() => ask('join')}>Let an item join</Button></>}</div>}>
      {query.isPending ? <Bones lines={6} /> : !group ? <PageProblem error={query.error} again={() => { void query.refetch(); }} /> : (
        <div className="stack">
          {group.purpose && <p>{group.purpose}</p>}
          <div className="row wraps apart"><Segments label="Show" value={show} onChange={setShow} options={[{ value: 'now', label: `In it now (${present})` }, { value: 'all', label: `Everybody ever (${group.members.length})` }]} /><Link to="/cis" search={{ group: group.key } as never}>As a list</Link></div>
          {members.length === 0 ? <Empty icon="cmdb" title={show === 'now' ? 'Nothing is in it now' : 'Nothing was ever in it'}>Items join and leave on a date, also on one that has passed.</Empty> : (
            <section className="card scroll-x" tabIndex={0} role="region" aria-label="Members">
              <table className="plain-table as-cards">
                <thead><tr><th scope="col">Item</th><th scope="col">Since</th><th scope="col">Until</th><th scope="col">Why</th><th scope="col">Recorded by</th>{mayGroup && <th scope="col"><span className="hidden-label">Act</span></th>}</tr></thead>
                <tbody>{members.map((one) => (
                  <tr key={`${one.item.number}${one.since}`}>
                    <td><CiLine item={one.item} /></td><td className="num">{dateOnly(one.since)}{Date.parse(one.since) > now ? <span className="dim small block">not yet</span> : null}</td>
                    <td className="num">{one.until ? dateOnly(one.until) : <span className="dim">no end</span>}</td><td>{one.reason || <span className="dim">–</span>}</td><td>{one.by?.name ?? <span className="dim">–</span>}</td>
                    {mayGroup && <td>{!one.until && <IconButton icon="x" label={`Let ${one.item.name} leave`} small onClick={() => ask(one)} />}</td>}
                  </tr>
                ))}</tbody>
              </table>
            </section>
          )}
        </div>
      )}
      {group && asked === 'join' && <Member group={group} onClose={() => ask(null)} />}
      {group && asked === 'rename' && <SetGroup group={group} onClose={() => ask(null)} />}
      {group && asked === 'compare' && <Suspense fallback={null}><CompareGroup group={group} onClose={() => ask(null)} /></Suspense>}
      {group && asked && typeof asked === 'object' && <Member group={group} leaving={asked} onClose={() => ask(null)} />}
    </CmdbPage>
  );
}

/** Lets an item join, or the given one leave; the date may have passed. */
function Member({ group, leaving, onClose }: { group: CiGroupPage; leaving?: CiMember; onClose: () => void }) {
  const [item, setItem] = useState<{ id: string; label: string } | null>(null);
  const [when, setWhen] = useState('');
  const [until, setUntil] = useState('');
  const [reason, type] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const query = new URLSearchParams({ ...(when ? { until: fromLocalInput(when)! } : {}), ...(reason ? { reason } : {}) }).toString();
      const answer = leaving
        ? await api.delete<CiGroupPage>(`/ci-groups/${group.key}/members/${leaving.item.number}${query ? `?${query}` : ''}`)
        : await api.post<CiGroupPage>(`/ci-groups/${group.key}/members`, { number: item?.id, reason, ...(when ? { from: fromLocalInput(when) } : {}), ...(until ? { until: fromLocalInput(until) } : {}) });
      client.setQueryData(['ci-group', group.key], answer);
      void client.invalidateQueries({ queryKey: ['ci', leaving?.item.number ?? item?.id] });
      toast(leaving ? `${leaving.item.name} left ${group.name}.` : `${item?.label} is in ${group.name}.`);
      onClose();
    } catch (caught) { setError(asProblem(caught)); setBusy(false); }
  };
  return (
    <Dialog title={leaving ? `${leaving.item.name} leaves ${group.name}` : `Let an item join ${group.name}`} open onClose={onClose} size={460}>
      <form className="stack" onSubmit={(event) => { void submit(event); }}>
        {!leaving && <Field label="Item">{(ids) => <Picker id={ids.id} named label="Item" from="cis" value={item?.id} onPick={(choice) => setItem({ id: choice.id, label: choice.label })}>{item?.label ?? <span className="dim">Name, number or serial number</span>}</Picker>}</Field>}
        <div className="grid2">
          <Field label={leaving ? 'It left' : 'Since'} optional hint="Left empty, now">{(ids) => <input {...ids} className="input" type="datetime-local" value={when} onChange={(event) => setWhen(event.target.value)} />}</Field>
          {!leaving && <Field label="Until" optional hint="Left empty, no end">{(ids) => <input {...ids} className="input" type="datetime-local" value={until} onChange={(event) => setUntil(event.target.value)} />}</Field>}
        </div>
        <Field label="Reason" optional hint="Kept with the membership">{(ids) => <input {...ids} className="input" maxLength={1000} value={reason} onChange={(event) => type(event.target.value)} />}</Field>
        <ProblemNote error={error} />
        <div className="row"><Button type="submit" look="primary" busy={busy} disabled={!leaving && !item}>{leaving ? 'Let it leave' : 'Let it join'}</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}
