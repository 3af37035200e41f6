// A figure before anyone has met it, and when it starts: its controls are stops of the Tab key all along.

import type { Page } from '@playwright/test';
import { figures } from '../../../web/src/figures/all.ts';
import { becomesLive, expect, test } from '../lesson.ts';

/** What the Tab key reaches in a figure; of radio buttons that belong together, the one that is chosen. */
const stops =
  '.stage :is(button, summary, input:not([type=radio]), input:checked, [role=slider], [role=radio], [role=gridcell])';

/** The page with figures that start when they are met, and not before. */
async function openWithoutIdleTime(page: Page, fragment = ''): Promise<void> {
  await page.addInitScript(() => {
    globalThis.requestIdleCallback = () => 0;
  });
  await page.goto(`./${fragment}`);
  await becomesLive(page);
}

const drawn = (page: Page) => page.locator('.figure[data-drawn]');

/** Presses the key until the focus leaves the page; returns where it has been in figures, by the numbers of `stops`. */
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
      (each) => (each as HTMLElement).tabIndex >= 0,
    );
    return all.map((each) => every.indexOf(each as Element)).filter((place) => place >= 0);
  }, stops);
}

const numberOfStops = (page: Page) =>
  page
    .locator(stops)
    .evaluateAll(
      (all) => all.filter((each) => (each as HTMLElement).tabIndex >= 0 && each.checkVisibility()).length,
    );

test('Tab walks through every control of every figure, also of those that had not started', async ({
  page,
}) => {
  test.slow(); // the whole page, stop by stop
  await openWithoutIdleTime(page);
  expect(await drawn(page).count()).toBeLessThan(figures.length / 2);
  const walked = await walkWith(page, 'Tab');
  await expect(drawn(page)).toHaveCount(figures.length);
  const count = await numberOfStops(page);
  expect(count).toBeGreaterThan(figures.length * 5);
  expect(walked).toEqual(Array.from({ length: count }, (_, k) => k));
});

test('and Shift+Tab walks back through all of them', async ({ page }) => {
  test.slow();
  await openWithoutIdleTime(page);
  await page
    .getByRole('button', { name: 'Clear all that I typed' })
    .evaluate((last) => (last as HTMLElement).focus({ preventScroll: true }));
  expect(await drawn(page).count()).toBeLessThan(figures.length / 2);
  const walked = await walkWith(page, 'Shift+Tab');
  await expect(drawn(page)).toHaveCount(figures.length);
  const count = await numberOfStops(page);
  expect(walked).toEqual(Array.from({ length: count }, (_, k) => count - 1 - k));
});

test('what meets a figure first counts on from the state of the link, before that is drawn', async ({
  page,
}) => {
  await openWithoutIdleTime(page, '#bn1&forward-explorer.x=1,2,5');
  const figure = page.locator('bn-forward-explorer');
  await expect(figure).not.toHaveAttribute('data-drawn');
  await figure
    .locator('[role=slider]')
    .first()
    .evaluate((handle: SVGElement) => {
      handle.focus({ preventScroll: true });
      handle.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
    });
  const values = () =>
    figure
      .locator('[role=slider]')
      .evaluateAll((all) => all.map((each) => each.getAttribute('aria-valuenow')));
  await expect.poll(values).toEqual(['1.1', '2', '5']);
});

for (const { kind } of figures) {
  test(`${kind} comes alive as it stands: what could be focused before is still there`, async ({ page }) => {
    await openWithoutIdleTime(page);
    const figure = page.locator(`bn-${kind}`);
    const before = await figure.evaluateHandle((element) => [
      ...element.querySelectorAll('.stage, .stage *'),
    ]);
    const first = figure.locator('.stage').locator('button, input, [tabindex="0"]').first();
    await first.focus();
    await expect(figure).toHaveAttribute('data-drawn', '');
    await expect(first).toBeFocused();
    const gone = await before.evaluate((all) =>
      all.filter((each) => !each.isConnected).map((each) => each.outerHTML.slice(0, 200)),
    );
    expect(gone).toEqual([]);
  });
}
