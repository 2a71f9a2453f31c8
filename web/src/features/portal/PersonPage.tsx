// The reader's own corner of the portal: colours, password, sessions, tokens, sign out.
import { Link } from '@tanstack/react-router';
import { useMantineColorScheme } from '@mantine/core';
import { api } from '../../api/client';
import { client } from '../../api/queries';
import { useMe, useTitle } from '../../app/session';
import { toastProblem } from '../../app/toasts';
import { Icon, type IconName } from '../../ui/Icon';
import { Avatar, Button, Segments } from '../../ui/kit';

const corners: { tab: string; label: string; icon: IconName }[] = [
  { tab: 'password', label: 'Change my password', icon: 'lock' }, { tab: 'sessions', label: 'Where I am signed in', icon: 'desk' }, { tab: 'tokens', label: 'Access for programs', icon: 'key' },
];

export default function PersonPage() {
  useTitle('Me');
  const me = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const signOut = async () => {
    try {
      await api.delete('/session');
      client.clear();
      location.assign('/login');
    } catch (error) { toastProblem(error); }
  };
  return (
    <div className="portal-page narrow">
      <header className="row"><Avatar name={me.name} large /><div><h1>{me.name}</h1><span className="dim">{me.email}</span></div></header>
      <div className="card pad stack">
        <div className="row apart wraps"><span className="label">Colours</span><Segments label="Colours" value={colorScheme} onChange={setColorScheme} options={[{ value: 'auto', label: 'As the device' }, { value: 'light', label: 'Light' }, { value: 'dark', label: 'Dark' }]} /></div>
      </div>
      <ul className="list ask-cards">{corners.map((corner) => <li key={corner.tab} className="ask-card"><Icon name={corner.icon} size={20} /><Link to={`/portal/me/${corner.tab}`} className="ask-title grow">{corner.label}</Link></li>)}</ul>
      <div><Button icon="arrow" onClick={() => { void signOut(); }}>Sign out</Button></div>
    </div>
  );
}
