// Subscriptions of other calendar programs to the change calendar.
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { calendarFeeds, type CalendarFeed } from '../../api/calendar';
import { api } from '../../api/client';
import { client } from '../../api/queries';
import { toast, toastProblem } from '../../app/toasts';
import { Ago, Bones, Button, Copy, Empty, Field, PageProblem, ProblemNote } from '../../ui/kit';

const reload = () => { void client.invalidateQueries({ queryKey: ['calendar-feeds'] }); };

export default function Feeds() {
  const query = useQuery(calendarFeeds);
  const [made, setMade] = useState<CalendarFeed | null>(null);
  const [error, setError] = useState<unknown>(null);
  const create = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    setError(null);
    try {
      setMade(await api.post<CalendarFeed>('/me/calendar-feeds', { name: new FormData(form).get('name') }));
      form.reset();
      reload();
    } catch (problem) { setError(problem); }
  };
  const revoke = async (feed: CalendarFeed) => {
    try { await api.delete(`/me/calendar-feeds/${feed.id}`); if (made?.id === feed.id) setMade(null); toast(`“${feed.name}” reads nothing any more.`); } catch (problem) { toastProblem(problem); }
    reload();
  };
  const address = made?.path ? `${location.origin}${made.path}` : '';
  return (
    <div className="stack loose">
      {made && address && <div className="secret" role="status"><strong>Give this address to “{made.name}” now. It is not shown again.</strong><div className="row"><code className="mono grow wrap">{address}</code><Copy text={address} label="Copy the address" /></div><p className="small">Whoever has it can read your change calendar without signing in. Revoke it when it gets into other hands.</p></div>}
      <form className="card pad stack" onSubmit={(event) => { void create(event); }}>
        <div><h2>Subscribe to the change calendar</h2><p className="dim small">Your calendar program reads the changes and freezes that you may see, for a month back and a year ahead. It can do nothing else.</p></div>
        <Field label="Program" hint="So that you know later which one to revoke">{(ids) => <input {...ids} className="input" name="name" required maxLength={100} placeholder="Calendar on my phone" />}</Field>
        <ProblemNote error={error} />
        <div><Button type="submit" look="primary">Make an address</Button></div>
      </form>
      {query.isError ? <PageProblem error={query.error} /> : query.data?.items.length ? <ul className="list card results">{query.data.items.map((one) => <li key={one.id} className="row"><div className="grow"><strong className="wrap">{one.name}</strong><div className="small dim">made <Ago at={one.created_at} /> · {one.last_used_at ? <>read <Ago at={one.last_used_at} /></> : 'never read'}</div></div><Button look="danger" onClick={() => { void revoke(one); }} aria-label={`Revoke ${one.name}`}>Revoke</Button></li>)}</ul> : query.isPending ? <Bones /> : <Empty icon="calendar" title="No program reads it">What you make here appears in the calendar that you use anyway.</Empty>}
    </div>
  );
}
