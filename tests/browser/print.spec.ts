// On paper: what was answered stands with its verdict and its reading; no controls; light, whatever the screen is.

import type { Page } from '@playwright/test';
import {
  allStarted,
  answer,
  answerBox,
  box,
  changeNumbers,
  expect,
  item,
  openLive,
  openStatic,
  question,
  test,
  verdict,
} from './lesson.ts';
import { plainWords, problemSources, questionSources } from './lesson-source.ts';
import { choose, openQuiz, option, verdictOf, wrongLetter } from './quiz.ts';
import { visibleText } from './quiz.ts';

async function expectNoControls(page: Page): Promise<void> {
  // The names in the list of the computation graph are words there, and what a drawing holds is part of it.
  const others = page.locator(':not(.entry-name, svg *)');
  for (const role of ['button', 'checkbox', 'slider', 'navigation', 'progressbar'] as const)
    await expect(page.getByRole(role).and(others)).toHaveCount(0);
}

test('an answer stands on paper with its box, its verdict and its reading', async ({ page }) => {
  await openLive(page, 'practice.html', 'problem-1', 'problem-2');
  const wrong = question(page, 'problem-2/dgamma');
  await answer(wrong, '1/2 + 1/2');
  await expect(verdict(wrong)).toContainText('Not yet.');
  const right = question(page, 'problem-1/mean-square');
  await answer(right, '19/20');
  await expect(verdict(right)).toContainText('Right.');
  const says = await verdict(wrong).innerText();
  const reads = await wrong.locator('.read-as').innerText();
  expect(reads).toContain('read as');

  await page.emulateMedia({ media: 'print' });
  await expect(answerBox(wrong)).toBeVisible();
  await expect(answerBox(wrong)).toHaveValue('1/2 + 1/2');
  await expect(wrong.locator('.read-as')).toHaveText(reads, { useInnerText: true });
  await expect(verdict(wrong)).toHaveText(says, { useInnerText: true });
  await expect(verdict(right)).toContainText('19/20');
  await expect(verdict(right)).toContainText('Right.');
  await expectNoControls(page);

  await page.emulateMedia({ media: 'screen' });
  await expect(wrong.getByRole('button', { name: 'Check' })).toBeVisible();
});

test('so does the choice of a quiz question', async ({ page }) => {
  const card = await openQuiz(page);
  const [first] = questionSources;
  if (!first) throw new Error('the quiz has no questions');
  await choose(card, wrongLetter(first));
  await expect(verdictOf(card)).toContainText('Not yet.');
  await page.emulateMedia({ media: 'print' });
  await expect(option(card, wrongLetter(first))).toBeVisible();
  await expect(option(card, wrongLetter(first))).toBeChecked();
  await expect(verdictOf(card)).toContainText('Not yet.');
  await expectNoControls(page);
});

test('numbers that were changed are printed as they stand', async ({ page }) => {
  await openLive(page, '', 'example-forward');
  await allStarted(page);
  const example = item(page, 'example-forward');
  await changeNumbers(example);
  await box(example, 'x').fill('1, 3, 8');
  await expect(example).toContainText('The sum of the 3 values is 12,');
  await page.emulateMedia({ media: 'print' });
  await expect(example.getByText('The sum of the 3 values is')).toBeVisible();
  await expectNoControls(page);
  const drawings = page.locator('.figure svg[role]');
  await expect(drawings).not.toHaveCount(0);
  for (const drawing of await drawings.all()) await expect(drawing).toBeVisible();
});

test('paper without scripts holds all answers, unfolded', async ({ browser, watch }) => {
  const page = await openStatic(browser, watch, 'practice.html');
  await page.emulateMedia({ media: 'print' });
  const text = await visibleText(page.locator('main'));
  for (const { answer: whole, parts } of problemSources)
    for (const each of [whole, ...parts.flatMap(({ hints }) => hints)])
      expect(text).toContain(plainWords(each));
  await page.context().close();
});

test('paper is light, also where the screen is dark', async ({ page }) => {
  await openLive(page, 'quiz.html');
  const lightness = (property: 'color' | 'backgroundColor') =>
    page.locator('html').evaluate((element, name) => {
      const [r = 0, g = 0, b = 0] = (getComputedStyle(element)[name].match(/\d+/g) ?? []).map(Number);
      return (r + g + b) / (3 * 255);
    }, property);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await lightness('color')).toBeGreaterThan(await lightness('backgroundColor'));
  await page.emulateMedia({ colorScheme: 'dark', media: 'print' });
  expect(await lightness('color')).toBeLessThan(0.2);
  expect(await lightness('backgroundColor')).toBeGreaterThan(0.9);
});
