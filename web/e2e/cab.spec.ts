// The CAB room: two members vote in two browsers, everybody sees the quorum, and the minutes are signed.
import { createHash } from 'node:crypto';
import { expectNoAxeViolations, sideways } from './axe';
import { expect, password, phone, someone, test, type Desk } from './desk';

interface Room { id: string; items: { id: string; number: string; ballot: { digest: string } | null }[] }

/** A change of high risk that waits for the board. Nobody of the board has a hand in it. It is written through the API; looked at, when asked for, on a screen. */
async function asking(desk: Desk, title: string, ahead = 9 * 86_400_000, implementer = 'niels', looked = false): Promise<string> {
  const questions = ((await (await desk.api.get('/api/v1/change-rules/questionnaire/desk')).json()) as { document: { questions: { key: string; options: { key: string }[] }[] } }).document.questions;
  const start = new Date(Date.now() + ahead);
  const post = async (path: string, data: unknown, status: number) => {
    const answer = await desk.api.post(`/api/v1${path}`, { data });
    expect(answer.status(), await answer.text()).toBe(status);
    return answer.json() as Promise<{ number: string; digest: string }>;
  };
  const people = (await (await desk.api.get(`/api/v1/people?q=${implementer}`)).json()) as { items: { id: string }[] };
  const made = await post('/changes', { title, team: 'network', risk: 'high', plan: {
    justification: 'The vendor ends support.', implementation_plan: 'Drain, upgrade, undrain.', test_plan: 'Send and receive.', backout_plan: 'Restore the snapshot.', verification_plan: 'Look at the monitoring.', communication_plan: 'The Service Desk announces it.',
    planned_start: start.toISOString(), planned_end: new Date(start.getTime() + 3_600_000).toISOString(), affected_services: ['Mail'], implementers: [people.items[0]!.id], environment: 'production', outage: 'no', backout_tested: 'yes', security_touched: 'no', category: 'network', reason_code: 'maintenance',
    answers: Object.fromEntries(questions.map((one) => [one.key, one.options[0]!.key])) } }, 201);
  await post(`/changes/${made.number}/moves/submit`, {}, 200);
  const tess = await someone(desk.page.context().browser()!, desk.baseURL, phone);
  await tess.desk.is('tess');
  if (looked) { // a colleague reads the plan on a phone and finds it sound
    await tess.desk.open(made.number);
    await tess.page.getByRole('textbox', { name: /Have you read the plan/ }).fill('The order is right.');
    await tess.page.getByRole('button', { name: 'The plan is sound' }).click();
    await expect(tess.page.getByRole('region', { name: 'Approvals' }).first()).toContainText('finds it sound');
    expect(await sideways(tess.page)).toBe(0);
    tess.desk.expectNothingWrong();
  } else expect((await tess.desk.api.post(`/api/v1/changes/${made.number}/peer-review`, { data: { digest: made.digest, note: 'Sound.' } })).status()).toBe(200);
  await tess.context.close();
  await post(`/changes/${made.number}/moves/request_authorization`, {}, 200);
  return made.number;
}

/** A meeting of its own, at a time that no other journey uses. */
async function convened(desk: Desk, change: string, minutesAhead: number): Promise<string> {
  const answer = await desk.api.post('/api/v1/meetings', { data: { board: 'cab', starts_at: new Date(Date.now() + minutesAhead * 60_000).toISOString(), title: `Extra CAB about ${change}` } });
  expect(answer.status(), await answer.text()).toBe(201);
  return ((await answer.json()) as Room).id;
}

/** Starts the meeting, and strikes what other journeys have put to the board meanwhile. */
async function started(desk: Desk, id: string, change: string): Promise<void> {
  await desk.page.getByRole('button', { name: 'Start the meeting' }).click();
  await expect(desk.page.getByRole('button', { name: 'First point' })).toBeVisible();
  const room = (await (await desk.api.get(`/api/v1/meetings/${id}`)).json()) as Room;
  expect(room.items.some((one) => one.number === change)).toBe(true);
  for (const point of room.items.filter((one) => one.number !== change)) expect((await desk.api.post(`/api/v1/meetings/${id}/points/${point.id}/steps/strike`, { data: {} })).status()).toBe(200);
  await expect(desk.page.getByRole('region', { name: 'Agenda' }).locator('.agenda-point')).toHaveCount(1);
}

test('two members vote in two browsers, and the minutes are signed', async ({ browser, baseURL, desk, page }) => {
  test.setTimeout(120_000);
  await desk.is('ines'); // she leads, and decides on nothing
  const change = await asking(desk, 'Replace the core switch of the annex');
  const id = await convened(desk, change, 61);
  await desk.goto(`/cab/meetings/${id}`);
  await started(desk, id, change);
  await page.getByRole('button', { name: 'First point' }).click();
  await expect(page.getByRole('status', { name: 'Quorum' })).toContainText('No quorum yet: 0 of 2');

  const carl = await someone(browser, baseURL!, phone);
  await carl.desk.is('carl');
  await carl.desk.goto(`/cab/meetings/${id}`);
  const cleo = await someone(browser, baseURL!);
  await cleo.desk.is('cleo');
  await cleo.desk.goto(`/cab/meetings/${id}`);
  await carl.page.getByRole('button', { name: 'Join' }).click();
  await expect(page.getByRole('status', { name: 'Quorum' })).toContainText('No quorum yet: 1 of 2');
  await cleo.page.getByRole('button', { name: 'Join' }).click();
  for (const screen of [page, carl.page, cleo.page]) await expect(screen.getByRole('status', { name: 'Quorum' })).toContainText('Quorum: 2 of 2');

  // Cleo leaves, and everybody sees it; she comes back.
  await cleo.page.getByRole('button', { name: 'Leave' }).click();
  await expect(carl.page.getByRole('status', { name: 'Quorum' })).toContainText('No quorum yet: 1 of 2');
  await cleo.page.getByRole('button', { name: 'Join' }).click();
  await expect(carl.page.getByRole('status', { name: 'Quorum' })).toContainText('Quorum: 2 of 2');

  await carl.page.getByRole('button', { name: 'Approve', exact: true }).click();
  await expect(carl.page.locator('.receipt')).toContainText('You approved this plan.');
  await expect(cleo.page.getByRole('list', { name: 'Votes' })).toContainText('Carl Brandner approved');
  await cleo.page.getByRole('textbox', { name: /Your decision/ }).fill('The way back is sound.');
  await cleo.page.getByRole('button', { name: 'Approve', exact: true }).click();
  await expect(cleo.page.locator('.receipt')).toContainText('You approved this plan.');
  await expect(page.locator('.point')).toContainText('The board has approved revision 1.');
  await expectNoAxeViolations(carl.page);
  await expectNoAxeViolations(page);

  await page.getByRole('button', { name: 'Note what was said' }).click();
  await page.getByRole('textbox', { name: 'What was said' }).fill('Nobody was against it.');
  await page.getByRole('button', { name: 'Save note' }).click();
  await expect(page.locator('.point')).toContainText('Nobody was against it.');
  await desk.reload(); // a closed laptop loses nothing
  await expect(page.locator('.point')).toContainText('Nobody was against it.');
  await page.getByRole('button', { name: 'End…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End the meeting' }).click();
  await expect(page.locator('.room-head')).toContainText('Ended');

  await page.getByRole('button', { name: 'Minutes' }).click();
  const minutes = page.getByRole('article', { name: 'Minutes' });
  await expect(minutes).toContainText(`1. ${change} Replace the core switch of the annex (high risk)`);
  await expect(minutes).toContainText('Carl Brandner approved');
  await expect(minutes).toContainText('The board approved this plan.');
  await page.getByRole('button', { name: 'Sign the minutes' }).click();
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign', exact: true }).click();
  await expect(minutes).toContainText('Signed by Inês Carvalho');
  await expectNoAxeViolations(page);
  await page.getByLabel('Something was wrong or missing?').fill('Cleo was away for a minute.');
  await page.getByRole('button', { name: 'Add to the minutes' }).click();
  await expect(minutes).toContainText('Cleo was away for a minute.');
  for (const one of [carl, cleo]) { one.desk.expectNothingWrong(); await one.context.close(); }
});

test('who is typing stays where they are when the meeting goes on, and what is undecided is carried over', async ({ browser, baseURL, desk, page }) => {
  test.setTimeout(120_000);
  await desk.is('ines');
  const change = await asking(desk, 'Move the time servers of the annex');
  const id = await convened(desk, change, 83);
  await desk.goto(`/cab/meetings/${id}`);
  await started(desk, id, change);
  expect((await desk.api.post(`/api/v1/meetings/${id}/points`, { data: { title: 'The calendar of the spring' } })).status()).toBe(200);
  await page.getByRole('button', { name: 'First point' }).click();
  await expect(page.locator('.point')).toContainText('Move the time servers');

  const carl = await someone(browser, baseURL!, phone);
  await carl.desk.is('carl');
  await carl.desk.goto(`/cab/meetings/${id}`);
  await carl.page.getByRole('button', { name: 'Join' }).click();
  await carl.page.getByRole('textbox', { name: /Your decision/ }).fill('I am not sure about');
  await page.getByRole('button', { name: 'Next point' }).click();
  await expect(page.locator('.point')).toContainText('The calendar of the spring');
  await expect(carl.page.locator('.room')).toContainText('The meeting has gone on to “The calendar of the spring”.');
  await expect(carl.page.getByRole('textbox', { name: /Your decision/ })).toHaveValue('I am not sure about');
  await expectNoAxeViolations(carl.page);
  await carl.page.getByRole('button', { name: 'Follow' }).click();
  await expect(carl.page.locator('.point')).toContainText('The calendar of the spring');
  await expect(carl.page.getByRole('region', { name: 'Agenda' })).toContainText('not decided');
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(carl.page.getByRole('group', { name: 'Where the meeting is' })).toContainText('paused');
  carl.desk.expectNothingWrong();
  await carl.context.close();
});

test('a change of high risk goes all its way on phones: a colleague, the board in its room, the work with its evidence, the review', async ({ browser, baseURL, desk, page }) => {
  test.setTimeout(120_000);
  await page.setViewportSize(phone.viewport); // whoever leads has a phone in the hand as well
  await desk.is('ines');
  const change = await asking(desk, 'Replace the gateway of the annex', 60_000, 'hugo', true);
  const check = await desk.api.post(`/api/v1/changes/${change}/tasks`, { data: { kind: 'verify', title: 'Look at the monitoring' } });
  expect(check.status(), await check.text()).toBe(201);
  const id = await convened(desk, change, 133);
  await desk.goto(`/cab/meetings/${id}`);
  await started(desk, id, change);
  await page.getByRole('button', { name: 'First point' }).click();
  const members = await Promise.all((['carl', 'cleo'] as const).map(async (login) => {
    const one = await someone(browser, baseURL!, phone);
    await one.desk.is(login);
    await one.desk.goto(`/cab/meetings/${id}`);
    await one.page.getByRole('button', { name: 'Join' }).click();
    return one;
  }));
  for (const one of members) {
    await expect(one.page.getByRole('status', { name: 'Quorum' })).toContainText('Quorum: 2 of 2');
    await one.page.getByRole('button', { name: 'Approve', exact: true }).click();
    await expect(one.page.locator('.receipt')).toContainText('You approved this plan.');
    one.desk.expectNothingWrong();
    await one.context.close();
  }
  await expect(page.locator('.point')).toContainText('The board has approved revision 1.');

  // Whoever implements it does so on a phone.
  const hugo = await someone(browser, baseURL!, phone);
  await hugo.desk.is('hugo');
  await hugo.desk.open(change);
  await hugo.desk.move('Start implementation');
  await hugo.desk.isNow('Implementing');
  const work = hugo.page.getByRole('region', { name: 'Work' });
  await work.getByRole('button', { name: 'Start: Look at the monitoring' }).click();
  await work.getByLabel('File for Look at the monitoring').setInputFiles({ name: 'monitoring.txt', mimeType: 'text/plain', buffer: Buffer.from('all green\n') });
  await work.getByLabel('What it shows').fill('Ten minutes without an alarm.');
  await work.getByRole('button', { name: 'Add as evidence' }).click();
  const shown = work.getByRole('list', { name: 'Evidence of Look at the monitoring' });
  await expect(shown).toContainText(createHash('sha256').update('all green\n').digest('hex'));
  await shown.getByRole('button', { name: 'Verify monitoring.txt' }).click();
  await expect(shown).toContainText('As shown');
  await work.getByRole('button', { name: 'Done: Look at the monitoring' }).click();
  await expect(work.getByRole('button', { name: 'Done: Look at the monitoring' })).toHaveCount(0);
  expect(await sideways(hugo.page)).toBe(0);
  await hugo.desk.move('Complete', { Outcome: 'successful' });
  await hugo.desk.isNow('Review');
  await expectNoAxeViolations(hugo.page);
  await expect(hugo.page.getByRole('region', { name: 'Review' })).toContainText('You implemented it: somebody else reviews it.');
  hugo.desk.expectNothingWrong();
  await hugo.context.close();

  // Somebody else reviews it, and only then it is closed.
  await desk.open(change);
  const review = page.getByRole('region', { name: 'Review' });
  await expect(review).toContainText('Its risk was high');
  await review.getByRole('button', { name: 'Write the review' }).click();
  const form = page.getByRole('dialog', { name: `Review ${change}` });
  await form.getByRole('group', { name: 'Objectives' }).getByRole('button', { name: 'Yes' }).click();
  await form.getByLabel('What was learned?').fill('The order of the steps was right.');
  await form.getByRole('group', { name: 'CMDB' }).getByRole('button', { name: 'It is up to date' }).click();
  await form.getByRole('button', { name: 'Finish the review' }).click();
  await expect(review).toContainText('The order of the steps was right.');
  await desk.move('Close', { 'Closing notes': 'Done as planned.' });
  await desk.isNow('Closed');
  await expect(page.locator('.record-main')).toContainText('reviewed this');
  expect(await sideways(page)).toBe(0);
  await expectNoAxeViolations(page);
});
