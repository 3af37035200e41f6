// A bias before batch normalization, by mouse, finger and keys, against the core that runs in Node.

import type { Locator } from '@playwright/test';
import { answer, expect, test, verdict } from '../lesson.ts';
import {
  core,
  drag,
  expectFit,
  expectNoViolations,
  numbersOf,
  openFigure,
  openQuestion,
  reset,
  touchDrag,
  unfold,
  unfoldNumbers,
} from './figure.ts';

const kind = 'bias-before';

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

test('the bias is dragged with the mouse: x moves, y of training does not', async ({ page }) => {
  const figure = await openFigure(page, kind);
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

test('the bias is moved with keys; in inference y follows it, unless the statistics contain it', async ({
  page,
}) => {
  const figure = await openFigure(page, kind);
  await look(figure, 'training').focus();
  await page.keyboard.press('ArrowRight');
  const handle = figure.getByRole('slider', { name: 'bias b', exact: true });
  await figure.locator('figcaption').focus();
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
  await unfold(figure);
  await figure.getByRole('checkbox', { name: 'collected with this bias' }).press('Space');
  await expect(figure.locator('.sentence')).toContainText('contains it');
  await expect.poll(async () => (await numbersOf(figure, 'What b does'))[4]?.[1]).toBe(0);
});

test('the prediction is judged before the figure is seen, which then shows it; axe finds nothing after use', async ({
  page,
}) => {
  const [figure, question] = await openQuestion(page, kind);
  const box = question.getByRole('textbox', { name: 'grows by 1?' });
  await answer(question, '0');
  await expect(verdict(question)).toContainText('Cancelled as in training');
  await answer(question, '1.5/3');
  await expect(verdict(question)).toContainText('Right');
  // The box goes with the right answer.
  await expect(box).toHaveCount(0);
  await expect(figure.locator('.sentence')).toContainText('b = 1 moves every y by 0.5');
  await reset(figure);
  await expectNoViolations(figure);
  await look(figure, 'inference, frozen statistics').check();
  await unfoldNumbers(figure);
  await figure.getByRole('slider', { name: /γ/ }).press('End');
  await expectNoViolations(figure);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test('the bias is dragged with a finger, nothing scrolls sideways, and no word is cut off', async ({
    page,
  }) => {
    const figure = await openFigure(page, kind);
    await expectFit(figure);
    const handle = figure.getByRole('slider', { name: 'bias b', exact: true });
    await touchDrag(handle, -60);
    await expect.poll(async () => Number(await handle.getAttribute('aria-valuenow'))).toBeLessThan(2);
    const b = Number(await handle.getAttribute('aria-valuenow'));
    await expect.poll(() => column(figure, 'Each example', 1)).toEqual(xOf(b));
    await expectEffectOf(figure, b);
    await expectFit(figure);
  });
});
