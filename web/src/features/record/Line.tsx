// One act of a timeline: who, what, from what to what, when, and the way to its proof.
import type { Entry } from '../../api/types';
import { Icon, type IconName } from '../../ui/Icon';
import { Ago, Html } from '../../ui/kit';
import { dateTime } from '../../ui/time';
import { toldOnce } from './stream';

const icons: Partial<Record<Entry['kind'], IconName>> = { move: 'arrow', field: 'edit', link: 'link', attachment: 'clip', approval: 'checks', import: 'download', system: 'gear' };

/** Instants among the values read as people read them. */
const told = (value: string | null) => (value && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value) ? dateTime(value) : value);

export function Line({ entry, first, onProof }: { entry: Entry; first: boolean; onProof: (entry: Entry) => void }) {
  const changes = toldOnce(entry.changes ?? []);
  return (
    <div className="line">
      <span className="line-icon">{first ? <Icon name={icons[entry.kind] ?? 'edit'} size={13} /> : null}</span>
      <div className="grow wrap small">
        {first ? <strong>{entry.actor.name === 'system' ? 'Cabinet' : entry.actor.name}</strong> : null} <span>{entry.label}</span>
        {changes.map((change) => (
          <span key={change.field} className="delta"> <span className="dim">{change.label ?? change.field.replaceAll('_', ' ')}</span> {change.before ? <><s>{told(change.before)}</s> <span aria-label="became">→</span> </> : null}<b>{told(change.after) || 'nothing'}</b></span>
        ))}
        {entry.kind === 'approval' && entry.body_html ? <Html html={entry.body_html} /> : null}
      </div>
      <span className="dim small nowrap"><Ago at={entry.at} /></span>
      <SealButton entry={entry} onProof={onProof} />
    </div>
  );
}

export function SealButton({ entry, onProof }: { entry: Entry; onProof: (entry: Entry) => void }) {
  const sealed = entry.seal?.leaf !== null && entry.seal?.leaf !== undefined;
  return <button type="button" className={`icon-button small seal ${sealed ? 'sealed' : ''}`} title={sealed ? `Sealed as leaf ${entry.seal.leaf}` : 'Not sealed yet'} aria-label={`Proof: ${entry.label}${sealed ? `, sealed as leaf ${entry.seal.leaf}` : ''}`} onClick={() => onProof(entry)}><Icon name="seal" size={14} /></button>;
}
