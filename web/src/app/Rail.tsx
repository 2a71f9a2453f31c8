import { Link, useRouterState } from '@tanstack/react-router';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { approvals, queues, views } from '../api/queries';
import { meetings } from '../api/rooms';
import type { Me } from '../api/types';
import { Icon, type IconName } from '../ui/Icon';
import { mayAdminister, mayAudit, onDesk } from './session';

const queueIcons: Record<string, IconName> = { mine: 'person', teams: 'team', unassigned: 'hand', pending: 'pause', open: 'desk', recent: 'clock', all: 'archive', requested: 'bell' };
const records: { kind: string; label: string; icon: IconName; keys: string }[] = [
  { kind: 'incident', label: 'Incidents', icon: 'incident', keys: 'g i' },
  { kind: 'request', label: 'Requests', icon: 'request', keys: 'g r' },
  { kind: 'problem', label: 'Problems', icon: 'problem', keys: 'g p' },
  { kind: 'change', label: 'Changes', icon: 'change', keys: 'g c' },
];

export function Rail({ me, open, onClose }: { me: Me; open: boolean; onClose: () => void }) {
  const location = useRouterState({ select: (state) => state.location });
  const counts = useQuery(queues(''));
  const waiting = useQuery(approvals('waiting'));
  const saved = useQuery(views);
  const search = location.search as Record<string, string>;
  const kind = location.pathname.startsWith('/queue/') ? search.kind ?? '' : '';
  const mine = waiting.data?.items.filter((item) => item.can).length ?? 0;
  const atDesk = onDesk(me);
  // Everybody may be a guest at a meeting; who has no part in a board sees the way there when they are one.
  const ofBoards = Boolean(me.may['template.decide'] || me.may['meeting.lead']) || mayAudit(me);
  const sittings = useInfiniteQuery({ ...meetings(false), enabled: atDesk || ofBoards });
  const rooms = sittings.data?.pages[0]?.items ?? [];
  // Who only asks for things sees their own; the desk's queues would be empty for them.
  const lists = (counts.data?.items ?? []).filter((queue) => atDesk || queue.key === 'requested' || queue.key === 'all');
  const shared = (saved.data?.items ?? []).filter((view) => atDesk || view.mine).slice(0, 8);

  return (
    <>
      {open && <button type="button" className="rail-shade" aria-label="Close the menu" onClick={onClose} />}
      <nav className={`rail ${open ? 'open' : ''}`} aria-label="Areas">
        <ul className="list">
          {lists.map((queue) => (
            <Item key={queue.key} to={`/queue/${queue.key}`} icon={queueIcons[queue.key] ?? 'desk'} label={queue.label}
              active={location.pathname === `/queue/${queue.key}` && !kind} count={queue.count} capped={queue.capped} />
          ))}
        </ul>
        <h2>Records</h2>
        <ul className="list">
          {records.filter((item) => atDesk || item.kind === 'incident' || item.kind === 'request').map((item) => <Item key={item.kind} to="/queue/open" search={{ kind: item.kind }} icon={item.icon} label={item.label} active={kind === item.kind || location.pathname.startsWith(`/${item.kind}s/`)} />)}
          {me.may['calendar.read'] && <Item to="/calendar" icon="calendar" label="Calendar" active={location.pathname === '/calendar'} />}
          {me.may['template.read'] && <Item to="/standard-changes" icon="star" label="Standard changes" active={location.pathname.startsWith('/standard-changes')} />}
          {atDesk && me.may['report.read'] && <Item to="/reports/changes" icon="chart" label="Change figures" active={location.pathname === '/reports/changes'} />}
          {(mine > 0 || me.may['change.decide']) && <Item to="/approvals" icon="checks" label="My approvals" active={location.pathname === '/approvals'} count={mine} strong />}
          {(ofBoards || rooms.length > 0) && <Item to="/cab" icon="board" label="CAB" active={location.pathname.startsWith('/cab')} count={rooms.filter((one) => one.state === 'in_progress' && one.expected).length} strong />}
          {atDesk && me.may['ci.read'] && <Item to="/cis" icon="cmdb" label="CMDB" active={/^\/(cis|cmdb)(\/|$)/.test(location.pathname) && !search.view} />}
        </ul>
        {shared.length > 0 && <>
          <h2>Views</h2>
          <ul className="list">
            {shared.map((view) => {
              const query = Object.fromEntries(new URLSearchParams(view.query));
              const { queue = 'all', ...rest } = query;
              return <Item key={view.id} to={view.kind === 'ci' ? '/cis' : `/queue/${queue}`} search={{ ...rest, view: view.id }} icon="star" label={view.name} active={search.view === view.id} />;
            })}
          </ul>
        </>}
        {(mayAudit(me) || mayAdminister(me)) && <>
          <h2>Control</h2>
          <ul className="list">
            {mayAudit(me) && <Item to="/audit" icon="seal" label="Audit" active={location.pathname.startsWith('/audit')} />}
            {mayAdminister(me) && <Item to="/admin" icon="gear" label="Administration" active={location.pathname.startsWith('/admin')} />}
          </ul>
        </>}
      </nav>
    </>
  );
}

function Item({ to, search, icon, label, active, count, capped, strong }: { to: string; search?: Record<string, string>; icon: IconName; label: string; active: boolean; count?: number; capped?: boolean; strong?: boolean }) {
  const written = count ? `${count}${capped ? '+' : ''}` : '';
  return (
    <li>
      <Link to={to} search={(search ?? {}) as never} className={active ? 'active' : ''} aria-current={active ? 'page' : undefined} activeProps={{}} title={label}>
        <Icon name={icon} size={17} /><span className="rail-label clip">{label}</span>
        {written && <span className={`count num ${strong ? 'strong' : ''}`}>{written}</span>}
      </Link>
    </li>
  );
}
