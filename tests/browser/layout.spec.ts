// The page on narrow screens, on paper, with reduced motion and forced colours; and that reading it moves nothing.

import type { Page } from '@playwright/test';
import {
  allDigits,
  answerForm,
  becomesLive,
  box,
  complaint,
  example,
  expect,
  openAllDetails,
  openLive,
  problem,
  question,
  test,
} from './lesson.ts';

const widths = (page: Page) =>
  page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const [content, window] = (await widths(page)) as [number, number];
  expect(content).toBeLessThanOrEqual(window);
}

// 320 px is what a window of 1280 px leaves at 400 % zoom.
for (const width of [360, 320]) {
  test.describe(`${width} px wide`, () => {
    test.use({ viewport: { width, height: 740 } });

    test('nothing reaches beyond the side', async ({ lesson }) => {
      expect((await widths(lesson))[1]).toBe(width);
      await expectNoSidewaysScroll(lesson);
      await openAllDetails(lesson);
      await expectNoSidewaysScroll(lesson);
    });

    test('nor do long numbers, long lists, verdicts and complaints', async ({ lesson }) => {
      const long = Array.from({ length: 16 }, (_, i) => 1 / (i + 3));
      for (const number of [1, 2, 3]) {
        await allDigits(example(lesson, number)).check();
        if (number === 3) await box(example(lesson, 3), 'dy').fill(long.join(', '));
        await box(example(lesson, number), 'x').fill(long.join(', '));
        await expectNoSidewaysScroll(lesson);
      }
      await box(example(lesson, 3), 'x').fill('a_name_'.repeat(30));
      await expect(complaint(example(lesson, 3))).toContainText('a_name_');
      const form = answerForm(problem(lesson, 5), 1);
      for (const text of [long.join(', '), `1/(${'9'.repeat(60)} + 1)`, 'another_name_'.repeat(10)]) {
        await form.getByRole('textbox').fill(text);
        await form.getByRole('button', { name: 'Check' }).click();
        await expect(form.getByRole('status')).not.toHaveText('');
        await expectNoSidewaysScroll(lesson);
      }
      await question(lesson, 4).getByRole('radio').first().check();
      await question(lesson, 4).getByRole('button', { name: 'Check' }).click();
      await expectNoSidewaysScroll(lesson);
    });

    test.describe('without scripts', () => {
      test.use({ javaScriptEnabled: false });

      test('nothing reaches beyond the side', async ({ page }) => {
        await page.goto('./');
        await expectNoSidewaysScroll(page);
        await openAllDetails(page);
        await expectNoSidewaysScroll(page);
      });
    });
  });
}

test.describe('the contents', () => {
  const marked = (page: Page) => page.locator('nav.contents a[aria-current="location"]');

  const places = [
    { heading: 'Pitfalls', section: 'Pitfalls' },
    { heading: '2. The forward pass', section: 'Core content' },
    { heading: 'Question 5', section: 'Quiz' },
    { heading: 'Problem 4: what it costs', section: 'Practice problems' },
    { heading: '3. Training and inference', section: 'Core content' },
  ];

  // Sections at the top of the page; from 1400 px beside it, and their parts too.
  for (const [width, level] of [
    [1280, 'section'],
    [1500, 'heading'],
  ] as const) {
    test.describe(`${width} px wide`, () => {
      test.use({ viewport: { width, height: 900 } });

      test('mark where the reader is, however far the jump', async ({ lesson }) => {
        await expect(marked(lesson)).toHaveCount(0);
        for (const place of places) {
          const heading = lesson.getByRole('heading', { name: place.heading });
          await heading.evaluate((element) => element.scrollIntoView());
          await expect(marked(lesson)).toHaveText(place[level]);
          await expect(marked(lesson)).toBeVisible();
        }
        await lesson.evaluate(() => scrollTo(0, 0));
        await expect(marked(lesson)).toHaveCount(0);
      });

      test('never move the page while it is read', async ({ lesson }) => {
        // Figures that come to life make the page longer below.
        const bottom = () => lesson.evaluate(() => document.documentElement.scrollHeight - innerHeight);
        for (let top = 0; top < (await bottom()); top += 700) {
          await lesson.evaluate((y) => scrollTo(0, y), top);
          // Two frames later the page has noticed.
          await lesson.evaluate(
            () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
          );
          expect(await lesson.evaluate(() => scrollY)).toBe(top);
        }
        await expect(marked(lesson)).toHaveText('Where this page departs from its source, and why');
      });
    });
  }

  test('lead to every section', async ({ lesson }) => {
    await lesson.getByRole('link', { name: 'Practice problems' }).click();
    await expect(lesson.getByRole('heading', { name: 'Practice problems' })).toBeInViewport();
    await expect(lesson).toHaveURL(/\/some\/folder\/#practice-problems$/);
  });
});

test.describe('motion', () => {
  const animations = (page: Page) => page.evaluate(() => document.getAnimations().length);

  async function change(page: Page): Promise<void> {
    await box(example(page, 1), 'x').fill('1, 3, 8');
    await expect(example(page, 1)).toContainText('The sum of the 3 values is 12,');
  }

  test('marks new numbers for a moment', async ({ lesson }) => {
    await change(lesson);
    expect(await animations(lesson)).toBeGreaterThan(0);
    await expect.poll(() => animations(lesson)).toBe(0);
  });

  test.describe('reduced', () => {
    test.use({ contextOptions: { reducedMotion: 'reduce' } });

    test('nothing moves', async ({ lesson }) => {
      expect(await lesson.evaluate(() => matchMedia('(prefers-reduced-motion: reduce)').matches)).toBe(true);
      await change(lesson);
      expect(await animations(lesson)).toBe(0);
    });
  });
});

test.describe('forced colours', () => {
  test.use({ contextOptions: { forcedColors: 'active' } });

  test('the page works, and its boxes have an edge', async ({ lesson }) => {
    expect(await lesson.evaluate(() => matchMedia('(forced-colors: active)').matches)).toBe(true);
    const form = answerForm(problem(lesson, 4), 1);
    await expect(form).toHaveCSS('border-top-style', 'solid');
    await form.getByRole('textbox').fill('1024');
    await form.getByRole('button', { name: 'Check' }).click();
    await expect(form.getByRole('status')).toContainText('Right.');
    await expect(question(lesson, 1).getByRole('radio').first()).toBeVisible();
  });
});

test('on paper there are no controls, and all answers', async ({ page }) => {
  await openLive(page);
  const answer = problem(page, 5).getByText('Frozen statistics are different.');
  await expect(answer).toBeHidden();
  await expect(page.getByRole('button', { name: 'Check' })).not.toHaveCount(0);

  await page.emulateMedia({ media: 'print' });
  // On paper the names in the list of the computation graph, which choose a node, and its nodes are words and a drawing.
  const others = page.locator(':not(.entry-name, svg *)');
  for (const role of ['button', 'textbox', 'checkbox', 'radio'] as const) {
    await expect(page.getByRole(role).and(others)).toHaveCount(0);
  }
  await expect(page.getByRole('navigation')).toHaveCount(0);
  await expect(answer).toBeVisible();
  expect((await answer.boundingBox())?.height).toBeGreaterThan(0);
  await expect(question(page, 5).getByText('Not this one.').first()).toBeVisible();
  await expect(page.locator('bn-gradient-check .stage').getByText('This check means')).toBeVisible();

  await page.emulateMedia({ media: 'screen' });
  await becomesLive(page);
  await expect(answer).toBeHidden();
});

test('paper is light, also where the screen is dark', async ({ lesson }) => {
  const ink = lesson.getByRole('heading', { level: 1 });
  const [light, dark] = ['rgb(28, 27, 26)', 'rgb(236, 233, 226)']; // #1c1b1a and #ece9e2
  await lesson.emulateMedia({ colorScheme: 'dark' });
  await expect(ink).toHaveCSS('color', dark);
  await lesson.emulateMedia({ colorScheme: 'dark', media: 'print' });
  await expect(ink).toHaveCSS('color', light);
});
