// The journey for which the desk is built: an incident from report to closure; a change from its plan to an approval
// that binds, and that dies with an edit; an auditor who takes the evidence along and verifies the log.
import { readFileSync } from 'node:fs';
import { expectNoAxeViolations, sideways } from './axe';
import { addressOf, expect, phone, someone, test } from './desk';

test('an agent works an incident from report to closure, with a reply, a note and a file', async ({ desk, page }) => {
  await desk.signIn('hugo');
  await expect(page.getByRole('heading', { name: 'Assigned to me' })).toBeVisible();
  const number = await desk.report('Badge reader at the north gate stays red');
  await desk.isNow('New');

  await page.keyboard.press('i');
  await expect(desk.toast).toContainText('Assigned to Hugo Martins');
  await desk.move('Start work');
  await desk.isNow('In progress');

  await page.keyboard.press('r');
  await page.locator('.composer.reply textarea').fill('We are **on our way** to the gate.');
  await page.locator('.composer input[type=file]').setInputFiles({ name: 'reader.log', mimeType: 'text/plain', buffer: Buffer.from('17:02 relay does not answer\n') });
  await expect(page.locator('.composer.reply textarea')).toHaveValue(/\[reader\.log\]\(\/api\/v1\/attachments\//);
  await page.locator('.composer.reply button[type=submit]').click();
  const reply = page.locator('.message:not(.note)', { hasText: 'We are on our way' });
  await expect(reply.locator('strong', { hasText: 'on our way' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Attachments' })).toContainText('reader.log');

  await page.keyboard.press('n');
  await page.locator('.composer.note textarea').fill('The relay was replaced last year; same model.');
  await page.getByRole('button', { name: 'Add internal note' }).click();
  await expect(page.locator('.message.note')).toContainText('same model');

  await desk.move('Resolve', { 'What solved it': 'Relay replaced, reader tested with three badges.' });
  await desk.isNow('Resolved');
  await expect(page.getByRole('region', { name: 'Resolution' })).toContainText('three badges');
  await desk.move('Close');
  await desk.isNow('Closed');

  const file = page.getByRole('link', { name: 'reader.log' }).last();
  const [download] = await Promise.all([page.waitForEvent('download'), file.click()]);
  expect(readFileSync(await download.path(), 'utf8')).toContain('relay does not answer');

  // The requester of another incident sees nothing of this one.
  const other = await page.context().browser()!.newContext({ baseURL: desk.baseURL });
  await other.request.post('/api/v1/session', { data: { login: 'ana', password: 'show-me-around' } });
  expect((await other.request.get(`/api/v1${addressOf(number)}`)).status()).toBe(404);
  await other.close();
});

test('an approval binds to the plan that was read: the implementer has no vote, and an edit voids what was decided', async ({ browser, baseURL, desk, page }) => {
  const title = 'Replace the relay board of the north gate';
  await desk.is('ines');
  await desk.goto('/new/change');
  await page.getByLabel('Title').fill(title);
  const soon = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 16);
  await page.getByLabel('Starts').fill(soon(5));
  await page.getByLabel('Ends').fill(soon(6));
  const form = page.getByRole('form', { name: 'New change' });
  await desk.pick(form, 'Add a service:', 'Workplace');
  await desk.pick(form, 'Add an implementer:', 'Carl Brandner');
  await page.getByLabel('Why').fill('The board fails every month.');
  await page.getByLabel('How it is done').fill('1. Open the cabinet\n2. Swap the board');
  await page.getByLabel('How it is tested').fill('Three badges open the gate.');
  await page.getByLabel('How it is undone').fill('Put the old board back.');
  // What it needs is shown while it is being typed: of medium risk until the questions are answered, and then of high.
  const needs = page.getByRole('region', { name: 'What it needs' });
  await expect(needs).toContainText('until all questions are answered');
  for (const question of await page.locator('.question').all()) await question.getByRole('radio').nth(2).check();
  await expect(needs).toContainText('High risk');
  await expect(needs).toContainText('Change Advisory Board');
  await page.getByRole('button', { name: 'Create change' }).click();
  await expect(page.locator('.record-head h1')).toContainText(title);
  const number = (await page.locator('.record-line .num').innerText()).trim();
  await desk.move('Submit for assessment');
  await desk.isNow('Assess');

  // A colleague who has no hand in it looks at the plan; its author cannot.
  await expect(page.getByRole('form', { name: 'Peer review' })).toHaveCount(0);
  const tess = await someone(browser, baseURL!);
  await tess.desk.is('tess');
  await tess.desk.open(number);
  await tess.page.getByRole('form', { name: 'Peer review' }).getByRole('textbox').fill('The order of the steps is right.');
  await tess.page.getByRole('button', { name: 'The plan is sound' }).click();
  await expect(tess.page.getByRole('region', { name: 'Approvals' })).toContainText('finds it sound');
  tess.desk.expectNothingWrong();
  await tess.context.close();
  await expect(page.getByRole('region', { name: 'Approvals' })).toContainText('finds it sound'); // as it happens, without a reload
  await desk.move('Request authorization');
  await desk.isNow('Authorize');
  const panel = page.getByRole('region', { name: 'Approvals' });
  await expect(panel.locator('.elector', { hasText: 'Carl Brandner' })).toContainText('implements it');
  await expect(panel).toContainText('0 of 2');

  // The implementer sits on the board and is refused, by the page and by the API, with the reason.
  const carl = await someone(browser, baseURL!);
  await carl.desk.is('carl');
  await carl.desk.open(number);
  await expect(carl.page.getByRole('region', { name: 'Approvals' })).toContainText('You cannot decide');
  await expect(carl.page.getByRole('button', { name: 'Approve', exact: true })).toHaveCount(0);
  const change = await (await carl.desk.api.get(`/api/v1${addressOf(number)}`)).json() as { digest: string; approvals: { slots: { id: string }[] } };
  const vote = { slot_id: change.approvals.slots[0]!.id, decision: 'approve', digest: change.digest };
  const refused = await carl.desk.api.post(`/api/v1${addressOf(number)}/decisions`, { data: vote });
  expect(refused.status()).toBe(403);
  expect(((await refused.json()) as { reasons: { text: string }[] }).reasons.map((reason) => reason.text).join(' ')).toMatch(/implement/i);
  carl.desk.expectNothingWrong();
  await carl.context.close();

  // A member of the board approves on her phone and gets the receipt.
  const cleo = await someone(browser, baseURL!, phone);
  await cleo.desk.is('cleo');
  await cleo.desk.goto('/approvals');
  const card = cleo.page.getByRole('article', { name: new RegExp(number) });
  await card.getByRole('button', { name: 'Read the plan' }).click();
  await expect(card).toContainText('Swap the board');
  await card.getByRole('textbox').fill('The way back is clear.');
  const approve = card.getByRole('button', { name: 'Approve', exact: true });
  expect((await approve.boundingBox())!.height).toBeGreaterThanOrEqual(44);
  await approve.click();
  await expect(card.locator('.receipt')).toContainText('You approved this plan.');
  await expect(card.locator('.receipt')).toContainText(/Leaf\s*\d+ of a tree of \d+/);
  cleo.desk.expectNothingWrong();
  await cleo.context.close();

  // Whoever edits the plan is told before what it costs, and the approval is void after.
  await expect(panel).toContainText('1 of 2');
  const how = page.getByRole('region', { name: 'How it is done' });
  await how.getByRole('button', { name: 'Edit: How it is done' }).click();
  await how.getByRole('textbox', { name: 'How it is done' }).fill('1. Open the cabinet\n2. Swap the board\n3. Swap the power supply as well');
  await expect(how).toContainText('will no longer count');
  await how.getByRole('button', { name: 'Save and void 1 decision' }).click();
  await expect(desk.toast).toContainText('1 decision is void');
  await desk.isNow('Draft');
  await expect(panel).toContainText('Void');
  await panel.getByText('Decisions on older plans, void (1)').click();
  await expect(panel.locator('.slot.old')).toContainText('Approved, void');

  // The digest that was read is not the plan's any more.
  const late = await someone(browser, baseURL!);
  await late.desk.is('cleo');
  expect([403, 409]).toContain((await late.desk.api.post(`/api/v1${addressOf(number)}/decisions`, { data: vote })).status());
  await late.context.close();
});

test('an auditor exports the changes and verifies the log', async ({ desk, page }) => {
  await desk.is('otto');
  await desk.queue('all', { kind: 'change' });
  await expect(desk.rows.first()).toBeVisible();
  await page.getByRole('button', { name: 'Export this list' }).click();
  await page.getByRole('menuitem', { name: 'Workbook (xlsx)' }).click();
  await expect(desk.toast).toContainText('rows are ready');
  const [download] = await Promise.all([page.waitForEvent('download'), desk.toast.getByRole('link', { name: 'Download' }).click()]);
  expect(download.suggestedFilename()).toMatch(/\.xlsx$/);
  const bytes = readFileSync(await download.path());
  expect(bytes.subarray(0, 2).toString()).toBe('PK');
  expect(bytes.length).toBeGreaterThan(5_000);

  await desk.goto('/audit');
  await page.getByRole('button', { name: 'Verify now' }).click();
  const run = page.getByRole('region', { name: 'Verification' });
  await expect(run).toContainText(/All [\d,]+ events verified/, { timeout: 20_000 });
  expect(await run.getByRole('img', { name: 'Holds' }).count()).toBeGreaterThan(2);
  await expect(run.getByRole('img', { name: 'Does not hold' })).toHaveCount(0);

  // One event, checked by the browser itself.
  await page.getByRole('link', { name: /^Proof of event/ }).first().click();
  await expect(page.getByText('Checked in this browser')).toBeVisible();
});

test('the glass is broken with the password, on a phone; a clock runs, and somebody else decides', async ({ browser, baseURL, desk, page }) => {
  await page.setViewportSize(phone.viewport);
  await desk.is('ines');
  const items = (await (await desk.api.get('/api/v1/tickets?kind=incident&category=open&limit=1')).json()) as { items: { number: string }[] };
  const start = new Date();
  const made = await desk.api.post('/api/v1/changes', { data: { title: 'Cut the line to the north hall', model: 'emergency', team: 'apps', plan: {
    justification: 'Water is running into the cabinet.', implementation_plan: 'Cut it.', backout_plan: 'Plug it in again.', planned_start: start, planned_end: new Date(start.getTime() + 3_600_000), affected_services: ['WAN'] } } });
  const number = ((await made.json()) as { number: string }).number;
  await desk.open(number);
  await page.getByRole('button', { name: 'More moves' }).click();
  await page.getByRole('menuitem', { name: /Break the glass/ }).click();
  const dialog = page.getByRole('dialog', { name: /Break the glass/ });
  await dialog.getByLabel('Reason').fill('The water rises.');
  await dialog.getByLabel('Incident').fill(items.items[0]!.number);
  await dialog.getByRole('button', { name: 'Break the glass' }).click();
  const password = page.getByRole('dialog', { name: 'Sign with your password' });
  desk.expectsRefusal(403); // of a wrong password
  await password.getByLabel('Password').fill('wrong');
  await password.getByRole('button', { name: 'Sign' }).click();
  await expect(password).toContainText('not right');
  await password.getByLabel('Password').fill('show-me-around');
  await password.getByRole('button', { name: 'Sign' }).click();
  await desk.isNow('Implementing');
  await expect(page.locator('.retro-clock')).toContainText(/23 h \d+ min left|24 h 0 min left/);
  await expect(page.locator('.record-head')).toContainText('Begun before it was approved');
  expect(await sideways(page)).toBe(0);
  await expectNoAxeViolations(page);

  const carl = await someone(browser, baseURL!, phone);
  await carl.desk.is('carl');
  await carl.desk.goto('/approvals');
  const card = carl.page.getByRole('article', { name: new RegExp(number) });
  await expect(card).toContainText('This has been done already');
  await card.getByRole('button', { name: 'Approve', exact: true }).click();
  await expect(card.locator('.receipt')).toContainText('You approved this plan.');
  carl.desk.expectNothingWrong();
  await carl.context.close();
  await desk.reload();
  await expect(page.locator('.record-main')).toContainText('In retrospect it was approved');
});

test('a condition of an approval is ticked off with evidence', async ({ browser, baseURL, desk, page }) => {
  await desk.is('ines');
  const waiting = (await (await desk.api.get('/api/v1/tickets?kind=change&state=authorize&limit=50')).json()) as { items: { number: string; title: string }[] };
  const number = (waiting.items.find((one) => one.title.includes('universal driver')) ?? waiting.items[0]!).number;
  const cleo = await someone(browser, baseURL!);
  await cleo.desk.is('cleo');
  await cleo.desk.open(number);
  const panel = cleo.page.getByRole('region', { name: 'Approvals' });
  await panel.getByRole('button', { name: 'Approve under a condition' }).click();
  await panel.getByLabel('Condition 1', { exact: true }).fill('Ten queues have run for a day.');
  await panel.getByRole('button', { name: 'Approve with conditions' }).click();
  await expect(panel).toContainText('You approved this plan.');
  cleo.desk.expectNothingWrong();
  await cleo.context.close();
  await desk.open(number);
  const mine = page.getByRole('region', { name: 'Approvals' });
  await mine.getByRole('button', { name: 'Tick it off…' }).click();
  await mine.getByLabel('What shows that it is met').fill('Print log of Monday.');
  await mine.getByRole('button', { name: 'It is met' }).click();
  await expect(mine.locator('.condition.met')).toContainText('Print log of Monday.');
});
