// The backward paths, by mouse, finger and keys, against the core that runs in Node.

import type { Locator } from '@playwright/test';
import { expect, test, verdict } from '../lesson.ts';
import {
  core,
  drag,
  expectNoViolations,
  numbersOf,
  openFigure,
  openQuestion,
  reset,
  touchDrag,
  unfold,
  unfoldNumbers,
} from './figure.ts';

const kind = 'backward-paths';
const table = 'The gradient of each example';

const columnOf = async (figure: Locator, column: number) =>
  (await numbersOf(figure, table)).map((row) => row[column] ?? Number.NaN);
const x = (figure: Locator) => columnOf(figure, 0);
const dy = (figure: Locator) => columnOf(figure, 2);
const dx = (figure: Locator) => columnOf(figure, 6);
const check = (figure: Locator) => figure.locator('.check');

/** The table says what the core computes from the x and dy that it shows. */
async function expectBackward(figure: Locator, gamma: number, eps: number): Promise<void> {
  const rows = await numbersOf(figure, table);
  const of = (column: number) => rows.map((row) => row[column] ?? Number.NaN);
  const trace = core.backwardTrace({ x: of(0), gamma: [gamma], beta: [0], eps, dy: of(2) });
  const expected = [trace.dx_direct, trace.dx_through_var, trace.dx_through_mean, trace.dx];
  for (const [k, values] of expected.entries()) {
    for (const [i, value] of of(3 + k).entries()) expect(value).toBeCloseTo(values[i] ?? Number.NaN, 13);
  }
}

test('by mouse, keys and buttons: every gradient follows, and the check says what it proves', async ({
  page,
}) => {
  const figure = await openFigure(page, kind);

  await test.step('one dy is dragged with the mouse: every dx changes', async () => {
    const before = await dx(figure);
    await drag(figure.getByRole('slider', { name: 'dy 3', exact: true }), 0, -40);
    await expect.poll(async () => (await dy(figure))[2]).toBeGreaterThan(1);
    expect((await dy(figure)).toSpliced(2, 1)).toEqual([1, 0, 0]);
    for (const [i, value] of (await dx(figure)).entries()) expect(value).not.toBeCloseTo(before[i] ?? 0, 2);
    await expectBackward(figure, 2, 0);
    await expect(figure.locator('.sentence')).toContainText('dy of 1 and dx of 4 of the 4 examples changed');
    await expect(figure.locator('.example .before')).toHaveCount(4);
    await unfold(figure);
    await figure.getByRole('button', { name: 'Remember this dx' }).click();
    await expect(figure.locator('.example .before')).toHaveCount(0);
  });

  await test.step('points and sliders are moved with keys', async () => {
    await reset(figure);
    const handle = figure.getByRole('slider', { name: 'dy 2', exact: true });
    await handle.focus();
    for (const [key, value] of [
      ['ArrowUp', '0.1'],
      ['ArrowUp', '0.2'],
      ['PageDown', '-0.8'],
    ] as const) {
      await page.keyboard.press(key);
      await expect(handle).toHaveAttribute('aria-valuenow', value);
    }
    await figure.getByRole('slider', { name: 'x 4', exact: true }).press('End');
    await figure.getByRole('slider', { name: 'gamma' }).press('ArrowRight');
    await figure.getByRole('slider', { name: 'eps' }).press('End');
    await expect.poll(() => x(figure)).toEqual([2, 4, 6, 10]);
    expect(await dy(figure)).toEqual([1, -0.8, 0, 0]);
    await expectBackward(figure, 2.1, 10);
    await expect(figure.locator('.announced')).toContainText('dx₄ =');
  });

  await test.step('each path that is switched off makes the check fail, until it is on again', async () => {
    await reset(figure);
    await expect(check(figure)).toHaveAttribute('data-verdict', 'right');
    for (const name of ['direct path', 'path through the variance', 'path through the mean']) {
      const path = figure.getByRole('checkbox', { name });
      await path.uncheck();
      await expect(check(figure)).toContainText('The gradient check fails');
      await expect(figure.locator('.bar.hollow')).toHaveCount(4);
      await expect(figure.locator('.sentence')).toContainText(`Without the ${name}`);
      await path.check();
      await expect(check(figure)).toContainText('The gradient check agrees:');
      await expect(figure.locator('.bar.hollow')).toHaveCount(0);
    }
  });

  await test.step('the buttons lead to checks that prove little, and random dy to one that proves something', async () => {
    await reset(figure);
    const press = (name: string) => figure.getByRole('button', { name }).click();
    const sentence = figure.locator('.sentence');

    await press('Make sum(dy) = 0');
    await expect.poll(() => dy(figure)).toEqual([0.75, -0.25, -0.25, -0.25]);
    await figure.getByRole('checkbox', { name: 'mean' }).uncheck();
    await expect(sentence).toContainText('this batch cannot tell');
    await expect(check(figure)).toHaveAttribute('data-verdict', 'coarse');
    await press('Random dy');
    await expect(check(figure)).toHaveAttribute('data-verdict', 'wrong');
    await figure.getByRole('checkbox', { name: 'mean' }).check();
    await expect(check(figure)).toHaveAttribute('data-verdict', 'right');

    for (const name of ['dy along x̂', 'L = sum(y)']) {
      await press(name);
      await expect.poll(() => dx(figure)).toEqual([0, 0, 0, 0]);
      await expect(sentence).toContainText('The paths cancel');
      await expect(check(figure)).toContainText('next to a gradient of 0');
      await press('Random dy');
      await expect(check(figure)).toHaveAttribute('data-verdict', 'right');
    }

    await press('Example 3');
    await expect.poll(() => x(figure)).toEqual([1, 3]);
    expect(await dy(figure)).toEqual([0.5, -0.5]);
    expect(await dx(figure)).toEqual([0, 0]);
    await expect(figure.getByRole('button', { name: 'One fewer' })).toBeDisabled();
    for (let m = 2; m < 6; ++m) await press('One more example');
    // Each new one joins to the right of those that are there.
    await expect.poll(() => x(figure)).toEqual([1, 3, 6, 8, 9, 10]);
    await expect(figure.getByRole('button', { name: 'One more' })).toBeDisabled();
    await expectBackward(figure, 1, 0);
  });
});

test('a link brings the state back; one example without a dy has 0; equal x are refused in words', async ({
  page,
}) => {
  const figure = await openFigure(page, kind, `#bn1&${kind}.dy=1,0.5&${kind}.mean=0&${kind}.chosen=3`);
  await expect(figure.getByRole('checkbox', { name: 'mean' })).not.toBeChecked();
  expect(await dy(figure)).toEqual([1, 0.5, 0, 0]);
  await expect(figure.locator('.sentence')).toContainText('dx₄ =');
  for (const i of [1, 2, 3]) {
    const handle = figure.getByRole('slider', { name: `x ${i}`, exact: true });
    await handle.press('Home');
    await expect(handle).toHaveAttribute('aria-valuenow', '0');
  }
  await figure.getByRole('slider', { name: 'x 4', exact: true }).press('Home');
  await expect(figure.locator('.stage > .sheet-message')).toContainText('batch_var + eps');
  await expect(figure).not.toContainText('NaN');
});

test('the prediction is judged before the figure is seen, which then shows it; axe finds nothing after use', async ({
  page,
}) => {
  const [figure, question] = await openQuestion(page, kind);
  const answer = question.getByRole('textbox');
  await answer.fill('0');
  await question.getByRole('button', { name: 'Check' }).click();
  await expect(verdict(question)).toContainText('Not yet.');
  await expect(question.locator('details.pitfall')).toContainText('The gradient must go through the mean');
  await answer.fill('-0.35');
  await question.getByRole('button', { name: 'Check' }).click();
  await expect(verdict(question)).toContainText('Right.');
  // It moves there from where the question begins.
  await expect.poll(async () => (await dx(figure))[1]).toBeCloseTo(-0.35, 14);
  expect(await x(figure)).toEqual([1, 3, 4, 5, 7]);
  await reset(figure);
  await unfoldNumbers(figure);
  await figure.getByRole('slider', { name: 'dy 2', exact: true }).press('End');
  await figure.getByRole('checkbox', { name: 'variance' }).uncheck();
  await expect(check(figure)).toContainText('fails');
  await expectNoViolations(figure);
  await figure.getByRole('checkbox', { name: 'variance' }).check();
  await figure.getByRole('button', { name: 'L = sum(y)' }).click();
  await expect(check(figure)).toContainText('proves little');
  await expectNoViolations(figure);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test('points are dragged with a finger, a column is chosen by touch, nothing scrolls sideways', async ({
    page,
  }) => {
    const figure = await openFigure(page, kind);
    await touchDrag(figure.getByRole('slider', { name: 'dy 1', exact: true }), 0, 50);
    await expect.poll(async () => (await dy(figure))[0]).toBeLessThan(0);
    await touchDrag(figure.getByRole('slider', { name: 'x 4', exact: true }), 30);
    await expect.poll(async () => (await x(figure))[3]).toBeGreaterThan(8.5);
    await expectBackward(figure, 2, 0);
    await figure.locator('.column').nth(2).tap();
    await expect(figure.locator('.sentence')).toContainText('dx₃ =');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
});
