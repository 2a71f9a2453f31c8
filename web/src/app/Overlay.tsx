// The `?` overlay: every key that works on this page, from the registry that handles them.
import { useSyncExternalStore } from 'react';
import { Dialog } from '../ui/Dialog';
import { isMac, registered, subscribe, written, type Act } from './keys';

export default function Overlay({ onClose }: { onClose: () => void }) {
  const acts = useSyncExternalStore(subscribe, registered);
  const groups = new Map<string, Map<string, Act>>();
  for (const act of acts) {
    if (!act.keys || !act.group) continue;
    if (!groups.has(act.group)) groups.set(act.group, new Map());
    groups.get(act.group)!.set(act.id, act);
  }
  return (
    <Dialog title="Keys" open onClose={onClose} size={720}>
      <div className="keys-overlay">
        {[...groups].map(([group, members]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>{[...members.values()].map((act) => <div key={act.id} className="row apart"><dt>{act.label}</dt><dd className="row">{written(act.keys, isMac()).map((key, i) => <kbd key={i}>{key}</kbd>)}</dd></div>)}</dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
