// Who decides, as what, eligible or why not, decided when and on which revision; what is still needed, in words.
import { useState } from 'react';
import type { Change, Elector, Slot, Tone as ToneName } from '../../api/types';
import { Icon } from '../../ui/Icon';
import { Ago, Avatar, Tone } from '../../ui/kit';
import { Sheet } from '../../ui/Dialog';
import { DecisionBox } from './DecisionBox';
import { ruleWords, slotName } from './plan';
import { ReceiptView } from './ReceiptView';

const slotTone: Record<Slot['state'], [ToneName, string]> = { waiting: ['waiting', 'Waiting'], approved: ['done', 'Approved'], rejected: ['refused', 'Rejected'], stale: ['closed', 'Void'] };
const decisionTone: Record<string, [ToneName, string]> = { approve: ['done', 'Approved'], reject: ['refused', 'Rejected'], recuse: ['closed', 'Stepped aside'] };

export default function ApprovalPanel({ change }: { change: Change }) {
  const [shown, show] = useState<Elector | null>(null);
  const [decided, setDecided] = useState<{ id: string; label: string; digest: string; revision: number } | null>(null);
  const { approvals } = change;
  const slots = approvals.slots ?? [];
  const history = approvals.history ?? [];
  const mineSlot = slots.find((slot) => slot.id === approvals.mine.slot_id);
  // After deciding, the box stays where it was and turns into the receipt.
  const mine = decided ?? (mineSlot && approvals.mine.can ? { id: mineSlot.id, label: mineSlot.label, digest: change.digest, revision: change.revision } : null);
  const whyNot = !approvals.mine.can ? approvals.mine.reasons ?? [] : [];

  if (slots.length === 0 && history.length === 0) {
    return <section className="card side-card" aria-label="Approvals"><header><h2 className="grow">Approvals</h2></header><p className="dim small inside">Nobody is asked yet. Approvers are chosen by risk and board when authorization is requested.</p></section>;
  }
  return (
    <section className="card side-card approvals" aria-label="Approvals">
      <header><h2 className="grow">Approvals</h2>{approvals.state !== 'none' && <Tone tone={slotTone[approvals.state][0]} icon={approvals.state === 'stale' ? 'x' : undefined}>{slotTone[approvals.state][1]}</Tone>}</header>
      {approvals.needed && approvals.state === 'waiting' && <p className="needed"><Icon name="hand" /><span>Needs {approvals.needed}</span></p>}
      {approvals.state === 'stale' && slots.length === 0 && <p className="inside small dim">The plan was edited after these decisions. They bind nobody any more; the approvers are asked again about the new plan.</p>}
      {mine && <div className="inside mine"><DecisionBox number={change.number} slotId={mine.id} slotLabel={mine.label} digest={mine.digest} revision={mine.revision} onDecided={() => setDecided(mine)} /></div>}
      {slots.map((slot) => <SlotView key={slot.id} slot={slot} onReceipt={show} />)}
      {!mine && mineSlot && whyNot.length > 0 && <p className="why-not small"><Icon name="lock" size={14} /><span>You cannot decide: {whyNot.map((reason) => reason.text).join(' ')}</span></p>}
      {history.length > 0 && (
        <details className="old-slots">
          <summary>Decisions on older plans, void ({history.reduce((sum, slot) => sum + slot.electorate.filter((one) => one.decision).length, 0)})</summary>
          {history.map((slot) => <SlotView key={`${slot.id}-${slot.revision}`} slot={slot} old onReceipt={show} />)}
        </details>
      )}
      {shown?.decision && <Sheet title="Decision" open onClose={() => show(null)}><div className="stack"><p><strong>{shown.person.name}</strong> {(decisionTone[shown.decision.decision]?.[1] ?? '').toLowerCase()} revision {shown.decision.revision}.</p>{shown.decision.comment && <blockquote className="quote">{shown.decision.comment}</blockquote>}{shown.decision.receipt ? <ReceiptView receipt={shown.decision.receipt} /> : <p className="dim">Its receipt is not sealed yet.</p>}</div></Sheet>}
    </section>
  );
}

function SlotView({ slot, old, onReceipt }: { slot: Slot; old?: boolean; onReceipt: (elector: Elector) => void }) {
  const electors = old ? slot.electorate.filter((one) => one.decision) : [...slot.electorate].sort((a, b) => Number(Boolean(b.decision)) - Number(Boolean(a.decision)) || Number(b.eligible) - Number(a.eligible));
  const done = Math.min(slot.approved, slot.needed);
  return (
    <div className={`slot ${old ? 'old' : ''}`}>
      <div className="row slot-head"><h3 className="grow">{slotName(slot.label)}{old ? <span className="dim small"> revision {slot.revision}</span> : null}</h3>{!old && <span className="small dim num" title={`Needs ${ruleWords(slot)}`}>{done} of {slot.needed}</span>}</div>
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
    </div>
  );
}
