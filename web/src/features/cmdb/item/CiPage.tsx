// One anatomy for every item: header, what is known, relations, timeline; beside them time, trust, groups. Used as a page and as
// the pane beside the list; its layout follows its own width.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState, type KeyboardEvent } from 'react';
import { ci, ciPath, type CiPage as Item, type Moment } from '../../../api/cmdb';
import { useTitle } from '../../../app/session';
import { useActs } from '../../../app/useActs';
import { Icon } from '../../../ui/Icon';
import { Bones, Button, Copy, IconButton, Late, Notice, PageProblem, Tone } from '../../../ui/kit';
import { dateTime } from '../../../ui/time';
import { Criticality } from '../parts';
import { CiMoves } from './CiMoves';
import { CiTimeline } from './CiTimeline';
import { amendCi, shift } from './edits';
import { ImpactCard, Tickets } from './ImpactCard';
import { Relations } from './Relations';
import { Groups, Trust, Warranty } from './SideCards';
import { TimeBar } from './TimeBar';
import { Values } from './Values';

const CompareSheet = lazy(() => import('./CompareSheet'));
interface Props { number: string; moment: Moment; onMoment: (moment: Moment) => void; onClose?: () => void }

export default function CiPage({ number, moment, onMoment, onClose }: Props) {
  const query = useQuery({ ...ci(number, moment), placeholderData: (old) => (old?.number === number ? old : undefined) });
  const item = query.data;
  const [comparing, compare] = useState(false);
  useTitle(item ? `${item.number} ${item.name}` : number);
  if (query.isPending) return <Late><div className="record"><Bones lines={8} /></div></Late>;
  if (!item) {
    return (
      <div className="record">
        {moment.at && <TimeBar number={number} moment={moment} onMoment={onMoment} onCompare={() => undefined} />}
        <PageProblem level={onClose ? 2 : 1} error={query.error} again={() => { void query.refetch(); }} />
      </div>
    );
  }
  const at: Record<string, string> = moment.at ? { at: moment.at, ...(moment.known ? { known: moment.known } : {}) } : {};
  return (
    <article className={`record ci ${onClose ? 'in-pane' : ''}`} aria-busy={query.isPlaceholderData || undefined}>
      <header className="record-head">
        <div className="row record-line">
          <Icon name="cmdb" label="Configuration item" />
          {onClose ? <Link to={ciPath(item.number)} className="num dim">{item.number}</Link> : <span className="num dim">{item.number}</span>}
          <Copy text={item.number} label={`Copy ${item.number}`} />
          <span className="dim small">{item.class_label}</span>
          <span className="grow" />
          <IconButton icon="print" label="Print" small className="only-desk no-print" onClick={() => window.print()} />
          {onClose && <IconButton icon="x" label="Close" onClick={onClose} />}
        </div>
        <Name item={item} />
        <div className="row wraps apart record-state">
          <div className="row wraps"><Tone tone={item.tone}>{item.status_label}</Tone>{item.criticality && <Criticality value={item.criticality} words />}{item.environment && <span className="dim small">{item.environment}</span>}{item.tags.map((tag) => <span key={tag} className="tag">{tag}</span>)}</div>
          <CiMoves item={item} />
        </div>
      </header>
      {item.presence === 'merged' && <Notice look="wait" icon="link" act={item.may.merge ? <Button look="link" onClick={() => { void shift(item, 'unmerge'); }}>Part them again</Button> : undefined}>This was merged{item.merged_into ? <> into <Link to={ciPath(item.merged_into)}>{item.merged_into}</Link></> : ''}: it is the same thing.</Notice>}
      {item.presence === 'withdrawn' && <Notice look="warn" icon="alert" act={item.may.merge ? <Button look="link" onClick={() => { void shift(item, 'reinstate'); }}>Bring it back</Button> : undefined}>This was withdrawn: it should not have been recorded.</Notice>}
      {item.at && <Notice look="warn" icon="clock" act={<Button look="link" onClick={() => onMoment({})}>Back to now</Button>}>This is {item.name} as it was {dateTime(item.at)}{item.known ? ', as far as it was known then' : ''}. Nothing can be changed here.</Notice>}
      <div className="record-body">
        <div className="record-main">
          <Values item={item} />
          <Relations item={item} at={at} />
          {!item.at && <Tickets item={item} />}
          <CiTimeline number={item.number} />
        </div>
        <aside className="record-side" aria-label="Facts">
          <TimeBar number={item.number} moment={moment} onMoment={onMoment} onCompare={() => compare(true)} />
          <Trust item={item} />
          <ImpactCard item={item} moment={moment} />
          <Groups item={item} />
          <Warranty item={item} />
        </aside>
      </div>
      <footer className="print-only print-foot">{item.number} · version {item.version}{item.at ? ` · as it was ${dateTime(item.at)}` : ''} · printed {dateTime(new Date().toISOString())}</footer>
      {comparing && <Suspense fallback={null}><CompareSheet number={item.number} name={item.name} at={moment.at} onClose={() => compare(false)} /></Suspense>}
    </article>
  );
}

/** The name, edited where it stands: Enter saves, Escape leaves it. */
function Name({ item }: { item: Item }) {
  const [typed, type] = useState<string | null>(null);
  useActs(item.may.amend ? [{ id: 'edit name', keys: 'e', label: 'Edit the name', group: 'Item', run: () => type(item.name) }] : []);
  const save = () => {
    if (typed === null) return;
    type(null);
    if (typed.trim() && typed.trim() !== item.name) void amendCi(item, { name: typed.trim() }, 'Name');
  };
  const onKey = (event: KeyboardEvent) => { if (event.key === 'Enter') save(); else if (event.key === 'Escape') { event.stopPropagation(); type(null); } };
  if (typed !== null) return <input className="input title-input" aria-label="Name" autoFocus value={typed} onChange={(event) => type(event.target.value)} onBlur={save} onKeyDown={onKey} />;
  return <h1 className="wrap">{item.name}{item.may.amend && <IconButton icon="edit" label="Edit the name" small className="no-print" onClick={() => type(item.name)} />}</h1>;
}
