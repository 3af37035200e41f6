// Figures that ask before they are seen: the question stands alone until it has a verdict, or until it is passed over.

import type { Locator, Page } from '@playwright/test';
import { answer, becomesLive, expect, openLive, test, verdict } from '../lesson.ts';
import {
  againButton,
  asking,
  drawnFigure,
  figureNamed,
  figuresOf,
  files,
  follow,
  nextFrame,
  openQuestion,
  predictionOf,
  showButton,
  unfold,
} from './figure.ts';

const askingOf = (file: (typeof files)[number]) => figuresOf[file].filter((name) => asking.includes(name));

const isShown = (figure: Locator) => figure.locator('figure').isVisible();

const viewports = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
];

/** “Play it again” of a figure whose question has a verdict: the answer stays in the window. */
async function expectAnswerStays(
  page: Page,
  figure: Locator,
  question: Locator,
  height: number,
): Promise<void> {
  const again = againButton(figure);
  await again.click();
  await nextFrame(page);
  await expect(verdict(question)).toBeInViewport({ ratio: 0.95 });
  // All of it but for a part of a pixel.
  await expect(again).toBeInViewport({ ratio: 0.95 });
  // Below it there is as much of the figure as there is room for.
  const places = await figure.evaluate((each) =>
    ['[role=status]', '.drawing'].map((part) => each.querySelector(part)?.getBoundingClientRect().toJSON()),
  );
  // What stays at the top of the window takes its room.
  const highest = await verdict(question).evaluate((each) =>
    Number.parseFloat(getComputedStyle(each).scrollMarginTop),
  );
  const [top, bottom] = [places[0]?.top ?? NaN, places[1]?.bottom ?? NaN];
  expect(bottom < height + 2 || Math.abs(top - highest) < 2, `answer at ${top}, drawing to ${bottom}`).toBe(
    true,
  );
}

for (const file of files)
  test(`${file}: who comes meets the questions alone; the first verdict shows the figure, and it can be played again`, async ({
    page,
  }) => {
    await openLive(page, file);
    await test.step('figures that ask nothing are there as they are', async () => {
      for (const name of figuresOf[file]) {
        const figure = figureNamed(page, name);
        const asks = asking.includes(name);
        await expect(figure.locator('form.question')).toHaveCount(asks ? 1 : 0);
        await expect(figure.locator('figure')).toBeVisible({ visible: !asks });
        if (!asks) continue;
        await expect(figure.locator('form.question')).toBeVisible();
        await expect(showButton(figure)).toBeVisible();
        await expect(againButton(figure)).toBeHidden();
      }
    });

    for (const name of askingOf(file))
      await test.step(`${name} is shown with the first verdict on its question, right or wrong`, async () => {
        const figure = figureNamed(page, name);
        const question = await predictionOf(figure);
        await expect(figure).toHaveAttribute('data-started');
        expect(await isShown(figure)).toBe(false);
        await answer(question, '12345');
        await expect(verdict(question)).not.toBeEmpty();
        await expect(figure.locator('figure')).toBeVisible();
        await expect(figure).toHaveAttribute('data-drawn');
        await expect(showButton(figure)).toBeHidden();
        await expect(againButton(figure)).toBeVisible();
      });

    for (const viewport of viewports) {
      await page.setViewportSize(viewport);
      for (const name of askingOf(file))
        await test.step(`${name}: “Play it again” keeps the answer in the window, ${viewport.width} px`, async () => {
          const figure = await drawnFigure(page, name);
          await expectAnswerStays(page, figure, await predictionOf(figure), viewport.height);
        });
    }
  });

test('passed over, a figure is shown where its title is, and stays so', async ({ page }) => {
  const [figure] = await openQuestion(page, 'training-inference');
  await showButton(figure).click();
  await expect(figure.locator('figcaption')).toBeFocused();
  await expect(figure.locator('figcaption')).toBeInViewport();
  await expect(showButton(figure)).toBeHidden();
  // It has nothing to play before the question has a verdict.
  await expect(againButton(figure)).toBeHidden();
  await expect(figure).toHaveAttribute('data-drawn');
  await page.reload();
  await becomesLive(page);
  await figure.scrollIntoViewIfNeeded();
  await expect(figure.locator('figure')).toBeVisible();
  await expect(showButton(figure)).toBeHidden();
});

test('“Show the figure” works by keyboard, before anything has started', async ({ page }) => {
  await page.addInitScript(() => {
    globalThis.requestIdleCallback = () => 0;
  });
  await openLive(page, 'more.html');
  const figure = figureNamed(page, 'bias-before');
  await showButton(figure).focus();
  await page.keyboard.press('Enter');
  await expect(figure.locator('figcaption')).toBeFocused();
  await expect(figure).toHaveAttribute('data-drawn');
});

test('a figure is shown to those who come with a state of it, or to something inside it', async ({
  page,
}) => {
  const open = async (address: string) => {
    await page.goto('about:blank'); // another fragment of the same page would not load it again
    await openLive(page, address);
  };
  const figure = figureNamed(page, 'training-inference');

  await test.step('to something inside it', async () => {
    await open('#training-inference');
    await expect(figure).toHaveAttribute('data-started');
    expect(await isShown(figure)).toBe(false);
    await follow(page, '#training-inference-title');
    await expect(figure.locator('figcaption')).toBeInViewport();
    await open('#training-inference-title');
    await expect(figure.locator('figcaption')).toBeInViewport();
    await expect(figure).toHaveAttribute('data-drawn');
    // What is only visited is not remembered.
    await open('#training-inference');
    await expect(figure).toHaveAttribute('data-started');
    expect(await isShown(figure)).toBe(false);
  });

  await test.step('but not to its question', async () => {
    await open('#training-inference-prediction');
    await expect(figure).toHaveAttribute('data-started');
    await expect(figure.locator('form.question')).toBeInViewport();
    expect(await isShown(figure)).toBe(false);
  });

  await test.step('with a state of it', async () => {
    await open('#bn1&at=training-inference&training-inference.step=20');
    await expect(figure).toHaveAttribute('data-drawn');
    await expect(figure.getByRole('slider', { name: 'batches so far' })).toHaveAttribute(
      'aria-valuenow',
      '20',
    );
    await expect(showButton(figure)).toBeHidden();
  });
});

test('asked for while the core is on its way, a figure is shown as it stands, and comes alive with it', async ({
  page,
}) => {
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  await page.route('**/*.wasm', async (route) => {
    await arrived;
    await route.continue();
  });
  await page.goto('./');
  const figure = figureNamed(page, 'training-inference');
  await showButton(figure).click();
  await expect(figure.locator('.drawing svg').first()).toBeVisible();
  await expect(figure).not.toHaveAttribute('data-started');
  arrive();
  await becomesLive(page);
  await expect(showButton(figure)).toBeHidden();
  await expect(figure).toHaveAttribute('data-drawn');
  await page.reload();
  await becomesLive(page);
  await figure.scrollIntoViewIfNeeded();
  await expect(figure.locator('figure')).toBeVisible();
});

test.describe('what was predicted is played', () => {
  const kind = 'training-inference';
  const steps = (figure: Locator) =>
    figure.getByRole('slider', { name: 'batches so far' }).getAttribute('aria-valuenow').then(Number);
  const predict = async (figure: Locator, question: Locator) => {
    await question.getByRole('textbox').fill('1.3');
    await question.getByRole('button', { name: 'Check' }).click();
    await expect(againButton(figure)).toBeVisible();
  };
  /** From here on time passes only as the test says. */
  const stopTime = async (page: Page) => page.clock.pauseAt(await page.evaluate(() => Date.now() + 10_000));

  test.beforeEach(({ page }) => page.clock.install());
  // The watch waits for the page.
  test.afterEach(({ page }) => page.clock.resume());

  test('from where it begins to where it ends, in less than a second, and again', async ({ page }) => {
    const [figure, question] = await openQuestion(page, kind);
    await stopTime(page);
    await predict(figure, question);
    const expectPlayed = async () => {
      await page.clock.runFor(150);
      const first = await steps(figure);
      await page.clock.runFor(350);
      const middle = await steps(figure);
      await page.clock.runFor(600);
      expect(await steps(figure)).toBe(30);
      expect(first).toBeLessThan(10);
      expect(middle).toBeGreaterThan(first);
      expect(middle).toBeLessThan(25);
      await expect(figure.locator('.sentence')).toContainText('After 30 batches');
    };
    await expectPlayed();
    // Whatever was moved since.
    await figure.getByRole('slider', { name: 'momentum' }).press('Home');
    await page.clock.runFor(100);
    await expect(figure.getByRole('slider', { name: 'momentum' })).toHaveAttribute('aria-valuetext', '0');
    await againButton(figure).click();
    await expectPlayed();
    await expect(figure.getByRole('slider', { name: 'momentum' })).toHaveAttribute('aria-valuetext', '0.99');
  });

  test('another answer is judged without playing anything', async ({ page }) => {
    const [figure, question] = await openQuestion(page, kind);
    await stopTime(page);
    await predict(figure, question);
    await page.clock.runFor(1000);
    await unfold(figure);
    await figure.getByRole('button', { name: 'Reset' }).click();
    await page.clock.runFor(100);
    expect(await steps(figure)).toBe(48);
    await answer(question, '5 * (1 - 0.99^30)');
    await page.clock.runFor(1000);
    await expect(verdict(question)).toContainText('Right.');
    expect(await steps(figure)).toBe(48);
    // On to what was predicted, not past it.
    await question.getByRole('button', { name: 'Next' }).click();
    await expect(figure.locator('figcaption')).toBeFocused();
    await expect(figure.locator('figcaption')).toBeInViewport();
  });

  test('a hand takes over from what it sees', async ({ page }) => {
    const [figure, question] = await openQuestion(page, kind);
    await stopTime(page);
    await predict(figure, question);
    await page.clock.runFor(500);
    const middle = await steps(figure);
    const [batches, momentum] = ['batches so far', 'momentum'].map((name) =>
      figure.getByRole('slider', { name }),
    );
    await batches?.press('PageUp');
    await page.clock.runFor(50);
    const moved = await steps(figure);
    expect(moved).toBeGreaterThan(middle + 3);
    await page.clock.runFor(1000);
    expect(await steps(figure)).toBe(moved);
    // All else is as it was played.
    await expect(momentum as Locator).toHaveAttribute('aria-valuetext', '0.99');
  });

  test('for those who want less motion it stands at the end at once', async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const [figure, question] = await openQuestion(page, kind);
    await stopTime(page);
    await predict(figure, question);
    await page.clock.runFor(50);
    expect(await steps(figure)).toBe(30);
    await figure.getByRole('button', { name: 'Next batch' }).click();
    await page.clock.runFor(50);
    expect(await steps(figure)).toBe(31);
    await againButton(figure).click();
    await page.clock.runFor(50);
    expect(await steps(figure)).toBe(30);
  });
});
