// Fingers on a phone: what goes across a slider scrolls the page, what goes along it moves it.

import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../lesson.ts';
import { finger, openFigure } from './figure.ts';

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

const scrolled = (page: Page) => page.evaluate(() => scrollY);

/** Where a slider is touched: so far along it, from 0 to 1. */
async function placeOn(slider: Locator, along: number): Promise<[number, number]> {
  await slider.evaluate((element) => element.scrollIntoView({ block: 'center', behavior: 'instant' }));
  const box = await slider.boundingBox();
  if (!box) throw new Error('the slider is not to be seen');
  return [box.x + box.width * along, box.y + box.height / 2];
}

test('fingers on sliders and points', async ({ page }) => {
  const figure = await openFigure(page, 'forward-explorer');
  const gamma = figure.getByRole('slider', { name: 'gamma' });
  const point = figure.getByRole('slider', { name: 'x 1', exact: true });

  await test.step('one that lands on a slider and goes up scrolls the page and leaves the value', async () => {
    const sentence = await figure.locator('.sentence').textContent();
    const from = await placeOn(gamma, 0.9);
    const start = await scrolled(page);
    await finger(page, from, [3, -300], async () => {
      await expect(gamma).toHaveValue('2');
    });
    await expect.poll(() => scrolled(page)).toBeGreaterThan(start + 150);
    await expect(gamma).toHaveValue('2');
    await expect(figure.locator('.sentence')).toHaveText(sentence ?? '');
  });

  await test.step('one that lands on a point of a line and goes up scrolls the page too', async () => {
    const from = await placeOn(point.locator('.reach'), 0.5);
    const start = await scrolled(page);
    await finger(page, from, [0, -300]);
    await expect.poll(() => scrolled(page)).toBeGreaterThan(start + 150);
    await expect(point).toHaveAttribute('aria-valuenow', '2');
  });

  await test.step('one that goes along a slider moves it, and the page stays', async () => {
    const from = await placeOn(gamma, 0.5);
    const start = await scrolled(page);
    await finger(page, from, [80, 4]);
    await expect.poll(async () => Number(await gamma.inputValue())).toBeGreaterThan(3);
    await expect(gamma).toHaveAttribute('aria-valuetext', await gamma.inputValue());
    expect(await scrolled(page)).toBe(start);
  });

  await test.step('a tap that changes nothing leaves it to the keys', async () => {
    await gamma.fill('0'); // in the middle
    await finger(page, await placeOn(gamma, 0.5), [0, 0]);
    await expect(gamma).toHaveValue('0');
    await gamma.press('ArrowRight');
    await expect.poll(async () => Number(await gamma.inputValue())).toBeGreaterThan(0);
  });

  await test.step('a tap sets it where the finger lifts', async () => {
    await finger(page, await placeOn(gamma, 0.75), [0, 0]);
    await expect.poll(async () => Number(await gamma.inputValue())).toBeLessThan(8);
    expect(Number(await gamma.inputValue())).toBeGreaterThan(2);
    await expect(gamma).toHaveAttribute('aria-valuetext', await gamma.inputValue());
  });
});
