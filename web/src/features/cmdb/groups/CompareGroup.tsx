// A group at two moments: who joined, who left, and what changed of those who were in it at both.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ciGroupComparison, type CiGroupPage } from '../../../api/cmdb';
import { Sheet } from '../../../ui/Dialog';
import { Bones, ProblemNote } from '../../../ui/kit';
import { FieldTable, MomentInputs } from '../Differences';
import { CiLine } from '../parts';

const monthAgo = () => { const at = new Date(); at.setMonth(at.getMonth() - 1); at.setSeconds(0, 0); return at.toISOString(); };

export default function CompareGroup({ group, onClose }: { group: CiGroupPage; onClose: () => void }) {
  const [chosen, choose] = useState({ from: monthAgo(), to: '' });
  const query = useQuery({ ...ciGroupComparison(group.key, chosen.from, chosen.to), enabled: chosen.from !== '' });
  const found = query.data;
  return (
    <Sheet title={`Compare ${group.name}`} open onClose={onClose} size={680}>
      <div className="stack">
        <MomentInputs from={chosen.from} to={chosen.to} onChange={choose} />
        {query.isPending ? <Bones lines={5} /> : !found ? <ProblemNote error={query.error} /> : <>
          {found.joined.length + found.left.length + found.changed.length === 0 && <p className="dim">Nothing differs between these moments.</p>}
          {[{ title: 'Joined', rows: found.joined }, { title: 'Left', rows: found.left }].map(({ title, rows }) => rows.length > 0 && <section key={title}><h3>{title} <span className="dim num small">{rows.length}</span></h3><ul className="list ties">{rows.map((item) => <li key={item.number}><CiLine item={item} /></li>)}</ul></section>)}
          {found.changed.length > 0 && <h3>Changed <span className="dim num small">{found.changed.length}</span></h3>}
          {found.changed.map(({ item, fields }) => <section key={item.number} className="card"><header><CiLine item={item} /></header><FieldTable from={found.from} to={found.to} fields={fields} /></section>)}
        </>}
      </div>
    </Sheet>
  );
}
