// An experiment: its prediction and what thirty seeds showed, run here by keys, stopped, in workers and without, and as it
// comes.

import type { Locator, Page } from '@playwright/test';
import { bringAxe, found } from './axe.ts';
import { becomesLive, expect, openLive, test, unfold } from './lesson.ts';

/** The cheapest ones, with one part and with two. */
const single = 'experiment-offset';
const tabbed = 'experiment-depth';

const fileOf = (id: string) => (id === tabbed ? 'index.html' : 'laboratory.html');

async function openExperiment(page: Page, id: string): Promise<Locator> {
  await openLive(page, fileOf(id));
  const experiment = page.locator(`.item[id="${id}"]`);
  await unfold(experiment.locator('details.experiment > *').last());
  await becomesLive(page, id);
  return experiment;
}

const options = (of: Locator) =>
  of.getByRole('radio').and(of.locator('.prediction *')).filter({ visible: true });
const check = (of: Locator) =>
  of.getByRole('button', { name: 'Check', exact: true }).filter({ visible: true });
const seen = (of: Locator) => of.locator('.experiment-seen').filter({ visible: true });
const own = (of: Locator) => of.locator('.experiment-own').filter({ visible: true });
const told = (of: Locator) => own(of).getByRole('status');
const runHere = (of: Locator) => own(of).getByRole('button', { name: 'Run it here' });

test('it asks first; the prediction is judged, and then thirty seeds are seen', async ({ page }) => {
  const experiment = await openExperiment(page, single);
  await expect(seen(experiment)).toHaveCount(0);
  const verdict = experiment.getByRole('status').first();
  await check(experiment).click();
  await expect(verdict).toHaveText(/No answer yet\./);
  await expect(seen(experiment)).toHaveCount(0);
  await options(experiment).last().check();
  await expect(verdict).toHaveText('');
  await expect(seen(experiment)).toHaveCount(0);
  await check(experiment).click();
  await expect(verdict).toHaveText(/Not this time\. The seeds showed: nothing, at any step\./);
  await expect(seen(experiment).getByRole('img').first()).toHaveAttribute(
    'alt',
    /Medians of 30 seeds, by number added\. without: .+ at 0, /,
  );
  await expect(seen(experiment).getByRole('listitem').first()).toContainText(/^In 30 of 30 seeds /);
  // What is true by algebra is no matter of chance.
  await expect(seen(experiment).getByRole('listitem').first()).not.toContainText('by chance');
  const picture = seen(experiment).locator('img').first();
  expect(
    await picture.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth)),
  ).toBe(640);
  await options(experiment).first().check();
  await expect(verdict).toHaveText('');
  await check(experiment).click();
  await expect(verdict).toContainText('Right.');
});

test('where two networks are compared, the first count says what chance would do', async ({ page }) => {
  const experiment = await openExperiment(page, 'experiment-small-batches');
  await experiment.getByRole('button', { name: 'Show the result' }).click();
  await expect(experiment.getByText('The seeds showed: the one with batch normalization.')).toBeFocused();
  const claims = seen(experiment).getByRole('listitem');
  await expect(claims.first()).toContainText(/ \(by chance: 1 in [\d.,]+ \w+\)\.$/);
  await expect(claims.nth(1)).not.toContainText('by chance');
});

test('by keyboard: predicted, run here, and told in one sentence', async ({ page }) => {
  const experiment = await openExperiment(page, single);
  await options(experiment).first().focus();
  // The arrows choose and tell nothing yet.
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(options(experiment).last()).toBeChecked();
  await page.keyboard.press('ArrowDown');
  await expect(options(experiment).first()).toBeChecked();
  await expect(seen(experiment)).toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect(experiment.getByRole('status').first()).toContainText('Right.');
  await expect(own(experiment)).toBeVisible();
  await own(experiment).getByLabel('seeds', { exact: false }).focus();
  await page.keyboard.press('Tab');
  await expect(runHere(experiment)).toBeFocused();
  // Nothing is announced until it is over.
  const announced = await told(experiment).evaluateHandle((status) => {
    const texts: string[] = [];
    new MutationObserver(() => texts.push(status.textContent ?? '')).observe(status, {
      childList: true,
      characterData: true,
      subtree: true,
    });
    return texts;
  });
  await page.keyboard.press('Enter');
  await expect(told(experiment)).toHaveText(/^In (9|10) of 10 seeds no loss of any step differed .+\.$/, {
    timeout: 60_000,
  });
  expect((await announced.jsonValue()).filter((text) => text !== '')).toHaveLength(1);
  await expect(own(experiment).getByRole('img')).toHaveAttribute(
    'aria-label',
    /^On this machine: .+ Medians of 10 seeds, by number added\. without: /,
  );
  await expect(own(experiment).locator('.seeds').first()).toHaveAttribute('d', /^(M\S+ \S+){40}$/);
  await bringAxe(page);
  const results = await experiment.evaluate((element) =>
    (globalThis as unknown as { axe: { run: (root: Element) => Promise<never> } }).axe.run(element),
  );
  expect(found(results)).toEqual([]);
});

test('stopped, it says how far it came, and can run again', async ({ page }) => {
  const experiment = await openExperiment(page, single);
  await experiment.getByRole('button', { name: 'Show the result' }).click();
  await own(experiment).getByLabel('seeds', { exact: false }).selectOption('100');
  await runHere(experiment).click();
  await expect(own(experiment).getByRole('progressbar')).toBeVisible();
  await own(experiment).getByRole('button', { name: 'Stop' }).click();
  await expect(told(experiment)).toHaveText(/^Stopped after \d+ of 100 seeds\.$/);
  await expect(runHere(experiment)).toBeVisible();
  await expect(own(experiment).getByRole('img')).toHaveCount(0);
});

/** Runs an experiment to its end; gives the drawing of its seeds. */
async function dotsOf(page: Page): Promise<string | null> {
  const experiment = await openExperiment(page, single);
  const show = experiment.getByRole('button', { name: 'Show the result' });
  if (await show.isVisible()) await show.click();
  await runHere(experiment).click();
  await expect(told(experiment)).toHaveText(/^In /, { timeout: 120_000 });
  return own(experiment).locator('.seeds').first().getAttribute('d');
}

test('the same comes without workers, in slices on the page', async ({ page }) => {
  const inWorkers = await dotsOf(page);
  await page.addInitScript(() => {
    Object.defineProperty(globalThis, 'Worker', { value: undefined });
  });
  await page.goto('about:blank');
  expect(await dotsOf(page)).toBe(inWorkers);
});

for (const [what, lives] of [
  ['a worker that dies: what it had begun the others do', [0]],
  ['workers that all die: what they did goes on on the page', [0, 1, 0, 0]],
] as const)
  test(what, async ({ page }) => {
    const before = await dotsOf(page);
    await page.addInitScript((counts: readonly number[]) => {
      const Living = Worker;
      // How many seeds each worker lives for.
      const left = [...counts];
      globalThis.Worker = class extends Living {
        private seeds = left.shift() ?? Number.POSITIVE_INFINITY;
        override postMessage(message: unknown): void {
          this.seeds -= 1;
          if (this.seeds >= 0) return super.postMessage(message, []);
          this.terminate();
          setTimeout(() => this.dispatchEvent(new ErrorEvent('error', { message: 'out of memory' })));
        }
      };
      Object.defineProperty(navigator, 'hardwareConcurrency', { value: 4 });
    }, lives);
    await page.goto('about:blank');
    expect(await dotsOf(page)).toBe(before);
  });

test('the counter-example is on a tab, with a prediction of its own that is kept', async ({ page }) => {
  const experiment = await openExperiment(page, tabbed);
  await experiment.getByRole('radio', { name: 'sigmoid' }).check();
  await expect(experiment.getByText('And with the sigmoid, where gradients vanish?')).toBeVisible();
  await expect(seen(experiment)).toHaveCount(0);
  await options(experiment).nth(1).check();
  await check(experiment).click();
  await expect(seen(experiment)).toBeVisible();
  await page.reload();
  await unfold(experiment.locator('details.experiment > *').last());
  await becomesLive(page, tabbed);
  await expect(experiment.getByRole('radio', { name: 'sigmoid' })).toBeChecked();
  await expect(seen(experiment)).toBeVisible();
  await experiment.getByRole('radio', { name: 'ReLU' }).check();
  await expect(seen(experiment)).toHaveCount(0);
});

test('a laboratory that does not come is told in words', async ({ page, watch }) => {
  watch.provoke(/request failed: .*laboratory/);
  await page.route(/laboratory-.*\.wasm/, (route) => route.abort());
  const experiment = await openExperiment(page, single);
  await experiment.getByRole('button', { name: 'Show the result' }).click();
  await runHere(experiment).click();
  await expect(told(experiment)).toHaveText(/^The experiment could not be run: .+\.$/);
  await expect(runHere(experiment)).toBeVisible();
});
