// How a page arrives: what it needs is asked for early, and in the end everything is laid out.

import { allStarted, expect, openLive, test } from './lesson.ts';

/** What is laid out only when it comes near. */
const skipped = () =>
  [...document.querySelectorAll('main *')].filter(
    (each) => getComputedStyle(each).contentVisibility === 'auto',
  ).length;

test('the core and the first block’s code are asked for before the page is read to its end', async ({
  page,
}) => {
  await openLive(page, 'practice.html');
  const { asked, read } = await page.evaluate(() => ({
    asked: performance
      .getEntriesByType('resource')
      .filter(({ name }) => /\/(core-[^/]*\.wasm|practice-[^/]*\.js)$/.test(name))
      .map(({ startTime }) => startTime),
    read: (performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming).domInteractive,
  }));
  expect(asked).toHaveLength(2);
  expect(Math.max(...asked)).toBeLessThan(read);
});

test('at the top only what is near is laid out first, and all of it in the end', async ({ page }) => {
  await page.addInitScript(() => {
    document.addEventListener('DOMContentLoaded', () => {
      const { classList } = document.documentElement;
      document.documentElement.dataset.arrived = String(classList.contains('arriving'));
    });
  });
  await openLive(page);
  await expect(page.locator('html')).toHaveAttribute('data-arrived', 'true');
  await allStarted(page);
  expect(await page.evaluate(skipped)).toBe(0);
  await expect(page.locator('main [data-here]')).toHaveCount(0);
});

test('who comes to a place in the page finds all above it laid out', async ({ page }) => {
  await openLive(page, 'index.html#summary');
  expect(await page.evaluate(skipped)).toBe(0);
  await expect(page.getByRole('heading', { name: 'Summary' })).toBeInViewport();
});

test('who leaves the top before all is laid out gets to the right place', async ({ page }) => {
  await page.goto('./', { waitUntil: 'commit' });
  await page.getByRole('navigation', { name: 'Contents' }).getByRole('link', { name: 'Pitfalls' }).click();
  await allStarted(page);
  const heading = page.getByRole('heading', { name: 'Pitfalls', exact: true });
  const top = () => heading.evaluate((element) => element.getBoundingClientRect().top / innerHeight);
  await expect.poll(top).toBeLessThan(0.25);
  expect(await top()).toBeGreaterThan(0);
});
