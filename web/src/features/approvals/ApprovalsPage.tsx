// What waits for my decision. Made for forty seconds on a phone: read, thumb, receipt.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { approvals, record, templates } from '../../api/queries';
import type { ApprovalRow, Change, TemplateEdition } from '../../api/types';
import { pathOf } from '../../api/words';
import { useMe, useTitle } from '../../app/session';
import { toDecide } from '../../app/useAreas';
import { Icon } from '../../ui/Icon';
import { Ago, Bones, Button, Empty, Html, PageProblem, RiskMark, Segments, Tone, Notice } from '../../ui/kit';
import { dateTime, windowText } from '../../ui/time';
import { DecisionBox } from '../changes/DecisionBox';
import { moreTexts, planTexts, slotName } from '../changes/plan';
import { ReceiptView } from '../changes/ReceiptView';
import { TemplateVote } from '../changes/TemplateVote';

export default function ApprovalsPage() {
  useTitle('My approvals');
  const [state, setState] = useState<'waiting' | 'decided'>('waiting');
  // What was decided on this page stays with its receipt until the page is left.
  const [kept, keep] = useState<ApprovalRow[]>([]);
  const me = useMe();
  const query = useQuery(approvals(state));
  const proposals = useQuery({ ...templates, enabled: Boolean(me.may['template.decide']) });
  const [voted, vote] = useState<TemplateEdition[]>([]);
  const items = query.data?.items ?? [];
  const waiting = toDecide(items, proposals.data?.items ?? []);
  const asked = waiting.editions.filter((one) => !voted.some((other) => other.key === one.key));
  const editions = state === 'waiting' ? [...voted, ...asked] : [];
  const shown = state === 'waiting' ? [...kept.filter((one) => !items.some((item) => item.slot_id === one.slot_id)), ...items.map((item) => kept.find((one) => one.slot_id === item.slot_id) ?? item)] : items;
  const open = waiting.rows.filter((item) => !kept.some((one) => one.slot_id === item.slot_id)).length + asked.length;

  return (
    <div className="page narrow">
      <header><h1>My approvals</h1><Segments label="Show" value={state} onChange={setState} options={[{ value: 'waiting', label: open ? `Waiting (${open})` : 'Waiting' }, { value: 'decided', label: 'Decided' }]} /></header>
      {query.isPending ? <Bones lines={6} /> : query.isError ? <PageProblem error={query.error} again={() => { void query.refetch(); }} /> : shown.length + editions.length === 0 ? (
        state === 'waiting' ? <Empty icon="checks" title="Nothing waits for you">Changes and requests that need your decision appear here, with the plan to decide on.</Empty> : <Empty icon="seal" title="You have not decided anything yet">Your decisions and their receipts are kept here.</Empty>
      ) : <ul className="list stack loose">{editions.map((one) => <li key={one.key}><TemplateCard edition={one} onDeciding={(now) => vote((before) => [...(now ? [one] : []), ...before.filter((other) => other.key !== one.key)])} /></li>)}{shown.map((item) => <li key={`${item.number}-${item.slot_id}`}><Card item={item} onDeciding={(now) => keep((before) => [...(now ? [item] : []), ...before.filter((one) => one.slot_id !== item.slot_id)])} /></li>)}</ul>}
    </div>
  );
}

const decisionTone = { approve: ['done', 'Approved'], reject: ['refused', 'Rejected'], recuse: ['closed', 'Stepped aside'] } as const;

function Card({ item, onDeciding }: { item: ApprovalRow; onDeciding: (now: boolean) => void }) {
  const [reading, read] = useState(false);
  return (
    <article className="card approval" aria-label={`${item.number} ${item.title}`}>
      <div className="inside stack">
        <div>
          {item.retro && <Notice look="warn" icon="alert">This has been done already. Say in retrospect whether it was right.</Notice>}
          {item.escalated_at && <p className="small red"><Icon name="bell" size={14} /> Escalated: it was due {dateTime(item.due_at ?? item.escalated_at)}</p>}
          {(item.exceptions ?? []).map((one) => <p key={one.code} className="small"><Icon name="flag" size={13} /> {one.text}</p>)}
          <div className="row small dim"><Icon name="change" size={14} /><span className="num">{item.number}</span><span className="grow" /><RiskMark risk={item.risk} /></div>
          <h2><Link to={pathOf(item.number)}>{item.title}</Link></h2>
        </div>
        <dl className="facts two">
          <div><dt>Planned</dt><dd>{windowText(item.planned_start, item.planned_end) || 'not planned'}</dd></div>
          <div><dt>Asked by</dt><dd>{item.requester?.name ?? '–'}</dd></div>
          <div><dt>You decide in</dt><dd>{slotName(item.slot_label)}{item.advisory ? ', as advice' : ''}</dd></div>
          <div><dt>So far</dt><dd className="num">{item.approved} of {item.needed} approved</dd></div>
        </dl>
        <Button look="quiet" icon={reading ? 'down' : 'chevron'} aria-expanded={reading} className="read-plan" onClick={() => read(!reading)}>{reading ? 'Hide the plan' : 'Read the plan'}</Button>
        {reading && <PlanReader number={item.number} />}
        {item.decided ? (
          <div className="stack"><div className="row"><Tone tone={decisionTone[item.decided.decision][0]}>{decisionTone[item.decided.decision][1]}</Tone><span className="dim small"><Ago at={item.decided.at} /></span></div>{item.decided.comment && <blockquote className="quote">{item.decided.comment}</blockquote>}{item.decided.receipt && <ReceiptView receipt={item.decided.receipt} />}</div>
        ) : item.can ? <DecisionBox number={item.number} slotId={item.slot_id} slotLabel={item.slot_label} digest={item.digest} sign={item.sign} meaning={item.meaning} retro={item.retro} onDeciding={onDeciding} />
          : <p className="why-not small"><Icon name="lock" size={14} /><span>You cannot decide: {(item.reasons ?? []).map((reason) => reason.text).join(' ')}</span></p>}
      </div>
    </article>
  );
}

/** A template that is put to the board: approved once, it needs no meeting any more. */
function TemplateCard({ edition, onDeciding }: { edition: TemplateEdition; onDeciding: (now: boolean) => void }) {
  const [reading, read] = useState(false);
  const { template, ballot } = edition;
  return (
    <article className="card approval" aria-label={`Template ${template.title}`}>
      <div className="inside stack">
        <div><div className="row small dim"><Icon name="star" size={14} /><span className="grow">Template of standard changes, edition {edition.edition}</span></div><h2><Link to="/standard-changes/$key" params={{ key: edition.key } as never}>{template.title}</Link></h2></div>
        <dl className="facts two">
          <div><dt>Highest risk</dt><dd>{template.max_risk}</dd></div>
          <div><dt>Written by</dt><dd>{edition.author?.name ?? '–'}</dd></div>
          <div><dt>Evidence</dt><dd className="num">{(edition.evidence ?? []).length} changes that ended</dd></div>
          <div><dt>So far</dt><dd className="num">{(ballot?.votes ?? []).filter((one) => one.decision === 'approve').length} of {ballot?.needed ?? 0} approved</dd></div>
        </dl>
        <Button look="quiet" icon={reading ? 'down' : 'chevron'} aria-expanded={reading} className="read-plan" onClick={() => read(!reading)}>{reading ? 'Hide what it says' : 'Read what it says'}</Button>
        {reading && <div className="plan-reader stack"><section><h3>Implementation plan</h3><Html html={edition.implementation_plan_html} /></section><section><h3>Back-out plan</h3><Html html={edition.backout_plan_html} /></section></div>}
        <TemplateVote template={edition.key} edition={edition.edition} digest={edition.digest} label={ballot?.label ?? 'the board'} onDeciding={onDeciding} />
      </div>
    </article>
  );
}

function PlanReader({ number }: { number: string }) {
  const query = useQuery(record<Change>(number));
  if (!query.data) return query.isError ? <PageProblem error={query.error} /> : <Bones lines={4} />;
  const { plan } = query.data;
  return (
    <div className="plan-reader stack">
      {planTexts.map(({ field, title, empty }) => <section key={field}><h3>{title}</h3>{plan[`${field}_html`] ? <Html html={plan[`${field}_html`]} /> : plan[field] ? <p className="wrap" style={{ whiteSpace: 'pre-wrap' }}>{plan[field]}</p> : <p className="dim">{empty}</p>}</section>)}
      {moreTexts.map(({ field, title }) => plan[field] ? <section key={field}><h3>{title}</h3><Html html={plan[`${field}_html`]} /></section> : null)}
      <section><h3>Risk</h3><p><RiskMark risk={query.data.risk} /> <span className="dim">{query.data.risk_detail.because}</span></p></section>
      {plan.outage === 'yes' && <section><h3>Outage</h3><p>{plan.outage_minutes} minutes</p></section>}
      {(plan.items ?? []).length > 0 && <section><h3>Items</h3><p>{plan.items!.map((one) => one.name || one.number).join(', ')}</p></section>}
      <section><h3>Affects</h3><p>{plan.affected_services?.join(', ') || 'nothing named'}</p></section>
      <section><h3>Implementers</h3><p>{plan.implementers?.map((one) => one.name).join(', ') || 'nobody named'}</p></section>
    </div>
  );
}
