import { useQuery } from '@tanstack/react-query';
import { asProblem } from '../../api/client';
import { auditProof } from '../../api/queries';
import type { Entry } from '../../api/types';
import { Sheet } from '../../ui/Dialog';
import { Bones, Copy, Notice, ProblemNote } from '../../ui/kit';
import { exact } from '../../ui/time';
import { ProofView } from './ProofView';

/** The proof behind one line of a timeline. People who may not read the log still see what was sealed and where. */
export default function ProofSheet({ entry, onClose }: { entry: Entry; onClose: () => void }) {
  const query = useQuery(auditProof(entry.seal.event_id));
  const refused = query.isError && [403, 404].includes(asProblem(query.error).status);
  return (
    <Sheet title="Proof" open onClose={onClose} size={560}>
      <div className="stack">
        <p><strong>{entry.actor.name}</strong> {entry.label}<br /><span className="dim small">{exact(entry.at)}{entry.recorded_at !== entry.at ? `, recorded ${exact(entry.recorded_at)}` : ''}</span></p>
        <dl className="facts">
          <div><dt>Event</dt><dd className="row"><code className="mono clip">{entry.seal.event_id}</code><Copy text={entry.seal.event_id} label="Copy the event id" /></dd></div>
          <div><dt>Type</dt><dd><code className="mono">{entry.type}</code></dd></div>
          <div><dt>Seal</dt><dd>{entry.seal.leaf !== null ? `leaf ${entry.seal.leaf}` : 'follows within seconds'}</dd></div>
        </dl>
        {query.isPending ? <Bones /> : query.data ? <ProofView proof={query.data} /> : refused ? <Notice icon="lock">The leaf and its path are read by auditors. With the event id above, an auditor finds this event at once.</Notice> : <ProblemNote error={query.error} />}
      </div>
    </Sheet>
  );
}
