// The rows of the list of items. Plain rows, memoised, as in the list of tickets.
import { Link } from '@tanstack/react-router';
import { memo, type MouseEvent } from 'react';
import { ci, ciPath, type Ci } from '../../../api/cmdb';
import { client } from '../../../api/queries';
import { Icon } from '../../../ui/Icon';
import type { Column } from './columns';

interface Props {
  rows: Ci[]; columns: Column[]; cursor: number; selected: ReadonlySet<string>; open: string | undefined; sort: string; at: string | undefined; pickable: boolean;
  onSelect: (number: string, index: number, range: boolean) => void; onSelectAll: (all: boolean) => void;
  onOpen: (row: Ci, index: number, event: MouseEvent) => void; onSort: (sort: string) => void;
}

export function CiTable({ rows, columns, cursor, selected, open, sort, at, pickable, onSelect, onSelectAll, onOpen, onSort }: Props) {
  const all = rows.length > 0 && rows.every((row) => selected.has(row.number));
  const turned = (one: string) => (one.startsWith('-') ? one.slice(1) : `-${one}`);
  return (
    <table className="tickets cis" role="table">
      <colgroup><col style={{ width: 40 }} /><col />{columns.map((column) => <col key={column.id} className={`c-${column.id.replace('.', '-')}`} style={{ width: column.width }} />)}</colgroup>
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader">{pickable ? <input type="checkbox" aria-label="Select all shown" checked={all} onChange={(event) => onSelectAll(event.target.checked)} /> : <span className="hidden-label">Row</span>}</th>
          <th role="columnheader" scope="col" aria-sort={sort === 'name' ? 'ascending' : sort === '-name' ? 'descending' : undefined}><button type="button" onClick={() => onSort(sort === 'name' ? '-name' : 'name')}>Name{/^-?name$/.test(sort) && <Icon name="down" size={12} />}</button></th>
          {columns.map((column) => {
            const up = column.sort !== undefined && sort === column.sort;
            const down = column.sort !== undefined && sort === turned(column.sort);
            return (
              <th key={column.id} className={`c-${column.id.replace('.', '-')}`} role="columnheader" scope="col" aria-sort={up || down ? (sort.startsWith('-') ? 'descending' : 'ascending') : undefined}>
                {column.sort ? <button type="button" onClick={() => onSort(up ? turned(column.sort!) : column.sort!)}>{column.label}{(up || down) && <Icon name="down" size={12} />}</button> : column.label}
              </th>
            );
          })}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row, index) => (
          <Row key={row.number} row={row} index={index} columns={columns} at={at} pickable={pickable} current={index === cursor} selected={selected.has(row.number)} open={row.number === open} onSelect={onSelect} onOpen={onOpen} />
        ))}
      </tbody>
    </table>
  );
}

type RowProps = { row: Ci; index: number; columns: Column[]; at: string | undefined; pickable: boolean; current: boolean; selected: boolean; open: boolean; onSelect: Props['onSelect']; onOpen: Props['onOpen'] };
const Row = memo(function Row({ row, index, columns, at, pickable, current, selected, open, onSelect, onOpen }: RowProps) {
  const prefetch = () => { void client.prefetchQuery(ci(row.number, at ? { at } : {})); };
  return (
    <tr role="row" data-row={index} className={`${current ? 'cursor' : ''} ${selected ? 'selected' : ''} ${open ? 'open' : ''}`} aria-selected={selected}
      onMouseEnter={prefetch} onClick={(event) => { if (!(event.target as HTMLElement).closest('a, input, button')) onOpen(row, index, event); }}>
      <td role="cell" className="pick">{pickable && <input type="checkbox" aria-label={`Select ${row.name}`} checked={selected} onChange={() => undefined} onClick={(event) => onSelect(row.number, index, event.shiftKey)} />}</td>
      <td role="cell" className="title">
        <Link to={ciPath(row.number)} search={(at ? { at } : {}) as never} preload={false} className="clip" onFocus={prefetch} onClick={(event) => onOpen(row, index, event)}>{row.name}</Link>
        <span className="under clip">{row.class_label} · <span className="num">{row.number}</span></span>
      </td>
      {columns.map((column) => <td key={column.id} role="cell" className={`c-${column.id.replace('.', '-')}`} data-label={column.label}>{column.cell(row)}</td>)}
    </tr>
  );
}, (before, after) => before.row === after.row && before.current === after.current && before.selected === after.selected && before.open === after.open && before.index === after.index && before.at === after.at && before.columns.map((c) => c.id).join() === after.columns.map((c) => c.id).join() && before.onOpen === after.onOpen && before.onSelect === after.onSelect);
