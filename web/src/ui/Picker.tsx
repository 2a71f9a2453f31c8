// Choosing one thing: a button that opens a searchable list. Used for properties in place, filters and forms.
import { useEffect, useState, type ReactNode } from 'react';
import { Combobox, useCombobox } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { says, suggest, teams, type Choice, type Suggestion } from '../api/queries';
import { Icon } from './Icon';

interface Props {
  label: string;
  /** Fixed choices; or `from`, looked up on the server while typing; `extra` stands above them. */
  choices?: Choice[];
  from?: Suggestion | 'teams';
  extra?: Choice[];
  /** With `from="cis"`: whose own devices come first. */
  person?: string;
  value?: string | null;
  onPick: (choice: Choice) => void;
  children: ReactNode;
  className?: string;
  disabled?: boolean;
  free?: boolean;
  openAtOnce?: boolean;
  id?: string;
  /** A label element names it already. */
  named?: boolean;
  describedBy?: string;
  invalid?: boolean;
  width?: number | 'target';
}

export function Picker({ label, choices, from, extra = [], person, value, onPick, children, className = 'input pick', disabled, free, id, named, openAtOnce, describedBy, invalid, width = 280 }: Props) {
  const [typed, type] = useState('');
  const box = useCombobox({
    onDropdownClose: () => { box.resetSelectedOption(); type(''); },
    onDropdownOpen: () => box.focusSearchInput(),
  });
  useEffect(() => { if (openAtOnce) box.openDropdown(); }, []);
  const lookup = from && from !== 'teams' ? from : undefined;
  const found = useQuery({ ...suggest(lookup ?? 'people', typed, person), enabled: box.dropdownOpened && lookup !== undefined, placeholderData: (old) => old });
  const groups = useQuery({ ...teams, enabled: box.dropdownOpened && from === 'teams' });
  const wanted = typed.trim().toLowerCase();
  const matches = (choice: Choice) => says(choice, wanted);
  const listed: Choice[] = lookup ? found.data ?? [] : from === 'teams' ? (groups.data?.items ?? []).map((team) => ({ id: team.id, label: team.name })) : choices ?? [];
  const options: Choice[] = [...extra.filter(matches), ...(lookup && !found.isPlaceholderData ? listed : listed.filter(matches)).filter((choice) => !extra.some((one) => one.id === choice.id))].slice(0, 60);
  if (free && typed.trim() && !options.some((choice) => choice.label.toLowerCase() === wanted)) options.push({ id: typed.trim(), label: typed.trim(), hint: 'as typed' });
  const searchable = Boolean(from) || free || (choices?.length ?? 0) > 7;
  const waiting = (lookup && found.isFetching) || (from === 'teams' && groups.isFetching);

  return (
    <Combobox store={box} width={width} position="bottom-start" withinPortal keepMounted={false} shadow="md" offset={4}
      onOptionSubmit={(picked) => { const choice = options.find((option) => option.id === picked); if (choice) onPick(choice); box.closeDropdown(); }}>
      <Combobox.Target targetType="button" withAriaAttributes>
        <button type="button" id={id} className={className} disabled={disabled} aria-describedby={describedBy} aria-invalid={invalid || undefined} onClick={() => box.toggleDropdown()}>{named ? null : <span className="hidden-label">{label}: </span>}{children}</button>
      </Combobox.Target>
      <Combobox.Dropdown p={0}>
        {searchable && <Combobox.Search classNames={{ input: 'picker-search' }} variant="unstyled" value={typed} aria-label={`Find: ${label}`} placeholder="Type to find" onChange={(event) => { type(event.currentTarget.value); box.updateSelectedOptionIndex(); }} />}
        <Combobox.Options tabIndex={0} mah={280} p={4} style={{ overflowY: 'auto' }} aria-label={label}>
          {options.map((option) => (
            <Combobox.Option key={option.id} value={option.id} active={option.id === value} className="picker-option">
              <span className="clip">{option.label}</span>
              {option.hint && option.hint !== option.label ? <span className="hint">{option.hint}</span> : null}
              {option.id === value ? <Icon name="check" size={14} /> : null}
            </Combobox.Option>
          ))}
          {options.length === 0 && <Combobox.Empty className="picker-empty">{waiting ? 'Looking…' : 'Nothing found'}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
