// The page as a reader finds it: parts by their headings, boxes by their labels, numbers as they stand there. Every
// test runs under the watch.

import { type Browser, expect, type Locator, type Page, test as base } from '@playwright/test';
import { Watch } from './watch.ts';

interface Fixtures {
  watch: Watch;
  /** The page with the core running. */
  lesson: Page;
}

export const test = base.extend<Fixtures>({
  watch: [
    async ({ context, baseURL, javaScriptEnabled }, use) => {
      const watch = new Watch(baseURL as string);
      await watch.over(context);
      await use(watch);
      // Events of the page's own queue, such as violations of its policy, are still on their way.
      const drained = (page: Page) => page.evaluate(() => new Promise((done) => setTimeout(done)));
      if (javaScriptEnabled) await Promise.all(context.pages().map(drained));
      await watch.finish();
    },
    { auto: true },
  ],
  lesson: async ({ page }, use) => {
    await openLive(page);
    await use(page);
  },
});

export { expect };

export async function openLive(page: Page): Promise<void> {
  await page.goto('./');
  await becomesLive(page);
}

export async function becomesLive(page: Page): Promise<void> {
  await expect(page.getByRole('button', { name: 'Start the quiz again' })).toBeVisible();
}

/** The page without scripts, in a window of its own. */
export async function openStatic(browser: Browser, watch: Watch): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled: false });
  await watch.over(context);
  const page = await context.newPage();
  await page.goto('./');
  return page;
}

const part = (page: Page, tag: string, heading: string) =>
  page.locator(tag).filter({ has: page.locator('h3', { hasText: heading }) });

export const example = (page: Page, number: number) => part(page, 'bn-example', `Example ${number}:`);
export const problem = (page: Page, number: number) => part(page, 'bn-practice', `Problem ${number}:`);
export const question = (page: Page, number: number) => part(page, 'bn-quiz', `Question ${number}`);

/** One question of a problem, counted from 1, with its box, its button and its verdict. */
export const answerForm = (of: Locator, number: number) => of.locator('form').nth(number - 1);

const controls = (sheet: Locator) => sheet.getByRole('group', { name: 'Change the numbers' });

/** The box of a given, by the end of its label: "γ gamma", "x". */
export const box = (sheet: Locator, given: string) =>
  controls(sheet).getByRole('textbox', { name: new RegExp(`(^|\\s)${given}$`) });

/** The line that says which given cannot be used. */
export const complaint = (sheet: Locator) => controls(sheet).getByRole('status');

export const allDigits = (sheet: Locator) => controls(sheet).getByRole('checkbox', { name: 'all digits' });

export const table = (sheet: Locator, caption: string) => sheet.getByRole('table', { name: caption });

const superscript = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A number as the page writes it: −1.342, 5 × 10⁻⁶. */
export function readNumber(text: string): number {
  const plain = text
    .trim()
    .replaceAll('−', '-')
    .replace(/ × 10(⁻?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/, (_, minus: string, digits: string) => {
      const exponent = digits.replace(/./g, (digit) => String(superscript.indexOf(digit)));
      return `e${minus ? '-' : ''}${exponent}`;
    });
  expect(plain, 'a number').toMatch(/^-?\d+(\.\d+)?(e-?\d+)?$/);
  return Number(plain);
}

/** A list as the page writes it, or a single number: [0.5, −0.5], 0.5. */
export const readList = (text: string) =>
  text
    .replace(/^\[(.*)\]$/, '$1')
    .split(', ')
    .map(readNumber);

/** The texts of a table's body, row by row, without the row's heading. */
export const cellTexts = (of: Locator): Promise<string[][]> =>
  of.evaluate((element: HTMLTableElement) =>
    [...element.tBodies].flatMap(({ rows }) =>
      [...rows].map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)),
    ),
  );

/** The numbers of a table's body, row by row. */
export const cells = async (of: Locator) => (await cellTexts(of)).map((row) => row.map(readNumber));

/** A number as the page rounds it: four significant digits, whole numbers in full. */
export const shown = (value: number) => (Number.isInteger(value) ? value : Number(value.toPrecision(4)));

/** What no reader may ever see. (That 0/0 is undefined, the lesson may say.) */
const machineWords = /NaN|\bundefined\b(?! \(0\/0\))|Infinity|\[object/;

/** Looks for machine words in all text of the page, in its boxes and in its titles, shown or folded away. */
export async function expectNoMachineWords(page: Page): Promise<void> {
  const texts = await page
    .locator('body')
    .evaluate((body) => [
      ...(body.textContent ?? '').split('\n'),
      ...[...body.querySelectorAll('input')].map((input) => input.value),
      ...[...body.querySelectorAll('[title]')].map((element) => element.getAttribute('title') ?? ''),
    ]);
  expect(texts.filter((text) => machineWords.test(text))).toEqual([]);
}

/** Every <details> opened. */
export async function openAllDetails(page: Page): Promise<void> {
  await page.locator('details').evaluateAll((all) => {
    for (const details of all) (details as HTMLDetailsElement).open = true;
  });
}
