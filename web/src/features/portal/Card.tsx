import { Link } from '@tanstack/react-router';
import type { TicketRow } from '../../api/types';
import { Ago, Tone } from '../../ui/kit';
import { Icon } from '../../ui/Icon';
import { dateTime } from '../../ui/time';
import { owner, plain } from './words';

/** A record as its requester sees it in a list: the state in plain words, who has it, by when. */
export function RequestCard({ row }: { row: TicketRow }) {
  const state = plain(row);
  const going = row.category === 'open' || row.category === 'waiting';
  return (
    <li className={`ask-card ${state.yours ? 'yours' : ''}`}>
      <Icon name={row.kind === 'incident' ? 'incident' : row.kind === 'change' ? 'change' : 'request'} size={20} />
      <div className="grow">
        <Link to={`/portal/requests/${row.number}`} className="ask-title">{row.title}</Link>
        <div className="row wraps small dim"><span className="num">{row.number}</span><span>{owner(row)}</span>{going && row.due_at ? <span>by {dateTime(row.due_at)}</span> : <span>news <Ago at={row.updated_at} /></span>}</div>
      </div>
      <Tone tone={state.tone}>{state.label}</Tone>
    </li>
  );
}

export function Cards({ rows, label }: { rows: readonly TicketRow[]; label: string }) {
  return <ul className="list ask-cards" aria-label={label}>{rows.map((row) => <RequestCard key={row.number} row={row} />)}</ul>;
}
