// How the desk is worked with all day: keys, live updates, filters and views, drafts, many at once.
import { expect, someone, test } from './desk';

test('the list works from the keyboard alone', async ({ desk, page }) => {
  await desk.is('hugo');
  await desk.queue('open', { kind: 'incident' });
  await expect(desk.rows.nth(2)).toBeVisible();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await expect(desk.rows.nth(2)).toHaveClass(/cursor/);
  await page.keyboard.press('k');
  await expect(desk.rows.nth(1)).toHaveClass(/cursor/);
  await page.keyboard.press('x');
  await expect(page.getByRole('region', { name: 'Selection' })).toContainText('1 selected');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('region', { name: 'Selection' })).toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect(page.locator('.queue-pane .record')).toBeVisible();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.locator('.queue-pane .record')).toBeVisible(); // Escape closed the palette and nothing else
  await page.keyboard.press('Escape');
  await expect(page.locator('.queue-pane')).toHaveCount(0);
});

test('the palette finds records and acts, and ? shows every key', async ({ desk, page }) => {
  await desk.is('hugo');
  await desk.queue('mine');
  await page.keyboard.press('/');
  const box = page.getByRole('combobox', { name: 'Search and commands' });
  await box.fill('chg1');
  await expect(page.getByRole('option', { name: 'Open CHG-000001' })).toBeVisible();
  await box.fill('customer portal');
  await expect(page.getByRole('option').filter({ has: page.locator('.mono') }).first()).toBeVisible();
  await box.fill('new request');
  await page.getByRole('option', { name: /New request/ }).first().click();
  await expect(page).toHaveURL(/\/new\/request$/);
  await page.goto('/queue/mine');
  await desk.ready();
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keys' });
  await expect(keys).toContainText('Next row');
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await expect(page.getByRole('heading', { name: /All open changes/ })).toBeVisible();
});

test('what one person writes appears in the other window by itself', async ({ browser, baseURL, desk, page }) => {
  await desk.is('hugo');
  const number = await desk.given('Loudspeaker in the canteen crackles');
  await desk.open(number);
  const second = await someone(browser, baseURL!);
  await second.desk.is('tess');
  await second.desk.queue('all', { q: 'canteen crackles' });
  await expect(second.desk.rows).toHaveCount(1);
  await expect(second.desk.rows.first()).toContainText('New');
  await desk.move('Start work');
  await expect(second.desk.rows.first()).toContainText('In progress');
  await second.desk.api.post(`/api/v1/tickets/${number}/comments`, { data: { body: 'I have a spare one in the cellar.' } });
  await expect(page.locator('.message', { hasText: 'spare one in the cellar' })).toBeVisible();
  second.desk.expectNothingWrong();
  await second.context.close();
});

test('filters live in the address, and a view keeps them', async ({ desk, page }) => {
  await desk.is('hugo');
  await desk.queue('open', { kind: 'incident' });
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Priority' }).click();
  await page.getByRole('menuitemcheckbox', { name: /^P1/ }).click();
  await page.getByRole('menuitemcheckbox', { name: /^P2/ }).click();
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/priority=1,2/);
  await expect(page.getByRole('group', { name: 'Filters' })).toContainText('P1–P2');
  const shown = await desk.rows.count();
  expect(shown).toBeGreaterThan(0);
  expect(await desk.rows.locator('.prio.p3, .prio.p4').count()).toBe(0);
  await desk.reload();
  await expect(desk.rows).toHaveCount(shown);

  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('menuitem', { name: 'Save this list as a view' }).click();
  await page.getByLabel('Name').fill('Hot today');
  await page.getByRole('button', { name: 'Save view' }).click();
  await expect(desk.toast).toContainText('View “Hot today” saved.');
  await page.goto('/queue/mine');
  await page.getByRole('navigation', { name: 'Areas' }).getByRole('button', { name: 'More' }).click();
  await page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: 'Hot today' }).click();
  await expect(page).toHaveURL(/priority=1,2/);
  await expect(page.getByRole('heading', { name: 'Hot today' })).toBeVisible();
  await expect(desk.rows).toHaveCount(shown);
});

test('a draft survives a reload, and another browser has it too', async ({ browser, baseURL, desk, page }) => {
  await desk.is('hugo');
  const number = await desk.given('Clock in the lobby is late');
  await desk.open(number);
  await page.locator('.composer textarea').fill('The clock needs a new');
  await expect(page.locator('.composer')).toContainText('Draft saved');
  await desk.reload();
  await expect(page.locator('.composer textarea')).toHaveValue('The clock needs a new');
  const elsewhere = await someone(browser, baseURL!);
  await elsewhere.desk.is('hugo');
  await elsewhere.desk.open(number);
  await expect(elsewhere.page.locator('.composer textarea')).toHaveValue('The clock needs a new');
  await elsewhere.context.close();
});

test('an act on many records answers for each of them', async ({ desk, page }) => {
  await desk.is('hugo');
  const numbers = [await desk.given('Blind in room 4.01 is stuck'), await desk.given('Blind in room 4.02 is stuck'), await desk.given('Blind in room 4.03 is stuck')];
  expect((await desk.api.post(`/api/v1/incidents/${numbers[2]!}/moves/cancel`, { data: { reason: 'Reported twice' } })).status()).toBe(200);
  await desk.queue('all', { kind: 'incident', q: 'blind room stuck' });
  await expect(desk.rows).toHaveCount(3);
  await page.getByRole('checkbox', { name: 'Select all shown' }).check();
  await page.getByRole('region', { name: 'Selection' }).getByRole('button', { name: /^Assign to/ }).click();
  await page.locator('.picker-search').fill('Bram');
  await page.getByRole('option', { name: 'Bram Visser' }).click();
  const results = page.getByRole('dialog', { name: 'What came of it' });
  await expect(results.getByRole('img', { name: 'Done' })).toHaveCount(2);
  await expect(results.getByRole('img', { name: 'Refused' })).toHaveCount(1);
  await expect(results.locator('li', { hasText: numbers[2]! })).not.toContainText('done');
  await page.keyboard.press('Escape');
  await expect(desk.rows.filter({ hasText: 'Bram Visser' })).toHaveCount(2);
});

test('a field is changed where it stands, and undone from the toast', async ({ desk, page }) => {
  await desk.is('hugo');
  const number = await desk.given('Lift display shows floor 9');
  await desk.open(number);
  const facts = page.getByRole('region', { name: 'Properties' });
  await facts.getByRole('button', { name: /^Urgency/ }).click();
  await page.getByRole('option', { name: 'High' }).click();
  await expect(facts).toContainText('P3');
  await desk.toast.getByRole('button', { name: 'Undo' }).click();
  await expect(facts).toContainText('P4');
  await page.keyboard.press('e');
  await page.getByRole('textbox', { name: 'Title' }).fill('Lift display shows the wrong floor');
  await page.keyboard.press('Enter');
  await expect(page.locator('.record-head h1')).toContainText('the wrong floor');
});

test('an edit on an old version is refused and shows the latest', async ({ desk, page }) => {
  await desk.is('hugo');
  const number = await desk.given('Window handle in 2.14 is loose');
  await desk.open(number);
  // The page does not hear of this one in time: its stream is cut.
  await page.route('**/api/v1/events', (route) => route.abort());
  await page.route(`**/api/v1/incidents/${number}`, async (route) => {
    if (route.request().method() === 'PATCH') await desk.api.patch(`/api/v1/incidents/${number}`, { data: { title: 'Window handle in 2.15 is loose' } });
    await route.continue();
  });
  desk.expectsRefusal(412);
  await page.keyboard.press('e');
  await page.getByRole('textbox', { name: 'Title' }).fill('Window handle in 2.16 is loose');
  await page.keyboard.press('Enter');
  await expect(desk.toast).toContainText('Somebody changed this record in the meantime');
  await expect(page.locator('.record-head h1')).toContainText('2.15');
});

test('an address that somebody shortened leads on, and one that leads nowhere says so', async ({ desk, page }) => {
  await desk.is('hugo');
  await desk.goto('/changes');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('All open changes');
  await desk.goto('/cmdb');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Configuration items');
  await desk.goto('/nowhere/at/all');
  await expect(page.getByText('This address leads nowhere in Cabinet.')).toBeVisible();
  await page.getByRole('link', { name: 'Assigned to me' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Assigned to me');
});
