// Times and words of a room.
import { useEffect, useState } from 'react';
import type { Meeting, Point } from '../../api/rooms';
import type { Tone } from '../../api/types';

/** A clock as a meeting shows it: 4:05, or 1:04:05. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** How much of its time is used up: calm until half of it, then three bands. */
export function band(seconds: number, minutes: number): '' | 'half' | 'most' | 'over' {
  const share = seconds / (minutes * 60);
  return share >= 1 ? 'over' : share >= 0.75 ? 'most' : share >= 0.5 ? 'half' : '';
}

export const meetingTone: Record<string, Tone> = { planned: 'new', in_progress: 'progress', ended: 'done', cancelled: 'closed' };
const states: Record<string, string> = { open: 'to come', current: 'now', done: 'done', put_off: 'put off', carried: 'carried over', dropped: 'dropped', struck: 'struck' };
const results: Record<string, string> = { approved: 'approved', rejected: 'rejected', undecided: 'not decided', edited: 'the plan was edited', discussed: 'discussed' };

/** Where a point is, in a word or two. */
export function pointWord(point: Point): string {
  if ((point.state === 'done' || point.state === 'carried') && results[point.result]) return results[point.result]!;
  return states[point.state] ?? point.state;
}
export const pointTone = (point: Point): Tone => (point.state === 'current' ? 'progress' : point.result === 'approved' ? 'done' : point.result === 'rejected' ? 'refused' : point.state === 'carried' || point.state === 'put_off' ? 'waiting' : point.state === 'open' ? 'new' : 'closed');

/** The points that stand on the agenda, in order. */
export const listed = (meeting: Meeting): Point[] => (meeting.items ?? []).filter((point) => point.state !== 'dropped' && point.state !== 'struck');
export const currentOf = (meeting: Meeting): Point | undefined => (meeting.items ?? []).find((point) => point.state === 'current');

/** Seconds since the room was read, counted each second while its clock runs: the server says how long it has been until then. */
export function useSince(readAt: number, running: boolean): number {
  const [now, tick] = useState(Date.now());
  useEffect(() => {
    if (!running) return undefined;
    tick(Date.now());
    const timer = setInterval(() => tick(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [running, readAt]);
  return running ? Math.max(0, (now - readAt) / 1000) : 0;
}

/** "Carl, Dora and Paul". */
export function names(people: { name: string }[] | null): string {
  const list = (people ?? []).map((one) => one.name);
  return list.length < 2 ? list.join('') : `${list.slice(0, -1).join(', ')} and ${list[list.length - 1]!}`;
}
