// The state of the page in its links and in the browser's storage: every figure, every answer; bad links do no harm.

import type { BrowserContext, Locator, Page } from '@playwright/test';
import { figures } from '../../web/src/figures/all.ts';
import { drawnFigure, moveEverything, unfoldNumbers } from './figures/figure.ts';
import {
  answerForm,
  becomesLive,
  box,
  example,
  expect,
  openLive,
  problem,
  question,
  test,
} from './lesson.ts';

const kinds = figures.map(({ kind }) => kind);

async function open(page: Page, fragment: string): Promise<void> {
  await page.goto('about:blank'); // another fragment of the same page would not load it again
  await page.goto(`./${fragment}`);
  await becomesLive(page);
}

/** What the figure shows: its controls, its sentence and every number of its tables. */
async function shown(figure: Locator) {
  await unfoldNumbers(figure);
  return figure.evaluate((element) => ({
    inputs: [...element.querySelectorAll<HTMLInputElement>('.figure-controls input')].map((input) =>
      input.type === 'radio' || input.type === 'checkbox' ? input.checked : input.value,
    ),
    handles: [...element.querySelectorAll('.stage [role=slider]')].map((each) => each.ariaValueNow),
    sentence: element.querySelector('.sentence')?.textContent,
    numbers: [...element.querySelectorAll('.figure-numbers td')].map((cell) => cell.textContent),
  }));
}

async function copied(button: Locator, context: BrowserContext): Promise<string> {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await button.click();
  await expect(button.locator('xpath=following-sibling::*[@role="status"]')).toContainText('clipboard');
  const address = await button.page().evaluate(() => navigator.clipboard.readText());
  return new URL(address).hash;
}

for (const kind of kinds) {
  test(`the state of ${kind} survives its link, and Reset brings the first one back`, async ({
    page,
    context,
  }) => {
    await openLive(page);
    let figure = await drawnFigure(page, kind);
    const first = await shown(figure);
    await moveEverything(figure);
    const moved = await shown(figure);
    expect(moved).not.toEqual(first);
    const link = await copied(figure.locator('[data-action=copy]'), context);
    await page.evaluate(() => localStorage.clear());
    await open(page, link);
    figure = await drawnFigure(page, kind);
    expect(await shown(figure)).toEqual(moved);
    await expect(page.locator('#notice')).toBeEmpty();
    await figure.locator('[data-action=reset]').click();
    await expect.poll(() => shown(figure)).toEqual(first);
  });
}

test('a link hides controls that a teacher names', async ({ page }) => {
  await open(page, '#bn1&forward-explorer.hide=gamma,next&forward-explorer.beta=3');
  const figure = await drawnFigure(page, 'forward-explorer');
  await expect(figure.getByRole('slider', { name: 'gamma' })).toHaveCount(0);
  await expect(figure.getByRole('button', { name: 'Next batch' })).toHaveCount(0);
  await expect(figure.getByRole('slider', { name: 'beta' })).toHaveValue('3');
});

test('what a link says wrongly is left out and named; the rest is used', async ({ page }) => {
  await open(page, '#bn1&forward-explorer.gamma=<img src=x>&forward-explorer.beta=3&nothing.here=1');
  await expect(page.locator('#notice')).toContainText('forward-explorer.gamma');
  await expect(page.locator('#notice')).toContainText('and 1 more');
  const figure = await drawnFigure(page, 'forward-explorer');
  await expect(figure.getByRole('slider', { name: 'gamma' })).toHaveValue('2');
  await expect(figure.getByRole('slider', { name: 'beta' })).toHaveValue('3');
  await expect(page.locator('#notice')).toBeInViewport();
  await page.locator('#notice').getByRole('button', { name: 'Close' }).click();
  await expect(page.locator('#notice')).toBeEmpty();
  await open(page, '#bn7&forward-explorer.beta=4');
  await expect(page.locator('#notice')).toContainText('another version');
});

test('a state that the core refuses is said, with a drawing that can be moved on', async ({ page }) => {
  await open(page, '#bn1&forward-explorer.x=3,3');
  const figure = await drawnFigure(page, 'forward-explorer');
  await expect(figure.locator('.sheet-message')).toContainText('batch_var + eps');
  await figure.getByRole('slider', { name: 'x 1' }).press('ArrowRight');
  await expect(figure.locator('.sheet-message')).toBeEmpty();
});

/** Something typed or chosen in every kind of item. */
async function answer(page: Page): Promise<void> {
  await box(example(page, 1), 'x').fill('1, 2, 3, 10');
  await answerForm(problem(page, 4), 1).getByRole('textbox').fill('2^10');
  await question(page, 2).getByRole('radio').nth(1).check();
  const worksheet = page.locator('bn-worksheet').first();
  await worksheet
    .getByRole('button', { name: 'Other numbers' })
    .or(worksheet.locator('button[data-draw]'))
    .first()
    .click();
  await worksheet.getByRole('textbox').first().fill('5');
  const proof = page.locator('bn-proof').first();
  await proof.locator('.choices li button[data-task=add]').nth(2).click();
  await proof.locator('.choices li button[data-task=add]').nth(0).click();
}

const answers = (page: Page) =>
  page.evaluate(() => ({
    texts: [...document.querySelectorAll<HTMLInputElement>('main input[type=text]')].map(
      ({ value }) => value,
    ),
    chosen: [...document.querySelectorAll<HTMLInputElement>('bn-quiz input:checked')].map(
      ({ value }) => value,
    ),
    proofs: [...document.querySelectorAll('bn-proof .placed')].map(({ textContent }) => textContent),
    numbers: [...document.querySelectorAll('bn-worksheet data')].map(({ textContent }) => textContent),
  }));

test('everything typed comes back after a reload, and with a link in another browser', async ({
  page,
  context,
  browser,
}) => {
  await openLive(page);
  const first = await answers(page);
  await answer(page);
  const typed = await answers(page);
  expect(typed.texts).not.toEqual(first.texts);
  expect(typed.chosen).toHaveLength(1);
  const link = await copied(page.locator('[data-page=copy]'), context);
  await page.reload();
  await becomesLive(page);
  expect(await answers(page)).toEqual(typed);

  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await open(other, link);
  expect(await answers(other)).toEqual(typed);
  await expect(other.locator('#notice')).toContainText('as in this link');
  await elsewhere.close();

  await page.locator('[data-page=reset-all]').click();
  expect(await answers(page)).toEqual(first);
});

test('the whole state of a link does not replace what was stored', async ({ page }) => {
  await openLive(page);
  const first = answerForm(problem(page, 4), 1).getByRole('textbox');
  await first.fill('1024');
  await page.waitForTimeout(600); // it is stored when typing pauses
  await open(page, '#bn1&all');
  await expect(first).toHaveValue('');
  await first.fill('7');
  await page.waitForTimeout(600);
  await open(page, '');
  await expect(first).toHaveValue('1024');
});
