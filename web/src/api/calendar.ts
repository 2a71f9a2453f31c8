// When changes happen: the calendar, windows and freezes, conflicts, free times, and the feeds of other programs.
import { queryOptions } from '@tanstack/react-query';
import { api } from './client';
import type { Person, Risk, Tone } from './types';

export interface PlannedTime { start: string; end: string }
export interface PlannedChange { number: string; title: string; state: string; state_label: string; tone: Tone; model: string; risk: Risk; site: string | null; start: string; end: string; hard: number; items: { number: string; name: string }[]; services: string[] }
export interface Happening { schedule: string; kind: 'window' | 'freeze'; name: string; purpose: string; whole: boolean; start: string; end: string }
export interface ChangeCalendar { changes: PlannedChange[]; times: Happening[]; cut: boolean }

export type ConflictKind = 'same_item' | 'stand_in' | 'neighbour' | 'meeting' | 'same_person' | 'outside_window' | 'freeze';
export interface Conflict {
  id: string; version: number; kind: ConflictKind; severity: 'hard' | 'high' | 'medium' | 'info'; state: 'open' | 'accepted' | 'resolved' | 'seen'; other: { number: string; title: string } | null; schedule: string | null;
  item: { number: string; name: string } | null; person: Person | null; accepted_by: Person | null; resolved_by: Person | null; reason: string; until: string | null; found_at: string | null;
}
export interface FreeSlots { slots: PlannedTime[]; passed: { start: string; end: string; why: Conflict }[] }
export interface ScheduleScope { everything?: boolean; groups?: string[]; classes?: string[]; tags?: string[]; sites?: string[]; items?: string[] }
export interface Schedule {
  id: string; version: number; kind: 'window' | 'freeze'; name: string; purpose: string; zone: string; starts: string; minutes: number; rule: string; scope: ScheduleScope; models: string[];
  suspended_until: string | null; suspend_reason: string; retired: boolean; next: PlannedTime | null;
}

export interface CalendarFeed { id: string; name: string; created_at: string; last_used_at: string | null; path: string | null }
export interface Interruption { title: string | null; services: string[]; start: string; end: string; minutes: number | null; begun: boolean }

export const changeCalendar = (from: string, to: string) => queryOptions({ queryKey: ['calendar', from, to], queryFn: ({ signal }) => api.get<ChangeCalendar>('/calendar', { from, to }, signal), staleTime: 30_000 });
/** Below the record's key, so that a live event about the change makes it stale. */
export const conflicts = (number: string) => queryOptions({ queryKey: ['record', number, 'conflicts'], queryFn: ({ signal }) => api.get<{ items: Conflict[] }>(`/changes/${number}/conflicts`, {}, signal) });
export const schedules = queryOptions({ queryKey: ['schedules'], queryFn: ({ signal }) => api.get<{ items: Schedule[] }>('/change-schedules', {}, signal) });
export const calendarFeeds = queryOptions({ queryKey: ['calendar-feeds'], queryFn: () => api.get<{ items: CalendarFeed[] }>('/me/calendar-feeds') });
export const interruptions = queryOptions({ queryKey: ['interruptions'], queryFn: ({ signal }) => api.get<{ items: Interruption[] }>('/planned-interruptions', {}, signal), staleTime: 60_000 });
