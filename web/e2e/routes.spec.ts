// Every page in light, in dark and on a phone: nothing for axe to find, no error in the console, no other host asked,
// nothing that scrolls sideways.
import { axeViolations, sideways } from './axe';
import { expect, phone, someone, test, type Desk } from './desk';

/** The first record of each kind that this person sees in a list. */
async function first(desk: Desk, query: string): Promise<string> {
  const page = await (await desk.api.get(`/api/v1/tickets?limit=1&${query}`)).json() as { items: { number: string }[] };
  return page.items[0]!.number;
}

const wide = { width: 1440, height: 900 };

/** Whose pages are looked at; what follows the login tells two sets of one person apart. */
const pages: Record<string, (desk: Desk) => Promise<string[]>> = {
  nobody: async () => ['/login', '/setup?token=not-a-real-one'],
  ana: async (desk) => [
    '/', '/portal/report', '/portal/ask', '/portal/requests', '/portal/requests?show=over', '/portal/requests?q=zzzz', '/portal/me', '/portal/me/sessions', '/portal/me/password', '/portal/status', '/nowhere', '/portal/requests/INC-999999',
    `/portal/requests/${await first(desk, 'queue=requested&state=resolved,fulfilled')}`, `/portal/requests/${await first(desk, 'queue=requested&kind=incident&state=pending')}`,
    `/portal/requests/${await first(desk, 'queue=requested&kind=request&state=in_fulfilment')}`, `/incidents/${await first(desk, 'queue=requested&kind=incident&state=closed')}`,
  ],
  hugo: async (desk) => [
    '/queue/open?kind=incident&priority=1,2', '/queue/all?q=zzzz', `/queue/mine?open=${await first(desk, 'queue=mine&kind=incident')}`,
    `/incidents/${await first(desk, 'kind=incident&state=pending')}`, `/incidents/${await first(desk, 'kind=incident&state=closed')}`,
    `/requests/${await first(desk, 'kind=request&state=in_fulfilment')}`, `/problems/${await first(desk, 'kind=problem&state=known_error')}`,
  ],
  'hugo (forms and settings)': async () => [
    '/new/incident', '/new/request', '/new/problem', '/new/change', '/search?q=vpn', '/me/sessions', '/me/tokens', '/me/password',
  ],
  ines: async (desk) => [
    '/queue/open?kind=change', `/changes/${await first(desk, 'kind=change&state=draft')}`, `/changes/${await first(desk, 'kind=change&state=authorize')}`,
    `/changes/${await first(desk, 'kind=change&state=closed')}`, `/changes/${await first(desk, 'kind=change&state=assess')}`,
    `/changes/${await first(desk, 'kind=change&state=implementing&priority=1')}`, `/changes/${await first(desk, 'kind=change&state=detected')}`, `/changes/${await first(desk, 'kind=change&q=Delivery+notes')}`,
    '/new/change', '/standard-changes/new', '/admin/policy', '/admin/policy/questions', '/admin/policy/floors', '/admin/policy/models', '/admin/boards', '/reports/changes', `/changes/${await first(desk, 'kind=change&state=review')}`,
  ],
  'ines (the calendar)': async (desk) => ['/calendar', '/calendar?view=week', '/calendar?view=timeline', '/calendar?view=timeline&by=item&colour=risk', '/calendar?at=2020-01-01', '/admin/schedules', '/me/feeds', `/changes/${await first(desk, 'kind=change&q=firmware%207.4')}`],
  omar: async (desk) => {
    const item = async (query: string) => ((await (await desk.api.get(`/api/v1/cis?limit=1&${query}`)).json()) as { items: { number: string }[] }).items[0]!.number;
    const [server, cluster, service] = [await item('class=server'), await item('class=cluster'), await item('class=business_service')];
    return ['/cis', `/cis?class=server&status=live&open=${server}`, '/cis?class=database&at=2020-01-01', '/cis/new?class=server', `/cis/${server}`, `/cis/${cluster}/impact`, `/cis/${service}/impact?show=up`, `/cis/${cluster}/impact?show=around&depth=2`,
      '/cis/groups', '/cis/groups/financial-systems', '/cis/attest?of=all'];
  },
  'omar (sources)': async () => ['/cmdb/sources', '/cmdb/import', '/cmdb/duplicates', '/cmdb/quality', '/cmdb/model'],
  carl: async () => ['/approvals', '/me/delegations'],
  cleo: async (desk) => {
    const rooms = async (query: string) => ((await (await desk.api.get(`/api/v1/meetings?${query}`)).json()) as { items: { id: string; state: string }[] }).items;
    const ahead = await rooms('past=false');
    return ['/standard-changes', '/standard-changes/add-an-access-point', '/standard-changes/renew-a-certificate', '/approvals', '/cab', `/cab/meetings/${ahead.find((one) => one.state === 'in_progress')!.id}`, `/cab/meetings/${ahead.find((one) => one.state === 'planned')!.id}`, `/cab/meetings/${(await rooms('past=true')).at(-1)!.id}`];
  },
  otto: async (desk) => {
    const log = await (await desk.api.get('/api/v1/audit/events?limit=1')).json() as { items: { id: string }[] };
    return [`/audit?record=${await first(desk, 'kind=change&state=closed')}`, `/audit/events/${log.items[0]!.id}`];
  },
  ada: async (desk) => {
    const people = await (await desk.api.get('/api/v1/people?q=hugo')).json() as { items: { id: string }[] };
    const hugo = people.items[0]!.id;
    return ['/admin/people', `/admin/people/${hugo}`, '/admin/teams', '/admin/boards', '/admin/canned', '/admin/roles', `/admin/explain?person=${hugo}&action=incident.resolve`, '/admin/jobs', '/admin/pipelines', '/admin/webhooks'];
  },
};

for (const [name, addresses] of Object.entries(pages)) {
  const login = name.split(' ')[0]!;
  test(`every page of ${name} is in order in light, in dark and on a phone`, async ({ browser, baseURL }) => {
    test.setTimeout(120_000);
    const { desk, page, context } = await someone(browser, baseURL!, { reducedMotion: 'reduce' });
    if (login !== 'nobody') await desk.is(login);
    else desk.expectsRefusal(401);
    if (login === 'ana') desk.expectsRefusal(404); // one of her addresses names a record that is not there
    const found: string[] = [];
    for (const path of await addresses(desk)) {
      // Loaded once and looked at three times: a page follows the reader's colours and the width of the window.
      await page.setViewportSize(wide);
      await page.emulateMedia({ colorScheme: 'light' });
      await desk.goto(path);
      const look = async (how: string) => {
        await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', how === 'in dark' ? 'dark' : 'light');
        // In the dark the page is the same but for its colours.
        found.push(...(await axeViolations(page, how === 'in dark' ? ['color-contrast', 'link-in-text-block'] : undefined)).map((one) => `${path} ${how}: ${one}`));
        const over = await sideways(page);
        if (over > 0) found.push(`${path} ${how}: scrolls ${over} px sideways`);
      };
      await look('in light');
      await page.emulateMedia({ colorScheme: 'dark' });
      await look('in dark');
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize(phone.viewport);
      await desk.ready();
      await look('on a phone');
    }
    expect(found).toEqual([]);
    desk.expectNothingWrong();
    await context.close();
  });
}

test('a page that is loaded on a phone is in order as well', async ({ browser, baseURL }) => {
  const { desk, page, context } = await someone(browser, baseURL!, { ...phone, reducedMotion: 'reduce' });
  await desk.is('hugo');
  for (const path of ['/queue/mine', `/incidents/${await first(desk, 'queue=mine&kind=incident')}`, `/changes/${await first(desk, 'kind=change&state=authorize')}`]) {
    await desk.goto(path);
    expect(await axeViolations(page)).toEqual([]);
    expect(await sideways(page)).toBe(0);
  }
  await page.getByRole('button', { name: 'Menu', exact: true }).click();
  await expect(page.getByRole('navigation', { name: 'Areas' })).toBeVisible();
  expect(await axeViolations(page)).toEqual([]);
  desk.expectNothingWrong();
  await context.close();
});

test('layers that open over a page have nothing for axe to find either', async ({ desk, page }) => {
  await desk.is('ines');
  await desk.queue('open', { kind: 'change' });
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(await axeViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  expect(await axeViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Views' }).click();
  await expect(page.getByRole('menu')).toBeVisible();
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole('menuitem', { name: 'Save this list as a view' }).click();
  await expect(page.getByRole('dialog', { name: 'Save as a view' })).toBeVisible();
  expect(await axeViolations(page)).toEqual([]);
});
