// Two moments of an item beside each other: only what differs.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ciComparison, ciMoments } from '../../../api/cmdb';
import { Sheet } from '../../../ui/Dialog';
import { Bones, ProblemNote } from '../../../ui/kit';
import { dateTime } from '../../../ui/time';
import { Differences, MomentInputs } from '../Differences';

export default function CompareSheet({ number, name, at, onClose }: { number: string; name: string; at?: string; onClose: () => void }) {
  const moments = useQuery(ciMoments(number)).data?.moments ?? [];
  const [chosen, choose] = useState<{ from: string; to: string }>({ from: at ?? '', to: '' });
  // Unless a moment is looked at: since the change before the last one.
  const from = chosen.from || (moments.length > 1 ? moments[moments.length - 2]! : moments[0] ?? '');
  const query = useQuery({ ...ciComparison(number, from, chosen.to), enabled: from !== '' });
  return (
    <Sheet title={`Compare ${name}`} open onClose={onClose} size={640}>
      <div className="stack">
        <MomentInputs from={from} to={chosen.to} onChange={choose} />
        {query.isPending ? <Bones lines={4} /> : query.isError ? <ProblemNote error={query.error} /> : (
          query.data.fields.length + query.data.added.length + query.data.removed.length === 0
            ? <p className="dim">Nothing differs between {dateTime(query.data.from)} and {dateTime(query.data.to)}.</p>
            : <Differences from={query.data.from} to={query.data.to} fields={query.data.fields} added={query.data.added} removed={query.data.removed} />
        )}
      </div>
    </Sheet>
  );
}
