// One anatomy for all four records: header, main column (plan or conversation), right column. Used as a page and
// as the pane beside a list; its layout follows its own width.
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { api } from '../../api/client';
import { record as recordQuery } from '../../api/queries';
import type { Change, Ticket } from '../../api/types';
import { useTitle } from '../../app/session';
import { Dialog } from '../../ui/Dialog';
import { Icon } from '../../ui/Icon';
import { Bones, Button, Html, Late, Notice, PageProblem, RiskMark } from '../../ui/kit';
import { pendingWord } from '../../api/words';
import { dateTime } from '../../ui/time';
import { act, address, amend } from './edits';
import { EditableText } from './EditableText';
import { ProblemFacets, Tasks } from './Facets';
import { Header } from './Header';
import { Items } from './Items';
import { MoveFields } from './MoveFields';
import { Properties } from './Properties';
import { Attachments, Links, Watchers } from './SideCards';
import { Stream } from './Stream';

const ChangeBody = lazy(() => import('../changes/ChangeBody'));
const ConflictsCard = lazy(() => import('../changes/ConflictsCard'));
const ReviewCard = lazy(() => import('../aftermath/ReviewCard'));
const CauseCard = lazy(() => import('../aftermath/CauseCard'));
const WorkCard = lazy(() => import('../changes/WorkCard'));
const DeliveryCard = lazy(() => import('../changes/DeliveryCard'));
const ApprovalPanel = lazy(() => import('../changes/ApprovalPanel'));
const ChangeFacts = lazy(() => import('../changes/ChangeFacts'));

export default function RecordPage({ number, onClose }: { number: string; onClose?: () => void }) {
  const query = useQuery(recordQuery(number));
  const record = query.data;
  useTitle(record ? `${record.number} ${record.title}` : number);
  if (query.isPending) return <Late><div className="record"><Bones lines={8} /></div></Late>;
  if (!record) return <PageProblem level={onClose ? 2 : 1} error={query.error} again={() => { void query.refetch(); }} />;
  return <Anatomy record={record} onClose={onClose} />;
}

function Anatomy({ record, onClose }: { record: Ticket; onClose?: () => void }) {
  const [asking, ask] = useState<'major' | 'hold' | null>(null);
  const change = record.kind === 'change' ? record as Change : null;
  const extra = [
    ...(record.kind === 'incident' && !record.major && (record.category === 'open' || record.category === 'waiting') && record.may.declare_major ? [{ label: 'Declare a major incident…', run: () => ask('major') }] : []),
    ...(change && !change.on_hold && (change.category === 'open' || change.category === 'waiting') && change.may.hold ? [{ label: 'Put on hold…', run: () => ask('hold') }] : []),
  ];
  return (
    <article className={`record ${onClose ? 'in-pane' : ''}`}>
      <Header record={record} onClose={onClose} extra={extra} marks={change ? <><RiskMark risk={change.risk} /><span className="dim small">{change.model_label} change</span>{(change.exceptions ?? []).map((one) => <span key={one.code} className="tone refused"><Icon name="flag" size={12} /><span>{one.text}</span></span>)}</> : null} />
      <div className="record-body">
        <div className="record-main">
          {change?.on_hold && <Notice look="wait" icon="pause" act={change.may.hold ? <Button look="link" onClick={() => { void act(record.number, () => api.delete(`/changes/${record.number}/hold`)); }}>Take off hold</Button> : undefined}>On hold since {dateTime(change.on_hold.since)}: {change.on_hold.reason}</Notice>}
          {record.category === 'waiting' && record.pending_reason && <Notice look="wait" icon="pause"><strong>Waits for {(pendingWord[record.pending_on ?? ''] ?? 'something').toLowerCase()}.</strong> {record.pending_reason.replace(/^waits for [^:]*: /i, '')}</Notice>}
          {record.fulfilment && <section className="card pad resolution" aria-label="Fulfilment"><h2>Delivered</h2>{record.fulfilment_html ? <Html html={record.fulfilment_html} /> : <p className="wrap">{record.fulfilment}</p>}</section>}
          {record.resolution && <section className="card pad resolution" aria-label="Resolution"><h2>Resolution{record.close_code ? <span className="dim small"> {record.close_code}</span> : null}</h2>{record.resolution_html ? <Html html={record.resolution_html} /> : <p className="wrap">{record.resolution}</p>}</section>}
          {change ? <Suspense fallback={<Bones lines={6} />}><ChangeBody change={change} /><ConflictsCard change={change} /><DeliveryCard change={change} /><WorkCard change={change} /><ReviewCard change={change} /></Suspense> : (
            <section className="card pad"><EditableText title="Description" text={record.description} html={record.description_html} may={Boolean(record.may.amend)} empty="No description." draftKey={`description:${record.number}`} onSave={(text) => amend(record, { description: text }, {})} /></section>
          )}
          {record.kind === 'request' && <Tasks record={record} />}
          {record.kind === 'problem' && <ProblemFacets record={record} />}
          <Stream record={record} title={change ? 'Timeline' : 'Conversation'} />
        </div>
        <aside className="record-side" aria-label="Facts">
          {change && <Suspense fallback={<Bones lines={5} />}><ApprovalPanel change={change} /><ChangeFacts change={change} /></Suspense>}
          <Properties record={record} />
          <Items record={record} />
          {(record.kind === 'incident' || change) && <Suspense fallback={null}><CauseCard record={record} /></Suspense>}
          <Links record={record} />
          <Attachments record={record} />
          <Watchers record={record} />
        </aside>
      </div>
      <footer className="print-only print-foot">{record.number} · version {record.version} · printed {dateTime(new Date().toISOString())}</footer>
      {asking && <AskReason title={asking === 'major' ? 'Declare a major incident' : 'Put on hold'} hint={asking === 'major' ? 'Managers and everybody watching are told at once.' : 'The change keeps its approvals; nobody can start it until it is taken off hold.'} onClose={() => ask(null)} onSend={(reason) => act(record.number, () => api.post(`${address(record)}/${asking}`, { reason }, { version: record.version }))} />}
    </article>
  );
}

function AskReason({ title, hint, onClose, onSend }: { title: string; hint: string; onClose: () => void; onSend: (reason: string) => Promise<boolean> }) {
  const [values, set] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  return (
    <Dialog title={title} open onClose={onClose} size={460}>
      <form className="stack" onSubmit={(event) => { event.preventDefault(); setBusy(true); void onSend(values.reason ?? '').then((done) => { setBusy(false); if (done) onClose(); }); }}>
        <p className="dim">{hint}</p>
        <MoveFields requires={['reason']} values={values} onChange={set} problem={null} />
        <div className="row"><Button type="submit" look="primary" busy={busy}>{title}</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}
