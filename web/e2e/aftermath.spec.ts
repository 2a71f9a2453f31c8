// After a change: what it caused is named and confirmed, it is reviewed by somebody else, and the figures say so.
import { axeViolations } from './axe';
import { expect, test } from './desk';

test('a change is named as the cause of an incident, reviewed, closed, and found behind the figures', async ({ desk, page }) => {
  await desk.is('ines');
  const waiting = (await (await desk.api.get('/api/v1/change-reviews')).json()) as { items: { number: string }[] };
  const number = waiting.items[0]!.number;
  const incident = await desk.given('Customers cannot order since the release', { impact: 1, urgency: 2 });

  // On the incident, somebody suspects the change; who may, confirms it with what shows it.
  await desk.open(incident);
  const behind = page.getByRole('region', { name: 'Changes behind it' });
  await behind.getByRole('button', { name: 'Name a change' }).click();
  const naming = page.getByRole('dialog', { name: 'Name a change' });
  await naming.getByRole('button', { name: /^Change/ }).click();
  await page.locator('.picker-search').fill(number);
  await page.getByRole('option').first().click();
  await naming.getByRole('button', { name: 'Name a change' }).click();
  await expect(behind).toContainText('Suspected');
  await behind.getByRole('button', { name: 'Confirm…' }).click();
  const confirming = page.getByRole('dialog', { name: 'Confirm the cause' });
  await confirming.getByLabel('What shows it?').fill('It works again with the release before.');
  expect(await axeViolations(page)).toEqual([]);
  await confirming.getByRole('button', { name: 'Confirm the cause' }).click();
  await expect(behind).toContainText('Confirmed');

  // The change cannot be closed before it is reviewed.
  await desk.open(number);
  await expect(page.getByRole('region', { name: 'Incidents' })).toContainText('It caused an incident');
  const review = page.getByRole('region', { name: 'Review' });
  await expect(review).toContainText('It caused an incident');
  await review.getByRole('button', { name: 'Write the review' }).click();
  const form = page.getByRole('dialog', { name: `Review ${number}` });
  await form.getByRole('group', { name: 'Objectives' }).getByRole('button', { name: 'In part' }).click();
  await form.getByLabel('What was learned?').fill('Order a thing in the smoke test, too.');
  await form.getByRole('group', { name: 'CMDB' }).getByRole('button', { name: 'Nothing to tell' }).click();
  expect(await axeViolations(page)).toEqual([]);
  await form.getByRole('button', { name: 'Finish the review' }).click();
  await expect(review).toContainText('Order a thing in the smoke test');
  await desk.move('Close', { 'Closing notes': 'Done, and mended since.' });
  await desk.isNow('Closed');

  // The figures count it, and show it.
  await desk.goto('/reports/changes');
  await page.getByRole('button', { name: /^Change failure rate: .*, see the changes$/ }).first().click();
  await expect(page.getByRole('dialog')).toContainText(number);
  expect(await axeViolations(page)).toEqual([]);
});
