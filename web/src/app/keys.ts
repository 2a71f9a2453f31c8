// The keyboard: a pure matcher of single keys and two-key sequences ("g i"), and the registry of what they do.
// The palette and the `?` overlay read the same registry, so that every act is in all three places.

export interface Act {
  /** Stable name; the latest registration of a name wins. */
  id: string;
  label: string;
  /** "j", "g i", "mod+k", "shift+x", "Enter", "Escape"; several with "|". Empty: in the palette only. */
  keys: string;
  group: string;
  run: () => void;
  /** Works while a field has the focus too. */
  inFields?: boolean;
  /** Not offered in the palette (moving the cursor, closing). */
  quiet?: boolean;
}

export interface Press { key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean; shiftKey: boolean }

/** The written form of a key press, "mod+k" for Ctrl or ⌘. Shift is named only where it does not change the character. */
export function nameOf(press: Press): string {
  const key = press.key.length === 1 ? (press.shiftKey && /[a-z]/i.test(press.key) ? press.key.toLowerCase() : press.key) : press.key;
  const shift = press.shiftKey && (press.key.length > 1 || /[a-z]/i.test(press.key)) ? 'shift+' : '';
  return (press.ctrlKey || press.metaKey ? 'mod+' : '') + (press.altKey ? 'alt+' : '') + shift + key;
}

export const sequenceTime = 900;

/** Remembers the first key of a sequence; `now` in milliseconds. */
export class Matcher {
  private first = '';
  private at = 0;

  /** The act for this press, or null; a press that starts a sequence is kept for 900 ms. */
  match(name: string, acts: readonly Act[], now: number): Act | null {
    const pair = this.first && now - this.at <= sequenceTime ? `${this.first} ${name}` : '';
    this.first = '';
    const find = (wanted: string) => [...acts].reverse().find((act) => act.keys.split('|').includes(wanted)) ?? null;
    const exact = (pair && find(pair)) || find(name);
    if (exact) return exact;
    if (acts.some((act) => act.keys.split('|').some((keys) => keys.startsWith(`${name} `)))) {
      this.first = name;
      this.at = now;
    }
    return null;
  }
}

let acts: Act[] = [];
const listeners = new Set<() => void>();
const changed = () => listeners.forEach((listener) => listener());

/** Adds acts; returns the way to take them away again. Later acts win over earlier ones with the same key. */
export function register(more: Act[]): () => void {
  acts = [...acts, ...more];
  changed();
  return () => { acts = acts.filter((act) => !more.includes(act)); changed(); };
}
export const registered = (): readonly Act[] => acts;
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const editable = (target: EventTarget | null) => target instanceof HTMLElement
  && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !/^(checkbox|radio|button)$/.test((target as HTMLInputElement).type));

/** Listens on the document. Keys in open dialogs, menus and fields stay with them. */
export function listenToKeys(): () => void {
  const matcher = new Matcher();
  // Asked before anybody else hears the key: the Escape that closes a dialog must not leave the page as well.
  let busy = false;
  const onCapture = () => {
    busy = [...document.querySelectorAll('[role="dialog"], [role="menu"], [role="listbox"]')].some((layer) => layer.checkVisibility?.() ?? true);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || /^(Shift|Control|Alt|Meta)$/.test(event.key)) return;
    const typing = editable(event.target);
    const open = acts.filter((act) => act.inFields || (!typing && !busy));
    const act = matcher.match(nameOf(event), open, performance.now());
    if (!act) return;
    const onControl = event.target instanceof HTMLElement && /^(BUTTON|A|SUMMARY)$/.test(event.target.tagName);
    if (event.key === 'Enter' && onControl) return;
    event.preventDefault();
    act.run();
  };
  window.addEventListener('keydown', onCapture, true);
  document.addEventListener('keydown', onKey);
  return () => {
    window.removeEventListener('keydown', onCapture, true);
    document.removeEventListener('keydown', onKey);
  };
}

/** Keys as people read them: "mod+k" → ["Ctrl", "K"]. */
export function written(keys: string, mac: boolean): string[] {
  return keys.split('|')[0]!.split(' ').flatMap((part) => part.split(/\+(?=.)/)).filter(Boolean).map((part) => (
    { mod: mac ? '⌘' : 'Ctrl', shift: mac ? '⇧' : 'Shift', alt: mac ? '⌥' : 'Alt', Escape: 'Esc', ArrowDown: '↓', ArrowUp: '↑' }[part] ?? part
  ));
}
export const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.userAgent);
