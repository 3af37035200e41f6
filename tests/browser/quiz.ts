// The quiz as its reader meets it: one question at a time, its options in whatever order they stand.

import { type Locator, type Page } from '@playwright/test';
import { becomesLive, expect, item } from './lesson.ts';
import { questionSources } from './lesson-source.ts';

export type Letter = (typeof questionSources)[number]['correct'];
export const letters: readonly Letter[] = ['A', 'B', 'C', 'D'];

export const quiz = 'quiz.html';

/** The question that is shown, or the results; all others are not. */
export const current = (page: Page): Locator =>
  page.locator('main .item').filter({ has: page.locator('h2'), visible: true });

/** A step of the line above the questions: "Question 2", "Results". */
export const step = (page: Page, name: string): Locator =>
  page
    .getByRole('navigation', { name: 'Questions' })
    .getByRole('button', { name: new RegExp(`^${name}(, (right|wrong))?$`) });

/** Waits until the page shows this question, or the results, and it can be answered. */
export async function questionIs(page: Page, id: string): Promise<Locator> {
  const card = item(page, id);
  await expect(card).toBeVisible();
  await expect(card).toHaveAttribute('data-started');
  await expect(current(page)).toHaveCount(1);
  return card;
}

/** Opens the quiz at its first question, in a browser that remembers nothing. */
export async function openQuiz(page: Page): Promise<Locator> {
  await page.goto(quiz);
  await becomesLive(page);
  return questionIs(page, questionSources[0]?.id ?? '');
}

/** An option by the author's letter, wherever it stands now. */
export const option = (card: Locator, letter: Letter): Locator => card.locator(`input[value=${letter}]`);

export const verdictOf = (card: Locator): Locator => card.locator('form').getByRole('status');

export const checkButton = (card: Locator): Locator =>
  card.getByRole('button', { name: 'Check', exact: true });
export const showAnswer = (card: Locator): Locator => card.getByRole('button', { name: 'Show answer' });
export const nextButton = (card: Locator): Locator => card.getByRole('button', { name: 'Next', exact: true });

export async function choose(card: Locator, letter: Letter): Promise<void> {
  await option(card, letter).check();
  await checkButton(card).click();
}

/** Some letter that is not the right one. */
export const wrongLetter = ({ correct }: { correct: Letter }): Letter => (correct === 'A' ? 'B' : 'A');

/** Answers the question that is shown, rightly or wrongly, and goes on. */
export async function answerAndGoOn(
  page: Page,
  source: (typeof questionSources)[number],
  isRight = true,
): Promise<void> {
  const card = await questionIs(page, source.id);
  await choose(card, isRight ? source.correct : wrongLetter(source));
  await nextButton(card).click();
}

/** All text of a block that is to be seen: not what is folded away. */
export const visibleText = (of: Locator): Promise<string> =>
  of.evaluate((element) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const texts: string[] = [];
    while (walker.nextNode()) {
      const { parentElement, textContent } = walker.currentNode;
      if (parentElement?.checkVisibility()) texts.push(textContent ?? '');
    }
    return texts.join('').replace(/\s+/g, ' ');
  });
