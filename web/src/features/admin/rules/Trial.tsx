// What a draft would have done with the changes of the past: the figures, then the changes behind them.
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { asProblem } from '../../../api/client';
import { tryRules, type DraftTrial } from '../../../api/rules';
import { pathOf } from '../../../api/words';
import { useMe } from '../../../app/session';
import { Button, Notice, ProblemNote, RiskMark } from '../../../ui/kit';
import type { Editing } from './useEditing';

/** Runs a draft over the last days; what it shows is of the draft as it was then, and says so when that has changed since. */
export function Rehearse<D extends object, R>({ editing, ask, children }: { editing: Editing<D>; ask: (value: D, days: number) => Promise<R>; children: (result: R) => ReactNode }) {
  const me = useMe();
  const [days, setDays] = useState(90);
  const [result, setResult] = useState<{ of: D; value: R } | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  if (!me.may['rulebook.rehearse']) return null;
  const run = async () => {
    setBusy(true);
    setError(null);
    const of = editing.value;
    try { setResult({ of, value: await ask(of, days) }); } catch (caught) { setError(asProblem(caught)); setResult(null); } finally { setBusy(false); }
  };
  return (
    <section className="card pad stack" aria-label="Rehearsal">
      <h3>{editing.changed ? 'Try what you changed' : 'Rehearsal'}</h3>
      <div className="row wraps">
        <label className="row small">Over the last <select className="input days" value={days} onChange={(event) => setDays(Number(event.target.value))}><option value={30}>30</option><option value={90}>90</option><option value={180}>180</option><option value={366}>366</option></select> days</label>
        <Button busy={busy} disabled={editing.faults.length > 0} onClick={() => { void run(); }}>Rehearse</Button>
      </div>
      <ProblemNote error={error} />
      {result && result.of !== editing.value && <p className="small dim">You have edited since: rehearse again to see what it would do now.</p>}
      {result && children(result.value)}
    </section>
  );
}

export function RulesTrial<D extends object>({ editing, what }: { editing: Editing<D>; what: string }) {
  return <Rehearse editing={editing} ask={(value, days) => tryRules(editing.kind, editing.of, value, days)}>{(result) => <TrialView result={result} what={what} />}</Rehearse>;
}

function TrialView({ result, what }: { result: DraftTrial; what: string }) {
  const shifts = result.shifts ?? [], lacking = result.lacking ?? [], changes = result.changes ?? [];
  if (result.looked === 0) return <p className="small dim" role="status">No change of these days has {what}: there is nothing to try it on.</p>;
  return (
    <div className="stack" role="status">
      <p>{result.same === result.looked ? `All ${result.looked} changes would have been judged as they are by the version in force.` : <><strong className="num">{result.looked - result.same}</strong> of <span className="num">{result.looked}</span> changes would have been judged differently than by the version in force.</>}</p>
      {shifts.length > 0 && <ul className="list stack tight">{shifts.map((one) => <li key={one.from + one.to} className="row wraps"><strong className="num">{one.changes}</strong> from <RiskMark risk={one.from} /> to <RiskMark risk={one.to} /></li>)}</ul>}
      {lacking.length > 0 && <ul className="list stack tight">{lacking.map((one) => <li key={one.what}><strong className="num">{one.changes}</strong> would have been refused: {one.what}</li>)}</ul>}
      {result.unanswered > 0 && <Notice look="warn" icon="alert">{result.unanswered} changes were never asked a new question. They count as medium at least here; in real life somebody would answer.</Notice>}
      {!result.complete && <p className="small dim">There were more changes than a rehearsal looks at; these are the latest.</p>}
      {changes.length > 0 && (
        <details><summary>The changes behind it{changes.length < result.looked - result.same ? `, the latest ${changes.length}` : ''}</summary>
          <ul className="list stack tight trial-changes">{changes.map((one) => <li key={one.number}><Link to={pathOf(one.number)}>{one.number}</Link> {one.title}<div className="small dim">{one.before && one.after ? `${one.before} → ${one.after}: ` : ''}{(one.why ?? []).join('; ')}</div></li>)}</ul>
        </details>
      )}
    </div>
  );
}
