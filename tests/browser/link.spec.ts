// States in links: of one figure, of a whole page; bad links do no harm, and what is done at a link stays apart.

import type { BrowserContext, Locator, Page } from '@playwright/test';
import {
  allStarted,
  answer,
  answerBox,
  becomesLive,
  expect,
  item,
  openLive,
  question,
  test,
  verdict,
} from './lesson.ts';
import { drawnFigure, unfold } from './figures/figure.ts';
import { questionSources } from './lesson-source.ts';

const notice = (page: Page) => page.locator('#notice');
const offer = (page: Page, name: string) => notice(page).getByRole('button', { name });

async function openAt(page: Page, address: string, ...ids: string[]): Promise<void> {
  await page.goto('about:blank'); // another fragment of the same page would not load it again
  await page.goto(`./${address}`);
  await becomesLive(page, ...ids);
}

/** The figures of the page, when all of them are drawn for their state, also those that ask first. */
async function drawnFigures(page: Page): Promise<Locator[]> {
  await allStarted(page);
  await page.locator('[data-task=skip]').evaluateAll((all) => {
    for (const show of all) if (show.checkVisibility()) (show as HTMLElement).click();
  });
  await expect(page.locator('.figure:not([data-drawn])')).toHaveCount(0);
  return page.locator('.figure').all();
}

/** What the figures show: their controls, their handles, their sentences and the numbers of their tables. */
async function shown(page: Page) {
  const figures = await drawnFigures(page);
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  // What is folded is not counted again before it is unfolded.
  await page.locator('.figure-more, .figure-numbers').evaluateAll((all) => {
    for (const each of all) (each as HTMLDetailsElement).open = true;
  });
  await page.evaluate(frame);
  const states = figures.map((figure) =>
    figure.evaluate((element) => ({
      id: element.id,
      inputs: [...element.querySelectorAll<HTMLInputElement>('.figure-controls input')].map((input) =>
        input.type === 'radio' || input.type === 'checkbox' ? input.checked : input.value,
      ),
      handles: [...element.querySelectorAll('.stage [role=slider]')].map((each) => each.ariaValueNow),
      sentence: element.querySelector('.sentence')?.textContent,
      numbers: [...element.querySelectorAll('.figure-numbers td')].map((cell) => cell.textContent),
    })),
  );
  return Promise.all(states);
}

/** Moves all that can be moved in the figures of the page, so that every field is another. */
async function moveEverything(page: Page): Promise<void> {
  for (const figure of await drawnFigures(page))
    await figure.evaluate(async (root) => {
      const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      const all = (selector: string) => [...root.querySelectorAll<HTMLInputElement>(selector)];
      for (const { elements } of root.querySelectorAll<HTMLFieldSetElement>('.figure-controls fieldset')) {
        (elements[elements.length - 1] as HTMLElement | undefined)?.click();
        await drawn(); // a choice may take others away
      }
      for (const flag of all('.figure-controls input[type=checkbox]')) flag.click();
      await drawn();
      for (const slider of all('.figure-controls input[type=range]')) {
        if (slider.value === slider.max) slider.stepDown();
        else slider.stepUp();
        slider.dispatchEvent(new Event('input', { bubbles: true }));
      }
      await drawn();
      for (const handle of all('.stage [role=slider]').slice(0, 4))
        for (const key of ['ArrowLeft', 'ArrowDown'])
          handle.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      await drawn();
    });
}

async function copiedBy(button: Locator, status: Locator, context: BrowserContext): Promise<string> {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await button.click();
  await expect(status).toContainText('clipboard');
  return button.page().evaluate(() => navigator.clipboard.readText());
}

const work = (page: Page) => page.locator('details.your-work');

/** A link to the page as it stands, as the button at its end gives it. */
async function linkToPage(page: Page): Promise<string> {
  await work(page).evaluate((details: HTMLDetailsElement) => (details.open = true));
  return copiedBy(
    work(page).getByRole('button', { name: 'Copy a link to this page as it stands' }),
    work(page).getByRole('status'),
    page.context(),
  );
}

for (const file of ['', 'more.html']) {
  test(`${file || 'the first page'}: the states of all figures survive a link, and can be reset`, async ({
    page,
    browser,
    watch,
  }) => {
    await openLive(page, file);
    const first = await shown(page);
    expect(first.length).toBeGreaterThan(2);
    await moveEverything(page);
    const moved = await shown(page);
    for (const [k, { id, ...state }] of moved.entries())
      expect(state, id).not.toMatchObject({ ...first[k], id: undefined });
    const link = await linkToPage(page);

    const context = await browser.newContext();
    await watch.over(context);
    const other = await context.newPage();
    await other.goto(link);
    await becomesLive(other);
    await expect(notice(other)).toContainText('This page shows the work saved in a link.');
    expect(await shown(other)).toEqual(moved);
    await context.close();

    await work(page).getByRole('button', { name: 'Reset all figures' }).click();
    await expect(work(page).getByRole('status')).toHaveText('All figures are reset.');
    await expect.poll(() => shown(page)).toEqual(first);
  });
}

test('a figure’s own link is about that figure alone; a teacher may hide controls in it', async ({
  page,
  context,
}) => {
  await openLive(page, '', 'forward-explorer', 'training-inference');
  const figure = await drawnFigure(page, 'forward-explorer');
  const other = await drawnFigure(page, 'training-inference');
  await other.getByRole('slider').first().press('ArrowRight');
  await figure.getByRole('slider', { name: 'beta' }).press('ArrowRight');
  await unfold(figure);
  const link = await copiedBy(
    figure.getByRole('button', { name: 'Copy link to this state' }),
    figure.locator('.copied'),
    context,
  );
  expect(new URL(link).hash).toBe('#bn1&at=forward-explorer&forward-explorer.beta=1.1');

  await openAt(page, '#bn1&forward-explorer.hide=gamma,next&forward-explorer.beta=3', 'forward-explorer');
  await expect(figure.getByRole('slider', { name: 'beta' })).toHaveValue('3');
  await unfold(figure);
  await expect(figure.getByRole('slider', { name: 'gamma' })).toHaveCount(0);
  await expect(figure.getByRole('button', { name: 'One fewer' })).toBeVisible();
  await expect(figure.getByRole('button', { name: 'Next batch' })).toHaveCount(0);
  // What the link replaced comes back on request.
  await expect(notice(page)).toContainText('This shows what is saved in the link.');
  await offer(page, 'Back to mine').click();
  await expect(figure.getByRole('slider', { name: 'beta' })).toHaveValue('1.1');
  await expect(figure.getByRole('slider', { name: 'gamma' })).toHaveCount(1);
  await expect(notice(page)).toBeEmpty();
});

test('what a link says wrongly is left out and named; the rest is used', async ({ page }) => {
  const figure = page.locator('#forward-explorer');
  await openAt(page, '#bn1&forward-explorer.gamma=<img src=x>&forward-explorer.beta=3&nothing.here=1');
  await expect(notice(page)).toContainText('forward-explorer.gamma');
  await expect(notice(page)).toContainText('and 1 more');
  await expect(notice(page)).toBeInViewport();
  await expect(figure.getByRole('slider', { name: 'gamma' })).toHaveValue('2');
  await expect(figure.getByRole('slider', { name: 'beta' })).toHaveValue('3');
  await offer(page, 'Close').click();
  await expect(notice(page)).toBeEmpty();

  // The same page, another fragment: nothing is loaded again.
  const follow = (fragment: string) => page.evaluate((hash) => (location.hash = hash), fragment);
  await follow('#bn7&forward-explorer.beta=4');
  await expect(notice(page)).toContainText('another version');
  await follow(`#bn1&forward-explorer.beta=${'4'.repeat(60_000)}`);
  await expect(notice(page)).toContainText('longer than 60000 characters');
  await follow('#bn1&forward-explorer.beta=%E0%A4%A');
  await expect(notice(page)).toContainText('forward-explorer.beta=%E0%A4%A');
  await expect(figure.getByRole('slider', { name: 'beta' })).toHaveValue('3');

  // A state that the core refuses is said, with a drawing that can be moved on.
  await follow('#bn1&at=forward-explorer&forward-explorer.x=3,3');
  await expect(figure.locator('.sheet-message')).toContainText('batch_var + eps');
  await figure.getByRole('slider', { name: 'x 1' }).press('ArrowRight');
  await expect(figure.locator('.sheet-message')).toBeEmpty();
});

test('work at the link of a whole page is kept apart from one’s own, until one goes on with it', async ({
  page,
}) => {
  const practice = 'practice.html';
  const form = question(page, 'problem-2/dgamma');
  const other = question(page, 'problem-2/dbeta');
  const mine = async () => {
    await expect(answerBox(form)).toHaveValue('mine');
    await expect(answerBox(other)).toHaveValue('');
    await expect(notice(page)).toBeEmpty();
  };
  await openLive(page, practice, 'problem-2');
  await answerBox(form).fill('mine');

  const link = `${practice}#bn1&all&problem-2.dgamma=7`;
  await openAt(page, link, 'problem-2');
  await expect(notice(page)).toContainText('Your own work is kept apart, and what you do here too.');
  await expect(answerBox(form)).toHaveValue('7');
  await answer(other, '3');
  await expect(verdict(other)).not.toBeEmpty();
  const says = await verdict(other).innerText();

  // A reload finds what was done there, one's own page does not.
  await page.reload();
  await becomesLive(page, 'problem-2');
  await expect(answerBox(other)).toHaveValue('3');
  await expect(verdict(other)).toHaveText(says, { useInnerText: true });
  await expect(notice(page)).toContainText('with what you did here since');
  await offer(page, 'Back to mine').click();
  await expect(page).toHaveURL(/\/practice\.html$/);
  await becomesLive(page, 'problem-2');
  await mine();

  // Coming back to the link finds it too.
  await openAt(page, link, 'problem-2');
  await expect(answerBox(other)).toHaveValue('3');
  await offer(page, 'Go on with this').click();
  await expect(page).toHaveURL(/\/practice\.html$/);
  await becomesLive(page, 'problem-2');
  await expect(answerBox(form)).toHaveValue('7');
  await expect(answerBox(other)).toHaveValue('3');
  await expect(verdict(other)).toHaveText(says, { useInnerText: true });
  await expect(notice(page)).toBeEmpty();
});

test('a reload of a link to one block keeps what was typed since; the link opened again does not', async ({
  page,
}) => {
  const link = 'practice.html#bn1&at=problem-2&problem-2.dgamma=9';
  const box = answerBox(question(page, 'problem-2/dgamma'));
  await openAt(page, link, 'problem-2');
  await expect(box).toHaveValue('9');
  await box.fill('0.8');
  await page.reload();
  await becomesLive(page, 'problem-2');
  await expect(box).toHaveValue('0.8');
  await expect(notice(page)).toBeEmpty();
  await openAt(page, link, 'problem-2');
  await expect(box).toHaveValue('9');
  await offer(page, 'Back to mine').press('Enter');
  await expect(box).toHaveValue('0.8');
  await expect(page.getByRole('main')).toBeFocused();
});

test('what was done at links that were not visited for long is forgotten', async ({ page }) => {
  await openAt(page, 'practice.html#bn1&all&problem-2.dgamma=7', 'problem-2');
  await answerBox(question(page, 'problem-2/dgamma')).fill('8');
  const keys = () => page.evaluate(() => Object.keys(localStorage));
  const first = async () => (await keys()).find((key) => /^visit .* problem-2$/.test(key));
  await expect.poll(first).toBeDefined();
  const kept = await first();
  for (const key of await keys()) expect(key.length, 'no key holds a link').toBeLessThan(200);
  // As if nineteen others had been visited since.
  await page.evaluate(() => {
    const list = Object.keys(localStorage).find((key) => key.startsWith('visits ')) as string;
    const others = Array.from({ length: 19 }, (_, k) => `other-${k}`);
    localStorage.setItem(list, [localStorage.getItem(list), ...others].join(' '));
  });
  await openAt(page, 'practice.html#bn1&all&problem-2.dgamma=9');
  expect(await keys()).not.toContain(kept);
});

test('a link to the whole quiz shows its choices, and says nothing of earlier work', async ({ page }) => {
  const [first] = questionSources;
  if (!first) throw new Error('the quiz has no questions');
  await openAt(page, `quiz.html#bn1&all&${first.id}.choice=B`, first.id);
  await expect(notice(page)).toContainText('This page shows the work saved in a link.');
  await expect(page.locator(`[id="${first.id}"] input[value=B]`)).toBeChecked();
});

test('an address that is no code is no exception', async ({ page }) => {
  for (const address of ['#100%', '#constructor', '#bn1&at=toString&forward-explorer.beta=3']) {
    await openAt(page, address);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  }
});

test('a link to an item of another page, with its state, leads there; one about two pages says so', async ({
  page,
}) => {
  await openAt(page, '#bn1&at=problem-4&problem-4.bn-operations=2%5E10', 'problem-4');
  await expect(page).toHaveURL(/practice\.html#bn1/);
  await expect(answerBox(question(page, 'problem-4/bn-operations'))).toHaveValue('2^10');
  await expect(question(page, 'problem-4/bn-operations')).toBeInViewport();

  await openAt(page, '#bn1&forward-explorer.beta=3&problem-4.bn-operations=5', 'forward-explorer');
  await expect(item(page, 'problem-4')).toHaveCount(0);
  await expect(page.locator('#forward-explorer').getByRole('slider', { name: 'beta' })).toHaveValue('3');
  await expect(notice(page)).toContainText('A part of the link is about another page');
  await notice(page).getByRole('link', { name: 'practice' }).click();
  await becomesLive(page, 'problem-4');
  await expect(answerBox(question(page, 'problem-4/bn-operations'))).toHaveValue('5');
});
