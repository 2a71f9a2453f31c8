// Small parts that the pages of the CMDB share.
import { Link } from '@tanstack/react-router';
import { ciPath, type CiBrief } from '../../api/cmdb';
import { Tone } from '../../ui/kit';

export const criticalityWord: Record<number, string> = { 1: 'Most critical', 2: 'Critical', 3: 'Moderate', 4: 'Low' };

/** How critical an item is: the figure with its word on hover, or beside it. */
export function Criticality({ value, words }: { value: number | null; words?: boolean }) {
  if (!value) return <span className="dim">{words ? 'not rated' : '–'}</span>;
  return <span className="row"><span className={`prio c${value}`} title={`Criticality ${value}: ${criticalityWord[value]}`}>C{value}</span>{words ? <span>{criticalityWord[value]}</span> : null}</span>;
}

/** An item in one line: its name as a link, class and number, and its status where it is not the usual one. */
export function CiLine({ item, search }: { item: CiBrief; search?: Record<string, string> }) {
  return (
    <span className="ci-line">
      <Link to={ciPath(item.number)} search={(search ?? {}) as never} className="clip">{item.name}</Link>
      <span className="dim small clip">{item.class_label} · <span className="num">{item.number}</span></span>
      {item.status === 'live' ? null : <Tone tone={item.tone}>{item.status_label}</Tone>}
    </span>
  );
}
