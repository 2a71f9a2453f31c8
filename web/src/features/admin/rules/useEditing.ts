// One document of rules being edited: what is in force, what was typed, and what the server says is wrong with it. What was typed
// is kept as a draft, so that it survives a reload.
import { useDebouncedValue } from '@mantine/hooks';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { boards, person, roles } from '../../../api/queries';
import { draftCheck, type DraftFlow, type Fault, type RuleKind } from '../../../api/rules';
import type { RuleDocument } from '../../../api/types';
import { draftWords, useDraft } from '../../../app/drafts';
import { faultAt, faultsIn, sameDocument } from './edits';
import type { Names } from './words';

export interface Editing<D> {
  kind: RuleKind; of: string; doc: RuleDocument<D>; value: D; set: (next: D) => void; reset: () => void; changed: boolean;
  /** It was begun on an earlier version than the one in force. */
  behind: number;
  kept: string;
  faults: Fault[]; checked: boolean; flow: DraftFlow | null;
  at: (place: string) => string | undefined; below: (place: string) => number;
}

export function useEditing<D extends object>(kind: RuleKind, of: string, doc: RuleDocument<D>): Editing<D> {
  const draft = useDraft<{ from: number; document: D | null }>(`rules:${kind}:${of}`, { from: 0, document: null });
  const typed = draft.value.document;
  const value = typed ?? doc.document;
  const changed = typed !== null && !sameDocument(typed, doc.document);
  const [asked] = useDebouncedValue(value, 350);
  const check = useQuery(draftCheck(kind, of, asked));
  const faults = useMemo(() => check.data?.faults ?? [], [check.data]);
  return {
    kind, of, doc, value, changed, faults,
    set: (next) => draft.set(sameDocument(next, doc.document) ? { from: 0, document: null } : { from: draft.value.from || doc.version, document: next }),
    reset: draft.clear,
    behind: changed && draft.value.from > 0 && draft.value.from < doc.version ? draft.value.from : 0,
    kept: draftWords[draft.state.status], checked: check.isSuccess && !check.isPlaceholderData && asked === value, flow: check.data?.flow ?? null,
    at: (place) => faultAt(faults, place), below: (place) => faultsIn(faults, place).length,
  };
}

/** What boards, roles and the given people are called. */
export function useNames(ids: readonly string[]): Names {
  const known = useQuery(boards).data?.items;
  const every = useQuery(roles).data?.roles;
  const people = useQueries({ queries: ids.map((id) => ({ ...person(id), staleTime: 600_000, retry: false })) });
  const called = new Map(ids.map((id, i) => [id, people[i]?.data?.name] as const));
  return { board: (key) => known?.find((one) => one.key === key)?.name, role: (name) => every?.find((one) => one.name === name)?.label, person: (id) => called.get(id) };
}
