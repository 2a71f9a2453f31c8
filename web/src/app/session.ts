// Who is here and what they may do, for showing or hiding areas. The server decides; this only avoids dead ends.
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { me } from '../api/queries';
import type { Me } from '../api/types';

/** The signed-in person; the desk loads them before it draws anything. */
export function useMe(): Me {
  const { data } = useQuery(me);
  return data ?? { id: '', name: '', login: '', email: '', roles: [], teams: [], site: null, may: {}, time_zone: 'UTC', preferences: {} };
}

/** True when any of the named permissions is granted; "audit." matches every action of that class. */
export function may(person: Me, ...names: string[]): boolean {
  return names.some((name) => (name.endsWith('.') ? Object.keys(person.may).some((key) => key.startsWith(name) && person.may[key]) : person.may[name] === true));
}
/** The pages of administration, in order, and what each takes. */
export const adminPages = [
  { key: 'people', label: 'People', needs: ['person.create', 'person.amend', 'person.grant', 'person.sessions'] },
  { key: 'teams', label: 'Teams', needs: ['team.manage'] },
  { key: 'boards', label: 'Boards', needs: ['board.manage'] },
  { key: 'policy', label: 'Change rules', needs: ['rulebook.rehearse', 'rulebook.manage'] },
  { key: 'schedules', label: 'Windows and freezes', needs: ['calendar.manage'] },
  { key: 'canned', label: 'Canned text', needs: ['canned.manage'] },
  { key: 'roles', label: 'Roles', needs: ['role.read'] },
  { key: 'explain', label: 'Why?', needs: ['policy.explain'] },
  { key: 'pipelines', label: 'Pipelines', needs: ['pipeline.read'] },
  { key: 'webhooks', label: 'Webhooks', needs: ['webhook.read'] },
  { key: 'jobs', label: 'Failed jobs', needs: ['job.read'] },
] as const;
export const adminPagesOf = (person: Me) => adminPages.filter((page) => may(person, ...page.needs));
/** Everybody at the desk may read what the roles and the pipelines are; that alone makes no administrator. */
export const mayAdminister = (person: Me): boolean => adminPagesOf(person).some((page) => page.key !== 'roles' && page.key !== 'pipelines');
/** Works at the desk; everybody else follows what they asked for. */
export const onDesk = (person: Me): boolean => may(person, 'incident.assign', 'incident.read_internal', 'request.read_internal', 'problem.read_internal', 'change.read_internal');
/** Only asks the desk for things: the portal is all that they need. */
export const onlyAsks = (person: Me): boolean => homeOf(person) === '/portal';
/** Where in the portal somebody goes who followed an address of the desk. */
export function portalPath(path: string): string {
  const [, area = '', rest = ''] = path.split('/');
  if (['incidents', 'requests', 'changes', 'problems'].includes(area) && rest) return `/portal/requests/${rest}`;
  if (area === 'new') return rest === 'request' ? '/portal/ask' : '/portal/report';
  if (area === 'queue' || area === 'search') return '/portal/requests';
  if (area === 'calendar') return '/portal/status';
  if (area === 'me') return `/portal/me/${rest}`;
  return '/portal';
}
/** Where a person begins: at their work, whatever that is. */
export function homeOf(person: Me): string {
  if (may(person, 'incident.assign', 'change.assign')) return '/queue/mine';
  if (may(person, 'change.decide')) return '/approvals';
  if (may(person, 'person.grant')) return '/admin/people';
  if (mayAudit(person)) return '/audit';
  return onDesk(person) ? '/queue/open' : '/portal';
}
export const mayAudit = (person: Me): boolean => may(person, 'audit.');

export function useTitle(title: string): void {
  useEffect(() => { document.title = title ? `${title} · Cabinet` : 'Cabinet'; }, [title]);
}
