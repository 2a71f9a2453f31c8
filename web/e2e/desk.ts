// The desk in the words of its users, for the journeys. Every page is watched: console errors, page errors, failed
// requests and requests to other hosts fail the test.
import { expect, test as base, type APIRequestContext, type Browser, type BrowserContext, type Page, type Request } from '@playwright/test';

/** The password of every demo login; it is shown on the login page. */
export const password = 'show-me-around';
const folders: Record<string, string> = { INC: 'incidents', REQ: 'requests', PRB: 'problems', CHG: 'changes' };
/** The address of a record, in the UI and below /api/v1. */
export const addressOf = (number: string): string => `/${folders[number.slice(0, 3)]!}/${number}`;

export class Desk {
  /** What went wrong on this page so far. */
  readonly wrong: string[] = [];
  private readonly expected: RegExp[] = [];
  /** Writes that were sent and have no answer yet. */
  private readonly writing = new Set<Request>();

  constructor(readonly page: Page, readonly baseURL: string) {
    page.on('request', (request) => { if (!/^(GET|HEAD)$/.test(request.method())) this.writing.add(request); });
    page.on('requestfinished', (request) => this.writing.delete(request));
    page.on('requestfailed', (request) => this.writing.delete(request));
    page.on('console', (message) => { if (message.type() === 'error') this.wrong.push(`console: ${message.text()}`); });
    page.on('pageerror', (error) => this.wrong.push(`page error: ${error.message}`));
    page.on('request', (request) => { if (!request.url().startsWith(baseURL) && !/^(data|blob):/.test(request.url())) this.wrong.push(`request to ${request.url()}`); });
    page.on('response', (answer) => { if (answer.status() >= 400) this.wrong.push(`status of ${answer.status()}: ${answer.request().method()} ${answer.url()}`); });
  }

  /** Announces a refusal that the test provokes: browsers write every one to their console. */
  expectsRefusal(status: number): void { this.expected.push(new RegExp(`status of ${status}`)); }
  expectNothingWrong(): void { expect(this.wrong.filter((line) => !this.expected.some((pattern) => pattern.test(line)))).toEqual([]); }

  get api(): APIRequestContext { return this.page.request; }

  /** Signs in by a click on the login page, as a visitor does. */
  async signIn(login: string): Promise<void> {
    this.expected.push(/status of 401/); // Who is here is asked before anybody is.
    await this.page.goto('/login');
    await this.page.locator('.demo', { has: this.page.getByText(login, { exact: true }) }).click();
    await expect(this.page.locator('.desk')).toBeAttached();
  }
  /** Signs in without the page; quick, for everything that is not about signing in. */
  async is(login: string): Promise<void> {
    const answer = await this.api.post('/api/v1/session', { data: { login, password } });
    expect(answer.status(), await answer.text()).toBe(200);
  }

  /** Waits until everything that was written has its answer: a page that is left takes its open requests along. */
  private async written(): Promise<void> {
    await expect.poll(() => this.writing.size, { message: 'writes without an answer' }).toBe(0);
  }
  async reload(): Promise<void> {
    await this.written();
    await this.page.reload();
  }
  async goto(path: string): Promise<void> {
    await this.written();
    await this.page.goto(path);
    await this.ready();
  }
  /** Waits until the page shows what it came for. */
  async ready(): Promise<void> {
    await expect(this.page.locator('h1, .empty h2').first()).toBeVisible();
    await expect(this.page.locator('.bone, .spin')).toHaveCount(0);
  }
  async queue(key: string, filters: Record<string, string> = {}): Promise<void> {
    await this.goto(`/queue/${key}?${new URLSearchParams(filters).toString()}`);
  }
  get rows() { return this.page.locator('.tickets tbody tr'); }
  async open(number: string): Promise<void> {
    await this.goto(addressOf(number));
    await expect(this.page.locator('.record-head')).toContainText(number);
  }

  /** Writes an incident through its form and returns its number. */
  async report(title: string): Promise<string> {
    await this.goto('/new/incident');
    await this.page.getByLabel('Title').fill(title);
    await this.page.getByRole('button', { name: 'Create incident' }).click();
    await expect(this.page.locator('.record-head h1')).toContainText(title);
    return (await this.page.locator('.record-line .num').innerText()).trim();
  }
  /** Writes an incident through the API, for tests about something else. */
  async given(title: string, more: Record<string, unknown> = {}): Promise<string> {
    const answer = await this.api.post('/api/v1/incidents', { data: { title, impact: 3, urgency: 3, ...more } });
    expect(answer.status(), await answer.text()).toBe(201);
    return ((await answer.json()) as { number: string }).number;
  }
  /** Makes a move: the button, or the same word in the menu of further moves. */
  async move(label: string, inputs: Record<string, string> = {}): Promise<void> {
    const button = this.page.locator('.moves').getByRole('button', { name: label, exact: true });
    await expect(this.page.locator('.moves button').first()).toBeVisible();
    if (await button.count()) await button.click();
    else {
      await this.page.getByRole('button', { name: 'More moves' }).click();
      await this.page.getByRole('menuitem', { name: new RegExp(`^${label}…?$`) }).click();
    }
    const dialog = this.page.getByRole('dialog');
    for (const [name, value] of Object.entries(inputs)) {
      const input = dialog.getByLabel(name);
      if (await input.evaluate((element) => element.tagName) === 'SELECT') await input.selectOption(value);
      else await input.fill(value);
    }
    if (await dialog.count()) await dialog.locator('button[type=submit]').click();
    await expect(dialog).toHaveCount(0);
  }
  async isNow(state: string): Promise<void> { await expect(this.page.locator('.record-state .tone').first()).toHaveText(state); }

  /** Chooses in a picker: opens it by its name, types, takes the first choice with that text. */
  async pick(within: ReturnType<Page['locator']>, button: string | RegExp, text: string): Promise<void> {
    await within.getByRole('button', { name: button }).click();
    await this.page.locator('.picker-search').fill(text);
    await this.page.getByRole('option', { name: text }).first().click();
  }
  get toast() { return this.page.locator('.toast'); }
}

/** Another person, or the same at another place, in a browser of their own. */
export async function someone(browser: Browser, baseURL: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<{ desk: Desk; page: Page; context: BrowserContext }> {
  const context = await browser.newContext({ baseURL, ...options });
  const page = await context.newPage();
  return { desk: new Desk(page, baseURL), page, context };
}
export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const;

export const test = base.extend<{ desk: Desk }>({
  desk: async ({ page, baseURL }, use) => {
    const desk = new Desk(page, baseURL!);
    await use(desk);
    desk.expectNothingWrong();
  },
});
export { expect } from '@playwright/test';
