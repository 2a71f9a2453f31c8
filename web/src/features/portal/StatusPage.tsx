// The status calendar: which services will be interrupted in the coming two months, by day.
import { useQuery } from '@tanstack/react-query';
import { interruptions, type Interruption } from '../../api/calendar';
import { useTitle } from '../../app/session';
import { Bones, Empty, ProblemNote } from '../../ui/kit';
import { Interruptions } from './Interruptions';

const dayName = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });

export default function StatusPage() {
  useTitle('Planned interruptions');
  const query = useQuery(interruptions);
  const days = new Map<string, Interruption[]>();
  for (const one of query.data?.items ?? []) {
    const day = one.begun ? 'Now' : dayName.format(new Date(one.start));
    days.set(day, [...days.get(day) ?? [], one]);
  }
  return (
    <div className="portal-page narrow">
      <header><h1>Planned interruptions</h1><p className="dim">What will not work for a while in the coming two months. What is approved stands here; a date can still move.</p></header>
      {query.isPending ? <Bones lines={5} /> : query.isError ? <ProblemNote error={query.error} again={() => { void query.refetch(); }} /> : days.size === 0
        ? <Empty icon="check" title="Nothing is planned">As far as anybody knows today, everything goes on working. Something does not? Report it.</Empty>
        : [...days].map(([day, list]) => <section key={day} aria-label={day}><h2 className="portal-h">{day}</h2><Interruptions list={list} /></section>)}
    </div>
  );
}
