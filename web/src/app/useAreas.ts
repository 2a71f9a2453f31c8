// The places that this person may go to, with what is counted there.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import { approvals, queues, templates, views } from '../api/queries';
import { meetings } from '../api/rooms';
import type { ApprovalRow, Me, TemplateEdition } from '../api/types';
import type { IconName } from '../ui/Icon';
import type { Area } from './areas';
import { mayAdminister, mayAudit, onDesk } from './session';

const queueIcons: Record<string, IconName> = { mine: 'person', teams: 'team', unassigned: 'hand', pending: 'pause', open: 'desk', recent: 'clock', all: 'archive', requested: 'bell' };
const records: { kind: string; label: string; icon: IconName }[] = [{ kind: 'incident', label: 'Incidents', icon: 'incident' }, { kind: 'request', label: 'Requests', icon: 'request' }, { kind: 'problem', label: 'Problems', icon: 'problem' }, { kind: 'change', label: 'Changes', icon: 'change' }];

/** The approvals of changes and the ballots of templates that wait for this person's vote. */
export const toDecide = (rows: readonly ApprovalRow[], editions: readonly TemplateEdition[]): { rows: ApprovalRow[]; editions: TemplateEdition[] } => ({ rows: rows.filter((one) => one.can), editions: editions.filter((one) => one.ballot?.can) });

export function useAreas(me: Me): Area[] {
  const location = useRouterState({ select: (state) => state.location });
  const counts = useQuery(queues(''));
  const waiting = useQuery(approvals('waiting'));
  const proposals = useQuery({ ...templates, enabled: Boolean(me.may['template.decide']) });
  const saved = useQuery(views);
  const search = location.search as Record<string, string>;
  const path = location.pathname;
  const kind = path.startsWith('/queue/') ? search.kind ?? '' : '';
  const open = toDecide(waiting.data?.items ?? [], proposals.data?.items ?? []);
  const mine = open.rows.length + open.editions.length;
  const atDesk = onDesk(me);
  // Everybody may be a guest at a meeting; who has no part in a board sees the way there when they are one.
  const ofBoards = Boolean(me.may['template.decide'] || me.may['meeting.lead']) || mayAudit(me);
  const sittings = useInfiniteQuery({ ...meetings(false), enabled: atDesk || ofBoards });
  const rooms = sittings.data?.pages[0]?.items ?? [];
  const out: Area[] = [];
  if (counts.isPending) return out; // all at once, so that nothing moves under the pointer
  const add = (on: boolean | undefined, area: Area) => { if (on) out.push(area); };
  // Who only asks for things sees their own; the desk's queues would be empty for them.
  for (const queue of counts.data?.items ?? []) add(atDesk || queue.key === 'requested' || queue.key === 'all', { key: `queue:${queue.key}`, group: 'Queues', label: queue.label, icon: queueIcons[queue.key] ?? 'desk', to: `/queue/${queue.key}`, count: queue.count, capped: queue.capped, active: path === `/queue/${queue.key}` && !kind && !search.view });
  for (const one of records) add(atDesk || one.kind === 'incident' || one.kind === 'request', { key: `${one.kind}s`, group: 'Records', label: one.label, icon: one.icon, to: '/queue/open', search: { kind: one.kind }, active: !search.view && (kind === one.kind || path.startsWith(`/${one.kind}s/`)) });
  add(atDesk && me.may['ci.read'], { key: 'cmdb', group: 'Records', label: 'CMDB', icon: 'cmdb', to: '/cis', active: /^\/(cis|cmdb)(\/|$)/.test(path) && !search.view });
  add(mine > 0 || me.may['change.decide'], { key: 'approvals', group: 'Changes', label: 'My approvals', icon: 'checks', to: '/approvals', count: mine, strong: true, active: path === '/approvals' });
  add(ofBoards || rooms.length > 0, { key: 'cab', group: 'Changes', label: 'CAB', icon: 'board', to: '/cab', count: rooms.filter((one) => one.state === 'in_progress' && one.expected).length, strong: true, active: path.startsWith('/cab') });
  add(me.may['calendar.read'], { key: 'calendar', group: 'Changes', label: 'Calendar', icon: 'calendar', to: '/calendar', active: path === '/calendar' });
  add(me.may['template.read'], { key: 'standard', group: 'Changes', label: 'Standard changes', icon: 'star', to: '/standard-changes', active: path.startsWith('/standard-changes') });
  add(atDesk && me.may['report.read'], { key: 'figures', group: 'Changes', label: 'Change figures', icon: 'chart', to: '/reports/changes', active: path === '/reports/changes' });
  for (const view of saved.data?.items ?? []) {
    const { queue = 'all', ...rest } = Object.fromEntries(new URLSearchParams(view.query));
    add(atDesk || view.mine, { key: `view:${view.id}`, group: 'Views', label: view.name, icon: 'star', to: view.kind === 'ci' ? '/cis' : `/queue/${queue}`, search: { ...rest, view: view.id }, active: search.view === view.id });
  }
  add(mayAudit(me), { key: 'audit', group: 'Control', label: 'Audit', icon: 'seal', to: '/audit', active: path.startsWith('/audit') });
  add(mayAdminister(me), { key: 'admin', group: 'Control', label: 'Administration', icon: 'gear', to: '/admin', active: path.startsWith('/admin') });
  return out;
}
