// How far the CMDB can be trusted: figures first, then by class and by source, each one click away from the items behind it.
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useRouterState } from '@tanstack/react-router';
import { classLabel, cmdbModel, fieldLabel } from '../../../api/cmdb';
import { quality, sources, type Figures } from '../../../api/sources';
import { may, useMe } from '../../../app/session';
import { Bones, Empty, PageProblem } from '../../../ui/kit';
import { CmdbPage } from '../Frame';

const share = (part: number, of: number): number => (of === 0 ? 0 : Math.round((part / of) * 100));

export default function QualityPage() {
  const search = useRouterState({ select: (state) => state.location.search as Record<string, string> });
  const navigate = useNavigate();
  const days = Number(search.days) || 90;
  const query = useQuery(quality(days));
  const model = useQuery(cmdbModel).data;
  const known = useQuery({ ...sources, enabled: may(useMe(), 'cmdb.sources') }).data?.items ?? [];
  const data = query.data;
  const total = (data?.classes ?? []).reduce((sum, one) => ({ items: sum.items + one.items, complete: sum.complete + one.complete, fresh: sum.fresh + one.fresh, orphans: sum.orphans + one.orphans }), { items: 0, complete: 0, fresh: 0, orphans: 0 });
  return (
    <CmdbPage title="Data quality" act={<label className="row small"><span className="dim">Fresh means confirmed within</span><select className="input depth-input" value={days} onChange={(event) => { void navigate({ to: '/cmdb/quality', search: { days: event.target.value } as never, replace: true }); }}>{[30, 60, 90, 180, 365].map((one) => <option key={one} value={one}>{one} days</option>)}</select></label>}>
      {query.isPending ? <Bones lines={8} /> : !data ? <PageProblem error={query.error} again={() => { void query.refetch(); }} /> : total.items === 0 ? <Empty icon="cmdb" title="Nothing to measure yet">As soon as items are registered, their completeness and age stand here.</Empty> : (
        <div className="stack loose">
          <dl className="figures card pad">
            <div><dt>Items</dt><dd className="figure num"><Link to="/cis">{total.items.toLocaleString('en-GB')}</Link></dd></div>
            <div><dt>Complete</dt><dd className="figure num">{share(total.complete, total.items)} %</dd></div>
            <div><dt>Fresh</dt><dd className="figure num">{share(total.fresh, total.items)} %</dd><dd><Link className="small" to="/cis" search={{ stale: String(days), sort: 'verified_at' } as never}>{(total.items - total.fresh).toLocaleString('en-GB')} are not</Link></dd></div>
            <div><dt>Without any relation</dt><dd className="figure num">{total.orphans.toLocaleString('en-GB')}</dd></div>
          </dl>
          <Table title="By class" rows={data.classes} days={days} label={(key) => classLabel(model, key)} field={(key) => fieldLabel(model, key)} link={(one) => ({ class: one.key })} />
          <Table title="By source" rows={data.sources} days={days} label={(key) => (key === '' ? 'By hand alone' : known.find((one) => one.key === key)?.name ?? key)} field={(key) => fieldLabel(model, key)} />
        </div>
      )}
    </CmdbPage>
  );
}

function Bar({ part, of }: { part: number; of: number }) {
  return <span className="quality-bar"><span className="num">{share(part, of)} %</span><span className="meter" aria-hidden><i style={{ width: `${share(part, of)}%` }} /></span></span>;
}

function Table({ title, rows, days, label, field, link }: { title: string; rows: Figures[]; days: number; label: (key: string) => string; field: (key: string) => string; link?: (one: Figures) => Record<string, string> }) {
  const sorted = [...rows].sort((a, b) => b.items - a.items);
  return (
    <section className="card scroll-x" tabIndex={0} role="region" aria-label={title}>
      <header><h2>{title}</h2></header>
      <table className="plain-table as-cards quality">
        <thead><tr><th scope="col">{title.replace('By ', '').replace(/^./, (char) => char.toUpperCase())}</th><th scope="col">Items</th><th scope="col">Complete</th><th scope="col">Fresh</th><th scope="col">No relation</th><th scope="col">Most often missing</th></tr></thead>
        <tbody>{sorted.map((one) => (
          <tr key={one.key}>
            <td>{link ? <Link to="/cis" search={link(one) as never} className="strong">{label(one.key)}</Link> : <strong>{label(one.key)}</strong>}</td><td className="num">{one.items.toLocaleString('en-GB')}</td><td><Bar part={one.complete} of={one.items} /></td>
            <td>{link && one.fresh < one.items ? <Link to="/cis" search={{ ...link(one), stale: String(days), sort: 'verified_at' } as never} aria-label={`${label(one.key)}: ${share(one.fresh, one.items)} % fresh, see the others`}><Bar part={one.fresh} of={one.items} /></Link> : <Bar part={one.fresh} of={one.items} />}</td>
            <td className="num">{one.orphans.toLocaleString('en-GB')}</td><td className="dim small">{Object.entries(one.missing).sort((a, b) => b[1] - a[1]).slice(0, 3).map(([key, count]) => `${field(key)} (${count.toLocaleString('en-GB')})`).join(', ') || '–'}</td>
          </tr>
        ))}</tbody>
      </table>
    </section>
  );
}
