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
  outputDir: '../test-results',
  timeout: 30_000,
  expect: { timeout: 8_000 },
  forbidOnly: true,
  retries: 0,
  workers: 2,
  reporter: [['list']],
  use: {
    baseURL: running ?? `http://127.0.0.1:${port}`,
    trace: 'retain-on-failure',
    locale: 'en-GB',
    timezoneId: 'Europe/Lisbon',
    launchOptions: { executablePath: browserPath(), args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] },
  },
  projects: [
    { name: 'desk', use: { viewport: { width: 1440, height: 900 }, colorScheme: 'light' }, testIgnore: /\.phone\./ },
    { name: 'phone', use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, colorScheme: 'light' }, testMatch: /\.phone\./ },
  ],
  webServer: running ? undefined : {
    command: `../bin/cabinet serve --demo --data ${process.env.CABINET_E2E_DATA} --addr 127.0.0.1:${port}`,
    cwd: new URL('..', import.meta.url).pathname,
    url: `http://127.0.0.1:${port}/api/v1/about`,
    timeout: 60_000,
    reuseExistingServer: false,
  },
});
