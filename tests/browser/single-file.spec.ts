// The lesson as one file (npm run build -- --single-file), opened from disk with nothing beside it: every page, with and
// without scripts.

import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Page } from '@playwright/test';
import { pages } from '../../web/render/pages.ts';
import { answer, becomesLive, expect, item, question, test as base, verdict } from './lesson.ts';

const built = fileURLToPath(new URL('../../build/single-file/batch-normalization.html', import.meta.url));

const test = base.extend<object, { folder: string }>({
  folder: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs
    async ({}, use) => {
      const folder = mkdtempSync(path.join(tmpdir(), 'one-file-'));
      copyFileSync(built, path.join(folder, 'lesson.html'));
      await use(`${pathToFileURL(folder).href}/`);
      rmSync(folder, { recursive: true });
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ folder }, use) => use(folder),
});

const barLink = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true });
/** The link that leads to a page: in the bar, or at the foot for teachers. */
const linkTo = (page: Page, { name, isAside }: (typeof pages)[number]) =>
  isAside ? page.getByRole('contentinfo').getByRole('link', { name: 'For teachers' }) : barLink(page, name);
const shown = (page: Page) => page.locator('.site-page').filter({ visible: true });

test('every page is there and lives, alone in sight, and what is done on it is judged', async ({ page }) => {
  await page.goto('lesson.html');
  await becomesLive(page);
  for (const each of pages) {
    await linkTo(page, each).click();
    if (!each.isAside) await expect(barLink(page, each.name)).toHaveAttribute('aria-current', 'page');
    await expect(page.locator(`.site-page[data-page=${each.folder}] h1`)).toBeInViewport();
    await expect(page.locator('main h1').filter({ visible: true })).toHaveCount(1);
  }
  await barLink(page, 'Practice').click();
  const form = question(page, 'problem-1/mean-square');
  await expect(item(page, 'problem-1')).toHaveAttribute('data-started');
  await answer(form, '19/20');
  await expect(verdict(form)).toContainText('Right.');
  await barLink(page, 'Code').click();
  const program = item(page, 'write-statistics');
  await program.getByRole('button', { name: 'Check' }).click();
  await expect(program.locator('.verdict')).toContainText('Not yet.');
  await barLink(page, 'Learn').click();
  const race = item(page, 'race');
  await race.getByRole('button', { name: 'Train both' }).click();
  await expect(race.locator('.surface')).toHaveCount(2);
  await expect(race.locator('p.sentence[role=status]')).toContainText('After 300 steps', {
    timeout: 120_000,
  });
});

test('a link leads to its place on another page, and Back leads back', async ({ page }) => {
  await page.goto('lesson.html#problem-6');
  await becomesLive(page);
  await expect(item(page, 'problem-6')).toBeInViewport();
  await barLink(page, 'Quiz').click();
  await expect(item(page, 'quiz-parameters')).toBeVisible();
  await page.goBack();
  await expect(item(page, 'problem-6')).toBeVisible();
  await page.goto('about:blank');
  await page.goto('lesson.html#50%'); // no code: an id that is nowhere
  await becomesLive(page);
  await expect(page.locator('h1').filter({ visible: true })).toHaveCount(1);
  await page.goto('lesson.html#bn1&problem-2.dgamma=9');
  await page.reload();
  await becomesLive(page);
  await expect(question(page, 'problem-2/dgamma').getByRole('textbox')).toHaveValue('9');
  await expect(question(page, 'problem-2/dgamma')).toBeVisible();
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('each page can be read, one at a time', async ({ page }) => {
    await page.goto('lesson.html');
    for (const each of pages) {
      await linkTo(page, each).click();
      await expect(page.locator(`.site-page[data-page=${each.folder}] h1`)).toBeVisible();
      await expect(shown(page).locator('h1').filter({ visible: true })).toHaveCount(1);
    }
    await barLink(page, 'Learn').click();
    await expect(page.locator('.site-page[data-page=learn] data.v').first()).toHaveText(/\d/);
  });
});
