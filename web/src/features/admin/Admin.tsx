import { Link, useRouterState } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { adminPagesOf, useMe, useTitle } from '../../app/session';

/** The frame of the administration pages. */
export function Admin({ title, act, children }: { title: string; act?: ReactNode; children: ReactNode }) {
  const path = useRouterState({ select: (state) => state.location.pathname });
  useTitle(title);
  return (
    <div className="page">
      <nav className="tabs" aria-label="Administration">{adminPagesOf(useMe()).map(({ key, label }) => <Link key={key} to={`/admin/${key}`} aria-current={path.startsWith(`/admin/${key}`) ? 'page' : undefined}>{label}</Link>)}</nav>
      <header><h1>{title}</h1>{act}</header>
      {children}
    </div>
  );
}
