// A whole visit, once by keyboard alone and once by finger on a phone: begin, read a section, change an example, answer a
// problem wrongly and then rightly, take the quiz, see the results.

import type { Locator, Page } from '@playwright/test';
import { tabTo } from './focus.ts';
import {
  allStarted,
  answerBox,
  becomesLive,
  box,
  expect,
  item,
  openLive,
  question,
  test,
  verdict,
} from './lesson.ts';
import { questionSources } from './lesson-source.ts';
import { letters, nextButton, option, questionIs, verdictOf, wrongLetter } from './quiz.ts';

const heading = (page: Page, name: string | RegExp) => page.getByRole('main').getByRole('heading', { name });
const bar = (page: Page, name: string) => page.getByRole('banner').getByRole('link', { name, exact: true });
const meanSquare = (page: Page) => question(page, 'problem-1/mean-square');
const example = (page: Page) => item(page, 'example-forward');
const count = questionSources.length;

/** ε forgotten, and right: the mean square of the normalized values of 1, 2, 4, 9 is 9.5 / (9.5 + 0.5). */
const [forgotten, right] = ['1', '19/20'];

test('by keyboard alone', async ({ page }) => {
  const keys = page.keyboard;
  await openLive(page);

  await tabTo(page, page.getByRole('main').getByRole('link', { name: 'Start', exact: true }));
  await keys.press('Enter');
  await expect(heading(page, /The problem batch normalization/)).toBeInViewport();
  // The keyboard has come along, and the next thing to do is the next stop.
  await keys.press('Tab');
  await expect(page.getByRole('main').locator(':focus')).toBeInViewport();
  await tabTo(page, page.getByRole('link', { name: 'Next: the forward pass' }));
  await keys.press('Enter');
  await expect(heading(page, '2. The forward pass')).toBeInViewport();
  await tabTo(page, page.getByRole('link', { name: 'Try it: the forward pass by hand' }));
  await keys.press('Enter');
  await expect(heading(page, /^Example 1/)).toBeInViewport();

  await tabTo(page, example(page).getByText('Change numbers'));
  await keys.press('Enter');
  await tabTo(page, box(example(page), 'x'));
  await keys.press('Control+A');
  await keys.type('1, 3, 8');
  await expect(example(page)).toContainText('The sum of the 3 values is 12,');

  // From anywhere, the bar is reached through the start of the page.
  await page.goto('practice.html');
  await becomesLive(page);
  await allStarted(page);
  await tabTo(page, answerBox(meanSquare(page)));
  await keys.type(forgotten);
  await keys.press('Enter');
  await expect(verdict(meanSquare(page))).toContainText('Not yet.');
  await expect(verdict(meanSquare(page)).locator('.mistake')).toContainText('ε');
  await expect(answerBox(meanSquare(page))).toBeFocused();
  await keys.press('Control+A');
  await keys.type(right);
  await keys.press('Enter');
  await expect(verdict(meanSquare(page))).toContainText('Right.');
  await expect(meanSquare(page).getByRole('button', { name: 'Next', exact: true })).toBeFocused();
  await keys.press('Enter');
  await expect(answerBox(question(page, 'problem-2/dgamma'))).toBeFocused();
  await expect(answerBox(question(page, 'problem-2/dgamma'))).toBeInViewport();

  await tabTo(page, bar(page, 'Quiz'), 'Shift+Tab');
  await keys.press('Enter');
  await becomesLive(page);
  for (const [k, source] of questionSources.entries()) {
    const card = await questionIs(page, source.id);
    await tabTo(page, option(card, 'A'));
    const choose = async (letter: (typeof letters)[number]) => {
      await keys.press('Space');
      for (let at = 0; at < letters.length && !(await option(card, letter).isChecked()); ++at)
        await keys.press('ArrowDown');
      await expect(option(card, letter)).toBeFocused();
      await keys.press('Enter');
    };
    if (k === 0) {
      await choose(wrongLetter(source));
      await expect(verdictOf(card)).toContainText('Not yet.');
    }
    await choose(source.correct);
    await expect(verdictOf(card)).toContainText('Right.');
    await expect(nextButton(card)).toBeFocused();
    await keys.press('Enter');
  }
  const results = await questionIs(page, 'results');
  await expect(results.getByRole('heading')).toBeFocused();
  await expect(results).toContainText(`${count - 1} of ${count} right at the first try.`);
  await tabTo(page, results.getByRole('button', { name: /^Try again/ }));
  await keys.press('Space');
  await expect(await questionIs(page, questionSources[0]?.id ?? '')).toBeInViewport();
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  /** A finger finds it; nothing hangs over the side. */
  async function tap(target: Locator): Promise<void> {
    await target.scrollIntoViewIfNeeded();
    const { width = 0, height = 0 } = (await target.boundingBox()) ?? {};
    expect(Math.min(width, height), 'large enough for a finger').toBeGreaterThanOrEqual(24);
    const beyond = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
    expect(await target.page().evaluate(beyond)).toBeLessThanOrEqual(0);
    await target.tap();
  }

  test('by finger', async ({ page }) => {
    await openLive(page);
    await tap(page.getByRole('main').getByRole('link', { name: 'Start', exact: true }));
    await expect(heading(page, /The problem batch normalization/)).toBeInViewport();
    await tap(page.getByRole('link', { name: 'Next: the forward pass' }));
    await expect(heading(page, '2. The forward pass')).toBeInViewport();
    await tap(page.getByRole('button', { name: 'Contents' }));
    await tap(page.getByRole('dialog').getByRole('link', { name: /^Example 1/ }));
    await expect(heading(page, /^Example 1/)).toBeInViewport();

    await tap(example(page).getByText('Change numbers'));
    await tap(box(example(page), 'x'));
    await box(example(page), 'x').fill('1, 3, 8');
    await expect(example(page)).toContainText('The sum of the 3 values is 12,');

    await tap(bar(page, 'Practice'));
    await becomesLive(page, 'problem-1');
    const form = meanSquare(page);
    const check = form.getByRole('button', { name: 'Check' });
    await tap(answerBox(form));
    await page.keyboard.type(forgotten);
    await tap(check);
    await expect(verdict(form)).toContainText('Not yet.');
    await tap(form.locator('details.pitfall summary'));
    await expect(form.locator('details.pitfall p')).toBeVisible();
    await answerBox(form).fill(right);
    await tap(check);
    await expect(verdict(form)).toContainText('Right.');
    await tap(form.getByRole('button', { name: 'Next', exact: true }));
    await expect(answerBox(question(page, 'problem-2/dgamma'))).toBeInViewport();

    await tap(bar(page, 'Quiz'));
    await becomesLive(page);
    for (const [k, source] of questionSources.entries()) {
      const card = await questionIs(page, source.id);
      await expect(card.getByRole('heading').first()).toBeInViewport();
      for (const letter of k === 0 ? [wrongLetter(source), source.correct] : [source.correct]) {
        await tap(card.locator(`li:has(input[value=${letter}])`));
        await expect(option(card, letter)).toBeChecked();
        await tap(card.getByRole('button', { name: 'Check', exact: true }));
        await expect(verdictOf(card)).toContainText(letter === source.correct ? 'Right.' : 'Not yet.');
      }
      await tap(nextButton(card));
    }
    const results = await questionIs(page, 'results');
    await expect(results).toContainText(`${count - 1} of ${count} right at the first try.`);
  });
});
