import type { Person as PersonRef } from '../../api/types';
import { Avatar, IconButton } from '../../ui/kit';
import { Picker } from '../../ui/Picker';

/** A list of members that is edited in place. */
export function Members({ members, lead, onChange }: { members: PersonRef[]; lead?: PersonRef | null; onChange?: (members: PersonRef[]) => void }) {
  return (
    <ul className="list side-list watchers">
      {members.map((one) => <li key={one.id} className="row"><Avatar name={one.name} /><span className="grow clip">{one.name}{lead?.id === one.id ? <span className="dim small"> lead</span> : null}</span>{onChange && <IconButton icon="x" label={`Remove ${one.name}`} small className="reveal" onClick={() => onChange(members.filter((other) => other.id !== one.id))} />}</li>)}
      {members.length === 0 && <li className="dim small">Nobody yet.</li>}
      {onChange && <li><Picker className="button link small" label="Add a member" from="people" onPick={(choice) => { if (!members.some((one) => one.id === choice.id)) onChange([...members, { id: choice.id, name: choice.label }]); }}>Add somebody</Picker></li>}
    </ul>
  );
}
