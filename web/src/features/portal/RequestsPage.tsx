// My requests: what is open, what is over, and what the words find.
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useTitle } from '../../app/session';
import { Icon } from '../../ui/Icon';
import { Bones, Button, Empty, PageProblem, Segments } from '../../ui/kit';
import { Cards } from './Card';
import { found, over, running } from './queries';

export default function RequestsPage() {
  useTitle('My requests');
  const navigate = useNavigate();
  const { q = '', show = 'open' } = useSearch({ strict: false }) as { q?: string; show?: string };
  const query = useInfiniteQuery(q ? found(q) : show === 'over' ? over : running);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const go = (search: Record<string, string>) => { void navigate({ to: '/portal/requests', search: search as never, replace: true }); };
  return (
    <div className="portal-page">
      <header className="row apart wraps">
        <h1>My requests</h1>
        <Segments label="Show" value={q ? 'found' : show} onChange={(value) => go(value === 'over' ? { show: 'over' } : {})} options={[...(q ? [{ value: 'found', label: 'Found' }] : []), { value: 'open', label: 'Open' }, { value: 'over', label: 'Over' }]} />
      </header>
      <form key={q} role="search" className="search-field" onSubmit={(event) => { event.preventDefault(); const words = String(new FormData(event.currentTarget).get('q') ?? '').trim(); go(words ? { q: words } : {}); }}>
        <Icon name="search" size={18} />
        <input className="input" type="search" name="q" defaultValue={q} aria-label="Find one of my requests" placeholder="Words or a number" />
      </form>
      {query.isPending ? <Bones lines={6} /> : query.isError ? <PageProblem error={query.error} again={() => { void query.refetch(); }} /> : rows.length > 0 ? <Cards rows={rows} label="My requests" /> : q ? (
        <Empty icon="search" title="None of your requests says that" act={<div className="row wraps"><Link to="/portal/report" search={{ title: q } as never} className="button primary">Report it</Link><Link to="/portal/ask" search={{ title: q } as never} className="button">Ask for it</Link></div>}>Try fewer words, or tell the service desk about it.</Empty>
      ) : show === 'over' ? <Empty icon="archive" title="Nothing is over yet">What was fixed, delivered or withdrawn stays here, so that you can look it up.</Empty> : (
        <Empty icon="check" title="Nothing is open" act={<Link to="/portal" className="button primary">Report or ask</Link>}>What you report or ask for appears here, with who has it and what happens next.</Empty>
      )}
      {query.hasNextPage && <Button busy={query.isFetchingNextPage} onClick={() => { void query.fetchNextPage(); }}>Show more</Button>}
    </div>
  );
}
