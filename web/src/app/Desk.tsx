// The frame around every page of the desk: rail, top bar, palette, overlay, connection bar.
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useMantineColorScheme } from '@mantine/core';
import { ConnectionBar } from './ConnectionBar';
import { follow } from './follow';
import { listenToKeys, type Act } from './keys';
import { Rail } from './Rail';
import { adminPagesOf, homeOf, mayAdminister, mayAudit, onDesk, useMe } from './session';
import { useAreas } from './useAreas';
import { kinds } from '../api/words';
import { TopBar } from './TopBar';
import { useActs } from './useActs';

const Palette = lazy(() => import('./Palette'));
const Overlay = lazy(() => import('./Overlay'));
const Hints = lazy(() => import('../features/hints/Hints'));

/** Places with keys of their own, below. */
const withKeys = ['queue:teams', 'incidents', 'requests', 'problems', 'changes', 'calendar', 'approvals', 'cmdb', 'audit', 'admin'];

export default function Desk() {
  const me = useMe();
  const navigate = useNavigate();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [open, setOpen] = useState<'palette' | 'keys' | 'rail' | null>(null);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const dark = colorScheme === 'dark' || (colorScheme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  const areas = useAreas(me);
  const main = useRef<HTMLElement>(null);

  useEffect(() => listenToKeys(), []);
  useEffect(() => follow(), []);
  useEffect(() => setOpen((was) => (was === 'rail' ? null : was)), [path]);

  const go = (to: string, search: Record<string, string> = {}) => { void navigate({ to, search: search as never }); };
  const goAct = (keys: string, label: string, to: string, search?: Record<string, string>): Act => ({ id: `go ${label}`, keys, label, group: 'Go to', run: () => go(to, search) });
  const acts: Act[] = [
    { id: 'palette', keys: 'mod+k|/', label: 'Search and commands', group: 'Everywhere', quiet: true, inFields: false, run: () => setOpen('palette') },
    { id: 'palette in fields', keys: 'mod+k', label: 'Search and commands', group: '', quiet: true, inFields: true, run: () => setOpen('palette') },
    { id: 'keys', keys: '?', label: 'Show all keys', group: 'Everywhere', run: () => setOpen('keys') },
    { id: 'scheme', keys: 'shift+d', label: dark ? 'Light colours' : 'Dark colours', group: 'Everywhere', run: () => setColorScheme(dark ? 'light' : 'dark') },
    ...kinds.filter((kind) => me.may[`${kind}.create`]).map((kind): Act => ({ id: `new ${kind}`, keys: `c ${kind[0]}`, label: `New ${kind}`, group: 'Create', run: () => go(`/new/${kind}`) })),
    goAct('g m', 'My work', homeOf(me)),
    ...(onDesk(me) ? [goAct('g t', 'My teams', '/queue/teams')] : []),
    goAct('g i', 'Incidents', '/queue/open', { kind: 'incident' }),
    goAct('g r', 'Requests', '/queue/open', { kind: 'request' }),
    goAct('g p', 'Problems', '/queue/open', { kind: 'problem' }),
    goAct('g c', 'Changes', '/queue/open', { kind: 'change' }),
    ...(me.may['calendar.read'] ? [goAct('g d', 'Calendar', '/calendar')] : []),
    goAct('g a', 'My approvals', '/approvals'),
    ...(onDesk(me) && me.may['ci.read'] ? [goAct('g b', 'CMDB', '/cis')] : []),
    ...(me.may['ci.create'] ? [{ id: 'new ci', keys: 'c b', label: 'Register a configuration item', group: 'Create', run: () => go('/cis/new') }] : []),
    ...(mayAudit(me) ? [goAct('g l', 'Audit', '/audit')] : []),
    ...(mayAdminister(me) ? [goAct('g s', 'Administration', '/admin'), ...adminPagesOf(me).map((page) => goAct('', `Administration: ${page.label}`, `/admin/${page.key}`))] : []),
    // What the rail keeps behind "More" is one word away.
    ...areas.filter((area) => !withKeys.includes(area.key)).map((area) => ({ ...goAct('', area.group === 'Views' ? `View: ${area.label}` : area.label, area.to, area.search), id: `go ${area.key}` })),
  ];
  useActs(acts);

  return (
    <div className="desk">
      <a className="skip" href="#main">Skip to the page</a>
      <TopBar me={me} dark={dark} onScheme={() => setColorScheme(dark ? 'light' : 'dark')} onPalette={() => setOpen('palette')} onRail={() => setOpen(open === 'rail' ? null : 'rail')} onKeys={() => setOpen('keys')} />
      <Rail me={me} open={open === 'rail'} onClose={() => setOpen(null)} />
      <main id="main" ref={main} tabIndex={-1}>
        <ConnectionBar />
        {path === homeOf(me).split('?')[0] && <Suspense fallback={null}><Hints place="desk" /></Suspense>}
        <Suspense fallback={null}><Outlet /></Suspense>
      </main>
      <Suspense fallback={null}>
        {open === 'palette' && <Palette onClose={() => setOpen(null)} />}
        {open === 'keys' && <Overlay onClose={() => setOpen(null)} />}
      </Suspense>
    </div>
  );
}
