// The quiz: one question at a time, which gives nothing away; verdicts and reasons; the score of first tries; what a
// reload keeps; results, and another try.

import { type Locator, type Page } from '@playwright/test';
import { becomesLive, expect, test } from './lesson.ts';
import { plainWords, questionSources } from './lesson-source.ts';
import {
  answerAndGoOn,
  checkButton,
  choose,
  current,
  letters,
  nextButton,
  openQuiz,
  option,
  questionIs,
  quiz,
  showAnswer,
  step,
  verdictOf,
  visibleText,
  wrongLetter,
} from './quiz.ts';

type Question = (typeof questionSources)[number];

const count = questionSources.length;
const [first, second, third] = questionSources as [Question, Question, Question];
const score = (page: Page) => page.locator('.score');

/** The letters of the options as they are printed, in the author's. */
const orderOf = (card: Locator) =>
  card.getByRole('radio').evaluateAll((all) => all.map((each) => (each as HTMLInputElement).value).join(''));

/** Nothing that can be seen says which option is right, or why; nothing of the check stands there. */
async function expectNothingGivenAway(card: Locator, { options, explanation }: Question): Promise<void> {
  const text = await visibleText(card);
  expect(text).toContain(plainWords(options.A.text));
  for (const secret of [explanation, ...letters.map((letter) => options[letter].why)])
    expect(text).not.toContain(plainWords(secret));
  expect(text).not.toMatch(/Right|Not this one|Answer:|explained/);
  await expect(card.locator('table, section, details').filter({ visible: true })).toHaveCount(0);
}

test('each question: nothing given away, no choice, wrong ones with their reasons, the right one', async ({
  page,
}) => {
  await openQuiz(page);
  for (const [k, source] of questionSources.entries()) {
    const card = await questionIs(page, source.id);
    await expect(card.getByRole('heading', { name: `Question ${k + 1}` })).toBeVisible();
    await expect(step(page, `Question ${k + 1}`)).toHaveAttribute('aria-current', 'step');
    await expectNothingGivenAway(card, source);
    await expect(nextButton(card)).toHaveCount(0);
    await expect(showAnswer(card)).toHaveCount(0);
    await checkButton(card).click();
    await expect(verdictOf(card)).toHaveText(/No answer yet\. Choose one of the options, then check\./);
    await expectNothingGivenAway(card, source);

    const { correct, options } = source;
    const wrong = letters.filter((letter) => letter !== correct);
    // The first question tries all of them.
    for (const letter of k === 0 ? wrong : wrong.slice(0, 1)) {
      await option(card, letter).check();
      await expect(verdictOf(card)).toHaveText('');
      await checkButton(card).click();
      await expect(verdictOf(card)).toContainText('Not yet.');
      // The reason of what was chosen, and neither the right letter nor its reason.
      await expect(verdictOf(card)).toContainText(plainWords(options[letter].why));
      const text = await visibleText(card);
      expect(text).not.toContain(plainWords(options[correct].why));
      expect(text).not.toMatch(/Right\.|Answer:/);
    }
    await choose(card, correct);
    await expect(verdictOf(card)).toContainText('Right.');
    await expect(verdictOf(card)).toContainText(plainWords(options[correct].why));
    // Enter goes on from there.
    await expect(nextButton(card)).toBeFocused();
    // Now everything may be read.
    await card.getByText('All options explained').click();
    await expect(card.getByRole('definition').filter({ visible: true })).toHaveCount(letters.length);
    const text = await visibleText(card);
    for (const letter of letters) expect(text).toContain(plainWords(options[letter].why));
    await expect(card.getByRole('table')).toBeVisible();
    await nextButton(card).click();
  }
  await questionIs(page, 'results');
  await expect(step(page, 'Results')).toHaveAttribute('aria-current', 'step');
  // Every first try was wrong.
  await expect(score(page)).toContainText(`0 of ${count} right at the first try.`);
  await expect(score(page)).toContainText('counts first tries');
});

test('the answer on request, after a try of one’s own', async ({ page }) => {
  const card = await openQuiz(page);
  await choose(card, wrongLetter(first));
  await showAnswer(card).click();
  await expect(showAnswer(card)).toHaveCount(0);
  await expect(card.locator('form')).toContainText(`Answer: ${first.correct})`);
  await expect(card.locator('form')).toContainText(plainWords(first.options[first.correct].why));
  // The verdict on the learner's own choice stays.
  await expect(verdictOf(card)).toContainText('Not yet.');
  await nextButton(card).click();
  await questionIs(page, second.id);
});

test('another choice takes the verdict away; the score counts first tries, and says so', async ({ page }) => {
  const card = await openQuiz(page);
  await choose(card, wrongLetter(first));
  await expect(verdictOf(card)).toContainText('Not yet.');
  await option(card, first.correct).check();
  await expect(verdictOf(card)).toHaveText('');
  await checkButton(card).click();
  await expect(verdictOf(card)).toContainText('Right.');
  await step(page, 'Results').click();
  await questionIs(page, 'results');
  await expect(score(page)).toContainText(
    `0 of ${count} right at the first try, ${count - 1} not answered yet.`,
  );
  await expect(score(page)).toContainText('counts first tries');
  await step(page, 'Question 2').click();
  await answerAndGoOn(page, second);
  await step(page, 'Results').click();
  await expect(score(page)).toContainText(
    `1 of ${count} right at the first try, ${count - 2} not answered yet.`,
  );
});

test('a reload keeps the question, the answers, the verdicts and the score', async ({ page }) => {
  const reload = async () => {
    await page.reload();
    await becomesLive(page);
  };
  await openQuiz(page);
  await answerAndGoOn(page, first);
  await choose(await questionIs(page, second.id), wrongLetter(second));
  await reload();
  let card = await questionIs(page, second.id);
  await expect(option(card, wrongLetter(second))).toBeChecked();
  await expect(verdictOf(card)).toContainText('Not yet.');
  await expect(verdictOf(card)).toContainText(plainWords(second.options[wrongLetter(second)].why));

  // A choice that was not checked yet has no verdict.
  await step(page, 'Question 3').click();
  await expect(page.locator('.bar .where')).toHaveText(/^Question 3/);
  await option(await questionIs(page, third.id), 'D').check();
  await reload();
  card = await questionIs(page, third.id);
  await expect(option(card, 'D')).toBeChecked();
  await expect(verdictOf(card)).toHaveText('');
  await expectNothingGivenAway(card, third);

  await expect(step(page, 'Question 1')).toHaveAccessibleName('Question 1, right');
  await expect(step(page, 'Question 2')).toHaveAccessibleName('Question 2, wrong');
  await expect(step(page, 'Question 3')).toHaveAccessibleName('Question 3');
  await step(page, 'Question 1').click();
  card = await questionIs(page, first.id);
  await expect(option(card, first.correct)).toBeChecked();
  await expect(verdictOf(card)).toContainText('Right.');
  await step(page, 'Results').click();
  const says = `1 of ${count} right at the first try, ${count - 2} not answered yet.`;
  await expect(score(page)).toContainText(says);
  await reload();
  await questionIs(page, 'results');
  await expect(score(page)).toContainText(says);
});

test('results by objective, as text and on paper; then again in another order', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openQuiz(page);
  for (const [k, source] of questionSources.entries()) await answerAndGoOn(page, source, k !== 1);
  const results = await questionIs(page, 'results');
  const says = `${count - 1} of ${count} right at the first try.`;
  await expect(score(page)).toContainText(says);

  // Objective 1 has two questions of the quiz, both right; the one of objective 3 was wrong.
  const standings = results.locator('.standings').getByRole('listitem');
  await expect(standings).toHaveCount(5);
  await expect(standings.nth(0)).toHaveText(/^1\. .+: working, [1-4] of 4\./);
  await expect(standings.nth(2)).toHaveText(/^3\. .+: working, 0 of 4\./);
  await expect(standings.nth(4)).toHaveText(/^5\. .+: working, 1 of 4\./);
  // It leads to a drill about the same pitfall.
  await expect(standings.nth(2)).toContainText('Question 2 was wrong at the first try → Drill ');
  await expect(standings.getByRole('link')).toHaveCount(1);
  const drill = await standings.getByRole('link').getAttribute('href');
  expect(drill).toMatch(/^workshop\.html#workshop-/);

  await results.getByRole('button', { name: 'Copy as text' }).click();
  await expect(results.getByRole('status')).toHaveText('The results are in the clipboard.');
  const lines = (await page.evaluate(() => navigator.clipboard.readText())).split('\n');
  expect(lines[0]).toBe(says);
  const printed = await standings.allTextContents();
  expect(lines.slice(1).filter((line) => !line.startsWith(' '))).toEqual(
    printed.map((line) => line.replace(/ Question 2 .*/, '')),
  );
  expect(lines.filter((line) => line.startsWith(' '))).toEqual(['   Question 2 was wrong at the first try']);

  // What the button prints is what stands there.
  await page.evaluate(() => {
    window.print = () => document.documentElement.setAttribute('data-printed', '');
  });
  await results.getByRole('button', { name: 'Print' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-printed');
  await page.emulateMedia({ media: 'print' });
  await expect(results.getByText(says)).toBeVisible();
  for (const each of await standings.all()) await expect(each).toBeVisible();
  await expect(page.getByRole('button')).toHaveCount(0);
  await page.emulateMedia({ media: 'screen' });

  await results.getByRole('button', { name: 'Try again with the options in another order' }).click();
  for (const source of questionSources) {
    const card = await questionIs(page, source.id);
    await expect(card.getByRole('radio', { checked: true })).toHaveCount(0);
    await expect(verdictOf(card)).toHaveText('');
    await expectNothingGivenAway(card, source);
    const order = await orderOf(card);
    expect(order).not.toBe('ABCD');
    expect(order.split('').toSorted().join('')).toBe('ABCD');
    // The letters are printed from the order: A) stands first.
    await expect(card.locator('.options').getByRole('listitem')).toHaveText([/^A\)/, /^B\)/, /^C\)/, /^D\)/]);
    // The choice that was checked in the first round is not judged before it is checked in this one.
    await option(card, source.correct).check();
    await expect(verdictOf(card)).toHaveText('');
    await checkButton(card).click();
    await expect(verdictOf(card)).toContainText('Right.');
    await nextButton(card).click();
  }
  await expect(current(page)).toHaveCount(1);
  await expect(score(page)).toContainText(says);
  // The order stays, too.
  await step(page, 'Question 1').click();
  const order = await orderOf(await questionIs(page, first.id));
  await page.goto(quiz);
  await becomesLive(page);
  expect(await orderOf(await questionIs(page, first.id))).toBe(order);
});
