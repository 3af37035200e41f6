// What can be tried under each question: the numbers show the point of the answer.

import { type Locator, type Page } from '@playwright/test';
import { backward, forward, mean, sum } from './formulas.ts';
import {
  allDigits,
  box,
  cells,
  cellTexts,
  complaint,
  expect,
  expectNoMachineWords,
  question,
  readList,
  shown,
  table,
  test,
} from './lesson.ts';

const press = (sheet: Locator, name: string) => sheet.getByRole('button', { name }).click();

const boxValues = (sheet: Locator, ...names: string[]) =>
  Promise.all(names.map((name) => box(sheet, name).inputValue()));

test.describe('question 1, a gradient step', () => {
  const x = [2, 4, 6, 8];
  const dy = [0.4, -0.1, 0.2, 0.5];
  const { dgamma, dbeta } = backward({ x, dy, gamma: 1, beta: 0, eps: 1e-5 });

  test('moves γ and β against their gradients, and nothing else', async ({ lesson }) => {
    const sheet = question(lesson, 1);
    const rate = 0.5;
    const others = await boxValues(sheet, 'x', 'dy', 'learning_rate', 'neurons');
    for (const step of [1, 2, 3]) {
      const row = (start: number, gradient: number) =>
        [start - (step - 1) * rate * gradient, gradient, start - step * rate * gradient].map(shown);
      const results = table(sheet, 'What a gradient step changes');
      // γ and β enter neither gradient, so every step is the same.
      expect(await cells(results)).toEqual([row(1, dgamma), row(0, dbeta)]);
      await press(sheet, 'Take a gradient step');
      expect(Number(await box(sheet, 'gamma').inputValue())).toBeCloseTo(1 - step * rate * dgamma, 12);
      expect(Number(await box(sheet, 'beta').inputValue())).toBeCloseTo(0 - step * rate * dbeta, 12);
    }
    expect(await boxValues(sheet, 'x', 'dy', 'learning_rate', 'neurons')).toEqual(others);
    await expect(sheet).toContainText('The batch mean is 5 and the batch variance 5,');
    await press(sheet, 'Reset');
    expect(await boxValues(sheet, 'gamma', 'beta')).toEqual(['1', '0']);
  });

  test('may be as small as one likes', async ({ lesson }) => {
    const sheet = question(lesson, 1);
    const rate = 1e-9;
    await box(sheet, 'learning_rate').fill('1e-9');
    await press(sheet, 'Take a gradient step');
    await expect(complaint(sheet)).toHaveText('');
    const [, beta] = await cells(table(sheet, 'What a gradient step changes'));
    expect(beta).toEqual([-rate * dbeta, dbeta, -2 * rate * dbeta].map(shown));
  });

  test('the number of learnable parameters follows the number of neurons', async ({ lesson }) => {
    const sheet = question(lesson, 1);
    await box(sheet, 'neurons').fill('300');
    await expect(sheet).toContainText(`A layer of 300 neurons has ${2 * 300} learnable numbers`);
  });
});

test.describe('question 2, a batch of one', () => {
  const output = async (sheet: Locator) =>
    ((await cellTexts(table(sheet, 'The same input in both modes')))[2] as string[]).map(readList);

  test('any x gives β in training mode', async ({ lesson }) => {
    const sheet = question(lesson, 2);
    for (const beta of [0.5, -2]) {
      await box(sheet, 'beta').fill(String(beta));
      for (const x of [7, 0, -1e6, 3.25, 1 / 3]) {
        await box(sheet, 'x').fill(String(x));
        const inference = (2 * (x - 5)) / Math.sqrt(4 + 1e-5) + beta;
        expect(await output(sheet)).toEqual([[beta], [shown(inference)]]);
        await expect(sheet).toContainText(`the training-mode output is β= ${String(beta).replace('-', '−')}`);
      }
    }
  });

  test('a second value changes the first output in training mode only', async ({ lesson }) => {
    const sheet = question(lesson, 2);
    const alone = await output(sheet);
    await box(sheet, 'x').fill('7, 9');
    const { y } = forward({ x: [7, 9], gamma: 2, beta: 0.5, eps: 1e-5 });
    const inference = (x: number) => (2 * (x - 5)) / Math.sqrt(4 + 1e-5) + 0.5;
    const [training, inferred] = await output(sheet);
    expect(training).toEqual(y.map(shown));
    expect(inferred).toEqual([7, 9].map(inference).map(shown));
    expect(inferred?.[0]).toBe(alone[1]?.[0]);
    expect(training?.[0]).not.toBe(alone[0]?.[0]);
  });
});

test.describe('question 3, how noisy batch means are', () => {
  const spreads = table;
  const caption = 'Spread of the means of random mini-batches';
  const sizes = [2, 8, 32, 128];

  async function expectSpreads(sheet: Locator, draws: number, center: number, std: number): Promise<void> {
    const rows = await cells(spreads(sheet, caption));
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

  test('another seed draws other batches, whose spread keeps to σ/√m', async ({ lesson }) => {
    const sheet = question(lesson, 3);
    const seen = new Set<string>();
    for (const seed of [1, 2, 3, 4, 5]) {
      await expect(box(sheet, 'seed')).toHaveValue(String(seed));
      await expectSpreads(sheet, 400, 5, 2);
      seen.add(JSON.stringify((await cells(spreads(sheet, caption))).map(([measured]) => measured)));
      await press(sheet, 'Draw again');
    }
    expect(seen.size).toBe(5);
  });

  test('the same seed draws the same batches', async ({ lesson }) => {
    const sheet = question(lesson, 3);
    const before = await cellTexts(spreads(sheet, caption));
    await press(sheet, 'Draw again');
    expect(await cellTexts(spreads(sheet, caption))).not.toEqual(before);
    await press(sheet, 'Reset');
    expect(await cellTexts(spreads(sheet, caption))).toEqual(before);
  });

  test('follows the distribution and the number of draws', async ({ lesson }) => {
    const sheet = question(lesson, 3);
    await box(sheet, 'population_mean').fill('-30');
    await box(sheet, 'population_std').fill('0.5');
    await box(sheet, 'draws').fill('2000');
    await expectSpreads(sheet, 2000, -30, 0.5);
    await expect(sheet).toContainText(
      'Each row draws 2000 mini-batches from a normal distribution with mean −30',
    );
  });

  test('too many draws are refused by their name, and no row is left half done', async ({ lesson }) => {
    const sheet = question(lesson, 3);
    const before = await cellTexts(spreads(sheet, caption));
    await box(sheet, 'draws').fill('100000');
    await expect(complaint(sheet)).toContainText('draws: expected at most');
    await expect(box(sheet, 'draws')).toHaveAttribute('aria-invalid', 'true');
    expect(await cellTexts(spreads(sheet, caption))).toEqual(before);
    await expectNoMachineWords(lesson);
  });
});

test.describe('question 4, one incoming gradient', () => {
  const x = [1, 3, 8, 4];
  const start = [0.5, -0.5, 0, 0.2];
  const layer = { x, gamma: 1, beta: 0, eps: 0 };
  const frozen = (dy: number[]) => dy.map((value) => (layer.gamma / Math.sqrt(6.5)) * value);
  const both = (dy: number[]) => [backward({ ...layer, dy }).dx.map(shown), frozen(dy).map(shown)];
  const gradients = async (page: Page) =>
    (await cellTexts(table(question(page, 4), 'The gradient of each x'))).map((row) => row.map(readList));
  const changedPlaces = (now: number[], before: number[]) =>
    now.flatMap((value, i) => (value === before[i] ? [] : [i]));

  test('moves every gradient through batch statistics, its own with frozen ones', async ({ lesson }) => {
    expect(await gradients(lesson)).toEqual([both(start), both(start)]);
    await press(question(lesson, 4), 'Add 1 to the first dy');
    await expect(box(question(lesson, 4), 'dy')).toHaveValue('1.5, -0.5, 0, 0.2');
    const [[batch, fixed], [batchBefore, fixedBefore]] = (await gradients(lesson)) as [
      [number[], number[]],
      [number[], number[]],
    ];
    expect([batch, fixed]).toEqual(both([1.5, -0.5, 0, 0.2]));
    expect([batchBefore, fixedBefore]).toEqual(both(start));
    expect(changedPlaces(batch, batchBefore)).toEqual([0, 1, 2, 3]);
    expect(changedPlaces(fixed, fixedBefore)).toEqual([0]);
  });

  test('works the same when typed', async ({ lesson }) => {
    await box(question(lesson, 4), 'dy').fill('-3, −0.5, 0, 1/5');
    expect(await gradients(lesson)).toEqual([both([-3, -0.5, 0, 0.2]), both(start)]);
  });
});

test.describe('question 5, any bias', () => {
  const wu = [1, 2, 4, 5].map((u) => 2 * u);
  const { y } = forward({ x: wu, gamma: 1.5, beta: 0.5, eps: 1e-5 });
  const caption = 'One neuron with and without its bias';
  /** What 200 steps with momentum 0.9 from a start of 0 have made of a constant mean. */
  const reached = 1 - 0.9 ** 200;

  test('leaves y and shifts the running mean by itself', async ({ lesson }) => {
    const sheet = question(lesson, 5);
    for (const b of [100, 250, -3, 0.125, 0]) {
      await box(sheet, 'b').fill(String(b));
      const rows = (await cellTexts(table(sheet, caption))).map((row) => row.map(readList));
      const expected = (bias: number) => [
        y.map(shown),
        [mean(wu) + bias],
        [shown(reached * (mean(wu) + bias))],
      ];
      expect(rows).toEqual([expected(b), expected(0)]);

      await allDigits(sheet).check();
      const [withBias, without] = (await cellTexts(table(sheet, caption))).map((row) => row.map(readList));
      const running = [withBias, without].map((row) => row?.[2]?.[0] as number) as [number, number];
      expect(running[0] - running[1]).toBeCloseTo(reached * b, 10);
      expect(sum(withBias?.[0] ?? []) - sum(without?.[0] ?? [])).toBeCloseTo(0, 10);
      await allDigits(sheet).uncheck();
    }
  });
});
