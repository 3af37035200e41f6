// The way through the lesson in Firefox: from a host, without scripts' workers from disk, and as one file.

import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Browser, launch, type Page } from 'puppeteer-core';
import { firefoxPath } from '../../cpp/toolchain.mjs';
import { serveSite } from '../../web/serve.mjs';
import { expect, test } from '@playwright/test';

test.describe.configure({ mode: 'serial' });

let browser: Browser;
let host: Awaited<ReturnType<typeof serveSite>>;
test.beforeAll(async () => {
  const executablePath = firefoxPath();
  if (!executablePath)
    throw new Error('Firefox is needed: npm test installs it, or set FIREFOX to its path.');
  browser = await launch({ browser: 'firefox', executablePath, headless: true });
  host = await serveSite({ folder: '/lesson/' });
});
test.afterAll(async () => {
  await browser.close();
  await host.close();
});

/** A new page, with everything that went wrong on it. */
async function newPage(): Promise<[Page, string[]]> {
  const page = await browser.newPage();
  const troubles: string[] = [];
  page.on('pageerror', (error) => {
    const message = error instanceof Error ? error.message : String(error);
    // Firefox says so of a formula whose end it has not read yet, in a file as long as this one.
    if (!message.startsWith('Invalid markup: Incorrect number of children')) troubles.push(message);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(message.text());
  });
  await page.evaluateOnNewDocument(() => {
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
      console.error(`violation of ${effectiveDirective}: ${blockedURI}`),
    );
  });
  return [page, troubles];
}

const seconds = (count: number) => ({ timeout: count * 1000 });
const lives = (page: Page) => page.waitForSelector('html.computing', seconds(120));

/** Waits until an element says this. */
async function says(page: Page, selector: string, text: string): Promise<void> {
  await expect
    .poll(() => page.$$eval(selector, (all) => all.map((each) => each.textContent).join(' ')), seconds(60))
    .toContain(text);
}

async function answers(page: Page): Promise<void> {
  await page.waitForSelector('.item[id="problem-1"][data-started]', seconds(60));
  const form = 'form[data-question="problem-1/mean-square"]';
  await page.$eval(form, (element) => element.scrollIntoView());
  await page.type(`${form} input`, '19/20');
  await page.keyboard.press('Enter');
  await says(page, `${form} [role=status]`, 'Right.');
}

test('from a host: numbers, a figure, an answer, a question of the quiz, a program, networks in training', async () => {
  const [page, troubles] = await newPage();
  await page.goto(host.address);
  await lives(page);
  await page.waitForSelector('.figure[data-drawn]', seconds(60));
  await page.waitForSelector('.item[id="race"][data-started]', seconds(60));
  const train = await page.$('.item[id="race"] ::-p-aria([name="Train both"][role="button"])');
  await train?.click();
  await page.waitForSelector('.item[id="race"] .surface', seconds(60));
  await says(page, '.item[id="race"] p.sentence[role=status]', 'After 300 steps');

  await page.goto(`${host.address}practice.html#problem-1`);
  await lives(page);
  await answers(page);

  await page.goto(`${host.address}quiz.html`);
  await lives(page);
  await page.waitForSelector('.item[id="quiz-parameters"][data-started]', seconds(60));
  await page.click('.item[id="quiz-parameters"] input[value=B]');
  await page.click('.item[id="quiz-parameters"] form button');
  await says(page, '.item[id="quiz-parameters"] [role=status]', 'Right.');

  await page.goto(`${host.address}write.html#write-statistics`);
  await lives(page);
  const program = '.item[id="write-statistics"]';
  await page.waitForSelector(`${program}[data-started]`, seconds(60));
  await page.click(`${program} button.main`);
  await says(page, `${program} .verdict`, 'Not yet.');
  expect(troubles).toEqual([]);
  await page.close();
});

test('as one file from disk', async () => {
  const [page, troubles] = await newPage();
  const file = fileURLToPath(new URL('../../build/single-file/batch-normalization.html', import.meta.url));
  await page.goto(`${pathToFileURL(file).href}#problem-1`);
  await lives(page);
  await answers(page);
  expect(troubles).toEqual([]);
  await page.close();
});
