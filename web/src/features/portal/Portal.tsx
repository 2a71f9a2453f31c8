// The requesters' portal: a quiet frame of its own for people who ask the desk for something. It carries none of the
// desk's tables, palette or keys, so that it opens quickly on a phone.
import { Link, Outlet } from '@tanstack/react-router';
import { Suspense, useEffect } from 'react';
import { listen } from '../../api/live';
import { client } from '../../api/queries';
import { ConnectionBar } from '../../app/ConnectionBar';
import { follow } from '../../app/follow';
import { homeOf, useMe } from '../../app/session';
import { Icon, type IconName } from '../../ui/Icon';
import { Avatar } from '../../ui/kit';
import '../../styles/portal.css';

const places: { to: string; label: string; icon: IconName }[] = [
  { to: '/portal', label: 'Home', icon: 'desk' },
  { to: '/portal/requests', label: 'My requests', icon: 'archive' },
  { to: '/portal/status', label: 'Interruptions', icon: 'calendar' },
];

/** The lists of the portal are short and without a pill for what is new: they are read again whenever something happens. */
function rereadLists(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = listen(() => {
    clearTimeout(timer);
    timer = setTimeout(() => { void client.invalidateQueries({ queryKey: ['tickets'] }); }, 400);
  });
  return () => { clearTimeout(timer); stop(); };
}

export default function Portal() {
  const me = useMe();
  useEffect(() => follow(), []);
  useEffect(rereadLists, []);
  return (
    <div className="portal">
      <a className="skip" href="#main">Skip to the page</a>
      <header className="portal-bar">
        <Link to="/portal" activeOptions={{ exact: true }} className="portal-brand" aria-label="Cabinet, home"><svg width="26" height="26" viewBox="0 0 32 32" aria-hidden><rect width="32" height="32" rx="7" fill="var(--accent)" /><path d="M8 9h16v6H8zM8 17h16v6H8z" fill="none" stroke="var(--on-accent)" strokeWidth="2" strokeLinejoin="round" /><path d="M14 12h4M14 20h4" stroke="var(--on-accent)" strokeWidth="2" strokeLinecap="round" /></svg><span>Cabinet</span></Link>
        <nav className="portal-nav" aria-label="Portal">
          {places.map((place) => <Link key={place.to} to={place.to} activeOptions={{ exact: place.to === '/portal' }}><Icon name={place.icon} size={18} /><span>{place.label}</span></Link>)}
          {homeOf(me) !== '/portal' && <Link to="/" activeOptions={{ exact: true }}><Icon name="back" size={18} /><span>To the desk</span></Link>}
        </nav>
        <Link to="/portal/me" className="me" aria-label={`${me.name}: password, sessions, sign out`}><Avatar name={me.name} large /></Link>
      </header>
      <main id="main" tabIndex={-1}>
        <ConnectionBar />
        <Suspense fallback={null}><Outlet /></Suspense>
      </main>
    </div>
  );
}
