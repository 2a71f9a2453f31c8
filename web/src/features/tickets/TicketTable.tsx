// One list for all four kinds of record. Plain rows, memoised: fifty of Mantine's would cost 190 ms per edit.
import { Link } from '@tanstack/react-router';
import { memo, useState, type MouseEvent } from 'react';
import { client, record } from '../../api/queries';
import type { TicketRow } from '../../api/types';
import { kindWord, pathOf } from '../../api/words';
import { Icon } from '../../ui/Icon';
import { reorder, type Column } from './columns';

interface Props {
  rows: TicketRow[]; columns: Column[]; cursor: number; selected: ReadonlySet<string>; open: string | undefined; sort: string;
  onSelect: (number: string, index: number, range: boolean) => void; onSelectAll: (all: boolean) => void;
  onOpen: (row: TicketRow, index: number, event: MouseEvent) => void; onSort: (sort: string) => void; onColumns: (ids: string[]) => void;
}

export function TicketTable({ rows, columns, cursor, selected, open, sort, onSelect, onSelectAll, onOpen, onSort, onColumns }: Props) {
  const [dragged, drag] = useState('');
  const all = rows.length > 0 && rows.every((row) => selected.has(row.number));
  return (
    <table className="tickets" role="table">
      <colgroup><col style={{ width: 40 }} /><col />{columns.map((column) => <col key={column.id} className={`c-${column.id}`} style={{ width: column.width }} />)}</colgroup>
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader"><input type="checkbox" aria-label="Select all shown" checked={all} onChange={(event) => onSelectAll(event.target.checked)} /></th>
          <th role="columnheader" scope="col">Title</th>
          {columns.map((column) => {
            const up = column.sort !== undefined && sort === column.sort;
            const down = column.sort !== undefined && sort === (column.sort.startsWith('-') ? column.sort.slice(1) : `-${column.sort}`);
            return (
              <th key={column.id} className={`c-${column.id}`} role="columnheader" scope="col" draggable aria-sort={up || down ? (up === !column.sort!.startsWith('-') ? 'ascending' : 'descending') : undefined}
                onDragStart={() => drag(column.id)} onDragOver={(event) => event.preventDefault()} onDrop={() => onColumns(reorder(columns.map((one) => one.id), dragged, column.id))}>
                {column.sort ? <button type="button" onClick={() => onSort(up ? (column.sort!.startsWith('-') ? column.sort!.slice(1) : `-${column.sort}`) : column.sort!)}>{column.label}{(up || down) && <Icon name="down" size={12} />}</button> : column.label}
              </th>
            );
          })}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row, index) => (
          <Row key={row.number} row={row} index={index} columns={columns} current={index === cursor} selected={selected.has(row.number)} open={row.number === open} onSelect={onSelect} onOpen={onOpen} />
        ))}
      </tbody>
    </table>
  );
}

const prefetch = (number: string) => { void client.prefetchQuery(record(number)); };

const Row = memo(function Row({ row, index, columns, current, selected, open, onSelect, onOpen }: { row: TicketRow; index: number; columns: Column[]; current: boolean; selected: boolean; open: boolean; onSelect: Props['onSelect']; onOpen: Props['onOpen'] }) {
  return (
    <tr role="row" data-row={index} className={`${current ? 'cursor' : ''} ${selected ? 'selected' : ''} ${open ? 'open' : ''}`} aria-selected={selected}
      onMouseEnter={() => prefetch(row.number)}
      onClick={(event) => { if (!(event.target as HTMLElement).closest('a, input, button')) onOpen(row, index, event); }}>
      <td role="cell" className="pick"><input type="checkbox" aria-label={`Select ${row.number}`} checked={selected} onChange={() => undefined} onClick={(event) => onSelect(row.number, index, event.shiftKey)} /></td>
      <td role="cell" className="title">
        <Link to={pathOf(row.number)} preload={false} className="clip" onFocus={() => prefetch(row.number)} onClick={(event) => onOpen(row, index, event)}>{row.major && <span className="major" title="Major incident"><Icon name="flag" size={13} label="Major incident" /></span>}{row.title}</Link>
        <span className="under clip"><Icon name={row.kind} size={13} label={kindWord[row.kind]} /> <span className="num">{row.number}</span>{row.service ? ` · ${row.service}` : ''}</span>
      </td>
      {columns.map((column) => <td key={column.id} role="cell" className={`c-${column.id}`} data-label={column.label}>{column.cell(row)}</td>)}
    </tr>
  );
}, (before, after) => before.row === after.row && before.current === after.current && before.selected === after.selected && before.open === after.open && before.index === after.index && before.columns.map((c) => c.id).join() === after.columns.map((c) => c.id).join() && before.onOpen === after.onOpen && before.onSelect === after.onSelect);
