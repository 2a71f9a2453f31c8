// The decision: a thumb and a comment. It names the plan that was read; afterwards it shows the receipt.
import { useState } from 'react';
import { api, asProblem, Problem } from '../../api/client';
import { client } from '../../api/queries';
import { refresh, settle } from '../../api/cache';
import type { Change, Receipt } from '../../api/types';
import { useDraft } from '../../app/drafts';
import { useSignature } from '../../app/signature';
import { Button, IconButton, ProblemNote } from '../../ui/kit';
import { ReceiptView } from './ReceiptView';

interface Props { number: string; slotId: string; slotLabel: string; digest: string; revision?: number; sign?: boolean; meaning?: string | null; retro?: boolean; onDeciding?: (now: boolean) => void }

export function DecisionBox({ number, slotId, slotLabel, digest, revision, sign: signs, meaning, retro, onDeciding }: Props) {
  const draft = useDraft(`decision:${number}`, { comment: '' });
  const [busy, setBusy] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [wanting, want] = useState(false);
  const [receipt, setReceipt] = useState<{ receipt: Receipt; decision: string } | null>(null);
  const comment = draft.value.comment;
  const [conditions, setConditions] = useState<{ text: string; before: 'start' | 'close' }[]>([]);
  const { sign, dialog } = useSignature();
  const stale = error instanceof Problem && error.code === 'digest_stale';

  const decide = async (decision: 'approve' | 'reject' | 'recuse') => {
    if (decision !== 'approve' && !comment.trim()) { want(true); return; }
    setBusy(decision);
    setError(null);
    // The news of this decision may arrive before its answer, and would take the box away: it stays, for the receipt.
    onDeciding?.(true);
    try {
      const wanted = decision === 'approve' ? conditions.filter((one) => one.text.trim()) : [];
      const answer = await sign(() => api.post<{ change: Change; receipt: Receipt }>(`/changes/${number}/decisions`, { slot_id: slotId, decision, comment, digest, ...(wanted.length ? { conditions: wanted } : {}) }), Boolean(signs) && decision !== 'recuse', meaning);
      setReceipt({ receipt: answer.receipt, decision });
      draft.clear();
      client.setQueryData(['record', number], answer.change);
      settle(number, answer.change);
    } catch (problem) {
      onDeciding?.(false);
      setError(asProblem(problem));
      if (problem instanceof Problem && (problem.status === 409 || problem.status === 403)) refresh(number);
    } finally { setBusy(''); }
  };

  if (receipt) return <ReceiptView receipt={receipt.receipt} decision={receipt.decision} />;
  return (
    <div className="decision">
      <label className="field"><span className="label">Your decision in {slotLabel}</span>
        <textarea className="input" value={comment} rows={2} aria-invalid={wanting && !comment.trim() ? true : undefined} placeholder="Comment; needed to reject or to step aside" onChange={(event) => draft.set({ comment: event.target.value })} />
        {wanting && !comment.trim() && <span className="wrong" role="alert">Say why: the others read it.</span>}
      </label>
      {conditions.map((one, index) => (
        <div key={index} className="condition-input">
          <label className="field"><span className="label">Condition {index + 1}</span><textarea className="input" rows={2} value={one.text} placeholder="What has to be done first" onChange={(event) => setConditions(conditions.map((other, i) => (i === index ? { ...other, text: event.target.value } : other)))} /></label>
          <div className="row"><select className="input" aria-label={`Condition ${index + 1} is due`} value={one.before} onChange={(event) => setConditions(conditions.map((other, i) => (i === index ? { ...other, before: event.target.value as 'start' } : other)))}><option value="start">before it starts</option><option value="close">before it is closed</option></select><IconButton icon="x" label={`Remove condition ${index + 1}`} small onClick={() => setConditions(conditions.filter((_, i) => i !== index))} /></div>
        </div>
      ))}
      {error ? <ProblemNote error={error} /> : null}
      {stale && <p className="small">The plan has changed since you read it. Please read it again, then decide.</p>}
      <div className="decision-buttons">
        <Button look="approve" big icon="check" busy={busy === 'approve'} disabled={busy !== ''} onClick={() => { void decide('approve'); }}>{conditions.some((one) => one.text.trim()) ? 'Approve with conditions' : 'Approve'}</Button>
        <Button look="danger" big icon="x" busy={busy === 'reject'} disabled={busy !== ''} onClick={() => { void decide('reject'); }}>Reject</Button>
      </div>
      <div className="row apart small dim"><span>{revision ? <>Decides on revision <span className="num">{revision}</span>, </> : 'Decides on plan '}<code className="mono">{digest.slice(0, 12)}</code></span><Button look="link" className="small" disabled={busy !== ''} onClick={() => { void decide('recuse'); }}>Step aside</Button></div>
      {!retro && conditions.length < 20 && <Button look="link" className="small" icon="plus" onClick={() => setConditions([...conditions, { text: '', before: 'start' }])}>Approve under a condition</Button>}
      {signs && <p className="small dim">Your password is asked for: this decision is signed.</p>}
      {dialog}
    </div>
  );
}
