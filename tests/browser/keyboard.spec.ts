// By keyboard alone: the skip link, and the focus in sight at every stop. A whole visit by keys is in visit.spec.ts.

import { pages } from '../../web/render/pages.ts';
import { focusInSight } from './focus.ts';
import { allStarted, becomesLive, expect, openAllDetails, openLive, test } from './lesson.ts';

test('Tab reaches the skip link first, and it leads to the lesson', async ({ lesson }) => {
  const skip = lesson.getByRole('link', { name: 'Skip to the lesson' });
  await expect(skip).not.toBeInViewport();
  await lesson.keyboard.press('Tab');
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  expect(await focusInSight(lesson)).toBeDefined();
  await lesson.keyboard.press('Enter');
  await expect(lesson.getByRole('main')).toBeFocused();
  await lesson.keyboard.press('Tab');
  await expect(lesson.getByRole('main').locator(':focus')).toHaveCount(1);
});

for (const { file, name } of pages.filter(({ folder }) => ['practice', 'quiz', 'workshop'].includes(folder)))
  test(`${name}: Tab goes through the page to its end, each stop once and in sight`, async ({ page }) => {
    await page.goto(file);
    await becomesLive(page);
    await allStarted(page);
    const seen = new Set<string>();
    for (;;) {
      await page.keyboard.press('Tab');
      const stop = await focusInSight(page);
      if (stop === undefined) break;
      expect(seen.has(stop), `${stop} for the first time`).toBe(false);
      seen.add(stop);
    }
    // Every control that can be seen was one of them; of radio buttons of one name, one is.
    const controls = await page.evaluate(() => {
      const names = new Set<string>();
      return [...document.querySelectorAll<HTMLElement>('a[href], button, input, select, summary')].filter(
        (each) => {
          if (!each.checkVisibility({ visibilityProperty: true }) || each.matches(':disabled')) return false;
          if (!(each instanceof HTMLInputElement) || each.type !== 'radio') return true;
          if (names.has(each.name)) return false;
          names.add(each.name);
          return true;
        },
      ).length;
    });
    expect(seen.size).toBeGreaterThanOrEqual(controls);
  });

test('a control is in the tab order before its block has started, and the focus starts it', async ({
  page,
}) => {
  await openLive(page);
  await openAllDetails(page);
  const last = page.locator('main :is([data-kind], [data-figure])').last();
  const summary = last.locator('summary').first();
  await summary.focus();
  await expect(summary).toBeFocused();
  await expect(last).toHaveAttribute('data-started');
  await expect(summary).toBeFocused();
});
