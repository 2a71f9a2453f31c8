// The tools at the head of the list of items: the date that is looked at, sort, columns, saved views, export.
import { Menu, Popover } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { views } from '../../../api/queries';
import { may, useMe } from '../../../app/session';
import { Icon } from '../../../ui/Icon';
import { Button, Field, IconButton } from '../../../ui/kit';
import { exportList } from '../../tickets/exporting';
import type { Column } from './columns';
import { sorts, toQuery, type CiFilters } from './filters';

const SaveView = lazy(() => import('../../tickets/SaveView'));
interface Props { filters: CiFilters; sort: string; all: Column[]; shown: Column[]; compact: boolean; onSort: (sort: string) => void; onAt: (at: string | undefined) => void; onColumns: (ids: string[]) => void; onReset: () => void; onCompact: () => void }

export function CiTools({ filters, sort, all, shown, compact, onSort, onAt, onColumns, onReset, onCompact }: Props) {
  const [saving, setSaving] = useState(false);
  const saved = useQuery(views);
  const navigate = useNavigate();
  const me = useMe();
  const ids = shown.map((column) => column.id);
  const mine = (saved.data?.items ?? []).filter((view) => view.kind === 'ci');
  const query = toQuery({ ...filters, sort });
  return (
    <div className="row list-tools">
      <Popover width={260} position="bottom-end" withinPortal trapFocus>
        <Popover.Target><IconButton icon="clock" label="As it was on a day" /></Popover.Target>
        <Popover.Dropdown>
          <div className="stack">
            <Field label="As it was on" hint="The list then, with the values, groups and owners of that day">{(at) => <input {...at} className="input" type="date" data-autofocus max={new Date().toISOString().slice(0, 10)} value={filters.at?.slice(0, 10) ?? ''} onChange={(event) => onAt(event.target.value || undefined)} />}</Field>
            {filters.at && <Button onClick={() => onAt(undefined)}>Back to now</Button>}
          </div>
        </Popover.Dropdown>
      </Popover>
      <Menu>
        <Menu.Target><button type="button" className="button quiet"><Icon name="sort" size={15} />{sorts.find((one) => one.id === sort)?.label ?? 'Sorted'}</button></Menu.Target>
        <Menu.Dropdown>{sorts.map((one) => <Menu.Item key={one.id} rightSection={one.id === sort ? <Icon name="check" size={14} /> : null} onClick={() => onSort(one.id)}>{one.label}</Menu.Item>)}</Menu.Dropdown>
      </Menu>
      <Menu width={240}>
        <Menu.Target><IconButton icon="star" label="Views" /></Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{mine.length ? 'Saved views' : 'No saved views yet'}</Menu.Label>
          {mine.map((view) => <Menu.Item key={view.id} onClick={() => { void navigate({ to: '/cis', search: { ...Object.fromEntries(new URLSearchParams(view.query)), view: view.id } as never }); }}>{view.name}</Menu.Item>)}
          <Menu.Divider />
          <Menu.Item leftSection={<Icon name="plus" />} onClick={() => setSaving(true)}>Save this list as a view</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Menu closeOnItemClick={false} width={220}>
        <Menu.Target><IconButton icon="columns" label="Columns" className="only-desk" /></Menu.Target>
        <Menu.Dropdown mah={460} style={{ overflowY: 'auto' }}>
          {all.map((column) => <Menu.CheckboxItem key={column.id} checked={ids.includes(column.id)} onChange={() => onColumns(ids.includes(column.id) ? ids.filter((id) => id !== column.id) : [...ids, column.id])}>{column.label}</Menu.CheckboxItem>)}
          <Menu.Divider />
          <Menu.CheckboxItem checked={compact} onChange={onCompact}>Compact rows</Menu.CheckboxItem>
          <Menu.Item onClick={onReset}>Back to the standard columns</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {may(me, 'ci.export') && <Menu>
        <Menu.Target><IconButton icon="download" label="Export this list" /></Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Export all rows of this list</Menu.Label>
          <Menu.Item leftSection={<Icon name="file" />} onClick={() => { void exportList('cis', 'xlsx', query); }}>Workbook (xlsx)</Menu.Item>
          <Menu.Item leftSection={<Icon name="file" />} onClick={() => { void exportList('cis', 'csv', query); }}>Table (csv)</Menu.Item>
        </Menu.Dropdown>
      </Menu>}
      {saving && <Suspense fallback={null}><SaveView kind="ci" query={query} onClose={() => setSaving(false)} /></Suspense>}
    </div>
  );
}
