// The worksheet: every step is judged by the truth and by the learner's own numbers above it, and one sentence says
// where to look first. By keyboard; what is expected is worked out here.

import type { Locator, Page } from '@playwright/test';
import { loadBuiltCore } from '../../web/render/core.ts';
import { lessonItems } from '../../web/render/items.ts';
import { drawGivens, type Problem } from '../../web/src/core/items.ts';
import { backward, forward, mean, sum } from './formulas.ts';
import {
  becomesLive,
  check,
  expect,
  expectNoMachineWords,
  item,
  keptOf,
  newNumbers,
  note,
  openLive,
  openStatic,
  readList,
  readNumber,
  test,
} from './lesson.ts';
import { worksheetSources } from './lesson-source.ts';

const core = await loadBuiltCore();
const { problem } = (await lessonItems('web/lesson')).find((each) => each.kind === 'worksheet') as {
  problem: Problem;
};
const source = worksheetSources[0] as (typeof worksheetSources)[number];
type Givens = typeof source.given;

const worksheet = (page: Page) => item(page, source.id);
const labelled = (within: Page | Locator, name: string) =>
  within.getByRole('textbox', { name: new RegExp(`(^|\\s)${name}$`) });
const box = (page: Page, name: string) => labelled(worksheet(page), name);
const row = (page: Page, name: string) =>
  worksheet(page)
    .getByRole('row')
    .filter({ has: labelled(page, name) });
const verdict = (page: Page, name: string) => row(page, name).locator('.verdict');
const summary = (page: Page) => worksheet(page).locator('.summary[role=status]');

async function openWorksheet(page: Page): Promise<void> {
  await openLive(page, 'practice.html', source.id);
}

/** Every step, computed from a mean and a variance that may be wrong ones. */
function steps({ x, dy, gamma, beta, eps }: Givens, divisor = x.length): Record<string, number[]> {
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

test('by keyboard: the first wrong step is named, what follows from it is carried, and then all is right', async ({
  page,
}) => {
  // Every key of ten boxes is pressed.
  await openWorksheet(page);
  const whole = worksheet(page).locator('.worksheet-item > details.answer');
  const show = worksheet(page).getByRole('button', { name: 'Show answer' });
  expect(Object.keys(right)).toEqual(source.cells);
  await expect(whole).toBeHidden();
  await expect(show).toHaveCount(0);
  const unbiased = steps(source.given, source.given.x.length - 1);
  await typeAll(page, Object.fromEntries(source.cells.map((name) => [name, text(unbiased[name])])));
  await expect(summary(page)).toContainText('Not yet. The first wrong step is');
  await expect(summary(page)).toContainText('batch_var');
  await expect(verdict(page, 'batch_mean')).toContainText('Right.');
  await expect(verdict(page, 'batch_var')).toContainText('Not yet. Divided by m − 1.');
  const pitfall = row(page, 'batch_var').locator('details.pitfall');
  await pitfall.locator('summary').press('Enter');
  await expect(pitfall.locator('p').first()).toBeVisible();
  for (const name of ['x_hat', 'y', 'dgamma', 'dvar', 'dmean', 'dx']) {
    await expect(row(page, name), name).toHaveAttribute('data-verdict', 'carried');
    await expect(verdict(page, name)).toContainText('Carried');
    await expect(verdict(page, name)).toContainText('ight for your batch_var =');
  }
  for (const name of ['dbeta', 'dx_hat']) await expect(verdict(page, name), name).toContainText('Right.');
  const first = (await keptOf(page, source.id)).answers.whole;
  expect(first).toMatchObject({ first: 'wrong', best: 'wrong' });
  expect(Object.keys(first?.mistakes ?? {})).toContainEqual(expect.stringContaining('m − 1'));
  await expect(show).toBeVisible();

  // Mended, the carried ones no longer stand, and the right ones do.
  await box(page, 'batch_var').fill(text(right.batch_var));
  await expect(summary(page)).toHaveText('');
  for (const name of ['batch_var', 'x_hat', 'dx']) await expect(verdict(page, name), name).toHaveText('');
  for (const name of ['batch_mean', 'dbeta', 'dx_hat'])
    await expect(verdict(page, name), name).toContainText('Right.');
  await check(worksheet(page));
  await expect(verdict(page, 'batch_var')).toContainText('Right.');
  await expect(summary(page)).toContainText('The first wrong step is');
  await expect(summary(page)).toContainText('x_hat');
  await expect(summary(page)).toBeInViewport();

  await typeAll(page, Object.fromEntries(source.cells.map((name) => [name, text(right[name])])));
  await expect(summary(page)).toHaveText(`✓Right. All ${source.cells.length} steps are right.`);
  for (const name of source.cells) await expect(verdict(page, name)).toContainText('Right.');
  await expect(box(page, 'dx')).toBeFocused();
  await expect(whole).toBeVisible();
  await expect(show).toHaveCount(0);
  expect((await keptOf(page, source.id)).answers.whole).toMatchObject({ first: 'wrong', best: 'right' });
  await expectNoMachineWords(page);

  // A reload leaves it as it stands, and counts nothing again.
  const before = (await keptOf(page, source.id)).answers;
  await page.reload();
  await becomesLive(page, source.id);
  await expect(summary(page)).toHaveText(`✓Right. All ${source.cells.length} steps are right.`);
  expect((await keptOf(page, source.id)).answers).toEqual(before);
  for (const name of source.cells) await expect(box(page, name)).toHaveValue(text(right[name]));
});

test('too coarse is not wrong, part of a sheet is no mistake, and a box may name those above it', async ({
  page,
}) => {
  await openWorksheet(page);
  await check(worksheet(page));
  await expect(summary(page)).toContainText('No answer yet. Fill at least one box, then check.');

  await box(page, 'batch_mean').fill(text(right.batch_mean));
  await box(page, 'dbeta').fill(text(right.dbeta));
  await check(worksheet(page));
  await expect(summary(page)).toContainText(`So far: 2 of ${source.cells.length} steps are right`);

  const coarse = text(right.dmean, 2);
  expect(Math.abs(Number(coarse) / (right.dmean?.[0] as number) - 1)).toBeGreaterThan(0.01);
  await box(page, 'dmean').fill(coarse);
  await check(worksheet(page));
  await expect(verdict(page, 'dmean')).toContainText('too coarse');
  await expect(summary(page)).toContainText('too coarse');
  await expect(summary(page)).toContainText('dmean');
  await box(page, 'dmean').clear();

  const reading = (name: string) => row(page, name).locator('.read-as');
  await expect(reading('batch_mean'), 'a plain number').toHaveText('');
  await box(page, 'batch_mean').fill('sum(x) / m');
  await expect(reading('batch_mean')).toContainText(`= ${right.batch_mean?.[0]}`);
  await box(page, 'batch_var').fill('mean((x - batch_mean)^2)');
  await expect(reading('batch_var')).toContainText(text(right.batch_var));
  await check(worksheet(page));
  for (const name of ['batch_mean', 'batch_var']) await expect(verdict(page, name)).toContainText('Right.');

  // Another mean has another variance: what names it is judged anew.
  await box(page, 'batch_mean').fill('5');
  await expect(verdict(page, 'batch_var')).toHaveText('');

  await box(page, 'x_hat').fill('(x - ');
  await check(worksheet(page));
  await expect(verdict(page, 'x_hat')).toContainText('Not readable.');
  await expect(verdict(page, 'x_hat').locator('mark')).toBeVisible();
  await expect(box(page, 'x_hat')).toHaveAttribute('aria-invalid', 'true');
  await expect(reading('x_hat')).toHaveText('');
});

test('new numbers are those of the core, the boxes are empty for them, and Undo brings the old ones back', async ({
  page,
}) => {
  // Every key of ten boxes is pressed.
  await openWorksheet(page);
  const [listX, gamma, beta, , listDy] = await worksheet(page).locator('[data-slot=problem] data.v').all();
  const given = async () => ({
    x: readList((await listX?.textContent()) ?? ''),
    dy: readList((await listDy?.textContent()) ?? ''),
    gamma: readNumber((await gamma?.textContent()) ?? ''),
    beta: readNumber((await beta?.textContent()) ?? ''),
    eps: source.given.eps,
  });
  expect(await given()).toEqual(source.given);
  await box(page, 'batch_mean').fill(text(right.batch_mean));
  await box(page, 'dbeta').fill('17');
  await check(worksheet(page));
  await expect(summary(page)).toContainText('dbeta');

  await newNumbers(worksheet(page)).press('Enter');
  await expect(note(worksheet(page))).toContainText('variant 1. The boxes are empty for them.');
  const drawn = drawGivens(core, problem, 1);
  const numbersOf = (list = '') => list.split(',').map(Number);
  const other = await given();
  expect(other).toEqual({
    x: numbersOf(drawn.x),
    dy: numbersOf(drawn.dy),
    gamma: Number(drawn.gamma),
    beta: Number(drawn.beta),
    eps: 0,
  });
  expect(other.x).not.toEqual(source.given.x);
  await expect(summary(page)).toHaveText('');
  for (const name of source.cells) await expect(box(page, name)).toHaveValue('');
  await typeAll(page, Object.fromEntries(source.cells.map((name) => [name, text(steps(other)[name])])));
  await expect(summary(page)).toContainText(`All ${source.cells.length} steps are right.`);
  expect((await keptOf(page, source.id)).answers.whole, 'on other numbers').toMatchObject({ fresh: true });

  await note(worksheet(page)).getByRole('button', { name: 'Undo' }).press('Enter');
  expect(await given()).toEqual(source.given);
  await expect(box(page, 'dbeta')).toHaveValue('17');
  await expect(box(page, 'dx')).toHaveValue('');
  await expect(summary(page), 'the verdict from before').toContainText('dbeta');
  await newNumbers(worksheet(page)).press('Enter');
  await expect(box(page, 'dbeta')).toHaveValue('');
});

test('hints open one after the other, and the answer is shown', async ({ page }) => {
  await openWorksheet(page);
  const hints = worksheet(page).locator('details.hint');
  await expect(hints).toHaveCount(source.hints.length);
  await expect(hints.nth(0)).toBeVisible();
  await expect(hints.nth(1)).toBeHidden();
  await hints.nth(0).locator('summary').click();
  await expect(hints.nth(1)).toBeVisible();
  await expect(hints.nth(2)).toBeHidden();
  await box(page, 'batch_mean').fill('1');
  await check(worksheet(page));
  await expect(summary(page)).toContainText('The first wrong step is');
  await worksheet(page).getByRole('button', { name: 'Show answer' }).click();
  const whole = worksheet(page).locator('.worksheet-item > details.answer');
  await expect(whole.locator('data.v').first()).toBeVisible();
  await expect(whole.locator(':scope > summary')).toBeFocused();
  expect((await keptOf(page, source.id)).answers.whole).toMatchObject({ opened: true, hints: 1 });
});

test('numbers that are kept and no longer fit are named, and new numbers mend it', async ({ page }) => {
  await openWorksheet(page);
  await box(page, 'batch_mean').fill('1');
  await page.evaluate((id) => {
    dispatchEvent(new PageTransitionEvent('pagehide'));
    const key = Object.keys(localStorage).find((each) => each.endsWith(` ${id}`)) as string;
    const kept = JSON.parse(localStorage.getItem(key) as string);
    kept.texts.givens = '{"x":"1, 2, 3, 4, 5"}'; // one more than there are dy
    localStorage.setItem(key, JSON.stringify(kept));
  }, source.id);
  await openWorksheet(page);
  await check(worksheet(page));
  await expect(summary(page)).toContainText('The numbers of this worksheet cannot be used:');
  await worksheet(page).getByRole('button', { name: 'New numbers' }).click();
  await expect(worksheet(page).locator('.sheet-note')).toContainText('variant 1');
  await expect(summary(page)).not.toContainText('cannot be used');
});

test('without scripts it reads as a worked table', async ({ browser, watch }) => {
  const page = await openStatic(browser, watch, 'practice.html');
  await expect(worksheet(page).getByRole('textbox')).toHaveCount(0);
  const whole = worksheet(page).locator('.worksheet-item > details.answer');
  await whole.locator(':scope > summary').click();
  const values = await whole.getByRole('table').locator('tbody data.v').allTextContents();
  const expected = source.cells.map((name) =>
    (right[name] ?? []).map((value) => Number(value.toPrecision(4))),
  );
  expect(values.map(readList)).toEqual(expected);
});

test.describe('360 px wide', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('nothing reaches beyond the side of the sheet', async ({ page }) => {
    await openWorksheet(page);
    await box(page, 'batch_var').fill(`${'(x[0] - batch_mean)^2 + '.repeat(20)}1`);
    await box(page, 'x_hat').fill('an_unknown_name_'.repeat(12));
    await check(worksheet(page));
    await expect(verdict(page, 'x_hat')).toContainText('Not readable.');
    const [content, room] = await page
      .locator('main')
      .evaluate((main) => [main.scrollWidth, document.documentElement.clientWidth]);
    expect(content).toBeLessThanOrEqual(room);
  });
});
