// The receipt of a decision: which leaf of which signed tree holds it. To keep, and to check later without us.
import type { Receipt } from '../../api/types';
import { Icon } from '../../ui/Icon';
import { Copy } from '../../ui/kit';
import { dateTime } from '../../ui/time';

const said: Record<string, string> = { approve: 'You approved this plan.', reject: 'You rejected this plan.', recuse: 'You stepped aside: this decision is made without you.' };

export function ReceiptView({ receipt, decision }: { receipt: Receipt; decision?: string }) {
  const sealed = receipt.leaf !== null && receipt.leaf !== undefined;
  return (
    <div className="receipt" role="status">
      <div className="row"><Icon name="seal" size={20} /><div className="grow">{decision && <strong>{said[decision]}</strong>}<div className="small dim">{sealed ? `Sealed${receipt.sealed_at ? ` ${dateTime(receipt.sealed_at)}` : ''}` : 'Recorded; the seal follows within seconds.'}</div></div></div>
      <dl className="facts">
        <div><dt>Event</dt><dd className="row"><code className="mono clip">{receipt.event_id}</code><Copy text={receipt.event_id} label="Copy the event id" /></dd></div>
        {sealed && <div><dt>Leaf</dt><dd className="num">{receipt.leaf} of a tree of {receipt.tree_size}</dd></div>}
        {receipt.root && <div><dt>Root</dt><dd className="row"><code className="mono clip" title={receipt.root}>{receipt.root}</code><Copy text={receipt.root} label="Copy the root" /></dd></div>}
      </dl>
      {receipt.checkpoint && <details><summary>Signed checkpoint</summary><pre className="note-text" tabIndex={0} role="group" aria-label="Signed checkpoint">{receipt.checkpoint}</pre><Copy text={receipt.checkpoint} label="Copy the checkpoint" /></details>}
    </div>
  );
}
