// Short messages at the lower edge. Undo instead of "are you sure?": a toast may carry one act, for 8 seconds.
import { useSyncExternalStore } from 'react';
import { asProblem } from '../api/client';
import { Icon } from '../ui/Icon';

export interface Toast { id: number; text: string; tone: 'plain' | 'bad'; act?: { label: string; run: () => void }; request?: string; href?: { label: string; to: string } }
let toasts: Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

function set(next: Toast[]): void {
  toasts = next;
  listeners.forEach((listener) => listener());
}
export function dismiss(id: number): void { set(toasts.filter((toast) => toast.id !== id)); }

/** Shows a message for 8 seconds; with `act`, a button such as Undo. */
export function toast(text: string, more: Partial<Omit<Toast, 'id' | 'text'>> = {}): number {
  const id = ++last;
  set([...toasts.slice(-2), { id, text, tone: 'plain', ...more }]);
  if (!more.href) setTimeout(() => dismiss(id), more.tone === 'bad' ? 12_000 : 8_000);
  return id;
}

/** Shows a failure in the problem's own words, with the request id to copy when the reason is not known. */
export function toastProblem(error: unknown): void {
  const problem = asProblem(error);
  const reasons = problem.reasons.map((reason) => reason.text).join(' ');
  toast([problem.detail, reasons].filter(Boolean).join(' '), { tone: 'bad', request: problem.status >= 500 || problem.status === 0 ? problem.requestId : '' });
}

export function Toasts() {
  const shown = useSyncExternalStore((then) => { listeners.add(then); return () => listeners.delete(then); }, () => toasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((item) => (
        <div key={item.id} className={`toast ${item.tone}`}>
          {item.tone === 'bad' && <Icon name="alert" />}
          <span className="grow">{item.text}{item.request ? <> <code className="mono">{item.request}</code></> : null}</span>
          {item.href && <a className="toast-act" href={item.href.to} download>{item.href.label}</a>}
          {item.act && <button type="button" className="toast-act" onClick={() => { dismiss(item.id); item.act!.run(); }}>{item.act.label}</button>}
          <button type="button" className="icon-button small" aria-label="Dismiss" onClick={() => dismiss(item.id)}><Icon name="x" /></button>
        </div>
      ))}
    </div>
  );
}
