// The tree of classes beside the list. Choosing a class shows it with those below it.
import { useQuery } from '@tanstack/react-query';
import { classCounts, classTree, type CiModel } from '../../../api/cmdb';

/** `all` offers everything as well, and a second click on a class goes back there. */
export function ClassTree({ model, chosen, onChoose, all = true }: { model: CiModel; chosen: string | undefined; onChoose: (key: string | undefined) => void; all?: boolean }) {
  const counts = new Map(useQuery(classCounts).data?.items.map((one) => [one.class, one]));
  const total = [...counts.values()].reduce((sum, one) => sum + one.own, 0);
  const of = (key: string | undefined) => (counts.size === 0 ? undefined : key === undefined ? { own: total, all: total } : counts.get(key));
  const number = (key: string | undefined) => { const one = of(key); return one && <span className="num class-count" aria-hidden>{one.all.toLocaleString('en-GB')}</span>; };
  /** The number in words, with how many are of the class itself. */
  const said = (key: string | undefined, hint?: string | null) => {
    const one = of(key);
    const words = one ? `${one.all.toLocaleString('en-GB')} ${one.all === 1 ? 'item' : 'items'}${one.own > 0 && one.all > one.own ? `, ${one.own.toLocaleString('en-GB')} of this class itself` : ''}` : '';
    return [hint, words].filter(Boolean).join(' ') || undefined;
  };
  return (
    <ul className="list class-tree">
      {all && <li><button type="button" aria-pressed={!chosen} title={said(undefined)} onClick={() => onChoose(undefined)}><span className="clip">Everything</span> {number(undefined)}</button></li>}
      {classTree(model).map(({ item, depth }) => (
        <li key={item.key}><button type="button" aria-pressed={item.key === chosen} title={said(item.key, item.hint)} style={{ paddingInlineStart: 10 + depth * 14 }} onClick={() => onChoose(all && item.key === chosen ? undefined : item.key)}><span className="clip">{item.label}</span> {number(item.key)}</button></li>
      ))}
    </ul>
  );
}
