// The worked examples: edited givens, the numbers that follow, and what is said about givens that cannot be used.

import type { Locator } from '@playwright/test';
import { backward, forward, type Layer, mean, sum, variance } from './formulas.ts';
import {
  allDigits,
  box,
  cells,
  cellTexts,
  complaint,
  example,
  expect,
  expectNoMachineWords,
  problem,
  readNumber,
  shown,
  table,
  test,
} from './lesson.ts';

/** Row by row from columns, rounded as the page does. */
const rowsOf = (...columns: number[][]) =>
  (columns[0] ?? []).map((_, i) => columns.map((column) => shown(column[i] as number)));

async function fill(sheet: Locator, givens: Record<string, number[] | number>): Promise<void> {
  for (const [name, value] of Object.entries(givens)) {
    await box(sheet, name).fill([value].flat().join(', '));
  }
}

const sixteen = Array.from({ length: 16 }, (_, i) => i ** 2 - 7.5 * i);

test.describe('example 1', () => {
  async function expectForward(sheet: Locator, layer: Layer): Promise<void> {
    const { batch_mean, batch_var, x_hat, y } = forward(layer);
    const deviations = layer.x.map((value) => value - batch_mean);
    const squares = deviations.map((value) => value ** 2);
    expect(await cells(table(sheet, 'Deviations from the mean'))).toEqual(
      rowsOf(layer.x, deviations, squares),
    );
    expect(await cells(table(sheet, 'Normalized activations and outputs'))).toEqual(
      rowsOf(deviations, x_hat, y),
    );
    const words = (value: number) => String(shown(value)).replace('-', '−');
    await expect(sheet).toContainText(`The sum of the ${layer.x.length} values is ${words(sum(layer.x))},`);
    await expect(sheet).toContainText(`The squares add up to ${words(sum(squares))}.`);
    await expect(sheet).toContainText(`its variance is ${words(batch_var / (batch_var + layer.eps))},`);
  }

  test('as the lesson sets it', async ({ lesson }) => {
    await expectForward(example(lesson, 1), { x: [2, 4, 6, 8], gamma: 1, beta: 0, eps: 0 });
  });

  test('text and tables follow other givens', async ({ lesson }) => {
    for (const layer of [
      { x: [1, 3], gamma: 1, beta: 0, eps: 0 },
      { x: [1, 3, 8], gamma: -2.5, beta: 10, eps: 0.5 },
      { x: sixteen, gamma: 0.125, beta: -1, eps: 1 },
    ]) {
      await fill(example(lesson, 1), { ...layer });
      await expectForward(example(lesson, 1), layer);
    }
  });

  test('rows come and go with the values, numbered from 1', async ({ lesson }) => {
    const sheet = example(lesson, 1);
    const rowNames = () =>
      table(sheet, 'Deviations').locator('tbody').getByRole('rowheader').allTextContents();
    for (const count of [16, 2, 5]) {
      await box(sheet, 'x').fill(sixteen.slice(0, count).join(', '));
      expect(await rowNames()).toEqual(Array.from({ length: count }, (_, i) => String(i + 1)));
    }
  });

  test('Reset brings the lesson’s numbers back', async ({ lesson }) => {
    const sheet = example(lesson, 1);
    const before = await sheet.innerText();
    await fill(sheet, { x: [5, 5, 7], gamma: 3, beta: 3, eps: 3 });
    expect(await sheet.innerText()).not.toBe(before);
    await sheet.getByRole('button', { name: 'Reset' }).click();
    expect(await sheet.innerText()).toBe(before);
    await expect(box(sheet, 'x')).toHaveValue('2, 4, 6, 8');
    await expect(box(sheet, 'gamma')).toHaveValue('1');
  });

  test('all digits shows what four digits round, a true minus included', async ({ lesson }) => {
    const sheet = example(lesson, 1);
    const first = async () => (await cellTexts(table(sheet, 'Normalized activations')))[0]?.[1] as string;
    expect(await first()).toBe('−1.342');
    await allDigits(sheet).check();
    const full = await first();
    // 1/√5 and the product are rounded to doubles, each by at most half a unit in the last place.
    expect(Math.abs(readNumber(full) - -3 / Math.sqrt(5))).toBeLessThan(4 * Number.EPSILON);
    expect(full).toMatch(/^−1\.3416407864998\d{2,3}$/);
    await allDigits(sheet).uncheck();
    expect(await first()).toBe('−1.342');
  });
});

test.describe('example 2', () => {
  for (const layer of [
    { x: [2, 4, 6, 8], gamma: 2, beta: 1, eps: 0 },
    { x: [-1, 0, 4], gamma: -3, beta: 0.5, eps: 1 },
  ]) {
    test(`γ = ${layer.gamma}, β = ${layer.beta}, ε = ${layer.eps}`, async ({ lesson }) => {
      const sheet = example(lesson, 2);
      await fill(sheet, { ...layer });
      const { x_hat, y, batch_var } = forward(layer);
      const scaled = x_hat.map((value) => layer.gamma * value);
      expect(await cells(table(sheet, 'Each normalized value times γ'))).toEqual(rowsOf(x_hat, scaled, y));
      const ratio = batch_var / (batch_var + layer.eps);
      const pairs = [
        [mean(y), layer.beta],
        [variance(y), layer.gamma ** 2 * ratio],
        [Math.sqrt(variance(y)), Math.abs(layer.gamma) * Math.sqrt(ratio)],
      ];
      const found = await cells(table(sheet, 'Measured on the outputs'));
      for (const [k, [measured, formula]] of pairs.entries()) {
        expect(found[k]?.[0]).toBeCloseTo(measured as number, 3);
        expect(found[k]?.[1]).toBe(shown(formula as number));
        expect(found[k]?.[0]).toBe(found[k]?.[1]);
      }
    });
  }
});

test.describe('example 3', () => {
  const paths = (sheet: Locator) => table(sheet, 'Contributions to the gradient of each x');

  async function expectBackward(sheet: Locator, layer: Layer & { dy: number[] }): Promise<void> {
    const { direct, throughVariance, throughMean, dx, dvar, dgamma } = backward(layer);
    const rows = await cells(paths(sheet));
    const everyRow = layer.x.map(() => throughMean);
    expect(rows.map((row) => row.slice(0, 4))).toEqual(rowsOf(direct, throughVariance, everyRow, dx));
    // A central difference with a step h = 6e-6 of the spread errs by about h² of the gradient's own scale.
    for (const [i, row] of rows.entries()) expect(row[4]).toBeCloseTo(dx[i] as number, 4);
    expect(await cells(table(sheet, 'The terms of the gradient of the variance'))).toHaveLength(
      layer.x.length,
    );
    await expect(sheet).toContainText(`is their sum, ${String(shown(dvar)).replace('-', '−')}.`);
    await expect(sheet).toContainText(`∂L/∂γ= ${String(shown(dgamma)).replace('-', '−')} and`);
  }

  test('the problem as it was set has no gradient', async ({ lesson }) => {
    const texts = await cellTexts(paths(example(lesson, 3)));
    expect(texts.map((row) => row[3])).toEqual(['0', '0']);
    expect(texts.map((row) => row[0])).toEqual(['0.5', '−0.5']);
    expect(texts.map((row) => row[1])).toEqual(['−0.5', '0.5']);
  });

  test('Three examples leave one direction', async ({ lesson }) => {
    const sheet = example(lesson, 3);
    await sheet.getByRole('button', { name: 'Three examples' }).click();
    await expectBackward(sheet, { x: [1, 3, 8], dy: [0.5, -0.5, 0], gamma: 1, beta: 0, eps: 0 });
    expect((await cellTexts(paths(sheet))).map((row) => row[3])).toEqual(['0.1306', '−0.1829', '0.05226']);
  });

  test('Another gradient is removed as well', async ({ lesson }) => {
    const sheet = example(lesson, 3);
    await sheet.getByRole('button', { name: 'Three examples' }).click();
    await sheet.getByRole('button', { name: 'Another gradient' }).click();
    await expect(box(sheet, 'dy')).toHaveValue('0.7, 0.2');
    expect((await cellTexts(paths(sheet))).map((row) => row[3])).toEqual(['0', '0']);
  });

  test('A small ε leaves a trace of its size', async ({ lesson }) => {
    const sheet = example(lesson, 3);
    await sheet.getByRole('button', { name: 'A small ε' }).click();
    // x̂² is 1/(1 + ε), so dy (1 − x̂²)/√(1 + ε) is left.
    const trace = (0.5 * (1 - 1 / (1 + 1e-5))) / Math.sqrt(1 + 1e-5);
    const rows = await cells(paths(sheet));
    expect(rows.map((row) => row[3])).toEqual([shown(trace), shown(-trace)]);
    for (const [, , , dx, difference] of rows) expect(difference).toBeCloseTo(dx as number, 9);
  });

  test('follows a batch of one’s own, and Reset ends it', async ({ lesson }) => {
    const sheet = example(lesson, 3);
    const before = await sheet.innerText();
    const own = { x: [-1, 0.5, 7, 2], dy: [1, -2, 3, 0.25], gamma: -1.5, beta: 0.3, eps: 0.25 };
    await fill(sheet, { x: own.x, dy: own.dy, gamma: own.gamma, beta: own.beta, eps: own.eps });
    await expectBackward(sheet, own);
    await sheet.getByRole('button', { name: 'Reset' }).click();
    expect(await sheet.innerText()).toBe(before);
  });
});

test.describe('givens that cannot be used', () => {
  type Refusal = [what: string, given: string, text: string, complaint: RegExp];
  const refusals: Refusal[] = [
    ['a missing value', 'x', '2, , 4', /^x: a value is missing/],
    ['one value', 'x', '5', /^x: expected 2 to 16 values, got 1\./],
    [
      '17 values',
      'x',
      Array.from({ length: 17 }, (_, i) => i).join(', '),
      /^x: expected 2 to 16 values, got 17\./,
    ],
    ['no variance and no ε', 'x', '3, 3', /batch_var \+ eps.*expected a value > 0, got 0\./],
    [
      'too large values',
      'x',
      '1e300, -1e300',
      /^x: expected values whose variance is a finite double, got an overflow\./,
    ],
    ['a number beyond all doubles', 'x', '1e999, 1', /^x: .*too large/],
    ['a word', 'x', 'two, four', /^x: unknown name “two”/],
    ['nothing', 'gamma', '', /^gamma: nothing is written here/],
    ['a list for a number', 'gamma', '1, 2', /^gamma: expected one number, got 2\./],
    ['a negative ε', 'eps', '-1', /^eps: expected a number >= 0, got -1\./],
    ['dy of another length', 'dy', '0.5, -0.5, 1', /^dy: expected 2 values, as many as x, got 3\./],
    ['markup', 'dy', '<b>1</b>, 2', /^dy: a value is expected here, not “<”/],
  ];

  async function expectRefusal(sheet: Locator, [, given, text, sentence]: Refusal): Promise<void> {
    const before = await sheet.innerText();
    const typed = await box(sheet, given).inputValue();
    await box(sheet, given).fill(text);
    await expect(complaint(sheet)).toHaveText(sentence);
    await expect(complaint(sheet)).toContainText('The dimmed numbers belong to the last values');
    await expect(box(sheet, given)).toHaveAttribute('aria-invalid', 'true');
    await expect(box(sheet, given)).toHaveAccessibleDescription(sentence);
    expect(await cells(table(sheet, 'Contributions'))).toHaveLength(2);
    await expectNoMachineWords(sheet.page());

    await box(sheet, given).fill(typed);
    await expect(complaint(sheet)).toHaveText('');
    await expect(sheet.locator('[aria-invalid]')).toHaveCount(0);
    expect(await sheet.innerText()).toBe(before);
  }

  for (const [which, some] of [
    ['values of x', refusals.filter(([, given]) => given === 'x')],
    ['others', refusals.filter(([, given]) => given !== 'x')],
  ] as const) {
    test(`are named, marked, and mended: ${which}`, async ({ lesson }) => {
      for (const refusal of some)
        await test.step(refusal[0], () => expectRefusal(example(lesson, 3), refusal));
    });
  }

  test('only what is wrong is marked, and a button mends it', async ({ lesson }) => {
    const sheet = example(lesson, 3);
    await box(sheet, 'dy').fill('1, 2, 3');
    await expect(box(sheet, 'x')).not.toHaveAttribute('aria-invalid');
    await sheet.getByRole('button', { name: 'Three examples' }).click();
    await expect(complaint(sheet)).toHaveText('');
    expect(await cells(table(sheet, 'Contributions'))).toHaveLength(3);
  });

  test('a result beyond all doubles is named, and nothing is left half done', async ({ lesson }) => {
    const sheet = example(lesson, 3);
    await box(sheet, 'gamma').fill('1e307');
    const before = await cellTexts(table(sheet, 'Contributions'));
    await box(sheet, 'dy').fill('50, -50');
    await expect(complaint(sheet)).toContainText('too large for a double');
    expect(await cellTexts(table(sheet, 'Contributions'))).toEqual(before);
    await expectNoMachineWords(lesson);
    await box(sheet, 'gamma').fill('1e12');
    await expect(complaint(sheet)).toHaveText('');
    expect((await cells(table(sheet, 'Contributions'))).map((row) => row[0])).toEqual([50e12, -50e12]);
  });

  test('a formula without a value says so in words', async ({ lesson }) => {
    const sheet = problem(lesson, 3);
    await sheet.getByText('Answer', { exact: true }).click();
    // 1/(1 − α), the effective window
    const windowWords = sheet.locator('details.answer').getByText('looks back over about');
    await expect(windowWords).toContainText(`batches, here ${Math.round(1 / (1 - 0.9))}`);
    await box(sheet, 'momentum').fill('1');
    await expect(windowWords).toContainText('batches, here no value');
    await expectNoMachineWords(lesson);
    await box(sheet, 'momentum').fill('0.5');
    await expect(windowWords).toContainText(`batches, here ${1 / (1 - 0.5)}`);
  });

  test('a variance just large enough is used', async ({ lesson }) => {
    const sheet = example(lesson, 1);
    await box(sheet, 'x').fill('1e-150, -1e-150');
    await expect(complaint(sheet)).toHaveText('');
    expect((await cells(table(sheet, 'Normalized activations'))).map((row) => row[2])).toEqual([1, -1]);
  });
});

test('nothing on the untouched page looks like a machine’s word', async ({ lesson }) => {
  await expectNoMachineWords(lesson);
});
