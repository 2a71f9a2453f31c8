import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Page } from '@playwright/test';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
interface Violation { id: string; nodes: { target: string[]; failureSummary: string }[] }

/** What axe finds on the page as it stands, by all of its rules or by some. Injected through the debugger, so the page's own policy stays in force. */
export async function axeViolations(page: Page, rules?: string[]): Promise<string[]> {
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(source);
  // Colours that are still on their way would be measured on their way.
  await page.evaluate(async () => { await new Promise(requestAnimationFrame); for (const one of document.getAnimations()) if (one.effect?.getComputedTiming().iterations !== Infinity) one.finish(); });
  const violations = await page.evaluate(async (only) => (await (window as unknown as { axe: { run: (options: object) => Promise<{ violations: Violation[] }> } }).axe.run({ resultTypes: ['violations'], preload: false, ...(only ? { runOnly: only } : {}) })).violations, rules);
  return violations.map((one) => `${one.id}: ${one.nodes.map((node) => `${node.target.join(' ')} ${node.failureSummary}`).slice(0, 3).join(' | ')}`);
}

export async function expectNoAxeViolations(page: Page): Promise<void> {
  expect(await axeViolations(page)).toEqual([]);
}

/** How far the page scrolls sideways, in pixels. */
export const sideways = (page: Page): Promise<number> => page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth));
