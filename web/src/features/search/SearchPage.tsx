import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useDebouncedValue } from '@mantine/hooks';
import { search } from '../../api/queries';
import { kindPlural, kinds, kindWord, pathOf } from '../../api/words';
import { useTitle } from '../../app/session';
import { Icon } from '../../ui/Icon';
import { Ago, Bones, Empty, PageProblem, Segments, Tone } from '../../ui/kit';

const fieldWord: Record<string, string> = { comment: 'In a comment', description: 'In the description', person: 'Person', number: 'Number' };

export default function SearchPage() {
  const address = useRouterState({ select: (state) => state.location.search as Record<string, string> });
  const navigate = useNavigate();
  const [text, setText] = useState(address.q ?? '');
  const [q] = useDebouncedValue(text.trim(), 200);
  const kind = address.kind ?? '';
  useTitle(q ? `Search: ${q}` : 'Search');
  useEffect(() => { setText(address.q ?? ''); }, [address.q]);
  useEffect(() => { if (q !== (address.q ?? '')) void navigate({ to: '/search', search: { q, kind } as never, replace: true }); }, [q]);
  const query = useQuery({ ...search(q, kind, 50), placeholderData: (old) => (q.length > 1 ? old : undefined) });
  const items = query.data?.items ?? [];

  return (
    <div className="page narrow">
      <header><h1>Search</h1></header>
      <div className="stack">
        <label className="search-field"><span className="hidden-label">Words or a number</span><Icon name="search" /><input className="input" type="search" autoFocus value={text} placeholder="Words, a number, a person" onChange={(event) => setText(event.target.value)} /></label>
        <Segments label="Kind" value={kind} onChange={(value) => { void navigate({ to: '/search', search: { q, kind: value } as never, replace: true }); }} options={[{ value: '', label: 'All' }, ...kinds.map((one) => ({ value: one as string, label: kindPlural[one].replace(/^./, (char) => char.toUpperCase()) }))]} />
        {q.length < 2 ? <Empty icon="search" title="Search every record that you may see">Titles, descriptions, comments, people and numbers. Two letters are enough to begin.</Empty>
          : query.isPending ? <Bones lines={6} /> : query.isError ? <PageProblem error={query.error} again={() => { void query.refetch(); }} />
            : items.length === 0 ? <Empty icon="search" title={`Nothing found for “${q}”`}>Fewer words find more. Records that you may not see are not searched.</Empty>
              : <ul className="list card results" aria-label="Results">{items.map((row) => (
                <li key={row.number}>
                  <div className="row small dim"><Icon name={row.kind} size={13} label={kindWord[row.kind]} /><span className="num">{row.number}</span><Tone tone={row.tone}>{row.state_label}</Tone><span className="grow" /><Ago at={row.updated_at} /></div>
                  <Link to={pathOf(row.number)} className="result-title">{(() => { const title = row.highlights?.find((one) => one.field === 'title'); return title ? <span dangerouslySetInnerHTML={{ __html: title.html }} /> : row.title; })()}</Link>
                  {(row.highlights ?? []).filter((one) => one.field !== 'title').slice(0, 2).map((one, i) => <p key={i} className="small wrap"><span className="dim">{fieldWord[one.field] ?? one.field}: </span><span dangerouslySetInnerHTML={{ __html: one.html }} /></p>)}
                </li>
              ))}</ul>}
      </div>
    </div>
  );
}
