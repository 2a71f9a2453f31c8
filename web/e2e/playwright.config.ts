// The browser journeys run against the real binary with a fresh demo organisation in a temporary folder.
// CABINET_E2E_URL points them at a server that already runs instead.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { browserPath } from './browser';

const running = process.env.CABINET_E2E_URL;
const port = Number(process.env.CABINET_E2E_PORT ?? 18080);
// Playwright reads this file once per worker as well: the folder is made once and handed on.
process.env.CABINET_E2E_DATA ??= running ? '' : mkdtempSync(join(tmpdir(), 'cabinet-e2e-'));

export default defineConfig({
  testDir: '.',
  testIgnore: process.env.SCREENSHOTS ? [] : ['pictures.spec.ts'], // makes the pictures of the README; no test
  outputDir: '../test-results',
  // Generous, for machines that do other things as well; the journeys wait for what they need and never for time.
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  // A journey that fails gets one second try, by itself and in a fresh browser, and is reported as flaky when it passes then:
  // a flaky one is mended, but it does not hold up what everybody else did. STRICT=1 allows none.
  retries: process.env.CI && !process.env.STRICT ? 1 : 0,
  workers: 2,
  fullyParallel: true,
  reporter: [['list']],
  use: {
    baseURL: running ?? `http://127.0.0.1:${port}`,
    // Traces cost as much as the tests themselves: they are kept on request, TRACE=1.
    trace: process.env.TRACE ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    locale: 'en-GB',
    timezoneId: 'Europe/Lisbon',
    launchOptions: { executablePath: browserPath(), args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] },
  },
  webServer: running ? undefined : {
    command: `../bin/cabinet serve --demo --data ${process.env.CABINET_E2E_DATA} --addr 127.0.0.1:${port}`,
    cwd: new URL('..', import.meta.url).pathname,
    env: { CABINET_LOG_LEVEL: 'warn' },
    url: `http://127.0.0.1:${port}/api/v1/about`,
    timeout: 120_000,
    reuseExistingServer: false,
  },
});
