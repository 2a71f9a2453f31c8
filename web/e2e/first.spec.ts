import { expectNoAxeViolations } from './axe';
import { expect, test } from './desk';

for (const scheme of ['light', 'dark'] as const) {
  test(`a queue and its first record have no accessibility violation in ${scheme}`, async ({ desk, page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await desk.signIn('grace');
    await desk.queue('open');
    await expect(desk.rows.first()).toBeVisible();
    await expectNoAxeViolations(page);
    await desk.rows.first().getByRole('link').click();
    await expect(page.locator('.record')).toBeVisible();
    await expectNoAxeViolations(page);
  });
}

test('the list works from the keyboard alone', async ({ desk, page }) => {
  await desk.signIn('grace');
  await desk.queue('open');
  await expect(desk.rows.first()).toBeVisible();
  await page.keyboard.press('j');
  await expect(desk.rows.nth(1)).toHaveClass(/cursor/);
  await page.keyboard.press('x');
  await expect(page.getByRole('region', { name: 'Selection' })).toContainText('1 selected');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('region', { name: 'Selection' })).toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect(page.locator('.queue-pane .record')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('.queue-pane')).toHaveCount(0);
});

test('Escape in the palette closes the palette and nothing else', async ({ desk, page }) => {
  await desk.signIn('grace');
  await desk.queue('open');
  await desk.rows.first().getByRole('link').click();
  await expect(page.locator('.queue-pane .record')).toBeVisible();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.locator('.queue-pane .record')).toBeVisible();
});
