// The practice problems: a question takes an answer, says what is wrong with it and how to go on, folds when it is right, and
// follows its numbers. What the core in Node says is what the page must say; the forms of answers are tried without a browser.

import type { Locator, Page } from '@playwright/test';
import { loadBuiltCore } from '../../web/render/core.ts';
import { lessonItems } from '../../web/render/items.ts';
import { formatValue, fullText } from '../../web/src/core/format.ts';
import { drawGivens, judgePart, quantitiesOfPart } from '../../web/src/core/items.ts';
import { readGivens, type Typed } from '../../web/src/core/scenario.ts';
import { backward, forward, mean, sum } from './formulas.ts';
import {
  answer,
  answerBox,
  becomesLive,
  box,
  changeNumbers,
  check,
  complaint,
  expect,
  expectNoMachineWords,
  item,
  keptOf,
  newNumbers,
  note,
  openLive,
  question,
  test,
  unfold,
  verdict,
} from './lesson.ts';
import { problemSources } from './lesson-source.ts';

const core = await loadBuiltCore();
const all = await lessonItems('web/lesson');
const items = all.flatMap((each) =>
  each.kind === 'part' && each.listed.page === 'practice.html' ? [each] : [],
);
type Item = (typeof items)[number];
const itemOf = (id: string) => items.find((each) => each.id === id) as Item;
/** A right answer in full, for other numbers where they are given. */
const rightText = ({ part, example, problem }: Item, typed: Typed = problem.given) =>
  fullText(core.evaluate(example, quantitiesOfPart(core, part, typed, problem)));

/** A wrong answer: one that a known mistake leads to, where there is one. */
function mistakenText({ part, problem }: Item): string {
  if (part.kind === 'value') {
    const givens = readGivens(core, { ...problem.given, ...part.with }, problem);
    const [mistake] = core.mistakenAnswers({ givens, ...part.question });
    return mistake ? fullText(mistake.value) : '987654';
  }
  if (part.kind !== 'property') throw new Error('a new kind of question stands among the problems');
  const tries = ['1', '0'].map((each) => part.find.map(() => each).join(', '));
  const isWrong = (text: string) => judgePart(core, part, text, problem.given, problem).verdict === 'wrong';
  return tries.find(isWrong) ?? '987654';
}

const openPractice = (page: Page, ...ids: string[]) => openLive(page, 'practice.html', ...ids);
const readAs = (form: Locator) => form.locator('.read-as');
const hints = (form: Locator) => form.locator('details.hint');
const showAnswer = (form: Locator) => form.getByRole('button', { name: 'Show answer' });
const next = (form: Locator) => form.getByRole('button', { name: 'Next' });

test('every question: no answer, the mistake that the core names, and the right answer', async ({ page }) => {
  await openPractice(page, ...problemSources.map(({ id }) => id));
  for (const each of items)
    await test.step(each.id, async () => {
      const { part, problem } = each;
      const form = question(page, each.id);
      await check(form);
      await expect(verdict(form)).toContainText('No answer yet.');
      const asks = part.kind === 'value' ? 'Type a number, a fraction or a list' : 'Type numbers';
      await expect(verdict(form)).toContainText(`${asks}, then check.`);

      const mistaken = mistakenText(each);
      const judged = judgePart(core, part, mistaken, problem.given, problem);
      expect(judged.verdict).toBe('wrong');
      await answer(form, mistaken);
      await expect(verdict(form)).toContainText('Not yet.');
      // The page begins and ends them as sentences.
      const spoken = (await verdict(form).innerText()).toLowerCase();
      await expect(form.locator('strong.mistake')).toHaveCount(judged.mistakes.length);
      for (const { title, reason } of judged.mistakes) {
        expect(spoken).toContain(title.toLowerCase());
        expect(spoken).toContain(reason.toLowerCase());
      }
      if (part.kind === 'value' && judged.mistakes.length === 0)
        await expect(verdict(form)).toContainText('No known mistake leads to this');
      const pitfalls = new Set(judged.mistakes.map(({ pitfall }) => pitfall));
      await expect(form.locator('details.pitfall')).toHaveCount(pitfalls.size);

      await answer(form, rightText(each));
      await expect(verdict(form)).toContainText(`Right. ${rightText(each)}`);
      await expect(answerBox(form)).toHaveCount(0);
    });
  // Every question is done, so the whole answers stand there.
  const answers = page.locator('.problem > details.answer');
  await expect(answers).toHaveCount(problemSources.length);
  for (const each of await answers.all()) await expect(each).toBeVisible();
  await expectNoMachineWords(page);
});

test('from the first try over the help to the next question', async ({ page }) => {
  await openPractice(page, 'problem-2', 'problem-3');
  const form = question(page, 'problem-2/dgamma');
  const whole = item(page, 'problem-2').locator('.problem > details.answer');
  await expect(form).toHaveAttribute('data-state', 'new');
  await expect(hints(form)).toHaveCount(1);
  await expect(hints(form)).toBeHidden();
  await expect(showAnswer(form)).toHaveCount(0);
  await expect(whole).toBeHidden();

  // dgamma = 1.5/√3.5; the mean instead of the sum is a quarter of it.
  const exact = 1.5 / Math.sqrt(3.5);
  await answer(form, String(exact / 4));
  await expect(form.locator('strong.mistake')).toHaveText('Mean for sum.');
  await expect(form).toHaveAttribute('data-state', 'tried');
  await expect(answerBox(form), 'the answer can be mended at once').toBeFocused();
  const pitfall = form.locator('details.pitfall');
  const address = page.url();
  await pitfall.locator('summary').press('Enter');
  await expect(pitfall.locator('p').first()).toBeVisible();
  expect(page.url(), 'the pitfall unfolds in place').toBe(address);
  await expect(hints(form)).toBeVisible();
  await expect(showAnswer(form)).toBeVisible();

  await answerBox(form).fill('0.8');
  await expect(verdict(form), 'a verdict goes with the answer it was for').toHaveText('');
  await expect(pitfall).toHaveCount(0);

  await answer(form, exact.toFixed(3));
  await expect(verdict(form)).toContainText(`Right. ${exact.toFixed(3)}`);
  await expect(form).toHaveAttribute('data-state', 'right');
  await expect(hints(form)).toBeHidden();
  await expect(showAnswer(form)).toHaveCount(0);
  await expect(next(form)).toBeFocused();
  await page.keyboard.press('Enter');
  const second = question(page, 'problem-2/dbeta');
  await expect(answerBox(second)).toBeFocused();
  await expect(whole, 'one question is open').toBeHidden();
  await page.keyboard.type('sum(dy)');
  await page.keyboard.press('Enter');
  await expect(verdict(second)).toContainText('Right.');
  await expect(whole).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(answerBox(question(page, 'problem-3/running-mean'))).toBeFocused();

  // The box comes back with what was typed; the same answer again folds it again.
  await form.getByRole('button', { name: 'Change my answer' }).click();
  await expect(answerBox(form)).toBeFocused();
  await expect(answerBox(form)).toHaveValue(exact.toFixed(3));
  await page.keyboard.press('Enter');
  await expect(next(form)).toBeFocused();
});

test('the sentence of a right answer stands with it', async ({ page }) => {
  const explained = items.filter(({ problem, part }) =>
    problemSources
      .find(({ id }) => id === problem.id)
      ?.parts.some(({ id, why }) => part.id === `${problem.id}/${id}` && why !== undefined),
  );
  expect(explained.length).toBeGreaterThan(0);
  await openPractice(page, ...new Set(explained.map(({ problem }) => problem.id)));
  for (const each of explained) {
    const form = question(page, each.id);
    await answer(form, rightText(each));
    const words = (await verdict(form).innerText()).replace('Right.', '').replace(rightText(each), '');
    expect(words.trim().length, each.id).toBeGreaterThan(10);
  }
});

test('hints open one after the other, and the answer is shown and counts as help', async ({ page }) => {
  await openLive(page, 'workshop.html#workshop-forward', 'workshop-forward');
  const form = question(page, 'workshop-forward/batch-var');
  await expect(hints(form)).toHaveCount(2);
  await check(form);
  await expect(hints(form).nth(0)).toBeVisible();
  await expect(hints(form).nth(1)).toBeHidden();
  await hints(form).nth(0).locator('summary').press('Enter');
  await expect(hints(form).nth(1)).toBeVisible();

  await showAnswer(form).press('Enter');
  const x = [2, 3, -1, 0, 7];
  const truth = mean(x.map((value) => (value - mean(x)) ** 2));
  const shown = form.locator('.shown-answer');
  await expect(shown).toContainText(`Answer. ${truth}`);
  await expect(showAnswer(form)).toHaveCount(0);
  const { answers } = await keptOf(page, 'workshop-forward');
  expect(answers['batch-var']).toMatchObject({ opened: true, hints: 1 });

  // What is typed after it is right, but not found without help.
  await answer(form, String(truth));
  await expect(verdict(form)).toContainText('Right.');
  await expect(shown).toHaveCount(0);
  expect((await keptOf(page, 'workshop-forward')).answers['batch-var']).toMatchObject({
    best: 'right',
    opened: true,
    fresh: false,
  });
  // Of a formula the formula is shown, of a batch with a property one that has it.
  const batch = question(page, 'workshop-forward/make-a-batch');
  await answer(batch, '1, 2');
  await showAnswer(batch).click();
  await expect(batch.locator('.shown-answer')).toContainText('[0, 2, 4, 6]');
});

test('what cannot be read is marked, and what is not asked for is not judged', async ({ page }) => {
  await openPractice(page, 'problem-1', 'problem-4', 'problem-5');
  const form = question(page, 'problem-1/mean-square');
  const input = answerBox(form);
  for (const [text, marked] of [
    ['9.5 / (9.5 + 0.5', '('],
    ['mean(x_hat^2)', 'x_hat'],
    ['1.5/√', '⎵'],
  ] as const) {
    await expect(input, 'only what cannot be read is marked').not.toHaveAttribute('aria-invalid');
    await answer(form, text);
    await expect(verdict(form), text).toContainText('Not readable.');
    await expect(verdict(form).locator('mark'), text).toHaveText(marked);
    await expect(verdict(form).locator('code'), text).toHaveText(marked === '⎵' ? `${text}⎵` : text);
    await expect(input).toHaveAttribute('aria-invalid', 'true');
    await expect(input).toHaveAccessibleDescription(/Not readable\./);
    await input.fill('0.9');
  }
  await answer(form, '1/2x');
  await expect(verdict(form)).toContainText('(1/2)·x or as 1/(2·x)');
  for (const [id, text, says] of [
    ['problem-5/y', '-1.397, -0.4487, 1.449', '4 values are asked for, and 3 were read'],
    ['problem-4/bn-operations', '[4, 256]', 'ne number is asked for, and 2 were read'],
  ] as const) {
    await answer(question(page, id), text);
    await expect(verdict(question(page, id))).toContainText('Not judged.');
    await expect(verdict(question(page, id))).toContainText(says);
  }
  await answer(question(page, 'problem-5/y'), '-1.397, 7, 1.449, 8');
  await expect(verdict(question(page, 'problem-5/y'))).toContainText(
    'Look again at values 2 and 4; the other values are right.',
  );
  // The third is rounded, the fourth cut off.
  await answer(question(page, 'problem-5/y'), '-1.397, -0.4487, 1.4, 2.3');
  await expect(verdict(question(page, 'problem-5/y'))).toContainText('Right, but too coarse.');
  await expect(verdict(question(page, 'problem-5/y'))).toContainText(
    'give more digits in values 3 and 4, 3 or more',
  );
  await expectNoMachineWords(page);
});

test('the answer is shown in mathematics while it is typed, where that tells something', async ({ page }) => {
  await openPractice(page, 'problem-2', 'problem-4', 'problem-5');
  const form = question(page, 'problem-2/dgamma');
  await answerBox(form).pressSequentially('3/√14');
  const math = readAs(form).getByRole('math');
  await expect(math.locator('mfrac > mn')).toHaveText('3');
  await expect(math.locator('mfrac > msqrt')).toHaveText('14');
  await expect(readAs(form)).toContainText(`≈ ${(3 / Math.sqrt(14)).toPrecision(6)}`);
  await answerBox(form).fill('2^-7');
  await expect(math.locator('msup')).toHaveText('2−7');
  await expect(readAs(form)).toContainText(`= ${2 ** -7}`);
  await answerBox(form).fill('0,8018');
  await expect(readAs(form), 'a comma is a point').toContainText('read as');
  for (const plain of ['3/', '0.8018', '-5', '']) {
    await answerBox(form).fill(plain);
    await expect(readAs(form), plain).toHaveText('');
  }

  // Each asks for its tolerance and its shape behind the question mark.
  const ruleOf = async (id: string) => {
    const rule = question(page, id).locator('details.rule');
    await expect(rule.locator('p')).toBeHidden();
    await rule.locator('summary').press('Enter');
    await expect(rule.locator('p')).toBeVisible();
    return rule.locator('p').innerText();
  };
  expect(await ruleOf('problem-2/dgamma')).toMatch(/^Within 1 % or 0\.001: three digits are enough/);
  expect(await ruleOf('problem-4/bn-operations')).toMatch(
    /^The exact number.*products and powers are welcome/,
  );
  expect(await ruleOf('problem-5/y')).toMatch(/with commas between.*Within 1 % or 0\.01/);
});

test('other numbers take the verdict away, and the answer is judged anew', async ({ page }) => {
  await openPractice(page, 'problem-1', 'problem-2', 'problem-3', 'problem-5');
  const right = async (id: string, value: number | string) => {
    await answer(question(page, id), String(value));
    await expect(verdict(question(page, id)), id).toContainText('Right.');
  };
  const wrong = async (id: string, value: number) => {
    await answer(question(page, id), String(value));
    await expect(verdict(question(page, id)), id).toContainText('Not yet.');
  };
  for (const id of ['problem-1', 'problem-2', 'problem-3', 'problem-5']) await changeNumbers(item(page, id));

  const sums = item(page, 'problem-1');
  const form = question(page, 'problem-1/mean-square');
  await right('problem-1/mean-square', '9.5 / (9.5 + eps)');
  await box(sums, 'eps').fill('0');
  await expect(verdict(form)).toHaveText('');
  await expect(readAs(form)).toContainText('= 1');
  await check(form);
  await expect(verdict(form)).toContainText('Right.');
  await wrong('problem-1/mean-square', 0.95);
  await sums.getByRole('button', { name: 'Reset' }).click();
  await expect(verdict(form)).toHaveText('');
  await check(form);
  await expect(verdict(form)).toContainText('Right.');

  const own = { x: [-1, 0.5, 7], dy: [1, -2, 3], gamma: 1.5, beta: 0.3, eps: 0.25 };
  const gradients = item(page, 'problem-2');
  await box(gradients, 'x').fill(own.x.join(', '));
  await expect(complaint(gradients)).toContainText('dy: expected 3 values, as many as x, got 4');
  await box(gradients, 'dy').fill(own.dy.join(', '));
  await box(gradients, 'eps').fill(String(own.eps));
  await expect(complaint(gradients)).toHaveText('');
  const truth = backward(own);
  await wrong('problem-2/dgamma', truth.dgamma * 1.02);
  await right('problem-2/dgamma', truth.dgamma);
  await wrong('problem-2/dbeta', truth.dbeta * 1.02);
  await right('problem-2/dbeta', truth.dbeta);

  const running = item(page, 'problem-3');
  await box(running, 'momentum').fill('0.75');
  await box(running, 'running_mean').fill('-8');
  await box(running, 'steps').fill('4');
  const weight = 0.75 ** 4;
  await right('problem-3/running-mean', weight * -8 + (1 - weight) * mean([2, 4, 6, 8]));
  await right('problem-3/window', 4);

  const bias = item(page, 'problem-5');
  await box(bias, 'gamma').fill('-2');
  await box(bias, 'running_var').fill('16');
  await box(bias, 'dy').fill('3, 1, 4, 1');
  await right('problem-5/db-frozen', (-2 / Math.sqrt(16)) * sum([3, 1, 4, 1]));
});

test('numbers that cannot be used are mended first, and nothing typed is lost', async ({ page }) => {
  await openPractice(page, 'problem-1', 'problem-3');
  const sums = item(page, 'problem-1');
  const form = question(page, 'problem-1/mean-square');
  await changeNumbers(sums);
  await answerBox(form).fill('0.95');
  await box(sums, 'x').fill('1, 2, x');
  await expect(complaint(sums)).toContainText('x: ');
  await check(form);
  await expect(verdict(form)).toContainText('Not judged. Mend the numbers of the problem first: x: ');
  await sums.getByRole('button', { name: 'Reset' }).click();
  await expect(complaint(sums)).toHaveText('');
  await expect(answerBox(form)).toHaveValue('0.95');
  await check(form);
  await expect(verdict(form)).toContainText('Right.');

  // Numbers without an answer, 1 / (1 - 1), in the question and in the text.
  const running = item(page, 'problem-3');
  const window = question(page, 'problem-3/window');
  await changeNumbers(running);
  await answerBox(window).fill('10');
  await box(running, 'momentum').fill('1');
  await check(window);
  await expect(verdict(window)).toContainText('Mend the numbers of the problem first: division by 0.');
  const words = running.locator('.problem > details.answer').getByText('looks back over about');
  await expect(words).toContainText('batches, here no value');
  await expectNoMachineWords(page);
  await box(running, 'momentum').fill('0.9');
  await expect(words).toContainText(`batches, here ${Math.round(1 / (1 - 0.9))}`);
  await check(window);
  await expect(verdict(window)).toContainText('Right.');
});

test('what was found on other numbers outlasts Undo', async ({ page }) => {
  await openPractice(page, 'problem-2');
  const sheet = item(page, 'problem-2');
  const form = question(page, 'problem-2/dgamma');
  const each = itemOf('problem-2/dgamma');
  await answer(form, rightText(each));
  await expect(verdict(form)).toContainText('Right.');
  await newNumbers(sheet).press('Enter');
  await expect(note(sheet)).toContainText('variant 1');
  await answer(form, rightText(each, drawGivens(core, each.problem, 1)));
  await expect(verdict(form)).toContainText('Right.');
  await note(sheet).getByRole('button', { name: 'Undo' }).press('Enter');
  await expect(note(sheet)).toContainText('from before');
  await expect(note(sheet), 'the button is gone').toBeFocused();
  expect((await keptOf(page, 'problem-2')).answers.dgamma).toMatchObject({ fresh: true });
});

test('new numbers take the old answers out, and Undo brings them back', async ({ page }) => {
  await openPractice(page, 'problem-2');
  const sheet = item(page, 'problem-2');
  const form = question(page, 'problem-2/dgamma');
  const second = question(page, 'problem-2/dbeta');
  const each = itemOf('problem-2/dgamma');
  await changeNumbers(sheet);
  const before = await box(sheet, 'x').inputValue();
  await answer(form, '0.8018');
  await expect(verdict(form)).toContainText('Right.');
  await answerBox(second).fill('0.1');
  for (const seed of [1, 2]) {
    await newNumbers(sheet).press('Enter');
    await expect(note(sheet)).toContainText(`variant ${seed}. The boxes are empty for them.`);
    const drawn = drawGivens(core, each.problem, seed);
    for (const name of ['x', 'dy', 'gamma', 'beta'] as const)
      await expect(box(sheet, name)).toHaveValue(drawn[name] ?? '');
    // The numbers in the text are the same.
    await expect(sheet.locator('[data-slot=problem] data[data-formula=dy]')).toHaveText(
      formatValue(core.evaluate(`[${drawn.dy}]`, {})),
    );
    await expect(verdict(form)).toHaveText('');
    await expect(answerBox(form)).toHaveValue('');
    await expect(answerBox(second)).toHaveValue('');
    await answer(form, rightText(each, drawn));
    await expect(verdict(form)).toContainText('Right.');
  }
  const { answers } = await keptOf(page, 'problem-2');
  expect(answers.dgamma, 'right on other numbers, without the answer').toMatchObject({ fresh: true });

  await note(sheet).getByRole('button', { name: 'Undo' }).press('Enter');
  await expect(note(sheet)).toContainText('The numbers and answers from before stand here again.');
  await expect(box(sheet, 'x')).toHaveValue(drawGivens(core, each.problem, 1).x ?? '');
  await expect(verdict(form), 'the answer to the first variant').toContainText('Right.');
  await sheet.getByRole('button', { name: 'Reset' }).click();
  await expect(box(sheet, 'x')).toHaveValue(before);
});

test('Undo brings back what stood before, the verdicts included', async ({ page }) => {
  await openPractice(page, 'problem-2');
  const sheet = item(page, 'problem-2');
  const form = question(page, 'problem-2/dgamma');
  const second = question(page, 'problem-2/dbeta');
  await answer(form, '0.8018');
  await answer(second, '0.1');
  await expect(second.locator('strong.mistake')).toHaveText('Mean for sum.');
  await newNumbers(sheet).click();
  await expect(answerBox(form)).toHaveValue('');
  await note(sheet).getByRole('button', { name: 'Undo' }).click();
  await expect(form).toHaveAttribute('data-state', 'right');
  await expect(verdict(form)).toContainText('Right. 0.8018');
  await expect(answerBox(second)).toHaveValue('0.1');
  await expect(second.locator('strong.mistake')).toHaveText('Mean for sum.');
});

test('after a reload all stands as it was, and nothing counts twice', async ({ page }) => {
  await openPractice(page, 'problem-1', 'problem-2');
  const form = question(page, 'problem-2/dgamma');
  const second = question(page, 'problem-2/dbeta');
  const sums = question(page, 'problem-1/sum-x-hat');
  await answer(second, '0.1');
  await answer(form, '0.8018');
  await expect(verdict(form)).toContainText('Right.');
  await answerBox(sums).fill('not checked yet');
  const before = [await form.innerText(), await second.innerText(), await keptOf(page, 'problem-2')];
  await page.reload();
  await becomesLive(page, 'problem-1', 'problem-2');
  await expect(second.locator('strong.mistake')).toHaveText('Mean for sum.');
  await expect(verdict(form)).toContainText('Right. 0.8018');
  await expect(answerBox(sums)).toHaveValue('not checked yet');
  await expect(verdict(sums)).toHaveText('');
  expect([await form.innerText(), await second.innerText(), await keptOf(page, 'problem-2')]).toEqual(before);
  expect((await keptOf(page, 'problem-2')).answers.dbeta).toMatchObject({
    first: 'wrong',
    mistakes: { 'mean for sum': 1 },
  });
});

test('two tabs keep each other’s answers, and a third sees both', async ({ page, context }) => {
  await openPractice(page, 'problem-1', 'problem-2');
  const other = await context.newPage();
  await openPractice(other, 'problem-1', 'problem-2');
  await answer(question(page, 'problem-1/sum-x-hat'), '0');
  await answer(question(page, 'problem-2/dgamma'), '0.8018');
  // The other tab knew nothing of these when it opened.
  await answer(question(other, 'problem-2/dbeta'), '0.4');
  const right = ['problem-1/sum-x-hat', 'problem-2/dgamma', 'problem-2/dbeta'];
  for (const tab of [page, other])
    for (const id of right) await expect(question(tab, id)).toHaveAttribute('data-state', 'right');
  await other.close();
  await page.close();
  const third = await context.newPage();
  await openPractice(third, 'problem-1', 'problem-2');
  for (const id of right) await expect(question(third, id)).toHaveAttribute('data-state', 'right');
});

/** Puts all text into nodes of its own, as browsers do that translate a page. */
const translate = (page: Page) =>
  page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts: Text[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode as Text);
    for (const text of texts) {
      if (!text.data.trim() || text.parentElement?.closest('script, style, math, noscript')) continue;
      const [outer, inner] = [document.createElement('font'), document.createElement('font')];
      inner.textContent = text.data;
      outer.append(inner);
      text.replaceWith(outer);
    }
  });

test('on a page that the browser has translated, verdicts and numbers follow', async ({ page }) => {
  await openPractice(page, 'problem-2');
  const sheet = item(page, 'problem-2');
  const form = question(page, 'problem-2/dgamma');
  await changeNumbers(sheet);
  await answer(form, '1/5');
  await expect(verdict(form)).toContainText('Not yet.');
  await translate(page);

  await answerBox(form).fill('3/√15');
  await expect(readAs(form)).toContainText(`≈ ${(3 / Math.sqrt(15)).toPrecision(6)}`);
  await expect(verdict(form)).toHaveText('');
  await check(form);
  await expect(verdict(form)).toContainText('Not yet.');
  await translate(page);
  await answer(form, '3/√14');
  await expect(verdict(form)).toContainText('Right. 3/√14');

  await translate(page);
  await newNumbers(sheet).click();
  const drawn = drawGivens(core, itemOf('problem-2/dgamma').problem, 1);
  await expect(box(sheet, 'x')).toHaveValue(drawn.x ?? '');
  await expect(sheet.locator('[data-slot=problem] data[data-formula=x]')).toHaveText(
    formatValue(core.evaluate(`[${drawn.x}]`, {})),
  );
  await expect(note(sheet)).toContainText('variant 1.');
  await translate(page);
  await newNumbers(sheet).click();
  await expect(note(sheet)).toContainText('variant 2.');
  await expect(note(sheet)).not.toContainText('variant 1.');
  await box(sheet, 'x').fill('1, 2');
  await expect(complaint(sheet)).toContainText('dy: expected 2 values, as many as x, got 4');
  await translate(page);
  await box(sheet, 'x').fill('1, 2, 3');
  await expect(complaint(sheet)).toContainText('dy: expected 3 values, as many as x, got 4');
  await expect(complaint(sheet)).not.toContainText('expected 2 values');
  await translate(page);
  await box(sheet, 'x').fill('1, 2, 3, 5');
  await expect(complaint(sheet)).toHaveText('');
});

test('a pasted column of numbers becomes a list', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openPractice(page, 'problem-5');
  const form = question(page, 'problem-5/y');
  const { y } = forward({ x: [12, 14, 18, 20], gamma: 1.5, beta: 0.5, eps: 0 });
  const column = y.map((value) => value.toPrecision(4));
  await page.evaluate((copied) => navigator.clipboard.writeText(copied), `${column.join('\r\n')}\n`);
  await answerBox(form).press('Control+V');
  await expect(answerBox(form)).toHaveValue(column.join(', '));
  await check(form);
  await expect(verdict(form)).toContainText('Right.');
});

test.describe('by touch, 390 px wide', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test('what can be touched is at least 24 px in both directions, and touches answer a question', async ({
    page,
  }) => {
    await openPractice(page, 'problem-1', 'problem-2', 'worksheet-backward');
    await unfold(item(page, 'proof-zero-sum'));
    await becomesLive(page, 'proof-zero-sum');
    await changeNumbers(item(page, 'problem-2'));
    const form = question(page, 'problem-2/dgamma');
    await answerBox(form).tap();
    await expect(answerBox(form)).toBeFocused();
    await answerBox(form).fill('0.2005');
    await form.getByRole('button', { name: 'Check' }).tap();
    await expect(verdict(form)).toContainText('Not yet.');
    await question(page, 'problem-2/dbeta').getByRole('textbox').fill('0.4');
    await question(page, 'problem-2/dbeta').getByRole('button', { name: 'Check' }).tap();
    await expect(next(question(page, 'problem-2/dbeta'))).toBeVisible();

    const small = await page.locator('main').evaluate((main) =>
      [...main.querySelectorAll<HTMLElement>('button, summary, input, select, .grip')].flatMap((control) => {
        if (!control.checkVisibility()) return [];
        // A box that its label also reaches is as large as the label.
        const label = control.closest('label');
        const { width, height } = (label ?? control).getBoundingClientRect();
        return width >= 24 && height >= 24 ? [] : [`${control.outerHTML.slice(0, 80)}: ${width} x ${height}`];
      }),
    );
    expect(small).toEqual([]);
  });
});
