// A figure as its users meet it: moved by mouse, finger and keys, read from its table.

import type { AxeResults, RunOptions } from 'axe-core';
import { expect, type Locator, type Page } from '@playwright/test';
import { loadBuiltCore } from '../../../web/render/core.ts';
import { bringAxe, found } from '../axe.ts';
import { allStarted, openLive } from '../lesson.ts';

/** Every figure of the lesson by its name, in reading order: the pages they stand on, and what they are called there. */
export const figuresOf = {
  'index.html': [
    'first-look',
    'forward-explorer',
    'training-inference',
    'backward-paths',
    'computation-graph',
  ],
  'more.html': [
    'floating-point',
    'gradient-check',
    'coupling',
    'conventions',
    'placement',
    'bias-before',
    'folding',
  ],
} as const;

/** Those that ask before they are seen. */
export const asking: readonly string[] = [
  'forward-explorer',
  'training-inference',
  'backward-paths',
  'computation-graph',
  'floating-point',
  'gradient-check',
  'coupling',
  'bias-before',
];

export type File = keyof typeof figuresOf;
export const files = Object.keys(figuresOf) as File[];

export const fileOf = (name: string): File =>
  files.find((file) => (figuresOf[file] as readonly string[]).includes(name)) ?? 'index.html';

/** The core as it runs in Node, for what should be shown. */
export const core = await loadBuiltCore();

/** All of a figure: its controls and drawing, its words, and its question. */
export const figureNamed = (page: Page, name: string): Locator => page.locator(`.figure[id="${name}"]`);

/** The figure, in sight and drawn. `fragment` is the state in the page's address. */
export async function openFigure(page: Page, name: string, fragment = ''): Promise<Locator> {
  await openLive(page, fileOf(name) + fragment);
  return drawnFigure(page, name);
}

/** The figure with its question, as a reader meets it, in sight and listening. */
export async function openQuestion(page: Page, name: string): Promise<[figure: Locator, question: Locator]> {
  await openLive(page, fileOf(name));
  const figure = figureNamed(page, name);
  await figure.scrollIntoViewIfNeeded();
  await expect(figure).toHaveAttribute('data-started');
  return [figure, await predictionOf(figure)];
}

export const showButton = (figure: Locator) => figure.getByRole('button', { name: 'Show the figure' });
export const againButton = (figure: Locator) => figure.getByRole('button', { name: 'Play it again' });

/** A figure that asks first is asked for. */
async function showFigure(figure: Locator): Promise<void> {
  if ((await figure.getAttribute('data-asks')) === null) return;
  await figure.scrollIntoViewIfNeeded();
  await expect(figure).toHaveAttribute('data-started');
  if (await showButton(figure).isVisible()) await showButton(figure).click();
  await expect(figure).toHaveAttribute('data-shown');
}

/** The figure on a page that is open, in sight and drawn. */
export async function drawnFigure(page: Page, name: string): Promise<Locator> {
  const figure = figureNamed(page, name);
  await showFigure(figure);
  // Figures above it change their height as they are drawn and may push it out of sight again.
  await expect(async () => {
    await figure.locator('.stage').scrollIntoViewIfNeeded();
    await expect(figure).toHaveAttribute('data-drawn', '', { timeout: 1000 });
  }).toPass({ timeout: 90_000 });
  return figure;
}

/** The question to answer before the figure is seen, in sight and listening. */
export async function predictionOf(figure: Locator): Promise<Locator> {
  const question = figure.locator('form.question');
  await question.scrollIntoViewIfNeeded();
  await expect(figure.locator('[data-kind=practice]')).toHaveAttribute('data-started');
  return question;
}

/** The figure as it came; what is moved from then on is all that is moved. */
export async function reset(figure: Locator): Promise<void> {
  await unfold(figure);
  await figure.getByRole('button', { name: 'Reset' }).click();
  await nextFrame(figure.page());
}

/** A link is followed on the page that is open. */
export async function follow(page: Page, fragment: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = to;
  }, fragment);
}

/** Unfolded; not by a click, which would take the focus from where the test has it. */
async function open(folded: Locator): Promise<void> {
  await folded.evaluate(async (details: HTMLDetailsElement) => {
    if (details.open) return;
    const unfolded = new Promise((done) => details.addEventListener('toggle', done, { once: true }));
    details.open = true;
    await unfolded;
  });
}

/** What the figure has folded under a title, below “More”. */
export const folded = (figure: Locator, title: string): Locator =>
  figure
    .locator('.figure-more details')
    .filter({ has: figure.page().locator('summary', { hasText: title }) });

/** “More” of the figure unfolded, and the part with this title in it. */
export async function unfold(figure: Locator, title?: string): Promise<void> {
  await open(figure.locator('.figure-more'));
  if (title !== undefined) await open(folded(figure, title));
}

/** All that the figure has folded unfolded. */
export async function unfoldAll(figure: Locator): Promise<void> {
  await unfold(figure);
  for (const part of await figure.locator('.figure-more details').all()) await open(part);
}

export const unfoldNumbers = (figure: Locator): Promise<void> => unfold(figure, 'The numbers as a table');

/** All numbers of a table, by its caption: a list for each row, in full precision. */
export async function numbersOf(figure: Locator, caption: string | RegExp): Promise<number[][]> {
  await unfoldNumbers(figure);
  const rows = figure
    .locator('table')
    .filter({ has: figure.page().locator('caption', { hasText: caption }) })
    .locator('tbody tr');
  return rows.evaluateAll((all) =>
    all.map((row) =>
      [...row.querySelectorAll<HTMLElement>('td[data-value]')].map((cell) => Number(cell.dataset.value)),
    ),
  );
}

/** Until what was moved last is drawn. */
export const nextFrame = (page: Page): Promise<unknown> =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));

/** Moves all that can be moved, in sight or folded, so that every field is another. */
export async function moveEverything(figure: Locator): Promise<void> {
  await unfold(figure);
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

/** Waits until nothing moves by itself any more: figures further down come to life too. */
export async function settled(page: Page): Promise<void> {
  await allStarted(page);
  const undrawn = page.locator('.figure:not([data-drawn]) > figure');
  await expect(undrawn.filter({ visible: true })).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready);
}

/** Where a handle is, in the middle of the window: nothing that stays at its edges lies over it. */
export async function placeOf(handle: Locator): Promise<[number, number]> {
  await settled(handle.page()); // a place that moves on before the pointer comes is no place
  await handle.evaluate((element) => element.scrollIntoView({ block: 'center', behavior: 'instant' }));
  const box = await handle.locator('.reach').boundingBox();
  if (!box) throw new Error('the handle is not to be seen');
  return [box.x + box.width / 2, box.y + box.height / 2];
}

/** Drags a handle by so many pixels with the mouse. */
export async function drag(handle: Locator, dx: number, dy = 0): Promise<void> {
  const [x, y] = await placeOf(handle);
  const { mouse } = handle.page();
  await mouse.move(x, y);
  await mouse.down();
  await mouse.move(x + dx / 2, y + dy / 2);
  await mouse.move(x + dx, y + dy);
  await mouse.up();
  await nextFrame(handle.page());
}

/**
 * A finger that lands there, goes so far in steps, rests and lifts; `after` is called after each step. The context needs
 * hasTouch.
 */
export async function finger(
  page: Page,
  [x, y]: readonly [number, number],
  [dx, dy]: readonly [number, number],
  after: () => Promise<void> = async () => {},
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const start = Date.now() / 1000;
  const touch = (
    type: 'touchStart' | 'touchMove' | 'touchEnd',
    touchPoints: { x: number; y: number }[],
    seconds: number,
  ) => session.send('Input.dispatchTouchEvent', { type, touchPoints, timestamp: start + seconds });
  await touch('touchStart', [{ x, y }], 0);
  await after();
  const steps = dx === 0 && dy === 0 ? 0 : 10;
  for (let k = 1; k <= steps; ++k) {
    await touch('touchMove', [{ x: x + (dx * k) / steps, y: y + (dy * k) / steps }], k * 0.02);
    await after();
  }
  // A finger in full flight flings the page, and the browser takes the next one as the end of that.
  if (steps > 0) await touch('touchMove', [{ x: x + dx, y: y + dy }], 0.5);
  await touch('touchEnd', [], steps > 0 ? 0.6 : 0.02);
  await nextFrame(page);
  await after();
}

/** Drags a handle by so many pixels with a finger. */
export const touchDrag = async (handle: Locator, dx: number, dy = 0): Promise<void> =>
  finger(handle.page(), await placeOf(handle), [dx, dy]);

/** On a phone of 360 pixels: the page does not scroll sideways, and no word of the drawing is cut off. */
export async function expectFit(figure: Locator): Promise<void> {
  const page = figure.page();
  await nextFrame(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  const cut = await figure.locator('.drawing svg').evaluate((svg) => {
    const { left, right } = svg.getBoundingClientRect();
    return [...svg.querySelectorAll('text')]
      .filter((text) => {
        const box = text.getBoundingClientRect();
        return box.left < left - 1 || box.right > right + 1;
      })
      .map((text) => text.textContent);
  });
  expect(cut).toEqual([]);
}

/** axe finds nothing in the figure as it stands, in light and in dark. */
export async function expectNoViolations(figure: Locator): Promise<void> {
  const page = figure.page();
  // axe goes through all of the page, wherever it is told to look; the lesson has tests of its own. So the rest leaves the
  // page for as long.
  const putBack = await figure.evaluateHandle((element) => {
    const places = [...document.querySelectorAll('main > *, nav.contents, footer')]
      .filter((each) => !each.contains(element))
      .map((each) => {
        const place = document.createComment('');
        each.replaceWith(place);
        return [place, each] as const;
      });
    return () => {
      for (const [place, each] of places) place.replaceWith(each);
    };
  });
  await bringAxe(page);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const results = await figure.evaluate((element) =>
      (
        globalThis as unknown as { axe: { run: (root: Element, how: RunOptions) => Promise<AxeResults> } }
      ).axe.run(element, { resultTypes: ['violations'] }),
    );
    expect(results.passes.length).toBeGreaterThan(5);
    expect(found(results), colorScheme).toEqual([]);
  }
  await putBack.evaluate((run) => run());
}
