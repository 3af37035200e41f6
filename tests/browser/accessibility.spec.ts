// No violation that axe-core can find: light and dark, wide and narrow, as first seen and after use.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from '@playwright/test';
import {
  answerForm,
  box,
  complaint,
  example,
  expect,
  openAllDetails,
  problem,
  question,
  test,
} from './lesson.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function expectNoViolations(page: Page): Promise<void> {
  // A number that was just recomputed is tinted for a moment; what counts is the colour that stays.
  await expect.poll(() => page.evaluate(() => document.getAnimations().length)).toBe(0);
  // Evaluated, not added as a script: the page's policy would forbid that.
  await page.evaluate(axeSource);
  const results = (await page.evaluate("axe.run({ resultTypes: ['violations'] })")) as AxeResults;
  expect(results.passes.length).toBeGreaterThan(20);
  const found = results.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
  );
  expect(found).toEqual([]);
}

/** All kinds of verdicts, a complaint, and everything unfolded. */
async function useThePage(page: Page): Promise<void> {
  for (const [part, text, says] of [
    [1, '1024', 'Right.'],
    [2, '65536', 'Not yet.'],
    [3, '1/128th', 'Not readable.'],
  ] as const) {
    const form = answerForm(problem(page, 4), part);
    await form.getByRole('textbox').fill(text);
    await form.getByRole('button', { name: 'Check' }).click();
    await expect(form.getByRole('status')).toContainText(says);
  }
  const short = answerForm(problem(page, 5), 1);
  await short.getByRole('textbox').fill('1, 2');
  await short.getByRole('button', { name: 'Check' }).click();
  await expect(short.getByRole('status')).toContainText('Not judged.');
  const empty = answerForm(problem(page, 3), 1);
  await empty.getByRole('button', { name: 'Check' }).click();
  await expect(empty.getByRole('status')).toContainText('No answer yet.');

  await question(page, 1).getByRole('radio').first().check();
  for (const number of [1, 2]) await question(page, number).getByRole('button', { name: 'Check' }).click();
  await example(page, 3).getByRole('button', { name: 'Three examples' }).click();
  await box(example(page, 1), 'x').fill('2, , 4');
  await expect(complaint(example(page, 1))).toContainText('a value is missing');
  await openAllDetails(page);
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1500, 360]) {
    test.describe(`${colorScheme}, ${width} px wide`, () => {
      test.use({ colorScheme, viewport: { width, height: 900 } });

      test('as first seen, and after use with everything unfolded', async ({ lesson }) => {
        test.slow(); // axe looks at every element of a long page, twice
        // Only colours change with the theme: what holds in light is not looked at again before use.
        if (colorScheme === 'light') await expectNoViolations(lesson);
        await useThePage(lesson);
        await expectNoViolations(lesson);
      });
    });
  }
}

test('without the core', async ({ page, watch }) => {
  watch.provoke(/Failed to load resource/, /request failed/);
  await page.route('**/*.wasm', (route) => route.abort());
  await page.goto('./');
  await expect(page.getByRole('alert')).toContainText('did not start');
  await openAllDetails(page);
  await expectNoViolations(page);
});

test('names hold their formulas in words, as the browser hands them to screen readers', async ({
  lesson,
}) => {
  const session = await lesson.context().newCDPSession(lesson);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  const names = (role: string) =>
    nodes.filter((node) => node.role?.value === role).map((node) => String(node.name?.value ?? ''));
  expect(names('radio')).toEqual(
    expect.arrayContaining(['A) μ and σ squared', 'B) γ and β (scale and shift)', 'C) ε (epsilon)']),
  );
  expect(names('textbox')).toEqual(
    expect.arrayContaining(['∂L/∂γ', '∂L/∂β', 'μ run after these steps', 'γ gamma', 'x']),
  );
  expect(names('columnheader')).toEqual(expect.arrayContaining(['x i', 'x hat i', '∂L/∂x i', 'σ/√(m)']));
  expect(names('rowheader')).toEqual(expect.arrayContaining(['mean, β', 'm= 8', 'γ']));
  for (const role of ['radio', 'textbox', 'checkbox', 'button', 'link', 'columnheader', 'rowheader']) {
    expect(names(role), role).not.toEqual([]);
    expect(names(role), role).not.toContain('');
  }
});
