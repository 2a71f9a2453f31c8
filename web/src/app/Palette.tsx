// Search and every act of the page in one box.
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useId, useRef, useState, useSyncExternalStore } from 'react';
import { Modal } from '@mantine/core';
import { search, suggest } from '../api/queries';
import { kindWord, parseNumber, pathOf } from '../api/words';
import { Icon, type IconName } from '../ui/Icon';
import { Tone } from '../ui/kit';
import { isMac, registered, subscribe, written } from './keys';
import { useMe } from './session';

interface Line { id: string; group: string; label: string; hint?: React.ReactNode; icon: IconName; run: () => void }

export default function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text.trim(), 120);
  const [at, setAt] = useState(0);
  const navigate = useNavigate();
  const listId = useId();
  const box = useRef<HTMLDivElement>(null);
  const acts = useSyncExternalStore(subscribe, registered);
  const found = useQuery({ ...search(asked, '', 8), placeholderData: (old) => (asked.length > 1 ? old : undefined) });
  const me = useMe();
  const items = useQuery({ ...suggest('cis', asked), enabled: asked.length > 1 && me.may['ci.read'] === true, placeholderData: (old) => (asked.length > 1 ? old : undefined) });
  const mac = isMac();
  const close = (then: () => void) => () => { onClose(); then(); };
  const open = (to: string) => close(() => { void navigate({ to }); });

  const wanted = text.trim().toLowerCase();
  const lines: Line[] = [];
  const number = parseNumber(text);
  if (number) lines.push({ id: number, group: 'Records', label: `Open ${number}`, icon: 'arrow', run: open(pathOf(number)) });
  const seen = new Set<string>();
  const commands: Line[] = [...acts].reverse().filter((act) => !act.quiet && !seen.has(act.id) && seen.add(act.id) && (!wanted || wanted.split(/\s+/).every((word) => `${act.group} ${act.label}`.toLowerCase().includes(word)))).map((act) => ({
    id: act.id, group: act.group, label: act.label, icon: act.group === 'Go to' ? 'arrow' : act.group === 'Create' ? 'plus' : 'chevron',
    hint: act.keys ? <span className="row">{written(act.keys, mac).map((key, i) => <kbd key={i}>{key}</kbd>)}</span> : undefined,
    run: close(act.run),
  }));
  const records: Line[] = asked.length > 1 ? (found.data?.items ?? []).map((row) => ({
    id: row.number, group: 'Records', label: row.title, icon: row.kind, hint: <span className="row"><span className="mono dim">{row.number}</span><Tone tone={row.tone}>{row.state_label}</Tone></span>, run: open(pathOf(row.number)),
  })) : [];
  const things: Line[] = asked.length > 1 ? (items.data ?? []).slice(0, 5).map((item) => ({ id: item.id, group: 'Configuration items', label: item.label, icon: 'cmdb', hint: <span className="dim small">{item.hint}</span>, run: open(pathOf(item.id)) })) : [];
  const everything: Line[] = wanted.length > 1 ? [{ id: 'all results', group: 'Records', label: `All results for “${text.trim()}”`, icon: 'search', run: close(() => { void navigate({ to: '/search', search: { q: text.trim() } as never }); }) }] : [];
  lines.push(...(wanted ? [...records, ...everything, ...things, ...commands.slice(0, 8)] : commands.slice(0, 24)));
  const current = Math.min(at, lines.length - 1);

  useEffect(() => { setAt(0); }, [text]);
  useEffect(() => { box.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' }); }, [current]);

  const onKey = (event: React.KeyboardEvent) => {
    if (event.key === 'ArrowDown' || (event.ctrlKey && event.key === 'n')) { event.preventDefault(); setAt((current + 1) % Math.max(1, lines.length)); }
    else if (event.key === 'ArrowUp' || (event.ctrlKey && event.key === 'p')) { event.preventDefault(); setAt((current - 1 + lines.length) % Math.max(1, lines.length)); }
    else if (event.key === 'Enter') { event.preventDefault(); lines[current]?.run(); }
  };

  let group = '';
  return (
    <Modal.Root opened onClose={onClose} size={640} padding={0} yOffset="12vh">
      <Modal.Overlay />
      <Modal.Content radius={10} aria-label="Search and commands" aria-labelledby={undefined}>
      <div className="palette">
        <div className="palette-input"><Icon name="search" size={18} />
          <input data-autofocus autoFocus value={text} placeholder="Number, words, or what you want to do" aria-label="Search and commands" role="combobox" aria-expanded aria-controls={listId} aria-activedescendant={lines[current] ? `${listId}-${current}` : undefined} onChange={(event) => setText(event.target.value)} onKeyDown={onKey} />
          {found.isFetching && <span className="spin" />}
        </div>
        <div className="palette-list" id={listId} role="listbox" aria-label="Results" ref={box}>
          {lines.map((line, index) => {
            const heading = line.group !== group ? (group = line.group) : '';
            return (
              <div key={`${line.group}${line.id}`} role="presentation">
                {heading && <div className="palette-group" role="presentation">{heading}</div>}
                <div role="option" id={`${listId}-${index}`} aria-selected={index === current} className="palette-line" onMouseMove={() => setAt(index)} onClick={line.run}>
                  <Icon name={line.icon} /><span className="grow clip">{line.label}</span>{line.hint}
                </div>
              </div>
            );
          })}
          {lines.length === 0 && <p className="picker-empty">Nothing matches. Enter searches all {Object.values(kindWord).join('s, ').toLowerCase()}s.</p>}
        </div>
      </div>
      </Modal.Content>
    </Modal.Root>
  );
}
