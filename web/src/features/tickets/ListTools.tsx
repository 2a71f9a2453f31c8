// The tools at the head of a list: sort, columns, saved views, export.
import { Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useNavigate } from '@tanstack/react-router';
import { api } from '../../api/client';
import { client, views } from '../../api/queries';
import { kindPlural } from '../../api/words';
import type { Kind, View } from '../../api/types';
import { toast, toastProblem } from '../../app/toasts';
import { Icon } from '../../ui/Icon';
import { IconButton } from '../../ui/kit';
import { columns, type Column } from './columns';
import { exportList } from './exporting';
import { sorts, toQuery, type Filters } from './filters';

const SaveView = lazy(() => import('./SaveView'));

export function ListTools({ filters, sort, chosen, onSort, onColumns, onResetColumns, compact, onCompact }: {
  filters: Filters; sort: string; chosen: Column[]; onSort: (sort: string) => void; onColumns: (ids: string[]) => void; onResetColumns: () => void; compact: boolean; onCompact: () => void;
}) {
  const [saving, setSaving] = useState(false);
  const all = useQuery(views);
  const saved = (all.data?.items ?? []).filter((view) => view.kind !== 'ci');
  const navigate = useNavigate();
  const ids = chosen.map((column) => column.id);
  const openView = (view: View) => {
    const { queue = 'all', ...rest } = Object.fromEntries(new URLSearchParams(view.query));
    void navigate({ to: `/queue/${queue}`, search: { ...rest, view: view.id } as never });
  };
  const removeView = async (view: View) => {
    try {
      await api.delete(`/views/${view.id}`);
      void client.invalidateQueries({ queryKey: ['views'] });
      toast(`View “${view.name}” removed.`, { act: { label: 'Undo', run: () => { void api.post('/views', { name: view.name, kind: view.kind, query: view.query, shared: view.shared }).then(() => client.invalidateQueries({ queryKey: ['views'] })); } } });
    } catch (error) { toastProblem(error); }
  };
  const file = filters.kind ? kindPlural[filters.kind as Kind] ?? 'tickets' : 'tickets';

  return (
    <div className="row list-tools">
      <Menu>
        <Menu.Target><button type="button" className="button quiet"><Icon name="sort" size={15} />{sorts.find((one) => one.id === sort)?.label ?? 'Sorted'}</button></Menu.Target>
        <Menu.Dropdown>{sorts.map((one) => <Menu.Item key={one.id} rightSection={one.id === sort ? <Icon name="check" size={14} /> : null} onClick={() => onSort(one.id)}>{one.label}</Menu.Item>)}</Menu.Dropdown>
      </Menu>
      <Menu width={240}>
        <Menu.Target><IconButton icon="star" label="Views" /></Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{saved.length ? 'Saved views' : 'No saved views yet'}</Menu.Label>
          {saved.map((view) => <Menu.Item key={view.id} onClick={() => openView(view)} rightSection={view.mine ? <span role="button" tabIndex={-1} aria-label={`Remove ${view.name}`} className="icon-button small" onClick={(event) => { event.stopPropagation(); void removeView(view); }}><Icon name="x" size={12} /></span> : <span className="dim small">shared</span>}>{view.name}</Menu.Item>)}
          <Menu.Divider />
          <Menu.Item leftSection={<Icon name="plus" />} onClick={() => setSaving(true)}>Save this list as a view</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Menu closeOnItemClick={false} width={210}>
        <Menu.Target><IconButton icon="columns" label="Columns" className="only-desk" /></Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Columns; drag their heads to reorder</Menu.Label>
          {columns.map((column) => <Menu.CheckboxItem key={column.id} checked={ids.includes(column.id)} onChange={() => onColumns(ids.includes(column.id) ? ids.filter((id) => id !== column.id) : [...ids, column.id])}>{column.label}</Menu.CheckboxItem>)}
          <Menu.Divider />
          <Menu.CheckboxItem checked={compact} onChange={onCompact}>Compact rows</Menu.CheckboxItem>
          <Menu.Item onClick={onResetColumns}>Back to the standard columns</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Menu>
        <Menu.Target><IconButton icon="download" label="Export this list" /></Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Export all rows of this list</Menu.Label>
          <Menu.Item leftSection={<Icon name="file" />} onClick={() => { void exportList(file, 'xlsx', toQuery(filters)); }}>Workbook (xlsx)</Menu.Item>
          <Menu.Item leftSection={<Icon name="file" />} onClick={() => { void exportList(file, 'csv', toQuery(filters)); }}>Table (csv)</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {saving && <Suspense fallback={null}><SaveView kind={filters.kind ?? ''} query={toQuery(filters)} onClose={() => setSaving(false)} /></Suspense>}
    </div>
  );
}
