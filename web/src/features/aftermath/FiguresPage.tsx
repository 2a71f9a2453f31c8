// How change enablement goes: figures first, each with what it counts and one click from the changes behind it.
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import { changeFigures, changesBehind, reviewsDue, type ChangeFigures, type ChangeGroup } from '../../api/aftermath';
import { findingWord, modelWord, outcomeWord, pathOf } from '../../api/words';
import { useTitle } from '../../app/session';
import { Sheet } from '../../ui/Dialog';
import { Ago, Bones, Empty, PageProblem, Segments, Tone } from '../../ui/kit';
import { dateOnly, dateTime } from '../../ui/time';
import { hours, percent, spreadWord } from './words';

const spans = { '30': 'Last 30 days', '90': 'Last 90 days', '180': 'Last 180 days', '365': 'Last year' } as const;
type By = 'model' | 'team' | 'service' | 'month';
interface Asked { figure: string; key: string | null }

const figures: { key: string; say: (group: ChangeGroup) => string; more?: (group: ChangeGroup) => string; count: (group: ChangeGroup) => number }[] = [
  { key: 'carried_out', say: (g) => g.carried_out.toLocaleString('en-GB'), count: (g) => g.carried_out },
  { key: 'failed', say: (g) => percent(g.failure_rate), more: (g) => `${g.failed} of ${g.carried_out}`, count: (g) => g.failed },
  { key: 'lead', say: (g) => spreadWord(g.lead), more: () => 'median / 90th percentile', count: (g) => g.lead.n },
  { key: 'commit', say: (g) => spreadWord(g.commit), more: () => 'median / 90th percentile', count: (g) => g.commit.n },
  { key: 'approval', say: (g) => spreadWord(g.approval), more: () => 'median / 90th percentile', count: (g) => g.approval.n },
  { key: 'standard', say: (g) => percent(g.standard_share), more: (g) => `${g.standard} of ${g.carried_out}`, count: (g) => g.standard },
  { key: 'emergency', say: (g) => percent(g.emergency_share), more: (g) => `${g.emergency} of ${g.carried_out}`, count: (g) => g.emergency },
  { key: 'overran', say: (g) => g.overran.toLocaleString('en-GB'), count: (g) => g.overran },
  { key: 'unauthorised', say: (g) => g.unauthorised.toLocaleString('en-GB'), count: (g) => g.unauthorised },
  { key: 'restore', say: (g) => spreadWord(g.restore), more: () => 'median / 90th percentile', count: (g) => g.restore.n },
];

export default function FiguresPage() {
  useTitle('Change figures');
  const search = useRouterState({ select: (state) => state.location.search as Record<string, string> });
  const navigate = useNavigate();
  const by = (['model', 'team', 'service', 'month'].includes(search.by ?? '') ? search.by : 'model') as By;
  const days = search.days && search.days in spans ? search.days as keyof typeof spans : '90';
  const from = new Date(Math.floor(Date.now() / 86_400_000 - Number(days)) * 86_400_000).toISOString();
  const query = useQuery(changeFigures(by, from));
  const due = useQuery(reviewsDue).data?.items ?? [];
  const [asked, ask] = useState<Asked | null>(null);
  const go = (next: Record<string, string>) => { void navigate({ to: '/reports/changes', search: { by, days, ...next } as never, replace: true }); };
  const data = query.data;
  const word = (key: string) => (data?.definitions ?? []).find((one) => one.figure === key);
  return (
    <div className="page">
      <header className="row wraps"><h1 className="grow">Change figures</h1><select className="input figures-time" aria-label="Time" value={days} onChange={(event) => go({ days: event.target.value })}>{Object.entries(spans).map(([value, label]) => <option key={value} value={value}>{label}</option>)}</select></header>
      {query.isPending ? <Bones lines={8} /> : !data ? <PageProblem error={query.error} again={() => { void query.refetch(); }} /> : data.total.carried_out + data.total.unauthorised === 0 && (data.rejections ?? []).length === 0 ? (
        <Empty icon="change" title="No change was carried out in this time">As soon as the work on one ends, it is counted here.</Empty>
      ) : (
        <div className="stack loose">
          <dl className="figures card pad change-figures">
            {figures.map((one) => (
              <div key={one.key} title={word(one.key)?.text}>
                <dt>{word(one.key)?.label}</dt>
                <dd className="figure num">{one.count(data.total) > 0 ? <button type="button" className="link-figure" aria-label={`${word(one.key)?.label}: ${one.say(data.total)}, see the changes`} onClick={() => ask({ figure: one.key, key: null })}>{one.say(data.total)}</button> : one.say(data.total)}</dd>
                {one.more && one.count(data.total) > 0 && <dd className="dim under">{one.more(data.total)}</dd>}
              </div>
            ))}
          </dl>
          <section className="card scroll-x" tabIndex={0} role="region" aria-label="In groups">
            <header className="row wraps"><h2 className="grow">By</h2><Segments<By> label="Group by" value={by} onChange={(value) => go({ by: value })} options={[{ value: 'model', label: 'Model' }, { value: 'team', label: 'Team' }, { value: 'service', label: 'Service' }, { value: 'month', label: 'Month' }]} /></header>
            <table className="plain-table as-cards figures-by">
              <thead><tr><th scope="col">{by.replace(/^./, (char) => char.toUpperCase())}</th>{figures.map((one) => <th key={one.key} scope="col" title={word(one.key)?.text}>{word(one.key)?.label}</th>)}</tr></thead>
              <tbody>{(data.groups ?? []).map((group) => (
                <tr key={group.key}><th scope="row">{groupWord(by, group.key)}</th>{figures.map((one) => <td key={one.key} className="num" data-label={word(one.key)?.label}>{one.count(group) > 0 ? <button type="button" className="link-figure" aria-label={`${groupWord(by, group.key)}, ${word(one.key)?.label}: ${one.say(group)}, see the changes`} onClick={() => ask({ figure: one.key, key: group.key })}>{one.say(group)}</button> : <span className="dim">{one.say(group)}</span>}</td>)}</tr>
              ))}</tbody>
            </table>
          </section>
          <div className="figure-columns">
            <section className="card" aria-label="Reviews to be done"><header><h2>Reviews to be done</h2></header>
              {due.length === 0 ? <p className="dim small inside">None waits.</p> : <ul className="list side-list">{due.map((one) => <li key={one.number} className="side-item"><div className="row wraps"><Link to={pathOf(one.number)} className="grow wrap">{one.title}</Link>{Date.parse(one.due_at) < Date.now() ? <Tone tone="refused">Overdue</Tone> : <span className="dim small">by {dateOnly(one.due_at)}</span>}</div><div className="small dim"><span className="num">{one.number}</span> {(one.reasons ?? []).map((reason) => reason.text).join(' · ')}</div></li>)}</ul>}
            </section>
            <section className="card" aria-label="Rejected plans"><header><h2>Rejected plans</h2></header>
              {(data.rejections ?? []).length === 0 ? <p className="dim small inside">No plan was rejected in this time.</p> : <ul className="list side-list">{data.rejections!.map((one, index) => <li key={index} className="side-item"><Link to={pathOf(one.number)} className="wrap">{one.title}</Link><p className="small wrap">“{one.reason}”</p><div className="small dim"><span className="num">{one.number}</span> {one.slot}, <Ago at={one.at} /></div></li>)}</ul>}
            </section>
          </div>
          <details className="card pad"><summary>What each figure counts</summary><dl className="definitions">{(data.definitions ?? []).map((one) => <div key={one.figure}><dt>{one.label}</dt><dd className="small">{one.text}</dd></div>)}</dl><p className="small dim">From {dateTime(data.from)} to {dateTime(data.to)}, of the changes that you may see.</p></details>
        </div>
      )}
      {asked && data && <Behind asked={asked} by={by} from={from} data={data} onClose={() => ask(null)} />}
    </div>
  );
}

const groupWord = (by: By, key: string): string => (key === '' ? `No ${by}` : by === 'model' ? modelWord[key] ?? key : by === 'month' ? new Date(`${key}-01T00:00:00Z`).toLocaleDateString('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' }) : key);

function Behind({ asked, by, from, data, onClose }: { asked: Asked; by: By; from: string; data: ChangeFigures; onClose: () => void }) {
  const query = useQuery(changesBehind(asked.figure, by, from, asked.key));
  const definition = (data.definitions ?? []).find((one) => one.figure === asked.figure);
  return (
    <Sheet title={`${definition?.label ?? ''}${asked.key === null ? '' : `: ${groupWord(by, asked.key)}`}`} open onClose={onClose} size={640}>
      <div className="stack">
        <p className="dim small">{definition?.text}</p>
        {query.isPending ? <Bones lines={5} /> : !query.data ? <PageProblem level={2} error={query.error} /> : (
          <table className="plain-table"><thead><tr><th scope="col">Change</th><th scope="col">Outcome</th><th scope="col">{query.data.items[0]?.hours != null ? 'Took' : 'Ended'}</th></tr></thead>
            <tbody>{query.data.items.map((one) => <tr key={one.number}><td><Link to={pathOf(one.number)} className="wrap">{one.title}</Link><div className="num small dim">{one.number}</div></td><td>{outcomeWord[one.outcome] ?? findingWord[one.outcome] ?? '–'}{one.caused > 0 && <div className="small red">caused a P{one.caused}</div>}</td><td className="num nowrap">{one.hours != null ? hours(one.hours) : one.ended ? dateOnly(one.ended) : '–'}</td></tr>)}</tbody></table>
        )}
      </div>
    </Sheet>
  );
}
