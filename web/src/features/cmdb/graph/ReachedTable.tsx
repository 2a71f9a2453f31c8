// The same facts as the drawing, as a table by steps. All rows are on the page, so that print has them; the screen shows the first.
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ciPath, type GraphItem, type ImpactNode, type Moment } from '../../../api/cmdb';
import { Icon } from '../../../ui/Icon';
import { Button } from '../../../ui/kit';
import { Criticality } from '../parts';
import { pathText } from './words';

const first = 25;
type Row = GraphItem & { level: number; at_risk?: boolean; path?: ImpactNode['path'] };

export function ReachedTable({ reached, start, moment, walked }: { reached: readonly Row[]; start: GraphItem; moment: Moment; walked: boolean }) {
  const [all, showAll] = useState(false);
  const sorted = [...reached].sort((a, b) => a.level - b.level || Number(b.service) - Number(a.service) || a.name.localeCompare(b.name, 'en', { numeric: true }));
  return (
    <section className="card" aria-label="As a table">
      <header><h2 className="grow">As a table <span className="dim num small">{reached.length}</span></h2></header>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="Items by steps">
        <table className={`plain-table as-cards reached ${all ? '' : 'shortened'}`}>
          <thead><tr><th scope="col">Step</th><th scope="col">Item</th><th scope="col">Class</th><th scope="col">Criticality</th><th scope="col">Confirmed</th>{walked && <th scope="col">Why</th>}</tr></thead>
          <tbody>{sorted.map((one) => (
            <tr key={one.number}>
              <td className="num step">{one.level}</td>
              <th scope="row"><Link to={ciPath(one.number)} search={moment as never}>{one.name}</Link>{one.at_risk && <span className="row small stale"><Icon name="alert" size={12} />loses redundancy</span>}</th>
              <td>{one.class_label}{one.status === 'live' ? null : <span className="dim small block">{one.status_label}</span>}</td>
              <td><Criticality value={one.criticality} /></td>
              <td className={one.stale_days === null || one.stale_days > 90 ? 'stale' : ''}>{one.stale_days === null ? 'never' : one.stale_days === 0 ? 'today' : `${one.stale_days} d ago`}</td>
              {walked && <td className="small">{pathText(one as ImpactNode, start)}</td>}
            </tr>
          ))}</tbody>
        </table>
      </div>
      {sorted.length > first && <div className="inside no-print"><Button look="link" onClick={() => showAll(!all)}>{all ? `Show the first ${first}` : `Show all ${sorted.length}`}</Button></div>}
    </section>
  );
}
