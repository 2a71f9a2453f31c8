// The conversation and the timeline of a record in one stream; every act opens its proof.
import { useInfiniteQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
import { timeline } from '../../api/queries';
import type { Entry, Ticket } from '../../api/types';
import { Icon } from '../../ui/Icon';
import { Ago, Avatar, Bones, Button, Html, ProblemNote, Segments } from '../../ui/kit';
import { Composer } from './Composer';
import { Line, SealButton } from './Line';
import { group, type Show } from './stream';

const Proof = lazy(() => import('../audit/ProofSheet'));

export function Stream({ record, title = 'Conversation' }: { record: Ticket; title?: string }) {
  const [show, setShow] = useState<Show>('all');
  const [proof, setProof] = useState<Entry | null>(null);
  const query = useInfiniteQuery(timeline(record.number));
  const entries = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const groups = useMemo(() => group(entries, show), [entries, show]);

  return (
    <section className="stream" aria-label={title}>
      <div className="row apart stream-head">
        <h2>{title}</h2>
        <Segments label="Show" value={show} onChange={setShow} options={[{ value: 'all', label: 'Everything' }, { value: 'conversation', label: 'Messages' }, { value: 'acts', label: 'Acts' }]} />
      </div>
      {query.isPending ? <Bones lines={5} /> : query.isError ? <ProblemNote error={query.error} again={() => { void query.refetch(); }} /> : (
        <ol className="list entries">
          {groups.map((one) => (one.type === 'message'
            ? <Message key={one.entry.id} entry={one.entry} onProof={setProof} />
            : <li key={one.entries[0]!.id} className="acts">
              {one.entries.map((entry, index) => <Line key={entry.id} entry={entry} first={index === 0} onProof={setProof} />)}
            </li>))}
          {groups.length === 0 && <li className="dim small" style={{ padding: '8px 0' }}>{show === 'conversation' ? 'Nobody has written yet.' : 'Nothing has happened yet.'}</li>}
        </ol>
      )}
      {query.hasNextPage && <Button look="quiet" busy={query.isFetchingNextPage} onClick={() => { void query.fetchNextPage(); }}>Show more</Button>}
      <Composer record={record} />
      {proof && <Suspense fallback={null}><Proof entry={proof} onClose={() => setProof(null)} /></Suspense>}
    </section>
  );
}

function Message({ entry, onProof }: { entry: Entry; onProof: (entry: Entry) => void }) {
  return (
    <li className={`message ${entry.internal ? 'note' : ''}`}>
      <Avatar name={entry.actor.name} large />
      <div className="bubble">
        <div className="row message-head">
          <strong className="clip">{entry.actor.name}</strong>
          {entry.internal && <span className="note-mark"><Icon name="lock" size={12} />Internal note</span>}
          <span className="dim small"><Ago at={entry.at} /></span>
          {entry.via && !['ui', 'demo'].includes(entry.via) ? <span className="dim small">by {entry.via}</span> : null}
          <span className="grow" />
          <SealButton entry={entry} onProof={onProof} />
        </div>
        {entry.body_html ? <Html html={entry.body_html} /> : <p className="wrap" style={{ whiteSpace: 'pre-wrap' }}>{entry.body}</p>}
      </div>
    </li>
  );
}
