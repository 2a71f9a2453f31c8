// The log, for auditors: filter it, follow one record, open an event's proof, verify everything now.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useRouterState } from '@tanstack/react-router';
import { auditEvents, checkpoint, suggest, type AuditFilter } from '../../api/queries';
import type { AuditEvent, FieldChange } from '../../api/types';
import { parseNumber, pathOf, kindOf } from '../../api/words';
import { useTitle } from '../../app/session';
import { Icon } from '../../ui/Icon';
import { Bones, Button, Copy, Empty, PageProblem, Person } from '../../ui/kit';
import { Picker } from '../../ui/Picker';
import { dateTime, exact, fromLocalInput, span, toLocalInput } from '../../ui/time';
import { Verify } from './Verify';

export default function AuditPage() {
  useTitle('Audit');
  const address = useRouterState({ select: (state) => state.location.search as Record<string, string> });
  const navigate = useNavigate();
  const filter: AuditFilter = { record: address.record, type: address.type, actor: address.actor, from: address.from, to: address.to };
  const query = useInfiniteQuery(auditEvents(filter));
  const people = useQuery({ ...suggest('people', ''), enabled: Boolean(filter.actor) });
  const events = query.data?.pages.flatMap((page) => page.items) ?? [];
  const set = (patch: AuditFilter) => { void navigate({ to: '/audit', search: { ...address, ...patch } as never, replace: true }); };
  const filtered = Object.values(filter).some(Boolean);

  return (
    <div className="page">
      <header><h1>Audit</h1>{filter.record && <span className="dim">history of <span className="num strong">{filter.record}</span></span>}</header>
      <div className="audit-top"><CheckpointCard /><Verify /></div>
      <div className="card pad filter-row" role="group" aria-label="Filters">
        <label className="field"><span className="label">Record</span><input className="input" key={filter.record ?? ''} defaultValue={filter.record ?? ''} placeholder="CHG-000042" onKeyDown={(event) => { if (event.key === 'Enter') event.currentTarget.blur(); }} onBlur={(event) => { const value = event.target.value.trim(); if (value !== (filter.record ?? '')) set({ record: (parseNumber(value) ?? value) || undefined }); }} /></label>
        <label className="field"><span className="label">Type</span><input className="input" key={filter.type ?? ''} defaultValue={filter.type ?? ''} placeholder="change.approved" onKeyDown={(event) => { if (event.key === 'Enter') event.currentTarget.blur(); }} onBlur={(event) => { const value = event.target.value.trim(); if (value !== (filter.type ?? '')) set({ type: value || undefined }); }} /></label>
        <div className="field"><span className="label">Person</span><Picker label="Person" from="people" extra={filter.actor ? [{ id: '', label: 'Anybody' }] : []} value={filter.actor} onPick={(choice) => set({ actor: choice.id || undefined })}>{filter.actor ? people.data?.find((one) => one.id === filter.actor)?.label ?? 'One person' : <span className="dim">Anybody</span>}</Picker></div>
        <label className="field"><span className="label">From</span><input className="input" type="datetime-local" value={toLocalInput(filter.from)} onChange={(event) => set({ from: fromLocalInput(event.target.value) ?? undefined })} /></label>
        <label className="field"><span className="label">To</span><input className="input" type="datetime-local" value={toLocalInput(filter.to)} onChange={(event) => set({ to: fromLocalInput(event.target.value) ?? undefined })} /></label>
        {filtered && <Button look="quiet" onClick={() => { void navigate({ to: '/audit' }); }}>Clear</Button>}
      </div>
      {query.isPending ? <Bones lines={8} /> : query.isError ? <PageProblem error={query.error} again={() => { void query.refetch(); }} /> : events.length === 0 ? <Empty icon="seal" title={filtered ? 'No event matches' : 'The log is empty'}>Every act on every record is written here in the same transaction, and sealed within seconds.</Empty> : (
        <div className="card scroll-x" tabIndex={0} role="region" aria-label="Events">
          <table className="plain-table hover as-cards">
            <thead><tr><th>Leaf</th><th>Time</th><th>Event</th><th>Record</th><th>Person</th><th>What changed</th><th><span className="hidden-label">Proof</span></th></tr></thead>
            <tbody>{events.map((event) => (
              <tr key={event.id}>
                <td className="num dim nowrap">{event.leaf ?? 'open'}</td>
                <td className="nowrap"><time dateTime={event.at} title={exact(event.at)}>{dateTime(event.at)}</time></td>
                <td><code className="mono nowrap">{event.type}</code>{event.via ? <span className="small dim block">by {event.via}</span> : null}</td>
                <td className="nowrap">{kindOf(event.record) ? <Link to={pathOf(event.record)} className="num">{event.record}</Link> : <span className="num">{event.record}</span>}{event.record && <button type="button" className="icon-button small" aria-label={`History of ${event.record}`} title="History of this record" onClick={() => set({ record: event.record })}><Icon name="clock" size={13} /></button>}</td>
                <td>{event.actor ? <Person person={event.actor} /> : <span className="dim">Cabinet</span>}</td>
                <td className="small">{event.state_from !== event.state_to && event.state_to ? <div><span className="dim">state</span> {event.state_from ? `${event.state_from} → ` : ''}<b>{event.state_to}</b></div> : null}<Changes of={event} /></td>
                <td><Link to="/audit/events/$id" params={{ id: event.id } as never} className="icon-button small" aria-label={`Proof of event ${event.id}`} title="Proof"><Icon name="seal" size={15} /></Link></td>
              </tr>
            ))}</tbody>
          </table>
        </div>
      )}
      {query.hasNextPage && <p style={{ textAlign: 'center', marginTop: 16 }}><Button busy={query.isFetchingNextPage} onClick={() => { void query.fetchNextPage(); }}>Older events</Button></p>}
    </div>
  );
}

const shownAtOnce = 4;
/** What an event changed: the first few fields, the rest on demand. */
function Changes({ of: event }: { of: AuditEvent }) {
  const changes = event.changes ?? [];
  const line = (change: FieldChange) => <div key={change.field} className="wrap"><span className="dim">{change.field}</span> {change.erased ? <i className="dim">erased; its proof still holds</i> : <>{change.before ? <><s className="dim">{change.before}</s> → </> : null}<b>{change.after || 'nothing'}</b></>}</div>;
  if (changes.length <= shownAtOnce + 1) return <>{changes.map(line)}</>;
  return <>{changes.slice(0, shownAtOnce).map(line)}<details><summary>{changes.length - shownAtOnce} more fields</summary>{changes.slice(shownAtOnce).map(line)}</details></>;
}

function CheckpointCard() {
  const query = useQuery({ ...checkpoint, refetchInterval: 15_000 });
  const point = query.data;
  return (
    <section className="card pad stack" aria-label="Checkpoint">
      <div className="row"><h2 className="grow">Latest checkpoint</h2>{point && <Copy text={point.note} label="Copy the checkpoint" />}</div>
      {query.isPending ? <Bones lines={3} /> : !point ? <p className="dim">{query.error?.message ?? 'None yet.'}</p> : <>
        <p><span className="figure num">{point.size.toLocaleString('en-GB')}</span> <span className="dim">events sealed, {point.sealed_lag_seconds > 60 ? <span className="red">{span(point.sealed_lag_seconds * 1000)} behind</span> : 'up to date'}</span></p>
        <dl className="facts">
          <div><dt>Origin</dt><dd className="clip">{point.origin}</dd></div>
          <div><dt>Root</dt><dd className="row"><code className="mono clip" title={point.root}>{point.root}</code></dd></div>
          <div><dt>Signed</dt><dd>{dateTime(point.created_at)}</dd></div>
          <div><dt>Key</dt><dd className="row"><code className="mono clip" title={point.public_key}>{point.public_key}</code><Copy text={point.public_key} label="Copy the public key" /></dd></div>
        </dl>
      </>}
    </section>
  );
}
