// One event stream for all tabs of this browser: with one stream per tab the sixth tab over plain HTTP hangs,
// because browsers allow six connections per host. The worker fans every event out to the tabs that are listening.
const scope = self as unknown as { onconnect: ((event: MessageEvent) => void) | null };
const ports = new Set<MessagePort>();
let source: EventSource | null = null;

function tell(message: unknown): void {
  for (const port of ports) port.postMessage(message);
}

function open(): void {
  if (source) return;
  source = new EventSource('/api/v1/events');
  source.onopen = () => tell({ event: 'open' });
  source.onerror = () => {
    tell({ event: 'lost' });
    // The browser gives up for good on an HTTP error (a restart behind a proxy, an ended session): try again ourselves.
    if (source?.readyState === EventSource.CLOSED) {
      source = null;
      if (ports.size > 0) setTimeout(open, 5000);
    }
  };
  source.addEventListener('record', (event) => tell({ event: 'record', data: (event as MessageEvent).data }));
}

scope.onconnect = (event) => {
  const port = event.ports[0];
  if (!port) return;
  ports.add(port);
  port.onmessage = (message: MessageEvent) => {
    if (message.data !== 'bye') return;
    ports.delete(port);
    if (ports.size === 0) { source?.close(); source = null; }
  };
  port.start();
  open();
};
