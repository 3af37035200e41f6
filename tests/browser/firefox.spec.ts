// The whole way through the lesson in Firefox, from a host; as one file from disk; and without a network.

import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Browser, type KeyInput, launch, type Page } from 'puppeteer-core';
import { firefoxPath } from '../../cpp/toolchain.mjs';
import { pages } from '../../web/render/pages.ts';
import { serveSite } from '../../web/serve.mjs';
import { expect, test } from '@playwright/test';
import {
  answer,
  expectCounting,
  found,
  learn,
  lives,
  meet,
  press,
  says,
  type Tab,
  there,
  walk,
} from './way-through.ts';

// One Firefox after the other, of which each is of use to many tests.
test.describe.configure({ mode: 'default' });

let browser: Browser;
let host: Awaited<ReturnType<typeof serveSite>>;

function start(extraPrefsFirefox: Record<string, unknown> = {}): Promise<Browser> {
  const executablePath = firefoxPath();
  if (!executablePath)
    throw new Error('Firefox is needed: npm test installs it, or set FIREFOX to its path.');
  return launch({ browser: 'firefox', executablePath, headless: true, extraPrefsFirefox });
}

test.beforeAll(async () => {
  browser = await start();
  host = await serveSite({ folder: '/lesson/' });
});
test.afterAll(async () => {
  await browser.close();
  await host.close();
});

/** Notes what goes wrong on a page: exceptions, errors of the console, violations of the policies. */
async function watched(page: Page): Promise<string[]> {
  const troubles: string[] = [];
  page.on('pageerror', (error) => {
    const message = error instanceof Error ? error.message : String(error);
    // Firefox says so of a formula whose end it has not read yet, in a file as long as the one that holds all pages.
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
  return troubles;
}

/** A tab that remembers nothing, at this folder. */
async function newTab(
  folder = host.address,
  of = browser,
): Promise<Tab & { page: Page; close: () => Promise<void> }> {
  const context = await of.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 1280, height: 900 });
  const troubles = await watched(page);
  return {
    page,
    close: () => context.close(),
    open: async (file) => {
      // Another fragment of the same page would not load it again.
      if (file.startsWith('#')) await page.goto('about:blank');
      await page.goto(folder + file);
    },
    reload: async () => void (await page.reload()),
    press: async (key) => {
      const keys = key.split('+') as KeyInput[];
      const last = keys.pop() as KeyInput;
      for (const held of keys) await page.keyboard.down(held);
      await page.keyboard.press(last);
      for (const held of keys) await page.keyboard.up(held);
    },
    type: (text) => page.keyboard.type(text),
    click: (selector) => page.click(selector),
    evaluate: (run, ...given) => page.evaluate(run as never, ...given),
    troubles: async () => {
      // Events of the page's own queue are still on their way.
      await page.evaluate(() => new Promise((done) => setTimeout(done)));
      return troubles;
    },
  };
}

test('the whole way; and what goes wrong on it would be counted', async () => {
  const tab = await newTab();
  await walk(tab);
  await expectCounting(tab);
  await tab.close();
});

test('as one file from disk', async () => {
  const file = fileURLToPath(new URL('../../build/single-file/batch-normalization.html', import.meta.url));
  const tab = await newTab(pathToFileURL(file).href);
  await meet(tab, '#problem-1', 'problem-1');
  await answer(tab, 'problem-1/mean-square', '19/20', 'Right.');
  expect(await tab.troubles()).toEqual([]);
  await tab.close();
});

test('after one visit every page works without a network', async () => {
  const own = await serveSite({ folder: '/lesson/' });
  // A name of its own: what comes from “localhost” itself is not kept (src/page/offline.ts).
  const tab = await newTab(own.address.replace('//localhost:', '//lesson.localhost:'));
  await tab.open('');
  await lives(tab);
  await tab.page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    while (!navigator.serviceWorker.controller)
      await new Promise((done) =>
        navigator.serviceWorker.addEventListener('controllerchange', done, { once: true }),
      );
  });
  await own.close();
  for (const { file } of pages) {
    await tab.open(file);
    await lives(tab);
    await there(tab, 'h1');
    if (file !== 'write.html') continue;
    // Its programs need another core, and an editor.
    await found(tab, 'write-statistics');
    await press(tab, '.item[id="write-statistics"] button.main');
    await says(tab, '.item[id="write-statistics"] .verdict', 'Not yet.');
  }
  expect(await tab.troubles()).toEqual([]);
  await tab.close();
});

test('who has set forced colours and less motion gets both', async () => {
  const set = await start({ 'browser.display.document_color_use': 2, 'ui.prefersReducedMotion': 1 });
  const tab = await newTab(host.address, set);
  const hasMoved = () => tab.evaluate(() => sessionStorage.getItem('moved'));
  await tab.page.evaluateOnNewDocument(() =>
    addEventListener(
      'animationstart',
      ({ animationName }) => sessionStorage.setItem('moved', animationName),
      true,
    ),
  );
  await tab.open('');
  await lives(tab);
  const media = () =>
    ['(forced-colors: active)', '(prefers-reduced-motion: reduce)'].map((query) => matchMedia(query).matches);
  expect(await tab.evaluate(media)).toEqual([true, true]);
  await learn(tab);
  expect(await hasMoved()).toBeNull();
  // What is chosen, framed or to be pressed has an edge, and what is drawn is drawn in the colour of the text.
  const drawn = await tab.evaluate(() => {
    const style = (selector: string) => getComputedStyle(document.querySelector(selector) as Element);
    return {
      line: style('#forward-explorer .drawing .line').stroke === style('body').color,
      box: style('#example-forward input[type=text]').borderTopStyle,
      button: style('#forward-explorer form button').borderTopStyle,
    };
  });
  expect(drawn).toEqual({ line: true, box: 'solid', button: 'solid' });
  expect(await tab.troubles()).toEqual([]);
  await set.close();
});
