// A figure as its users meet it: moved by mouse, finger and keys, read from its table.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { expect, type Locator, type Page } from '@playwright/test';
import { becomesLive } from '../lesson.ts';

/** The figure, in sight and drawn. `fragment` is the state in the page's address. */
export async function openFigure(page: Page, kind: string, fragment = ''): Promise<Locator> {
  await page.goto(`./${fragment}`);
  await becomesLive(page);
  return drawnFigure(page, kind);
}

/** The figure on a page that is open, in sight and drawn. */
export async function drawnFigure(page: Page, kind: string): Promise<Locator> {
  const figure = page.locator(`bn-${kind}`);
  // Figures above it change their height as they are drawn and may push it out of sight again.
  await expect(async () => {
    await figure.locator('.stage').scrollIntoViewIfNeeded();
    await expect(figure).toHaveAttribute('data-drawn', '', { timeout: 1000 });
  }).toPass({ timeout: 30_000 });
  return figure;
}

/** The table unfolded; not by a click, which would take the focus from where the test has it. */
export async function unfoldNumbers(figure: Locator): Promise<void> {
  await figure.locator('.figure-numbers').evaluate(async (details: HTMLDetailsElement) => {
    if (details.open) return;
    const unfolded = new Promise((done) => details.addEventListener('toggle', done, { once: true }));
    details.open = true;
    await unfolded;
  });
}

/** All numbers of a table, by its caption: a list for each row, in full precision. */
export async function numbersOf(figure: Locator, caption: string | RegExp): Promise<number[][]> {
  await unfoldNumbers(figure);
  const rows = figure
    .locator('table')
    .filter({ has: figure.page().locator('caption', { hasText: caption }) })
    .locator('tbody tr');
  return rows.evaluateAll((all) =>
    all.map((row) => [...row.querySelectorAll('data')].map((data) => Number(data.value))),
  );
}

/** Until what was moved last is drawn. */
export const nextFrame = (page: Page): Promise<unknown> =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));

/** Moves all that can be moved, so that every field is another. */
export async function moveEverything(figure: Locator): Promise<void> {
  const controls = figure.locator('.figure-controls');
  const choices = controls.locator('fieldset:enabled');
  for (let k = 0; k < (await choices.count()); ++k) {
    await choices.nth(k).locator('input').last().check();
    await nextFrame(figure.page()); // a choice may leave others nothing to do
  }
  for (const flag of await controls.locator('input[type=checkbox]').all()) await flag.click();
  await nextFrame(figure.page());
  for (const slider of await controls.locator('input[type=range]').all()) {
    for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowRight']) await slider.press(key);
  }
  const handles = await figure.locator('.stage [role=slider]').count();
  for (let k = 0; k < Math.min(handles, 4); ++k) {
    const handle = figure.locator('.stage [role=slider]').nth(k);
    await handle.focus();
    await handle.press('ArrowLeft');
    await handle.press('ArrowDown');
  }
  await nextFrame(figure.page());
}

/** Drags a handle by so many pixels with the mouse. */
export async function drag(handle: Locator, dx: number, dy = 0): Promise<void> {
  await handle.scrollIntoViewIfNeeded();
  const box = await handle.locator('.reach').boundingBox();
  if (!box) throw new Error('the handle is not to be seen');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const { mouse } = handle.page();
  await mouse.move(x, y);
  await mouse.down();
  await mouse.move(x + dx / 2, y + dy / 2);
  await mouse.move(x + dx, y + dy);
  await mouse.up();
  await nextFrame(handle.page());
}

/** The same with a finger; the context needs hasTouch. */
export async function touchDrag(handle: Locator, dx: number, dy = 0): Promise<void> {
  await handle.scrollIntoViewIfNeeded();
  const box = await handle.locator('.reach').boundingBox();
  if (!box) throw new Error('the handle is not to be seen');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const session = await handle.page().context().newCDPSession(handle.page());
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: { x: number; y: number }[]) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints });
  await touch('touchStart', [{ x, y }]);
  await touch('touchMove', [{ x: x + dx / 2, y: y + dy / 2 }]);
  await touch('touchMove', [{ x: x + dx, y: y + dy }]);
  // A finger that lifts in full flight flings, and the browser takes the next tap as the end of that.
  await handle.page().waitForTimeout(100);
  await touch('touchEnd', []);
  await nextFrame(handle.page());
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** axe finds nothing in the figure as it stands, in light and in dark. The rest of the lesson leaves the page. */
export async function expectNoViolations(figure: Locator): Promise<void> {
  const page = figure.page();
  // axe goes through all of the page, wherever it is told to look; the lesson has tests of its own.
  await figure.evaluate((element) => {
    for (const each of document.querySelectorAll('main > *')) if (!each.contains(element)) each.remove();
  });
  await page.evaluate(axeSource);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const results = await figure.evaluate((element) =>
      (globalThis as unknown as { axe: { run: (root: Element) => Promise<AxeResults> } }).axe.run(element),
    );
    expect(results.passes.length).toBeGreaterThan(5);
    const found = results.violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${colorScheme}: ${id}: ${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
    );
    expect(found).toEqual([]);
  }
}
