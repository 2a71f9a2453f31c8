// How risky the change is, and why: answers, rules with what they looked at, what was chosen and lowered by whom.
import { useState, type FormEvent } from 'react';
import { api } from '../../api/client';
import type { Change, Risk, RiskRule } from '../../api/types';
import { riskWord } from '../../api/words';
import { Dialog, Sheet } from '../../ui/Dialog';
import { Icon } from '../../ui/Icon';
import { Button, Field, Notice, RiskMark } from '../../ui/kit';
import { act, amend } from '../record/edits';
import { recordWords } from './plan';
import { Questionnaire } from './Questionnaire';

export function RiskCard({ change }: { change: Change }) {
  const [open, show] = useState<'why' | 'answers' | 'lower' | null>(null);
  const { risk_detail: risk } = change;
  const may = Boolean(change.may.amend_plan);
  const missing = risk.missing?.length ?? 0;
  return (
    <section className="card side-card" aria-label="Risk">
      <header><h2 className="grow">Risk</h2><RiskMark risk={change.risk} /></header>
      <div className="inside stack">
        <p className="small">{risk.lowered ? <>Computed as <strong>{risk.computed}</strong>, set to <strong>{risk.lowered}</strong>: {risk.lowered_reason}</> : <span className="first-up">{risk.because}</span>}</p>
        {risk.chosen && !risk.lowered && risk.chosen !== risk.computed && <p className="small dim">At least {risk.chosen}, as chosen by hand.</p>}
        <p className="small dim">{recordWords(risk.record)}</p>
        <div className="row wraps no-print">
          <Button look="link" className="small" onClick={() => show('why')}>Why</Button>
          {may && change.model === 'normal' && <Button look="link" className="small" onClick={() => show('answers')}>{missing ? `Answer ${missing} question${missing === 1 ? '' : 's'}` : 'Change the answers'}</Button>}
          {may && change.may.lower_risk && !risk.lowered && risk.computed !== 'low' && <Button look="link" className="small" onClick={() => show('lower')}>Set it lower…</Button>}
        </div>
      </div>
      {open === 'why' && <Sheet title={`Risk of ${change.number}`} open onClose={() => show(null)}><Why change={change} /></Sheet>}
      {open === 'answers' && <AnswersSheet change={change} onClose={() => show(null)} />}
      {open === 'lower' && <Lower change={change} onClose={() => show(null)} />}
    </section>
  );
}

const rank: Record<RiskRule['holds'], number> = { yes: 0, unknown: 1, no: 2 };
const sign = { yes: ['alert', 'holds'], unknown: ['eye', 'not known'], no: ['check', 'does not hold'] } as const;

function Why({ change }: { change: Change }) {
  const risk = change.risk_detail;
  const facts = (rule: RiskRule) => Object.entries(rule.facts).map(([name, value]) => `${name.replaceAll('_', ' ')}: ${Array.isArray(value) ? value.join(', ') || 'none' : String(value)}`).join(' · ');
  return (
    <div className="stack loose">
      <p><RiskMark risk={risk.band} /> <span className="dim">{risk.because}</span></p>
      <section><h3>Rules <span className="dim small">version {risk.rules_version}</span></h3>
        <ul className="list why-list">{[...risk.rules ?? []].sort((a, b) => rank[a.holds] - rank[b.holds]).map((rule) => (
          <li key={rule.id} className={rule.holds}><Icon name={sign[rule.holds][0]} size={14} /><div className="grow"><span className="first-up">{rule.label}</span><div className="small dim">{sign[rule.holds][1]}{rule.holds === 'yes' ? `: at least ${rule.floor}` : ''}{facts(rule) ? ` · ${facts(rule)}` : ''}</div></div></li>
        ))}</ul>
      </section>
      <section><h3>Answers <span className="dim small">version {risk.questionnaire_version}, {risk.score}% of the highest score: {risk.questionnaire}</span></h3>
        {(risk.questions ?? []).length === 0 ? <p className="dim">No question is answered.</p> : <dl className="answers">{(risk.questions ?? []).map((one) => <div key={one.key}><dt>{one.text}</dt><dd>{one.said} <span className="dim small num">{one.points} × {one.weight}</span></dd></div>)}</dl>}
      </section>
    </div>
  );
}

function AnswersSheet({ change, onClose }: { change: Change; onClose: () => void }) {
  const [answers, set] = useState<Record<string, string>>(() => Object.fromEntries((change.risk_detail.questions ?? []).map((one) => [one.key, one.option])));
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    const saved = await amend(change, { plan: { answers } }, {});
    setBusy(false);
    if (saved) onClose();
  };
  return (
    <Sheet title="Questions about the risk" open onClose={onClose}>
      <div className="stack loose">
        <Questionnaire answers={answers} onAnswer={(question, option) => set({ ...answers, [question]: option })} />
        {change.state !== 'draft' && <Notice look="warn" icon="alert">The answers are part of the plan: new ones bring the change back to draft.</Notice>}
        <div className="row"><Button look="primary" busy={busy} onClick={() => { void save(); }}>Save the answers</Button><Button look="quiet" onClick={onClose}>Leave them</Button></div>
      </div>
    </Sheet>
  );
}

function Lower({ change, onClose }: { change: Change; onClose: () => void }) {
  const below = (['low', 'medium'] as const).filter((band) => band !== change.risk_detail.computed);
  const [risk, choose] = useState<Risk>(below[below.length - 1] ?? 'low');
  const [reason, type] = useState('');
  const [busy, setBusy] = useState(false);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    if (await act(change.number, () => api.post(`/changes/${change.number}/risk`, { risk, reason }, { version: change.version }))) onClose();
    setBusy(false);
  };
  return (
    <Dialog title="Set the risk lower" open onClose={onClose} size={460}>
      <form className="stack" onSubmit={(event) => { void send(event); }}>
        <p className="dim">It was computed as {change.risk_detail.computed}. This is flagged on the change for ever, and makes a new revision of the plan.</p>
        <Field label="Risk">{(ids) => <select {...ids} className="input" value={risk} onChange={(event) => choose(event.target.value as Risk)}>{below.map((band) => <option key={band} value={band}>{riskWord[band]}</option>)}</select>}</Field>
        <Field label="Reason">{(ids) => <textarea {...ids} className="input" required value={reason} onChange={(event) => type(event.target.value)} />}</Field>
        <div className="row"><Button type="submit" look="danger" busy={busy}>Set it to {risk}</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}
