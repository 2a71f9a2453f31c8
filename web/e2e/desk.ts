// The desk in the words of its users, for the journeys. Every page is watched: console errors, page errors and
// requests to other hosts fail the test.
import { expect, test as base, type Page } from '@playwright/test';

export class Desk {
  constructor(readonly page: Page) {}

  /** Signs in as one of the demo people by a click on the login page. */
  async signIn(login: string): Promise<void> {
    await this.page.goto('/login');
    await this.page.locator('.demo', { has: this.page.getByText(login, { exact: true }) }).click();
    await expect(this.page.locator('.desk')).toBeAttached();
  }
  async queue(key: string, filters: Record<string, string> = {}): Promise<void> {
    await this.page.goto(`/queue/${key}?${new URLSearchParams(filters).toString()}`);
    await expect(this.page.locator('.queue-head h1')).toBeVisible();
  }
  get rows() { return this.page.locator('.tickets tbody tr'); }
  async open(number: string): Promise<void> {
    const folder = { INC: 'incidents', REQ: 'requests', PRB: 'problems', CHG: 'changes' }[number.slice(0, 3)];
    await this.page.goto(`/${folder}/${number}`);
    await expect(this.page.locator('.record-head')).toContainText(number);
  }
  /** Writes a new incident and returns its number. */
  async report(title: string): Promise<string> {
    await this.page.goto('/new/incident');
    await this.page.getByLabel('Title').fill(title);
    await this.page.getByRole('button', { name: 'Create incident' }).click();
    await expect(this.page.locator('.record-head h1')).toContainText(title);
    return (await this.page.locator('.record-line .num').innerText()).trim();
  }
  async reply(text: string): Promise<void> {
    await this.page.keyboard.press('r');
    await this.page.locator('.composer.reply textarea').fill(text);
    await this.page.locator('.composer button[type=submit]').click();
  }
  async note(text: string): Promise<void> {
    await this.page.keyboard.press('n');
    await this.page.locator('.composer.note textarea').fill(text);
    await this.page.locator('.composer button[type=submit]').click();
  }
  get toast() { return this.page.locator('.toast'); }
}

export const test = base.extend<{ desk: Desk }>({
  desk: async ({ page, baseURL }, use) => {
    const wrong: string[] = [];
    page.on('console', (message) => { if (message.type() === 'error') wrong.push(message.text()); });
    page.on('pageerror', (error) => wrong.push(error.message));
    page.on('request', (request) => { if (!request.url().startsWith(baseURL!) && !/^(data|blob):/.test(request.url())) wrong.push(`request to ${request.url()}`); });
    await use(new Desk(page));
    // Asking who is here before signing in is answered with 401, which browsers write to the console.
    expect(wrong.filter((line) => !/status of 401/.test(line))).toEqual([]);
  },
});
export { expect } from '@playwright/test';
