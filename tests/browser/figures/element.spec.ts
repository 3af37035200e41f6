// What all figures have in common.

import { figures } from '../../../web/src/figures/all.ts';
import { expect, test } from '../lesson.ts';
import { drawnFigure } from './figure.ts';

test('a figure that is not shown any more keeps its drawing, and one shown again fits', async ({ lesson }) => {
  for (const { kind } of figures) await drawnFigure(lesson, kind);
  const frames = () =>
    lesson.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))),
    );
  const hide = (hidden: boolean) =>
    lesson.locator('main').evaluate((main, value) => {
      main.hidden = value;
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
