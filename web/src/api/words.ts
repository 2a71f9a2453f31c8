// The desk's own words for codes that the API gives as codes.
import type { Kind, Risk } from './types';

export const kindWord: Record<Kind, string> = { incident: 'Incident', request: 'Request', problem: 'Problem', change: 'Change' };
export const kindPlural: Record<Kind, string> = { incident: 'incidents', request: 'requests', problem: 'problems', change: 'changes' };
export const kinds: Kind[] = ['incident', 'request', 'problem', 'change'];
const prefixes: Record<string, Kind> = { INC: 'incident', REQ: 'request', PRB: 'problem', CHG: 'change' };

/** The kind that a record number names ("CHG-000042" → change), or null for numbers of other things. */
export function kindOf(number: string): Kind | null {
  return prefixes[number.slice(0, 3).toUpperCase()] ?? null;
}

/** The page of a record in this UI. */
export function pathOf(number: string): string {
  const kind = kindOf(number);
  if (number.startsWith('CI-')) return `/cis/${number}`;
  return kind ? `/${kindPlural[kind]}/${number}` : `/search?q=${encodeURIComponent(number)}`;
}

/** A number typed by a person ("inc-123", "CHG42"), in the written form; null when it is not one. */
export function parseNumber(text: string): string | null {
  const match = /^\s*(inc|req|prb|chg|ci)[-\s]?0*(\d{1,9})\s*$/i.exec(text);
  return match ? `${match[1]!.toUpperCase()}-${match[2]!.padStart(6, '0')}` : null;
}

export const riskWord: Record<Risk, string> = { low: 'Low risk', medium: 'Medium risk', high: 'High risk' };
export const levelWord: Record<number, string> = { 1: 'High', 2: 'Medium', 3: 'Low' };
export const priorityWord: Record<number, string> = { 1: 'Critical', 2: 'High', 3: 'Moderate', 4: 'Low' };
export const linkWord: Record<string, string> = {
  parent: 'Part of', child: 'Has part', duplicate_of: 'Duplicate of', duplicated_by: 'Duplicated by',
  related: 'Related to', caused_by: 'Caused by', causes: 'Causes',
};
export const outcomeWord: Record<string, string> = {
  successful: 'Successful', successful_with_issues: 'Successful with issues', partially_implemented: 'Partially implemented',
  failed: 'Failed', backed_out: 'Backed out', not_executed: 'Not executed',
};
export const modelWord: Record<string, string> = { standard: 'Standard', normal: 'Normal', emergency: 'Emergency', unauthorised: 'Unauthorised', registration: 'Registration' };
/** What a change turned out to be that nobody had asked for. */
export const findingWord: Record<string, string> = { accepted_in_retrospect: 'Accepted in retrospect', reverted: 'Reverted', false_positive: 'Nothing was changed' };
export const categoryWord: Record<string, string> = { hardware: 'Hardware', software: 'Software', network: 'Network', database: 'Database', security: 'Security', service: 'Service', other: 'Something else' };
export const reasonWord: Record<string, string> = { new: 'Something new', improvement: 'An improvement', maintenance: 'Maintenance', repair: 'A repair', security: 'Security', compliance: 'A rule to comply with', capacity: 'Capacity', retirement: 'Taken out of service' };
export const environmentWord: Record<string, string> = { production: 'Production', test: 'Test', development: 'Development', recovery: 'Recovery' };
export const yesNo: Record<string, string> = { yes: 'Yes', no: 'No' };
export const closeCodes = ['Fixed', 'Fixed with workaround', 'Not reproducible', 'Duplicate', 'Withdrawn by requester', 'No fault found'];
/** On whom an incident may wait; the codes are those of its flow. */
export const pendingWord: Record<string, string> = { user: 'The requester', vendor: 'A vendor', change: 'A change', problem: 'A problem' };
export const contactWord: Record<string, string> = { phone: 'Phone', email: 'Mail', mail: 'Mail', portal: 'Portal', chat: 'Chat', monitoring: 'Monitoring', walk_in: 'In person' };

/** Impact × urgency (1..3 each) gives the priority 1..4; the same matrix as the server's, shown while typing. */
export function priorityOf(impact: number, urgency: number): number {
  return Math.min(4, impact + urgency - 1);
}
