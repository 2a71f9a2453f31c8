// The requesters' portal: somebody reports what is broken on a phone, answers a question, and says when it is over.
import { expect, phone, someone, test } from './desk';
import { axeViolations, sideways } from './axe';

test('a requester reports on a phone, answers, and closes what works again', async ({ browser, baseURL, desk }) => {
  const ana = await someone(browser, baseURL!, phone);
  await ana.desk.is('ana');
  await ana.desk.goto('/');
  await expect(ana.page).toHaveURL(/\/portal$/);
  await ana.page.getByRole('link', { name: /Report something broken/ }).click();
  await ana.page.getByLabel('What is broken?').fill('The label printer eats every second label');
  await ana.page.getByLabel(/What happens, and since when/).fill('Since this morning, in the warehouse.');
  await ana.page.getByLabel('I cannot work').check();
  await ana.page.locator('input[type=file]').setInputFiles({ name: 'label.txt', mimeType: 'text/plain', buffer: Buffer.from('half a label\n') });
  await expect(ana.page.getByText('label.txt')).toBeVisible();
  expect(await axeViolations(ana.page)).toEqual([]);
  await ana.page.getByRole('button', { name: 'Report it' }).click();
  await expect(ana.page.getByRole('heading', { level: 1 })).toHaveText('The label printer eats every second label');
  const number = (await ana.page.locator('.request-page .num').first().innerText()).trim();
  await expect(ana.page.getByRole('region', { name: 'Where it is' })).toContainText('Received');
  await expect(ana.page.getByRole('list', { name: 'Files' })).toContainText('label.txt');
  expect(await sideways(ana.page)).toBe(0);

  // The desk takes it, asks with a canned text, and waits.
  await desk.is('hugo');
  await desk.open(number);
  await expect(desk.page.locator('.record')).toContainText('P3');
  await desk.page.keyboard.press('i');
  await desk.move('Start work');
  await desk.page.keyboard.press('r');
  const composer = desk.page.locator('.composer.reply textarea');
  await composer.pressSequentially('/one');
  await desk.page.getByRole('option', { name: /One question/ }).click();
  await expect(composer).toHaveValue(/^Hello Ana,\n\nto go on we need one thing from you/);
  await composer.fill(`${await composer.inputValue()} which roll is in it?`);
  await desk.page.locator('.composer.reply button[type=submit]').click();
  await expect(desk.page.locator('.message', { hasText: 'which roll is in it' })).toBeVisible();
  await desk.move('Put on hold', { 'Waits for': 'user', Reason: 'Which roll is in it?' });
  await desk.isNow('Pending');

  // She sees that it is her turn, without asking, and her answer sends it back to work.
  const where = ana.page.getByRole('region', { name: 'Where it is' });
  await expect(where).toContainText('Waiting for you');
  await expect(ana.page.locator('.said')).toContainText('which roll is in it?');
  await ana.page.getByRole('textbox', { name: 'Reply' }).fill('The yellow one.');
  await ana.page.getByRole('button', { name: 'Send' }).click();
  await expect(where).toContainText('Hugo Martins is working on it');
  await ana.page.getByRole('navigation', { name: 'Portal' }).getByRole('link', { name: 'My requests' }).click();
  await expect(ana.page.getByRole('listitem').filter({ hasText: number })).toContainText('Being fixed');

  await expect(desk.page.locator('.message', { hasText: 'The yellow one.' })).toBeVisible();
  await desk.move('Resolve', { 'What solved it': 'The right roll is in it now.' });
  await ana.desk.goto(`/incidents/${number}`); // as a mail would link it
  await expect(ana.page).toHaveURL(new RegExp(`/portal/requests/${number}$`));
  await expect(where).toContainText('Fixed, please check');
  await ana.page.getByRole('button', { name: 'It is still broken' }).click();
  await ana.page.getByLabel('What is still wrong?').fill('Now it prints them twice.');
  await ana.page.getByRole('button', { name: 'It is still broken' }).click();
  await expect(where).toContainText('Being fixed');
  await expect(desk.page.locator('.record-state .tone').first()).toHaveText('In progress');
  await desk.move('Resolve', { 'What solved it': 'Driver set to one copy.' });
  await expect(where).toContainText('Fixed, please check');
  await ana.page.getByRole('button', { name: 'It works, close it' }).click();
  await expect(where).toContainText('This is over.');
  ana.desk.expectNothingWrong();
  await ana.context.close();
});

test('the hints of the portal are shown once, and cover nothing', async ({ desk, page }) => {
  await desk.is('ana');
  const before = (await (await desk.api.get('/api/v1/me')).json() as { preferences: object }).preferences;
  await desk.api.put('/api/v1/me/preferences', { data: { ...before, hints_seen: [] } });
  await desk.goto('/portal');
  const hints = page.getByRole('region', { name: 'New here?' });
  await expect(hints).toBeVisible();
  await hints.getByRole('button', { name: 'Got it' }).click();
  await expect(hints).toHaveCount(0);
  await desk.reload();
  await desk.ready();
  await expect(page.getByRole('heading', { name: /how can we help/ })).toBeVisible();
  await expect(hints).toHaveCount(0);
});

test('an agent can look at the portal and comes back', async ({ desk, page }) => {
  await desk.is('hugo');
  await desk.goto('/portal');
  await page.getByRole('link', { name: 'To the desk' }).click();
  await expect(page).toHaveURL(/\/queue\/mine/);
});

test('a lead writes a canned text for the team, and it is offered there', async ({ desk, page }) => {
  await desk.is('tess');
  await desk.goto('/admin/canned');
  await page.getByRole('button', { name: 'Write a text' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Switch restarted');
  await dialog.getByLabel('For').selectOption('network');
  await dialog.getByRole('textbox', { name: 'Text' }).fill('Hello {{requester.first_name}}, the switch behind {{number}} was restarted.');
  expect(await axeViolations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Keep text' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'Switch restarted' })).toContainText('Network');
  const number = await desk.given('Switch in room 2 hums');
  await desk.open(number);
  await page.locator('.composer textarea').pressSequentially('/switch');
  await expect(page.getByRole('option')).toHaveCount(1); // the list has caught up with what was typed
  await expect(page.getByRole('option', { name: /Switch restarted/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.locator('.composer textarea')).toHaveValue(`Hello Tess, the switch behind ${number} was restarted.`);
});
