// What is said of reviews, causes and figures. Pure.
import type { CauseHint, CauseTie, Spread } from '../../api/aftermath';

export const objectiveWords = { met: 'Reached what it was for', partly: 'Reached a part of it', missed: 'Did not reach it' } as const;
export const cmdbWords = { updated: 'The CMDB is up to date', nothing: 'Nothing to tell the CMDB', waived: 'The CMDB is not updated' } as const;

/** How a tie reads on the page of the one record: "Caused by" on the incident is "Caused" on the change. */
export function tieWord(kind: CauseTie['kind'], onChange: boolean): string {
  if (onChange) return { caused_by: 'Caused', fixed_by: 'Mended', requested_by: 'Asked for because of' }[kind];
  return { caused_by: 'Caused by', fixed_by: 'Mended by', requested_by: 'Led to' }[kind];
}

/** Why a record is suggested, in one line. */
export function hintWord(hint: CauseHint): string {
  const where = hint.item ? (hint.depth === 0 ? `changed ${hint.item.name}` : `reaches ${hint.item.name} in ${hint.depth} step${hint.depth === 1 ? '' : 's'}`) : hint.depth === 0 ? 'changed the same item' : `reaches it in ${hint.depth} step${hint.depth === 1 ? '' : 's'}`;
  return `${where}, ${hint.hours === 0 ? 'while it went on' : `${hours(hint.hours)} after its end`}`;
}

/** A length of time in hours, as people say it: "20 min", "5.5 h", "3 d". */
export function hours(value: number): string {
  if (value < 1) return `${Math.max(1, Math.round(value * 60))} min`;
  if (value < 72) return `${Math.round(value * 10) / 10} h`;
  return `${Math.round(value / 24)} d`;
}

export const percent = (share: number | null): string => (share === null ? '–' : `${(share * 100).toLocaleString('en-GB', { maximumFractionDigits: 1 })} %`);
export const spreadWord = (spread: Spread): string => (spread.p50 === null || spread.p90 === null ? '–' : `${hours(spread.p50)} / ${hours(spread.p90)}`);
