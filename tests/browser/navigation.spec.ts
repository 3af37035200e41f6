// Where one is and how one gets about: the bar, the rail, the sheet of contents on a phone, Back and Forward, and
// addresses that the lesson had when it was one page.

import { type Locator, type Page } from '@playwright/test';
import { inBar } from '../../web/render/pages.ts';
import { allStarted, answer, becomesLive, expect, item, openLive, question, test } from './lesson.ts';
import { questionIs } from './quiz.ts';

const bar = (page: Page) => page.getByRole('banner');
const rail = (page: Page) => page.locator('nav.contents');
const entry = (page: Page, name: string | RegExp) => rail(page).getByRole('link', { name });
const openContents = (page: Page) => bar(page).getByRole('button', { name: 'Contents' });
const heading = (page: Page, name: string | RegExp) => page.getByRole('main').getByRole('heading', { name });
const progress = (page: Page) =>
  bar(page)
    .locator('progress')
    .evaluate((element: HTMLProgressElement) => element.value);

/** Scrolls to a heading at once, as a jump of the reader does. */
const jumpTo = (target: Locator) => target.evaluate((element) => element.scrollIntoView());

/** The heading stands at the top of the window, below the bar. */
async function expectAtTop(target: Locator): Promise<void> {
  const place = () =>
    target.evaluate((element) => {
      const top = element.getBoundingClientRect().top - (document.querySelector('.bar')?.clientHeight ?? 0);
      return top < 0 ? 'above' : top < innerHeight / 4 ? 'at the top' : 'below';
    });
  await expect.poll(place).toBe('at the top');
}

test('the bar leads to every page, stays, and says where one is', async ({ page }) => {
  await openLive(page);
  const words = inBar.map(({ name, unseen = '' }) => name + unseen);
  for (const [k, { file }] of inBar.entries()) {
    const name = words[k] ?? '';
    await bar(page).getByRole('link', { name, exact: true }).click();
    await expect(page).toHaveURL(new RegExp(`/some/folder/${file}$`));
    await becomesLive(page);
    const own = bar(page).locator('[aria-current=page]');
    await expect(own).toHaveText(name);
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
    await expect(bar(page).getByRole('link')).toHaveText(words);
  }
  await page.goto('./');
  await becomesLive(page);
  expect(await progress(page)).toBe(0);
  await expect(bar(page).locator('[aria-current=page]')).toHaveText('Learn');
  let before = 0;
  for (const name of [/The forward pass$/, /The backward pass$/, 'Pitfalls']) {
    await jumpTo(heading(page, name));
    await expect(bar(page)).toBeInViewport({ ratio: 1 });
    await expect(bar(page).locator('.where')).toHaveText(name);
    await expect.poll(() => progress(page)).toBeGreaterThan(before);
    before = await progress(page);
    expect(before).toBeLessThan(1);
  }
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await expect.poll(() => progress(page)).toBeCloseTo(1, 1);
});

test('the rail, from 1100 px: it leads to sections, marks the one that is read, and ticks what was read', async ({
  page,
}) => {
  await openLive(page);
  await expect(openContents(page)).toBeHidden();
  const marked = rail(page).locator('[aria-current=location]');
  await expect(marked).toHaveCount(0);
  for (const name of [
    'Pitfalls',
    '2. The forward pass',
    'Example 3: the gradient through batch normalization',
  ]) {
    await entry(page, name).click();
    await expectAtTop(heading(page, name));
    await expect(marked).toHaveText(name);
    await expect(marked).toBeInViewport();
  }
  // Who jumps has read nothing.
  await expect(rail(page).locator('[data-read]')).toHaveCount(0);
  // Who goes on from a section to the next has read it.
  for (const name of ['1. The problem', '2. The forward pass', '3. Training and inference']) {
    await jumpTo(heading(page, name));
    await expect(marked).toContainText(name);
  }
  await expect(rail(page).locator('[data-read]')).toHaveText([
    '1. The problem batch normalization set out to solve (read)',
    '2. The forward pass (read)',
  ]);
  await page.evaluate(() => scrollTo(0, 0));
  await expect(marked).toHaveCount(0);
  await page.reload();
  await becomesLive(page);
  await expect(rail(page).locator('[data-read]')).toHaveText([/^1\. .+ \(read\)$/, /^2\. .+ \(read\)$/]);

  await page.setViewportSize({ width: 1100, height: 800 });
  await expect(rail(page)).toBeVisible();
  await page.setViewportSize({ width: 1099, height: 800 });
  await expect(rail(page)).toBeHidden();
  await expect(openContents(page)).toBeInViewport({ ratio: 1 });
});

test('what comes to life moves nothing that is being read; the bar, by keys, moves nothing either', async ({
  page,
}) => {
  await openLive(page);
  // Formulas in another font than theirs are not yet what is read.
  await page.evaluate(() => document.fonts.ready);
  // Without a pause from the top to the end: blocks start on the way.
  for (let part = 0; part < 12; ++part) {
    const moved = await page.evaluate(async (share) => {
      scrollTo(0, (document.documentElement.scrollHeight - innerHeight) * share);
      const texts = [...document.querySelectorAll('main :is(p, h2, h3, li, td)')];
      const read = texts.find(
        (text) => text.checkVisibility() && text.getBoundingClientRect().top > 60,
      ) as Element;
      const before = read.getBoundingClientRect().top;
      for (let k = 0; k < 10; ++k) await new Promise((done) => requestAnimationFrame(done));
      return Math.abs(read.getBoundingClientRect().top - before);
    }, part / 12);
    expect(moved).toBeLessThanOrEqual(1);
  }
  await jumpTo(heading(page, 'Key terms'));
  const placeOfHeading = async () => (await heading(page, 'Key terms').boundingBox())?.y;
  const before = await placeOfHeading();
  await bar(page).getByRole('link', { name: 'Practice' }).focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(bar(page).locator(':focus')).toHaveText('Workshop');
  expect(await placeOfHeading()).toBeCloseTo(before ?? Number.NaN, 0);
});

test('Back and Forward lead to where one was, within a page and between pages', async ({ page }) => {
  await openLive(page);
  await entry(page, '2. The forward pass').click();
  await expectAtTop(heading(page, '2. The forward pass'));
  await entry(page, 'Pitfalls').click();
  await expectAtTop(heading(page, 'Pitfalls'));
  await page.goBack();
  await expectAtTop(heading(page, '2. The forward pass'));
  await page.goForward();
  await expectAtTop(heading(page, 'Pitfalls'));

  await bar(page).getByRole('link', { name: 'Practice' }).click();
  await becomesLive(page, 'problem-1');
  await jumpTo(heading(page, /^Problem 3/));
  await expect(bar(page).locator('.where')).toHaveText(/^Problem 3/);
  await page.goBack();
  await becomesLive(page);
  await expectAtTop(heading(page, 'Pitfalls'));
  await page.goForward();
  await becomesLive(page);
  await expectAtTop(heading(page, /^Problem 3/));
});

test('where one has read on from the section in the address, Back and a reload lead there', async ({
  page,
}) => {
  await openLive(page, '#pitfalls');
  await expectAtTop(heading(page, 'Pitfalls'));
  await jumpTo(heading(page, 'Key terms'));
  await bar(page).getByRole('link', { name: 'Practice' }).click();
  await becomesLive(page);
  await page.goBack();
  await becomesLive(page);
  await expectAtTop(heading(page, 'Key terms'));
  await page.reload();
  await becomesLive(page);
  await allStarted(page);
  await expectAtTop(heading(page, 'Key terms'));
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test('the contents are a sheet, by finger and by keys', async ({ page }) => {
    await openLive(page);
    await expect(rail(page)).toBeHidden();
    const sheet = page.getByRole('dialog', { name: 'Contents' });
    await openContents(page).tap();
    await expect(sheet).toBeVisible();
    // Large enough for a finger.
    for (const link of await sheet.getByRole('link').all())
      expect((await link.boundingBox())?.height).toBeGreaterThanOrEqual(24);
    await sheet.getByRole('link', { name: '4. The backward pass' }).tap();
    await expect(sheet).toBeHidden();
    await expectAtTop(heading(page, '4. The backward pass'));

    // Where one is, the sheet marks too; a tap beside it, Close and Escape lead back.
    await openContents(page).tap();
    await expect(sheet.locator('[aria-current=location]')).toHaveText('4. The backward pass');
    await sheet.getByRole('button', { name: 'Close' }).tap();
    await expect(sheet).toBeHidden();
    await openContents(page).tap();
    await page.touchscreen.tap(195, 835);
    await expect(sheet).toBeHidden();
    await openContents(page).focus();
    await page.keyboard.press('Enter');
    await expect(sheet).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(sheet).toBeHidden();
    await expect(openContents(page)).toBeFocused();
    await page.keyboard.press('Enter');
    const link = sheet.getByRole('link', { name: 'Pitfalls' });
    while (!(await link.evaluate((element) => element === document.activeElement)))
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect(sheet).toBeHidden();
    await expectAtTop(heading(page, 'Pitfalls'));
  });
});

test('a sheet of contents that is opened again at once has its links', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await openLive(page);
  await openContents(page).evaluate((button: HTMLElement) => {
    const sheet = document.querySelector('dialog.contents-sheet') as HTMLDialogElement;
    button.click();
    sheet.close();
    button.click();
  });
  const sheet = page.getByRole('dialog', { name: 'Contents' });
  await page.evaluate(() => new Promise((done) => setTimeout(done))); // the event of the closing has come
  await expect(sheet.getByRole('link', { name: 'Pitfalls' })).toBeVisible();
});

test('addresses of the one page it was lead to the right page and place', async ({ page }) => {
  for (const [old, now, shows] of [
    ['quiz', 'quiz.html#quiz', (on: Page) => heading(on, 'Quiz')],
    ['quiz-4', 'quiz.html#quiz-coupling', (on: Page) => heading(on, 'Question 4')],
    // The question of the figure, where it asks one.
    ['figure-4', 'index.html#backward-paths', (on: Page) => on.locator('#backward-paths-prediction')],
    ['figure-6', 'more.html#gradient-check', (on: Page) => on.locator('#gradient-check-prediction')],
    ['figure-7', 'more.html#bias-before', (on: Page) => on.locator('#bias-before-prediction')],
    ['placement-and-bias', 'more.html#placement', (on: Page) => on.locator('#placement figure')],
    ['practice-2', 'practice.html#problem-2', (on: Page) => heading(on, /^Problem 2/)],
    [
      'proof-2',
      'practice.html#proof-mean-square',
      (on: Page) => item(on, 'proof-mean-square').getByText('Lines to choose from'),
    ],
    ['practice-7', 'workshop.html#workshop-activation', (on: Page) => item(on, 'workshop-activation')],
    ['4-the-backward-pass', 'index.html#backward-pass', (on: Page) => heading(on, /The backward pass$/)],
  ] as const) {
    await test.step(old, async () => {
      await page.goto('about:blank'); // another fragment of the same page would not load it again
      await page.goto(`./#${old}`);
      const [file, id] = now.split('#') as [string, string];
      await expect(page).toHaveURL(
        new RegExp(`/some/folder/${file === 'index.html' ? '(index\\.html)?' : file}#${id}$`),
      );
      await becomesLive(page);
      await expect(shows(page)).toBeInViewport();
    });
  }
});

test('a pitfall opens where it stands: by its old address, by a link, and under a verdict', async ({
  page,
}) => {
  await page.goto('./#pitfall-3');
  await becomesLive(page);
  const pitfall = page.locator('#pitfall-biased-unbiased');
  await expect(pitfall.getByText('PyTorch divides by')).toBeInViewport();

  await page.goto('practice.html');
  await becomesLive(page, 'problem-1');
  const form = question(page, 'problem-1/mean-square');
  // ε forgotten: the mean square is 1.
  await answer(form, '1');
  const named = form.locator('details.pitfall');
  await expect(named).toHaveCount(1);
  const title = await named.locator('summary').innerText();
  await expect(named.locator('p')).toBeHidden();
  const before = await page.evaluate(() => [location.href, scrollY]);
  await named.locator('summary').click();
  await expect(named.locator('p')).toBeVisible();
  await expect(named.locator('p')).not.toBeEmpty();
  expect(await page.evaluate(() => [location.href, scrollY])).toEqual(before);
  // It is the same text that stands in the list.
  const text = await named.locator('p').innerText();
  await page.goto('./#pitfall-epsilon');
  await becomesLive(page);
  const listed = page.locator('#pitfall-epsilon');
  await expect(listed.locator('summary')).toHaveText(title);
  await expect(listed.locator('p')).toBeInViewport();
  expect(await listed.locator('p').innerText()).toBe(text);
});

test('old links to the state of items that have moved lead to them, with the state', async ({ page }) => {
  await page.goto('./#bn1&at=practice-2&problem-2.dgamma=3/4');
  await becomesLive(page);
  await expect(page).toHaveURL(/\/practice\.html#bn1&at=practice-2/);
  const form = question(page, 'problem-2/dgamma');
  await expect(form.getByRole('textbox')).toHaveValue('3/4');
  await expect(form).toBeInViewport();
  await expect(page.locator('#notice')).toBeEmpty();

  await page.goto('about:blank');
  await page.goto('./#bn1&at=quiz-2&quiz-running-averages.choice=C');
  await becomesLive(page);
  const card = await questionIs(page, 'quiz-running-averages');
  await expect(card.getByRole('radio', { checked: true })).toHaveValue('C');
  await expect(page).toHaveURL(/\/quiz\.html#bn1/);

  await page.goto('about:blank');
  await page.goto('./#bn1&at=example-2&example-2.givens=%7B%22gamma%22%3A%225%22%7D');
  await becomesLive(page);
  const example = item(page, 'example-scale-and-shift');
  await expect(example.getByRole('heading', { level: 3 })).toBeInViewport();
  await expect(example).toContainText('γ=5');
});
