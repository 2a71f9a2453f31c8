// Every page of the UI. Pages are lazy: a person loads what they open.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { client, me, about } from './api/queries';
import { Problem, whenSignedOut } from './api/client';
import { kindPlural, kinds } from './api/words';
import { adminPagesOf, homeOf, onlyAsks, portalPath } from './app/session';
import { PageProblem } from './ui/kit';

export type Search = Record<string, string>;

/** The address bar holds plain strings: shareable, readable, no JSON. */
function parseSearch(text: string): Search { return Object.fromEntries(new URLSearchParams(text)); }
function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) if (value !== undefined && value !== null && value !== '') params.set(name, String(value));
  const text = params.toString().replaceAll('%2C', ',');
  return text ? `?${text}` : '';
}

const root = createRootRoute({ component: Outlet });

const login = createRoute({ getParentRoute: () => root, path: '/login', component: lazyRouteComponent(() => import('./features/session/LoginPage')) });
const setup = createRoute({ getParentRoute: () => root, path: '/setup', component: lazyRouteComponent(() => import('./features/session/SetupPage')) });

/** Who is here; whoever is not goes to sign in and comes back. */
async function whoever(href: string) {
  try {
    return await client.ensureQueryData(me);
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
    const info = await client.fetchQuery(about);
    if (info.setup_needed) throw redirect({ to: '/setup' as string });
    throw redirect({ to: '/login' as string, search: { next: href } as never });
  }
}

const desk = createRoute({
  getParentRoute: () => root,
  id: 'desk',
  beforeLoad: async ({ location }) => {
    const person = await whoever(location.href);
    if (onlyAsks(person)) throw redirect({ to: portalPath(location.pathname), replace: true });
  },
  component: lazyRouteComponent(() => import('./app/Desk')),
  errorComponent: ({ error, reset }) => <main className="alone"><PageProblem level={1} error={error} again={reset} /></main>,
});

const portal = createRoute({
  getParentRoute: () => root,
  id: 'portal',
  beforeLoad: async ({ location }) => { await whoever(location.href); },
  component: lazyRouteComponent(() => import('./features/portal/Portal')),
  errorComponent: ({ error, reset }) => <main className="alone"><PageProblem level={1} error={error} again={reset} /></main>,
});
const inPortal = (path: string, load: () => Promise<{ default: unknown }>) => createRoute({ getParentRoute: () => portal, path, component: lazyRouteComponent(load as never) });

const at = (path: string, load: () => Promise<{ default: unknown }>) => createRoute({ getParentRoute: () => desk, path, component: lazyRouteComponent(load as never) });

/** An address that somebody shortened or guessed, and where it leads. */
const short = (path: string, to: string, search: Record<string, string> = {}) => createRoute({ getParentRoute: () => desk, path, beforeLoad: () => { throw redirect({ to, search: search as never, replace: true }); } });
const Nowhere = () => <PageProblem level={1} error={new Problem(404, { title: 'No such page', detail: 'This address leads nowhere in Cabinet.' })} />;

const recordPage = () => import('./features/record/RecordRoute');
const tree = root.addChildren([login, setup, desk.addChildren([
  createRoute({ getParentRoute: () => desk, path: '/', beforeLoad: () => { const person = client.getQueryData(me.queryKey); throw redirect({ to: person ? homeOf(person) : '/queue/mine', replace: true }); } }),
  at('/queue/$key', () => import('./features/tickets/QueuePage')),
  ...kinds.map((kind) => at(`/${kindPlural[kind]}/$number`, recordPage)),
  ...kinds.map((kind) => short(`/${kindPlural[kind]}`, '/queue/open', { kind })),
  short('/cmdb', '/cis'),
  at('/new/$kind', () => import('./features/forms/NewPage')),
  at('/standard-changes', () => import('./features/changes/StandardPage')),
  at('/standard-changes/new', () => import('./features/changes/TemplateNewPage')),
  at('/standard-changes/$key', () => import('./features/changes/TemplatePage')),
  at('/calendar', () => import('./features/calendar/CalendarPage')),
  at('/cis', () => import('./features/cmdb/list/CisPage')),
  at('/cis/groups', () => import('./features/cmdb/groups/GroupsPage')),
  at('/cis/groups/$key', () => import('./features/cmdb/groups/GroupPage')),
  at('/cis/attest', () => import('./features/cmdb/AttestPage')),
  at('/cis/new', () => import('./features/cmdb/RegisterPage')),
  at('/cmdb/sources', () => import('./features/cmdb/sources/SourcesPage')),
  at('/cmdb/import', () => import('./features/cmdb/sources/ImportPage')),
  at('/cmdb/runs/$id', () => import('./features/cmdb/sources/RunPage')),
  at('/cmdb/duplicates', () => import('./features/cmdb/sources/DuplicatesPage')),
  at('/cmdb/quality', () => import('./features/cmdb/sources/QualityPage')),
  at('/cmdb/model', () => import('./features/cmdb/model/ModelPage')),
  at('/cis/$number/impact', () => import('./features/cmdb/graph/ImpactPage')),
  at('/cis/$number', () => import('./features/cmdb/item/CiRoute')),
  at('/cab', () => import('./features/cab/MeetingsPage')),
  at('/cab/meetings/$id', () => import('./features/cab/RoomPage')),
  at('/reports/changes', () => import('./features/aftermath/FiguresPage')),
  at('/approvals', () => import('./features/approvals/ApprovalsPage')),
  at('/search', () => import('./features/search/SearchPage')),
  at('/audit', () => import('./features/audit/AuditPage')),
  at('/audit/events/$id', () => import('./features/audit/EventPage')),
  at('/me/$tab', () => import('./features/me/MePage')),
  createRoute({ getParentRoute: () => desk, path: '/admin', beforeLoad: () => { const person = client.getQueryData(me.queryKey); throw redirect({ to: `/admin/${(person && adminPagesOf(person)[0]?.key) ?? 'people'}`, replace: true }); } }),
  at('/admin/people', () => import('./features/admin/PeoplePage')),
  at('/admin/people/$id', () => import('./features/admin/PersonPage')),
  at('/admin/teams', () => import('./features/admin/TeamsPage')),
  at('/admin/boards', () => import('./features/admin/BoardsPage')),
  ...['/admin/policy', '/admin/policy/$part', '/admin/policy/$part/$key'].map((path) => at(path, () => import('./features/admin/rules/RulesPage'))),
  at('/admin/schedules', () => import('./features/admin/schedules/SchedulesPage')),
  at('/admin/canned', () => import('./features/admin/CannedPage')),
  at('/admin/roles', () => import('./features/admin/RolesPage')),
  at('/admin/explain', () => import('./features/admin/ExplainPage')),
  at('/admin/pipelines', () => import('./features/admin/PipelinesPage')),
  at('/admin/webhooks', () => import('./features/admin/WebhooksPage')),
  at('/admin/jobs', () => import('./features/admin/JobsPage')),
  createRoute({ getParentRoute: () => desk, path: '/$', component: Nowhere }),
]), portal.addChildren([
  inPortal('/portal', () => import('./features/portal/HomePage')),
  inPortal('/portal/report', () => import('./features/portal/AskPage')),
  inPortal('/portal/ask', () => import('./features/portal/AskPage')),
  inPortal('/portal/requests', () => import('./features/portal/RequestsPage')),
  inPortal('/portal/requests/$number', () => import('./features/portal/RequestPage')),
  inPortal('/portal/status', () => import('./features/portal/StatusPage')),
  inPortal('/portal/me', () => import('./features/portal/PersonPage')),
  inPortal('/portal/me/$tab', () => import('./features/me/MePage')),
])]);

export const router = createRouter({
  routeTree: tree,
  defaultPreload: 'intent',
  defaultPreloadDelay: 40,
  scrollRestoration: true,
  parseSearch,
  stringifySearch: stringifySearch as never,
  defaultErrorComponent: ({ error, reset }) => <PageProblem level={1} error={error} again={reset} />,
});

whenSignedOut(() => {
  const here = router.state.location;
  if (here.pathname === '/login' || here.pathname === '/setup') return;
  client.removeQueries({ queryKey: ['me'] });
  void router.navigate({ to: '/login' as string, search: { next: here.href } as never });
});
