// A block alone in a frame of another host's page, which gets told how tall it is.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameLocator, Page } from '@playwright/test';
import { serveSite } from '../../web/serve.mjs';
import { expect, test as base } from './lesson.ts';

interface Host {
  /** Opens a page of the host that shows this address of the lesson in a frame as tall as it says. */
  open: (page: Page, asked: string, hash?: string) => Promise<FrameLocator>;
}

const snippet = (address: string, origin: string) => `<!doctype html>
<title>Another page</title>
<iframe src="${address}" title="Batch normalization" style="width: 100%; height: 10px"></iframe>
<script>
  addEventListener('message', ({ origin, data }) => {
    if (origin !== '${origin}' || data?.type !== 'batch-normalization height') return;
    document.querySelector('iframe').style.height = data.height + 'px';
    document.title = data.only + ' ' + data.height;
  });
</script>`;

const test = base.extend<{ lessonAddress: string; host: Host }>({
  lessonAddress: async ({ baseURL }, use) => use(String(baseURL)),
  host: async ({ lessonAddress, watch }, use) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'host-'));
    const served = await serveSite({ site: folder, folder: '/' });
    watch.provoke(/request outside the folder: .*host\.html/);
    await use({
      async open(page, asked, hash = '') {
        const origin = new URL(served.address).origin;
        const query = asked.replace('HOST', encodeURIComponent(origin));
        writeFileSync(
          path.join(folder, 'host.html'),
          snippet(`${lessonAddress}${query}${hash}`, new URL(lessonAddress).origin),
        );
        await page.goto(`${served.address}host.html`);
        return page.frameLocator('iframe');
      },
    });
    await served.close();
    rmSync(folder, { recursive: true });
  },
});

test('a figure alone, in the state of a link, as tall as it is', async ({ page, host }) => {
  const frame = await host.open(
    page,
    'index.html?only=training-inference&origin=HOST',
    '#bn1&training-inference.momentum=0.5',
  );
  await expect(frame.locator('.figure[id="training-inference"]')).toBeVisible();
  await expect(frame.locator('header.bar, footer, main h2').filter({ visible: true })).toHaveCount(0);
  await expect(page).toHaveTitle(/^training-inference \d{3,}$/);
  // Nothing of it is cut off.
  const cut = () =>
    frame.locator('html').evaluate((root) => root.scrollHeight - root.ownerDocument.defaultView!.innerHeight);
  await expect.poll(cut).toBeLessThanOrEqual(1);
});

test('a problem and a question of the quiz alone are answered there', async ({ page, host }) => {
  const problem = await host.open(page, 'practice.html?only=problem-1&origin=HOST');
  const form = problem.locator('form[data-question="problem-1/mean-square"]');
  await form.getByRole('textbox').fill('19/20');
  await form.getByRole('textbox').press('Enter');
  await expect(form.getByRole('status')).toContainText('Right.');
  await expect(problem.locator('.item').filter({ visible: true }).first()).toHaveAttribute('id', 'problem-1');
  await expect(problem.locator('.item[id="problem-2"]')).toBeHidden();

  const quiz = await host.open(page, 'quiz.html?only=quiz-regularization&origin=HOST');
  await expect(quiz.locator('.item-quiz').filter({ visible: true })).toHaveCount(1);
  await quiz.locator('.item[id="quiz-regularization"] input').first().check();
  await quiz.locator('.item[id="quiz-regularization"]').getByRole('button', { name: 'Check' }).click();
  await expect(quiz.locator('.item[id="quiz-regularization"] [role=status]').first()).toHaveText(/\S/);
});

test('a block that is not there, and an origin that is none, are said in words', async ({ page, host }) => {
  const none = await host.open(page, 'index.html?only=nothing&origin=HOST');
  await expect(none.locator('#notice')).toContainText('There is no block “nothing” on this page');
  await expect(none.locator('header.bar')).toBeVisible();
  const wrong = await host.open(page, 'index.html?only=forward-explorer&origin=nonsense');
  await expect(wrong.locator('#notice')).toContainText('“nonsense” is not a valid origin');
});
