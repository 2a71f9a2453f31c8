// The tree of classes beside the list. Choosing a class shows it with those below it.
import { classTree, type CiModel } from '../../../api/cmdb';

/** `all` offers everything as well, and a second click on a class goes back there. */
export function ClassTree({ model, chosen, onChoose, all = true }: { model: CiModel; chosen: string | undefined; onChoose: (key: string | undefined) => void; all?: boolean }) {
  return (
    <ul className="list class-tree">
      {all && <li><button type="button" aria-pressed={!chosen} onClick={() => onChoose(undefined)}>Everything</button></li>}
      {classTree(model).map(({ item, depth }) => (
        <li key={item.key}><button type="button" aria-pressed={item.key === chosen} title={item.hint ?? undefined} style={{ paddingInlineStart: 10 + depth * 14 }} onClick={() => onChoose(all && item.key === chosen ? undefined : item.key)}>{item.label}</button></li>
      ))}
    </ul>
  );
}
