// A list of rules: each reads as a sentence, opens as a form, and can be moved, doubled and taken out. What is wrong inside shows
// on the closed card as well.
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { toast } from '../../../app/toasts';
import { Icon } from '../../../ui/Icon';
import { Button, IconButton } from '../../../ui/kit';
import { moved, without, withAt } from './edits';

interface Props<T> {
  label: string; items: T[]; noun: string; may: boolean; onChange: (items: T[]) => void;
  name: (item: T) => string; summary: (item: T) => ReactNode; form: (item: T, index: number, set: (next: T) => void) => ReactNode; wrong: (index: number) => number;
  make: () => T; copy?: (item: T) => T; addLabel: string;
}

export function ItemCards<T>({ label, items, noun, may, onChange, name, summary, form, wrong, make, copy, addLabel }: Props<T>) {
  const [open, show] = useState<number | null>(null);
  const list = useRef<HTMLOListElement>(null);
  const shown = useRef<number | null>(null);
  // Where somebody went to, the keyboard goes, too.
  useEffect(() => {
    const card = open === null || open === shown.current ? undefined : list.current?.children[open];
    card?.querySelector<HTMLElement>('.row-form input, .row-form select, .row-form textarea')?.focus({ preventScroll: true });
    card?.scrollIntoView({ block: 'start' });
    shown.current = open;
  }, [open]);
  const add = (item: T, at = items.length) => { onChange([...items.slice(0, at), item, ...items.slice(at)]); show(at); };
  const step = (index: number, by: -1 | 1) => { onChange(moved(items, index, by)); show(index + by); };
  const drop = (index: number) => { const before = items; onChange(without(items, index)); show(null); toast(`“${name(items[index]!)}” is out of the ${noun}s.`, { act: { label: 'Undo', run: () => onChange(before) } }); };
  return (
    <div className="stack">
      <ol className="list stack policy" aria-label={label} ref={list}>
        {items.map((item, index) => {
          const faults = wrong(index);
          const title = name(item);
          return (
            <li key={index} className="card">
              <div className="row policy-row">
                <div className="grow"><h3>{title || <span className="dim">Without a name yet</span>}</h3>{summary(item)}{faults > 0 && <p className="small red"><Icon name="alert" size={13} /> {faults === 1 ? 'One thing to put right' : `${faults} things to put right`}</p>}</div>
                {may && <IconButton icon={open === index ? 'down' : 'edit'} label={`${open === index ? 'Close' : 'Edit'} ${noun} ${index + 1}: ${title}`} aria-expanded={open === index} onClick={() => show(open === index ? null : index)} />}
              </div>
              {open === index && may && (
                <div className="row-form stack loose">
                  {form(item, index, (next) => onChange(withAt(items, index, next)))}
                  <div className="row wraps row-acts">
                    <Button look="quiet" disabled={index === 0} onClick={() => step(index, -1)}>Earlier</Button><Button look="quiet" disabled={index === items.length - 1} onClick={() => step(index, 1)}>Later</Button>
                    {copy && <Button look="quiet" icon="copy" onClick={() => add(copy(item), index + 1)}>Double it</Button>}
                    <Button look="quiet" icon="x" onClick={() => drop(index)}>Remove this {noun}</Button><span className="grow" /><Button onClick={() => show(null)}>Done</Button>
                  </div>
                </div>
              )}
            </li>
          );
        })}
      </ol>
      {may && <div><Button icon="plus" onClick={() => add(make())}>{addLabel}</Button></div>}
    </div>
  );
}
