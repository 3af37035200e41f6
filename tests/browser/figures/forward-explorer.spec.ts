// The forward explorer, by mouse, finger and keys, against the core that runs in Node.

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
} from './figure.ts';

const kind = 'forward-explorer';

/** The table says what the core computes from the x that it shows. */
async function expectForward(rows: number[][], gamma: number, beta: number, eps: number): Promise<void> {
  const examples = rows.slice(0, -2);
  const x = examples.map(([value = Number.NaN]) => value);
  const { x_hat, y } = core.forwardTrace({ x, gamma: [gamma], beta: [beta], eps });
  expect(examples.map((row) => row[1])).toEqual([...x_hat]);
  expect(examples.map((row) => row[2])).toEqual([...y]);
}

test('by mouse, keys and buttons: every value follows', async ({ page }) => {
  const figure = await openFigure(page, kind);
  const batch = () => numbersOf(figure, 'The batch');
  const first = async () => (await batch())[0]?.[0];

  await test.step('a point is dragged with the mouse: the statistics and every other value follow', async () => {
    const before = await batch();
    await drag(figure.getByRole('slider', { name: 'x 4' }), -90);
    await expect.poll(async () => (await batch())[3]?.[0]).toBeLessThan(7);
    const after = await batch();
    await expectForward(after, 2, 1, 0);
    expect(after[0]?.[0]).toBe(before[0]?.[0]);
    expect(after[0]?.[1]).not.toBe(before[0]?.[1]);
  });

  await test.step('a point and the sliders are moved with keys', async () => {
    await reset(figure);
    const point = figure.getByRole('slider', { name: 'x 1' });
    await point.focus();
    for (const key of ['ArrowLeft', 'ArrowLeft', 'PageDown']) await page.keyboard.press(key);
    await expect(point).toHaveAttribute('aria-valuenow', '0.8');
    await figure.getByRole('slider', { name: 'gamma' }).press('ArrowRight');
    await figure.getByRole('slider', { name: 'eps' }).press('End');
    await expect.poll(first).toBe(0.8);
    await expectForward(await batch(), 2.1, 1, 10);
    await expect(figure.locator('.announced')).toContainText('Next to eps = 10');
  });

  await test.step('shifting and stretching the batch moves no x_hat while eps is 0', async () => {
    await reset(figure);
    const x_hat = async () => (await batch()).slice(0, 4).map((row) => row[1] ?? 0);
    await expect.poll(first).toBe(2);
    const before = await x_hat();
    for (const name of ['Shift all by +1', 'Halve all', 'Shift all by −1']) {
      const x = await first();
      await figure.getByRole('button', { name }).click();
      await expect.poll(first).not.toBe(x);
      for (const [i, value] of (await x_hat()).entries()) expect(value).toBeCloseTo(before[i] ?? 0, 14);
    }
  });

  await test.step('gamma and beta can undo the normalization of one batch, not of the next', async () => {
    await reset(figure);
    await figure.getByRole('button', { name: 'so that y = x' }).click();
    await expect(figure.locator('.sentence')).toContainText('For this batch y = x.');
    await figure.getByRole('button', { name: 'Next batch' }).click();
    await expect(figure.locator('.sentence')).not.toContainText('y = x');
  });
});

test('the prediction is judged before the figure is seen, which then shows it; axe finds nothing after use', async ({
  page,
}) => {
  const [figure, question] = await openQuestion(page, kind);
  await question.getByRole('textbox', { name: 'now?' }).fill('-0.1342');
  await question.getByRole('button', { name: 'Check' }).click();
  await expect(verdict(question)).toContainText('Not yet.');
  await expect(figure.locator('.sentence')).toBeVisible();
  await expect.poll(async () => (await numbersOf(figure, 'The batch'))[0]?.[0]).toBe(0.2);
  await figure.getByRole('slider', { name: 'x 2' }).press('End');
  await expectNoViolations(figure);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test('a point is dragged with a finger, and the page does not scroll sideways', async ({ page }) => {
    const figure = await openFigure(page, kind);
    await touchDrag(figure.getByRole('slider', { name: 'x 1' }), -40);
    await expect.poll(async () => (await numbersOf(figure, 'The batch'))[0]?.[0]).toBeLessThan(0);
    await expectForward(await numbersOf(figure, 'The batch'), 2, 1, 0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
});

test('on a phone nothing below goes up and down while a point is moved', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const figure = await openFigure(page, kind);
  const { heights, sentences } = await figure.evaluate(async (element) => {
    const frame = () => new Promise(requestAnimationFrame);
    const point = element.querySelector('.stage [role=slider]');
    const result = { heights: [] as number[], sentences: new Set<string | undefined>() };
    for (let k = 0; k < 60; ++k) {
      const key = k % 20 < 10 ? 'ArrowUp' : 'ArrowDown';
      point?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      // A frame draws it, and the next one comes after its layout.
      // oxlint-disable-next-line no-await-in-loop -- frame after frame
      await frame();
      // oxlint-disable-next-line no-await-in-loop
      await frame();
      result.heights.push(element.getBoundingClientRect().height);
      result.sentences.add(element.querySelector('.sentence')?.textContent);
    }
    return { heights: result.heights, sentences: result.sentences.size };
  });
  expect(sentences).toBeGreaterThan(5);
  expect(heights).toEqual(heights.toSorted((a, b) => a - b));
});
