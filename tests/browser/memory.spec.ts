// What the browser keeps of a visit: all that was typed, with its verdicts; clearing and bringing back; a file of it; two
// tabs, two copies of the lesson, what an earlier version kept; and a browser that keeps nothing.

import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import {
  allStarted,
  answer,
  answerBox,
  becomesLive,
  box,
  changeNumbers,
  expect,
  item,
  newNumbers,
  openAllDetails,
  openLive,
  question,
  test,
  verdict,
} from './lesson.ts';
import { choose, openQuiz, option, questionIs, quiz, verdictOf } from './quiz.ts';

const practice = 'practice.html';
const work = (page: Page) => page.locator('details.your-work');
const workStatus = (page: Page) => work(page).getByRole('status');
const worksheet = (page: Page) => item(page, 'worksheet-backward');

async function pressWork(page: Page, name: string): Promise<void> {
  await work(page).evaluate((details: HTMLDetailsElement) => (details.open = true));
  await work(page).getByRole('button', { name, exact: true }).click();
}

/** Something typed, chosen and judged in every kind of item of the practice page. */
async function doWork(page: Page): Promise<void> {
  // Right, with another form of the number; and wrong, with the name of its mistake.
  await answer(question(page, 'problem-1/mean-square'), '19/20');
  await answer(question(page, 'problem-2/dgamma'), '1');
  await answerBox(question(page, 'problem-4/bn-operations')).fill('2^10');
  await newNumbers(worksheet(page)).click();
  await expect(worksheet(page).locator('.sheet-note')).toContainText('variant 1');
  await worksheet(page).getByRole('textbox').first().fill('5');
  const proof = item(page, 'proof-zero-sum');
  await openAllDetails(page); // it is folded in its problem
  for (const line of ['D', 'G']) await proof.getByRole('button', { name: `Add line ${line}` }).click();
}

/** All that stands on the page: what was typed, placed and drawn, and what was said of it. */
const standing = (page: Page) =>
  page.getByRole('main').evaluate((main) => {
    const texts = (selector: string) =>
      [...main.querySelectorAll(selector)].map(({ textContent }) => textContent.replace(/\s+/g, ' '));
    return {
      boxes: Object.fromEntries(
        [...main.querySelectorAll<HTMLInputElement>('input[type=text]')].map(({ id, value }) => [id, value]),
      ),
      right: [...main.querySelectorAll<HTMLElement>('form[data-state=right]')].map(
        ({ dataset }) => dataset.question,
      ),
      verdicts: texts('.verdict[data-verdict]'),
      placed: texts('.item-proof .placed'),
      numbers: texts('.item data.v'),
    };
  });

test('everything typed comes back after a reload, with its verdicts, and goes into a file and out of it', async ({
  page,
  browser,
  watch,
}) => {
  await openLive(page, practice);
  await allStarted(page);
  const before = await standing(page);
  await doWork(page);
  const done = await standing(page);
  expect(done.right).toEqual(['problem-1/mean-square']);
  expect(done.verdicts.join()).toMatch(/Right\..*Not yet\./s);
  for (const part of ['boxes', 'right', 'verdicts', 'placed', 'numbers'] as const)
    expect(done[part], part).not.toEqual(before[part]);

  await page.reload();
  await becomesLive(page);
  await allStarted(page);
  await expect.poll(() => standing(page)).toEqual(done);

  // As a file into another browser, where other work already stands.
  const download = page.waitForEvent('download');
  await pressWork(page, 'Save as a file');
  const file = await (await download).path();
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
    blocks: { 'problem-4': { texts: { 'bn-operations': '2^10' } } },
  });
  const context = await browser.newContext();
  await watch.over(context);
  const other = await context.newPage();
  await openLive(other, practice, 'problem-3');
  await answerBox(question(other, 'problem-3/window')).fill('10');
  await work(other).getByText('Your work on this lesson').click();
  const load = other.getByLabel('Load from a file');
  await load.setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{"a": 1}') });
  await expect(workStatus(other)).toContainText('The file was not used: it is not a file of this lesson');
  await load.setInputFiles(file);
  await expect(workStatus(other)).toContainText('The work from the file has been added to yours.');
  await allStarted(other);
  const both = { ...done, boxes: { ...done.boxes, 'problem-3-window': '10' } };
  await expect.poll(async () => (await standing(other)).boxes).toEqual(both.boxes);
  await other.reload();
  await becomesLive(other);
  await allStarted(other);
  await expect.poll(() => standing(other)).toEqual(both);
  await context.close();
});

test('clearing asks, clears this page or all, and can be undone until one leaves', async ({ page }) => {
  const first = await openQuiz(page);
  await choose(first, 'A');
  const quizVerdict = await verdictOf(first).innerText();
  await openLive(page, practice);
  await allStarted(page);
  const before = await standing(page);
  await doWork(page);
  const done = await standing(page);
  const dialog = page.getByRole('dialog', { name: 'Clear what you typed and answered?' });

  for (const leave of [
    () => dialog.getByRole('button', { name: 'Cancel' }).click(),
    () => page.keyboard.press('Escape'),
  ]) {
    await pressWork(page, 'Clear…');
    await expect(dialog).toBeVisible();
    await leave();
    await expect(dialog).toBeHidden();
    expect(await standing(page)).toEqual(done);
  }
  await pressWork(page, 'Clear…');
  await dialog.getByRole('button', { name: 'On this page' }).click();
  await expect.poll(() => standing(page)).toEqual(before);
  await workStatus(page).getByRole('button', { name: 'Undo' }).press('Enter');
  await expect.poll(() => standing(page)).toEqual(done);
  await expect(workStatus(page), 'the button is gone').toBeFocused();
  await page.reload();
  await becomesLive(page);
  await allStarted(page);
  await expect.poll(() => standing(page)).toEqual(done);

  await pressWork(page, 'Clear…');
  await dialog.getByRole('button', { name: 'On this page' }).click();
  await expect.poll(() => standing(page)).toEqual(before);
  // It is cleared for good once one has left; the other page keeps its work.
  await page.goto(quiz);
  await becomesLive(page);
  const card = await questionIs(page, (await first.getAttribute('id')) ?? '');
  await expect(option(card, 'A')).toBeChecked();
  await expect(verdictOf(card)).toHaveText(quizVerdict, { useInnerText: true });
  await pressWork(page, 'Clear…');
  await dialog.getByRole('button', { name: 'On all pages' }).click();
  await expect(option(card, 'A')).not.toBeChecked();
  await openLive(page, practice);
  await allStarted(page);
  await expect.poll(() => standing(page)).toEqual(before);
});

test('other numbers take a verdict away for good, not until it is stored', async ({ page }) => {
  await openLive(page, practice, 'problem-2');
  const problem = item(page, 'problem-2');
  const form = question(page, 'problem-2/dgamma');
  await answer(form, '1');
  await expect(verdict(form)).toContainText('Not yet.');
  const key = 'batch-normalization/2 /some/folder/ problem-2';
  const stored = () => page.evaluate((name) => localStorage.getItem(name), key);
  await expect.poll(stored).toContain('"checked":"1"');
  await changeNumbers(problem);
  await box(problem, 'x').fill('1, 2, 3');
  await expect(verdict(form)).toBeEmpty();
  await expect.poll(stored).toContain('1, 2, 3');
  await expect(verdict(form)).toBeEmpty();
  await expect(answerBox(form)).toHaveValue('1');
});

test('two tabs keep each other’s work', async ({ page, context }) => {
  await openLive(page, practice, 'problem-4');
  const other = await context.newPage();
  await openLive(other, practice, 'problem-4');
  const [a, b] = ['bn-operations', 'linear-operations'].map((name) => `problem-4/${name}`) as [
    string,
    string,
  ];
  await answerBox(question(page, a)).fill('1024');
  await expect(answerBox(question(other, a))).toHaveValue('1024');
  await answer(question(other, b), '65536');
  await expect(answerBox(question(page, b))).toHaveValue('65536');
  await page.reload();
  await becomesLive(page, 'problem-4');
  await expect(answerBox(question(page, a))).toHaveValue('1024');
  await expect(answerBox(question(page, b))).toHaveValue('65536');
});

test('two copies of the lesson on one host keep apart', async ({ page, baseURL, watch }) => {
  watch.provoke(/request outside the folder: .*\/another\/folder\//);
  const another = (baseURL as string).replace('/some/folder/', '/another/folder/');
  await page.route(`${another}**`, async (route) => {
    const url = route.request().url().replace('/another/folder/', '/some/folder/');
    await route.fulfill({ response: await route.fetch({ url }) });
  });
  const box4 = answerBox(question(page, 'problem-4/bn-operations'));
  await openLive(page, practice, 'problem-4');
  await box4.fill('here');
  await page.goto(`${another}${practice}`);
  await becomesLive(page, 'problem-4');
  await expect(box4).toHaveValue('');
  await box4.fill('there');
  await openLive(page, practice, 'problem-4');
  await expect(box4).toHaveValue('here');
});

test('what an earlier version of the lesson kept is taken over once; what cannot be read is kept aside', async ({
  page,
}) => {
  // As that version wrote it: the whole page as one link, blocks by their places, the order of a proof by numbers.
  const earlier =
    '#bn1&all&forward-explorer.beta=3&example-2.givens=%7B%22gamma%22%3A%225%22%7D&problem-4.bn-operations=2%5E10' +
    '&quiz-running-averages.choice=C&proof-zero-sum.order=%7B%220%22%3A%22mean%22%2C%221%22%3A%22split%22%7D';
  const broken = 'batch-normalization/2 /some/folder/ problem-5';
  await openLive(page, 'workshop.html');
  await page.evaluate(
    ([kept, key]) => {
      localStorage.clear(); // as if today's version had never been here
      localStorage.setItem('batch-normalization-bn1', kept as string);
      localStorage.setItem(key as string, '{"cleared": 0, "texts"');
    },
    [earlier, broken],
  );
  await openLive(page, '', 'forward-explorer', 'example-scale-and-shift');
  await expect(page.locator('#forward-explorer').getByRole('slider', { name: 'beta' })).toHaveValue('3');
  await expect(item(page, 'example-scale-and-shift')).toContainText('γ=5');
  await openLive(page, quiz);
  await page.getByRole('button', { name: 'Question 2' }).click();
  await expect(option(await questionIs(page, 'quiz-running-averages'), 'C')).toBeChecked();

  await openLive(page, practice, 'problem-4', 'problem-5', 'proof-zero-sum');
  const box4 = answerBox(question(page, 'problem-4/bn-operations'));
  await expect(box4).toHaveValue('2^10');
  await expect(item(page, 'proof-zero-sum').locator('.placed [data-line]')).toHaveCount(2);
  const kept = await page.evaluate(
    (key) => [
      localStorage.getItem(`aside ${key}`),
      localStorage.getItem(key),
      localStorage.getItem('batch-normalization-bn1'),
    ],
    broken,
  );
  expect(kept).toEqual(['{"cleared": 0, "texts"', null, earlier]);

  // Once: what was done since is not undone by it.
  await box4.fill('1024');
  await page.reload();
  await becomesLive(page, 'problem-4');
  await expect(box4).toHaveValue('1024');
});

test('where the browser keeps nothing the page works; it only forgets', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', {
      get: () => {
        throw new DOMException('The user denied permission.', 'SecurityError');
      },
    });
  });
  await openLive(page, practice, 'problem-1');
  const form = question(page, 'problem-1/mean-square');
  await answer(form, '19/20');
  await expect(verdict(form)).toContainText('Right.');
  await page.reload();
  await becomesLive(page, 'problem-1');
  await expect(answerBox(form)).toHaveValue('');
});

test('where the browser’s storage is full the page works, and says that it keeps nothing', async ({
  page,
}) => {
  await page.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
    };
  });
  await openLive(page, practice, 'problem-1');
  const form = question(page, 'problem-1/mean-square');
  await answer(form, '19/20');
  await expect(verdict(form)).toContainText('Right.');
  const notice = page.locator('#notice');
  await expect(notice).toContainText('does not store what you do here (The quota has been exceeded.)');
  // Once: what was closed does not come back with the next key.
  await notice.getByRole('button', { name: 'Close' }).click();
  await answer(form, '0.95');
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide')));
  await expect(notice).toBeEmpty();

  await page.goto('about:blank');
  await page.goto('./practice.html#bn1&all&problem-1.mean-square=7');
  await becomesLive(page, 'problem-1');
  await notice.getByRole('button', { name: 'Go on with this' }).click();
  await expect(notice).toContainText('it would be lost with this page');
  await expect(answerBox(form)).toHaveValue('7');
});

test('a verdict that is kept from before is not announced; the next one is', async ({ page }) => {
  await openLive(page, practice, 'problem-1');
  const form = question(page, 'problem-1/mean-square');
  await answer(form, '17');
  await expect(verdict(form)).toContainText('Not yet.');
  await page.reload();
  await becomesLive(page, 'problem-1');
  await expect(verdict(form)).toContainText('Not yet.');
  await expect(verdict(form)).toHaveAttribute('aria-live', 'off');
  await answer(form, '19/20');
  await expect(verdict(form)).toContainText('Right.');
  await expect(verdict(form)).not.toHaveAttribute('aria-live');
});
