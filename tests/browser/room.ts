// Whether a page has room in a window: nothing reaches beyond the side.

import { expect, type Page } from '@playwright/test';

// 320 px is what a window of 1280 px leaves at 400 % zoom.
const widths = [1600, 1280, 390, 360, 320];

/** How far the page reaches beyond the side, with what reaches furthest. */
export const beyondTheSide = (page: Page) =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return '';
    // What scrolls by itself reaches no further than its own side.
    const scrollers = [...document.body.querySelectorAll('*')].filter(
      (each) => getComputedStyle(each).overflowX !== 'visible',
    );
    const [furthest] = [...document.body.querySelectorAll('*')]
      .filter((each) => !scrollers.some((scroller) => scroller !== each && scroller.contains(each)))
      .toSorted((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right);
    return `${scrollWidth - clientWidth} px: ${furthest?.localName}.${furthest?.className} #${furthest?.closest('[id]')?.id}`;
  });

export async function expectNoSidewaysScroll(page: Page, which = widths, height = 800): Promise<void> {
  for (const width of which) {
    await page.setViewportSize({ width, height });
    // What follows a width is drawn in the frame after it.
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
    await expect.poll(() => beyondTheSide(page), `${width} px wide`).toBe('');
  }
}
