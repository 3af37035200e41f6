// Training and inference, by mouse, finger and keys, against the core that runs in Node.

import type { Locator } from '@playwright/test';
import { expect, test, verdict } from '../lesson.ts';
import {
  core,
  drag,
  expectNoViolations,
  numbersOf,
  openFigure,
  predictionOf,
  reset,
  touchDrag,
  unfoldNumbers,
} from './figure.ts';

const kind = 'training-inference';

/** The last row of the batches: batch_mean, running_mean, batch_var, running_var, y in training. */
const lastBatch = async (figure: Locator) => (await numbersOf(figure, 'The last batches')).at(-1) ?? [];
const runningMean = async (figure: Locator) => (await lastBatch(figure))[1] ?? Number.NaN;

/** Each running mean follows from the one above it and its batch. */
async function expectUpdates(figure: Locator, momentum: number): Promise<void> {
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
}

test('by mouse, keys and buttons: levels, batches, frameworks', async ({ page }) => {
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

  await test.step('another framework converts the momentum and keeps the layer', async () => {
    await reset(figure);
    const momentum = figure.getByRole('slider', { name: 'momentum' });
    const before = await runningMean(figure);
    await figure.getByRole('radio', { name: 'PyTorch' }).check();
    await expect(momentum).toHaveAttribute('aria-valuetext', '0.1');
    expect(await runningMean(figure)).toBeCloseTo(before, 13);
    await figure.getByRole('radio', { name: 'Keras 3' }).check();
    await expect(momentum).toHaveAttribute('aria-valuetext', '0.9');
    await figure.getByRole('button', { name: 'Defaults of the framework' }).click();
    await expect(momentum).toHaveAttribute('aria-valuetext', '0.99');
    await expect(figure.getByRole('slider', { name: 'epsilon' })).toHaveAttribute('aria-valuetext', '0.001');
    await expectUpdates(figure, 0.99);
  });

  await test.step('0.99 typed into PyTorch, and converted after all', async () => {
    await reset(figure);
    await figure.getByRole('button', { name: 'Type 0.99 into PyTorch' }).click();
    await expect(figure.getByRole('slider', { name: 'momentum' })).toHaveAttribute('aria-valuetext', '0.99');
    await expect(figure.locator('.sentence')).toContainText('repeat the noise');
    const [batch = 0, running = 0] = await lastBatch(figure);
    expect(Math.abs(running - batch)).toBeLessThan(0.05);
    await expectUpdates(figure, 0.01);
    await figure.getByRole('button', { name: 'Type 0.01 instead' }).click();
    await expect(figure.locator('.sentence')).not.toContainText('repeat the noise');
    await expectUpdates(figure, 0.99);
  });

  await test.step('batches of one: beta in training, and PyTorch refuses', async () => {
    await reset(figure);
    await figure.getByRole('button', { name: 'Batches of one' }).click();
    await expect(figure.locator('.sentence')).toContainText('in training y = beta = 0 whatever x is');
    await figure.getByRole('radio', { name: 'PyTorch' }).check();
    await expect(figure.locator('.announced')).toContainText('PyTorch refuses');
    await figure.getByRole('button', { name: 'Batches of eight' }).click();
    await expect(figure.locator('.sentence')).toContainText('depending on the batch');
  });
});

test('the prediction is judged before the figure shows it; axe finds nothing after use', async ({ page }) => {
  const figure = await openFigure(page, kind);
  const question = await predictionOf(figure);
  await question.getByRole('textbox', { name: 'after 30 batches?' }).fill('5 * 0.99^30');
  await question.getByRole('button', { name: 'Check' }).click();
  await expect(verdict(question)).toContainText('Not yet.');
  await figure.getByRole('button', { name: 'Show it in the figure' }).click();
  await expect.poll(() => runningMean(figure)).toBeCloseTo(5 * (1 - 0.99 ** 30), 12);
  await reset(figure);
  await unfoldNumbers(figure);
  await figure.getByRole('radio', { name: 'PyTorch' }).check();
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
    const x = figure.getByRole('slider', { name: 'x, the example' });
    await touchDrag(x, -60);
    await expect.poll(async () => Number(await x.getAttribute('aria-valuenow'))).toBeLessThan(2);
    await expectUpdates(figure, 0.9);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
});
