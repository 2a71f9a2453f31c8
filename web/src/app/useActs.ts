import { useEffect, useRef } from 'react';
import { register, type Act } from './keys';

/** Registers acts while a component is on the page. Handlers may change on every render; labels and keys may not. */
export function useActs(acts: Act[]): void {
  const latest = useRef(acts);
  latest.current = acts;
  const shape = acts.map((act) => `${act.id}/${act.keys}/${act.label}`).join(',');
  useEffect(() => register(latest.current.map((act) => ({
    ...act, run: () => latest.current.find((other) => other.id === act.id)?.run(),
  }))), [shape]);
}
