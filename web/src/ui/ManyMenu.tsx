// A menu of which several may be chosen, as the chips of a list use it.
import { Menu } from '@mantine/core';
import type { Choice } from '../api/queries';

export function ManyMenu({ openAtOnce, label, choices, value, onToggle, children }: { openAtOnce: boolean; label: string; choices: Choice[]; value: string | undefined; onToggle: (id: string) => void; children: string }) {
  const chosen = (value ?? '').split(',');
  return (
    <Menu closeOnItemClick={false} position="bottom-start" defaultOpened={openAtOnce}>
      <Menu.Target><button type="button" className="chip-text" aria-label={`${label}: ${children}`}>{children}</button></Menu.Target>
      <Menu.Dropdown>{choices.map((choice) => <Menu.CheckboxItem key={choice.id} checked={chosen.includes(choice.id)} onChange={() => onToggle(choice.id)}>{choice.label}</Menu.CheckboxItem>)}</Menu.Dropdown>
    </Menu>
  );
}
