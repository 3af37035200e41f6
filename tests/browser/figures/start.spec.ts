// A figure before anyone has met it, and when it starts: its controls are stops of the Tab key all along.

import type { Page } from '@playwright/test';
import { becomesLive, expect, test } from '../lesson.ts';
import { type File, figureNamed, figuresOf, files } from './figure.ts';

/** What the Tab key reaches in a figure; of radio buttons that belong together, the one that is chosen. */
const stops =
  '.stage :is(button, summary, input:enabled:not([type=radio]), input:enabled:checked, [role=slider], [role=radio], [role=gridcell])';

/**
 * The page with figures that start when they are met, and not before: as where each has been asked for by then, with
 * “More” unfolded.
 */
async function openWithoutIdleTime(page: Page, file: File): Promise<void> {
  await page.addInitScript(() => {
    globalThis.requestIdleCallback = () => 0;
  });
  await page.goto(`./${file}`);
  await becomesLive(page);
  await page.evaluate(() => {
    for (const figure of document.querySelectorAll<HTMLElement>('.figure[data-asks]'))
      figure.dataset.shown = '';
    for (const more of document.querySelectorAll<HTMLDetailsElement>('.figure-more')) more.open = true;
  });
}

const drawn = (page: Page) => page.locator('.figure[data-drawn]');

/**
 * Every figure has started by then, because it was met; and is drawn when the page has arrived. Until then what is out of
 * the window has no layout, so a figure whose code came after the focus had left it waits (src/page/arrival.ts).
 */
async function expectAllDrawn(page: Page): Promise<void> {
  const without = (mark: string) =>
    page.locator(`.figure:not([data-${mark}])`).evaluateAll((all) => all.map(({ id }) => id));
  await expect.poll(() => without('started')).toEqual([]);
  await page.evaluate(() => document.documentElement.classList.remove('arriving'));
  await expect.poll(() => without('drawn')).toEqual([]);
}

/**
 * Presses the key until the focus leaves the page; returns where it has been in figures, by the numbers of `stops`. The
 * radio buttons of a drawing are one stop: which of them is chosen may change when the figure starts, the still picture
 * shows another step.
 */
async function walkWith(page: Page, key: string): Promise<number[]> {
  const walk = await page.evaluateHandle(() => {
    const ongoing = { all: [] as EventTarget[], isOver: false };
    addEventListener('focusin', ({ target }) => {
      if (target && !ongoing.isOver) ongoing.all.push(target);
    });
    addEventListener('keyup', () => (ongoing.isOver ||= document.activeElement === document.body));
    return ongoing;
  });
  for (let presses = 0; !(await walk.evaluate(({ isOver }) => isOver)); presses += 20) {
    expect(presses).toBeLessThan(2000);
    for (let k = 0; k < 20; ++k) await page.keyboard.press(key);
  }
  return walk.evaluate(({ all }, selector) => {
    const every = [...document.querySelectorAll(selector)].filter(
      (each) => (each as HTMLElement).tabIndex >= 0 && each.checkVisibility(),
    );
    const stopOf = (each: Element) => each.closest('[role=radiogroup]') ?? each;
    const places = every.map(stopOf);
    return all.map((each) => places.indexOf(stopOf(each as Element))).filter((place) => place >= 0);
  }, stops);
}

const numberOfStops = (page: Page) =>
  page
    .locator(stops)
    .evaluateAll(
      (all) => all.filter((each) => (each as HTMLElement).tabIndex >= 0 && each.checkVisibility()).length,
    );

for (const file of files) {
  const { length } = figuresOf[file];

  test(`Tab walks through every control of every figure of ${file}, also of those that had not started`, async ({
    page,
  }) => {
    await openWithoutIdleTime(page, file);
    await expect(page.locator('.figure')).toHaveCount(length);
    expect(await drawn(page).count()).toBeLessThan(length);
    const walked = await walkWith(page, 'Tab');
    await expectAllDrawn(page);
    const count = await numberOfStops(page);
    expect(count).toBeGreaterThan(length * 5);
    expect(walked).toEqual(Array.from({ length: count }, (_, k) => k));
  });

  test(`and Shift+Tab walks back through all of them on ${file}`, async ({ page }) => {
    await openWithoutIdleTime(page, file);
    await page
      .locator('footer summary')
      .evaluate((last) => (last as HTMLElement).focus({ preventScroll: true }));
    expect(await drawn(page).count()).toBeLessThan(length);
    const walked = await walkWith(page, 'Shift+Tab');
    await expectAllDrawn(page);
    const count = await numberOfStops(page);
    expect(walked).toEqual(Array.from({ length: count }, (_, k) => count - 1 - k));
  });

  test(`the figures of ${file} come alive as they stand: what could be focused before is still there`, async ({
    page,
  }) => {
    // Before any script of the page runs; the first figure is in the window, and starts at once.
    await page.addInitScript(() => {
      document.addEventListener(
        'readystatechange',
        () => {
          const still = [...document.querySelectorAll('.figure')].map(
            (figure) => [figure.id, [...figure.querySelectorAll('.stage, .stage *')]] as const,
          );
          Object.assign(globalThis, { still: new Map(still) });
        },
        { once: true },
      );
    });
    await openWithoutIdleTime(page, file);
    for (const name of figuresOf[file]) {
      const figure = figureNamed(page, name);
      const first = await figure
        .locator('.stage')
        .locator('button, input, [tabindex="0"]')
        .first()
        .elementHandle();
      await first?.focus();
      await expect(figure).toHaveAttribute('data-drawn', '');
      expect(await first?.evaluate((element) => element === document.activeElement), name).toBe(true);
      // The still picture of the computation graph is its end; only what can be chosen in it stays.
      const kept = name === 'computation-graph' ? '[role=radio], [role=radio] *, button' : '*';
      const [count, gone] = await page.evaluate(
        ([id, lasting]) => {
          const still = (globalThis as unknown as { still: Map<string, Element[]> }).still.get(id) ?? [];
          const all = still.filter((each) => each.matches(lasting));
          const lost = all.filter((each) => !each.isConnected);
          return [all.length, lost.map((each) => each.outerHTML.slice(0, 200))] as const;
        },
        [name, kept] as const,
      );
      expect(count).toBeGreaterThan(20);
      expect(gone, name).toEqual([]);
    }
  });
}
