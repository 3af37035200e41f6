// The playground: set up and trained by keyboard, restored from a link, and where no worker or no script runs.

import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Locator, Page } from '@playwright/test';
import { bringAxe, found } from './axe.ts';
import { becomesLive, expect, expectNoMachineWords, openLive, openStatic, test } from './lesson.ts';
import { Watch } from './watch.ts';

const file = 'laboratory.html';
const status = (playground: Locator) => playground.locator('p.sentence[role=status]');
const steps = (playground: Locator) => playground.locator('.playground-step');
const play = (playground: Locator) => playground.getByRole('button', { name: 'Play', exact: true });
const step = (playground: Locator) => playground.getByRole('button', { name: 'Step' });
const setUp = (playground: Locator) => playground.getByLabel('Set up');
const fold = (playground: Locator, name: string) => playground.locator('summary', { hasText: name });

async function open(page: Page, fragment = ''): Promise<Locator> {
  await openLive(page, file + fragment, 'playground');
  return page.locator('.item[id="playground"]');
}

async function expectClean(playground: Locator): Promise<void> {
  await bringAxe(playground.page());
  const results = await playground.evaluate((element) =>
    (globalThis as unknown as { axe: { run: (root: Element) => Promise<never> } }).axe.run(element),
  );
  expect(found(results)).toEqual([]);
}

test('as it comes it shows how the first networks ended, and playing them ends the same', async ({
  page,
}) => {
  const playground = await open(page);
  await expect(playground.locator('img')).toHaveCount(2);
  const says = await status(playground).innerText();
  expect(says).toMatch(/^After 300 steps, A: .+; B: .+ % right\.$/);
  const captions = await playground.locator('figcaption').allInnerTexts();
  await play(playground).click();
  await expect(status(playground)).toHaveText(says, { timeout: 60_000 });
  await expect(playground.locator('img')).toHaveCount(0);
  await expect(playground.getByRole('img', { name: /^What [AB] says of the plane: / })).toHaveCount(2);
  expect(await playground.locator('figcaption').allInnerTexts()).toEqual(captions);
  await expectClean(playground);
});

test('by keyboard: another set-up is chosen, stepped, played and paused, and the result is read', async ({
  page,
}) => {
  const playground = await open(page);
  await setUp(playground).focus();
  await page.keyboard.type('Thirty-one');
  await expect(setUp(playground)).toHaveValue('residual');
  await expect(
    playground.getByText('31 ReLU layers of 12, batch norm, pre-activation residual blocks'),
  ).toBeVisible();
  await expect(steps(playground)).toHaveText('0 of 300 steps');
  // Nothing is announced before something has been done.
  await expect(status(playground)).toHaveText('');
  await page.keyboard.press('Tab');
  await expect(play(playground)).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(status(playground)).toHaveText(/^After 1 step, A: .+; B: .+\.$/);
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  const pause = playground.getByRole('button', { name: 'Pause' });
  await expect(pause).toBeFocused();
  await expect(status(playground)).toHaveText('');
  await expect(steps(playground)).toHaveText(/^(?!1 )\d+ of 300 steps$/);
  await page.keyboard.press('Enter');
  await expect(status(playground)).toHaveText(/^After \d+ steps, A: .+; B: .+\.$/);
  await expect(play(playground)).toBeFocused();
  const paused = await steps(playground).innerText();
  // Training that went on would show its next steps at one of these frames.
  await page.evaluate(async () => {
    for (let frame = 0; frame < 20; ++frame) await new Promise(requestAnimationFrame);
  });
  await expect(steps(playground)).toHaveText(paused);
});

test('while it trains one sentence is announced, at its end', async ({ page }) => {
  const playground = await open(page);
  await playground.evaluate((element) => {
    const said: string[] = [];
    (globalThis as unknown as { said: string[] }).said = said;
    new MutationObserver(() => {
      const now = [...element.querySelectorAll('[role=status], [aria-live]')]
        .map((each) => each.textContent)
        .join('');
      if (now !== '' && now !== said.at(-1)) said.push(now);
    }).observe(element, { subtree: true, childList: true, characterData: true });
  });
  await step(playground).click();
  await expect(status(playground)).toHaveText(/^After 1 step/);
  await play(playground).click();
  await expect(status(playground)).toHaveText(/^After 300 steps/, { timeout: 60_000 });
  const said = await page.evaluate(() => (globalThis as unknown as { said: string[] }).said);
  expect(said.map((each) => each.slice(0, 11))).toEqual(['After 1 ste', 'After 300 s']);
});

test('a link restores everything, and what it says wrongly is named and left out', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  let playground = await open(page);
  await fold(playground, 'Change B').click();
  await playground.getByLabel('normalization', { exact: true }).last().selectOption('layer');
  await playground.getByLabel('hidden layers', { exact: true }).last().fill('4');
  await page.keyboard.press('Enter');
  await playground.getByLabel('Show').selectOption('activations');
  await expect(playground.getByText('4 ReLU layers of 12, layer norm, rate 1')).toBeVisible();
  await expect(playground.getByText('changed', { exact: true })).toBeVisible();
  await fold(playground, 'More').click();
  await playground.getByRole('button', { name: 'Copy link to this state' }).click();
  await expect(playground.getByText('The link is in the clipboard.')).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await playground.getByRole('button', { name: 'Reset' }).click();
  await expect(playground.getByText('10 ReLU layers of 12, batch norm, rate 1')).toBeVisible();

  await page.goto('about:blank');
  await page.goto(`${link}&playground.a.width=many&playground.a.layers=3`);
  await becomesLive(page, 'playground');
  playground = page.locator('.item[id="playground"]');
  await expect(playground.getByText('4 ReLU layers of 12, layer norm, rate 1')).toBeVisible();
  await expect(playground.getByText('3 ReLU layers of 12, no normalization, rate 1')).toBeVisible();
  await expect(playground.getByLabel('Show')).toHaveValue('activations');
  await expect(page.locator('[id="notice"]')).toContainText(
    'could not be used and was left out: “playground.a.width=many”',
  );
  await expect(steps(playground)).toHaveText('0 of 300 steps');
});

test('what cannot be used says why: in a box, and together', async ({ page }) => {
  const playground = await open(page);
  await fold(playground, 'Change A').click();
  const width = playground.getByLabel('units of each').first();
  await width.fill('1000');
  await width.press('Enter');
  await expect(width).toHaveAttribute('aria-invalid', 'true');
  await expect(width).toHaveAccessibleDescription(
    'units of each: expected a whole number from 1 to 64, got “1000”. It stays at 12.',
  );
  await expect(playground.getByText('10 ReLU layers of 12, no normalization, rate 1')).toBeVisible();
  await expectClean(playground);
  await width.fill('16');
  await width.press('Enter');
  await expect(width).not.toHaveAttribute('aria-invalid');
  // An even number of layers has no blocks.
  await playground.getByLabel('residual blocks').first().selectOption('pre_activation');
  await expect(status(playground)).toHaveText(
    /^The networks could not be trained: arm A, layers: expected .+ odd.+, got 10\.$/,
  );
  await playground.getByLabel('hidden layers', { exact: true }).first().fill('9');
  await page.keyboard.press('Enter');
  await expect(status(playground)).toHaveText('');
  await step(playground).click();
  await expect(status(playground)).toHaveText(/^After 1 step/);
});

test('every view shows something, and a network that leaves the finite numbers is said to', async ({
  page,
}) => {
  const playground = await open(page, '#bn1&at=playground&playground.preset=million&playground.speed=most');
  await play(playground).click();
  await expect(status(playground)).toHaveText(
    /^After 300 steps, A: its numbers are no longer finite; B: (100|9\d) % right\.$/,
    { timeout: 60_000 },
  );
  await fold(playground, 'More').click();
  await expect(playground.getByRole('table')).toContainText('not finite');
  for (const view of ['loss', 'activations', 'gradients', 'effective', 'example']) {
    await playground.getByLabel('Show').selectOption(view);
    await expect(playground.locator('.training-plot .b').first(), view).toBeAttached();
    await expectNoMachineWords(page);
  }
  await expectClean(playground);
  await setUp(playground).selectOption('glyphs');
  await step(playground).click();
  await expect(status(playground)).toHaveText(/^After 1 step/);
  await expect(playground.locator('.surface')).toHaveCount(0);
});

test('where no worker starts it runs on the page, and can be paused', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(globalThis, 'Worker', { value: undefined });
  });
  const playground = await open(page, '#bn1&at=playground&playground.steps=20000');
  await play(playground).click();
  await expect(steps(playground)).toHaveText(/^[1-9]\d* of 20000 steps$/, { timeout: 60_000 });
  await playground.getByRole('button', { name: 'Pause' }).click();
  await expect(status(playground)).toHaveText(/^After \d+ steps?, A: /, { timeout: 60_000 });
});

for (const [what, prepare] of [
  ['a laboratory that does not come is told in words, and Play fetches it again', () => {}],
  [
    'so it is where no worker starts',
    () => Object.defineProperty(globalThis, 'Worker', { value: undefined }),
  ],
] as const)
  test(what, async ({ page, watch }) => {
    const laboratory = /laboratory-.*\.wasm/;
    watch.provoke(/request failed: .*laboratory/);
    watch.tolerate(/Failed to load resource/);
    await page.addInitScript(prepare);
    await page.route(laboratory, (route) => route.abort());
    const playground = await open(page);
    await play(playground).click();
    await expect(status(playground)).toHaveText(/^The networks could not be trained: .+\.$/);
    await expect(play(playground)).toBeVisible();
    await page.unroute(laboratory);
    await play(playground).click();
    await expect(status(playground)).toHaveText(/^After 300 steps, A: /, { timeout: 60_000 });
  });

test('a worker that dies while it trains is told in words, and Play begins anew', async ({ page }) => {
  await page.addInitScript(() => {
    const Living = Worker;
    globalThis.Worker = class extends Living {
      constructor(address: string | URL, options?: WorkerOptions) {
        super(address, options);
        (globalThis as unknown as { die: () => void }).die = () => {
          this.terminate();
          this.dispatchEvent(new ErrorEvent('error', { message: 'out of memory' }));
        };
      }
    };
  });
  const playground = await open(page, '#bn1&at=playground&playground.steps=20000');
  await play(playground).click();
  await expect(steps(playground)).toHaveText(/^[1-9]\d* of 20000 steps$/, { timeout: 60_000 });
  await page.evaluate(() => (globalThis as unknown as { die: () => void }).die());
  await expect(status(playground)).toHaveText('The networks could not be trained: the worker has stopped.');
  await step(playground).click();
  await expect(status(playground)).toHaveText(/^After 1 step, A: /);
  await play(playground).click();
  await expect(steps(playground)).toHaveText(/^(?!1 )[1-9]\d* of 20000 steps$/);
});

async function expectStill(page: Page): Promise<void> {
  const playground = page.locator('.item[id="playground"]');
  await expect(playground.locator('img')).toHaveCount(2);
  await expect(playground.locator('.training-plot')).toBeVisible();
  await expect(status(playground)).toHaveText(/^After 300 steps, A: .+; B: .+\.$/);
  for (const control of await playground.locator('button, select, input, summary').all())
    await expect(control).toBeHidden();
}

test('without scripts it is a picture with its sentence, and without a control', async ({
  browser,
  watch,
}) => {
  const page = await openStatic(browser, watch, file);
  await expectStill(page);
  await page.context().close();
});

test('a file from disk, where the browser starts no script of the page, reads the same', async ({
  browser,
}) => {
  const folder = fileURLToPath(new URL('../../dist', import.meta.url));
  const context = await browser.newContext();
  const watch = new Watch(pathToFileURL(folder).href);
  // What is asked for early from disk has no origin that it could be asked for from; the style finds the fonts all the same.
  watch.provoke(
    /Access to (?:script|font|link element resource) at 'file:/,
    /Failed to load/,
    /request failed: file:/,
  );
  // The browser says so when it finds time to.
  watch.tolerate(
    /was preloaded using link preload but not used/,
    /A preload for 'file:.+woff2' is found, but is not used/,
  );
  await watch.over(context);
  const page = await context.newPage();
  await page.goto(pathToFileURL(path.join(folder, file)).href);
  await expectStill(page);
  await expect(page.locator('#banner')).toHaveText(
    /^Opened from disk, this page can be read\. .+ need a web server/,
  );
  const fontIsThere = async () => {
    await document.fonts.ready;
    return [...document.fonts].some((font) => /Lesson Text/.test(font.family) && font.status === 'loaded');
  };
  expect(await page.evaluate(fontIsThere)).toBe(true);
  await watch.finish();
  await context.close();
});
