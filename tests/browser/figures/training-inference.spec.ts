// Training and inference, by mouse, finger and keys, against the core that runs in Node.

import type { Locator } from '@playwright/test';
import { expect, test, verdict } from '../lesson.ts';
import {
  core,
  drag,
  expectNoViolations,
  folded,
  numbersOf,
  openFigure,
  openQuestion,
  reset,
  touchDrag,
  unfold,
  unfoldNumbers,
} from './figure.ts';

const kind = 'training-inference';

/** The last row of the batches: batch_mean, running_mean, batch_var, running_var, y in training. */
const lastBatch = async (figure: Locator) => (await numbersOf(figure, 'The last batches')).at(-1) ?? [];
const runningMean = async (figure: Locator) => (await lastBatch(figure))[1] ?? Number.NaN;

/** Each running mean follows from the one above it and its batch, once what was moved last is drawn. */
const expectUpdates = (figure: Locator, momentum: number): Promise<void> =>
  expect(async () => {
    const rows = await numbersOf(figure, 'The last batches');
    expect(rows.length).toBeGreaterThan(1);
    for (const [k, [batch_mean = 0, running_mean = 0, batch_var = 0, running_var = 0]] of rows.entries()) {
      const before = rows[k - 1];
      if (!before) continue;
      const after = core.updateRunningStatistics({
        running_mean: [before[1] ?? 0],
        running_var: [before[3] ?? 0],
        batch_mean: [batch_mean],
        batch_var: [batch_var],
        m: 8,
        estimator: 'biased', // what is shown is what was fed in
        convention: 'decay',
        momentum,
      });
      expect(running_mean).toBeCloseTo(after.running_mean[0] ?? 0, 13);
      expect(running_var).toBeCloseTo(after.running_var[0] ?? 0, 13);
    }
  }).toPass({ timeout: 20_000 });

test('by mouse, keys and buttons: levels, batches, and one example', async ({ page }) => {
  const figure = await openFigure(page, kind);

  await test.step('the level after the shift is dragged with the mouse, and the running mean follows', async () => {
    const before = await runningMean(figure);
    const level = figure.getByRole('slider', { name: 'mean of the distribution after the shift' });
    await drag(level, 0, -30);
    await expect.poll(() => runningMean(figure)).toBeGreaterThan(before + 0.5);
    expect(Number(await level.getAttribute('aria-valuenow'))).toBeGreaterThan(6);
    await expectUpdates(figure, 0.9);
  });

  await test.step('every handle can be moved with the arrow keys', async () => {
    await reset(figure);
    await unfold(figure, 'One example in both modes');
    for (const [name, value] of [
      ['mean of the distribution before the shift', '2.1'],
      ['mean of the distribution after the shift', '5.1'],
      ['variance of the distribution before the shift', '4.1'],
      ['variance of the distribution after the shift', '2.1'],
      ['last batch before the shift', '41'],
      ['batches so far', '49'],
      ['x, the example', '4.1'],
    ] as const) {
      const handle = figure.getByRole('slider', { name });
      await handle.focus();
      await page.keyboard.press('ArrowUp');
      await expect(handle).toHaveAttribute('aria-valuenow', value);
    }
    await expectUpdates(figure, 0.9);
  });

  await test.step('the handles are stops of the Tab key', async () => {
    await reset(figure);
    await figure.getByRole('slider', { name: 'mean of the distribution before the shift' }).focus();
    await page.keyboard.press('Tab');
    await expect(
      figure.getByRole('slider', { name: 'mean of the distribution after the shift' }),
    ).toBeFocused();
  });

  await test.step('batches come one by one, by tens, and anew', async () => {
    await reset(figure);
    const now = figure.getByRole('slider', { name: 'batches so far' });
    await figure.getByRole('button', { name: 'Next batch' }).click();
    await expect(now).toHaveAttribute('aria-valuenow', '49');
    for (let k = 0; k < 4; ++k) await figure.getByRole('button', { name: 'Ten more' }).click();
    await expect(now).toHaveAttribute('aria-valuenow', '80');
    await figure.getByRole('button', { name: 'Next batch' }).click();
    await expect(now).toHaveAttribute('aria-valuenow', '1');
  });

  await test.step('momentum and the size of the batches are in sight; the other controls are folded', async () => {
    await reset(figure);
    await figure.getByRole('slider', { name: 'momentum' }).press('End');
    await expectUpdates(figure, 0.999);
    await figure.getByRole('slider', { name: 'eps' }).press('End');
    await figure.getByRole('button', { name: 'Batches of one' }).click();
    await expect(figure.locator('.sentence')).toContainText('in training y = beta = 0 whatever x is');
    await expect(figure.locator('.announced')).toContainText('in training y = beta = 0');
    await figure.getByRole('button', { name: 'Batches of eight' }).click();
    await expect(figure.locator('.sentence')).not.toContainText('whatever x is');
  });

  await test.step('one example in both modes is unfolded, and follows the handle', async () => {
    await reset(figure);
    const example = folded(figure, 'One example in both modes');
    await unfold(figure, 'One example in both modes');
    await expect(example.locator('circle.q-y')).toHaveCount(10);
    await figure.getByRole('slider', { name: 'x, the example' }).press('ArrowUp');
    await expect.poll(async () => (await numbersOf(figure, 'The example 4.1')).length).toBe(2);
    const [, [mean = 0, variance = 0, y] = []] = await numbersOf(figure, 'The example 4.1');
    expect(y).toBeCloseTo((4.1 - mean) / Math.sqrt(variance + 1e-5), 12);
    await expectUpdates(figure, 0.9);
  });
});

test('the prediction is judged before the figure is seen, which then shows it; axe finds nothing after use', async ({
  page,
}) => {
  const [figure, question] = await openQuestion(page, kind);
  await question.getByRole('textbox', { name: 'after 30 batches?' }).fill('5 * 0.99^30');
  await question.getByRole('button', { name: 'Check' }).click();
  await expect(verdict(question)).toContainText('Not yet.');
  await expect.poll(() => runningMean(figure)).toBeCloseTo(5 * (1 - 0.99 ** 30), 12);
  await reset(figure);
  await unfoldNumbers(figure);
  await unfold(figure, 'One example in both modes');
  await figure.getByRole('button', { name: 'Batches of one' }).click();
  await expectNoViolations(figure);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test('a level and the example are dragged with a finger, and the page does not scroll sideways', async ({
    page,
  }) => {
    const figure = await openFigure(page, kind);
    const level = figure.getByRole('slider', { name: 'variance of the distribution after the shift' });
    await touchDrag(level, 0, -40);
    await expect.poll(async () => Number(await level.getAttribute('aria-valuenow'))).toBeGreaterThan(4);
    await unfold(figure, 'One example in both modes');
    const x = figure.getByRole('slider', { name: 'x, the example' });
    await touchDrag(x, -60);
    await expect.poll(async () => Number(await x.getAttribute('aria-valuenow'))).toBeLessThan(2);
    await expectUpdates(figure, 0.9);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
});
