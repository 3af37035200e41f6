// What all figures have in common.

import { expect, openLive, test } from '../lesson.ts';
import {
  drawnFigure,
  figuresOf,
  files,
  folded,
  follow,
  nextFrame,
  openFigure,
  placeOf,
  reset,
  unfold,
} from './figure.ts';

for (const file of files) {
  test(`figures of ${file} that are not shown any more keep their drawings, and shown again they fit`, async ({
    page,
  }) => {
    await openLive(page, file);
    for (const name of figuresOf[file]) await drawnFigure(page, name);
    const frames = () =>
      page.evaluate(
        () =>
          new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))),
      );
    const hide = (hidden: boolean) =>
      page.locator('main').evaluate((main, value) => {
        main.toggleAttribute('hidden', value);
      }, hidden);
    const drawn = () =>
      page
        .locator('.stage .drawing')
        .evaluateAll((all) => all.map((each) => each.querySelector('svg')?.getAttribute('viewBox')));
    const before = await drawn();
    expect(before).toHaveLength(figuresOf[file].length);
    await hide(true);
    await expect(page.locator('main')).toBeHidden();
    await frames();
    expect(await drawn()).toEqual(before);
    await page.setViewportSize({ width: 360, height: 740 });
    await hide(false);
    await frames();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
}

test('two figures of one kind on one page keep states of their own', async ({ page, context }) => {
  const bare = await openFigure(page, 'first-look');
  const whole = await drawnFigure(page, 'forward-explorer');
  const x = (figure: typeof bare) => figure.getByRole('slider', { name: 'x 1', exact: true });
  const valueOf = (figure: typeof bare) => x(figure).getAttribute('aria-valuenow');
  // Everything drawn that a number decides.
  const drawingOf = (figure: typeof bare) => figure.locator('.drawing').innerHTML();
  const [bareAtFirst, wholeAtFirst] = [await drawingOf(bare), await drawingOf(whole)];

  await x(bare).press('ArrowRight');
  await expect(x(bare)).toHaveAttribute('aria-valuenow', '2.1');
  expect(await drawingOf(whole)).toBe(wholeAtFirst);
  const bareMoved = await drawingOf(bare);
  expect(bareMoved).not.toBe(bareAtFirst);

  await x(whole).press('PageUp');
  await whole.getByRole('slider', { name: 'gamma' }).press('End');
  await expect(x(whole)).toHaveAttribute('aria-valuenow', '3');
  await nextFrame(page);
  expect(await valueOf(bare)).toBe('2.1');

  // No label, and no group of radio buttons, takes one for the other.
  const ids = await page.locator('.figure [id]').evaluateAll((all) => all.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);

  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await unfold(whole);
  await whole.locator('[data-action=copy]').click();
  await expect(whole.locator('.copied')).toContainText('clipboard');
  const link = new URL(await page.evaluate(() => navigator.clipboard.readText())).hash;
  expect(link).toContain('forward-explorer.x=3,4,6,8');
  expect(link).not.toContain('first-look');

  await page.reload();
  const bareAgain = await drawnFigure(page, 'first-look');
  const wholeAgain = await drawnFigure(page, 'forward-explorer');
  await expect(x(bareAgain)).toHaveAttribute('aria-valuenow', '2.1');
  await expect(x(wholeAgain)).toHaveAttribute('aria-valuenow', '3');
  await expect(wholeAgain.getByRole('slider', { name: 'gamma' })).toHaveValue('10');

  await reset(wholeAgain);
  await expect(x(wholeAgain)).toHaveAttribute('aria-valuenow', '2');
  expect(await valueOf(bareAgain)).toBe('2.1');
  await follow(page, '#bn1&at=first-look&first-look.x=1,2,5');
  await expect(x(bareAgain)).toHaveAttribute('aria-valuenow', '1');
  expect(await valueOf(wholeAgain)).toBe('2');
});

test('what is for those who ask is there while it is unfolded, and as the figure stands', async ({
  page,
}) => {
  const figure = await openFigure(page, 'computation-graph');
  const title = 'Every formula, with its numbers';
  const entries = figure.locator('.entries li');
  await unfold(figure);
  await expect(entries).toHaveCount(0);
  await figure.getByRole('button', { name: 'Step forward' }).click();
  await folded(figure, title).locator('summary').click();
  await expect(entries).toHaveCount(15);
  const mean = entries.filter({ hasText: 'batch_mean' }).first();
  await expect(mean.locator('data').first()).toHaveAttribute('value', '5');
  await folded(figure, title).locator('summary').click();
  await expect(entries).toHaveCount(0);
});

test('numbers, points and buttons of a figure', async ({ page }) => {
  const figure = await openFigure(page, 'forward-explorer');
  const point = (number: number) => figure.getByRole('slider', { name: `x ${number}`, exact: true });
  const value = async () => Number(await point(1).getAttribute('aria-valuenow'));

  await test.step('numbers that are folded away are counted when unfolded, and with every change from then on', async () => {
    const first = figure.locator('table td[data-value]').first();
    const start = await value();
    await point(1).press('ArrowRight');
    await expect.poll(value).toBeGreaterThan(start);
    const moved = await value();
    // Neither below “More” nor below the title in it.
    await expect(first).toHaveAttribute('data-value', String(start));
    await figure.locator('summary', { hasText: 'More' }).click();
    await expect(figure.getByRole('button', { name: 'Reset' })).toBeVisible();
    await expect(first).toHaveAttribute('data-value', String(start));
    await figure.locator('summary', { hasText: 'table' }).click();
    await expect(first).toHaveAttribute('data-value', String(moved));
    await point(1).press('ArrowRight');
    await expect.poll(value).toBeGreaterThan(moved);
    await expect(first).toHaveAttribute('data-value', String(await value()));
  });

  await test.step('a button that has done all it can stays where it is and keeps the focus', async () => {
    await reset(figure);
    const button = figure.getByRole('button', { name: 'Shift all by +1' });
    const places = () =>
      figure
        .locator('.figure-controls button')
        .evaluateAll((all) => all.map((each) => [each.textContent, each.getBoundingClientRect().left]));
    await button.click();
    const before = await places();
    await button.click();
    await expect(button).toBeDisabled();
    await expect(button).toBeFocused();
    expect(await places()).toEqual(before);
    await expect(point(4)).toHaveAttribute('aria-valuenow', '10');
    await button.press('Enter');
    await nextFrame(page);
    await expect(point(4)).toHaveAttribute('aria-valuenow', '10');
  });

  await test.step('where points lie close together, the nearest one is dragged', async () => {
    await follow(page, '#bn1&forward-explorer.x=2,2.2,6,8');
    await expect(point(2)).toHaveAttribute('aria-valuenow', '2.2');
    const [x, y] = await placeOf(point(1));
    await page.mouse.move(x - 2, y);
    await page.mouse.down();
    await page.mouse.move(x - 100, y);
    await page.mouse.up();
    await expect(point(1)).toBeFocused();
    await expect.poll(value).toBeLessThan(1);
    await expect(point(2)).toHaveAttribute('aria-valuenow', '2.2');
  });
});
