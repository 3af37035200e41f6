// The page as it is read without scripts, and that the core, once it runs, says the same.

import type { Locator, Page } from '@playwright/test';
import { expect, expectNoMachineWords, openAllDetails, openStatic, question, test } from './lesson.ts';
import {
  hasControls,
  plainWords,
  problemSources,
  questionSources,
  workshopSources,
} from './lesson-source.ts';

/** Every computed number: as it is read and as machines read it. */
const computed = (page: Page) =>
  page
    .locator('data.v')
    .evaluateAll((all) => all.map((each) => `${each.textContent} (${each.getAttribute('value')})`));

test('the core computes every number again as it stands in the page', async ({ lesson, browser, watch }) => {
  const written = await computed(await openStatic(browser, watch));
  expect(written.length).toBeGreaterThan(200);
  expect(await computed(lesson)).toEqual(written);

  const boxes = await lesson.getByRole('checkbox', { name: 'all digits' }).all();
  // Three examples, five problems, the workshop's blocks with givens to change or to draw, five questions.
  expect(boxes).toHaveLength(3 + 5 + workshopSources.filter(hasControls).length + 5);
  for (const allDigits of boxes) await allDigits.check();
  const inFull = await computed(lesson);
  expect(inFull).toHaveLength(written.length);
  expect(inFull.filter((text, k) => text !== written[k]).length).toBeGreaterThan(20);
  for (const allDigits of boxes) await allDigits.uncheck();
  expect(await computed(lesson)).toEqual(written);
});

test.describe('with scripts off', () => {
  test.use({ javaScriptEnabled: false });

  test.beforeEach(async ({ page }) => {
    await page.goto('./');
  });

  const headings = (of: Page | Locator, level: number) =>
    of.getByRole('heading', { level }).filter({ visible: true }).allTextContents();

  test('says so, and has all of its headings', async ({ page }) => {
    const notice = page.locator('noscript p');
    await expect(notice).toBeVisible();
    await expect(notice).toContainText('Scripts are off. The lesson is complete,');
    expect(await headings(page, 1)).toEqual(['16-09 Batch Normalization']);
    expect(await headings(page, 2)).toEqual([
      'Learning objectives',
      'Core content',
      'Key terms',
      'Worked examples',
      'Practice problems',
      'Workshop: one question for each mistake',
      'Summary',
      'Pitfalls',
      'Quiz',
      'Next steps',
      'Where this page departs from its source, and why',
    ]);
    const sections = [
      'The computation in one picture',
      '1. The problem batch normalization set out to solve',
      '2. The forward pass',
      '3. Training and inference',
      '4. The backward pass',
      '5. Why batch normalization works',
      '6. Where to place it',
      '7. In floating point',
    ];
    const examples = [1, 2, 3].map((number) => expect.stringContaining(`Example ${number}: `));
    const problems = [1, 2, 3, 4, 5].map((number) => expect.stringContaining(`Problem ${number}: `));
    const questions = [1, 2, 3, 4, 5].map((number) => `Question ${number}`);
    const titles = await headings(page, 3);
    // Proofs and the worksheet stand between the problems.
    const others = titles.filter((title) => !/^(Proof|Worksheet|Workshop)\b/.test(title));
    expect(others).toEqual([...sections, ...examples, ...problems, ...questions]);
    expect(titles.filter((title) => title.startsWith('Workshop'))).toEqual(
      workshopSources.map(({ title }) => title),
    );
    expect(titles.filter((title) => title.startsWith('Proof'))).toHaveLength(6);
  });

  test('every answer can be opened and read', async ({ page }) => {
    const answers = [
      ...problemSources.map(({ answer }, k) => [`practice-${k + 1}`, plainWords(answer)]),
      ...questionSources.map(({ explanation }, k) => [`quiz-${k + 1}`, plainWords(explanation)]),
    ] as [string, string][];
    expect(answers).toHaveLength(5 + 5);
    for (const [id, phrase] of answers) {
      const answer = page.locator(`#${id} details.answer`);
      const content = answer.locator('> p', { hasText: phrase }).first();
      await expect(content).toBeHidden();
      await answer.locator('summary').click();
      await expect(content).toBeVisible();
    }
    await expectNoMachineWords(page);
  });

  test('every part of a problem can be read, and its hint', async ({ page }) => {
    for (const [k, { parts }] of problemSources.entries()) {
      const its = page.locator(`#practice-${k + 1} form`);
      await expect(its.filter({ visible: true })).toHaveCount(parts.length);
      for (const [i, { hints }] of parts.entries()) {
        for (const [n, hint] of hints.entries()) {
          const content = its.nth(i).getByText(plainWords(hint));
          await expect(content).toBeHidden();
          await its.nth(i).locator('summary').nth(n).click();
          await expect(content).toBeVisible();
        }
      }
    }
  });

  test('each question lists its options, and each option its explanation', async ({ page }) => {
    for (const number of [1, 2, 3, 4, 5]) {
      const options = question(page, number).locator('fieldset').getByRole('listitem');
      await expect(options).toHaveText([/^A\)\s*\S/, /^B\)\s*\S/, /^C\)\s*\S/, /^D\)\s*\S/]);
      await expect(options.filter({ visible: true })).toHaveCount(4);
      await question(page, number).locator('summary').click();
      const reasons = question(page, number).getByRole('definition').filter({ visible: true });
      await expect(reasons).toHaveText(Array.from({ length: 4 }, () => /^(Right|Not this one)\. \S/));
      await expect(reasons.filter({ hasText: /^Right\./ })).toHaveCount(1);
    }
  });

  test('shows the tables of the examples and of the checks', async ({ page }) => {
    const captions = await page
      .locator('bn-example, section.check')
      .getByRole('table')
      .filter({ visible: true })
      .locator('caption')
      .allTextContents();
    expect(captions).toHaveLength(3 * 2 + 5); // two in each example, one in each check
    await expect(page.getByRole('cell', { name: '−1.342' }).first()).toBeVisible();
  });

  test('shows nothing that would only work with scripts', async ({ page }) => {
    await openAllDetails(page);
    for (const role of ['button', 'textbox', 'checkbox', 'radio', 'slider', 'gridcell'] as const) {
      await expect(page.getByRole(role)).toHaveCount(0);
    }
    // The points of a drawing are seen, but are nothing to be moved.
    await expect(page.locator('.stage .handle > :not(.reach)').first()).toBeVisible();
    const focusable = await page.locator('.stage :is(button, [tabindex])').evaluateAll((all) =>
      all.filter((each) => {
        (each as HTMLElement).focus();
        return document.activeElement === each;
      }),
    );
    expect(focusable).toHaveLength(0);
    await expect(page.getByText('Try this.').filter({ visible: true })).toHaveCount(0);
  });

  test('every link of the contents leads to what can be seen', async ({ page }) => {
    const links = page.getByRole('navigation', { name: 'Contents' }).locator('a');
    const addresses = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
    expect(addresses.length).toBeGreaterThan(20);
    for (const address of addresses) {
      await expect(page.locator(`[id="${address.slice(1)}"]`), address).toBeVisible();
    }
  });
});
