// The first screen, on a laptop and on a phone: what this is, the idea to be touched, how long it takes, where to begin;
// and where to go on, once one has begun.

import { type Locator, type Page } from '@playwright/test';
import { becomesLive, expect, openLive, shown, test } from './lesson.ts';
import { drag, placeOf, touchDrag } from './figures/figure.ts';
import { mean, variance } from './formulas.ts';

const look = (page: Page) => page.locator('#first-look');
const point = (page: Page, i: number) => look(page).getByRole('slider', { name: `x ${i}` });
const main = (page: Page) => page.getByRole('main');

async function expectWhole(...parts: Locator[]): Promise<void> {
  for (const part of parts) await expect(part).toBeInViewport({ ratio: 0.9 });
}

/**
 * The three lines say what follows from the points as they stand: their mean and spread, and those of x_hat and y. A point
 * that was moved may still be on its way.
 */
async function expectLines(page: Page): Promise<void> {
  const write = (value: number) => String(shown(value)).replace('-', '−');
  await expect(async () => {
    const x = await look(page)
      .getByRole('slider')
      .evaluateAll((all) => all.map((each) => Number(each.ariaValueNow)));
    expect(x).toHaveLength(4);
    const text = await look(page).locator('svg').textContent();
    expect(text).toContain(`μ = ${write(mean(x))}, σ = ${write(Math.sqrt(variance(x)))}`);
    expect(text).toContain('mean 0, spread 1');
  }).toPass({ timeout: 20_000 });
}

async function expectFirstScreen(page: Page): Promise<void> {
  await openLive(page);
  await expect(look(page)).toHaveAttribute('data-drawn');
  expect(await page.evaluate(() => scrollY)).toBe(0);
  await expectWhole(
    main(page).getByRole('heading', { level: 1, name: 'Batch Normalization' }),
    main(page).getByText(/^Batch normalization takes the numbers .+ again\.$/s),
    look(page).locator('svg'),
    main(page).getByRole('link', { name: 'Start', exact: true }),
    main(page).getByRole('link', { name: 'Take the quiz' }),
    main(page).getByText(/^About 40 minutes\. You should know/),
  );
  for (const axis of ['x', 'x̂', 'y'])
    await expectWhole(look(page).locator('svg').getByText(axis, { exact: true }));
  await expectLines(page);
}

/** Keys move a point by steps, and the mean by a quarter of each. */
async function moveByKeys(page: Page): Promise<void> {
  const before = Number(await point(page, 4).getAttribute('aria-valuenow'));
  await point(page, 4).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(point(page, 4)).not.toHaveAttribute('aria-valuenow', String(before));
  expect(Number(await point(page, 4).getAttribute('aria-valuenow'))).toBeGreaterThan(before);
  await expectLines(page);
}

test('on a laptop all of it is in the window, and the points move by mouse and keys', async ({ page }) => {
  await expectFirstScreen(page);
  await drag(point(page, 1), -150);
  await expect(point(page, 1)).not.toHaveAttribute('aria-valuenow', '2');
  expect(Number(await point(page, 1).getAttribute('aria-valuenow'))).toBeLessThan(0);
  await expectLines(page);
  await moveByKeys(page);

  await main(page).getByRole('link', { name: 'Start', exact: true }).click();
  await expect(page).toHaveURL(/#problem$/);
  await expect(main(page).getByRole('heading', { name: /The problem batch normalization/ })).toBeInViewport();
  await page.goBack();
  await main(page).getByRole('link', { name: 'Take the quiz' }).click();
  await expect(main(page).getByRole('heading', { name: 'Question 1' })).toBeInViewport();
});

test('once one has read on, Start leads on to the section one was at, also after a reload', async ({
  page,
}) => {
  await openLive(page, '', 'reading');
  const go = main(page).locator('.start a').first();
  await expect(go).toHaveText('Start');
  const section = main(page).getByRole('heading', { name: /The backward pass$/ });
  const name = await section.innerText();
  await section.evaluate((heading) => heading.scrollIntoView());
  await expect(page.locator('.bar .where')).toHaveText(name);

  const leadsThere = async () => {
    await expect(go).toHaveText(`Continue: ${name}`);
    await go.click();
    await expect(section).toBeInViewport();
    await expect(page).toHaveURL(/\/some\/folder\/(index\.html)?#backward-pass$/);
  };
  await page.evaluate(() => scrollTo(0, 0));
  await expect(go).toBeInViewport();
  await leadsThere();
  await page.goto('about:blank');
  await page.goto('./');
  await becomesLive(page, 'reading');
  await leadsThere();
  // From another page too, and back.
  await page.goto('practice.html');
  await becomesLive(page);
  await page.getByRole('link', { name: 'Learn' }).click();
  await becomesLive(page, 'reading');
  await leadsThere();
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test('all of it is in the window, and the points move by finger and keys', async ({ page }) => {
    await expectFirstScreen(page);
    await placeOf(point(page, 1)); // in the middle of the window, where the finger finds it
    const scrolled = await page.evaluate(() => scrollY);
    await touchDrag(point(page, 1), -70);
    await expect(point(page, 1)).not.toHaveAttribute('aria-valuenow', '2');
    expect(Number(await point(page, 1).getAttribute('aria-valuenow'))).toBeLessThan(0);
    await expectLines(page);
    // A finger that drags a point scrolls nothing.
    expect(await page.evaluate(() => scrollY)).toBe(scrolled);
    await moveByKeys(page);
    await main(page).getByRole('link', { name: 'Start', exact: true }).tap();
    await expect(
      main(page).getByRole('heading', { name: /The problem batch normalization/ }),
    ).toBeInViewport();
  });
});
