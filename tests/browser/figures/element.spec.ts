// What all figures have in common.

import { figures } from '../../../web/src/figures/all.ts';
import { expect, openLive, test } from '../lesson.ts';
import { drawnFigure, nextFrame, openFigure } from './figure.ts';

test('a figure that is not shown any more keeps its drawing, and one shown again fits', async ({
  lesson,
}) => {
  for (const { kind } of figures) await drawnFigure(lesson, kind);
  const frames = () =>
    lesson.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))),
    );
  const hide = (hidden: boolean) =>
    lesson.locator('main').evaluate((main, value) => {
      main.toggleAttribute('hidden', value);
    }, hidden);
  const drawn = () =>
    lesson
      .locator('.stage .drawing')
      .evaluateAll((all) => all.map((each) => each.querySelector('svg')?.getAttribute('viewBox')));
  const before = await drawn();
  expect(before).toHaveLength(figures.length);
  await hide(true);
  await expect(lesson.locator('main')).toBeHidden();
  await frames();
  expect(await drawn()).toEqual(before);
  await lesson.setViewportSize({ width: 360, height: 740 });
  await hide(false);
  await frames();
  expect(await lesson.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});

test('numbers that are folded away are counted when they are unfolded, and with every change from then on', async ({
  lesson,
}) => {
  const figure = await drawnFigure(lesson, 'forward-explorer');
  const handle = figure.getByRole('slider', { name: 'x 1', exact: true });
  const first = figure.locator('table data').first();
  const value = async () => Number(await handle.getAttribute('aria-valuenow'));
  const start = await value();
  await handle.press('ArrowRight');
  await expect.poll(value).toBeGreaterThan(start);
  const moved = await value();
  await figure.locator('summary', { hasText: 'table' }).click();
  await expect(first).toHaveAttribute('value', String(moved));
  await handle.press('ArrowRight');
  await expect.poll(value).toBeGreaterThan(moved);
  await expect(first).toHaveAttribute('value', String(await value()));
});

test('where points lie close together, the nearest one is dragged', async ({ page }) => {
  const figure = await openFigure(page, 'forward-explorer', '#bn1&forward-explorer.x=2,2.2,6,8');
  const point = (number: number) => figure.getByRole('slider', { name: `x ${number}`, exact: true });
  const reach = await point(1).locator('.reach').boundingBox();
  if (!reach) throw new Error('the point is not to be seen');
  const [x, y] = [reach.x + reach.width / 2, reach.y + reach.height / 2];
  await page.mouse.move(x - 2, y);
  await page.mouse.down();
  await page.mouse.move(x - 100, y);
  await page.mouse.up();
  await expect(point(1)).toBeFocused();
  await expect.poll(async () => Number(await point(1).getAttribute('aria-valuenow'))).toBeLessThan(1);
  await expect(point(2)).toHaveAttribute('aria-valuenow', '2.2');
});

test('a button that has done all it can stays where it is and keeps the focus', async ({ page }) => {
  const figure = await openFigure(page, 'forward-explorer');
  const button = figure.getByRole('button', { name: 'Shift all by +1' });
  const places = () =>
    figure
      .locator('.figure-controls button')
      .evaluateAll((all) => all.map((each) => [each.textContent, each.getBoundingClientRect().left]));
  await button.click();
  const before = await places();
  await button.click();
  await expect(button).toBeDisabled();
  await expect(button).toBeFocused();
  expect(await places()).toEqual(before);
  const last = figure.getByRole('slider', { name: 'x 4', exact: true });
  await expect(last).toHaveAttribute('aria-valuenow', '10');
  await button.press('Enter');
  await nextFrame(page);
  await expect(last).toHaveAttribute('aria-valuenow', '10');
});

for (const viewport of [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
]) {
  test(`“Show it in the figure” keeps the answer in the window, ${viewport.width} px`, async ({ page }) => {
    await page.setViewportSize(viewport);
    await openLive(page);
    for (const element of await page.locator('.figure:has([data-show])').all()) {
      const figure = await drawnFigure(page, (await element.getAttribute('id')) ?? '');
      const form = figure.locator('bn-practice form').first();
      await form.getByRole('textbox').fill('12345');
      await form.getByRole('textbox').press('Enter');
      await expect(form.getByRole('status')).not.toBeEmpty();
      const show = figure.getByRole('button', { name: 'Show it in the figure' });
      await show.click();
      await nextFrame(page);
      await expect(form.getByRole('status')).toBeInViewport({ ratio: 0.95 });
      // All of it but for a part of a pixel.
      await expect(show).toBeInViewport({ ratio: 0.95 });
      // Above it there is as much of the figure as there is room for.
      const places = await figure.evaluate((each) =>
        ['.drawing', '[data-show]'].map((part) => each.querySelector(part)?.getBoundingClientRect().toJSON()),
      );
      const [top, bottom] = [places[0]?.top ?? NaN, places[1]?.bottom ?? NaN];
      expect(
        top >= 0 || Math.abs(bottom - viewport.height) < 2,
        `drawing at ${top}, answer to ${bottom}`,
      ).toBe(true);
    }
  });
}
