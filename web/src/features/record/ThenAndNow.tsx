// The configuration items of a record as they were when it mattered, beside what they are now.
import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api/client';
import { ciComparison } from '../../api/cmdb';
import type { Change, RecordItem, Ticket } from '../../api/types';
import { Sheet } from '../../ui/Dialog';
import { Icon } from '../../ui/Icon';
import { Bones, Field, ProblemNote, Segments, Tone } from '../../ui/kit';
import { dateTime, fromLocalInput, toLocalInput } from '../../ui/time';
import { Differences } from '../cmdb/Differences';
import { momentsOf, tones } from './itemwords';

/** Below the record's key, so that news about the record makes it stale. */
const itemsThen = (number: string, at: string) => queryOptions({
  queryKey: ['record', number, 'cis', at], queryFn: ({ signal }) => api.get<{ items: RecordItem[] }>(`/tickets/${number}/cis`, { at }, signal), enabled: at !== '',
});

export default function ThenAndNow({ record, onClose }: { record: Ticket; onClose: () => void }) {
  const moments = momentsOf(record as Ticket & Partial<Change>);
  const [at, choose] = useState(moments[0]!.at);
  const query = useQuery(itemsThen(record.number, at));
  const now = new Date().toISOString();
  const named = moments.find((one) => one.at === at);
  return (
    <Sheet title="Items then and now" open onClose={onClose} size={640}>
      <div className="stack">
        {moments.length > 1 && <Segments label="Moment" value={named?.at ?? ''} onChange={choose} options={moments.map((one) => ({ value: one.at, label: one.label }))} />}
        <Field label="As they were on" hint={named && moments.length === 1 ? named.label : undefined}>{(ids) => <input {...ids} className="input" type="datetime-local" max={toLocalInput(now)} value={toLocalInput(at)} onChange={(event) => choose(fromLocalInput(event.target.value) ?? at)} />}</Field>
        {query.isPending ? <Bones lines={5} /> : query.isError ? <ProblemNote error={query.error} /> : (
          <ul className="list stack loose">{query.data.items.map((item) => <li key={item.number}><Both item={item} at={at} /></li>)}</ul>
        )}
      </div>
    </Sheet>
  );
}

function Both({ item, at }: { item: RecordItem; at: string }) {
  const { then } = item;
  const query = useQuery({ ...ciComparison(item.number, at, ''), enabled: Boolean(then) });
  const differs = query.data;
  return (
    <article className="stack tight" aria-label={item.name}>
      <h3 className="row wraps"><Link to={`/cis/${item.number}`} search={{ at } as never} className="wrap">{item.name}</Link><span className="num small dim">{item.number}</span></h3>
      {!then ? <p className="row small"><Icon name="alert" size={14} /><span>On {dateTime(at)} it was not known yet.</span></p> : (
        <>
          <p className="row wraps small"><span className="dim">Then</span><Tone tone={tones[then.status] ?? 'closed'}>{then.status_label}</Tone><Icon name="chevron" size={13} /><span className="dim">now</span><Tone tone={tones[item.status] ?? 'closed'}>{item.status_label}</Tone></p>
          {query.isError ? <ProblemNote error={query.error} /> : !differs ? <Bones lines={2} /> : differs.fields.length + differs.added.length + differs.removed.length === 0
            ? <p className="small dim">Nothing about it has changed since.</p>
            : <Differences from={differs.from} to={differs.to} fields={differs.fields} added={differs.added} removed={differs.removed} />}
        </>
      )}
    </article>
  );
}
