// The filters of the list of items as chips that read as a sentence. A click on a chip changes it, its cross takes it away.
import { Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState, type FormEvent } from 'react';
import { attributesOf, ciGroups, type CiAttribute, type CiModel } from '../../../api/cmdb';
import { sites, teams, usePersonName, type Choice } from '../../../api/queries';
import { Icon } from '../../../ui/Icon';
import { Button, Field } from '../../../ui/kit';
import { Dialog } from '../../../ui/Dialog';
import { ManyMenu } from '../../../ui/ManyMenu';
import { Picker } from '../../../ui/Picker';
import { sentence, withField, type CiField, type CiFilters } from './filters';
import { toggle } from '../../tickets/filters';
import { criticalityWord } from '../parts';

const offered: { field: CiField; label: string }[] = [
  { field: 'status', label: 'Status' }, { field: 'environment', label: 'Environment' }, { field: 'criticality', label: 'Criticality' }, { field: 'team', label: 'Owner team' },
  { field: 'owner', label: 'Owner' }, { field: 'used_by', label: 'Used by' }, { field: 'site', label: 'Site' }, { field: 'tag', label: 'Scope tag' }, { field: 'group', label: 'Group' }, { field: 'stale', label: 'Not confirmed' },
];
const none: Choice = { id: 'none', label: 'None' };
const staleChoices: Choice[] = [30, 60, 90, 180, 365].map((days) => ({ id: String(days), label: `for ${days} days` }));

export function CiFilterBar({ filters, model, onChange }: { filters: CiFilters; model: CiModel | undefined; onChange: (next: CiFilters) => void }) {
  const picked = useRef(new Map<string, string>());
  const [adding, add] = useState<CiField | null>(null);
  const [asking, ask] = useState<CiAttribute | null>(null);
  const allTeams = useQuery({ ...teams, enabled: Boolean(filters.team) });
  const allSites = useQuery({ ...sites, enabled: Boolean(filters.site) || adding === 'site' });
  const allGroups = useQuery({ ...ciGroups, enabled: Boolean(filters.group) || adding === 'group' });
  const owner = usePersonName(filters.owner);
  const user = usePersonName(filters.used_by);
  const coreOptions = (key: string): Choice[] => (model?.core.find((one) => one.key === key)?.options ?? []).map((one) => ({ id: one, label: one }));
  const many: Partial<Record<CiField, Choice[]>> = {
    status: model?.statuses.map((one) => ({ id: one.name, label: one.label })) ?? [],
    environment: coreOptions('environment'),
    criticality: [...[1, 2, 3, 4].map((value) => ({ id: String(value), label: `C${value} ${criticalityWord[value]!.toLowerCase()}` })), { id: '0', label: 'Not rated' }],
  };
  const single: Partial<Record<CiField, Choice[] | undefined>> = {
    site: [...allSites.data?.items.map((one) => ({ id: one.key ?? one.name, label: one.name })) ?? [], none],
    group: allGroups.data?.items.map((one) => ({ id: one.key, label: one.name })) ?? [],
    tag: coreOptions('tags'), stale: staleChoices,
  };
  const names = (field: CiField, id: string): string => picked.current.get(id)
    ?? (field === 'team' ? allTeams.data?.items.find((one) => one.id === id)?.name : field === 'owner' ? owner : field === 'used_by' ? user
      : field === 'site' || field === 'group' ? single[field]?.find((one) => one.id === id)?.label : undefined) ?? id;
  const chips = sentence(filters, model, names);
  const shown = chips.map((chip) => chip.field);
  const extra = adding && !shown.includes(adding) ? adding : null;
  const labelOf = (field: CiField) => offered.find((one) => one.field === field)?.label ?? field;
  const set = (field: CiField) => (choice: Choice) => {
    picked.current.set(choice.id, choice.label);
    onChange(withField(filters, field, choice.id));
    add(null);
  };
  const chooser = (field: CiField, text: string) => {
    if (many[field]) return <ManyMenu openAtOnce={adding === field} label={labelOf(field)} choices={many[field]} value={filters[field]} onToggle={(id) => onChange(withField(filters, field, toggle(filters[field], id)))}>{text}</ManyMenu>;
    if (field === 'q' || field.startsWith('attr.')) return <span className="chip-text">{text}</span>;
    const person = field === 'owner' || field === 'used_by';
    return <Picker className="chip-text" openAtOnce={adding === field} label={labelOf(field)} choices={single[field]} free={field === 'tag'} from={field === 'team' ? 'teams' : person ? 'people' : undefined} extra={person ? [{ id: 'me', label: 'Me' }, none] : field === 'team' ? [none] : undefined} value={filters[field]} onPick={set(field)}>{text}</Picker>;
  };
  const attributes = model && filters.class ? attributesOf(model, filters.class) : [];

  return (
    <div className="filters" role="group" aria-label="Filters">
      {[...chips, ...(extra ? [{ field: extra, text: `${labelOf(extra)} …` }] : [])].map((chip) => (
        <span key={chip.field} className={`chip ${chip.field === extra ? 'adding' : ''}`}>
          {chooser(chip.field, chip.text)}
          <button type="button" className="chip-x" aria-label={`Remove the filter “${chip.text}”`} onClick={() => { add(null); onChange(withField(filters, chip.field, undefined)); }}><Icon name="x" size={12} /></button>
        </span>
      ))}
      <Menu position="bottom-start">
        <Menu.Target><button type="button" className="chip add"><Icon name="filter" size={13} />{chips.length ? 'Add' : 'Filter'}</button></Menu.Target>
        <Menu.Dropdown mah={420} style={{ overflowY: 'auto' }}>
          {offered.filter((one) => !shown.includes(one.field)).map((one) => <Menu.Item key={one.field} onClick={() => add(one.field)}>{one.label}</Menu.Item>)}
          {attributes.length > 0 && <Menu.Label>Of this class</Menu.Label>}
          {attributes.filter((one) => !shown.includes(`attr.${one.key}`)).map((one) => <Menu.Item key={one.key} onClick={() => ask(one)}>{one.label}…</Menu.Item>)}
        </Menu.Dropdown>
      </Menu>
      {chips.length > 1 && <button type="button" className="button link small" onClick={() => onChange({ ...(filters.class ? { class: filters.class } : {}), ...(filters.sort ? { sort: filters.sort } : {}), ...(filters.at ? { at: filters.at } : {}) })}>Clear</button>}
      {asking && <AskValue attribute={asking} onClose={() => ask(null)} onSet={(value) => { ask(null); onChange(withField(filters, `attr.${asking.key}`, value)); }} />}
    </div>
  );
}

function AskValue({ attribute, onClose, onSet }: { attribute: CiAttribute; onClose: () => void; onSet: (value: string) => void }) {
  const [value, type] = useState('');
  const submit = (event: FormEvent) => { event.preventDefault(); if (value.trim()) onSet(value.trim()); };
  const options = attribute.kind === 'boolean' ? ['yes', 'no'] : attribute.options;
  return (
    <Dialog title={attribute.label} open onClose={onClose} size={380}>
      <form className="stack" onSubmit={submit}>
        <Field label="Is exactly" hint={attribute.unit ?? undefined}>{(ids) => (options.length
          ? <select {...ids} className="input" data-autofocus value={value} onChange={(event) => type(event.target.value)}><option value="" disabled>Choose</option>{options.map((one) => <option key={one}>{one}</option>)}</select>
          : <input {...ids} className="input" data-autofocus required value={value} onChange={(event) => type(event.target.value)} />)}</Field>
        <div className="row"><Button type="submit" look="primary">Filter</Button><Button look="quiet" onClick={onClose}>Leave it</Button></div>
      </form>
    </Dialog>
  );
}
