// What fails with an item in two figures, and the way to the whole; and the open records about it or about what it depends on.
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ciImpact, ciPath, ciTickets, type CiPage, type Moment } from '../../../api/cmdb';
import { pathOf } from '../../../api/words';
import { useActs } from '../../../app/useActs';
import { Icon } from '../../../ui/Icon';
import { Bones, Priority, ProblemNote, Segments, Tone } from '../../../ui/kit';

export function ImpactCard({ item, moment }: { item: CiPage; moment: Moment }) {
  const query = useQuery(ciImpact(item.number, 'down', 6, 1, moment));
  const navigate = useNavigate();
  const to = `${ciPath(item.number)}/impact`;
  useActs([{ id: 'impact', keys: 'b', label: 'What breaks with it?', group: 'Item', run: () => { void navigate({ to, search: moment as never }); } }]);
  const impact = query.data;
  const risky = impact?.services.filter((one) => one.at_risk).length ?? 0;
  const failing = (impact?.services.length ?? 0) - risky;
  return (
    <section className="card side-card" aria-label="Impact">
      <header><h2 className="grow">If it fails</h2><Link className="small no-print" to={to} search={moment as never}>See why</Link></header>
      <div className="trust">
        {query.isPending ? <Bones lines={2} /> : !impact ? <ProblemNote error={query.error} again={() => { void query.refetch(); }} />
          : impact.state === 'no_relations' ? <p className="row stale"><Icon name="alert" size={15} />No relations recorded: nobody knows.</p>
            : impact.state === 'not_configured' ? <p className="row stale"><Icon name="alert" size={15} />Impact not configured: its relations spread nothing.</p>
              : impact.reached + impact.hidden === 0 ? <p className="dim">Nothing else, as far as it is known.</p>
                : <>
                  <p><strong className="num">{failing}</strong> service{failing === 1 ? '' : 's'} and <strong className="num">{(impact.failing - failing).toLocaleString('en-GB')}</strong> other item{impact.failing - failing === 1 ? '' : 's'} fail{impact.at_risk > 0 ? <>; <strong className="num">{impact.at_risk}</strong> lose redundancy</> : null}.</p>
                  {impact.services.length > 0 && <ul className="list impact-names">{impact.services.slice(0, 6).map((one) => <li key={one.number}><Link to={ciPath(one.number)} search={moment as never}>{one.name}</Link>{one.at_risk && <span className="dim small"> loses redundancy</span>}</li>)}{impact.services.length > 6 && <li className="dim small">and {impact.services.length - 6} more</li>}</ul>}
                </>}
        <p className="row wraps small no-print"><Link to={to} search={{ ...moment, show: 'up' } as never}>What it depends on</Link><Link to={to} search={{ ...moment, show: 'around' } as never}>Everything around it</Link></p>
      </div>
    </section>
  );
}

export function Tickets({ item }: { item: CiPage }) {
  const [scope, choose] = useState<'own' | 'dependencies'>('own');
  const query = useQuery(ciTickets(item.number, scope));
  const rows = query.data?.items ?? [];
  return (
    <section className="card" aria-label="Open records">
      <header><h2 className="grow">Open records</h2><Segments label="About" value={scope} onChange={choose} options={[{ value: 'own', label: 'About it' }, { value: 'dependencies', label: 'And what it depends on' }]} /></header>
      {query.isPending ? <Bones lines={2} /> : query.isError ? <div className="inside"><ProblemNote error={query.error} again={() => { void query.refetch(); }} /></div> : (
        <ul className="list tasks">
          {rows.map((row) => <li key={row.number} className="row"><Icon name={row.kind} size={14} label={row.kind} /><Link to={pathOf(row.number)} className="grow clip">{row.title}</Link><span className="dim small num only-desk">{row.number}</span><Priority value={row.priority} /><Tone tone={row.tone}>{row.state_label}</Tone></li>)}
          {rows.length === 0 && <li className="dim small">{scope === 'own' ? 'No open incident, problem, request or change is about it.' : `Nothing is open about it or the ${Math.max(0, (query.data?.about ?? 1) - 1)} items it depends on.`}</li>}
          {query.data?.next && <li><Link to="/queue/all" search={{ [scope === 'own' ? 'ci' : 'ci_impact']: item.number, category: 'open,waiting' } as never}>All of them</Link></li>}
        </ul>
      )}
    </section>
  );
}
