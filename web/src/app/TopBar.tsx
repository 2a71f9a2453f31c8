import { Link, useNavigate } from '@tanstack/react-router';
import { Menu } from '@mantine/core';
import { api } from '../api/client';
import { client } from '../api/queries';
import type { Me } from '../api/types';
import { Icon, type IconName } from '../ui/Icon';
import { Avatar, IconButton } from '../ui/kit';
import { isMac } from './keys';
import { toastProblem } from './toasts';

const creatable: { kind: string; label: string; icon: IconName; keys: string }[] = [
  { kind: 'incident', label: 'Incident', icon: 'incident', keys: 'c i' },
  { kind: 'request', label: 'Request', icon: 'request', keys: 'c r' },
  { kind: 'problem', label: 'Problem', icon: 'problem', keys: 'c p' },
  { kind: 'change', label: 'Change', icon: 'change', keys: 'c c' },
];

export function TopBar({ me, dark, onScheme, onPalette, onRail, onKeys }: { me: Me; dark: boolean; onScheme: () => void; onPalette: () => void; onRail: () => void; onKeys: () => void }) {
  const navigate = useNavigate();
  const go = (to: string) => { void navigate({ to }); };
  const signOut = async () => {
    try {
      await api.delete('/session');
      client.clear();
      location.assign('/login');
    } catch (error) { toastProblem(error); }
  };
  const offered = creatable.filter((item) => me.may[`${item.kind}.create`]);
  return (
    <header className="topbar">
      <IconButton icon="menu" label="Menu" className="only-phone" onClick={onRail} />
      <Link to="/" className="brand" aria-label="Cabinet, my work"><svg width="22" height="22" viewBox="0 0 32 32" aria-hidden><rect width="32" height="32" rx="7" fill="var(--accent)" /><path d="M8 9h16v6H8zM8 17h16v6H8z" fill="none" stroke="var(--on-accent)" strokeWidth="2" strokeLinejoin="round" /><path d="M14 12h4M14 20h4" stroke="var(--on-accent)" strokeWidth="2" strokeLinecap="round" /></svg><span>Cabinet</span></Link>
      <button type="button" className="searchbox" onClick={onPalette}>
        <Icon name="search" /><span className="grow">Search or do anything</span><span className="keys"><kbd>{isMac() ? '⌘' : 'Ctrl'}</kbd><kbd>K</kbd></span>
      </button>
      {offered.length > 0 && <Menu>
        <Menu.Target><button type="button" className="button primary create" aria-label="New"><Icon name="plus" /><span>New</span></button></Menu.Target>
        <Menu.Dropdown>
          {offered.map((item) => <Menu.Item key={item.kind} leftSection={<Icon name={item.icon} />} rightSection={<span className="row only-desk"><kbd>c</kbd><kbd>{item.keys[2]}</kbd></span>} onClick={() => go(`/new/${item.kind}`)}>{item.label}</Menu.Item>)}
        </Menu.Dropdown>
      </Menu>}
      <IconButton icon={dark ? 'sun' : 'moon'} label={dark ? 'Light colours' : 'Dark colours'} className="only-desk" onClick={onScheme} />
      <Menu width={230}>
        <Menu.Target><button type="button" className="me" aria-label={`${me.name}: sessions, tokens, password, sign out`}><Avatar name={me.name} large /></button></Menu.Target>
        <Menu.Dropdown>
          <div className="me-card"><strong>{me.name}</strong><span className="dim small clip">{me.roles.map((role) => role.label || role.role).join(', ') || me.email}</span></div>
          <Menu.Divider />
          <Menu.Item leftSection={<Icon name="desk" />} onClick={() => go('/me/sessions')}>Sessions</Menu.Item>
          <Menu.Item leftSection={<Icon name="key" />} onClick={() => go('/me/tokens')}>Access tokens</Menu.Item>
          <Menu.Item leftSection={<Icon name="lock" />} onClick={() => go('/me/password')}>Password</Menu.Item>
          {me.may['change.decide'] && <Menu.Item leftSection={<Icon name="team" />} onClick={() => go('/me/delegations')}>Delegations</Menu.Item>}
          <Menu.Item leftSection={<Icon name="hand" />} onClick={() => go('/portal')}>Requesters’ portal</Menu.Item>
          <Menu.Divider />
          <Menu.Item leftSection={<Icon name={dark ? 'sun' : 'moon'} />} onClick={onScheme}>{dark ? 'Light colours' : 'Dark colours'}</Menu.Item>
          <Menu.Item leftSection={<Icon name="bulb" />} rightSection={<kbd>?</kbd>} onClick={onKeys}>Keys</Menu.Item>
          <Menu.Item leftSection={<Icon name="arrow" />} onClick={() => { void signOut(); }}>Sign out</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </header>
  );
}
