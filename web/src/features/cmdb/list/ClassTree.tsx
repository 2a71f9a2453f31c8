// The tree of classes beside the list. Choosing a class shows it with those below it.
import { useQuery } from '@tanstack/react-query';
import { classCounts, classTree, type CiModel } from '../../../api/cmdb';

/** `all` offers everything as well, and a second click on a class goes back there. */
export function ClassTree({ model, chosen, onChoose, all = true }: { model: CiModel; chosen: string | undefined; onChoose: (key: string | undefined) => void; all?: boolean }) {
  const counts = new Map(useQuery(classCounts).data?.items.map((one) => [one.class, one]));
  const total = [...counts.values()].reduce((sum, one) => sum + one.own, 0);
  const number = (key: string | undefined) => {
    const one = key === undefined ? { own: total, all: total } : counts.get(key);
    if (!one || counts.size === 0) return null;
    const inherited = one.all - one.own;
    return <span className="num class-count" title={inherited > 0 && one.own > 0 ? `${one.own.toLocaleString('en-GB')} of this class itself, ${inherited.toLocaleString('en-GB')} of those below it` : undefined}>{one.all.toLocaleString('en-GB')}{inherited > 0 && one.own > 0 ? <span className="hidden-label">, {one.own.toLocaleString('en-GB')} of this class itself</span> : null}</span>;
  };
  return (
    <ul className="list class-tree">
      {all && <li><button type="button" aria-pressed={!chosen} onClick={() => onChoose(undefined)}><span className="clip">Everything</span> {number(undefined)}</button></li>}
      {classTree(model).map(({ item, depth }) => (
        <li key={item.key}><button type="button" aria-pressed={item.key === chosen} title={item.hint ?? undefined} style={{ paddingInlineStart: 10 + depth * 14 }} onClick={() => onChoose(all && item.key === chosen ? undefined : item.key)}><span className="clip">{item.label}</span> {number(item.key)}</button></li>
      ))}
    </ul>
  );
}
