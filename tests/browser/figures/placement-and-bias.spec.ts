// Placement, bias and folding, by mouse, finger and keys, against the core that runs in Node.

import type { Locator } from '@playwright/test';
import { answer, expect, test, verdict } from '../lesson.ts';
import {
  core,
  drag,
  expectNoViolations,
  follow,
  nextFrame,
  numbersOf,
  openFigure,
  predictionOf,
  reset,
  touchDrag,
  unfoldNumbers,
} from './figure.ts';

const kind = 'placement-and-bias';

/** Problem 5's neuron. */
const u = [1, 2, 4, 5];
const layer = { gamma: [1.5], beta: [0.5], eps: 0 };
const frozen = { running_mean: [4], running_var: [9] };
const dy = [0.3, -0.2, 0.5, 0.4];
const xOf = (b: number) => u.map((value) => 2 * value + b);

const look = (figure: Locator, name: string) => figure.getByRole('radio', { name, exact: true });
const column = async (figure: Locator, caption: string, k: number) =>
  (await numbersOf(figure, caption)).map((row) => row[k] ?? Number.NaN);

/** Both columns of the table about b are what the core computes for the b that the figure has. */
async function expectEffectOf(figure: Locator, b: number): Promise<void> {
  const training = core.forwardTrain({ x: xOf(b), ...layer });
  const inference = core.forwardInference({ x: xOf(b), ...layer, ...frozen });
  const still = core.forwardInference({ x: xOf(0), ...layer, ...frozen });
  const { dx } = core.backwardFrozen({ x: xOf(b), ...layer, ...frozen, dy });
  const [, subtracted, , , moved, db] = await numbersOf(figure, 'What b does');
  expect(subtracted).toEqual([training.batch_mean[0], 4]);
  expect(moved?.[0]).toBe(0);
  expect(moved?.[1]).toBeCloseTo((inference.y[0] ?? 0) - (still.y[0] ?? 0), 12);
  expect(db?.[0]).toBe(0);
  expect(db?.[1]).toBeCloseTo(
    dx.reduce((all, each) => all + each, 0),
    12,
  );
}

test('a link opens the bias, which is dragged with the mouse: x moves, y of training does not', async ({
  page,
}) => {
  const figure = await openFigure(page, kind, `#bn1&${kind}.tab=bias`);
  const handle = figure.getByRole('slider', { name: 'bias b', exact: true });
  const before = await column(figure, 'Each example', 3);
  await drag(handle, -180);
  await expect.poll(async () => Number(await handle.getAttribute('aria-valuenow'))).toBeLessThan(3);
  const b = Number(await handle.getAttribute('aria-valuenow'));
  await expect.poll(() => column(figure, 'Each example', 1)).toEqual(xOf(b));
  await expectEffectOf(figure, b);
  for (const [i, value] of (await column(figure, 'Each example', 3)).entries()) {
    expect(value).toBeCloseTo(before[i] ?? 0, 12);
  }
});

test('by keys and buttons: the bias, two orders, residual blocks and folding', async ({ page }) => {
  const figure = await openFigure(page, kind);

  await test.step('the bias is moved with keys; in inference y follows it, unless the statistics contain it', async () => {
    await look(figure, 'placement').focus();
    await page.keyboard.press('ArrowRight');
    await expect(look(figure, 'a bias before it')).toBeChecked();
    await look(figure, 'training').focus();
    await page.keyboard.press('ArrowRight');
    const handle = figure.getByRole('slider', { name: 'bias b', exact: true });
    await figure.getByRole('checkbox', { name: 'collected with this bias' }).focus();
    await page.keyboard.press('Tab');
    await expect(handle).toBeFocused();
    for (const [key, b] of [
      ['Home', '-12'],
      ['PageUp', '-7'],
      ['ArrowRight', '-6.5'],
      ['ArrowLeft', '-7'],
      ['ArrowUp', '-6.5'],
    ] as const) {
      await page.keyboard.press(key);
      await expect(handle).toHaveAttribute('aria-valuenow', b);
    }
    await expect.poll(() => column(figure, 'Each example', 1)).toEqual(xOf(-6.5));
    await expectEffectOf(figure, -6.5);
    await expect(figure.locator('.sentence')).toContainText('moves every y by −3.25');
    await expect(figure.locator('.announced')).toContainText('moves every y by −3.25');
    await figure.getByRole('checkbox', { name: 'collected with this bias' }).press('Space');
    await expect(figure.locator('.sentence')).toContainText('contains it');
    await expect.poll(async () => (await numbersOf(figure, 'What b does'))[4]?.[1]).toBe(0);
  });

  await test.step('two orders: the bias changes nothing behind batch normalization that directly follows', async () => {
    await reset(figure);
    const original = await numbersOf(figure, 'The original order');
    const other = await numbersOf(figure, 'Less common');
    await figure.getByRole('slider', { name: 'b bias' }).press('Home');
    await expect.poll(async () => (await numbersOf(figure, 'The original order'))[1]?.[0]).toBe(-6);
    const after = await numbersOf(figure, 'The original order');
    for (const k of [2, 3]) {
      for (const j of [0, 1]) expect(after[k]?.[j]).toBeCloseTo(original[k]?.[j] ?? Number.NaN, 12);
    }
    expect((await numbersOf(figure, 'Less common'))[2]).not.toEqual(other[2]);
    await expect(figure.locator('.sentence')).toContainText('constant batch');
  });

  await test.step('the residual blocks are named for those who do not see them; the next batch is another one', async () => {
    await reset(figure);
    await look(figure, 'two residual blocks').check();
    await expect(
      figure.getByRole('img', {
        name: 'Post-activation: Conv, BN, ReLU, Conv, BN, Addition, ReLU. Pre-activation: BN, ReLU, Conv, BN, ReLU, Conv, Addition',
      }),
    ).toBeVisible();
    const before = await numbersOf(figure, 'Post-activation: what');
    await figure.getByRole('button', { name: 'Next batch' }).click();
    await expect.poll(() => numbersOf(figure, 'Post-activation: what')).not.toEqual(before);
    const [skip, branch, , sum] = await numbersOf(figure, 'Pre-activation: the addition');
    expect(sum?.[0]).toBeCloseTo((skip?.[0] ?? 0) + (branch?.[0] ?? 0), 12);
  });

  await test.step('folding: both ways agree after every move; the counts follow the sizes', async () => {
    await reset(figure);
    await look(figure, 'folding it away').check();
    await figure.getByRole('slider', { name: 'γ of neuron 1' }).press('Home');
    await figure.getByRole('slider', { name: 'σ² run of neuron 1' }).press('ArrowRight');
    await figure.getByRole('slider', { name: 'second input' }).press('Home');
    await figure.getByRole('slider', { name: 'inputs counted' }).press('ArrowLeft');
    await expect.poll(() => column(figure, 'Operations', 0)).toEqual([65536, 1024, 512, 0]);
    const input = [3, -5];
    const weight = [2, -1, 1, 3, -1, 0.5];
    const bias = [10, 0, 1];
    const norm = {
      gamma: [-3, -1, 2],
      beta: [0.5, 2, 0],
      running_mean: [4, 1, 0],
      running_var: [10, 4, 1],
      eps: 0,
    };
    const x = bias.map(
      (b, n) => (weight[2 * n] ?? 0) * (input[0] ?? 0) + (weight[2 * n + 1] ?? 0) * (input[1] ?? 0) + b,
    );
    const outputs = await numbersOf(figure, 'The outputs');
    expect(outputs.map((row) => row[1])).toEqual([...core.forwardInference({ x, ...norm }).y]);
    for (const [, two, folded] of outputs) expect(folded).toBeCloseTo(two ?? Number.NaN, 12);
    const folded = core.foldIntoWeight({ weight, shape: [3, 2], bias, ...norm });
    expect(await column(figure, 'The layer', 5)).toEqual([...folded.bias]);
  });
});

test('the prediction is judged before the figure shows it; axe finds nothing after use', async ({ page }) => {
  const figure = await openFigure(page, kind);
  for (const [tab, choice] of [
    ['placement', 'two residual blocks'],
    ['a bias before it', 'inference, frozen statistics'],
    ['folding it away', undefined],
  ] as const)
    await test.step(tab, async () => {
      await reset(figure);
      await look(figure, tab).check();
      await expectNoViolations(figure);
      if (choice) await look(figure, choice).check();
      await unfoldNumbers(figure);
      await figure.getByRole('slider', { name: /γ/ }).press('End');
      await expectNoViolations(figure);
    });

  const question = await predictionOf(figure);
  const box = question.getByRole('textbox', { name: 'grows by 1?' });
  await answer(question, '0');
  await expect(verdict(question)).toContainText('Cancelled as in training');
  await answer(question, '1.5/3');
  await expect(verdict(question)).toContainText('Right');
  // The box goes with the right answer.
  await expect(box).toHaveCount(0);
  await figure.getByRole('button', { name: 'Show it in the figure' }).click();
  await expect(figure.locator('.sentence')).toContainText('b = 1 moves every y by 0.5');
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test('the bias is dragged with a finger', async ({ page }) => {
    const figure = await openFigure(page, kind, `#bn1&${kind}.tab=bias`);
    const handle = figure.getByRole('slider', { name: 'bias b', exact: true });
    await touchDrag(handle, -60);
    await expect.poll(async () => Number(await handle.getAttribute('aria-valuenow'))).toBeLessThan(2);
    const b = Number(await handle.getAttribute('aria-valuenow'));
    await expect.poll(() => column(figure, 'Each example', 1)).toEqual(xOf(b));
    await expectEffectOf(figure, b);
  });

  test('the page does not scroll sideways, and no word is cut off', async ({ page }) => {
    const figure = await openFigure(page, kind);
    for (const [state, chosen] of [
      ['diagrams=orders', 'placement'],
      ['diagrams=residual', 'two residual blocks'],
      ['tab=bias', 'a bias before it'],
      ['tab=folding', 'folding it away'],
    ] as const) {
      await follow(page, `#bn1&${kind}.${state}`);
      await expect(look(figure, chosen)).toBeChecked();
      await nextFrame(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      const cut = await figure.locator('.drawing svg').evaluate((svg) => {
        const { left, right } = svg.getBoundingClientRect();
        return [...svg.querySelectorAll('text')]
          .filter((text) => {
            const box = text.getBoundingClientRect();
            return box.left < left - 1 || box.right > right + 1;
          })
          .map((text) => text.textContent);
      });
      expect(cut, state).toEqual([]);
    }
  });
});
