// The worked examples: edited givens, the numbers that follow, and what is said about givens that cannot be used.

import type { Locator, Page } from '@playwright/test';
import { loadBuiltCore } from '../../web/render/core.ts';
import { drawGivens } from '../../web/src/core/items.ts';
import type { Typed } from '../../web/src/core/scenario.ts';
import { backward, forward, type Layer, mean, sum, variance } from './formulas.ts';
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
  item,
  newNumbers,
  note,
  openLive,
  readNumber,
  shown,
  table,
  test,
} from './lesson.ts';

const core = await loadBuiltCore();

/** An example of the first page, with its boxes unfolded. */
async function openExample(page: Page, id: string): Promise<Locator> {
  await openLive(page, '', id);
  const sheet = item(page, id);
  await changeNumbers(sheet);
  return sheet;
}

/** Row by row from columns, rounded as the page does. */
const rowsOf = (...columns: number[][]) =>
  (columns[0] ?? []).map((_, i) => columns.map((column) => shown(column[i] as number)));

async function fill(sheet: Locator, givens: Record<string, number[] | number>): Promise<void> {
  for (const [name, value] of Object.entries(givens)) {
    await box(sheet, name).fill([value].flat().join(', '));
  }
}

const sixteen = Array.from({ length: 16 }, (_, i) => i ** 2 - 7.5 * i);

test.describe('the forward pass', () => {
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

  test('text and tables follow the givens, and Reset brings the lesson’s back', async ({ page }) => {
    const sheet = await openExample(page, 'example-forward');
    await expectForward(sheet, { x: [2, 4, 6, 8], gamma: 1, beta: 0, eps: 0 });
    const before = await sheet.innerText();
    const rowNames = () =>
      table(sheet, 'Deviations').locator('tbody').getByRole('rowheader').allTextContents();
    for (const layer of [
      { x: [1, 3], gamma: 1, beta: 0, eps: 0 },
      { x: sixteen, gamma: 0.125, beta: -1, eps: 1 },
      { x: [1, 3, 8], gamma: -2.5, beta: 10, eps: 0.5 },
    ]) {
      await fill(sheet, { ...layer });
      await expectForward(sheet, layer);
      expect(await rowNames()).toEqual(layer.x.map((_, i) => String(i + 1)));
    }
    expect(await sheet.innerText()).not.toBe(before);
    await sheet.getByRole('button', { name: 'Reset' }).click();
    expect(await sheet.innerText()).toBe(before);
    await expect(box(sheet, 'x')).toHaveValue('2, 4, 6, 8');
    await expect(box(sheet, 'gamma')).toHaveValue('1');
  });

  test('all digits shows what four digits round, a true minus included', async ({ page }) => {
    const sheet = await openExample(page, 'example-forward');
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

  test('other numbers are drawn as the core draws them, the tables follow, and a reload keeps them', async ({
    page,
  }) => {
    const sheet = await openExample(page, 'example-forward');
    const given: Typed = { x: '2, 4, 6, 8', gamma: '1', beta: '0', eps: '0' };
    const problem = { id: 'example-forward', given, drawn: ['x' as const], parts: [], fewest: 2 };
    const expectVariant = async (seed: number) => {
      const drawn = drawGivens(core, problem, seed);
      await expect(box(sheet, 'x')).toHaveValue(drawn.x ?? '');
      await expectForward(sheet, { x: (drawn.x ?? '').split(',').map(Number), gamma: 1, beta: 0, eps: 0 });
    };
    for (const seed of [1, 2]) {
      await newNumbers(sheet).press('Enter');
      await expect(note(sheet)).toContainText(`Other numbers stand here now: variant ${seed}.`);
      await expectVariant(seed);
    }
    await page.reload();
    await becomesLive(page, 'example-forward');
    await changeNumbers(sheet);
    await expectVariant(2);
  });
});

test('γ and β: the outputs, and their mean and spread by measure and by formula', async ({ page }) => {
  const sheet = await openExample(page, 'example-scale-and-shift');
  for (const layer of [
    { x: [2, 4, 6, 8], gamma: 2, beta: 1, eps: 0 },
    { x: [-1, 0, 4], gamma: -3, beta: 0.5, eps: 1 },
  ]) {
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
  }
});

test.describe('the gradient', () => {
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
    await expect(sheet).toContainText(`∂L/∂γ=${String(shown(dgamma)).replace('-', '−')} and`);
  }

  test('its buttons set the batches that the text speaks of', async ({ page }) => {
    const sheet = await openExample(page, 'example-two-values');
    const press = (name: string) => sheet.getByRole('button', { name }).click();
    const before = await sheet.innerText();
    const asSet = await cellTexts(paths(sheet));
    expect(asSet.map((row) => row[3])).toEqual(['0', '0']);
    expect(asSet.map((row) => row[0])).toEqual(['0.5', '−0.5']);
    expect(asSet.map((row) => row[1])).toEqual(['−0.5', '0.5']);

    await press('Three examples');
    await expectBackward(sheet, { x: [1, 3, 8], dy: [0.5, -0.5, 0], gamma: 1, beta: 0, eps: 0 });
    expect((await cellTexts(paths(sheet))).map((row) => row[3])).toEqual(['0.1306', '−0.1829', '0.05226']);

    await press('Another gradient');
    await expect(box(sheet, 'dy')).toHaveValue('0.7, 0.2');
    expect((await cellTexts(paths(sheet))).map((row) => row[3])).toEqual(['0', '0']);

    await press('A small ε');
    // x̂² is 1/(1 + ε), so dy (1 − x̂²)/√(1 + ε) is left.
    const trace = (0.5 * (1 - 1 / (1 + 1e-5))) / Math.sqrt(1 + 1e-5);
    const rows = await cells(paths(sheet));
    expect(rows.map((row) => row[3])).toEqual([shown(trace), shown(-trace)]);
    for (const [, , , dx, difference] of rows) expect(difference).toBeCloseTo(dx as number, 9);

    const own = { x: [-1, 0.5, 7, 2], dy: [1, -2, 3, 0.25], gamma: -1.5, beta: 0.3, eps: 0.25 };
    await fill(sheet, { x: own.x, dy: own.dy, gamma: own.gamma, beta: own.beta, eps: own.eps });
    await expectBackward(sheet, own);
    await press('Reset');
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
    [
      'no variance and no ε',
      'x',
      '3, 3',
      /^All values of x are equal and eps is 0, so this would divide by 0\. Change one value, or choose an eps above 0\./,
    ],
    [
      'too large values',
      'x',
      '1e300, -1e300',
      /^x: expected values whose variance is a finite double, got an overflow\./,
    ],
    ['a number beyond all doubles', 'x', '1e999, 1', /^x: .*too large/],
    ['a word', 'x', 'many, four', /^x: unknown name “many”/],
    ['nothing', 'gamma', '', /^gamma: nothing is written here/],
    ['a list for a number', 'gamma', '1, 2', /^gamma: expected one number, got 2\./],
    ['a negative ε', 'eps', '-1', /^eps: expected a number >= 0, got -1\./],
    ['dy of another length', 'dy', '0.5, -0.5, 1', /^dy: expected 2 values, as many as x, got 3\./],
    ['markup', 'dy', '<b>1</b>, 2', /^dy: a value is expected here, not “<”/],
  ];

  const colourOf = (of: Locator) => of.evaluate((element) => getComputedStyle(element).color);

  async function expectRefusal(sheet: Locator, [, given, text, sentence]: Refusal): Promise<void> {
    const before = await sheet.innerText();
    const typed = await box(sheet, given).inputValue();
    const number = table(sheet, 'Contributions').locator('data').first();
    const plain = await colourOf(number);
    await box(sheet, given).fill(text);
    await expect(complaint(sheet)).toHaveText(sentence);
    await expect(complaint(sheet)).toContainText('The dimmed numbers belong to the last values');
    expect(await colourOf(number), 'the numbers are dimmed').not.toBe(plain);
    await expect(box(sheet, given)).toHaveAttribute('aria-invalid', 'true');
    await expect(box(sheet, given)).toHaveAccessibleDescription(sentence);
    expect(await cells(table(sheet, 'Contributions'))).toHaveLength(2);

    await box(sheet, given).fill(typed);
    await expect(complaint(sheet)).toHaveText('');
    await expect(sheet.locator('[aria-invalid]')).toHaveCount(0);
    expect(await colourOf(number)).toBe(plain);
    expect(await sheet.innerText()).toBe(before);
  }

  test('are named, marked, and mended', async ({ page }) => {
    const sheet = await openExample(page, 'example-two-values');
    for (const refusal of refusals) await test.step(refusal[0], () => expectRefusal(sheet, refusal));
    await expectNoMachineWords(page);
  });

  test('only what is wrong is marked, a button mends it, and nothing is left half done', async ({ page }) => {
    const sheet = await openExample(page, 'example-two-values');
    await box(sheet, 'dy').fill('1, 2, 3');
    await expect(box(sheet, 'dy')).toHaveAttribute('aria-invalid', 'true');
    await expect(box(sheet, 'x')).not.toHaveAttribute('aria-invalid');
    await sheet.getByRole('button', { name: 'Three examples' }).click();
    await expect(complaint(sheet)).toHaveText('');
    expect(await cells(table(sheet, 'Contributions'))).toHaveLength(3);

    // A result beyond all doubles.
    await sheet.getByRole('button', { name: 'Reset' }).click();
    await box(sheet, 'gamma').fill('1e307');
    const before = await cellTexts(table(sheet, 'Contributions'));
    await box(sheet, 'dy').fill('50, -50');
    await expect(complaint(sheet)).toContainText('too large for a double');
    expect(await cellTexts(table(sheet, 'Contributions'))).toEqual(before);
    await expectNoMachineWords(page);
    await box(sheet, 'gamma').fill('1e12');
    await expect(complaint(sheet)).toHaveText('');
    expect((await cells(table(sheet, 'Contributions'))).map((row) => row[0])).toEqual([50e12, -50e12]);
  });

  test('equal values are said to be equal, and an ε or one other value is enough', async ({ page }) => {
    const sheet = await openExample(page, 'example-forward');
    const x = box(sheet, 'x');
    await x.fill('5, 5, 5');
    await expect(complaint(sheet)).toContainText('All values of x are equal and eps is 0');
    await box(sheet, 'eps').fill('0.5');
    await expect(complaint(sheet)).toHaveText('');
    const x_hat = async () =>
      (await cells(table(sheet, 'Normalized activations'))).map((row) => row[1] as number);
    expect(await x_hat()).toEqual([0, 0, 0]);
    await box(sheet, 'eps').fill('0');
    await expect(complaint(sheet)).toContainText('All values of x are equal and eps is 0');
    // A variance just large enough is used.
    await x.fill('1e-150, -1e-150');
    await expect(complaint(sheet)).toHaveText('');
    expect(await x_hat()).toEqual([1, -1]);
  });
});

test('a column or a row of a spreadsheet, pasted, becomes a list in place of what is selected', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const sheet = await openExample(page, 'example-forward');
  const x = box(sheet, 'x');
  const paste = async (text: string) => {
    await page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
    await x.press('Control+V');
  };
  for (const copied of ['1,\n3,\n8', '1\t3\t8\n', '  1\r\n3\r\n8  ']) {
    await x.clear();
    await paste(copied);
    await expect(x).toHaveValue('1, 3, 8');
    await expect(sheet).toContainText('The sum of the 3 values is 12,');
  }
  await x.fill('1, 2, 9');
  await x.evaluate((input: HTMLInputElement) => input.setSelectionRange(3, 4));
  await paste('5\n6');
  await expect(x).toHaveValue('1, 5, 6, 9');
  await x.evaluate((input: HTMLInputElement) => input.setSelectionRange(0, 1));
  await paste('7');
  await expect(x).toHaveValue('7, 5, 6, 9');
});
