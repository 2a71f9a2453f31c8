// The CMDB as its owners and the desk use it: find, register, correct, ask what breaks and why, look back, compare, group.
import type { Page } from '@playwright/test';
import { axeViolations } from './axe';
import { expect, someone, test, type Desk } from './desk';

const numberOf = async (desk: Desk, name: string): Promise<string> => {
  const page = await (await desk.api.get(`/api/v1/cis?q=${encodeURIComponent(name)}&limit=200`)).json() as { items: { number: string; name: string }[] };
  return page.items.find((item) => item.name === name)!.number;
};
/** Names an item on the open record. */
async function nameItem(page: Page, name: string): Promise<void> {
  const items = page.getByRole('region', { name: 'Configuration items' });
  await items.getByRole('button', { name: 'Name a configuration item' }).click();
  await expect(items.getByRole('button', { name: 'Name it' })).toBeVisible();
  await expect(async () => {
    if (!await page.locator('.picker-search').isVisible()) await items.getByRole('button', { name: /^Configuration item:/ }).click();
    await expect(page.locator('.picker-search')).toBeVisible({ timeout: 1000 });
  }).toPass();
  await page.locator('.picker-search').fill(name);
  await page.getByRole('option', { name }).first().click();
  await items.getByRole('button', { name: 'Name it' }).click();
  await expect(items.getByRole('link', { name, exact: true })).toBeVisible();
}
/** An item for one test alone, live since yesterday. */
async function givenItem(desk: Desk, name: string, more: { class?: string; values?: Record<string, string>; days?: number } = {}): Promise<string> {
  const answer = await desk.api.post('/api/v1/cis', { data: { class: more.class ?? 'server', status: 'live', values: { name, ...more.values }, effective: new Date(Date.now() - (more.days ?? 1) * 86_400_000).toISOString() } });
  expect(answer.status(), await answer.text()).toBe(201);
  return ((await answer.json()) as { number: string }).number;
}
const known = (page: Page) => page.getByRole('region', { name: 'What is known' });

test('somebody asks what a database server takes down, why, and what is open about it', async ({ desk, page }) => {
  await desk.is('hugo');
  const number = await numberOf(desk, 'dc1-db-01');
  await desk.goto(`/cis/${number}`);
  await page.getByRole('region', { name: 'Impact' }).getByRole('link', { name: 'See why' }).click();
  const services = page.getByRole('region', { name: 'Services' });
  await expect(services.getByRole('listitem').filter({ hasText: 'Intranet production' }).first()).toContainText('uses intranet-prod → runs on dc1-db-01');
  await expect(page.getByRole('region', { name: 'In short' })).toContainText(/\d+ of \d+ not verified for 90 days/);
  // The drawing says the same, from the keyboard alone.
  const drawing = page.getByRole('region', { name: 'Drawing' });
  const start = drawing.getByRole('button', { name: /^dc1-db-01/ });
  await start.focus();
  await page.keyboard.press('ArrowRight');
  const next = drawing.locator('.graph-box:focus');
  await expect(next).toHaveCount(1);
  await expect(next).not.toHaveText(/dc1-db-01/);
  await page.keyboard.press('Enter');
  await expect(drawing.locator('.graph-box.on-path')).not.toHaveCount(0);
  await expect(page.getByRole('region', { name: 'As a table' }).getByRole('row').filter({ hasText: 'Intranet production' }).first()).toContainText('runs on dc1-db-01');
  expect(await axeViolations(page)).toEqual([]);

  // An incident is about it; from the item the incident is found.
  const incident = await desk.given('Intranet pages time out every few minutes');
  await desk.open(incident);
  await nameItem(page, 'dc1-db-01');
  await desk.goto(`/cis/${number}`);
  const records = page.getByRole('region', { name: 'Open records' });
  await records.getByRole('link', { name: 'Intranet pages time out every few minutes' }).click();
  await expect(page.locator('.record-head h1')).toContainText('Intranet pages time out');
  // And from a service that depends on it.
  await desk.goto(`/cis/${await numberOf(desk, 'Intranet')}`);
  await records.getByRole('button', { name: 'And what it depends on' }).click();
  await expect(records).toContainText('Intranet pages time out every few minutes');
});

test('an owner registers an item, corrects it, and sees what it was', async ({ desk, page }) => {
  await desk.is('omar');
  await desk.goto('/cis/new?class=server');
  await page.getByLabel('Name', { exact: true }).fill('lis-print-07');
  await page.getByLabel('Environment').selectOption('production');
  await page.getByLabel('Memory (GB)').fill('lots');
  desk.expectsRefusal(422);
  await page.getByRole('button', { name: 'Register', exact: true }).click();
  await expect(page.getByText('a number has digits and at most one point')).toBeVisible();
  await page.getByLabel('Memory (GB)').fill('64');
  await page.getByRole('button', { name: 'Register', exact: true }).click();
  await expect(page.locator('.record-head h1')).toContainText('lis-print-07');
  await expect(known(page)).toContainText('64 GB');

  // A value in place, and back with one click.
  await known(page).getByRole('button', { name: /^Edit Memory/ }).click();
  await page.getByRole('textbox', { name: 'Memory' }).fill('128');
  await page.keyboard.press('Enter');
  await expect(known(page)).toContainText('128 GB');
  await desk.toast.getByRole('button', { name: 'Undo' }).click();
  await expect(known(page)).toContainText('64 GB');

  // What is wanted and missing stands as a gap.
  await known(page).getByRole('button', { name: /^Edit Owner team: missing/ }).click();
  await page.getByRole('option', { name: 'Network' }).click();
  await known(page).getByRole('button', { name: 'Save' }).click();
  await expect(known(page).getByRole('button', { name: /^Edit Owner team: Network/ })).toBeVisible();
  await page.getByRole('button', { name: 'It is right' }).click();
  await expect(page.getByRole('region', { name: 'Freshness' })).toContainText('by Omar Haddad');
});

test('the slider shows an item as it was, and a comparison only what differs', async ({ desk, page }) => {
  await desk.is('omar');
  const number = await givenItem(desk, 'graz-app-31', { days: 30, values: { memory_gb: '64', operating_system: 'Debian 12' } });
  const at = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  for (const [days, values] of [[20, { memory_gb: '128' }], [10, { operating_system: 'Debian 13' }]] as const) {
    expect((await desk.api.patch(`/api/v1/cis/${number}`, { data: { values, effective: at(days) } })).status()).toBe(200);
  }
  await desk.goto(`/cis/${number}`);
  await expect(known(page)).toContainText('Debian 13');
  const slider = page.getByRole('slider', { name: 'Moment' });
  await expect(slider).toBeEnabled();
  await slider.focus();
  await page.keyboard.press('Home');
  await expect(page).toHaveURL(/at=/);
  await expect(known(page)).toContainText('64 GB');
  await expect(known(page)).toContainText('Debian 12');
  await expect(known(page).getByRole('button', { name: /^Edit/ })).toHaveCount(0);
  await page.keyboard.press('ArrowRight');
  await expect(known(page)).toContainText('128 GB');
  await expect(known(page)).toContainText('Debian 12');
  // What was known then: nothing at all, since it was recorded today.
  desk.expectsRefusal(404);
  await page.getByRole('checkbox', { name: 'as it was known then' }).check();
  await expect(page.getByText('Nothing here that you can see')).toBeVisible();
  await page.goBack().catch(() => undefined);
  await desk.goto(`/cis/${number}`);
  await page.getByRole('button', { name: 'Compare' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByLabel('From').fill(at(25).slice(0, 16));
  await expect(sheet.getByRole('row').filter({ hasText: 'Memory' })).toContainText('64');
  await expect(sheet.getByRole('row').filter({ hasText: 'Operating system' })).toContainText('Debian 13');
  await expect(sheet.getByRole('row')).toHaveCount(3);
  expect(await axeViolations(page)).toEqual([]);
});

test('the list shows what a class has, as it is and as it was, and works from the keyboard', async ({ desk, page }) => {
  await desk.is('omar');
  await desk.goto('/cis');
  await page.getByRole('navigation', { name: 'Classes' }).getByRole('button', { name: 'Server', exact: true }).click();
  await expect(page).toHaveURL(/class=server/);
  await expect(page.getByRole('columnheader', { name: 'Manufacturer' })).toBeVisible();
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Manufacturer…' }).click();
  await page.getByLabel('Is exactly').fill('HPE');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('group', { name: 'Filters' })).toContainText('Manufacturer = HPE');
  await expect(desk.rows).toHaveCount(2);
  await expect(page.getByLabel('Is exactly')).toHaveCount(0); // what is typed while it closes is typed into it
  await page.keyboard.press('j');
  await expect(desk.rows.nth(1)).toHaveClass(/cursor/);
  await page.keyboard.press('Enter');
  await expect(page.locator('.queue-pane .record.ci')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('.queue-pane')).toHaveCount(0);

  await desk.goto('/cis?class=server&at=2020-01-01');
  await expect(page.getByText('This is the list as it was on 1 Jan 2020')).toBeVisible();
  await expect(page.getByText('Nothing was known then')).toBeVisible();
});

test('an act on many items answers for each of them', async ({ desk, page }) => {
  await desk.is('omar');
  const names = ['rot-nb-901', 'rot-nb-902'];
  for (const name of names) await givenItem(desk, name, { class: 'workstation' });
  const numbers = await Promise.all(names.map((name) => numberOf(desk, name)));
  expect((await desk.api.post(`/api/v1/cis/${numbers[1]!}/moves/retire`, { data: { reason: 'Broken' } })).status()).toBe(200);
  await desk.goto('/cis?q=rot-nb-90');
  await expect(desk.rows).toHaveCount(2);
  await page.getByRole('checkbox', { name: 'Select all shown' }).check();
  const bar = page.getByRole('region', { name: 'Selection' });
  await bar.getByRole('button', { name: 'Move' }).click();
  await page.getByRole('menuitem', { name: 'Take out for maintenance' }).click();
  await page.getByLabel('Reason').fill('New batteries');
  await page.getByRole('dialog').getByRole('button', { name: 'Take out for maintenance' }).click();
  const results = page.getByRole('dialog', { name: 'What came of it' });
  await expect(results.getByRole('img', { name: 'Done' })).toHaveCount(1);
  await expect(results.getByRole('img', { name: 'Refused' })).toHaveCount(1);
});

test('two items are related, and the impact follows', async ({ desk, page }) => {
  await desk.is('omar');
  const host = await givenItem(desk, 'lis-host-55');
  await givenItem(desk, 'lis-shop-db', { class: 'database' });
  await desk.goto(`/cis/${host}`);
  await expect(page.getByRole('region', { name: 'Impact' })).toContainText('No relations recorded');
  await page.keyboard.press('l');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('lis-host-55').selectOption({ label: 'runs …' });
  await dialog.getByRole('button', { name: /The other item/ }).click();
  await page.locator('.picker-search').fill('lis-shop-db');
  await page.getByRole('option', { name: 'lis-shop-db' }).click();
  await dialog.getByRole('button', { name: 'Relate', exact: true }).click();
  const relations = page.getByRole('region', { name: 'Relations' });
  await expect(relations).toContainText('they fail with this');
  await expect(relations.getByRole('link', { name: 'lis-shop-db' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Impact' })).toContainText('1 other item fail');
  await relations.getByRole('button', { name: /^End: runs lis-shop-db/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End it' }).click();
  await expect(relations.getByRole('link', { name: 'lis-shop-db' })).toHaveCount(0);
});

test('a group remembers who was in it', async ({ desk, page }) => {
  await desk.is('ines');
  await desk.goto('/cis/groups');
  await page.getByRole('button', { name: 'Found a group' }).click();
  await page.getByLabel('Name').fill('Audit of the spring');
  await page.getByRole('dialog').getByRole('button', { name: 'Found group' }).click();
  await expect(page.getByRole('heading', { name: 'Audit of the spring' })).toBeVisible();
  await page.getByRole('button', { name: 'Let an item join' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /^Name, number/ }).or(dialog.getByLabel('Item', { exact: true })).first().click();
  await page.locator('.picker-search').fill('erp-prod');
  await page.getByRole('option', { name: 'erp-prod' }).click();
  await dialog.getByLabel('Since').fill(new Date(Date.now() - 20 * 86_400_000).toISOString().slice(0, 16));
  await dialog.getByRole('button', { name: 'Let it join' }).click();
  await expect(page.getByRole('region', { name: 'Members' })).toContainText('erp-prod');
  await page.getByRole('button', { name: 'Let erp-prod leave' }).click();
  await page.getByRole('dialog').getByLabel('It left').fill(new Date(Date.now() - 5 * 86_400_000).toISOString().slice(0, 16));
  await page.getByRole('dialog').getByRole('button', { name: 'Let it leave' }).click();
  await expect(page.getByText('Nothing is in it now')).toBeVisible();
  await page.getByRole('button', { name: 'Compare' }).click();
  await page.getByRole('dialog').getByLabel('From').fill(new Date(Date.now() - 10 * 86_400_000).toISOString().slice(0, 16));
  await expect(page.getByRole('dialog')).toContainText('Left');
  await expect(page.getByRole('dialog')).toContainText('erp-prod');
});

test('a file is imported: what would change is shown first, and the whole run can be taken back', async ({ browser, baseURL, desk, page }) => {
  test.setTimeout(120_000);
  const ada = await someone(browser, baseURL!);
  await ada.desk.is('ada');
  const made = await ada.desk.api.put('/api/v1/cmdb/sources/stockroom', { data: { name: 'Stockroom', kind: 'file', rank: 20, missing: 'keep', stale_days: 30 } });
  expect(made.status(), await made.text()).toBe(200);
  await ada.context.close();

  await desk.is('omar');
  const send = async (rows: string[]) => {
    await desk.goto('/cmdb/import?source=stockroom');
    await page.getByLabel('Mapping', { exact: true }).selectOption('snipe-it');
    await page.getByRole('checkbox', { name: /lists everything/ }).uncheck();
    await page.locator('.drop-zone input').setInputFiles({ name: 'stockroom.csv', mimeType: 'text/csv', buffer: Buffer.from(['Asset Tag,Name,Model,Manufacturer,Category,Serial', ...rows, ''].join('\n')) });
    await page.getByRole('button', { name: 'Show what would change' }).click();
    await expect(page).toHaveURL(/\/cmdb\/runs\//);
    await expect(page.getByRole('button', { name: /^(Apply|Confirm)/ })).toBeVisible({ timeout: 30_000 });
  };
  const items = page.getByRole('region', { name: 'Items of the run' });
  await send(['STK-701,graz-nb-701,T14,Lenovo,Laptops,LN70100', 'STK-702,graz-nb-702,T14,Lenovo,Laptops,LN70200']);
  await expect(page.getByText('2 rows: 2 new')).toBeVisible();
  await expect(items).toContainText('graz-nb-701');
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Apply 2 changes' }).click();
  await expect(page.getByText('Applied', { exact: true })).toBeVisible({ timeout: 30_000 });

  // The second file changes one of them: what is there, what would take its place, and whose it was.
  await send(['STK-701,graz-nb-701,T14 Gen 5,Lenovo,Laptops,LN70100', 'STK-702,graz-nb-702,T14,Lenovo,Laptops,LN70200']);
  await expect(page.getByText('2 rows: 1 changed, 1 unchanged')).toBeVisible();
  await expect(items.getByRole('listitem').filter({ hasText: 'graz-nb-701' })).toContainText(/Model T14 → T14 Gen 5 was from stockroom/);
  await page.getByRole('button', { name: 'Apply 1 change' }).click();
  await expect(page.getByText('Applied', { exact: true })).toBeVisible({ timeout: 30_000 });
  const run = page.url();
  await items.getByRole('link', { name: 'graz-nb-701' }).click();
  await expect(known(page)).toContainText('T14 Gen 5');
  await expect(known(page)).toContainText('stockroom · now');

  await page.goto(run);
  await page.getByRole('button', { name: 'Undo the whole run…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Undo the run' }).click();
  await expect(page.getByText('Undone', { exact: true })).toBeVisible({ timeout: 30_000 });
  await items.getByRole('link', { name: 'graz-nb-701' }).click();
  await expect(known(page)).toContainText('T14');
  await expect(known(page)).not.toContainText('T14 Gen 5');
});

test('a narrower model says what would break before it is saved', async ({ desk, page }) => {
  await desk.is('ada');
  await desk.goto('/cmdb/model');
  const classes = page.getByRole('navigation', { name: 'Classes' });
  await classes.getByRole('button', { name: 'Database', exact: true }).click();
  await page.getByRole('button', { name: 'Remove Engine' }).click();
  await page.getByRole('button', { name: 'Rehearse' }).click();
  const dialog = page.getByRole('dialog', { name: 'What this would change' });
  await expect(dialog).toContainText('would leave values behind');
  await expect(dialog.getByRole('link', { name: /^CI-/ }).first()).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Save the model' })).toBeDisabled();
  expect(await axeViolations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Go on editing' }).click();
  await page.getByRole('button', { name: 'Leave it as it was' }).click();
  await page.getByRole('button', { name: 'Add an attribute' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Backup window');
  await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('button', { name: 'Rehearse' }).click();
  await dialog.getByLabel('Why').fill('Operations plans by it');
  await dialog.getByRole('button', { name: 'Save the model' }).click();
  await expect(desk.toast).toContainText('The model was saved.');
  await expect(page.getByText(/version [1-9]/)).toBeVisible();
});

test('from an import to the incident: what a file brings is accepted, breaks a service, is looked at as it was, and is found again', async ({ browser, baseURL, desk, page }) => {
  test.setTimeout(120_000);
  const ada = await someone(browser, baseURL!);
  await ada.desk.is('ada');
  expect((await ada.desk.api.put('/api/v1/cmdb/sources/rackroom', { data: { name: 'Rack room', kind: 'file', rank: 20, missing: 'keep', stale_days: 30 } })).status()).toBe(200);
  await ada.context.close();
  await desk.is('omar');
  const service = await givenItem(desk, 'Seat booking', { class: 'business_service', days: 30, values: { criticality: '1' } });
  const application = await givenItem(desk, 'seats-prod', { class: 'application', days: 30 });
  const relate = async (from: string, type: string, to: string) => {
    const answer = await desk.api.post(`/api/v1/cis/${from}/relations`, { data: { type, to } });
    expect(answer.status(), await answer.text()).toBeLessThan(300);
  };
  await relate(service, 'uses', application);

  // A file is tried first, then accepted.
  await desk.goto('/cmdb/import?source=rackroom');
  await page.getByLabel('Mapping', { exact: true }).selectOption('snipe-it');
  await page.getByRole('checkbox', { name: /lists everything/ }).uncheck();
  await page.locator('.drop-zone input').setInputFiles({ name: 'racks.csv', mimeType: 'text/csv', buffer: Buffer.from('Asset Tag,Name,Model,Manufacturer,Category,Serial,Checkout Type\nRCK-801,gva-db-81,R650,Dell,Servers,RK80100,location\n') });
  await page.getByRole('button', { name: 'Show what would change' }).click();
  await expect(page.getByText(/1 rows?: 1 new/)).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Apply 1 change' }).click();
  await expect(page.getByText('Applied', { exact: true })).toBeVisible({ timeout: 30_000 });
  const server = await numberOf(desk, 'gva-db-81');
  await relate(application, 'runs_on', server);

  // The service says what it stands on; the server says what it takes down, and along which path.
  await desk.goto(`/cis/${service}`);
  await expect(page.getByRole('region', { name: 'Relations' })).toContainText('seats-prod');
  await desk.goto(`/cis/${server}`);
  await page.getByRole('region', { name: 'Impact' }).getByRole('link', { name: 'See why' }).click();
  await expect(page.getByRole('region', { name: 'Services' })).toContainText('uses seats-prod → runs on gva-db-81');
  expect(await axeViolations(page)).toEqual([]);

  // It gets more memory; the slider shows it as it came, the comparison what became of it.
  expect((await desk.api.patch(`/api/v1/cis/${server}`, { data: { values: { memory_gb: '512' } } })).status()).toBe(200);
  await desk.is('hugo');
  const incident = await desk.given('Nobody can book a seat');
  await desk.is('omar');
  expect((await desk.api.patch(`/api/v1/cis/${server}`, { data: { values: { memory_gb: '768' } } })).status()).toBe(200);
  await desk.goto(`/cis/${server}`);
  await expect(known(page)).toContainText('768 GB');
  const slider = page.getByRole('slider', { name: 'Moment' });
  await expect(slider).toBeEnabled();
  await slider.focus();
  await page.keyboard.press('Home');
  await expect(known(page)).toContainText('R650');
  await expect(known(page)).not.toContainText('768 GB');
  await desk.goto(`/cis/${server}`);
  await page.getByRole('button', { name: 'Compare' }).click();
  await expect(page.getByRole('dialog').getByRole('row').filter({ hasText: 'Memory' })).toContainText('768');

  // An incident is about it, shows it as it was when it was opened, and is found from the item.
  await desk.is('hugo');
  await desk.open(incident);
  await nameItem(page, 'gva-db-81');
  await page.getByRole('region', { name: 'Configuration items' }).getByRole('button', { name: 'Then and now' }).click();
  const then = page.getByRole('dialog', { name: 'Items then and now' });
  await expect(then.getByRole('row').filter({ hasText: 'Memory' })).toContainText(/512 GB\s*768 GB/);
  expect(await axeViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await desk.goto(`/cis/${server}`);
  await page.getByRole('region', { name: 'Open records' }).getByRole('link', { name: 'Nobody can book a seat' }).click();
  await expect(page.locator('.record-head h1')).toContainText('Nobody can book a seat');
});

test('items that look alike are told apart or become one, whose values survive is chosen, and all of it is taken back', async ({ desk, page }) => {
  await desk.is('omar');
  const a = await givenItem(desk, 'Twin one', { values: { serial: 'SN-TWINS-7', memory_gb: '64' } });
  const b = await givenItem(desk, 'Twin two', { values: { serial: 'SN-TWINS-7', memory_gb: '128', asset_tag: 'A-TWIN-7' } });
  await desk.goto('/cmdb/duplicates');
  const set = page.getByRole('region', { name: '2 items with the serial number SN-TWINS-7' });
  await set.getByRole('button', { name: 'Not the same thing…' }).click();
  await page.getByLabel('Reason').fill('The label was copied.');
  await page.getByRole('button', { name: 'They are two things' }).click();
  await expect(set).toHaveCount(0);
  await page.getByRole('button', { name: 'Not the same thing', exact: true }).click();
  const told = page.getByRole('region', { name: 'Not the same thing' }).getByRole('listitem').filter({ hasText: a });
  await expect(told).toContainText('The label was copied.');
  expect(await axeViolations(page)).toEqual([]);
  await told.getByRole('button', { name: 'Take that back' }).click();
  await expect(told).toHaveCount(0);
  await page.getByRole('button', { name: 'To decide' }).click();

  await set.getByRole('button', { name: 'They are one…' }).click();
  await page.getByRole('radio', { name: `Memory of ${b}: 128 GB` }).check();
  await expect(page.getByRole('radio', { name: `Asset tag of ${b}: A-TWIN-7` })).toBeChecked();
  expect(await axeViolations(page)).toEqual([]);
  await page.getByLabel('Reason').fill('One machine, two names.');
  await page.getByRole('button', { name: 'Merge into Twin one' }).click();
  await expect(set).toHaveCount(0);
  await desk.goto(`/cis/${a}`);
  await expect(known(page)).toContainText('128 GB');
  await expect(known(page)).toContainText('A-TWIN-7');
  await desk.goto(`/cis/${b}`);
  await page.getByRole('button', { name: 'Part them again' }).click();
  await expect(page.getByRole('button', { name: 'Part them again' })).toHaveCount(0);
  await desk.goto(`/cis/${a}`);
  await expect(known(page)).toContainText('64 GB');
  await expect(known(page)).not.toContainText('A-TWIN-7');
});
