// The portal's home: find, report, ask, and what waits for the reader's answer.
import { Link, useNavigate } from '@tanstack/react-router';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useMe, useTitle } from '../../app/session';
import { Icon } from '../../ui/Icon';
import { Bones, Button, ProblemNote, useNow } from '../../ui/kit';
import { Cards } from './Card';
import { Hints } from '../hints/Hints';
import { Interruptions, soon, useInterruptions } from './Interruptions';
import { running, solved } from './queries';
import { greet, plain } from './words';

export default function HomePage() {
  useTitle('Home');
  const me = useMe();
  const navigate = useNavigate();
  const [words, setWords] = useState('');
  const open = useInfiniteQuery(running);
  const done = useInfiniteQuery(solved);
  const planned = useInterruptions();
  const near = soon(planned, useNow());
  const rows = [...done.data?.pages[0]?.items ?? [], ...open.data?.pages[0]?.items ?? []];
  const yours = rows.filter((row) => plain(row).yours);
  const others = rows.filter((row) => !plain(row).yours);
  const find = (event: FormEvent) => {
    event.preventDefault();
    if (words.trim()) void navigate({ to: '/portal/requests', search: { q: words.trim() } as never });
  };
  return (
    <div className="portal-page">
      <section className="welcome">
        <h1>Hello {greet(me)}, how can we help?</h1>
        <form role="search" className="search-field" onSubmit={find}>
          <Icon name="search" size={18} />
          <input className="input" type="search" aria-label="Find one of my requests" placeholder="Find one of my requests" value={words} onChange={(event) => setWords(event.target.value)} />
        </form>
      </section>
      <div className="doors">
        <Link to="/portal/report" className="door"><span className="door-icon warm"><Icon name="incident" size={24} /></span><span><strong>Report something broken</strong><span className="dim">It worked before, and now it does not.</span></span></Link>
        <Link to="/portal/ask" className="door"><span className="door-icon"><Icon name="request" size={24} /></span><span><strong>Ask for something</strong><span className="dim">Equipment, access, software, a question.</span></span></Link>
      </div>
      {planned.length > 0 && <section aria-label="Planned interruptions"><h2 className="portal-h">Planned interruptions</h2>{near.length > 0 ? <Interruptions list={near} /> : <p className="dim">None in the coming week.</p>}{planned.length > near.length && <Link to="/portal/status" className="button link">All planned interruptions</Link>}</section>}
      <Hints place="portal" />
      {open.isPending || done.isPending ? <Bones lines={4} /> : open.isError ? <ProblemNote error={open.error} again={() => { void open.refetch(); }} /> : (
        <>
          {yours.length > 0 && <section><h2 className="portal-h">Waiting for you</h2><Cards rows={yours} label="Waiting for you" /></section>}
          <section>
            <h2 className="portal-h">{yours.length > 0 ? 'In our hands' : 'Your open requests'}</h2>
            {others.length > 0 ? <Cards rows={others.slice(0, 5)} label="Open requests" /> : <p className="dim nothing-open">{yours.length > 0 ? 'Nothing else is open.' : 'Nothing is open. What you report or ask for appears here, with who has it and what happens next.'}</p>}
            {others.length > 5 && <Button look="link" onClick={() => { void navigate({ to: '/portal/requests' }); }}>All my requests</Button>}
          </section>
        </>
      )}
    </div>
  );
}
