// What can be tried under each question once it is answered: the numbers show the point of the answer.

import { type Locator, type Page } from '@playwright/test';
import { backward, forward, mean, sum } from './formulas.ts';
import {
  allDigits,
  becomesLive,
  box,
  cells,
  cellTexts,
  changeNumbers,
  complaint,
  expect,
  expectNoMachineWords,
  readList,
  shown,
  table,
  test,
} from './lesson.ts';
import { questionSources } from './lesson-source.ts';
import { choose, questionIs, quiz } from './quiz.ts';

/** The check of a question that was answered, with its boxes unfolded. */
async function openCheck(page: Page, id: string): Promise<Locator> {
  const source = questionSources.find((each) => each.id === id);
  if (!source) throw new Error(`the quiz has no question ${id}`);
  await page.goto(`${quiz}#${id}`);
  await becomesLive(page);
  const card = await questionIs(page, id);
  await choose(card, source.correct);
  await changeNumbers(card);
  return card;
}

const press = (sheet: Locator, name: string) => sheet.getByRole('button', { name, exact: true }).click();

const boxValues = (sheet: Locator, ...names: string[]) =>
  Promise.all(names.map((name) => box(sheet, name).inputValue()));

test('a gradient step moves γ and β against their gradients, and nothing else', async ({ page }) => {
  const { dgamma, dbeta } = backward({
    x: [2, 4, 6, 8],
    dy: [0.4, -0.1, 0.2, 0.5],
    gamma: 1,
    beta: 0,
    eps: 1e-5,
  });
  const sheet = await openCheck(page, 'quiz-parameters');
  const results = table(sheet, 'What a gradient step changes');
  const others = await boxValues(sheet, 'x', 'dy', 'learning_rate', 'neurons');
  const rate = 0.5;
  for (const step of [1, 2, 3]) {
    const row = (start: number, gradient: number) =>
      [start - (step - 1) * rate * gradient, gradient, start - step * rate * gradient].map(shown);
    // γ and β enter neither gradient, so every step is the same.
    await expect.poll(() => cells(results)).toEqual([row(1, dgamma), row(0, dbeta)]);
    await press(sheet, 'Take a gradient step');
    expect(Number(await box(sheet, 'gamma').inputValue())).toBeCloseTo(1 - step * rate * dgamma, 12);
    expect(Number(await box(sheet, 'beta').inputValue())).toBeCloseTo(0 - step * rate * dbeta, 12);
  }
  expect(await boxValues(sheet, 'x', 'dy', 'learning_rate', 'neurons')).toEqual(others);
  await expect(sheet).toContainText('The batch mean is 5 and the batch variance 5,');
  await press(sheet, 'Reset');
  expect(await boxValues(sheet, 'gamma', 'beta')).toEqual(['1', '0']);

  // A step may be as small as one likes.
  const small = 1e-9;
  await box(sheet, 'learning_rate').fill('1e-9');
  await press(sheet, 'Take a gradient step');
  await expect(complaint(sheet)).toHaveText('');
  const [, beta] = await cells(results);
  expect(beta).toEqual([-small * dbeta, dbeta, -2 * small * dbeta].map(shown));

  await box(sheet, 'neurons').fill('300');
  await expect(sheet).toContainText(`A layer of 300 neurons has ${2 * 300} learnable numbers`);
});

test('a batch of one: any x gives β in training mode; a second value changes that', async ({ page }) => {
  const sheet = await openCheck(page, 'quiz-running-averages');
  const output = async () =>
    ((await cellTexts(table(sheet, 'The same input in both modes')))[2] as string[]).map(readList);
  const inference = (x: number, beta: number) => shown((2 * (x - 5)) / Math.sqrt(4 + 1e-5) + beta);
  for (const [beta, x] of [
    [0.5, 7],
    [0.5, -1e6],
    [0.5, 1 / 3],
    [-2, 0],
    [-2, 3.25],
  ] as const) {
    await box(sheet, 'beta').fill(String(beta));
    await box(sheet, 'x').fill(String(x));
    await expect.poll(output).toEqual([[beta], [inference(x, beta)]]);
    await expect(sheet).toContainText(`the training-mode output is β=${String(beta).replace('-', '−')}`);
  }
  await press(sheet, 'Reset');
  await box(sheet, 'x').fill('7, 9');
  const { y } = forward({ x: [7, 9], gamma: 2, beta: 0.5, eps: 1e-5 });
  await expect.poll(output).toEqual([y.map(shown), [inference(7, 0.5), inference(9, 0.5)]]);
  expect(y[0]).not.toBeCloseTo(0.5);
});

test('how noisy batch means are: the spread keeps to σ/√m, and a seed to its batches', async ({ page }) => {
  const sheet = await openCheck(page, 'quiz-regularization');
  const spreads = table(sheet, 'Spread of the means of random mini-batches');
  const sizes = [2, 8, 32, 128];
  async function expectSpreads(draws: number, center: number, std: number): Promise<void> {
    const rows = await cells(spreads);
    for (const [k, m] of sizes.entries()) {
      const [measured, formula, smallest, largest] = rows[k] as [number, number, number, number];
      const truth = std / Math.sqrt(m);
      expect(formula).toBe(shown(truth));
      // The standard error of a standard deviation estimated from this many draws.
      expect(Math.abs(measured - truth)).toBeLessThan(4 * (truth / Math.sqrt(2 * draws)));
      expect(smallest).toBeLessThan(center);
      expect(largest).toBeGreaterThan(center);
    }
  }

  const first = await cellTexts(spreads);
  const seen = new Set<string>();
  for (const seed of [1, 2, 3]) {
    await expect(box(sheet, 'seed')).toHaveValue(String(seed));
    await expectSpreads(400, 5, 2);
    seen.add(JSON.stringify(await cells(spreads)));
    await press(sheet, 'Draw again');
  }
  expect(seen.size).toBe(3);
  await press(sheet, 'Reset');
  await expect.poll(() => cellTexts(spreads)).toEqual(first);

  await box(sheet, 'population_mean').fill('-30');
  await box(sheet, 'population_std').fill('0.5');
  await box(sheet, 'draws').fill('2000');
  await expect(sheet).toContainText(
    'Each row draws 2000 mini-batches from a normal distribution with mean −30',
  );
  await expectSpreads(2000, -30, 0.5);

  // Too many draws are refused by their name, and no row is left half done.
  const before = await cellTexts(spreads);
  await box(sheet, 'draws').fill('100000');
  await expect(complaint(sheet)).toContainText('draws: expected at most');
  await expect(box(sheet, 'draws')).toHaveAttribute('aria-invalid', 'true');
  expect(await cellTexts(spreads)).toEqual(before);
  await expectNoMachineWords(page);
});

test('one incoming gradient moves every gradient through batch statistics, its own with frozen ones', async ({
  page,
}) => {
  const x = [1, 3, 8, 4];
  const start = [0.5, -0.5, 0, 0.2];
  const layer = { x, gamma: 1, beta: 0, eps: 0 };
  const frozen = (dy: number[]) => dy.map((value) => (layer.gamma / Math.sqrt(6.5)) * value);
  const both = (dy: number[]) => [backward({ ...layer, dy }).dx.map(shown), frozen(dy).map(shown)];
  const changedPlaces = (now: number[] = [], before: number[] = []) =>
    now.flatMap((value, i) => (value === before[i] ? [] : [i]));

  const sheet = await openCheck(page, 'quiz-coupling');
  const gradients = async () =>
    (await cellTexts(table(sheet, 'The gradient of each x'))).map((row) => row.map(readList));
  expect(await gradients()).toEqual([both(start), both(start)]);
  await press(sheet, 'Add 1 to the first dy');
  await expect(box(sheet, 'dy')).toHaveValue('1.5, -0.5, 0, 0.2');
  await expect.poll(gradients).toEqual([both([1.5, -0.5, 0, 0.2]), both(start)]);
  const [now, before] = await gradients();
  expect(changedPlaces(now?.[0], before?.[0])).toEqual([0, 1, 2, 3]);
  expect(changedPlaces(now?.[1], before?.[1])).toEqual([0]);
  // Typed, it works the same.
  await box(sheet, 'dy').fill('-3, −0.5, 0, 1/5');
  await expect.poll(gradients).toEqual([both([-3, -0.5, 0, 0.2]), both(start)]);
});

test('any bias leaves y and shifts the running mean by itself', async ({ page }) => {
  const wu = [1, 2, 4, 5].map((u) => 2 * u);
  const { y } = forward({ x: wu, gamma: 1.5, beta: 0.5, eps: 1e-5 });
  /** What 200 steps with momentum 0.9 from a start of 0 have made of a constant mean. */
  const reached = 1 - 0.9 ** 200;

  const sheet = await openCheck(page, 'quiz-bias');
  const rows = async () =>
    (await cellTexts(table(sheet, 'One neuron with and without its bias'))).map((row) => row.map(readList));
  const expected = (bias: number) => [y.map(shown), [mean(wu) + bias], [shown(reached * (mean(wu) + bias))]];
  for (const b of [100, 250, -3, 0.125]) {
    await box(sheet, 'b').fill(String(b));
    await expect.poll(rows).toEqual([expected(b), expected(0)]);
  }
  await allDigits(sheet).check();
  await expect
    .poll(async () => {
      const [withBias, without] = await rows();
      return (withBias?.[2]?.[0] ?? NaN) - (without?.[2]?.[0] ?? NaN);
    })
    .toBeCloseTo(reached * 0.125, 10);
  const [withBias, without] = await rows();
  expect(sum(withBias?.[0] ?? [])).toBeCloseTo(sum(without?.[0] ?? []), 10);
});
