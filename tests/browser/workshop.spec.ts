// The kinds of questions besides plain values, by keyboard: a formula with its counterexample, a property, a named
// mistake, an answer that is too coarse, other numbers, and the summary of it all.

import type { Locator, Page } from '@playwright/test';
import { backward, forward, mean, variance } from './formulas.ts';
import {
  box,
  cells,
  cellTexts,
  example,
  expect,
  expectNoMachineWords,
  problem,
  readList,
  table,
  test,
} from './lesson.ts';

/** The question with this item's id. */
const part = (page: Page, id: string) => page.locator(`form[data-item*='"id":"${id}"']`);
const verdict = (form: Locator) => form.getByRole('status');

async function answer(form: Locator, text: string): Promise<void> {
  await form.getByRole('textbox').fill(text);
  await form.getByRole('textbox').press('Enter');
}

const gradient = 'workshop-formulas-training/dx';

test('a formula is right in any form, and wrong with a batch that shows it', async ({ lesson }) => {
  const form = part(lesson, gradient);
  for (const right of [
    'gamma saved_invstd (dy - mean(dy) - x_hat mean(dy x_hat))',
    'γ/√(σ²+ε) · (∂L/∂y_i − (1/m)·Σ(∂L/∂y_j) − x̂_i·(1/m)·Σ(∂L/∂y_j · x̂_j))',
    '(gamma*saved_invstd/m) * (m*dy - dbeta - x_hat*dgamma)',
  ]) {
    await answer(form, right);
    await expect(verdict(form), right).toContainText('Right.');
  }
  await answer(form, 'gamma saved_invstd (dy - x_hat mean(dy x_hat))');
  await expect(verdict(form)).toContainText('Not yet.');
  await expect(verdict(form)).toContainText('No path through the mean.');
  await expect(verdict(form).getByRole('link', { name: 'Pitfall 6' })).toHaveAttribute('href', '#pitfall-6');

  // What the table shows is so: both columns are computed here from its batch.
  const shown = form.locator('.counterexample');
  const text = (await shown.locator('caption').textContent()) ?? '';
  const given = (name: string) =>
    readList(new RegExp(`(?:^|[ ,])${name} = (\\[[^\\]]*\\]|[^,.]*(?:\\.\\d+)?)`).exec(text)?.[1] ?? '');
  const [x, dy] = [given('x'), given('dy')];
  const [gamma = 1] = given('γ');
  const [eps = 0] = given('ε');
  const right = backward({ x, dy, gamma, beta: 0, eps });
  const slope = gamma / Math.sqrt(variance(x) + eps);
  const typed = right.dx.map((value) => value + slope * mean(dy));
  const rows = await cellTexts(shown.getByRole('table'));
  expect(rows.map(([first = '']) => readList(first)[0])).toEqual(
    typed.map((value) => expect.closeTo(value, 3)),
  );
  expect(rows.map(([, second = '']) => readList(second)[0])).toEqual(
    right.dx.map((value) => expect.closeTo(value, 3)),
  );
  await expectNoMachineWords(lesson);

  // Editing takes the evidence away.
  await form.getByRole('textbox').fill('dy');
  await expect(shown).toHaveCount(0);
});

test('a formula that cannot be read shows both readings', async ({ lesson }) => {
  const form = part(lesson, gradient);
  await answer(form, '1/2x');
  await expect(verdict(form)).toContainText('Not readable.');
  await expect(verdict(form)).toContainText('(1/2)·x or as 1/(2·x)');
  await answer(form, 'dx');
  await expect(verdict(form)).toContainText(/unknown name|may not|not name/i);
});

test('a mistake has its name, two digits are too coarse, three are right', async ({ lesson }) => {
  const form = problem(lesson, 2).locator('form').first();
  // dgamma = 1.5/√3.5; the mean instead of the sum is a quarter of it.
  const exact = 1.5 / Math.sqrt(3.5);
  await answer(form, String(exact / 4));
  await expect(verdict(form)).toContainText('Mean for sum.');
  await answer(form, exact.toFixed(3));
  await expect(verdict(form)).toHaveText(/Right\.\s*$/);
  // -1.397, -0.4487, 1.449, 2.397: the second is cut off, the third rounded.
  const outputs = problem(lesson, 5).locator('form').first();
  await answer(outputs, '-1.40, -0.4, 1.4, 2.4');
  await expect(verdict(outputs)).toContainText('Right, but too coarse.');
  await expect(verdict(outputs)).toContainText('give more digits in values 2 and 3, 3 or more');
});

test('any numbers with the property are right', async ({ lesson }) => {
  const form = part(lesson, 'workshop-check/no-gradient');
  await expect(form).toHaveCount(1);
  // Whatever is a multiple of x plus a constant is removed.
  const block = lesson.locator('bn-practice').filter({ has: form });
  const x = readList((await box(block, 'x').inputValue()).replaceAll('-', '−'));
  for (const right of [x, x.map((value) => 3 - 2 * value)]) {
    await answer(form, right.join(','));
    await expect(verdict(form), right.join(',')).toContainText('Right.');
  }
  await answer(form, '0, 0, 0, 0');
  await expect(verdict(form)).toContainText('must not be all equal');
  await answer(form, '1, 0, 0, 0');
  await expect(verdict(form)).toContainText('still reaches x');
});

test('new numbers: the text, the boxes and the verdict follow; Reset brings the lesson’s back', async ({
  lesson,
}) => {
  const outputs = problem(lesson, 2);
  const form = outputs.locator('form').first();
  const before = await box(outputs, 'x').inputValue();
  await answer(form, '0.8018');
  await expect(verdict(form)).toContainText('Right.');
  await outputs.getByRole('button', { name: 'New numbers' }).press('Enter');
  await expect(box(outputs, 'x')).not.toHaveValue(before);
  await expect(verdict(form)).toHaveText('');
  const numbers = async (name: string) =>
    readList((await box(outputs, name).inputValue()).replaceAll('-', '−'));
  const { dgamma } = backward({ x: await numbers('x'), dy: await numbers('dy'), gamma: 1, beta: 0, eps: 0 });
  await answer(form, String(dgamma));
  await expect(verdict(form)).toContainText('Right.');
  await outputs.getByRole('button', { name: 'Reset' }).press('Enter');
  await expect(box(outputs, 'x')).toHaveValue(before);
});

test('an example’s numbers can be drawn anew too, and its tables follow', async ({ lesson }) => {
  const forwardPass = example(lesson, 1);
  await forwardPass.getByRole('button', { name: 'New numbers' }).press('Enter');
  const x = readList((await box(forwardPass, 'x').inputValue()).replaceAll('-', '−'));
  expect(x).not.toEqual([2, 4, 6, 8]);
  const { y } = forward({ x, gamma: 1, beta: 0, eps: 0 });
  const rows = await cells(table(forwardPass, 'Normalized activations and outputs'));
  expect(rows.map((row) => row.at(-1))).toEqual(y.map((value) => expect.closeTo(value, 3)));
});

test('the summary counts items by objective and the mistakes that were named', async ({ lesson }) => {
  const score = lesson.locator('bn-score');
  const rows = async () =>
    Object.fromEntries(
      (await score.locator('tbody tr').allInnerTexts()).map((row) => {
        const [objective = '', ...numbers] = row.trim().split(/\s+/);
        return [objective, numbers.map(Number)];
      }),
    );
  const all = await rows();
  expect(Object.keys(all)).toEqual(['1', '2', '3', '4', '5']);
  expect(Object.values(all).reduce((sum, [items = 0]) => sum + items, 0)).toBeGreaterThanOrEqual(40);
  await expect(score).toContainText('No mistake was named yet.');
  const form = problem(lesson, 2).locator('form').nth(1);
  await answer(form, '0.1');
  await expect(score).toContainText('Mistakes that were named: mean for sum (1).');
  expect((await rows())['2']?.slice(1)).toEqual([1, 0]);
  await answer(form, '0.4');
  expect((await rows())['2']?.slice(1)).toEqual([1, 1]);
});
