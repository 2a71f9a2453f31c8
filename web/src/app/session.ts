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
export const mayAdminister = (person: Me): boolean => may(person, 'admin.', 'person.manage', 'people.manage', 'person.create', 'people.create', 'person.admin', 'people.admin', 'grant.', 'role.', 'policy.', 'user.');
export const mayAudit = (person: Me): boolean => may(person, 'audit.');

export function useTitle(title: string): void {
  useEffect(() => { document.title = title ? `${title} · Cabinet` : 'Cabinet'; }, [title]);
}
