// Live events: through one shared worker where the browser has it, otherwise one stream per tab that is closed
// while the tab is hidden.
import { connection } from './connection';
import type { LiveRecord } from './types';

type Listener = (record: LiveRecord) => void;
const listeners = new Set<Listener>();
let stop: (() => void) | null = null;

function hear(data: string): void {
  try {
    const record = JSON.parse(data) as LiveRecord;
    listeners.forEach((listener) => listener(record));
  } catch { /* not an event of ours */ }
}

function viaWorker(): () => void {
  const worker = new SharedWorker(new URL('./live.worker.ts', import.meta.url), { type: 'module', name: 'cabinet-live' });
  worker.port.onmessage = (message: MessageEvent<{ event: string; data?: string }>) => {
    if (message.data.event === 'record' && message.data.data) hear(message.data.data);
    else if (message.data.event === 'open') connection.found();
    else if (message.data.event === 'lost' && document.visibilityState === 'visible') connection.lost();
  };
  worker.port.start();
  const bye = () => worker.port.postMessage('bye');
  addEventListener('pagehide', bye);
  return () => { removeEventListener('pagehide', bye); bye(); worker.port.close(); };
}

function viaTab(): () => void {
  let source: EventSource | null = null;
  const open = () => {
    source = new EventSource('/api/v1/events');
    source.onopen = connection.found;
    source.onerror = connection.lost;
    source.addEventListener('record', (event) => hear((event as MessageEvent<string>).data));
  };
  const follow = () => {
    if (document.visibilityState === 'hidden') { source?.close(); source = null; }
    else if (!source) open();
  };
  follow();
  document.addEventListener('visibilitychange', follow);
  return () => { document.removeEventListener('visibilitychange', follow); source?.close(); };
}

/** Calls back for every record that changes and that this person may see. Returns the way to stop. */
export function listen(listener: Listener): () => void {
  listeners.add(listener);
  if (!stop) {
    try { stop = 'SharedWorker' in window ? viaWorker() : viaTab(); }
    catch { stop = viaTab(); }
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) { stop?.(); stop = null; }
  };
}
