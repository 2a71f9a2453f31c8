// A template of standard changes: written, put to the board, voted on in the inbox, published.
import { expectNoAxeViolations, sideways } from './axe';
import { expect, phone, someone, test } from './desk';

test('a template is written, put to the board, approved by two members and published', async ({ browser, baseURL, desk, page }) => {
  test.setTimeout(120_000);
  await desk.is('tess');
  const evidence: string[] = [];
  for (let i = 0; i < 3; i += 1) {
    const made = await desk.api.post('/api/v1/changes', { data: { title: 'Replace a fan of a switch', model: 'registration', team: 'network', plan: { implementation_plan: 'Pull the fan, push the new one in.', affected_services: ['Network'] } } });
    expect(made.status(), await made.text()).toBe(201);
    const { number } = (await made.json()) as { number: string };
    expect((await desk.api.post(`/api/v1/changes/${number}/moves/register`, { data: { outcome: 'successful' } })).status()).toBe(200);
    evidence.push(number);
  }
  await desk.goto('/standard-changes');
  await page.getByRole('link', { name: 'New template' }).click();
  await page.getByLabel('Key').fill('replace-a-fan');
  await page.getByLabel('Title').fill('Replace a fan of a switch');
  await page.getByRole('textbox', { name: 'Implementation plan' }).fill('1. Pull the fan.\n2. Push the new one in.');
  await page.getByRole('textbox', { name: 'Back-out plan' }).fill('Put the old one back.');
  await page.getByLabel('Allowed tags').fill('network');
  await page.getByRole('button', { name: 'Only at some hours' }).click();
  await expectNoAxeViolations(page);
  await page.getByRole('button', { name: 'Save draft' }).click();
  await expect(page.getByRole('heading', { name: 'Replace a fan of a switch', level: 1 })).toBeVisible();
  await expect(page.getByRole('region', { name: 'What it says' })).toContainText('Mon Tue Wed Thu Fri 18:00–22:00');
  await page.getByRole('button', { name: 'Put it to the board…' }).click();
  await page.getByRole('textbox', { name: 'Evidence' }).fill(evidence.join(' '));
  await page.getByRole('dialog').getByRole('button', { name: 'Put it to the board' }).click();
  await expect(page.getByRole('region', { name: 'Ballot' })).toContainText('0 of 2 approved');
  await expectNoAxeViolations(page);

  const carl = await someone(browser, baseURL!, phone);
  await carl.desk.is('carl');
  await carl.desk.goto('/approvals');
  // What waits for a vote is counted, be it a change or a template.
  await expect(carl.page.getByRole('button', { name: /^Waiting \([1-9]/ })).toBeVisible();
  await carl.page.getByRole('button', { name: 'Menu', exact: true }).click();
  await expect(carl.page.getByRole('link', { name: /^My approvals/ }).locator('.count')).toHaveText(/^[1-9]/);
  await carl.page.getByRole('button', { name: 'Close the menu' }).click({ position: { x: 380, y: 300 } });
  const card = carl.page.getByRole('article', { name: 'Template Replace a fan of a switch' });
  await card.getByRole('button', { name: 'Read what it says' }).click();
  await expect(card).toContainText('Put the old one back.');
  await card.getByRole('button', { name: 'Approve', exact: true }).click();
  await expect(card.locator('.receipt')).toBeVisible();
  await expectNoAxeViolations(carl.page);
  const cleo = await someone(browser, baseURL!);
  await cleo.desk.is('cleo');
  await cleo.desk.goto('/standard-changes/replace-a-fan');
  await expect(cleo.page.getByRole('region', { name: 'Ballot' })).toContainText('Carl Brandner approved');
  await cleo.page.getByRole('button', { name: 'Approve', exact: true }).click();
  await expect(cleo.page.locator('.receipt')).toBeVisible();
  const ines = await someone(browser, baseURL!);
  await ines.desk.is('ines');
  await ines.desk.goto('/standard-changes/replace-a-fan');
  await ines.page.getByRole('button', { name: 'Publish' }).click();
  await expect(ines.page.locator('.page > header')).toContainText('Published');
  await ines.desk.goto('/standard-changes');
  await expect(ines.page.getByRole('button', { name: 'Use Replace a fan of a switch' })).toBeEnabled();
  for (const one of [carl, cleo, ines]) { one.desk.expectNothingWrong(); await one.context.close(); }
});

test('a standard change is scheduled with one form, on a phone, and without a meeting', async ({ browser, baseURL }) => {
  const hugo = await someone(browser, baseURL!, phone);
  await hugo.desk.is('hugo');
  await hugo.desk.goto('/standard-changes');
  await hugo.page.getByRole('button', { name: 'Use Renew the certificate of a web server' }).click();
  const form = hugo.page.getByRole('form', { name: 'Renew the certificate of a web server' });
  // One thing is asked for: when.
  await form.getByLabel('Starts').fill(new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 16));
  expect(await sideways(hugo.page)).toBe(0);
  await expectNoAxeViolations(hugo.page);
  await form.getByRole('button', { name: 'Schedule it' }).click();
  await expect(hugo.page.locator('.record-head h1')).toContainText('Renew the certificate of a web server');
  await hugo.desk.isNow('Scheduled');
  hugo.desk.expectNothingWrong();
  await hugo.context.close();
});
