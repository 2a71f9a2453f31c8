import { expectNoAxeViolations, expectNoSidewaysScroll } from './axe';
import { expect, test } from './desk';

test('my approvals fit a phone and their buttons fit a thumb', async ({ desk, page }) => {
  await desk.signIn('grace');
  await page.goto('/approvals');
  await expect(page.getByRole('heading', { name: 'My approvals' })).toBeVisible();
  for (const button of await page.getByRole('button', { name: /^(Approve|Reject)$/ }).all()) expect((await button.boundingBox())!.height).toBeGreaterThanOrEqual(44);
  await expectNoSidewaysScroll(page);
  await expectNoAxeViolations(page);
});
