// Programs: written by keyboard, judged by laws, with the line that is wrong; kept, and readable without scripts.

import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { expect, item, openLive, openStatic, test, unfold } from './lesson.ts';

const file = 'write.html';

/** The editor of a program; it stands in a shadow root, which locators look into. */
const editorOf = (root: Locator) => root.locator('.cm-content');

async function open(page: Page, id: string): Promise<Locator> {
  await openLive(page, file, id);
  const root = item(page, id);
  await expect(editorOf(root)).toBeVisible();
  return root;
}

/** Goes to the editor, and puts this program in the place of what stands there. */
async function write(page: Page, root: Locator, lines: string[]): Promise<void> {
  await editorOf(root).focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(lines.join('\n'));
}

const statistics = [
  'mean = x.mean(axis=0)',
  'var = x.var(axis=0)',
  'invstd = 1 / np.sqrt(var + eps)',
  'x_hat = (x - mean) * invstd',
  'dgamma = np.sum(dy * x_hat, axis=0)',
  'dbeta = np.sum(dy, axis=0)',
];

test('the backward pass, by keyboard: wrong with its line and its mistake, then right', async ({ page }) => {
  const root = await open(page, 'write-graph');
  const status = root.locator('.verdict');
  await write(page, root, [...statistics, 'dx = gamma * dy * invstd']);
  await page.keyboard.press('Control+Enter');
  await expect(status).toContainText('Not yet.');
  await expect(status).toContainText('Line 7');
  await expect(status).toContainText('Statistics treated as constants');
  await expect(root.locator('.cm-fault')).toHaveText(/^dx = gamma \* dy \* invstd/);
  await expect(root.locator('.program-batch')).toContainText('right dx');
  // Typed key by key, as a learner does; the line above it is kept.
  await editorOf(root).focus();
  await page.keyboard.press('Control+End');
  await page.keyboard.press('Shift+Home');
  await page.keyboard.type(
    'dx = gamma * invstd * (dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0))',
  );
  await expect(root.locator('.program-batch')).toHaveCount(0);
  await page.keyboard.press('Control+Enter');
  await expect(status).toContainText('Right.');
  await expect(status).toContainText('100 batches');
});

test('where the judge does not come, that is said, and Check fetches it again', async ({ page, watch }) => {
  const judge = /\/programs-[^/]*\.wasm$/;
  watch.provoke(/Failed to load resource/, /request failed: .*programs-[^/]*\.wasm/);
  await page.route(judge, (route) => route.abort());
  const root = await open(page, 'write-normalize');
  await write(page, root, ['x_hat = x', 'y = x']);
  await root.getByRole('button', { name: 'Check' }).click();
  const says = 'Not judged. There is no network, or the server does not answer.';
  await expect(root.locator('.verdict')).toContainText(says);
  await page.unroute(judge);
  await root.getByRole('button', { name: 'Check' }).click();
  await expect(root.locator('.verdict')).toContainText('Not yet.');
  await expect(editorOf(root)).toContainText('x_hat = x');
});

test('values stand beside the lines, and follow what is typed', async ({ page }) => {
  const root = await open(page, 'write-normalize');
  await expect(root.locator('.cm-value').first()).toHaveText('mean (2,)  3 3');
  await write(page, root, ['mean = x.sum(axis=0)']);
  await expect(root.locator('.cm-value')).toHaveText(['mean (2,)  9 9']);
});

test('what this language does not know is refused by name, with what to use', async ({ page }) => {
  const root = await open(page, 'write-normalize');
  await write(page, root, ['x_hat = x', "y = np.einsum('nc->c', x)"]);
  await expect(root.locator('.program-error')).toContainText('np.einsum is not known here: use np.sum');
  await root.getByRole('button', { name: 'Check' }).click();
  await expect(root.locator('.verdict')).toContainText('Not readable.');
  await root.getByRole('button', { name: 'Line 2' }).click();
  await expect(editorOf(root)).toBeFocused();
});

test('the editor is no trap: Tab leaves it, and it has a name', async ({ page }) => {
  const root = await open(page, 'write-statistics');
  await expect(editorOf(root)).toHaveAttribute('aria-label', 'Your program: Task 1: the statistics');
  await editorOf(root).focus();
  await page.keyboard.press('Tab');
  await expect(root.getByRole('button', { name: 'Check' })).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await expect(editorOf(root)).toBeFocused();
});

test('a program is kept, and starts again when asked to', async ({ page }) => {
  const root = await open(page, 'write-statistics');
  await write(page, root, ['batch_mean = x.mean(axis=0)', 'batch_var = x.var(axis=0)']);
  await page.keyboard.press('Control+Enter');
  await expect(root.locator('.verdict')).toContainText('Right.');
  await page.reload();
  const again = await open(page, 'write-statistics');
  await expect(editorOf(again)).toContainText('batch_var = x.var(axis=0)');
  await again.getByRole('button', { name: 'Start again' }).click();
  await expect(editorOf(again)).toContainText('batch_var = x[0]');
  await expect(editorOf(again)).toBeFocused();
  await expect(again.getByRole('button', { name: 'Start again' })).toHaveCount(0);
});

test('what is kept changes elsewhere: the editor follows, and Check judges what stands in it', async ({
  page,
  context,
}) => {
  const root = await open(page, 'write-statistics');
  const status = root.locator('.verdict');
  const mean = 'batch_mean = x.mean(axis=0)';
  await write(page, root, [mean]);
  await page.keyboard.press('Control+Enter');
  await expect(status).toContainText('ends without batch_var');
  const work = page.locator('details.your-work');
  await unfold(work);
  await work.getByRole('button', { name: 'Clear…' }).click();
  await page.getByRole('button', { name: 'On this page' }).click();
  await expect(editorOf(root)).toContainText('batch_var = x[0]');
  await work.getByRole('button', { name: 'Undo' }).click();
  await expect(editorOf(root)).toHaveText(new RegExp(`^${mean.replaceAll(/[.()]/g, String.raw`\$&`)}`));
  const other = await context.newPage();
  const there = await open(other, 'write-statistics');
  await write(other, there, [mean, 'batch_var = x.var(axis=1)']);
  await expect(editorOf(root)).toContainText('batch_var = x.var(axis=1)');
  await other.close();
  await root.getByRole('button', { name: 'Check' }).click();
  await expect(status).toContainText('Line 2');
  await write(page, root, [mean, 'batch_var = x.var(axis=0)']);
  await page.keyboard.press('Control+Enter');
  await expect(status).toContainText('Right.');
});

test('an empty program is judged as one, and starts again when asked to', async ({ page }) => {
  const root = await open(page, 'write-statistics');
  await editorOf(root).focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await page.keyboard.press('Control+Enter');
  await expect(root.locator('.verdict')).toContainText('nothing is written here');
  await root.getByRole('button', { name: 'Start again' }).click();
  await expect(editorOf(root)).toContainText('batch_var = x[0]');
  await expect(root.getByRole('button', { name: 'Start again' })).toHaveCount(0);
});

test('where the editor does not come, that is said, and another try fetches it', async ({ page, watch }) => {
  const chunk = /\/assets\/editor-[^/]*\.js$/;
  watch.provoke(/Failed to load resource/, /request failed: .*editor-[^/]*\.js/);
  await page.route(chunk, (route) => route.abort());
  await openLive(page, file, 'write-normalize');
  const root = item(page, 'write-normalize');
  await expect(root.getByText('There is no editor')).toBeVisible();
  await root.getByRole('button', { name: 'Check' }).click();
  await expect(root.locator('.verdict')).toContainText('Not yet.');
  await page.unroute(chunk);
  await root.getByRole('button', { name: 'Try again' }).click();
  await write(page, root, ['x_hat = x', 'y = x']);
  await expect(root.getByText('There is no editor')).toHaveCount(0);
});

test('a hunt: what fails is told, the line is asked for, and the mistake is named when it is found', async ({
  page,
}) => {
  const root = await open(page, 'hunt-eps');
  const status = root.locator('.verdict');
  const line = root.getByRole('textbox', { name: 'The wrong line' });
  const check = root.getByRole('button', { name: 'Check' });
  await check.click();
  await expect(status).toContainText('Which line is wrong?');
  await expect(status).toContainText('What fails: doubling every x');
  await expect(status).not.toContainText('Line 5');
  await expect(root.locator('.cm-fault')).toHaveCount(0);
  for (const [typed, said] of [
    ['2', 'Line 2 is right.'],
    ['6', 'Line 6 is right, but what it is given is wrong already.'],
    ['40', 'A line is a number from 1 to 7.'],
    ['five', 'A line is a number from 1 to 7.'],
  ] as const) {
    await line.fill(typed);
    await line.press('Enter');
    await expect(status).toContainText(said);
  }
  await line.fill('5');
  await line.press('Enter');
  await expect(status).toContainText('That is the line; mend it. Line 5: ε outside the root.');
  await expect(line).toHaveCount(0);
  await expect(editorOf(root)).toBeFocused();
  await expect(root.locator('.cm-fault')).toHaveText(/invstd = 1 \/ \(np.sqrt\(var\) \+ eps\)/);
  await page.reload();
  const again = await open(page, 'hunt-eps');
  await expect(again.getByRole('textbox', { name: 'The wrong line' })).toHaveCount(0);
  await write(page, again, ['y = gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta']);
  await again.getByRole('button', { name: 'Check' }).click();
  await expect(again.locator('.verdict')).toContainText('Right.');
});

test('the batch can be edited, by what can be read; the values follow', async ({ page }) => {
  const root = await open(page, 'write-normalize');
  await root.getByText('The batch, and a file for Python').click();
  const x = root.getByRole('textbox', { name: 'x', exact: true });
  await expect(x).toHaveValue('[[1, 2], [2, 4], [6, 3]]');
  await x.fill('[[1, 7], [3, 9]]');
  await expect(root.locator('.cm-value').first()).toHaveText('mean (2,)  2 8');
  await x.fill('[[1, 7], [3]]');
  await expect(root.locator('.program-error')).toContainText(
    'x: the rows of an array must have equal lengths',
  );
  await root.getByRole('button', { name: 'Check' }).click();
  await expect(root.locator('.verdict')).toContainText('Not yet.');
  await x.fill('[1, 2, 3]');
  await expect(root.locator('.program-error')).toContainText('x: expected 2 axes');
  await x.fill('');
  await expect(x).toHaveValue('[[1, 2], [2, 4], [6, 3]]');
  await expect(root.locator('.cm-value').first()).toHaveText('mean (2,)  3 3');
});

test('a program is downloaded as a file for Python', async ({ page }) => {
  const root = await open(page, 'write-normalize');
  await root.getByText('The batch, and a file for Python').click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    root.getByRole('button', { name: 'Download as .py' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('write-normalize.py');
  const text = await readFile(await download.path(), 'utf8');
  expect(text).toContain('def run(x, eps):\n    mean = x.mean(axis=0)');
  expect(text).toContain('import numpy as np');
});

test('where the file for Python cannot be made, a sentence says why', async ({ page, watch }) => {
  const judge = /\/programs-[^/]*\.wasm$/;
  const maker = /\/assets\/python-file-[^/]*\.js$/;
  watch.provoke(
    /Failed to load resource/,
    /request failed: .*programs-[^/]*\.wasm/,
    /request failed: .*python-file/,
  );
  await page.route(judge, (route) => route.abort());
  await page.route(maker, (route) => route.abort());
  const root = await open(page, 'write-normalize');
  const more = root.locator('details.program-more');
  const button = more.getByRole('button', { name: 'Download as .py' });
  await unfold(more);
  await expect(button).toHaveAttribute('aria-disabled', 'true');
  await expect(more.getByRole('status')).toContainText('There is no file: there is no network');
  await button.click({ force: true });
  await page.unroute(judge);
  await root.getByRole('button', { name: 'Check' }).click();
  await expect(button).toHaveAttribute('aria-disabled', 'false');
  await expect(more.getByRole('status')).toHaveText('');
  await button.click();
  await expect(more.getByRole('status')).toContainText('There is no file: there is no network');
  await page.unroute(maker);
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  expect(download.suggestedFilename()).toBe('write-normalize.py');
  await expect(more.getByRole('status')).toHaveText('');
});

test('fast typing loses no key', async ({ page }) => {
  const root = await open(page, 'write-statistics');
  await write(page, root, ['']);
  const text = 'batch_mean = x.mean(axis=0) + 0 * 1234567890';
  await page.keyboard.type(text);
  await expect(root.locator('.cm-line').first()).toContainText(text);
});

test('without scripts the task, its start and a program that passes can be read', async ({
  browser,
  watch,
}) => {
  const page = await openStatic(browser, watch, file);
  const root = item(page, 'write-one-line');
  await expect(root.locator('.editor code')).toContainText('dx = gamma * invstd * dy');
  await unfold(root.locator('details.answer'));
  await expect(root.locator('details.answer code')).toContainText('(m * dy - dbeta - x_hat * dgamma)');
});
