// The worksheet: every step is judged by the truth and by the learner's own numbers above it, and one sentence says
// where to look first. By keyboard; what is expected is worked out here.

import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { parse } from 'yaml';
import { backward, forward, mean, sum } from './formulas.ts';
import { expect, expectNoMachineWords, readList, readNumber, test } from './lesson.ts';

interface Source {
  id: string;
  title: string;
  given: { x: number[]; dy: number[]; gamma: number; beta: number; eps: number };
  cells: string[];
  hints: string[];
}

const lesson05 = readFileSync(new URL('../../web/lesson/05-practice.md', import.meta.url), 'utf8');
const source = parse(/^```worksheet\n(.*?)^```/ms.exec(lesson05)?.[1] ?? '') as Source;

const worksheet = (page: Page) =>
  page.locator('bn-worksheet').filter({ has: page.getByRole('heading', { name: source.title }) });
const labelled = (within: Page | Locator, name: string) =>
  within.getByRole('textbox', { name: new RegExp(`(^|\\s)${name}$`) });
const box = (page: Page, name: string) => labelled(worksheet(page), name);
const row = (page: Page, name: string) =>
  worksheet(page)
    .getByRole('row')
    .filter({ has: labelled(page, name) });
const verdict = (page: Page, name: string) => row(page, name).locator('.verdict');
const summary = (page: Page) => worksheet(page).getByRole('status');
const check = (page: Page) => worksheet(page).getByRole('button', { name: 'Check' });

/** Every step, computed from a mean and a variance that may be wrong ones. */
function steps({ x, dy, gamma, beta, eps }: Source['given'], divisor = x.length): Record<string, number[]> {
  const batch_mean = mean(x);
  const deviations = x.map((value) => value - batch_mean);
  const batch_var = sum(deviations.map((value) => value ** 2)) / divisor;
  const invstd = 1 / Math.sqrt(batch_var + eps);
  const x_hat = deviations.map((value) => value * invstd);
  const dx_hat = dy.map((value) => gamma * value);
  const dvar = sum(dx_hat.map((value, i) => value * -0.5 * (deviations[i] as number) * invstd ** 3));
  const dmean = -sum(dx_hat) * invstd;
  return {
    batch_mean: [batch_mean],
    batch_var: [batch_var],
    x_hat,
    y: x_hat.map((value) => gamma * value + beta),
    dbeta: [sum(dy)],
    dgamma: [sum(dy.map((value, i) => value * (x_hat[i] as number)))],
    dx_hat,
    dvar: [dvar],
    dmean: [dmean],
    dx: dx_hat.map(
      (value, i) => value * invstd + (dvar * 2 * (deviations[i] as number)) / x.length + dmean / x.length,
    ),
  };
}

const right = steps(source.given);
const text = (values: number[] | undefined, digits = 5) =>
  (values ?? []).map((value) => String(Number(value.toPrecision(digits)))).join(', ');

/** Types into the boxes one after the other, by Tab, and checks with Enter. */
async function typeAll(page: Page, answers: Record<string, string>): Promise<void> {
  await box(page, source.cells[0] as string).focus();
  for (const name of source.cells) {
    await expect(box(page, name)).toBeFocused();
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await page.keyboard.type(answers[name] ?? '');
    if (name === source.cells.at(-1)) break;
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
}

interface Judged {
  item: string;
  objective: number;
  pitfalls: number[];
  verdict: string;
  mistakes: string[];
}

/** What the worksheet tells the page, as it comes. */
async function heard(of: Locator): Promise<() => Promise<Judged[]>> {
  const log = await of.evaluateHandle((element) => {
    const events: unknown[] = [];
    element.addEventListener('bn-judged', (event) => events.push((event as CustomEvent).detail));
    return events;
  });
  return async () => (await log.jsonValue()) as Judged[];
}

test('these formulas are those of the lesson', () => {
  const { batch_mean, batch_var, x_hat, y } = forward(source.given);
  const back = backward(source.given);
  expect(right.batch_mean).toEqual([batch_mean]);
  expect(right.batch_var?.[0]).toBeCloseTo(batch_var, 12);
  for (const [name, values] of Object.entries({ x_hat, y, dx: back.dx })) {
    values.forEach((value, i) => expect(right[name]?.[i]).toBeCloseTo(value, 12));
  }
  expect(right.dvar?.[0]).toBeCloseTo(back.dvar, 12);
  expect(right.dgamma?.[0]).toBeCloseTo(back.dgamma, 12);
});

test('all right, by keyboard', async ({ lesson }) => {
  const events = await heard(worksheet(lesson));
  expect(Object.keys(right)).toEqual(source.cells);
  await typeAll(lesson, Object.fromEntries(source.cells.map((name) => [name, text(right[name])])));
  await expect(summary(lesson)).toHaveText(`✓Right. All ${source.cells.length} steps are right.`);
  for (const name of source.cells) await expect(verdict(lesson, name)).toContainText('Right.');
  await expect(box(lesson, 'dx')).toBeFocused();
  expect(await events()).toEqual([
    { item: source.id, objective: 2, pitfalls: [6], verdict: 'right', mistakes: [] },
  ]);
  await expectNoMachineWords(lesson);
});

test('a wrong first step is named, and what follows from it is carried', async ({ lesson }) => {
  const events = await heard(worksheet(lesson));
  const unbiased = steps(source.given, source.given.x.length - 1);
  await typeAll(lesson, Object.fromEntries(source.cells.map((name) => [name, text(unbiased[name])])));
  await expect(summary(lesson)).toContainText('Not yet. The first wrong step is');
  await expect(summary(lesson)).toContainText('batch_var');
  await expect(verdict(lesson, 'batch_mean')).toContainText('Right.');
  await expect(verdict(lesson, 'batch_var')).toContainText('Not yet. Divided by m − 1.');
  await expect(verdict(lesson, 'batch_var').getByRole('link')).toHaveAttribute('href', '#pitfall-3');
  for (const name of ['x_hat', 'y', 'dgamma', 'dvar', 'dmean', 'dx']) {
    await expect(row(lesson, name), name).toHaveAttribute('data-verdict', 'carried');
    await expect(verdict(lesson, name)).toContainText('Carried');
    await expect(verdict(lesson, name)).toContainText('ight for your batch_var =');
  }
  for (const name of ['dbeta', 'dx_hat']) await expect(verdict(lesson, name), name).toContainText('Right.');
  const [told] = await events();
  expect(told).toMatchObject({ verdict: 'wrong', mistakes: [expect.stringContaining('m − 1')] });

  // Mended, the carried ones no longer stand, and the right ones do.
  await box(lesson, 'batch_var').fill(text(right.batch_var));
  await expect(summary(lesson)).toHaveText('');
  for (const name of ['batch_var', 'x_hat', 'dx']) await expect(verdict(lesson, name), name).toHaveText('');
  for (const name of ['batch_mean', 'dbeta', 'dx_hat'])
    await expect(verdict(lesson, name), name).toContainText('Right.');
  await check(lesson).click();
  await expect(verdict(lesson, 'batch_var')).toContainText('Right.');
  await expect(summary(lesson)).toBeInViewport();
  await expect(summary(lesson)).toContainText('The first wrong step is');
  await expect(summary(lesson)).toContainText('x_hat');
});

test('too coarse is not wrong, part of a sheet is no mistake', async ({ lesson }) => {
  await check(lesson).click();
  await expect(summary(lesson)).toContainText('No answer yet. Fill at least one box, then check.');

  await box(lesson, 'batch_mean').fill(text(right.batch_mean));
  await box(lesson, 'dbeta').fill(text(right.dbeta));
  await check(lesson).click();
  await expect(summary(lesson)).toContainText(`So far: 2 of ${source.cells.length} steps are right`);

  const coarse = text(right.dmean, 2);
  expect(Math.abs(Number(coarse) / (right.dmean?.[0] as number) - 1)).toBeGreaterThan(0.01);
  await box(lesson, 'dmean').fill(coarse);
  await check(lesson).click();
  await expect(verdict(lesson, 'dmean')).toContainText('too coarse');
  await expect(summary(lesson)).toContainText('too coarse');
  await expect(summary(lesson)).toContainText('dmean');
});

test('a box may name the givens and the boxes above it, and says how it was read', async ({ lesson }) => {
  await box(lesson, 'batch_mean').fill('sum(x) / m');
  await expect(row(lesson, 'batch_mean').locator('.read-as')).toContainText(`= ${right.batch_mean?.[0]}`);
  await box(lesson, 'batch_var').fill('mean((x - batch_mean)^2)');
  await expect(row(lesson, 'batch_var').locator('.read-as')).toContainText(text(right.batch_var));
  await check(lesson).click();
  for (const name of ['batch_mean', 'batch_var']) await expect(verdict(lesson, name)).toContainText('Right.');

  // Another mean has another variance: what names it is judged anew.
  await box(lesson, 'batch_mean').fill('5');
  await expect(verdict(lesson, 'batch_var')).toHaveText('');

  await box(lesson, 'x_hat').fill('(x - ');
  await check(lesson).click();
  await expect(verdict(lesson, 'x_hat')).toContainText('Not readable.');
  await expect(verdict(lesson, 'x_hat').locator('mark')).toBeVisible();
  await expect(box(lesson, 'x_hat')).toHaveAttribute('aria-invalid', 'true');
  await expect(row(lesson, 'x_hat').locator('.read-as')).toBeHidden();
});

test('new numbers are judged as the old ones, and nothing typed is lost', async ({ lesson }) => {
  const [listX, gamma, beta, , listDy] = await worksheet(lesson).locator('p data.v').all();
  const given = async () => ({
    x: readList((await listX?.textContent()) ?? ''),
    dy: readList((await listDy?.textContent()) ?? ''),
    gamma: readNumber((await gamma?.textContent()) ?? ''),
    beta: readNumber((await beta?.textContent()) ?? ''),
    eps: source.given.eps,
  });
  expect(await given()).toEqual(source.given);
  await box(lesson, 'dbeta').fill('2');

  await worksheet(lesson).getByRole('button', { name: 'New numbers' }).click();
  await expect(summary(lesson)).toHaveText('Other numbers stand in the problem now.');
  const drawn = await given();
  expect(drawn.x).not.toEqual(source.given.x);
  const other = steps(drawn);
  await expect(box(lesson, 'dbeta')).toHaveValue('');
  await typeAll(lesson, Object.fromEntries(source.cells.map((name) => [name, text(other[name])])));
  await expect(summary(lesson)).toContainText(`All ${source.cells.length} steps are right.`);

  await worksheet(lesson).getByRole('button', { name: 'The numbers before' }).click();
  expect(await given()).toEqual(source.given);
  await expect(box(lesson, 'dbeta')).toHaveValue('2');
  await expect(worksheet(lesson).getByRole('button', { name: 'The numbers before' })).toBeHidden();
  await worksheet(lesson).getByRole('button', { name: 'New numbers' }).click();
  await expect(box(lesson, 'dx')).toHaveValue(text(other.dx));
});

test('hints open one after the other', async ({ lesson }) => {
  const hints = worksheet(lesson).locator('details.hint');
  await expect(hints).toHaveCount(source.hints.length);
  await expect(hints.nth(0)).toBeVisible();
  await expect(hints.nth(1)).toBeHidden();
  await hints.nth(0).locator('summary').click();
  await expect(hints.nth(1)).toBeVisible();
  await expect(hints.nth(2)).toBeHidden();
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('it reads as a worked table', async ({ page }) => {
    await page.goto('./');
    await expect(worksheet(page).getByRole('textbox')).toHaveCount(0);
    await worksheet(page).getByText('Answer').click();
    const table = worksheet(page).getByRole('table');
    const values = await table.locator('tbody data.v').allTextContents();
    const expected = source.cells.map((name) =>
      (right[name] ?? []).map((value) => Number(value.toPrecision(4))),
    );
    expect(values.map(readList)).toEqual(expected);
  });
});

test.describe('360 px wide', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('nothing reaches beyond the side', async ({ lesson }) => {
    await box(lesson, 'batch_var').fill(`${'(x[0] - batch_mean)^2 + '.repeat(20)}1`);
    await box(lesson, 'x_hat').fill('an_unknown_name_'.repeat(12));
    await check(lesson).click();
    await expect(verdict(lesson, 'x_hat')).toContainText('Not readable.');
    const [content, window] = await lesson.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ]);
    expect(content).toBeLessThanOrEqual(window);
  });
});
