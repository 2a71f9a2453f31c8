// Differences between two versions, as a list that reads without colours.
import { Icon, type IconName } from '../../../ui/Icon';
import type { Difference } from './differences';

const sign: Record<Difference['how'], { icon: IconName; word: string }> = { new: { icon: 'plus', word: 'New' }, gone: { icon: 'x', word: 'Gone' }, changed: { icon: 'edit', word: 'Changed' }, moved: { icon: 'down', word: 'Moved' } };

export function DifferenceList({ list }: { list: Difference[] }) {
  if (list.length === 0) return <p className="dim small">No difference in what it does.</p>;
  return (
    <ul className="list stack tight differences" aria-label="Differences">{list.map((one, i) => (
      <li key={i} className={one.how}><Icon name={sign[one.how].icon} size={14} /><span className="wrap"><strong>{sign[one.how].word}: {one.where}</strong> <span className="block">{one.text}</span></span></li>
    ))}</ul>
  );
}
