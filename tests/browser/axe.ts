// What axe-core finds on a page as it stands.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { expect, type Page } from '@playwright/test';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** axe finds nothing. `rules` are those to try, all where left out: a theme changes nothing but colours. */
export async function expectNoViolations(page: Page, rules?: readonly string[]): Promise<void> {
  // A number that was just recomputed is tinted for a moment; what counts is the colour that stays.
  await expect.poll(() => page.evaluate(() => document.getAnimations().length)).toBe(0);
  // At the top, where the bar lies over nothing that could be scrolled from under it.
  await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
  // Evaluated, not added as a script: the page's policy would forbid that.
  await page.evaluate(`globalThis.axe ?? (() => { ${axeSource} })()`);
  const options = { resultTypes: ['violations'], ...(rules ? { runOnly: rules } : {}) };
  const results = (await page.evaluate(`axe.run(${JSON.stringify(options)})`)) as AxeResults;
  expect(results.passes.length).toBeGreaterThanOrEqual(rules ? 1 : 10);
  const found = results.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
  );
  expect(found).toEqual([]);
}
