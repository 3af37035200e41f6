// The Jacobian and the circle, by mouse, finger and keys, against the core that runs in Node.

import type { Locator } from '@playwright/test';
import { expect, test, verdict as verdictOn } from '../lesson.ts';
import {
  core,
  drag,
  expectNoViolations,
  follow,
  numbersOf,
  openFigure,
  openQuestion,
  reset,
  touchDrag,
  unfoldNumbers,
} from './figure.ts';

const kind = 'coupling';

const batchOf = async (figure: Locator) => numbersOf(figure, 'The batch');
const columnOf = async (figure: Locator, k: number) =>
  (await batchOf(figure)).map((row) => row[k] ?? Number.NaN);
const [x, x_hat, dy, dx] = [0, 1, 2, 5];

/** The tables say what the core computes from the x and the dy that they show. */
async function expectCore(figure: Locator, gamma: number, eps: number): Promise<void> {
  const shown = { x: await columnOf(figure, x), dy: await columnOf(figure, dy) };
  const right = core.backwardTrace({ x: shown.x, gamma: [gamma], beta: [0], eps, dy: shown.dy });
  for (const [i, value] of (await columnOf(figure, dx)).entries())
    expect(value).toBeCloseTo(right.dx[i] ?? Number.NaN, 14);
  const jacobian = core.jacobian({ x: shown.x, gamma, eps });
  const rows = await numbersOf(figure, 'The Jacobian');
  for (const [k, value] of rows.flatMap((row) => row.slice(0, -1)).entries())
    expect(value).toBeCloseTo(jacobian[k] ?? Number.NaN, 14);
}

test('by mouse, keys and buttons: x, dy and the Jacobian', async ({ page }) => {
  const figure = await openFigure(page, kind);

  await test.step('x is dragged in the plane: its mean stays, x_hat slides on the circle', async () => {
    const before = await columnOf(figure, x_hat);
    await drag(figure.getByRole('slider', { name: 'x in the plane' }), -150, 30);
    await expect.poll(async () => (await columnOf(figure, x))[0]).not.toBe(4.5);
    const values = await columnOf(figure, x);
    expect(values.reduce((sum, each) => sum + each, 0)).toBeCloseTo(7.5, 10);
    const after = await columnOf(figure, x_hat);
    expect(after[0]).toBeLessThan((before[0] ?? 0) - 0.5);
    expect(after.reduce((sum, each) => sum + each * each, 0)).toBeCloseTo(3, 12);
    await expectCore(figure, 1, 0);
  });

  await test.step('the task by keys: dy turns until nothing of it is left', async () => {
    await reset(figure);
    const verdict = figure.locator('.stage .verdict');
    await expect(verdict).toContainText('Not yet.');
    const tip = figure.getByRole('slider', { name: 'dy in the plane' });
    await figure.getByRole('slider', { name: 'x 3', exact: true }).focus();
    await page.keyboard.press('Tab');
    await expect(tip).toBeFocused();
    for (let k = 0; k < 6; ++k) await page.keyboard.press('PageDown');
    await expect(tip).toHaveAttribute('aria-valuenow', '55');
    await expect(verdict).toContainText('Not yet.');
    for (let k = 0; k < 9; ++k) await page.keyboard.press('ArrowLeft');
    // (2.5/√2, 4.5/√6), where x lies, is at 46.1 degrees.
    await expect(tip).toHaveAttribute('aria-valuenow', '46');
    await expect(verdict).toContainText('Done.');
    await expect(verdict).toContainText('along x̂');
    for (const value of await columnOf(figure, dx)) expect(Math.abs(value)).toBeLessThan(0.01);
    await figure.getByRole('slider', { name: 'angle of dy' }).press('PageUp');
    await expect(verdict).toContainText('Not yet.');
    await expectCore(figure, 1, 0);
  });

  await test.step('the tip of dy is dragged with the mouse to the other side', async () => {
    await reset(figure);
    const tip = figure.getByRole('slider', { name: 'dy in the plane' });
    await drag(tip, -40, 190);
    await expect.poll(async () => Number(await tip.getAttribute('aria-valuenow'))).toBeGreaterThan(200);
    await expectCore(figure, 1, 0);
  });

  await test.step('keys turn x about its mean; sliders and points of the line move too', async () => {
    await reset(figure);
    await figure.getByRole('slider', { name: 'x in the plane' }).press('PageUp');
    await expect.poll(async () => (await columnOf(figure, x))[0]).toBeLessThan(4.5);
    const turned = await columnOf(figure, x);
    const spread = turned.reduce((sum, each) => sum + (each - 2.5) ** 2, 0);
    expect(spread).toBeCloseTo(2 ** 2 + 0.5 ** 2 + 1.5 ** 2, 1);
    await figure.getByRole('slider', { name: 'x 3', exact: true }).press('Home');
    await figure.getByRole('slider', { name: 'gamma' }).press('End');
    await figure.getByRole('slider', { name: 'eps' }).press('End');
    await expect.poll(async () => (await columnOf(figure, x))[2]).toBe(-10);
    await expect(figure.locator('.eigenvalues')).toContainText('Rank 2.');
    await expectCore(figure, 3, 10);
    await expect(figure.locator('.announced')).toContainText('x_hat lies inside');
  });

  await test.step('shifting and halving the batch move neither x_hat nor the direction of dx', async () => {
    await reset(figure);
    const [hat, gradient] = [await columnOf(figure, x_hat), await columnOf(figure, dx)];
    let factor = 1;
    for (const [name, by] of [
      ['Shift all by +1', 1],
      ['Halve all', 2],
      ['Shift all by −1', 1],
    ] as const) {
      factor *= by;
      const first = (await columnOf(figure, x))[0];
      await figure.getByRole('button', { name }).click();
      await expect.poll(async () => (await columnOf(figure, x))[0]).not.toBe(first);
      for (const [i, value] of (await columnOf(figure, x_hat)).entries())
        expect(value).toBeCloseTo(hat[i] ?? Number.NaN, 12);
      for (const [i, value] of (await columnOf(figure, dx)).entries())
        expect(value).toBeCloseTo(factor * (gradient[i] ?? Number.NaN), 12);
    }
  });

  await test.step('arrow keys walk through the Jacobian, and the chosen entry is said in words', async () => {
    await reset(figure);
    const words = figure.locator('.chosen-entry');
    const cell = (i: number, j: number) => figure.getByRole('gridcell', { name: `y ${i} by x ${j}:` });
    await expect(figure.locator('[role=gridcell][tabindex="0"]')).toHaveCount(1);
    await cell(1, 3).focus();
    for (const key of ['ArrowDown', 'ArrowLeft']) await page.keyboard.press(key);
    await expect(cell(2, 2)).toBeFocused();
    await expect(words).toContainText('If x₂ grows a little, y₂ grows');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowLeft');
    await expect(cell(2, 1)).toBeFocused();
    await expect(words).toContainText('If x₁ grows a little, y₂ falls');
    await expect(figure.locator('[role=gridcell][tabindex="0"]')).toHaveCount(1);
    await cell(3, 2).click();
    await expect(words).toContainText('If x₂ grows a little, y₃');
    // The words say the number of the core.
    const entry = core.jacobian({ x: [4.5, 2, 1], gamma: 1, eps: 0 })[7] ?? Number.NaN;
    await expect(words).toContainText(`falls by ${Number(Math.abs(entry).toPrecision(4))} times`);
  });

  await test.step('two examples: the Jacobian is 0; eight: rank 6', async () => {
    await reset(figure);
    await figure.getByRole('button', { name: 'One fewer' }).click();
    await expect(figure.locator('.eigenvalues')).toContainText('Rank 0.');
    expect(await columnOf(figure, dx)).toEqual([0, 0]);
    await figure.getByRole('slider', { name: 'x on the line' }).press('ArrowRight');
    await expect.poll(async () => (await columnOf(figure, x))[0]).toBeGreaterThan(4.5);
    for (const [i, value] of (await columnOf(figure, x_hat)).entries())
      expect(value).toBeCloseTo(1 - 2 * i, 14);
    for (let m = 3; m <= 8; ++m) await figure.getByRole('button', { name: 'One more example' }).click();
    await expect(figure.locator('.eigenvalues')).toContainText('Rank 6.');
    await expect(figure.getByRole('gridcell')).toHaveCount(64);
  });
});

test('the prediction is judged, with the mistake by its name, before the figure is seen, which then shows it; axe finds nothing after use', async ({
  page,
}) => {
  const [figure, question] = await openQuestion(page, kind);
  const box = question.getByRole('textbox', { name: 'as a multiple of that step?' });
  await box.fill('0');
  await question.getByRole('button', { name: 'Check' }).click();
  await expect(verdictOn(question)).toContainText('Not yet.');
  await expect(
    question.locator('details.pitfall > summary', { hasText: 'The gradient must go through the mean' }),
  ).toBeVisible();
  await box.fill('-2/3/sqrt(8/3)');
  await question.getByRole('button', { name: 'Check' }).click();
  await expect(verdictOn(question)).toContainText('Right.');
  await expect(figure.locator('.chosen-entry')).toContainText('y₂ falls by 0.4082');
  await reset(figure);
  await unfoldNumbers(figure);
  await figure.getByRole('gridcell').first().click();
  await figure.getByRole('slider', { name: 'eps' }).press('End');
  await expectNoViolations(figure);
});

test('axe finds nothing with the smallest and the largest batch', async ({ page }) => {
  const figure = await openFigure(page, kind, '#bn1&coupling.x=1,3');
  await expect(figure.getByRole('gridcell')).toHaveCount(4);
  await expectNoViolations(figure);
  await follow(page, '#bn1&coupling.x=1,3,5,2,-4,0,7,2.5');
  await expect(figure.getByRole('gridcell')).toHaveCount(64);
  await expectNoViolations(figure);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test('x and dy are dragged with a finger; one part at a time; nothing scrolls sideways', async ({
    page,
  }) => {
    const figure = await openFigure(page, kind);
    await expect(figure.getByRole('gridcell')).toHaveCount(0);
    await touchDrag(figure.getByRole('slider', { name: 'x in the plane' }), -60, 100);
    // Half of the way would leave x_1 above x_2 by 1.5: the page must not take the rest for scrolling.
    const ahead = async () => {
      const [first = Number.NaN, second = Number.NaN] = await columnOf(figure, x);
      return first - second;
    };
    await expect.poll(ahead).toBeLessThan(0.8);
    const tip = figure.getByRole('slider', { name: 'dy in the plane' });
    const before = await tip.getAttribute('aria-valuenow');
    await touchDrag(tip, 60, 20);
    await expect(tip).not.toHaveAttribute('aria-valuenow', before ?? '');
    await expectCore(figure, 1, 0);
    await figure.getByRole('radio', { name: 'the Jacobian' }).check();
    await figure.getByRole('gridcell', { name: 'y 3 by x 1:' }).tap();
    await expect(figure.locator('.chosen-entry')).toContainText('If x₁ grows a little, y₃');
    await expectNoViolations(figure);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
});
