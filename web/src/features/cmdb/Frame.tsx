// The frame of the pages of the CMDB: one row of tabs, as far as the person may open them.
import { Link, useRouterState } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { may, useMe, useTitle } from '../../app/session';
import type { Me } from '../../api/types';

const tabs: { to: string; label: string; needs?: string[] }[] = [
  { to: '/cis', label: 'Items' }, { to: '/cis/groups', label: 'Groups' }, { to: '/cis/attest', label: 'To attest', needs: ['ci.attest'] },
  { to: '/cmdb/duplicates', label: 'Duplicates', needs: ['ci.merge'] }, { to: '/cmdb/sources', label: 'Sources', needs: ['cmdb.sources', 'cmdb.import'] }, { to: '/cmdb/quality', label: 'Quality' }, { to: '/cmdb/model', label: 'Model' },
];
export const tabsOf = (me: Me) => tabs.filter((tab) => !tab.needs || may(me, ...tab.needs));

export function CmdbTabs() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const me = useMe();
  // "/cis" is the beginning of the others' addresses as well: the longest that fits is the one.
  const here = tabsOf(me).filter((tab) => path === tab.to || path.startsWith(`${tab.to}/`) || (tab.to === '/cmdb/sources' && /^\/cmdb\/(import|runs)/.test(path))).sort((a, b) => b.to.length - a.to.length)[0]?.to;
  return <nav className="tabs cmdb-tabs" aria-label="CMDB">{tabsOf(me).map((tab) => <Link key={tab.to} to={tab.to} className={tab.to === here ? 'here' : ''} aria-current={tab.to === here ? 'page' : undefined} activeOptions={{ exact: true }} activeProps={{}}>{tab.label}</Link>)}</nav>;
}

export function CmdbPage({ title, act, children, narrow }: { title: string; act?: ReactNode; children: ReactNode; narrow?: boolean }) {
  useTitle(title);
  return <div className={`page ${narrow ? 'narrow' : ''}`}><CmdbTabs /><header><h1>{title}</h1>{act}</header>{children}</div>;
}
