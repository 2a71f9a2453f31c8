// Nothing typed is ever lost: drafts are saved on the server shortly after typing stops, and in this browser when
// the server cannot be reached.
import { useCallback, useEffect, useRef, useState } from 'react';
import { api, Problem } from '../api/client';
import type { Draft } from '../api/types';

export type DraftStatus = 'loading' | 'empty' | 'typing' | 'saving' | 'saved' | 'local';
export interface DraftState { status: DraftStatus; savedAt: string | null }
export type DraftEvent =
  | { type: 'loaded'; savedAt: string | null; local: boolean } | { type: 'typed' } | { type: 'sent' }
  | { type: 'saved'; savedAt: string; current: boolean } | { type: 'failed' } | { type: 'cleared' };

/** What the reader is told about the draft. `current`: nothing was typed since the save began. */
export function draftReducer(state: DraftState, event: DraftEvent): DraftState {
  switch (event.type) {
    case 'loaded': return { status: event.local ? 'local' : event.savedAt ? 'saved' : 'empty', savedAt: event.savedAt };
    case 'typed': return { ...state, status: 'typing' };
    case 'sent': return { ...state, status: 'saving' };
    case 'saved': return { status: event.current ? 'saved' : 'typing', savedAt: event.savedAt };
    case 'failed': return { ...state, status: 'local' };
    case 'cleared': return { status: 'empty', savedAt: null };
  }
}

export const draftWords: Record<DraftStatus, string> = { loading: '', empty: '', typing: '', saving: 'Saving draft…', saved: 'Draft saved', local: 'Draft kept in this browser' };
const localKey = (key: string) => `cabinet.draft.${key}`;
const delay = 800;

/** The draft under `key`; `blank` is its value when there is none, and counts as no draft. */
export function useDraft<V extends object>(key: string, blank: V): { value: V; set: (value: V) => void; clear: () => void; state: DraftState } {
  const [value, setValue] = useState<V>(blank);
  const [state, setState] = useState<DraftState>({ status: 'loading', savedAt: null });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(value);
  const touched = useRef(false);
  const blankText = useRef(JSON.stringify(blank));
  const send = useCallback((event: DraftEvent) => setState((before) => draftReducer(before, event)), []);

  const save = useCallback(async () => {
    const sent = latest.current;
    send({ type: 'sent' });
    try {
      if (JSON.stringify(sent) === blankText.current) {
        await api.delete(`/drafts/${key}`).catch((error: unknown) => { if (!(error instanceof Problem) || error.status !== 404) throw error; });
        send({ type: 'cleared' });
      } else {
        const answer = await api.put<{ saved_at: string }>(`/drafts/${key}`, { body: sent });
        send({ type: 'saved', savedAt: answer.saved_at, current: latest.current === sent });
      }
      localStorage.removeItem(localKey(key));
    } catch {
      localStorage.setItem(localKey(key), JSON.stringify(sent));
      send({ type: 'failed' });
    }
  }, [key, send]);

  useEffect(() => {
    let gone = false;
    touched.current = false;
    const local = localStorage.getItem(localKey(key));
    const take = (body: V, savedAt: string | null, fromHere: boolean) => {
      if (gone || touched.current) return;
      latest.current = body;
      setValue(body);
      send({ type: 'loaded', savedAt, local: fromHere });
    };
    const empty = JSON.parse(blankText.current) as V;
    if (local) take({ ...empty, ...JSON.parse(local) as V }, null, true);
    else {
      take(empty, null, false);
      api.get<Draft | undefined>(`/drafts/${key}`).then((draft) => draft?.body && take({ ...empty, ...draft.body as V }, draft.saved_at, false)).catch(() => undefined);
    }
    return () => {
      gone = true;
      clearTimeout(timer.current);
      if (touched.current) void save();
      touched.current = false;
    };
  }, [key, save, send]);

  const set = useCallback((next: V) => {
    touched.current = true;
    latest.current = next;
    setValue(next);
    send({ type: 'typed' });
    clearTimeout(timer.current);
    timer.current = setTimeout(() => { touched.current = false; void save(); }, delay);
  }, [save, send]);

  const clear = useCallback(() => {
    clearTimeout(timer.current);
    touched.current = false;
    const empty = JSON.parse(blankText.current) as V;
    latest.current = empty;
    setValue(empty);
    localStorage.removeItem(localKey(key));
    send({ type: 'cleared' });
    void api.delete(`/drafts/${key}`).catch(() => undefined);
  }, [key, send]);

  return { value, set, clear, state };
}
