// A page as a reader finds it: blocks by their names, boxes by their labels, numbers as they stand there. Every test runs
// under the watch.

import { type Browser, expect, type Locator, type Page, test as base } from '@playwright/test';
import { Watch } from './watch.ts';

interface Fixtures {
  watch: Watch;
  /** The first page with the core running. */
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
      // All else is taken back before the next test.
      await context.clearPermissions();
    },
    { auto: true },
  ],
  lesson: async ({ page }, use) => {
    await openLive(page);
    await use(page);
  },
});

export { expect };

/** A page of the lesson with the core running, and these of its blocks started. */
export async function openLive(page: Page, file = '', ...ids: string[]): Promise<void> {
  await page.goto(`./${file}`);
  await becomesLive(page, ...ids);
}

/** Waits for the core and for these blocks. */
export async function becomesLive(page: Page, ...ids: string[]): Promise<void> {
  await expect(page.locator('html')).toHaveClass(/(^| )computing( |$)/);
  for (const id of ids) {
    const block = page.locator(`[id="${id}"]`);
    // What is near the window starts at once; all else waits until the browser is idle.
    if (await block.isVisible()) await block.scrollIntoViewIfNeeded();
    await expect(block).toHaveAttribute('data-started');
  }
}

/** Opens what an element stands folded in. */
export const unfold = (of: Locator): Promise<void> =>
  of.evaluate((element) => {
    for (let each: Element | null = element; each; each = each.parentElement)
      if (each instanceof HTMLDetailsElement) each.open = true;
  });

/** Waits for every block of the page. */
export async function allStarted(page: Page): Promise<void> {
  await expect(page.locator('main :is([data-kind], [data-figure]):not([data-started])')).toHaveCount(0);
}

/** A page without scripts, in a window of its own. */
export async function openStatic(browser: Browser, watch: Watch, file = ''): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled: false });
  await watch.over(context);
  const page = await context.newPage();
  await page.goto(`./${file}`);
  return page;
}

/** A block of the lesson by its id: an example, a problem, a proof, a question of the quiz. */
export const item = (page: Page, id: string) => page.locator(`.item[id="${id}"]`);

/** A question by its block and its name: "problem-2/dgamma". */
export const question = (page: Page, name: string) => page.locator(`form[data-question="${name}"]`);

export const answerBox = (form: Locator) => form.getByRole('textbox');
/** What is said about the answer. */
export const verdict = (form: Locator) => form.getByRole('status');
export const check = (form: Locator) => form.getByRole('button', { name: 'Check' }).click();

/** Types an answer and checks it by keyboard, the folded box of a right one unfolded first. */
export async function answer(form: Locator, text: string): Promise<void> {
  const change = form.getByRole('button', { name: 'Change my answer' });
  if (await change.isVisible()) await change.click();
  await answerBox(form).fill(text);
  await answerBox(form).press('Enter');
}

const controls = (sheet: Locator) => sheet.getByRole('group', { name: 'Change the numbers' });

/** Unfolds the boxes of a block's givens; not by a click, which would take the focus from where the test has it. */
export async function changeNumbers(sheet: Locator): Promise<void> {
  await sheet.locator('details.change-numbers').evaluate((details: HTMLDetailsElement) => {
    details.open = true;
  });
}

/** The box of a given, by the end of its label: "γ gamma", "x". */
export const box = (sheet: Locator, given: string) =>
  controls(sheet).getByRole('textbox', { name: new RegExp(`(^|\\s)${given}$`) });

/** The line that says which given cannot be used. */
export const complaint = (sheet: Locator) => controls(sheet).locator('.sheet-message[role=status]');

/** The line that says what was done to the numbers last. */
export const note = (sheet: Locator) => sheet.locator('.sheet-note[role=status]');

export const newNumbers = (sheet: Locator) => sheet.getByRole('button', { name: 'New numbers' });

export const allDigits = (sheet: Locator) => controls(sheet).getByRole('checkbox', { name: 'all digits' });

export const table = (sheet: Locator, caption: string) => sheet.getByRole('table', { name: caption });

interface Answered {
  first?: string;
  latest?: string;
  best?: string;
  mistakes: Record<string, number>;
  hints: number;
  opened: boolean;
  fresh: boolean;
}

/** What the browser keeps of a block: its texts, and what became of its answers. */
export const keptOf = (
  page: Page,
  block: string,
): Promise<{ texts: Record<string, string>; answers: Record<string, Answered> }> =>
  page.evaluate((name) => {
    // The page stores at once what waits when it is left.
    dispatchEvent(new PageTransitionEvent('pagehide'));
    const key = Object.keys(localStorage).find(
      (each) => each.startsWith('batch-normalization/2 ') && each.endsWith(` ${name}`),
    );
    return JSON.parse(localStorage.getItem(key ?? '') ?? '{"texts":{},"answers":{}}') as never;
  }, block);

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
    .trim()
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
