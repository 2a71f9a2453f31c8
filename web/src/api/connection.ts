// Whether the server answers, as one small store. Any request or the live stream may report either.
type Listener = () => void;
const listeners = new Set<Listener>();
let up = true;

function set(next: boolean): void {
  if (next === up) return;
  up = next;
  listeners.forEach((listener) => listener());
}

export const connection = {
  lost: () => set(false),
  found: () => set(true),
  isUp: () => up,
  subscribe(listener: Listener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
