// A run: what it would change, by action, with what is there and by whom; then applying it, what came of it, and undoing all of it.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../../api/client';
import { ciPath, classLabel, cmdbModel, fieldLabel } from '../../../api/cmdb';
import { client } from '../../../api/queries';
import { busyStates, run as runQuery, runBlockers, runItems, type Run, type RunItem, type RunState, type RunTie } from '../../../api/sources';
import { may, useMe } from '../../../app/session';
import { toast, toastProblem } from '../../../app/toasts';
import { Dialog } from '../../../ui/Dialog';
import { Ago, Bones, Button, Empty, Notice, PageProblem, ProblemNote, Segments, Tone } from '../../../ui/kit';
import { dateTime, exact } from '../../../ui/time';
import { CmdbPage } from '../Frame';
import { Steps } from './Steps';
import { RunTies } from './RunTies';
import { actions, counted, effect, firstAction, share, stateOf, tieCounts, tieWords, total } from './words';

export default function RunPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  // A job does what is asked for: until it has begun, the run is still in the state in which it was asked.
  const [asked, setAsked] = useState<RunState | null>(null);
  const query = useQuery({ ...runQuery(id), refetchInterval: ({ state }) => (state.data && (busyStates.includes(state.data.state) || state.data.state === asked) ? 1000 : false) });
  const run = query.data;
  return (
    <CmdbPage title={run ? run.file || `Run of ${run.source}` : 'Run'} act={run && <Tone tone={stateOf(run).tone}>{stateOf(run).label}</Tone>}>
      {query.isPending ? <Bones lines={6} /> : !run ? <PageProblem error={query.error} again={() => { void query.refetch(); }} /> : <Body key={run.id} run={run} asked={asked === run.state} onAsk={() => setAsked(run.state)} />}
    </CmdbPage>
  );
}

function Body({ run, asked, onAsk }: { run: Run; asked: boolean; onAsk: () => void }) {
  const mayImport = may(useMe(), 'cmdb.import');
  const navigate = useNavigate();
  const [busy, setBusy] = useState('');
  const [undoing, undo] = useState(false);
  const [sure, confirm] = useState(false);
  const working = asked || busyStates.includes(run.state);
  const progress = share(run);
  const act = async (verb: string, body: Record<string, unknown>) => {
    setBusy(verb);
    try {
      const answer = await api.post<Run>(`/cmdb/runs/${run.id}/${verb}`, body);
      client.setQueryData(['ci-run', answer.id], answer);
      if (answer.id !== run.id) await navigate({ to: `/cmdb/runs/${answer.id}` });
      void client.invalidateQueries({ queryKey: ['ci-runs'] });
      if (verb === 'apply' || verb === 'undo') onAsk();
      if (verb === 'discard') toast('Put aside: nothing was changed.');
      undo(false);
    } catch (error) { toastProblem(error); void client.invalidateQueries({ queryKey: ['ci-run', run.id] }); }
    finally { setBusy(''); }
  };
  const changes = effect(run.summary);
  return (
    <div className="stack loose">
      <Steps at={run.state === 'applied' || run.state === 'undone' || run.state === 'undoing' ? 2 : 1} />
      <p className="dim small"><Link to="/cmdb/sources" search={{ source: run.source } as never}>{run.source}</Link> · read by “{run.mapping.split(' ')[0]}” · <span title={exact(run.made_at)}><Ago at={run.made_at} /></span>{run.by ? ` by ${run.by.name}` : ''}{run.applied_at ? ` · applied ${dateTime(run.applied_at)}` : ''}{run.undone_at ? ` · undone ${dateTime(run.undone_at)}` : ''}</p>
      {working && <Notice look="wait" icon="clock"><strong>{asked ? 'Waits for its turn' : stateOf(run).label}.</strong> {run.position > 0 ? `${run.position.toLocaleString('en-GB')} rows so far.` : ''} You may leave this page.{progress !== null && <div className="meter" role="progressbar" aria-label="Progress" aria-valuenow={Math.round(progress * 100)}><i style={{ width: `${progress * 100}%` }} /></div>}</Notice>}
      {run.state === 'failed' && <Notice look="bad" icon="alert" act={mayImport && run.repeatable ? <Button look="link" busy={busy === 'repeat'} onClick={() => { void act('repeat', {}); }}>Read the file once more</Button> : undefined}>{run.problem || 'It failed.'}</Notice>}
      {run.summary.rows > 0 && <p><strong className="num">{run.summary.rows.toLocaleString('en-GB')}</strong> row{run.summary.rows === 1 ? '' : 's'}: {counted(run.summary)}{run.summary.skipped.length > 0 ? `, ${run.summary.skipped.reduce((sum, one) => sum + one.rows, 0).toLocaleString('en-GB')} skipped` : ''}.{tieWords(run.summary)}</p>}
      {run.summary.failed > 0 && <Notice look="warn" icon="alert">{run.summary.failed.toLocaleString('en-GB')} could not be done; each says why below.</Notice>}
      {run.state === 'undone' && run.summary.kept > 0 && <Notice look="warn" icon="alert">{run.summary.kept.toLocaleString('en-GB')} were left as they are: somebody had changed them since.</Notice>}
      {run.state === 'proposed' && run.summary.asks && <Notice look="warn" icon="alert"><strong>{run.summary.missing.toLocaleString('en-GB')} of the {run.summary.known.toLocaleString('en-GB')} items of this source are missing from the file.</strong> That is more than it may be without being asked. Is the file whole?<label className="check"><input type="checkbox" checked={sure} onChange={(event) => confirm(event.target.checked)} /> Yes, they are gone</label></Notice>}
      {mayImport && !working && run.state === 'proposed' && <div className="row wraps no-print"><Button look="primary" big busy={busy === 'apply'} disabled={run.summary.asks && !sure} onClick={() => { void act('apply', { confirm: sure }); }}>{changes === 0 ? 'Confirm that nothing changed' : `Apply ${changes.toLocaleString('en-GB')} change${changes === 1 ? '' : 's'}`}</Button><Button busy={busy === 'discard'} onClick={() => { void act('discard', {}); }}>Put it aside</Button></div>}
      {mayImport && !working && run.state === 'applied' && <div className="row no-print"><Button icon="undo" busy={busy === 'undo'} onClick={() => undo(true)}>Undo the whole run…</Button></div>}
      {run.summary.rows > 0 && <Contents key={run.state} run={run} />}
      {run.summary.skipped.length > 0 && <section className="card" aria-label="Skipped"><header><h2>Skipped</h2></header><ul className="list tasks">{run.summary.skipped.map((one) => <li key={`${one.stream}${one.reason}`} className="row"><span className="num strong">{one.rows.toLocaleString('en-GB')}</span><span className="grow">{one.stream}: {one.reason}</span></li>)}</ul></section>}
      {undoing && <UndoRun run={run} busy={busy === 'undo'} onClose={() => undo(false)} onUndo={(rest) => { void act('undo', { rest }); }} />}
    </div>
  );
}

/** What a run says, beside each other: of items, of relations, of memberships of groups. */
function Contents({ run }: { run: Run }) {
  const [tab, choose] = useState<'item' | RunTie['kind']>('item');
  const counts = { item: total(run.summary.items), relation: total(tieCounts(run.summary, 'relation')), member: total(run.summary.members) };
  const tabs = ([['item', 'Items'], ['relation', 'Relations'], ['member', 'Memberships']] as const).filter(([key]) => key === 'item' || counts[key] > 0);
  return (
    <div>
      {tabs.length > 1 && <div className="queue-tabs"><Segments label="What it is about" value={tab} options={tabs.map(([value, label]) => ({ value, label: <>{label} <span className="num">{counts[value].toLocaleString('en-GB')}</span></> }))} onChange={choose} /></div>}
      {tab === 'item' ? <Items run={run} /> : <RunTies key={tab} run={run} kind={tab} />}
    </div>
  );
}

function Items({ run }: { run: Run }) {
  const there = actions.filter((one) => (run.summary.items[one.key] ?? 0) > 0);
  const [action, choose] = useState(firstAction(run.summary));
  const query = useInfiniteQuery(runItems(run.id, action));
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="card" aria-label="Items of the run">
      <header className="run-actions"><div className="segments" role="group" aria-label="Action">{there.map((one) => <button key={one.key} type="button" aria-pressed={one.key === action} onClick={() => choose(one.key)}>{one.label} <span className="num">{run.summary.items[one.key]!.toLocaleString('en-GB')}</span></button>)}</div></header>
      <p className="dim small inside">{actions.find((one) => one.key === action)?.means}</p>
      {query.isPending ? <Bones lines={4} /> : query.isError ? <div className="inside"><ProblemNote error={query.error} again={() => { void query.refetch(); }} /></div> : rows.length === 0 ? <Empty icon="check" title="None">No item of this run is of that kind.</Empty>
        : <ul className="list run-items">{rows.map((item) => <Row key={`${item.line} ${item.key}`} item={item} />)}</ul>}
      {query.hasNextPage && <div className="inside"><Button look="quiet" busy={query.isFetchingNextPage} onClick={() => { void query.fetchNextPage(); }}>Show more</Button></div>}
    </section>
  );
}

function Row({ item }: { item: RunItem }) {
  const model = useQuery(cmdbModel).data;
  return (
    <li>
      <div className="row wraps"><strong>{item.number ? <Link to={ciPath(item.number)}>{item.name || item.number}</Link> : item.name || item.key}</strong><span className="dim small">{classLabel(model, item.class)}{item.number ? <> · <span className="num">{item.number}</span></> : null} · line <span className="num">{item.line}</span>{item.matched ? ` · known by its ${item.matched.replaceAll('_', ' ')}` : ''}</span></div>
      {item.reason && <p className={`small ${item.action === 'refused' || item.done === 'failed' ? 'red' : item.done === 'kept' ? 'stale' : ''}`}>{item.done === 'failed' ? 'Could not be done: ' : item.done === 'kept' ? 'Left as it is: ' : item.done === 'settled' ? 'Settled: the next run takes it for this one. ' : ''}{item.column ? <code className="mono">{item.column}</code> : null} {item.reason}{item.others.length > 0 ? ` ${item.others.join(', ')}` : ''}</p>}
      {[...item.changes.map((one) => ({ one, kept: false })), ...item.kept.map((one) => ({ one, kept: true }))].map(({ one, kept }) => (
        <p key={`${one.field}${kept}`} className="small run-change"><span className="dim">{fieldLabel(model, one.field)}</span> {kept ? <><b>{one.before || 'nothing'}</b> stays; offered was {one.after || 'nothing'};</> : <>{one.before ? <><s>{one.before}</s><span aria-label="would become"> → </span></> : null}<b>{one.after || 'nothing'}</b></>}
          {one.before && (one.source || one.by) && <span className="dim"> {kept ? 'it is' : 'was'} {one.source ? `from ${one.source}` : `by ${one.by!.name}`}{one.observed_at ? <>, <Ago at={one.observed_at} /></> : null}</span>}</p>
      ))}
      {item.notes.map((note) => <p key={note.column + note.reason} className="small stale">{note.column ? <code className="mono">{note.column}</code> : null} {note.reason}</p>)}
    </li>
  );
}

/** Undoing a whole run: what was changed since is named, and left as it is if one goes on. */
function UndoRun({ run, busy, onClose, onUndo }: { run: Run; busy: boolean; onClose: () => void; onUndo: (rest: boolean) => void }) {
  const query = useQuery(runBlockers(run.id));
  const blockers = query.data?.items ?? [];
  return (
    <Dialog title={`Undo ${run.file || 'this run'}`} open onClose={onClose} size={560}>
      <div className="stack">
        <p>Everything that this run did is taken back: new items are withdrawn, values and relations are as they were before it, with the source they had. The history keeps both.</p>
        {query.isPending ? <Bones lines={2} /> : query.isError ? <ProblemNote error={query.error} again={() => { void query.refetch(); }} /> : blockers.length > 0 && <Notice look="warn" icon="alert">{blockers.length === 1 ? 'One item was' : `${blockers.length} items were`} changed since, and would be left as {blockers.length === 1 ? 'it is' : 'they are'}:<ul>{blockers.slice(0, 20).map((one) => <li key={one.number}><Link to={ciPath(one.number)}>{one.number}</Link> {one.reason}</li>)}</ul></Notice>}
        <div className="row"><Button look="danger" icon="undo" busy={busy} disabled={!query.data} onClick={() => onUndo(blockers.length > 0)}>{blockers.length > 0 ? 'Undo the rest' : 'Undo the run'}</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </div>
    </Dialog>
  );
}
