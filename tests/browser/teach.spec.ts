// The page for teachers: worksheets that print as they should, the files of a class, and links that hide.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import { expectNoViolations } from './axe.ts';
import {
  allStarted,
  answer,
  becomesLive,
  expect,
  item,
  openAllDetails,
  openLive,
  question,
  test,
  verdict,
} from './lesson.ts';
import { choose, questionIs } from './quiz.ts';

const maker = (page: Page) => item(page, 'sheets');
const said = (page: Page) => maker(page).getByRole('status');
const sheets = (page: Page) => maker(page).locator('.sheet');

/** Opens what is folded on the way, and chooses items by their titles. */
async function chooseItems(page: Page, ...titles: (string | RegExp)[]): Promise<void> {
  for (const summary of await maker(page).locator('details.choice > summary').all()) await summary.click();
  for (const title of titles) await maker(page).getByRole('checkbox', { name: title }).check();
}

async function makeSheets(page: Page, count: string, first = '1'): Promise<void> {
  await maker(page).getByRole('textbox', { name: 'Sheets' }).fill(count);
  await maker(page).getByRole('textbox', { name: 'numbered from' }).fill(first);
  await maker(page).getByRole('button', { name: 'Make the sheets' }).click();
  await expect(said(page)).toContainText('stand below, as they are printed.', { timeout: 60_000 });
}

/** The pages of a PDF by their sizes in points; Chromium writes them uncompressed. */
const pagesOf = (pdf: Buffer) =>
  [...pdf.toString('latin1').matchAll(/\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/g)].map(([, width, height]) => [
    Math.round(Number(width)),
    Math.round(Number(height)),
  ]);
const printed = (page: Page) => page.pdf({ preferCSSPageSize: true }).then(pagesOf);

const a4 = [595, 842];
const letter = [612, 792];

test('each sheet and each key begins a page, A4 or Letter, and nothing else is printed', async ({ page }) => {
  await openLive(page, 'teach.html', 'sheets');
  await chooseItems(page, /^Problem 2:/, /^Question 1: What are/);
  await makeSheets(page, '3');
  await expect(sheets(page)).toHaveCount(6);
  expect(await printed(page)).toEqual(Array.from({ length: 6 }, () => a4));
  await maker(page).getByText('Heading, paper, worked answers').click();
  await maker(page).getByLabel('Paper').selectOption('Letter');
  await maker(page).getByRole('textbox', { name: 'Heading' }).fill('Class 4b & <friends>');
  await makeSheets(page, '2');
  expect(await printed(page)).toEqual(Array.from({ length: 4 }, () => letter));
  await expect(sheets(page).first().getByRole('heading', { name: 'Class 4b & <friends>' })).toBeVisible();

  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('heading', { level: 1 })).toBeHidden();
  await expect(
    page.locator('footer, .sheet-maker form, .item-class, .item-share').filter({ visible: true }),
  ).toHaveCount(0);
  await expect(sheets(page).first()).toBeVisible();
});

test('the sheets of a number are the same here and from the command line', async ({ page }) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sheets-'));
  const out = path.join(folder, 'sheets.html');
  const wish = ['--items', 'problem-2,worksheet-backward,quiz-parameters', '--sheets', '5-6', '--out', out];
  // Not waited for idly: the browser has something to say meanwhile.
  const run = await promisify(execFile)(process.execPath, ['web/worksheets.mjs', ...wish]);
  expect(run.stderr + run.stdout).toContain('2 sheets and their keys');
  const words = (of: Page) =>
    of.locator('.sheet').evaluateAll((all) => all.map((each) => each.textContent.replaceAll(/\s+/g, ' ')));
  await page.setContent(readFileSync(out, 'utf8'));
  const fromCommand = await words(page);
  rmSync(folder, { recursive: true });

  await openLive(page, 'teach.html', 'sheets');
  await chooseItems(page, /^Problem 2:/, /^Worksheet: forward and backward/, /^Question 1: What are/);
  await makeSheets(page, '2', '5');
  expect(await words(page)).toEqual(fromCommand);
  expect(fromCommand).toHaveLength(4);
  expect(fromCommand[0]).not.toBe(fromCommand[1]);
});

test('a wish that cannot be met is said, and what was chosen is there again after a reload', async ({
  page,
}) => {
  await openLive(page, 'teach.html', 'sheets');
  const make = maker(page).getByRole('button', { name: 'Make the sheets' });
  await make.click();
  await expect(said(page)).toHaveText('Choose at least one item.');
  await chooseItems(page, /^Problem 4:/);
  await maker(page).getByRole('textbox', { name: 'Sheets' }).fill('200');
  await make.click();
  await expect(said(page)).toHaveText('The number of sheets is a whole number from 1 to 60.');
  await maker(page).getByRole('textbox', { name: 'Sheets' }).fill('');
  await maker(page).getByRole('textbox', { name: 'numbered from' }).fill('x');
  await make.click();
  await expect(said(page)).toHaveText('The number of sheets is a whole number from 1 to 60.');
  await expect(sheets(page)).toHaveCount(0);
  await page.reload();
  await becomesLive(page, 'sheets');
  await expect(maker(page).getByText('Practice: 1 of')).toBeVisible();
});

/** What a learner who does this saves as a file. */
async function savedBy(page: Page, work: () => Promise<void>): Promise<string> {
  await work();
  await page.getByText('Your work on this lesson').click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as a file' }).click();
  return readFileSync(await (await download).path(), 'utf8');
}

test('the files of a class are counted here, and go nowhere', async ({ page, browser, baseURL, watch }) => {
  const files: { name: string; mimeType: string; buffer: Buffer }[] = [];
  for (const name of ['ada', 'ben']) {
    const context = await browser.newContext({ baseURL: String(baseURL), serviceWorkers: 'block' });
    await watch.over(context);
    const theirs = await context.newPage();
    const text = await savedBy(theirs, async () => {
      await openLive(theirs, 'practice.html', 'problem-2');
      await answer(question(theirs, 'problem-2/dbeta'), name === 'ada' ? '17' : '1, 2');
      const form = question(theirs, 'problem-1/mean-square');
      await answer(form, name === 'ada' ? '19/20' : '16/15');
      await expect(verdict(form)).not.toBeEmpty();
    });
    files.push({ name: `${name}.json`, mimeType: 'application/json', buffer: Buffer.from(text) });
    await context.close();
  }
  files.push({ name: 'notes.json', mimeType: 'application/json', buffer: Buffer.from('{"a": 1}') });

  await openLive(page, 'teach.html', 'class');
  const place = item(page, 'class');
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await place.locator('input[type=file]').setInputFiles(files);
  await expect(place.getByRole('status')).toContainText('2 files were read.');
  await expect(place.getByRole('status')).toContainText(
    'notes.json was left out: it is not a file of this lesson: expected the format',
  );
  await expect(place.getByRole('table', { name: 'Where 2 learners stand' })).toContainText('working');
  await openAllDetails(page);
  const learners = place.getByRole('table', { name: 'The standing of each learner' });
  await expect(learners.getByRole('row', { name: /^ada\.json/ })).toBeVisible();
  const row = place
    .getByRole('table', { name: 'Questions that were answered' })
    .getByRole('row', { name: /mean-square/ });
  await expect(row.getByRole('cell')).toHaveText(['2', '1', '1']);
  expect(asked).toEqual([]);
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('ada.json');
  await expectNoViolations(page);
  await place.getByRole('button', { name: 'Remove the files' }).click();
  await expect(place.getByRole('table')).toHaveCount(0);
});

test('a link shows one item with other numbers, without its answers and hints', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openLive(page, 'teach.html', 'share');
  const share = item(page, 'share');
  await share.getByLabel('Link to').selectOption('problem-2');
  await share.getByLabel(/^Variant/).fill('3');
  await share.getByLabel('without hints').check();
  await expect(share.getByRole('link', { name: 'Open it' })).toHaveAttribute('href', /problem-2\.givens=/);
  await share.getByRole('button', { name: 'Copy the link' }).click();
  await expect(share.getByRole('status')).toHaveText('The link is in the clipboard.');
  const link = await page.evaluate(() => navigator.clipboard.readText());

  const other = await context.newPage();
  await openLive(other, 'practice.html', 'problem-2');
  const lessons = await item(other, 'problem-2').locator('[data-slot=problem]').innerText();
  await other.goto('about:blank');
  await other.goto(link);
  await becomesLive(other, 'problem-2');
  await expect(other.locator('main .item').filter({ visible: true })).toHaveCount(1);
  const problem = item(other, 'problem-2');
  await expect(problem.locator('[data-slot=problem]')).not.toHaveText(lessons, { useInnerText: true });
  const form = question(other, 'problem-2/dgamma');
  await answer(form, '17');
  await expect(verdict(form)).toContainText('Not yet.');
  for (const hidden of ['.show-answer', 'details.answer', '.hint'])
    await expect(problem.locator(hidden).filter({ visible: true })).toHaveCount(0);
  await other.close();
});

test('a link to a question hides what explains it; one to a figure hides its controls', async ({
  page,
  context,
}) => {
  await openLive(page, 'teach.html', 'share');
  const share = item(page, 'share');
  const hrefFor = async (title: string | RegExp) => {
    const option = share.getByRole('option', { name: title }).first();
    await share
      .getByLabel('Link to')
      .selectOption(await option.evaluate((each: HTMLOptionElement) => each.value));
    await expect(share.getByRole('link')).toBeVisible();
    return String(await share.getByRole('link').getAttribute('href'));
  };
  const other = await context.newPage();
  await other.goto(await hrefFor('Question 1'));
  await becomesLive(other, 'quiz-parameters');
  const card = await questionIs(other, 'quiz-parameters');
  await choose(card, 'A');
  await expect(card.locator('.show-answer, details.answer').filter({ visible: true })).toHaveCount(0);
  await other.goto('about:blank');
  await other.goto(await hrefFor(/^Running statistics average out the noise of batches/));
  await becomesLive(other);
  await expect(other.locator('.figure[id="training-inference"][data-drawn]')).toBeVisible();
  await expect(
    other.locator('.figure[id="training-inference"] .controls input').filter({ visible: true }),
  ).toHaveCount(0);
  await other.close();
});

test('accessible as delivered and with sheets, narrow too', async ({ page }) => {
  await openLive(page, 'teach.html');
  await allStarted(page);
  await chooseItems(page, /^Drill 1:/, /^Proof: the normalized values/);
  await makeSheets(page, '1');
  // A formula that does not scroll is no stop on the way through the sheets.
  const idleStops = () =>
    maker(page)
      .locator('.sheet [tabindex="0"]')
      .evaluateAll((all) => all.filter((each) => each.scrollWidth <= each.clientWidth).length);
  await expect.poll(idleStops).toBe(0);
  await openAllDetails(page);
  await expectNoViolations(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await expectNoViolations(page, ['color-contrast', 'target-size', 'scrollable-region-focusable']);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
});
