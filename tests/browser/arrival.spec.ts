// How a page arrives: what it needs is asked for early, nothing that is seen first moves, and in the end everything is laid
// out.

import type { Page } from '@playwright/test';
import { pages } from '../../web/render/pages.ts';
import { allStarted, becomesLive, expect, openLive, test } from './lesson.ts';

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

/** Where the parts of the page stand that a phone shows first, and the fonts that were asked for after the page was laid out. */
const firstWindow = (page: Page) =>
  page.evaluate(async () => {
    // No frame is drawn before the style sheet is there, and the fonts are asked for then at the latest.
    const frame = () => new Promise(requestAnimationFrame);
    await frame();
    await document.fonts.ready;
    await frame();
    const parts = [...document.querySelectorAll('main > *, main .item h2')]
      .filter((part) => part.checkVisibility({ contentVisibilityAuto: true }))
      .map((part) => ({ name: part.id || part.localName, top: part.getBoundingClientRect().top }))
      .filter(({ top }) => top < innerHeight);
    const lateFonts = performance
      .getEntriesByType('resource')
      .filter((entry) => entry.name.endsWith('.woff2'))
      .filter((entry) => (entry as PerformanceResourceTiming).initiatorType === 'css')
      .map(({ name }) => name.replace(/.*\//, ''));
    const hasFormula = [...document.querySelectorAll('main math')].some(
      (formula) =>
        formula.checkVisibility({ contentVisibilityAuto: true }) &&
        formula.getBoundingClientRect().top < innerHeight,
    );
    return { parts, lateFonts, hasFormula };
  });

for (const { name, file } of pages) {
  test(`${name}: what a phone shows first stays where it stands when the scripts come`, async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    let arrive = () => {};
    const sent = new Promise<void>((resolve) => (arrive = resolve));
    await page.route(/\/main-[^/]*\.js$/, async (route) => {
      await sent;
      await route.continue();
    });
    await page.goto(file, { waitUntil: 'commit' });
    await expect(page.locator('footer')).toBeAttached();
    const before = await firstWindow(page);
    // What lies a little below may ask for the font of formulas now or later; it moves nothing that is seen.
    const early = before.hasFormula ? /text-latin-400-normal|math/ : /text-latin-400-normal/;
    expect(before.lateFonts.filter((font) => early.test(font))).toEqual([]);
    expect(before.parts.length).toBeGreaterThan(1);
    arrive();
    await becomesLive(page);
    await allStarted(page);
    expect((await firstWindow(page)).parts).toEqual(before.parts);
  });
}

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

test('where the reader is, is found without laying out what is far below', async ({ page }) => {
  await page.addInitScript(() => {
    const asked = new Set<Element>();
    Object.assign(globalThis, { asked });
    // oxlint-disable-next-line typescript/unbound-method -- called on an element below
    const placeOf = Element.prototype.getBoundingClientRect;
    Element.prototype.getBoundingClientRect = function () {
      if (this.matches('h2, h3') && !this.checkVisibility({ contentVisibilityAuto: true })) asked.add(this);
      return placeOf.call(this);
    };
  });
  await openLive(page, 'practice.html');
  // The next one, whose place tells that the reader is before it.
  const count = await page.evaluate(() => (globalThis as unknown as { asked: Set<Element> }).asked.size);
  expect(count).toBeLessThanOrEqual(1);
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
