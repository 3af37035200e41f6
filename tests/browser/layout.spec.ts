// Windows of any width with what is longer than anyone expects; reduced motion and forced colours. How every page stands in
// its window is in every-page.spec.ts.

import type { Page } from '@playwright/test';
import {
  allDigits,
  allStarted,
  answerBox,
  answer,
  becomesLive,
  box,
  changeNumbers,
  complaint,
  expect,
  item,
  openAllDetails,
  openLive,
  question,
  test,
  verdict,
} from './lesson.ts';
import { questionSources } from './lesson-source.ts';
import { choose, questionIs, step, wrongLetter } from './quiz.ts';
import { expectNoSidewaysScroll } from './room.ts';

test('long numbers, long lists, verdicts and complaints do not reach beyond the side', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 740 });
  await openLive(page, '', 'example-forward', 'example-scale-and-shift', 'example-two-values');
  const long = Array.from({ length: 16 }, (_, i) => 1 / (i + 3)).join(', ');
  for (const id of ['example-forward', 'example-scale-and-shift', 'example-two-values']) {
    const example = item(page, id);
    await changeNumbers(example);
    await allDigits(example).check();
    if (id === 'example-two-values') await box(example, 'dy').fill(long);
    await box(example, 'x').fill(long);
  }
  await expectNoSidewaysScroll(page, [320, 390]);
  const last = item(page, 'example-two-values');
  await box(last, 'x').fill('a_name_'.repeat(30));
  await expect(complaint(last)).toContainText('a_name_');
  await expectNoSidewaysScroll(page, [320]);

  await openLive(page, 'practice.html', 'problem-5');
  const form = item(page, 'problem-5').locator('form.question').first();
  for (const text of [long, `1/(${'9'.repeat(60)} + 1)`, 'another_name_'.repeat(10)]) {
    await answer(form, text);
    await expect(verdict(form)).not.toBeEmpty();
    await expectNoSidewaysScroll(page, [320]);
  }

  await openLive(page, 'quiz.html');
  const [, , , coupling] = questionSources;
  if (!coupling) throw new Error('the quiz has no fourth question');
  await step(page, 'Question 4').click();
  const card = await questionIs(page, coupling.id);
  await choose(card, wrongLetter(coupling));
  await changeNumbers(card);
  await openAllDetails(page);
  await expectNoSidewaysScroll(page, [1280, 390, 320]);
  await step(page, 'Results').click();
  await expectNoSidewaysScroll(page, [390, 320]);
});

test.describe('motion', () => {
  const animations = (page: Page) => page.evaluate(() => document.getAnimations().length);

  async function change(page: Page): Promise<void> {
    const example = item(page, 'example-forward');
    await changeNumbers(example);
    await box(example, 'x').fill('1, 3, 8');
    await expect(example).toContainText('The sum of the 3 values is 12,');
  }

  test('marks new numbers for a moment; reduced, nothing moves', async ({ page }) => {
    await openLive(page, '', 'example-forward');
    await allStarted(page);
    // Counted where they begin: a slow machine may look only when they are over.
    await page.evaluate(() => {
      addEventListener('animationstart', () => (document.documentElement.dataset.moved = ''), {
        capture: true,
      });
    });
    await change(page);
    await expect(page.locator('html')).toHaveAttribute('data-moved');
    await expect.poll(() => animations(page)).toBe(0);

    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.evaluate(() => delete document.documentElement.dataset.moved);
    await box(item(page, 'example-forward'), 'x').fill('1, 3, 5, 9, 12');
    await expect(item(page, 'example-forward')).toContainText('The sum of the 5 values is 30,');
    expect(await animations(page)).toBe(0);
    await expect(page.locator('html')).not.toHaveAttribute('data-moved');
  });
});

test.describe('forced colours', () => {
  test.use({ contextOptions: { forcedColors: 'active' } });

  test('the pages work, and boxes, buttons and the current page have an edge', async ({ page }) => {
    expect(await page.evaluate(() => matchMedia('(forced-colors: active)').matches)).toBe(true);
    await openLive(page, 'practice.html', 'problem-1');
    const form = question(page, 'problem-1/mean-square');
    await expect(answerBox(form)).toHaveCSS('border-top-style', 'solid');
    await answer(form, '19/20');
    await expect(verdict(form)).toContainText('Right.');
    await page.goto('quiz.html');
    await becomesLive(page);
    const card = await questionIs(page, questionSources[0]?.id ?? '');
    await expect(card.getByRole('radio').first()).toBeVisible();
    await expect(card.getByRole('button', { name: 'Check', exact: true })).toHaveCSS(
      'border-top-style',
      'solid',
    );
  });

  test('what a main button says can be read: it has the colours of all buttons', async ({ page }) => {
    await openLive(page, 'index.html', 'race');
    const colours = (name: string) =>
      page.getByRole('button', { name }).evaluate((button) => {
        const { backgroundColor, color } = getComputedStyle(button);
        return { backgroundColor, color };
      });
    expect(await colours('Train both')).toEqual(await colours('Another seed'));
  });
});
