// Coming in, who is here, and who may do what.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Desk, expect, someone, test } from './desk';

test('a wrong password is refused in words, and the right one leads where one wanted to go', async ({ desk, page }) => {
  desk.expectsRefusal(401);
  await page.goto('/search?q=vpn');
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.getByRole('textbox', { name: 'Login' }).fill('hugo');
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await page.getByLabel('Password').fill('show-me-around');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Search' })).toBeVisible();
});

test('everybody sees where they are signed in and can end a session', async ({ browser, baseURL, desk, page }) => {
  const elsewhere = await someone(browser, baseURL!, { userAgent: 'Mozilla/5.0 (Windows NT 10.0) Firefox/150.0' });
  await elsewhere.desk.is('omar');
  await desk.is('omar');
  await desk.goto('/me/sessions');
  const line = page.getByRole('listitem').filter({ hasText: 'Firefox on Windows' });
  await expect(line).toHaveCount(1);
  await line.getByRole('button', { name: 'End' }).click();
  await expect(line).toHaveCount(0);
  expect((await elsewhere.desk.api.get('/api/v1/me')).status()).toBe(401);
  await elsewhere.context.close();
});

test('a token is shown once, works within its rights, and is revoked', async ({ desk, page, playwright, baseURL }) => {
  await desk.is('omar');
  await desk.goto('/me/tokens');
  await page.getByLabel('Name').fill('Dashboard');
  await page.getByRole('button', { name: 'Create token' }).click();
  const secret = (await page.locator('.secret code').innerText()).trim();
  const machine = await playwright.request.newContext({ baseURL, extraHTTPHeaders: { Authorization: `Bearer ${secret}` } });
  expect((await machine.get('/api/v1/tickets?limit=1')).status()).toBe(200);
  expect((await machine.post('/api/v1/incidents', { data: { title: 'By a machine', impact: 3, urgency: 3 } })).status()).toBe(403);
  await page.getByRole('listitem').filter({ hasText: 'Dashboard' }).getByRole('button', { name: 'Revoke' }).click();
  await expect(desk.toast).toContainText('no longer works');
  expect((await machine.get('/api/v1/tickets?limit=1')).status()).toBe(401);
  await machine.dispose();
});

test('why somebody may not decide is answered from the rules and the record', async ({ desk, page }) => {
  await desk.is('ines');
  const waiting = await (await desk.api.get('/api/v1/tickets?kind=change&state=authorize&limit=1')).json() as { items: { number: string }[] };
  await desk.goto('/admin/explain');
  const form = page.locator('main');
  await desk.pick(form, 'Person', 'Hugo Martins');
  await desk.pick(form, 'Action', 'Changes: Decide');
  await page.getByLabel(/^Record/).fill(waiting.items[0]!.number);
  await page.keyboard.press('Enter');
  await expect(page.locator('.notice.bad')).toContainText('Hugo Martins');
  expect(await page.getByRole('listitem').filter({ has: page.getByRole('img', { name: 'Fails' }) }).count()).toBeGreaterThan(0);
  await expect(page.getByText('Policy version')).toBeVisible();
});

test('an administrator grants a role for a time, and it shows what the person may do', async ({ desk, page }) => {
  await desk.is('ada');
  await desk.goto('/admin/people');
  await page.getByLabel('Find').fill('Nina');
  await page.getByRole('link', { name: 'Nina Peters' }).click();
  await page.getByRole('button', { name: 'Grant a role' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Role').selectOption({ label: 'CI owner' });
  await dialog.getByLabel('Reason').fill('Owns the printers from today');
  await dialog.getByRole('button', { name: 'Grant' }).click();
  await expect(page.getByRole('region', { name: 'Grants' })).toContainText('Owns the printers from today');
});

test('the link on the console of a new desk makes its first administrator, once', async ({ browser }) => {
  const folder = mkdtempSync(join(tmpdir(), 'cabinet-new-'));
  const port = Number(process.env.CABINET_E2E_PORT ?? 18080) + 1;
  const server = spawn('../bin/cabinet', ['serve', '--data', folder, '--addr', `127.0.0.1:${port}`], { cwd: new URL('..', import.meta.url).pathname });
  try {
    const link = await new Promise<string>((resolve, reject) => {
      let text = '';
      const read = (chunk: Buffer) => { text += chunk.toString(); const found = /https?:\/\/\S+\/setup\?token=\S+/.exec(text); if (found) resolve(found[0]); };
      server.stdout.on('data', read);
      server.stderr.on('data', read);
      server.on('exit', () => reject(new Error(`the server stopped: ${text}`)));
    });
    const context = await browser.newContext();
    const page = await context.newPage();
    const desk = new Desk(page, new URL(link).origin);
    await page.goto(link);
    await page.getByLabel('Your name').fill('Fay First');
    await page.getByRole('textbox', { name: 'Login' }).fill('fay');
    await page.getByLabel('Mail address').fill('fay@example.org');
    await page.getByLabel('Password', { exact: true }).fill('a rather long sentence 9');
    await page.getByLabel('Password again').fill('a rather long sentence 9');
    await page.getByRole('button', { name: 'Create administrator' }).click();
    await expect(page.getByRole('heading', { name: 'People' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Fay First' })).toBeVisible();
    desk.expectNothingWrong();
    const again = await context.request.post(`${new URL(link).origin}/api/v1/setup`, { data: { token: new URL(link).searchParams.get('token'), name: 'Eve', login: 'eve', email: 'eve@example.org', password: 'a rather long sentence 9' } });
    expect(again.ok()).toBe(false);
    await context.close();
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
});
