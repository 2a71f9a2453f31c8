// The filters as chips that read as a sentence. A click on a chip changes it, its cross takes it away.
import { Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { suggest, teams, usePersonName, type Choice } from '../../api/queries';
import { priorityWord, riskWord } from '../../api/words';
import { Icon } from '../../ui/Icon';
import { ManyMenu } from '../../ui/ManyMenu';
import { Picker } from '../../ui/Picker';
import { useNow } from '../../ui/kit';
import { categoryWords, sentence, sinceChoices, toggle, withField, type FilterField, type Filters } from './filters';

const offered: { field: FilterField; label: string }[] = [
  { field: 'category', label: 'State' }, { field: 'priority', label: 'Priority' }, { field: 'team', label: 'Team' }, { field: 'assignee', label: 'Assignee' },
  { field: 'requester', label: 'Requester' }, { field: 'service', label: 'Service' }, { field: 'classification', label: 'Classification' },
  { field: 'ci', label: 'Configuration item' },
  { field: 'ci_impact', label: 'Item or what it depends on' }, { field: 'risk', label: 'Risk' }, { field: 'opened_from', label: 'Opened' }, { field: 'updated_from', label: 'Updated' },
];
const many: Partial<Record<FilterField, Choice[]>> = {
  category: Object.entries(categoryWords).map(([id, label]) => ({ id, label })),
  priority: [1, 2, 3, 4].map((value) => ({ id: String(value), label: `P${value} ${priorityWord[value]!.toLowerCase()}` })),
};
const riskChoices: Choice[] = Object.entries(riskWord).map(([id, label]) => ({ id, label }));
const lookups: Partial<Record<FilterField, 'people' | 'services' | 'classifications' | 'teams' | 'cis'>> = { ci: 'cis', ci_impact: 'cis', team: 'teams', assignee: 'people', requester: 'people', service: 'services', classification: 'classifications' };
const extras: Partial<Record<FilterField, Choice[]>> = { assignee: [{ id: 'me', label: 'Me' }, { id: 'none', label: 'Nobody' }], requester: [{ id: 'me', label: 'Me' }] };

export function FilterBar({ filters, onChange }: { filters: Filters; onChange: (next: Filters) => void }) {
  const now = useNow();
  const picked = useRef(new Map<string, string>());
  const [adding, add] = useState<FilterField | null>(null);
  const all = useQuery({ ...teams, enabled: Boolean(filters.team) });
  const known = useQuery({ ...suggest('people', ''), enabled: false });
  const assignee = usePersonName(filters.assignee);
  const requester = usePersonName(filters.requester);
  const item = useItem(filters.ci);
  const provider = useItem(filters.ci_impact);
  const names = (field: FilterField, id: string) => picked.current.get(id)
    ?? (field === 'team' ? all.data?.items.find((team) => team.id === id)?.name : undefined)
    ?? (field === 'assignee' ? assignee : field === 'requester' ? requester : field === 'ci' ? item : field === 'ci_impact' ? provider : undefined)
    ?? known.data?.find((choice) => choice.id === id)?.label ?? id;
  const chips = sentence(filters, names, now);
  const shownFields = chips.map((chip) => chip.field);
  const extraField = adding && !shownFields.includes(adding) ? adding : null;
  // The chip being added stands in the same list under the same key, so that its menu stays open while choosing.
  const shown = extraField ? [...chips, { field: extraField, text: `${offered.find((one) => one.field === extraField)!.label} …` }] : chips;

  const set = (field: FilterField) => (choice: Choice) => {
    picked.current.set(choice.id, choice.label);
    onChange(withField(filters, field, many[field] ? toggle(filters[field], choice.id) : choice.id));
    add(null);
  };
  const chooser = (field: FilterField, text: string) => (many[field]
    ? <ManyMenu openAtOnce={adding === field} label={offered.find((one) => one.field === field)?.label ?? field} choices={many[field]} value={filters[field]} onToggle={(id) => onChange(withField(filters, field, toggle(filters[field], id)))}>{text}</ManyMenu>
    : field === 'state' || field === 'q' || field === 'model' || field.endsWith('_to') || field.startsWith('planned')
      ? <span className="chip-text">{text}</span>
      : <Picker className="chip-text" openAtOnce={adding === field} label={offered.find((one) => one.field === field)?.label ?? field} choices={field === 'risk' ? riskChoices : field.endsWith('_from') ? sinceChoices(now) : undefined} from={lookups[field]} extra={extras[field]} value={filters[field]} onPick={set(field)}>{text}</Picker>);

  return (
    <div className="filters" role="group" aria-label="Filters">
      {shown.map((chip) => (
        <span key={chip.field} className={`chip ${chip.field === extraField ? 'adding' : ''}`}>
          {chooser(chip.field, chip.text)}
          <button type="button" className="chip-x" aria-label={`Remove the filter “${chip.text}”`} onClick={() => { add(null); onChange(withField(filters, chip.field, undefined)); }}><Icon name="x" size={12} /></button>
        </span>
      ))}
      <Menu position="bottom-start">
        <Menu.Target><button type="button" className="chip add"><Icon name="filter" size={13} />{chips.length ? 'Add' : 'Filter'}</button></Menu.Target>
        <Menu.Dropdown>{offered.filter((one) => !shownFields.includes(one.field) && (one.field !== 'risk' || filters.kind === 'change')).map((one) => <Menu.Item key={one.field} onClick={() => add(one.field)}>{one.label}</Menu.Item>)}</Menu.Dropdown>
      </Menu>
      {chips.length > 1 && <button type="button" className="button link small" onClick={() => onChange({ queue: filters.queue, kind: filters.kind, sort: filters.sort })}>Clear</button>}
    </div>
  );
}

function useItem(number: string | undefined): string | undefined {
  return useQuery({ ...suggest('cis', number ?? ''), enabled: Boolean(number), staleTime: 600_000 }).data?.find((one) => one.id === number)?.label;
}
