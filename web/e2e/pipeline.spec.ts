// A pipeline and the people around it: it is registered and gets a token, is told to wait, is let through once its change is
// approved, and deploys with its pass. What goes in without one shows in the desk as an unauthorised change.
import { expectNoAxeViolations } from './axe';
import { expect, someone, test } from './desk';

test('a pipeline waits for its approval, deploys with its pass, and what goes around the gate is found', async ({ browser, baseURL, desk, page, playwright }) => {
  test.setTimeout(120_000);
  const unique = Date.now().toString(36);
  const key = `shop-${unique}`;
  const digest = `sha256:${unique.padStart(64, '0').replaceAll(/[^0-9a-f]/g, 'a')}`;

  await desk.is('ada');
  await desk.goto('/admin/pipelines');
  await page.getByRole('button', { name: 'Register a pipeline' }).click();
  const form = page.getByRole('dialog', { name: 'Register a pipeline' });
  await form.getByLabel('Name').fill(`Shop ${unique}`);
  await form.getByLabel('Key').fill(key);
  await desk.pick(form, 'Whose changes are these?', 'Applications');
  await expectNoAxeViolations(page);
  await form.getByRole('button', { name: 'Register it' }).click();
  const sheet = page.getByRole('dialog', { name: `Shop ${unique}` });
  await sheet.getByLabel('Where is it used?').fill('CI');
  await sheet.getByRole('button', { name: 'Make a token' }).click();
  const secret = await sheet.locator('.secret code').innerText();
  expect(secret).toMatch(/^cab_/);
  await expectNoAxeViolations(page);

  const robot = await playwright.request.newContext({ baseURL: baseURL!, extraHTTPHeaders: { Authorization: `Bearer ${secret}` } });
  const post = async (path: string, data: unknown, status: number) => { const answer = await robot.post(`/api/v1${path}`, { data }); expect(answer.status(), await answer.text()).toBe(status); return await answer.json() as Record<string, unknown>; };
  const rules = await (await desk.api.get('/api/v1/change-rules/questionnaire/desk')).json() as { document: { questions: { key: string; options: { key: string }[] }[] } };
  const answers = Object.fromEntries(rules.document.questions.map((one) => [one.key, one.options[0]!.key]));
  const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
  const run = await post('/pipeline-runs', {
    run: `shop#${unique}`, url: 'https://ci.example.org/shop/1', environment: 'production', title: `Shop ${unique} to production`, artifacts: [{ name: 'shop-api', digest }],
    plan: { justification: 'A faster basket.', test_plan: 'The tests of the run.', backout_plan: 'Deploy the one before.', backout_tested: 'yes', outage: 'no', security_touched: 'no', planned_start: at(-5), planned_end: at(115), affected_services: [`Shop ${unique}`], answers },
  }, 201);
  expect(run.missing).toEqual([]);
  const number = run.change as string;
  const gate = async () => await (await robot.get(`/api/v1/changes/${number}/gate?env=production&artifact=${digest}`)).json() as { decision: string; gate_token?: string; reasons: { code: string }[] };
  expect((await gate()).decision).toBe('wait');

  // People: a colleague looks at the plan, the change manager puts it to those who approve, and they decide.
  const colleague = await someone(browser, baseURL!);
  await colleague.desk.is('tess');
  const plan = await (await colleague.desk.api.get(`/api/v1/changes/${number}`)).json() as { digest: string };
  const reviewed = await colleague.desk.api.post(`/api/v1/changes/${number}/peer-review`, { data: { digest: plan.digest, note: 'Sound.' } });
  expect(reviewed.status(), await reviewed.text()).toBe(200);
  await desk.is('ines');
  await desk.open(number);
  await expect(page.getByRole('region', { name: 'Deployments' })).toContainText('shop-api');
  await desk.move('Request authorization');
  await page.getByRole('button', { name: 'Ask the gate about shop-api' }).click();
  await expect(page.getByRole('region', { name: 'Deployments' })).toContainText('It has to wait.');
  for (const login of ['carl', 'cleo']) {
    const change = await (await desk.api.get(`/api/v1/changes/${number}`)).json() as { state: string; digest: string };
    if (change.state !== 'authorize') break;
    await colleague.desk.is(login);
    const seen = await (await colleague.desk.api.get(`/api/v1/changes/${number}`)).json() as { approvals: { mine: { can: boolean; slot_id: string | null } } };
    if (seen.approvals.mine.can) await colleague.desk.api.post(`/api/v1/changes/${number}/decisions`, { data: { slot_id: seen.approvals.mine.slot_id, decision: 'approve', digest: change.digest, comment: 'Sound.' } });
  }
  await desk.open(number);
  await desk.isNow('Scheduled');

  const allowed = await gate();
  expect(allowed.decision, JSON.stringify(allowed.reasons)).toBe('allow');
  const started = await post(`/changes/${number}/deployments`, { environment: 'production', artifact: digest, gate_token: allowed.gate_token, url: 'https://ci.example.org/shop/1' }, 201);
  await desk.isNow('Implementing');
  await post(`/changes/${number}/deployments`, { environment: 'production', artifact: digest, gate_token: allowed.gate_token }, 409);
  await post(`/deployments/${started.id as string}/result`, { status: 'succeeded' }, 200);
  await desk.isNow('Review');
  await expect(page.getByRole('region', { name: 'Deployments' })).toContainText('let in for revision 1');
  await expect(page.locator('.line', { hasText: 'began to deploy' })).toContainText('to production'); // and so does the timeline
  await expectNoAxeViolations(page);

  // Around the gate: refused while it asks, found when it has happened.
  const lost = digest.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  await post('/deployments', { environment: 'production', artifact: lost }, 409);
  const found = await post('/deployments', { environment: 'production', artifact: lost, status: 'succeeded' }, 201);
  await desk.open(found.change as string);
  await desk.isNow('Detected');
  await expect(page.getByRole('region', { name: 'Deployments' })).toContainText('Without leave');
  await desk.queue('open', { kind: 'change', state: 'detected' });
  await expect(desk.rows.filter({ hasText: found.change as string })).toHaveCount(1);
  await robot.dispose();
  colleague.desk.expectNothingWrong();
  await colleague.context.close();
});

test('a webhook is set up, its secret is shown once, and what nobody takes is on its list', async ({ desk, page }) => {
  const name = `Chat ${Date.now().toString(36)}`;
  await desk.is('ada');
  await desk.goto('/admin/webhooks');
  await page.getByRole('button', { name: 'Set up a webhook' }).click();
  const form = page.getByRole('dialog', { name: 'Set up a webhook' });
  await form.getByLabel('Who is told?').fill(name);
  desk.expectsRefusal(422);
  await form.getByLabel('Address').fill('https://169.254.169.254/latest/meta-data/');
  await form.getByRole('button', { name: 'Set it up' }).click();
  await expect(form).toContainText('that address is not public');
  await form.getByLabel('Address').fill('https://receiver.invalid/hook');
  await expectNoAxeViolations(page);
  await form.getByRole('button', { name: 'Set it up' }).click();
  await expect(page.locator('.secret code')).toHaveText(/^whsec_/);
  await page.getByRole('button', { name: `Try it: ${name}` }).click();
  await page.getByRole('button', { name: `Deliveries of ${name}` }).click();
  const sheet = page.getByRole('dialog', { name: `Deliveries of ${name}` });
  await expect(sheet).toContainText('Try-out');
  await expect(sheet).toContainText(/\d+ (try|tries), the last/); // the next try comes soon
  await expect(sheet).toContainText('The name of the host is not known.');
  await expectNoAxeViolations(page);
  await desk.reload();
  await desk.ready();
  await expect(page.locator('.secret')).toHaveCount(0);
});
