// The meetings of boards: shapes, queries, and how a room is written to.
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, Problem } from './client';
import { client } from './queries';
import { toastProblem } from '../app/toasts';
import type { Page, Person, Reason, Receipt } from './types';

export interface MeetingRow {
  id: string; title: string; board: { key: string; name: string }; state: string; state_label: string; starts_at: string; minutes: number; points: number;
  expected: boolean; answer: string; present: number; signed: boolean; announced: boolean;
}
export interface Quorum { needed: number; reached: boolean; here: Person[] | null; voted: Person[] | null; away: Person[] | null; barred: { person: Person; why: string }[] | null }
export interface RoomVote { person: Person; by: Person | null; decision: string; comment: string; at: string; before: boolean }
export interface RoomBallot {
  slot_id: string; label: string; state: string; open: boolean; digest: string; revision: number; approved: number; sign: boolean; meaning: string | null; retro: boolean;
  votes: RoomVote[] | null; can: boolean; why: Reason[] | null;
}
export interface Point {
  id: string; section: string; section_label: string; state: string; about: string; number: string; template_key: string; edition: number; title: string; hidden: boolean;
  minutes: number; elapsed_seconds: number; running: boolean; risk: string; model: string; change_state: string; change_state_label: string; outcome: string; planned_start: string | null; planned_end: string | null;
  revision: number; digest: string; result: string; note: string; note_html: string; quorum: Quorum | null; ballot: RoomBallot | null;
}
export interface Attendee { person: Person; guest: boolean; answer: string; present: boolean; since: string | null; came: boolean; on_behalf_of: Person | null }
export interface MeetingAction { id: string; point: string; text: string; owner: Person; due: string | null; task: string | null; done_at: string | null; done_by: Person | null; mine: boolean }
export interface Signature { by: Person; at: string; digest: string; receipt: Receipt | null }
export interface Addendum { html: string; by: Person; at: string }
export interface Meeting extends MeetingRow {
  version: number; now: string; zone: string; lead: Person | null; reason: string | null; started_at: string | null; ended_at: string | null; running: boolean; elapsed_seconds: number;
  items: Point[] | null; people: Attendee[] | null; actions: MeetingAction[] | null; addenda: Addendum[] | null; signature: Signature | null;
  needed: number; members_present: number; in_room: boolean; stand_in_for: Person[] | null; may: Record<string, boolean>;
}
export interface MinutesText { text: string; html: string; digest: string; signed: boolean; may_sign: boolean; signature: Signature | null; addenda: Addendum[] | null }
export interface Reading {
  number: string; revision: number; edits: { field: string; before: string; after: string }[] | null; edited_at: string | null; items: number; reaches: number; conflicts: number;
  failures: { number: string; title: string; outcome: string; ended: string }[] | null;
}
export interface Rhythm { version: number; active: boolean; zone: string; starts: string; rule: string; minutes: number; manager: Person | null; notice_hours: number; item_minutes: number; sections: string[] | null; low_risk: boolean; next: string[] | null; may: boolean }
export interface Planned { number: string; title: string; state: string; model: string; start: string; end: string; hard: number }

export const meetings = (past: boolean) => infiniteQueryOptions({
  queryKey: ['meetings', past], queryFn: ({ pageParam, signal }) => api.get<Page<MeetingRow>>('/meetings', { past, limit: 30, after: pageParam }, signal),
  initialPageParam: '', getNextPageParam: (last: Page<MeetingRow>) => last.next || undefined,
});
/** Who has lent whom a vote, and whose account is disabled, makes no news: a room that sits is read again now and then. */
export const meeting = (id: string) => queryOptions({
  queryKey: ['meeting', id], queryFn: ({ signal }) => api.get<Meeting>(`/meetings/${id}`, {}, signal),
  refetchInterval: (query) => (query.state.data?.state === 'in_progress' ? 30_000 : false),
});
export const minutes = (id: string) => queryOptions({ queryKey: ['meeting-minutes', id], queryFn: ({ signal }) => api.get<MinutesText>(`/meetings/${id}/minutes`, {}, signal) });
export const reading = (id: string, point: string) => queryOptions({ queryKey: ['meeting-reading', id, point], queryFn: ({ signal }) => api.get<Reading>(`/meetings/${id}/points/${point}/reading`, {}, signal), staleTime: 60_000 });
export const rhythm = (board: string) => queryOptions({ queryKey: ['rhythm', board], queryFn: ({ signal }) => api.get<Rhythm>(`/boards/${board}/rhythm`, {}, signal) });
export const ahead = (from: string, to: string) => queryOptions({ queryKey: ['calendar', from, to], queryFn: ({ signal }) => api.get<{ changes: Planned[] | null }>('/calendar', { from, to }, signal), staleTime: 60_000 });

/** Writes to a room and shows its answer; a refusal is told, and the room read again. */
export async function inRoom(id: string, write: () => Promise<Meeting>): Promise<boolean> {
  try {
    const answer = await write();
    client.setQueryData<Meeting>(['meeting', id], (old) => (old && old.version > answer.version ? old : answer));
    void client.invalidateQueries({ queryKey: ['meetings'] });
    void client.invalidateQueries({ queryKey: ['meeting-minutes', id] });
    return true;
  } catch (error) {
    toastProblem(error);
    if (error instanceof Problem && error.status >= 400) void client.invalidateQueries({ queryKey: ['meeting', id], exact: true });
    return false;
  }
}
