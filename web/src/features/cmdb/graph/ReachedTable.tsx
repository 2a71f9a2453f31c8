// The same facts as the drawing, as a table by steps: a page at a time on the screen, all of it on paper.
import { Link } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { flushSync } from 'react-dom';
import { ciPath, type GraphItem, type ImpactNode, type Moment } from '../../../api/cmdb';
import { Icon } from '../../../ui/Icon';
import { Button } from '../../../ui/kit';
import { Criticality } from '../parts';
import { pathText } from './words';

const first = 25, page = 200;
const order = new Intl.Collator('en', { numeric: true });

/** Whether the page is being printed: what is on it then is not paged. */
function usePrinting(): boolean {
  const [printing, set] = useState(false);
  useEffect(() => {
    const before = () => flushSync(() => set(true));
    const after = () => set(false);
    addEventListener('beforeprint', before);
    addEventListener('afterprint', after);
    return () => { removeEventListener('beforeprint', before); removeEventListener('afterprint', after); };
  }, []);
  return printing;
}

type Row = GraphItem & { level: number; at_risk?: boolean; path?: ImpactNode['path'] };

export function ReachedTable({ reached, start, moment, walked }: { reached: readonly Row[]; start: GraphItem; moment: Moment; walked: boolean }) {
  const [many, show] = useState(first);
  const printing = usePrinting();
  const sorted = useMemo(() => [...reached].sort((a, b) => a.level - b.level || Number(b.service) - Number(a.service) || order.compare(a.name, b.name)), [reached]);
  const shown = printing ? sorted : sorted.slice(0, many);
  return (
    <section className="card" aria-label="As a table">
      <header><h2 className="grow">As a table <span className="dim num small">{reached.length.toLocaleString('en-GB')}</span></h2></header>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="Items by steps">
        <table className="plain-table as-cards reached">
          <thead><tr><th scope="col">Step</th><th scope="col">Item</th><th scope="col">Class</th><th scope="col">Criticality</th><th scope="col">Confirmed</th>{walked && <th scope="col">Why</th>}</tr></thead>
          <tbody>{shown.map((one) => (
            <tr key={one.number}>
              <td className="num step">{one.level}</td>
              <th scope="row">{printing ? one.name : <Link to={ciPath(one.number)} search={moment as never}>{one.name}</Link>}{one.at_risk && <span className="row small stale"><Icon name="alert" size={12} />loses redundancy</span>}</th>
              <td>{one.class_label}{one.status === 'live' ? null : <span className="dim small block">{one.status_label}</span>}</td>
              <td><Criticality value={one.criticality} /></td>
              <td className={one.stale_days === null || one.stale_days > 90 ? 'stale' : ''}>{one.stale_days === null ? 'never' : one.stale_days === 0 ? 'today' : `${one.stale_days} d ago`}</td>
              {walked && <td className="small">{pathText(one as ImpactNode, start)}</td>}
            </tr>
          ))}</tbody>
        </table>
      </div>
      {sorted.length > first && <div className="row inside no-print">
        {many < sorted.length && <Button look="link" onClick={() => show(many === first ? page : many + page)}>Show {Math.min(sorted.length, many === first ? page : many + page) - many} more of {sorted.length.toLocaleString('en-GB')}</Button>}
        {many > first && <Button look="link" onClick={() => show(first)}>Show the first {first}</Button>}
      </div>}
    </section>
  );
}
