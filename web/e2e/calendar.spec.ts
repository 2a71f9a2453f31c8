// When changes happen: the calendar by keys and on a phone, a conflict that is accepted, a free time that is taken, a
// freeze that stops a change, windows, feeds, and what requesters are told.
import { expectNoAxeViolations, sideways } from './axe';
import { expect, phone, someone, test, type Desk } from './desk';

const day = 86_400_000;
/** A time so many days from now, at an hour, as an input of dates takes it. The journeys keep out of each other's days. */
const at = (days: number, hour: number): Date => { const date = new Date(Date.now() + days * day); date.setUTCHours(hour, 0, 0, 0); return date; };

/** An item that nothing else is about; left signed in as the change manager. */
async function item(desk: Desk, name: string): Promise<string> {
  await desk.is('omar');
  const answer = await desk.api.post('/api/v1/cis', { data: { class: 'printer', status: 'live', values: { name } } });
  expect(answer.status(), await answer.text()).toBe(201);
  await desk.is('ines');
  return ((await answer.json()) as { number: string }).number;
}

async function planned(desk: Desk, title: string, items: string[], start: Date, hours: number): Promise<string> {
  const plan = { justification: 'It wears out.', implementation_plan: 'Do it.', test_plan: 'Look.', backout_plan: 'Undo it.', planned_start: start.toISOString(), planned_end: new Date(start.getTime() + hours * 3_600_000).toISOString(), items, affected_services: ['Printing'] };
  const answer = await desk.api.post('/api/v1/changes', { data: { title, plan } });
  expect(answer.status(), await answer.text()).toBe(201);
  return ((await answer.json()) as { number: string }).number;
}

test('the calendar is read by month, by week and along services, from the keyboard alone', async ({ desk, page }) => {
  await desk.is('ines');
  await desk.goto('/queue/open?kind=change');
  await page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: 'Calendar' }).click();
  await expect(page.getByRole('region', { name: 'Month' })).toBeVisible();
  await expect(page.locator('.planned').first()).toBeVisible();
  const month = await page.locator('h1').innerText();
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('h1')).not.toHaveText(month);
  await page.keyboard.press('t');
  await expect(page.locator('h1')).toHaveText(month);
  await page.keyboard.press('3');
  await expect(page.getByRole('region', { name: 'Timeline', exact: true })).toContainText('ERP');
  await page.keyboard.press('2');
  await expect(page.getByRole('region', { name: 'Week', exact: true })).toBeVisible();
  await expect(page).toHaveURL(/view=week/);
  await page.keyboard.press('1');
  await page.keyboard.press('j');
  await expect(page.locator('.planned:focus')).toHaveCount(1);
  await page.keyboard.press('3'); // four weeks from this one on: whatever day it is, something risky is coming
  await page.getByLabel('Risk').selectOption('high');
  await expect(page).toHaveURL(/risk=high/);
  await expect(page.getByRole('region', { name: 'As a table' }).locator('tbody tr').first()).toContainText('High risk');
  await expect(page.getByRole('region', { name: 'As a table' })).not.toContainText('Low risk');
  await expectNoAxeViolations(page);
  await page.locator('.planned').first().focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('.record-head')).toContainText('CHG-');
});

test('on a phone the calendar is a list by days', async ({ browser, baseURL }) => {
  const { desk, page, context } = await someone(browser, baseURL!, { ...phone, reducedMotion: 'reduce' });
  await desk.is('carl');
  await desk.goto('/calendar');
  await expect(page.locator('.agenda-row').first()).toBeVisible();
  expect(await sideways(page)).toBe(0);
  await expectNoAxeViolations(page);
  await page.locator('.agenda-row a').first().click();
  await expect(page.locator('.record-head')).toContainText('CHG-');
  desk.expectNothingWrong();
  await context.close();
});

test('two changes of one item stand in each other’s way until somebody accepts that, and one technician for both is said to be none', async ({ desk, page }) => {
  const name = `Plotter ${Date.now()}`;
  const plotter = await item(desk, name);
  const numbers = [await planned(desk, 'New belt for the plotter', [plotter], at(40, 20), 2), await planned(desk, 'New drum for the plotter', [plotter], at(40, 21), 2)];
  for (const number of numbers) {
    // Put forward as far as the flow lets it: with the questions answered.
    const questions = (await (await desk.api.get('/api/v1/change-rules/questionnaire/desk')).json()) as { document: { questions: { key: string; options: { key: string }[] }[] } };
    const answers = Object.fromEntries(questions.document.questions.map((one) => [one.key, one.options[0]!.key]));
    const me = (await (await desk.api.get('/api/v1/me')).json()) as { id: string };
    expect((await desk.api.patch(`/api/v1/changes/${number}`, { data: { plan: { answers, implementers: [me.id], category: 'hardware', reason_code: 'maintenance', environment: 'production', outage: 'no', backout_tested: 'yes', security_touched: 'no' } } })).status()).toBe(200);
    const moved = await desk.api.post(`/api/v1/changes/${number}/moves/submit`, { data: {} });
    expect(moved.status(), await moved.text()).toBe(200);
  }
  await desk.open(numbers[1]!);
  const card = page.getByRole('region', { name: 'Conflicts' });
  await expect(card).toContainText('keeps this change from starting');
  await expect(card).toContainText(`${numbers[0]!} changes ${name} at the same time.`);
  await card.locator('li', { hasText: 'Hard' }).getByRole('button', { name: 'Accept…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Accept the conflict' });
  await expectNoAxeViolations(page);
  await dialog.getByLabel('Reason').fill('One technician does both, one after the other.');
  await dialog.getByRole('button', { name: 'Accept the conflict' }).click();
  await expect(card.locator('li', { hasText: 'Hard' })).toContainText('Accepted by Inês Carvalho');
  await expect(card).not.toContainText('keeps this change from starting');
  await expect(page.locator('.line', { hasText: 'accepted a conflict' })).toContainText('One technician does both');
  await card.locator('li', { hasText: 'Medium' }).getByRole('button', { name: 'It is none…' }).click();
  const none = page.getByRole('dialog', { name: 'This conflict is none' });
  await none.getByLabel('Reason').fill('Two hands are enough.');
  await expectNoAxeViolations(page);
  await none.getByRole('button', { name: 'Resolve the conflict' }).click();
  await expect(none).toHaveCount(0);
  await card.getByRole('button', { name: '1 resolved' }).click();
  await expect(card).toContainText('said that it is none: Two hands are enough.');
});

test('a free time is found while the plan is written, and taken', async ({ desk, page }) => {
  const name = `Label printer ${Date.now()}`;
  const printer = await item(desk, name);
  const window = await desk.api.post('/api/v1/change-schedules', { data: { kind: 'freeze', name: `Count of ${name}`, zone: 'UTC', starts: at(44, 0).toISOString().slice(0, 16), minutes: 2880, scope: { items: [printer] } } });
  expect(window.status(), await window.text()).toBe(201);
  await desk.goto('/new/change');
  await page.getByLabel('Title').fill('New head for the label printer');
  const local = (date: Date) => page.evaluate((iso) => { const d = new Date(iso); return new Date(d.getTime() - d.getTimezoneOffset() * 60_000).toISOString().slice(0, 16); }, date.toISOString());
  await page.getByLabel('Starts').fill(await local(at(44, 10)));
  await page.getByLabel('Ends').fill(await local(at(44, 12)));
  await page.getByRole('button', { name: /Add an item/ }).click();
  await page.locator('.picker-search').fill(name);
  await page.getByRole('option', { name }).first().click();
  await expect(page.locator('.clashes-now')).toContainText(`The freeze “Count of ${name}” covers it.`);
  await page.getByRole('button', { name: 'Find a free time' }).click();
  const finder = page.getByRole('dialog', { name: 'Find a free time' });
  await finder.getByLabel(/Not before/).fill(await local(at(44, 10)));
  await finder.getByRole('button', { name: 'Find', exact: true }).click();
  await expect(finder.getByRole('region', { name: 'Free times' }).locator('li')).toHaveCount(3);
  await expect(finder.getByRole('region', { name: 'Why not earlier' })).toContainText(`Count of ${name}`);
  await expectNoAxeViolations(page);
  await finder.getByRole('button', { name: /^Take / }).first().click();
  await expect(page.getByLabel('Starts')).toHaveValue(await local(at(46, 0)));
  await expect(page.locator('.clashes-now')).toContainText('Nothing stands against this time.');
});

test('a window is made in plain words, suspended with a reason, and retired', async ({ desk, page }) => {
  await desk.is('ines');
  await desk.goto('/admin/schedules');
  const name = `Sunday mornings ${Date.now()}`;
  await page.getByRole('button', { name: 'Make a window' }).click();
  const sheet = page.getByRole('dialog', { name: 'Make a maintenance window' });
  await sheet.getByLabel('Name').fill(name);
  await sheet.getByLabel('First time').fill('2026-01-11T02:00');
  await sheet.getByLabel('Repeats').selectOption({ label: 'Monthly, on the second Sunday' });
  await expect(sheet.getByRole('region', { name: 'Next times' })).toContainText('Every month on the second Sunday');
  await expect(sheet.getByRole('region', { name: 'Next times' }).locator('li')).toHaveCount(5);
  await sheet.getByRole('button', { name: /^Tags/ }).click();
  await page.locator('.picker-search').fill('quiet');
  await page.getByRole('option', { name: /quiet/ }).click();
  await expectNoAxeViolations(page);
  await sheet.getByRole('button', { name: 'Make the window' }).click();
  const row = page.locator('li', { hasText: name });
  await expect(row).toContainText('Every month on the second Sunday, at 02:00 for 4 h');
  await row.getByRole('button', { name: `Suspend ${name}` }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Until').fill(at(20, 8).toISOString().slice(0, 16));
  await dialog.getByLabel('Reason').fill('The hall is painted.');
  await dialog.getByRole('button', { name: 'Suspend', exact: true }).click();
  await expect(row).toContainText('The hall is painted.');
  await row.getByRole('button', { name: `Resume ${name}` }).click();
  await expect(row.getByRole('button', { name: `Suspend ${name}` })).toBeVisible();
  await row.getByRole('button', { name: `Retire ${name}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Retire for good' }).click();
  await expect(row).toHaveCount(0);
});

test('a program subscribes to the calendar with an address that is shown once', async ({ desk, page, playwright, baseURL }) => {
  await desk.is('ines');
  await desk.goto('/me/feeds');
  await page.getByLabel('Program').fill('Phone of Inês');
  await page.getByRole('button', { name: 'Make an address' }).click();
  const address = (await page.locator('.secret code').innerText()).trim();
  await expectNoAxeViolations(page);
  const nobody = await playwright.request.newContext({ baseURL });
  const stream = await nobody.get(address);
  expect(stream.status()).toBe(200);
  expect(await stream.text()).toContain('BEGIN:VCALENDAR');
  await desk.reload();
  await expect(page.locator('.secret')).toHaveCount(0);
  await page.getByRole('button', { name: 'Revoke Phone of Inês' }).click();
  await expect(page.getByRole('button', { name: 'Revoke Phone of Inês' })).toHaveCount(0);
  expect((await nobody.get(address)).status()).toBe(404);
  await nobody.dispose();
});

test('requesters are told what will be interrupted', async ({ desk, page }) => {
  await desk.is('ana');
  await desk.goto('/portal');
  await expect(page.getByRole('region', { name: 'Planned interruptions' })).toBeVisible();
  await page.getByRole('navigation', { name: 'Portal' }).getByRole('link', { name: 'Interruptions' }).click();
  await expect(page.locator('.interruptions li', { hasText: 'Telephony' })).toContainText('up to 20 minutes');
  await expect(page.locator('main')).not.toContainText('CHG-');
  await expectNoAxeViolations(page);
});
