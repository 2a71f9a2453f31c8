// The same changes as a table, in the order of their times.
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { PlannedChange } from '../../api/calendar';
import { Icon } from '../../ui/Icon';
import { Button, RiskMark, Tone } from '../../ui/kit';
import { exact, windowText } from '../../ui/time';
import { hardWords } from './words';

const first = 25;

export function Twin({ changes }: { changes: PlannedChange[] }) {
  const [all, showAll] = useState(false);
  return (
    <section className="card calendar-twin" aria-label="As a table">
      <header><h2 className="grow">As a table <span className="dim num small">{changes.length}</span></h2></header>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="Changes by time">
        <table className={`plain-table as-cards reached ${all ? '' : 'shortened'}`}>
          <thead><tr><th scope="col">When</th><th scope="col">Change</th><th scope="col">State</th><th scope="col">Risk</th><th scope="col">Affects</th><th scope="col">Conflicts</th></tr></thead>
          <tbody>{changes.map((one) => (
            <tr key={one.number}>
              <td><time dateTime={one.start} title={exact(one.start)}>{windowText(one.start, one.end)}</time></td>
              <th scope="row"><Link to="/changes/$number" params={{ number: one.number } as never}>{one.title}</Link><span className="dim small block num">{one.number}{one.site ? ` · ${one.site}` : ''}</span></th>
              <td><Tone tone={one.tone}>{one.state_label}</Tone></td>
              <td><RiskMark risk={one.risk} /></td>
              <td className="small">{[...one.services, ...one.items.map((item) => item.name)].join(', ') || <span className="dim">nothing named</span>}</td>
              <td className="small">{one.hard > 0 ? <span className="row red"><Icon name="alert" size={13} />{hardWords(one.hard)}</span> : <span className="dim">none hard</span>}</td>
            </tr>
          ))}</tbody>
        </table>
      </div>
      {changes.length > first && <div className="inside no-print"><Button look="link" onClick={() => showAll(!all)}>{all ? `Show the first ${first}` : `Show all ${changes.length}`}</Button></div>}
    </section>
  );
}
