// What the frameworks mean by momentum, by mouse and keys, against the core that runs in Node.

import type { Locator } from '@playwright/test';
import { expect, test } from '../lesson.ts';
import {
  core,
  expectFit,
  expectNoViolations,
  follow,
  numbersOf,
  openFigure,
  reset,
  unfold,
  unfoldNumbers,
} from './figure.ts';

const kind = 'conventions';
const steps = 60;

const momentumOf = (figure: Locator) => figure.getByRole('slider', { name: 'momentum' });
const typed = (figure: Locator, name: string) => figure.getByRole('radio', { name, exact: true });

interface Rule {
  convention: 'decay' | 'torch';
  estimator: 'biased' | 'unbiased';
  momentum: number;
  m?: number;
  seed?: number;
}

/** The running statistics after all batches are those of the core. */
async function expectRunning(
  figure: Locator,
  { convention, estimator, momentum, m = 8, seed = 1 }: Rule,
): Promise<void> {
  const x = core.normalBatches({ seed, batches: steps, m, mean: 5, std: 2 });
  const { batch_mean, batch_var } = core.forwardTrain({ x, shape: [m, steps], eps: 1 });
  const start = { running_mean: 0, running_var: 1 };
  const rule = { convention, estimator, momentum, m };
  const { running_mean, running_var } = core.runningSeries({ ...start, batch_mean, batch_var, ...rule });
  await expect
    .poll(async () => (await numbersOf(figure, `After ${steps} batches`)).slice(0, 2).flat())
    .toEqual([running_mean.at(-1), running_var.at(-1)]);
}

test('by mouse, keys and buttons: the same number in each framework', async ({ page }) => {
  const figure = await openFigure(page, kind);

  await test.step('0.9 typed into PyTorch repeats the batches, into Keras it is a slow average', async () => {
    await expectRunning(figure, { convention: 'torch', estimator: 'unbiased', momentum: 0.9 });
    await expect(figure.locator('.sentence')).toContainText('is the weight of the new value');
    await typed(figure, 'Keras 3').check();
    await expect(momentumOf(figure)).toHaveAttribute('aria-valuetext', '0.9');
    await expectRunning(figure, { convention: 'decay', estimator: 'biased', momentum: 0.9 });
    await expect(figure.locator('.sentence')).toContainText('is the weight of the old value');
    await expect(figure.locator('.announced')).toContainText('is the weight of the old value');
  });

  await test.step('the momentum is typed with keys, and each default with its button', async () => {
    await momentumOf(figure).press('ArrowRight');
    await expect(momentumOf(figure)).toHaveAttribute('aria-valuetext', '0.95');
    await expectRunning(figure, { convention: 'decay', estimator: 'biased', momentum: 0.95 });
    const byDefault = figure.getByRole('button', { name: 'Its default' });
    for (const [name, momentum] of [
      ['Keras 3', 0.99],
      ['PyTorch', 0.1],
      ['ONNX', 0.9],
    ] as const) {
      await typed(figure, name).check();
      await byDefault.click();
      await expect(momentumOf(figure)).toHaveAttribute('aria-valuetext', String(momentum));
    }
    await typed(figure, 'this lesson').check();
    await expect(byDefault).toBeDisabled();
  });

  await test.step('folded: batches, and the variance that is averaged where the framework leaves it open', async () => {
    await reset(figure);
    await expect(typed(figure, 'the unbiased one, 1/(m − 1)')).toBeChecked();
    await expect(typed(figure, 'the biased one, 1/m')).toBeDisabled();
    await figure.getByRole('slider', { name: 'm, examples' }).press('Home');
    await figure.getByRole('button', { name: 'Other batches' }).click();
    const rule = { convention: 'torch', estimator: 'unbiased', momentum: 0.9, m: 2, seed: 2 } as const;
    await expectRunning(figure, rule);
    await typed(figure, 'this lesson').check();
    await expect(typed(figure, 'the biased one, 1/m')).toBeChecked();
    await typed(figure, 'the unbiased one, 1/(m − 1)').check();
    await expectRunning(figure, { ...rule, convention: 'decay' });
  });
});

test('a link brings the state along, and no batch of one', async ({ page }) => {
  const figure = await openFigure(
    page,
    kind,
    `#bn1&${kind}.framework=flax&${kind}.momentum=0.99&${kind}.m=4`,
  );
  await expectRunning(figure, { convention: 'decay', estimator: 'biased', momentum: 0.99, m: 4 });
  await reset(figure);
  await follow(page, `#bn1&${kind}.framework=caffe&${kind}.momentum=0.7&${kind}.m=1`);
  await expect(page.locator('#notice')).toContainText(`“${kind}.framework=caffe” and 2 more`);
  await expectRunning(figure, { convention: 'torch', estimator: 'unbiased', momentum: 0.9 });
});

test('axe finds nothing after use', async ({ page }) => {
  const figure = await openFigure(page, kind);
  await unfoldNumbers(figure);
  await expectNoViolations(figure);
  await typed(figure, 'this lesson').check();
  await momentumOf(figure).press('End');
  await expectNoViolations(figure);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test('a framework is chosen by touch, the page does not scroll sideways, and no word is cut off', async ({
    page,
  }) => {
    const figure = await openFigure(page, kind);
    await unfold(figure);
    for (const [name, convention, estimator] of [
      ['TensorFlow, fused', 'decay', 'unbiased'],
      ['PyTorch', 'torch', 'unbiased'],
    ] as const) {
      await typed(figure, name).tap();
      await expectRunning(figure, { convention, estimator, momentum: 0.9 });
      await expectFit(figure);
    }
  });
});
