// What fails with an item and why, what it depends on, and what is around it: figures, services with their ways in words, a
// drawing, and the same facts as a table.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useRouterState } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { ci, ciGraph, ciImpact, ciPath, cmdbModel, type Impact, type Moment } from '../../../api/cmdb';
import { parseNumber } from '../../../api/words';
import { useTitle } from '../../../app/session';
import { useActs } from '../../../app/useActs';
import { Icon } from '../../../ui/Icon';
import { Bones, Button, Notice, PageProblem, Segments } from '../../../ui/kit';
import { dateTime } from '../../../ui/time';
import { CmdbTabs } from '../Frame';
import { Drawing } from './Drawing';
import { ReachedTable } from './ReachedTable';
import { linksOf, reachedOf, sayPath, verticesOf } from './words';

type View = 'down' | 'up' | 'around';
const views: { value: View; label: string }[] = [{ value: 'down', label: 'What fails with it' }, { value: 'up', label: 'What it depends on' }, { value: 'around', label: 'Everything around it' }];

export default function ImpactPage() {
  const { number: typed = '' } = useParams({ strict: false }) as { number?: string };
  const number = parseNumber(typed) ?? typed;
  const search = useRouterState({ select: (state) => state.location.search as Record<string, string> });
  const navigate = useNavigate();
  const view: View = search.show === 'up' || search.show === 'around' ? search.show : 'down';
  const depth = Math.min(view === 'around' ? 3 : 20, Math.max(1, Number(search.depth) || (view === 'around' ? 1 : 6)));
  const moment: Moment = { ...(search.at ? { at: search.at } : {}), ...(search.known ? { known: search.known } : {}) };
  const item = useQuery(ci(number, moment));
  const walked = useQuery({ ...ciImpact(number, view === 'up' ? 'up' : 'down', depth, 2000, moment), enabled: view !== 'around', placeholderData: keepPreviousData });
  const around = useQuery({ ...ciGraph(number, depth, moment), enabled: view === 'around', placeholderData: keepPreviousData });
  const model = useQuery(cmdbModel).data;
  const query = view === 'around' ? around : walked;
  const name = item.data?.name ?? number;
  useTitle(`${views.find((one) => one.value === view)!.label}: ${name}`);
  const set = (patch: Record<string, string | undefined>) => { void navigate({ to: `${ciPath(number)}/impact`, search: { ...search, ...patch } as never, replace: true }); };
  const back = () => { void navigate({ to: ciPath(number), search: moment as never }); };
  useActs([
    { id: 'back', keys: 'Escape|u', label: `Back to ${name}`, group: 'Item', quiet: true, run: back },
    ...views.map((one, i) => ({ id: `view ${one.value}`, keys: String(i + 1), label: one.label, group: 'Impact', run: () => set({ show: one.value, depth: undefined }) })),
  ]);
  const reached = useMemo(() => (view === 'around' ? around.data?.nodes.filter((one) => one.number !== number) : walked.data && reachedOf(walked.data)) ?? [], [view, around.data, walked.data, number]);
  const start = view === 'around' ? around.data?.start : walked.data?.start;
  const edges = view === 'around' ? around.data?.edges : walked.data?.edges;
  const vertices = useMemo(() => (start ? verticesOf(start, reached) : []), [start, reached]);
  const links = useMemo(() => linksOf(edges ?? [], new Map(vertices.map((one) => [one.id, one.level])), (type) => model?.relations.find((one) => one.key === type)?.inverse ?? type), [edges, vertices, model]);
  const depths = view === 'around' ? [1, 2, 3] : [1, 2, 3, 4, 6, 8, 12, 20];

  return (
    <div className="page">
      <CmdbTabs />
      <header>
        <h1>{name}</h1><Link to={ciPath(number)} search={moment as never} className="num">{number}</Link>
        <Button icon="print" look="quiet" className="only-desk no-print" onClick={() => window.print()}>Print</Button>
      </header>
      <div className="row wraps impact-tools">
        <Segments label="What is shown" value={view} options={views} onChange={(next) => set({ show: next, depth: undefined })} />
        <label className="row small"><span className="dim">Steps</span><select className="input depth-input" value={depth} onChange={(event) => set({ depth: event.target.value })}>{depths.map((one) => <option key={one}>{one}</option>)}</select></label>
      </div>
      {search.at && <Notice look="warn" icon="clock" act={<Button look="link" onClick={() => set({ at: undefined, known: undefined })}>Back to now</Button>}>As it was {dateTime(search.at)}{search.known ? ', as far as it was known then' : ''}.</Notice>}
      {query.isPending ? <Bones lines={8} /> : query.isError ? <PageProblem error={query.error} again={() => { void query.refetch(); }} /> : (
        <div className="stack loose">
          {view !== 'around' && walked.data && <Summary impact={walked.data} name={name} />}
          {around.data && view === 'around' && <p>{reached.length === 0 ? 'Nothing is related to it.' : `${reached.length} item${reached.length === 1 ? '' : 's'} within ${depth} step${depth === 1 ? '' : 's'}, whether or not a failure spreads.`}{around.data.hidden > 0 ? ` ${around.data.hidden} more you may not see.` : ''}{around.data.cut ? ` ${around.data.cut.text}` : ''}</p>}
          {view === 'down' && walked.data && walked.data.services.length > 0 && <Services impact={walked.data} moment={moment} />}
          {reached.length > 0 && <Drawing key={`${view}${number}`} label={`${views.find((one) => one.value === view)!.label}: ${name}, as a drawing; the same as a table follows`} start={number} vertices={vertices} links={links} reached={reached} onVisit={(to) => { void navigate({ to: ciPath(to), search: moment as never }); }} />}
          {reached.length > 0 && <ReachedTable reached={reached} start={start!} moment={moment} walked={view !== 'around'} />}
        </div>
      )}
    </div>
  );
}

function Summary({ impact, name }: { impact: Impact; name: string }) {
  const down = impact.direction === 'down';
  if (impact.state === 'no_relations') return <Notice look="warn" icon="alert"><strong>No relations are recorded.</strong> Nobody knows what {down ? `fails with ${name}` : `${name} depends on`}. That is not the same as nothing.</Notice>;
  if (impact.state === 'not_configured') return <Notice look="warn" icon="alert"><strong>Impact is not configured.</strong> {name} has relations, but none of their types says that a failure spreads. That does not mean that nothing depends on it.</Notice>;
  if (impact.reached + impact.hidden === 0) return <Notice icon="check">{down ? `As far as it is known, nothing fails with ${name}.` : `As far as it is known, ${name} depends on nothing.`}</Notice>;
  const { unverified_90d: unverified, of } = impact.freshness;
  return (
    <section className="card pad stack" aria-label="In short">
      <dl className="figures">
        {down && <div><dt>Services</dt><dd className="figure num">{impact.services.length}</dd></div>}
        <div><dt>{down ? 'Items that fail' : 'Items it depends on'}</dt><dd className="figure num">{(down ? impact.failing : impact.reached).toLocaleString('en-GB')}</dd></div>
        {impact.at_risk > 0 && <div><dt>{down ? 'Lose redundancy, and still work' : 'Stand in for each other'}</dt><dd className="figure num">{impact.at_risk.toLocaleString('en-GB')}</dd></div>}
      </dl>
      <p className="row wraps small">{impact.by_class.map((one) => <span key={one.class} className="dim">{one.count} × {one.label.toLowerCase()}</span>)}</p>
      <p className={`row small ${unverified > 0 ? 'stale' : ''}`}><Icon name={unverified > 0 ? 'alert' : 'check'} size={14} />{unverified > 0 ? `${unverified} of ${of} not verified for 90 days` : `All ${of} were verified within 90 days`}</p>
      {impact.hidden > 0 && <p className="small dim">{impact.hidden} more item{impact.hidden === 1 ? '' : 's'} you may not see.</p>}
      {impact.cut && <Notice look="warn" icon="alert">{impact.cut.text} It was cut at step {impact.cut.level}{impact.cut.items ? `, with ${impact.cut.items.toLocaleString('en-GB')} items not followed` : ''}.</Notice>}
    </section>
  );
}

/** So many services are said at once; the rest comes when it is asked for, and stands in the table. */
const few = 8;

function Services({ impact, moment }: { impact: Impact; moment: Moment }) {
  const [all, showAll] = useState(false);
  const groups = [{ title: 'Services that fail', rows: impact.services.filter((one) => !one.at_risk) }, { title: 'Services that lose redundancy, and still work', rows: impact.services.filter((one) => one.at_risk) }];
  return (
    <section className="card" aria-label="Services">
      {groups.filter((group) => group.rows.length > 0).map((group) => (
        <div key={group.title} className="relation-group">
          <h2>{group.title} <span className="dim num small">{group.rows.length}</span></h2>
          <ul className="list paths">{(all ? group.rows : group.rows.slice(0, few)).map((node) => (
            <li key={node.number}>
              <Link to={ciPath(node.number)} search={moment as never} className="strong">{node.name}</Link>
              {sayPath(node, impact.start).map((one, i) => <span key={i}> <span className="dim" aria-hidden>→</span> <span className="dim">{one.label}</span> {one.number ? <Link to={ciPath(one.number)} search={moment as never}>{one.name}</Link> : <span className="dim">{one.name}</span>}</span>)}
            </li>
          ))}</ul>
          {group.rows.length > few && <div className="no-print"><Button look="link" aria-expanded={all} onClick={() => showAll(!all)}>{all ? `Show the first ${few}` : `Show all ${group.rows.length}`}</Button></div>}
        </div>
      ))}
    </section>
  );
}
