// The rules of change enablement, edited in forms by somebody who is no programmer: who approves, floors of risk, questions, models.
// What is set here holds for no change of another journey.
import type { Page } from '@playwright/test';
import { expectNoAxeViolations, sideways } from './axe';
import { expect, phone, someone, test, type Desk } from './desk';

const version = async (desk: Desk, document: string): Promise<number> => ((await (await desk.api.get(`/api/v1/change-rules/${document}`)).json()) as { version: number }).version;
const changed = (page: Page) => page.getByRole('region', { name: 'What you changed' });
const set = async (page: Page, desk: Desk, note: string, next: number) => {
  const form = page.getByRole('form', { name: 'Set it' });
  await form.getByLabel('What is new, and why').fill(note);
  await form.getByRole('button', { name: `Set version ${next}` }).click();
  await expect(desk.toast.filter({ hasText: `Version ${next} counts from now on.` })).toBeVisible();
  await expect(page.getByRole('heading', { level: 2, name: `version ${next}` })).toBeVisible();
};

test('a change manager writes a row of the policy, sees what is wrong and what it would have done, sets it, and finds it among the versions', async ({ desk, page }) => {
  test.setTimeout(120_000);
  await page.emulateMedia({ colorScheme: 'light' });
  await desk.is('ines');
  const was = await version(desk, 'approval_policy/desk');
  await desk.goto('/admin/policy');
  await expect(page.getByRole('list', { name: 'Rows of the policy' })).toContainText('When the model is normal and the risk is low, ask');
  await expectNoAxeViolations(page);

  await page.getByRole('button', { name: 'Add a row' }).click();
  const row = page.getByRole('list', { name: 'Rows of the policy' }).locator('> li').last();
  await expect(row).toContainText('say in a few words what the row is for');
  await row.getByLabel('What the row is for').fill('Rehearsed recovery: two of the board');
  await expect(row).not.toContainText('say in a few words');
  await row.getByRole('button', { name: 'Add a condition' }).click();
  await row.getByLabel('Condition 2: fact').selectOption('environment');
  await row.getByLabel('Condition 2: value').selectOption('recovery');
  await row.getByLabel('How many').selectOption('quorum');
  await row.getByLabel('Number').fill('0');
  await expect(row).toContainText('a quorum is 1 or more');
  await expect(page.getByRole('form', { name: 'Set it' }).getByRole('button')).toBeDisabled();
  await row.getByLabel('Number').fill('2');
  await row.getByLabel('Signed with the password').check();
  await row.getByLabel('The signature means').fill('I have seen the rehearsal.');
  await expect(changed(page)).toContainText('New: Rehearsed recovery: two of the board');
  await expect(changed(page)).toContainText('2 of Change Advisory Board, signed: “I have seen the rehearsal.”');
  await expectNoAxeViolations(page);

  await page.getByRole('region', { name: 'Rehearsal' }).getByRole('button', { name: 'Rehearse' }).click();
  await expect(page.getByRole('region', { name: 'Rehearsal' })).toContainText('Changes looked at');
  // What was typed survives the browser.
  await expect(changed(page)).toContainText('Draft saved');
  await page.reload();
  await expect(changed(page)).toContainText('New: Rehearsed recovery: two of the board');
  await set(page, desk, 'A recovery is rehearsed first.', was + 1);
  await expect(changed(page)).toContainText('Nothing yet.');

  await page.getByRole('button', { name: /^Versions/ }).click();
  const versions = page.getByRole('list', { name: 'Versions' });
  await expect(versions.locator('> li').first()).toContainText('A recovery is rehearsed first.');
  await versions.getByRole('button', { name: 'What it brought' }).first().click();
  await expect(versions).toContainText('New: Rehearsed recovery: two of the board');
  await versions.getByRole('button', { name: 'Open' }).last().click();
  await expectNoAxeViolations(page);
  await versions.getByRole('button', { name: 'Start from this' }).last().click();
  await expect(changed(page)).toContainText('Gone: Rehearsed recovery: two of the board');
  await changed(page).getByRole('button', { name: 'Leave it as it was' }).click();
  await expect(changed(page)).toContainText('Nothing yet.');

  await page.getByRole('button', { name: 'As text' }).click();
  await page.getByLabel('Document').fill('{ "rules": [] }');
  await page.getByRole('button', { name: 'Take this text' }).click();
  await expect(page.getByText('This is another sort of document: it has no “rows”.')).toBeVisible();
  await expectNoAxeViolations(page);
});

test('floors and questions are tried over the changes of the past before they are set', async ({ desk, page }) => {
  test.setTimeout(120_000);
  await page.emulateMedia({ colorScheme: 'dark' });
  await desk.is('ines');
  const was = await version(desk, 'risk_rules/desk');
  await desk.goto('/admin/policy/floors');
  await page.getByRole('button', { name: /^Edit floor \d+: Because an outage is expected/ }).click();
  await page.getByLabel('At least', { exact: true }).selectOption('high');
  await expect(changed(page)).toContainText('at least: was “medium”, now “high”');
  const rehearsal = page.getByRole('region', { name: 'Rehearsal' });
  await rehearsal.getByLabel('Over the last').selectOption('366');
  await rehearsal.getByRole('button', { name: 'Rehearse' }).click();
  await expect(rehearsal).toContainText(/changes would have been judged (differently than|as they are) by the version in force/);
  await changed(page).getByRole('button', { name: 'Leave it as it was' }).click();

  await page.getByRole('button', { name: 'Add a floor' }).click();
  const floor = page.getByRole('list', { name: 'Floors' }).locator('> li').last();
  await floor.getByLabel('Because').fill('it would be out for a week');
  await floor.getByLabel('Condition 1: fact').selectOption('outage_minutes');
  await floor.getByLabel('Condition 1: comparison').selectOption('at_least');
  await floor.getByLabel('Condition 1: value').fill('');
  await expect(floor).toContainText('the value does not fit outage_minutes');
  await floor.getByLabel('Condition 1: value').fill('10080');
  await expect(floor).not.toContainText('does not fit');
  await expect(changed(page)).toContainText('at least medium when the outage in minutes is at least 10080');
  await expectNoAxeViolations(page);
  await set(page, desk, 'Nobody goes a week without saying so.', was + 1);

  await page.getByRole('link', { name: 'Questions about the risk' }).click();
  await page.getByLabel('High from, per cent').fill('20');
  await expect(page.getByText('the share of high risk is above that of medium risk, and at most 100 per cent', { exact: true })).toBeVisible();
  await page.getByLabel('High from, per cent').fill('50');
  await page.getByRole('button', { name: 'Add a question' }).click();
  const question = page.getByRole('list', { name: 'Questions' }).locator('> li').last();
  await question.getByRole('textbox', { name: 'Question' }).fill('Does a vendor do it?');
  await expect(changed(page)).toContainText('New: Does a vendor do it?');
  await rehearsal.getByLabel('Over the last').selectOption('366');
  await rehearsal.getByRole('button', { name: 'Rehearse' }).click();
  await expect(rehearsal).toContainText('were never asked a new question');
  await expectNoAxeViolations(page);
  await changed(page).getByRole('button', { name: 'Leave it as it was' }).click();
  await expect(changed(page)).toContainText('Nothing yet.');
});

test('a model is edited beside the drawing of its way, on a phone, and read by an auditor', async ({ browser, baseURL }) => {
  test.setTimeout(120_000);
  const ines = await someone(browser, baseURL!, phone);
  await ines.desk.is('ines');
  const { page } = ines;
  const was = await version(ines.desk, 'model/registration');
  await ines.desk.goto('/admin/policy/models/emergency');
  await expect(page.getByRole('region', { name: 'The way of changes of the model Emergency' })).toContainText('Break the glass');
  await page.getByLabel('Break the glass: begin first, decided in retrospect').uncheck();
  await expect(page.getByRole('region', { name: /^The way of/ })).not.toContainText('Break the glass');
  await expect(changed(page)).toContainText('Gone: Moves');
  expect(await sideways(page)).toBe(0);
  await expectNoAxeViolations(page);
  await changed(page).getByRole('button', { name: 'Leave it as it was' }).click();

  await page.getByRole('link', { name: 'Registration' }).click();
  await page.getByLabel('What it is for').fill('A pipeline tells what it has done; nobody is asked, and the log keeps it for ever.');
  await expect(changed(page)).toContainText('now “A pipeline tells what it has done; nobody is asked, and the log keeps it for ever.”');
  await set(page, ines.desk, 'Say that it is kept.', was + 1);
  ines.desk.expectNothingWrong();
  await ines.context.close();

  const otto = await someone(browser, baseURL!, { colorScheme: 'light' });
  await otto.desk.is('otto');
  await otto.desk.goto('/admin/policy/models/registration');
  await expect(otto.page.getByLabel('What it is for')).toBeDisabled();
  await expect(otto.page.getByRole('form', { name: 'Set it' })).toHaveCount(0);
  await otto.desk.goto('/admin/policy');
  await expect(otto.page.getByRole('list', { name: 'Rows of the policy' })).toContainText('Low risk: a colleague');
  await expect(otto.page.getByRole('button', { name: 'Add a row' })).toHaveCount(0);
  await expectNoAxeViolations(otto.page);
  otto.desk.expectNothingWrong();
  await otto.context.close();
});

test('the rail shows each role what it works with, at most nine places; the rest is behind More and in the palette', async ({ browser, baseURL }) => {
  test.setTimeout(120_000);
  for (const login of ['hugo', 'ines', 'carl', 'otto', 'ada', 'omar', 'tess', 'cleo']) {
    const one = await someone(browser, baseURL!, { viewport: { width: 1360, height: 900 } });
    await one.desk.is(login);
    await one.desk.goto('/calendar');
    const rail = one.page.getByRole('navigation', { name: 'Areas' });
    await expect(rail.getByRole('link').first()).toBeVisible();
    expect(await rail.locator('a:visible, button:visible').count(), login).toBeLessThanOrEqual(9);
    if (login !== 'hugo') { one.desk.expectNothingWrong(); await one.context.close(); continue; }
    await rail.getByRole('button', { name: 'More' }).focus();
    await one.page.keyboard.press('Enter');
    await expect(rail.getByRole('region', { name: 'Views' }).getByRole('link').first()).toBeVisible();
    await rail.getByRole('button', { name: /^Take CMDB out of the rail/ }).click();
    await rail.getByRole('button', { name: 'Keep Problems in the rail' }).click();
    await expectNoAxeViolations(one.page);
    await one.page.reload();
    await expect(rail.getByRole('link', { name: 'Problems' })).toBeVisible();
    await expect(rail.getByRole('link', { name: 'CMDB' })).toHaveCount(0);
    await rail.getByRole('button', { name: 'More' }).click();
    await rail.getByRole('button', { name: 'As it was for my role' }).click();
    await expect(rail.getByRole('button', { name: /^Take CMDB out of the rail/ })).toBeVisible();
    await one.page.keyboard.press('Control+k');
    await one.page.getByRole('combobox', { name: 'Search and commands' }).fill('view oldest');
    await expect(one.page.getByRole('listbox', { name: 'Results' })).toContainText('View: ');
    one.desk.expectNothingWrong();
    await one.context.close();
  }
});

test('a delegation says what it would mean before it is saved', async ({ browser, baseURL }) => {
  const carl = await someone(browser, baseURL!, phone);
  await carl.desk.is('carl');
  const { page } = carl;
  await carl.desk.goto('/me/delegations');
  const form = page.getByRole('form', { name: 'Let somebody decide for me' });
  await carl.desk.pick(form, /^(Who|Choose)/, 'Cleo Janssen');
  const means = form.getByRole('status', { name: 'What it would mean today' });
  await expect(means).toContainText(/has a vote of their own there, and casts only that one|None of your open approvals/i);
  await form.getByLabel('Which approvals').selectOption({ index: 1 });
  await form.getByLabel('Up to which risk').selectOption('low');
  await form.getByRole('checkbox', { name: 'Emergency' }).uncheck();
  await expect(means).toContainText('None of your open approvals is covered today.');
  await form.getByLabel('Until').fill(new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10));
  await form.getByLabel('Reason').fill('A week at the sea');
  expect(await sideways(page)).toBe(0);
  await expectNoAxeViolations(page);
  await form.getByRole('button', { name: 'Delegate' }).click();
  await expect(carl.desk.toast).toContainText('Cleo Janssen may decide for you.');
  const line = page.getByRole('listitem').filter({ hasText: 'A week at the sea' });
  await expect(line).toContainText('up to low risk · Normal');
  await line.getByRole('button', { name: 'End' }).click();
  await expect(line).toHaveCount(0);
  carl.desk.expectNothingWrong();
  await carl.context.close();
});
