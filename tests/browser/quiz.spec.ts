// The five questions: verdict, explanations, a second try, the score.

import type { Page } from '@playwright/test';
import { expect, question, test } from './lesson.ts';
import { plainWords, questionSources } from './lesson-source.ts';

const score = (page: Page) => page.locator('bn-score [data-score]');

const choice = (page: Page, number: number, letter: string) =>
  question(page, number).getByRole('radio', { name: new RegExp(`^${letter}\\)`) });

const verdict = (page: Page, number: number) => question(page, number).locator('form').getByRole('status');

const check = (page: Page, number: number) =>
  question(page, number).getByRole('button', { name: 'Check', exact: true }).click();

for (const [k, { correct: right, options }] of questionSources.entries()) {
  const number = k + 1;
  const why = Object.entries(options).map(([letter, option]) => [letter, plainWords(option.why)] as const);
  const wrong = why.filter(([letter]) => letter !== right);
  const whyRight = plainWords(options[right].why);

  test(`question ${number}: no answer, wrong answers, then the right one`, async ({ lesson }) => {
    const again = question(lesson, number).getByRole('button', { name: 'Try again' });
    await check(lesson, number);
    await expect(verdict(lesson, number)).toContainText('Choose one of the options, then check.');
    await expect(verdict(lesson, number)).not.toContainText('typed');
    await expect(again).toBeHidden();
    await expect(score(lesson)).toHaveText('0 of 5 right. 5 not answered yet.');

    for (const [letter, whyWrong] of wrong) {
      await choice(lesson, number, letter).check();
      await expect(verdict(lesson, number)).toHaveText('');
      await check(lesson, number);
      await expect(verdict(lesson, number)).toContainText('Not yet.');
      await expect(verdict(lesson, number)).toContainText(`${letter}) Not this one. `);
      await expect(verdict(lesson, number)).toContainText(whyWrong);
      await expect(verdict(lesson, number)).toContainText(`${right}) Right. `);
      await expect(verdict(lesson, number)).toContainText(whyRight);
      await expect(score(lesson)).toHaveText('0 of 5 right. 4 not answered yet.');

      await again.click();
      await expect(verdict(lesson, number)).toHaveText('');
      await expect(question(lesson, number).getByRole('radio', { checked: true })).toHaveCount(0);
      await expect(choice(lesson, number, 'A')).toBeFocused();
      await expect(again).toBeHidden();
      await expect(score(lesson)).toHaveText('0 of 5 right. 5 not answered yet.');
    }
    await choice(lesson, number, right).check();
    await check(lesson, number);
    await expect(verdict(lesson, number)).toContainText('Right.');
    await expect(verdict(lesson, number)).toContainText(whyRight);
    for (const [, whyWrong] of wrong) await expect(verdict(lesson, number)).not.toContainText(whyWrong);
    await expect(score(lesson)).toHaveText('1 of 5 right. 4 not answered yet.');
  });
}

test('another choice takes the verdict away and can be checked without “Try again”', async ({ lesson }) => {
  await choice(lesson, 1, 'A').check();
  await check(lesson, 1);
  await expect(verdict(lesson, 1)).toContainText('Not yet.');
  await expect(score(lesson)).toHaveText('0 of 5 right. 4 not answered yet.');
  await choice(lesson, 1, 'B').check();
  await expect(verdict(lesson, 1)).toHaveText('');
  await expect(score(lesson)).toHaveText('0 of 5 right. 5 not answered yet.');
  await check(lesson, 1);
  await expect(verdict(lesson, 1)).toContainText('Right.');
  await expect(score(lesson)).toHaveText('1 of 5 right. 4 not answered yet.');
});

test('the score counts, and the whole quiz can be started again', async ({ lesson }) => {
  expect(questionSources).toHaveLength(5);
  await expect(lesson.getByRole('heading', { name: /^Question \d$/ })).toHaveCount(5);
  for (const [k, { correct }] of questionSources.entries()) {
    const open = questionSources.length - k;
    await expect(score(lesson)).toHaveText(`${k} of 5 right. ${open} not answered yet.`);
    await choice(lesson, k + 1, correct).check();
    await check(lesson, k + 1);
  }
  await expect(score(lesson)).toHaveText('5 of 5 right. All questions are answered.');
  const wrongChoice = questionSources[2]?.correct === 'A' ? 'B' : 'A';
  await choice(lesson, 3, wrongChoice).check();
  await expect(score(lesson)).toHaveText('4 of 5 right. 1 not answered yet.');
  await check(lesson, 3);
  await expect(score(lesson)).toHaveText('4 of 5 right. All questions are answered.');

  await lesson.getByRole('button', { name: 'Start the quiz again' }).click();
  await expect(score(lesson)).toHaveText('0 of 5 right. 5 not answered yet.');
  // Figures have radio buttons too, and theirs stay as they are.
  await expect(lesson.locator('bn-quiz').getByRole('radio', { checked: true })).toHaveCount(0);
  await expect(choice(lesson, 1, 'A')).toBeFocused();
  for (const k of questionSources.keys()) await expect(verdict(lesson, k + 1)).toHaveText('');
});
