// Who decides, as what, eligible or why not, decided when and on which revision; what is still needed, in words.
import { useState, type FormEvent } from 'react';
import { api } from '../../api/client';
import type { Change, Condition, Elector, Slot, Tone as ToneName } from '../../api/types';
import { Icon } from '../../ui/Icon';
import { Ago, Avatar, Button, Field, Tone } from '../../ui/kit';
import { Dialog, Sheet } from '../../ui/Dialog';
import { dateTime } from '../../ui/time';
import { act } from '../record/edits';
import { DecisionBox } from './DecisionBox';
import { ruleWords, slotName } from './plan';
import { ReceiptView } from './ReceiptView';

const slotTone: Record<Slot['state'], [ToneName, string]> = { waiting: ['waiting', 'Waiting'], approved: ['done', 'Approved'], rejected: ['refused', 'Rejected'], stale: ['closed', 'Void'] };
const decisionTone: Record<string, [ToneName, string]> = { approve: ['done', 'Approved'], reject: ['refused', 'Rejected'], recuse: ['closed', 'Stepped aside'] };

export default function ApprovalPanel({ change }: { change: Change }) {
  const [shown, show] = useState<Elector | null>(null);
  const [decided, setDecided] = useState<{ id: string; label: string; digest: string; revision: number; sign: boolean; meaning: string | null; retro: boolean } | null>(null);
  const [overriding, override] = useState<Slot | null>(null);
  const { approvals } = change;
  const slots = approvals.slots ?? [];
  const history = approvals.history ?? [];
  const mineSlot = slots.find((slot) => slot.id === approvals.mine.slot_id);
  // After deciding, the box stays where it was and turns into the receipt.
  const mine = decided ?? (mineSlot && approvals.mine.can ? { id: mineSlot.id, label: mineSlot.label, digest: change.digest, revision: change.revision, sign: mineSlot.sign, meaning: mineSlot.meaning, retro: mineSlot.retro } : null);
  const whyNot = !approvals.mine.can ? approvals.mine.reasons ?? [] : [];

  if (slots.length === 0 && history.length === 0) {
    return <section className="card side-card approvals" aria-label="Approvals"><header><h2 className="grow">Approvals</h2></header><Peer change={change} /><p className="dim small inside">Nobody is asked yet. Who decides follows from the approval policy when authorization is requested.</p></section>;
  }
  return (
    <section className="card side-card approvals" aria-label="Approvals">
      <header><h2 className="grow">Approvals</h2>{approvals.state !== 'none' && <Tone tone={slotTone[approvals.state][0]} icon={approvals.state === 'stale' ? 'x' : undefined}>{slotTone[approvals.state][1]}</Tone>}</header>
      {approvals.needed && approvals.state === 'waiting' && <p className="needed"><Icon name="hand" /><span>Needs {approvals.needed}</span></p>}
      {approvals.state === 'stale' && slots.length === 0 && <p className="inside small dim">The plan was edited after these decisions. They bind nobody any more; the approvers are asked again about the new plan.</p>}
      {mine && <div className="inside mine"><DecisionBox number={change.number} slotId={mine.id} slotLabel={mine.label} digest={mine.digest} revision={mine.revision} sign={mine.sign} meaning={mine.meaning} retro={mine.retro} onDeciding={(now) => setDecided(now ? mine : null)} /></div>}
      <Peer change={change} />
      {slots.map((slot) => <SlotView key={slot.id} slot={slot} change={change} onReceipt={show} onOverride={slot.advisory && slot.state === 'rejected' && !slot.override && change.may.override_advice ? () => override(slot) : undefined} />)}
      {overriding && <Override change={change} slot={overriding} onClose={() => override(null)} />}
      {!mine && mineSlot && whyNot.length > 0 && <p className="why-not small"><Icon name="lock" size={14} /><span>You cannot decide: {whyNot.map((reason) => reason.text).join(' ')}</span></p>}
      {history.length > 0 && (
        <details className="old-slots">
          <summary>Decisions on older plans, void ({history.reduce((sum, slot) => sum + slot.electorate.filter((one) => one.decision).length, 0)})</summary>
          {history.map((slot) => <SlotView key={`${slot.id}-${slot.revision}`} slot={slot} change={change} old onReceipt={show} />)}
        </details>
      )}
      {shown?.decision && <Sheet title="Decision" open onClose={() => show(null)}><div className="stack"><p><strong>{shown.person.name}</strong> {(decisionTone[shown.decision.decision]?.[1] ?? '').toLowerCase()} revision {shown.decision.revision}.</p>{shown.decision.comment && <blockquote className="quote">{shown.decision.comment}</blockquote>}{shown.decision.signed_at && <p className="small"><Icon name="key" size={14} /> Signed {dateTime(shown.decision.signed_at)}: “{shown.decision.meaning}”</p>}{shown.decision.receipt ? <ReceiptView receipt={shown.decision.receipt} /> : <p className="dim">Its receipt is not sealed yet.</p>}</div></Sheet>}
    </section>
  );
}

/** The colleague who has looked at the plan, or the way to do it. */
function Peer({ change }: { change: Change }) {
  const [note, type] = useState('');
  const [busy, setBusy] = useState(false);
  const { peer } = change;
  if (!peer.can && !peer.person) return null;
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    await act(change.number, () => api.post(`/changes/${change.number}/peer-review`, { digest: change.digest, note }));
    setBusy(false);
  };
  if (peer.person) return <p className="inside small peer"><Icon name={peer.valid ? 'check' : 'x'} size={14} /><span><strong>{peer.person.name}</strong> {peer.valid ? 'has looked at this plan and finds it sound' : 'looked at a plan before this one'}{peer.note ? `: “${peer.note}”` : '.'}</span></p>;
  return (
    <form className="inside stack" aria-label="Peer review" onSubmit={(event) => { void send(event); }}>
      <Field label="Have you read the plan?" optional hint="A colleague who has no hand in it says that it is sound, before anybody is asked to approve.">{(ids) => <textarea {...ids} className="input" rows={2} value={note} placeholder="What you looked at" onChange={(event) => type(event.target.value)} />}</Field>
      <Button type="submit" icon="check" busy={busy}>The plan is sound</Button>
    </form>
  );
}

function Override({ change, slot, onClose }: { change: Change; slot: Slot; onClose: () => void }) {
  const [reason, type] = useState('');
  const [busy, setBusy] = useState(false);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    if (await act(change.number, () => api.post(`/changes/${change.number}/overrides`, { slot_id: slot.id, reason }))) onClose();
    setBusy(false);
  };
  return (
    <Dialog title="Go on against advice" open onClose={onClose} size={460}>
      <form className="stack" onSubmit={(event) => { void send(event); }}>
        <p className="dim">{slotName(slot.label)} advises against it. Going on is your own act: it is flagged on the change for ever.</p>
        <Field label="Reason">{(ids) => <textarea {...ids} className="input" required value={reason} onChange={(event) => type(event.target.value)} />}</Field>
        <div className="row"><Button type="submit" look="danger" busy={busy}>Go on against advice</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}

function ConditionView({ change, condition, old }: { change: Change; condition: Condition; old?: boolean }) {
  const [evidence, type] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const meet = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    await act(change.number, () => api.post(`/changes/${change.number}/conditions/${condition.id}`, { evidence }));
    setBusy(false);
  };
  return (
    <li className={`condition ${condition.met_at ? 'met' : ''}`}>
      <Icon name={condition.met_at ? 'check' : 'flag'} size={14} />
      <div className="grow">
        <div className="wrap small">{condition.text}</div>
        <div className="small dim">{condition.met_at ? <>{condition.met_by?.name}, <Ago at={condition.met_at} />: {condition.evidence}</> : <>Condition of {condition.set_by?.name}, before it {condition.before === 'start' ? 'starts' : 'is closed'}</>}</div>
        {!condition.met_at && !old && change.may.meet_condition && (evidence === null
          ? <Button look="link" className="small no-print" onClick={() => type('')}>Tick it off…</Button>
          : <form className="stack" onSubmit={(event) => { void meet(event); }}><textarea className="input" aria-label="What shows that it is met" placeholder="What shows that it is met" required autoFocus rows={2} value={evidence} onChange={(event) => type(event.target.value)} /><div className="row"><Button type="submit" look="primary" busy={busy}>It is met</Button><Button look="quiet" onClick={() => type(null)}>Leave it</Button></div></form>)}
      </div>
    </li>
  );
}

function SlotView({ slot, change, old, onReceipt, onOverride }: { slot: Slot; change: Change; old?: boolean; onReceipt: (elector: Elector) => void; onOverride?: () => void }) {
  const electors = old ? slot.electorate.filter((one) => one.decision) : [...slot.electorate].sort((a, b) => Number(Boolean(b.decision)) - Number(Boolean(a.decision)) || Number(b.eligible) - Number(a.eligible));
  const done = Math.min(slot.approved, slot.needed);
  return (
    <div className={`slot ${old ? 'old' : ''} ${slot.open || old ? '' : 'later'}`}>
      <div className="row slot-head"><h3 className="grow">{slotName(slot.label)}{old ? <span className="dim small"> revision {slot.revision}</span> : null}</h3>{!old && <span className="small dim num" title={`Needs ${ruleWords(slot)}`}>{done} of {slot.needed}</span>}</div>
      {!old && (slot.advisory || slot.sign || slot.retro || !slot.open || slot.escalated_at) && (
        <div className="row wraps slot-tags small dim">
          {!slot.open && <span>Stage {slot.stage}: waits for those before</span>}
          {slot.retro && <span>In retrospect</span>}
          {slot.advisory && <span>Advice</span>}
          {slot.sign && <span title={slot.meaning ?? undefined}><Icon name="key" size={12} /> Signed</span>}
          {slot.escalated_at && <span className="red"><Icon name="bell" size={12} /> Escalated <Ago at={slot.escalated_at} /></span>}
        </div>
      )}
      {slot.override && <p className="small">Overridden by <strong>{slot.override.by?.name}</strong>: {slot.override.reason}</p>}
      {onOverride && <Button look="danger" className="no-print" onClick={onOverride}>Go on against advice…</Button>}
      {!old && <div className="meter" role="img" aria-label={`${done} of ${slot.needed} approvals`}><i style={{ width: `${slot.needed ? (done / slot.needed) * 100 : 0}%`, background: slot.state === 'rejected' ? 'var(--red-text)' : slot.state === 'approved' ? 'var(--green-text)' : undefined }} /></div>}
      <ul className="list">
        {electors.map((one) => {
          const tone = one.decision ? decisionTone[one.decision.decision] : null;
          return (
            <li key={one.person.id} className="elector">
              <Avatar name={one.person.name} />
              <div className="grow">
                <div className="row"><span className={`grow clip ${one.eligible || one.decision ? '' : 'dim'}`}>{one.person.name}</span>
                  {tone ? <button type="button" className="tone-button" title="Show the receipt" onClick={() => onReceipt(one)}><Tone tone={old ? 'closed' : tone[0]} icon={old || one.decision?.decision === 'recuse' ? 'x' : undefined}>{old ? `${tone[1]}, void` : tone[1]}</Tone></button> : one.eligible ? <span className="small dim">can decide</span> : <span className="small dim"><Icon name="lock" size={12} /> cannot</span>}
                </div>
                {one.decision && <div className="small dim"><Ago at={one.decision.at} />{one.decision.on_behalf_of && one.decision.cast_by ? ` by ${one.decision.cast_by.name}, who stands in` : ''}{one.decision.receipt?.leaf != null ? ` · leaf ${one.decision.receipt.leaf}` : ''}</div>}
                {one.decision?.comment && <div className="small wrap">“{one.decision.comment}”</div>}
                {!one.eligible && !one.decision && (one.reasons ?? []).map((reason) => <div key={reason.code} className="small dim wrap">{reason.text}</div>)}
              </div>
            </li>
          );
        })}
        {electors.length === 0 && <li className="small dim">Nobody decided.</li>}
      </ul>
      {(slot.conditions ?? []).length > 0 && <ul className="list conditions">{slot.conditions!.map((one) => <ConditionView key={one.id} change={change} condition={one} old={old} />)}</ul>}
    </div>
  );
}
