// A vote on an edition of a template: it names exactly what was read; afterwards it shows the receipt.
import { useState } from 'react';
import { api, asProblem } from '../../api/client';
import { client } from '../../api/queries';
import type { Receipt } from '../../api/types';
import { Button, ProblemNote } from '../../ui/kit';
import { ReceiptView } from './ReceiptView';

/** The vote on an edition of a template. */
export function TemplateVote({ template, edition, digest, label, onDeciding }: { template: string; edition: number; digest: string; label: string; onDeciding?: (now: boolean) => void }) {
  const [comment, type] = useState('');
  const [busy, setBusy] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [receipt, setReceipt] = useState<{ receipt: Receipt; decision: string } | null>(null);
  const decide = async (decision: string) => {
    setBusy(decision);
    setError(null);
    onDeciding?.(true);
    try {
      const answer = await api.post<{ receipt: Receipt }>(`/change-templates/${template}/editions/${edition}/decisions`, { decision, comment, digest });
      setReceipt({ receipt: answer.receipt, decision });
      for (const key of ['meeting', 'change-templates']) void client.invalidateQueries({ queryKey: [key] });
    } catch (caught) { onDeciding?.(false); setError(asProblem(caught)); }
    setBusy('');
  };
  if (receipt) return <ReceiptView receipt={receipt.receipt} decision={receipt.decision} />;
  return (
    <div className="decision">
      <label className="field"><span className="label">Your decision in {label}</span><textarea className="input" rows={2} value={comment} placeholder="Comment; needed to reject or to step aside" onChange={(event) => type(event.target.value)} /></label>
      {error ? <ProblemNote error={error} /> : null}
      <div className="decision-buttons">
        <Button look="approve" big icon="check" busy={busy === 'approve'} disabled={busy !== ''} onClick={() => { void decide('approve'); }}>Approve</Button>
        <Button look="danger" big icon="x" busy={busy === 'reject'} disabled={busy !== ''} onClick={() => { void decide('reject'); }}>Reject</Button>
      </div>
      <div className="row apart small dim"><span>Decides on edition {edition}, <code className="mono">{digest.slice(0, 12)}</code></span><Button look="link" className="small" disabled={busy !== ''} onClick={() => { void decide('recuse'); }}>Step aside</Button></div>
    </div>
  );
}
