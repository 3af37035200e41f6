// The placement of batch normalization, by keys and buttons.

import { expect, test } from '../lesson.ts';
import {
  expectFit,
  expectNoViolations,
  follow,
  numbersOf,
  openFigure,
  reset,
  unfoldNumbers,
} from './figure.ts';

const kind = 'placement';

test('by keys and buttons: two orders, and residual blocks', async ({ page }) => {
  const figure = await openFigure(page, kind);

  await test.step('two orders: the bias changes nothing behind batch normalization that directly follows', async () => {
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
    await figure.getByRole('radio', { name: 'two residual blocks' }).check();
    await expect(figure.getByRole('slider', { name: 'b bias' })).toBeDisabled();
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
});

test('axe finds nothing after use', async ({ page }) => {
  const figure = await openFigure(page, kind);
  await expectNoViolations(figure);
  await figure.getByRole('radio', { name: 'two residual blocks' }).check();
  await unfoldNumbers(figure);
  await figure.getByRole('slider', { name: /γ/ }).press('End');
  await expectNoViolations(figure);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test('the page does not scroll sideways, and no word is cut off', async ({ page }) => {
    const figure = await openFigure(page, kind);
    for (const [diagrams, chosen] of [
      ['orders', 'two orders'],
      ['residual', 'two residual blocks'],
    ] as const) {
      await follow(page, `#bn1&${kind}.diagrams=${diagrams}`);
      await expect(figure.getByRole('radio', { name: chosen })).toBeChecked();
      await expectFit(figure);
    }
  });
});
