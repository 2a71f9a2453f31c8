// The pictures of the README, taken from the demo organisation: SCREENSHOTS=1 npm run e2e -- pictures
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { withPalette } from './palette';
import { expect, phone, someone, test, type Desk } from './desk';

const folder = new URL('../../docs/images/', import.meta.url).pathname;
const first = async (desk: Desk, query: string): Promise<string> => ((await (await desk.api.get(`/api/v1/tickets?limit=1&${query}`)).json()) as { items: { number: string }[] }).items[0]!.number;
const item = async (desk: Desk, name: string): Promise<string> => ((await (await desk.api.get(`/api/v1/cis?q=${name}`)).json()) as { items: { number: string; name: string }[] }).items.find((one) => one.name === name)!.number;
const meeting = async (desk: Desk): Promise<string> => ((await (await desk.api.get('/api/v1/meetings')).json()) as { items: { id: string; state: string }[] }).items.find((one) => one.state === 'in_progress')!.id;

const pictures: { name: string; login: string; dark?: boolean; phone?: boolean; path: (desk: Desk) => Promise<string>; ready: string }[] = [
  { name: 'queue', login: 'hugo', path: async () => '/queue/open?kind=incident', ready: '.tickets tbody tr' },
  { name: 'incident', login: 'hugo', path: async (desk) => `/incidents/${await first(desk, 'queue=mine&kind=incident&state=in_progress&sort=priority')}`, ready: '.entries li' },
  { name: 'change', login: 'ines', path: async (desk) => `/changes/${await first(desk, 'q=firewall cluster&kind=change&state=authorize')}`, ready: '.elector' },
  { name: 'approvals-phone', login: 'carl', phone: true, path: async () => '/approvals', ready: '.approval' },
  { name: 'cab', login: 'cleo', path: async (desk) => `/cab/meetings/${await meeting(desk)}`, ready: '.point' },
  { name: 'calendar', login: 'ines', path: async () => '/calendar', ready: '.calendar-filter' },
  { name: 'rules', login: 'ines', path: async () => '/admin/policy', ready: '.notice, .card' },
  { name: 'audit', login: 'otto', path: async (desk) => `/audit?record=${await first(desk, 'q=firewall cluster&kind=change&state=authorize')}`, ready: '.plain-table tbody tr' },
  { name: 'cmdb-list', login: 'omar', path: async () => '/cis?class=server', ready: '.tickets tbody tr' },
  { name: 'cmdb-item', login: 'omar', path: async (desk) => `/cis/${await item(desk, 'dc1-db-01')}`, ready: '.impact-names li' },
  { name: 'cmdb-impact', login: 'omar', path: async (desk) => `/cis/${await item(desk, 'dc1-db-01')}/impact`, ready: '.graph-box' },
  { name: 'dark', login: 'hugo', dark: true, path: async (desk) => `/queue/open?kind=incident&open=${await first(desk, 'queue=open&kind=incident&priority=1')}`, ready: '.queue-pane .entries li' },
];

for (const picture of pictures) {
  test(`the picture of ${picture.name}`, async ({ browser, baseURL }) => {
    mkdirSync(folder, { recursive: true });
    const { desk, page, context } = await someone(browser, baseURL!, { viewport: { width: 1280, height: 800 }, ...(picture.phone ? phone : {}), colorScheme: picture.dark ? 'dark' : 'light', reducedMotion: 'reduce' });
    await desk.is(picture.login);
    await desk.goto(await picture.path(desk));
    await expect(page.locator(picture.ready).first()).toBeVisible();
    await page.evaluate(() => document.fonts.ready);
    const path = `${folder}${picture.name}.png`;
    writeFileSync(path, withPalette(await page.screenshot()));
    expect(statSync(path).size).toBeLessThan(200 * 1024);
    desk.expectNothingWrong();
    await context.close();
  });
}
