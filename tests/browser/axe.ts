// What axe-core finds on a page as it stands.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { expect, type Page } from '@playwright/test';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Makes axe ready on the page: evaluated, not added as a script, which the page's policy would forbid. */
export async function bringAxe(page: Page): Promise<void> {
  const isThere = await page.evaluate(() => 'axe' in globalThis);
  if (!isThere) await page.evaluate(`(() => { ${axeSource} })()`);
}

/** What was found, a line for each element. */
export const found = ({ violations }: AxeResults): string[] =>
  violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
  );

/** axe finds nothing. `rules` are those to try, all where left out: a theme changes nothing but colours. */
export async function expectNoViolations(page: Page, rules?: readonly string[]): Promise<void> {
  // A number that was just recomputed is tinted for a moment; what counts is the colour that stays.
  await expect.poll(() => page.evaluate(() => document.getAnimations().length)).toBe(0);
  // At the top, where the bar lies over nothing that could be scrolled from under it.
  await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
  await bringAxe(page);
  const options = { resultTypes: ['violations'], ...(rules ? { runOnly: rules } : {}) };
  const results = (await page.evaluate(`axe.run(${JSON.stringify(options)})`)) as AxeResults;
  expect(results.passes.length).toBeGreaterThanOrEqual(rules ? 1 : 10);
  expect(found(results)).toEqual([]);
}
