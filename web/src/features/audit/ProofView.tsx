// The proof of one event: the exact leaf, its path, the signed checkpoint; and our own check of all three.
import { useEffect, useState } from 'react';
import type { AuditProof } from '../../api/types';
import { Icon } from '../../ui/Icon';
import { Copy, Notice } from '../../ui/kit';
import { check, type Check } from './merkle';

export function ProofView({ proof }: { proof: AuditProof }) {
  const [checks, set] = useState<Check[] | null>(null);
  useEffect(() => { let gone = false; void check(proof).then((found) => { if (!gone) set(found); }).catch(() => { if (!gone) set([{ name: 'Check in this browser', ok: false, detail: 'The proof could not be read.' }]); }); return () => { gone = true; }; }, [proof]);
  const failed = checks?.some((one) => one.ok === false);
  const passed = checks?.every((one) => one.ok === true);
  return (
    <div className="stack">
      {failed ? <Notice look="bad" icon="alert">This proof does not hold. Keep this page and tell an auditor.</Notice> : passed ? <Notice look="good" icon="seal">Checked in this browser: this event stands in the signed log, unchanged.</Notice> : null}
      <Checks checks={checks ?? []} />
      <dl className="facts">
        <div><dt>Leaf</dt><dd className="num">{proof.leaf ?? 'not sealed yet'}{proof.proof ? ` of a tree of ${proof.proof.size}` : ''}</dd></div>
        <div><dt>Hash</dt><dd className="row"><code className="mono clip" title={proof.leaf_hash}>{proof.leaf_hash}</code><Copy text={proof.leaf_hash} label="Copy the hash" /></dd></div>
      </dl>
      <div><div className="row apart"><h2>Leaf</h2><Copy text={proof.leaf_text} label="Copy the leaf" /></div><pre className="note-text" tabIndex={0} role="group" aria-label="Leaf">{proof.leaf_text}</pre></div>
      {proof.checkpoint && <div><div className="row apart"><h2>Checkpoint</h2><Copy text={proof.checkpoint} label="Copy the checkpoint" /></div><pre className="note-text" tabIndex={0} role="group" aria-label="Checkpoint">{proof.checkpoint}</pre></div>}
      {proof.proof && proof.proof.hashes?.length ? <details><summary>Path, {proof.proof.hashes.length} hashes</summary><ol className="path">{proof.proof.hashes.map((hash) => <li key={hash}><code className="mono">{hash}</code></li>)}</ol></details> : null}
    </div>
  );
}

export function Checks({ checks }: { checks: Check[] }) {
  return (
    <ul className="list checks">
      {checks.map((one) => <li key={one.name} className="row top"><span className={one.ok === false ? 'red' : one.ok ? 'good' : 'dim'}>{one.ok === null ? <Icon name="clock" label="Open" /> : <Icon name={one.ok ? 'check' : 'x'} label={one.ok ? 'Holds' : 'Does not hold'} />}</span><span className="grow"><span>{one.name}</span><span className="small dim mono clip block">{one.detail}</span></span></li>)}
    </ul>
  );
}
