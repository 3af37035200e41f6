// One quantity, lit up wherever it stands: in the sections on the two passes and in the figures, nowhere else.

import type { Locator, Page } from '@playwright/test';
import { drawnFigure, expectNoViolations, openFigure, settled, unfold, unfoldAll } from './figures/figure.ts';
import { expect, test } from './lesson.ts';

const lit = (page: Page) => page.evaluate(() => document.documentElement.dataset.symbol ?? '');

/** How many elements of a class show a mark, and how many do not, in a part of the page. */
const marks = (within: Locator, symbol: string): Promise<{ marked: number; plain: number }> =>
  within.evaluateAll((parts, name) => {
    const all = parts.flatMap((part) => [...part.querySelectorAll(`.${name}`)]);
    const isMarked = (element: Element) => {
      const { outlineStyle, filter } = getComputedStyle(element);
      return outlineStyle === 'solid' || filter.startsWith('drop-shadow');
    };
    const marked = all.filter(isMarked).length;
    return { marked, plain: all.length - marked };
  }, symbol);

/** A formula of a section, by the text before it. */
const after = (page: Page, text: string) => page.locator(`p:has-text("${text}") + .math`).first();
const meanInForward = (page: Page) => after(page, 'Step 1: the statistics').locator('.q-mean').first();

test('a symbol under the pointer is lit in both sections and in the figures, and not in questions', async ({
  lesson: page,
}) => {
  const forward = after(page, 'Step 2: normalize');
  const backward = after(page, 'The mean appears in every');
  await openFigureInSight(page);
  await meanInForward(page).hover();
  expect(await lit(page)).toBe('mean');
  for (const part of [forward, backward, page.locator('bn-computation-graph figure')]) {
    const { marked, plain } = await marks(part, 'q-mean');
    expect(marked).toBeGreaterThan(0);
    expect(plain).toBe(0);
    expect((await marks(part, 'q-var')).marked).toBe(0);
  }
  const elsewhere = page.locator('.item');
  const { marked, plain } = await marks(elsewhere, 'q-mean');
  expect(marked).toBe(0);
  expect(plain).toBeGreaterThan(5);

  await page.locator('h2', { hasText: 'Core content' }).hover();
  expect(await lit(page)).toBe('');
  expect((await marks(backward, 'q-mean')).marked).toBe(0);
});

/** The computation graph, drawn, with all that it has folded unfolded. */
const openFigureInSight = async (page: Page) => unfoldAll(await drawnFigure(page, 'computation-graph'));

test('all the quantities of the formulas can be lit; the gradient from above is not y', async ({
  lesson: page,
}) => {
  const normalize = after(page, 'Step 2: normalize');
  const scale = after(page, 'Step 3: scale and shift');
  const first = after(page, 'Step 1: through scale and shift');
  const symbols: [Locator, string][] = [
    [normalize, 'x'],
    [normalize, 'mean'],
    [normalize, 'var'],
    [normalize, 'x_hat'],
    [scale, 'gamma'],
    [scale, 'beta'],
    [scale, 'y'],
    [first, 'dy'],
  ];
  for (const [formula, quantity] of symbols) {
    // The letter: between the parts of a fraction lies the formula.
    await formula.locator(`mi.q-${quantity}, .q-${quantity} mi`).last().hover();
    expect(await lit(page)).toBe(quantity);
  }
  // The y of ∂L/∂y in the figure's own formulas belongs to the fraction.
  const figure = page.locator('bn-computation-graph');
  await openFigureInSight(page);
  await figure.locator('.entries li', { hasText: 'dbeta' }).locator('mfrac.q-dy mi').last().hover();
  expect(await lit(page)).toBe('dy');
});

test('nothing moves when a symbol is lit', async ({ lesson: page }) => {
  await openFigureInSight(page);
  const places = () =>
    page.locator('.linked [class*="q-"]').evaluateAll((all) =>
      all
        .filter((each) => each.checkVisibility())
        .map((each) => {
          const { x, y, width, height } = each.getBoundingClientRect();
          return [x, y + scrollY, width, height].map(Math.round).join();
        }),
    );
  const symbol = meanInForward(page);
  await symbol.scrollIntoViewIfNeeded();
  await settled(page);
  const before = await places();
  expect(before.length).toBeGreaterThan(100);
  await symbol.hover();
  expect(await lit(page)).toBe('mean');
  expect(await places()).toEqual(before);
});

test('Escape puts the light out, until another symbol is pointed at', async ({ lesson: page }) => {
  await settled(page);
  await meanInForward(page).hover();
  expect(await lit(page)).toBe('mean');
  await page.keyboard.press('Escape');
  expect(await lit(page)).toBe('');
  await after(page, 'Step 2: normalize').locator('.q-var').first().hover();
  expect(await lit(page)).toBe('var');
});

test('after Escape, a page that moves under a pointer at rest lights nothing', async ({ lesson: page }) => {
  await settled(page);
  await meanInForward(page).hover();
  expect(await lit(page)).toBe('mean');
  await page.keyboard.press('Escape');
  await page.evaluate(() => {
    const html = document.documentElement;
    html.dataset.overs = '0';
    addEventListener('pointerover', () => (html.dataset.overs = String(Number(html.dataset.overs) + 1)));
  });
  for (const step of [300, -300]) {
    const seen = await page.locator('html').getAttribute('data-overs');
    await page.evaluate((by) => scrollBy({ top: by, behavior: 'instant' }), step);
    // The browser tells the page what now lies under the pointer.
    await expect.poll(() => page.locator('html').getAttribute('data-overs')).not.toBe(seen);
  }
  expect(await lit(page)).toBe('');
});

test('symbols in questions, examples and other sections light nothing', async ({ lesson: page }) => {
  const outside = [
    page.locator('.item-practice').locator('.q-mean, .q-var, .q-gamma'),
    page.locator('.item-example .q-mean'),
    page.locator('h3', { hasText: 'Training and inference' }).locator('~ .math .q-mean'),
  ].map((symbols) => symbols.filter({ visible: true }).first());
  for (const symbol of outside) {
    await symbol.hover();
    expect(await lit(page)).toBe('');
  }
});

test('by keyboard: a box of the graph and a slider light their quantity while they have the focus', async ({
  page,
}) => {
  const figure = await openFigure(page, 'computation-graph');
  await page.mouse.move(0, 0);
  await figure.getByRole('radio', { checked: true }).focus();
  expect(await lit(page)).toBe('x');
  for (let k = 0; k < 3; ++k) await page.keyboard.press('ArrowRight'); // gamma, beta, batch_mean
  await expect.poll(() => lit(page)).toBe('mean');
  expect((await marks(after(page, 'Step 2: normalize'), 'q-mean')).marked).toBeGreaterThan(0);
  await page.keyboard.press('Escape');
  expect(await lit(page)).toBe('');
  await unfold(figure);
  await figure.getByRole('slider', { name: 'gamma' }).focus();
  expect(await lit(page)).toBe('gamma');
  await figure.getByRole('button', { name: 'Reset' }).focus();
  expect(await lit(page)).toBe('');
});

test('the marks are seen in forced colours, and texts keep their contrast', async ({ page }) => {
  const figure = await openFigure(page, 'computation-graph');
  await figure.getByRole('radio', { name: 'dmean' }).click();
  expect(await lit(page)).toBe('mean');
  await page.emulateMedia({ forcedColors: 'active' });
  expect((await marks(after(page, 'Step 2: normalize'), 'q-mean')).marked).toBeGreaterThan(0);
  await page.emulateMedia({ forcedColors: 'none' });
  await expectNoViolations(figure.locator('figure'));
});

test.describe('with a finger', () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test('a tap lights a symbol, the next one puts it out, another one moves the light', async ({
    lesson: page,
  }) => {
    const symbol = meanInForward(page);
    await settled(page); // a finger that meets something else because the page moved under it proves nothing
    await symbol.tap();
    expect(await lit(page)).toBe('mean');
    await page.locator('p', { hasText: 'The variance is the biased one' }).tap();
    expect(await lit(page)).toBe('mean');
    await after(page, 'Step 2: normalize').locator('.q-var').first().tap();
    expect(await lit(page)).toBe('var');
    await after(page, 'Step 2: normalize').locator('.q-var').first().tap();
    expect(await lit(page)).toBe('');
  });

  test('a tap on a box of the graph chooses it and lights it', async ({ page }) => {
    const figure = await openFigure(page, 'computation-graph');
    await figure.getByRole('radio', { name: 'batch_var' }).tap();
    await expect(figure.getByRole('radio', { name: 'batch_var' })).toBeChecked();
    expect(await lit(page)).toBe('var');
  });
});
