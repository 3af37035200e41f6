// Folding, by keys, against the core that runs in Node.

import type { Locator } from '@playwright/test';
import { expect, test } from '../lesson.ts';
import {
  core,
  expectFit,
  expectNoViolations,
  numbersOf,
  openFigure,
  unfold,
  unfoldNumbers,
} from './figure.ts';

const kind = 'folding';

const column = async (figure: Locator, caption: string, k: number) =>
  (await numbersOf(figure, caption)).map((row) => row[k] ?? Number.NaN);

test('both ways agree after every move; the counts follow the sizes', async ({ page }) => {
  const figure = await openFigure(page, kind);
  await unfold(figure);
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
  // Batch normalization as it is written, to the last bit; the operator rounds once, and agrees to 12 digits.
  const written = core.evaluate('gammas / sqrt(vars + eps) * (x - means) + betas', {
    x: Float64Array.from(x),
    gammas: Float64Array.from(norm.gamma),
    betas: Float64Array.from(norm.beta),
    means: Float64Array.from(norm.running_mean),
    vars: Float64Array.from(norm.running_var),
    eps: norm.eps,
  });
  expect(outputs.map((row) => row[1])).toEqual([...written.values]);
  for (const [n, y] of core.forwardInference({ x, ...norm }).y.entries())
    expect(outputs[n]?.[1]).toBeCloseTo(y, 12);
  for (const [, two, folded] of outputs) expect(folded).toBeCloseTo(two ?? Number.NaN, 12);
  const folded = core.foldIntoWeight({ weight, shape: [3, 2], bias, ...norm });
  expect(await column(figure, 'The layer', 5)).toEqual([...folded.bias]);
});

test('axe finds nothing after use', async ({ page }) => {
  const figure = await openFigure(page, kind);
  await expectNoViolations(figure);
  await unfoldNumbers(figure);
  await figure.getByRole('slider', { name: /γ/ }).press('End');
  await expectNoViolations(figure);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test('the page does not scroll sideways, and no word is cut off', async ({ page }) => {
    const figure = await openFigure(page, kind);
    await expectFit(figure);
  });
});
