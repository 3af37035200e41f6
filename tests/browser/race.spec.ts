// The race of two networks: trained by mouse, keys and finger, in a worker and without one, and as it comes.

import type { Locator, Page } from '@playwright/test';
import { bringAxe, found } from './axe.ts';
import { becomesLive, expect, openLive, test } from './lesson.ts';

const raceOn = (page: Page) => page.locator('.item[id="race"]');
const status = (race: Locator) => race.locator('p.sentence[role=status]');
const train = (race: Locator) => race.getByRole('button', { name: 'Train both' });

async function openRace(page: Page): Promise<Locator> {
  await openLive(page, 'index.html', 'race');
  return raceOn(page);
}

test('as it comes it shows how the first race ended, and training it again ends the same', async ({
  page,
}) => {
  const race = await openRace(page);
  await expect(race.locator('img')).toHaveCount(2);
  const says = await status(race).innerText();
  expect(says).toMatch(
    /^After 300 steps at the rate 1: without batch normalization .+; with it all points right\.$/,
  );
  await train(race).click();
  await expect(race.locator('.surface')).toHaveCount(2);
  // One sentence when it is over; nothing is announced before.
  await expect(status(race)).toHaveText(says, { timeout: 60_000 });
  await expect(race.locator('img')).toHaveCount(0);
  for (const picture of await race.locator('.surface').all())
    await expect(picture).toHaveAttribute('aria-label', /^What the network .+ says of the plane: /);
  await bringAxe(page);
  const results = await race.evaluate((element) =>
    (globalThis as unknown as { axe: { run: (root: Element) => Promise<never> } }).axe.run(element),
  );
  expect(found(results)).toEqual([]);
});

test('by keyboard: at a tenth of the rate both learn', async ({ page }) => {
  const race = await openRace(page);
  const rate = race.getByRole('slider', { name: 'learning rate' });
  await rate.focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect(rate).toHaveAttribute('aria-valuetext', '0.1');
  await expect(race.getByText('not trained yet')).toHaveCount(2);
  await page.keyboard.press('Tab');
  await expect(train(race)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(status(race)).toHaveText(
    /^After 300 steps at the rate 0\.1: without batch normalization (all|9[89] %).+; with it (all|9[89] %)/,
    { timeout: 60_000 },
  );
});

test('the choice is kept, and stops what runs', async ({ page }) => {
  const race = await openRace(page);
  await train(race).click();
  await expect(race.locator('.surface')).toHaveCount(2);
  await race.getByRole('button', { name: 'Another seed' }).click();
  await expect(race.locator('.surface')).toHaveCount(0);
  await expect(status(race)).toHaveText('');
  await race.getByText('More', { exact: true }).click();
  await race.getByRole('radio', { name: '3' }).check();
  await expect(race.getByText('Seed 2')).toBeVisible();
  await page.reload();
  await becomesLive(page, 'race');
  await race.getByText('More', { exact: true }).click();
  await expect(race.getByRole('radio', { name: '3' })).toBeChecked();
  await expect(race.getByText('Seed 2')).toBeVisible();
});

test('where no worker starts it runs on the page', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(globalThis, 'Worker', { value: undefined });
  });
  const race = await openRace(page);
  await race.getByText('More', { exact: true }).click();
  await race.getByRole('radio', { name: '3' }).check();
  await train(race).click();
  await expect(status(race)).toHaveText(/^After 300 steps at the rate 1: /, { timeout: 120_000 });
});

test('a laboratory that does not come is told in words, and nothing goes on', async ({ page, watch }) => {
  watch.provoke(/request failed: .*laboratory/);
  await page.route(/laboratory-.*\.wasm/, (route) => route.abort());
  const race = await openRace(page);
  await page.evaluate(() => {
    const counted = globalThis as unknown as { frames: number };
    counted.frames = 0;
    const ask = requestAnimationFrame;
    globalThis.requestAnimationFrame = (act) => {
      counted.frames += 1;
      return ask(act);
    };
  });
  await train(race).click();
  await expect(status(race)).toHaveText(/^The networks could not be trained: .+\.$/);
  await expect(train(race)).toBeVisible();
  const framesIn = (time: number) =>
    page.evaluate(async (wait) => {
      const counted = globalThis as unknown as { frames: number };
      const before = counted.frames;
      await new Promise((done) => setTimeout(done, wait));
      return counted.frames - before;
    }, time);
  await expect.poll(() => framesIn(300), 'the page comes to rest').toBe(0);
});

test('workers that die: what they did goes on on the page', async ({ page }) => {
  await page.addInitScript(() => {
    const Living = Worker;
    globalThis.Worker = class extends Living {
      constructor(address: string | URL, options?: WorkerOptions) {
        super(address, options);
        setTimeout(() => {
          this.terminate();
          this.dispatchEvent(new ErrorEvent('error', { message: 'out of memory' }));
        }, 30);
      }
    };
  });
  const race = await openRace(page);
  await train(race).click();
  await expect(status(race)).toHaveText(/^After 300 steps/, { timeout: 120_000 });
  await openLive(page, 'practice.html', 'problem-1');
  const problem = page.locator('.item[id="problem-1"]');
  const x = problem.locator('data.v').first();
  const before = await x.textContent();
  await problem.getByRole('button', { name: 'New numbers' }).click();
  await expect(x).not.toHaveText(before ?? '');
});
