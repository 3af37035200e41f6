// The lesson without a network, and a new version of it: what was kept works whole, and old and new never mix.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { pages } from '../../web/render/pages.ts';
import { serveSite } from '../../web/serve.mjs';
import { expect, item, question, test as base } from './lesson.ts';
import { Watch } from './watch.ts';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));

interface Host {
  address: string;
  /** from now on it serves a version in which the page “Learn” ends with this sentence */
  update: (sentence: string) => void;
  /** its worker never finishes an answer to “never” */
  keepBusy: () => void;
  close: () => Promise<void>;
}

// A site of its own for each test, which it may change and close.
const test = base.extend<{ host: Host }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs
  host: async ({}, use) => {
    const site = mkdtempSync(path.join(tmpdir(), 'site-'));
    cpSync(dist, site, { recursive: true, filter: (name) => !/\.(?:br|gz)$/u.test(name) });
    const served = await serveSite({ site, folder: '/lesson/' });
    const change = (name: string, edit: (text: string) => string) => {
      const file = path.join(site, name);
      const text = readFileSync(file, 'utf8');
      const changed = edit(text);
      expect(changed).not.toBe(text);
      writeFileSync(file, changed);
    };
    let isOpen = true;
    const close = async () => {
      if (isOpen) await served.close();
      isOpen = false;
    };
    await use({
      // A name of its own: what comes from “localhost” itself is not kept (src/page/offline.ts).
      address: served.address.replace('//localhost:', '//lesson.localhost:'),
      keepBusy() {
        const busy = 'e => e.request.url.endsWith("/never") && e.respondWith(new Promise(() => {}))';
        change('service-worker.js', (text) => `addEventListener('fetch', ${busy});${text}`);
      },
      update(sentence) {
        change('index.html', (text) => text.replace('</main>', `<p id="new">${sentence}</p></main>`));
        // The fingerprint of the file in the list of the service worker.
        change('service-worker.js', (text) =>
          text.replace(
            /(?<before>"?url"?:\s*[`"]index\.html[`"],\s*"?revision"?:\s*[`"])\w+/u,
            `$<before>${Date.now()}`,
          ),
        );
      },
      close,
    });
    await close();
    rmSync(site, { recursive: true });
  },
  baseURL: async ({ host }, use) => use(host.address),
  serviceWorkers: 'allow',
  // A page of the test before, emptied, does not go over to a new version: each test begins with one of its own.
  reuseContext: false,
});

/** Opens a page of the host and waits until all is kept. */
async function visit(page: Page, host: Host, file = ''): Promise<void> {
  await page.goto(host.address + file);
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    while (!navigator.serviceWorker.controller)
      await new Promise((done) =>
        navigator.serviceWorker.addEventListener('controllerchange', done, { once: true }),
      );
  });
}

/** All files of a version are fetched before it is offered or taken: a busy machine takes its time. */
const whenFetched = { timeout: 120_000 };

const notice = (page: Page) => page.locator('#notice');
const newSentence = 'This sentence is new.';

test('after one visit every page works without a network, with its core, its programs and its workers', async ({
  page,
  host,
}) => {
  await visit(page, host);
  await host.close();
  for (const { file } of pages) {
    await page.goto(host.address + file);
    await expect(page.locator('html')).toHaveClass(/(^| )computing( |$)/);
    await expect(page.locator('h1').first()).toBeVisible();
  }
  await page.goto(`${host.address}write.html#write-statistics`);
  const program = item(page, 'write-statistics');
  await program.getByRole('button', { name: 'Check' }).click();
  await expect(program.locator('.verdict')).toContainText('Not yet.');
  await page.goto(host.address);
  await page.getByRole('button', { name: 'Train both' }).click();
  await expect(page.locator('.race [role=status], .item-race [role=status]').first()).toContainText(/\d/);
});

test('a new version waits until it is asked for, and what is typed is there afterwards', async ({
  page,
  host,
}) => {
  await visit(page, host, 'practice.html');
  const box = (of: Page) => question(of, 'problem-1/mean-square').getByRole('textbox');
  await box(page).fill('7.25');
  host.update(newSentence);
  await page.reload();
  await expect(notice(page)).toContainText('A new version of the lesson is there.', whenFetched);
  await page.goto(host.address);
  await expect(page.locator('#new')).toHaveCount(0);
  await expect(notice(page)).toContainText('A new version of the lesson is there.', whenFetched);
  await notice(page).getByRole('button', { name: 'Reload' }).click();
  await expect(page.locator('#new')).toHaveText(newSentence, whenFetched);
  await page.goto(`${host.address}practice.html`);
  await expect(box(page)).toHaveValue('7.25');
});

test('a new version is there when it is asked for, though the worker of the old one has not finished', async ({
  page,
  host,
}) => {
  host.keepBusy();
  await visit(page, host);
  host.update(newSentence);
  await page.reload();
  await expect(notice(page)).toContainText('A new version of the lesson is there.', whenFetched);
  await page.evaluate(() => void fetch('never').catch(() => {}));
  await notice(page).getByRole('button', { name: 'Reload' }).click();
  await expect(page.locator('#new')).toHaveText(newSentence, whenFetched);
});

test('a tab of the old version says so when another one has taken the new', async ({
  page,
  context,
  host,
}) => {
  await visit(page, host);
  const other = await context.newPage();
  await visit(other, host);
  host.update(newSentence);
  await other.reload();
  await notice(other).getByRole('button', { name: 'Reload' }).click();
  await expect(other.locator('#new')).toHaveText(newSentence, whenFetched);
  await expect(notice(page)).toContainText('The lesson was brought up to date in another tab.', whenFetched);
  await notice(page).getByRole('button', { name: 'Reload' }).click();
  await expect(page.locator('#new')).toHaveText(newSentence, whenFetched);
});

test('on the reader’s own machine nothing is kept', async ({ browser, host }) => {
  // Of another address than the watch of every test expects.
  const address = host.address.replace('//lesson.localhost:', '//localhost:');
  const context = await browser.newContext({ serviceWorkers: 'allow' });
  const watch = new Watch(address);
  await watch.over(context);
  const page = await context.newPage();
  await page.goto(address);
  await expect(page.locator('html')).toHaveClass(/(^| )computing( |$)/);
  // The page has arrived: whatever it registers it would have registered.
  await expect(page.locator('html')).not.toHaveClass(/arriving/);
  await page.evaluate(() => new Promise((done) => requestIdleCallback(done)));
  expect(
    await page.evaluate(() => navigator.serviceWorker.getRegistrations().then((all) => all.length)),
  ).toBe(0);
  await watch.finish();
  await context.close();
});
