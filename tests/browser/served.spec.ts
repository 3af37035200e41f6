// What Chromium gets of every page and of what it loads: compressed, of the right media type, the bytes of the file.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Response } from '@playwright/test';
import { expect, test } from './lesson.ts';

const site = fileURLToPath(new URL('../../dist/', import.meta.url));
const pages = readdirSync(site).filter((name) => name.endsWith('.html'));

const mediaTypes: Record<string, string> = {
  '.html': 'text/html;charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
};

/** Compressed already. */
const asTheyAre = ['.woff2', '.png'];
/** Bytes; of less, hardly any could be saved. */
const smallest = 300;

async function expectAsServed(response: Response, baseURL: string): Promise<void> {
  const file = response.url().slice(baseURL.length);
  const extension = path.extname(file);
  expect(response.headers()['content-type'], file).toBe(mediaTypes[extension]);
  const bytes = readFileSync(path.join(site, file));
  if (asTheyAre.includes(extension)) expect(response.headers()['content-encoding'], file).toBeUndefined();
  else if (bytes.length >= smallest) expect(response.headers()['content-encoding'], file).toBe('br');
  expect((await response.body()).equals(bytes), file).toBe(true);
}

for (const name of pages) {
  test(`${name} and what it loads`, async ({ page, baseURL }) => {
    const responses: Response[] = [];
    page.on('response', (response) => responses.push(response));
    await page.goto(name, { waitUntil: 'load' });
    const extensions = new Set(responses.map((response) => path.extname(response.url())));
    expect([...extensions]).toEqual(expect.arrayContaining(['.html', '.css', '.js']));
    for (const response of responses) await expectAsServed(response, baseURL as string);
  });
}

test('the core', async ({ page, baseURL }) => {
  const core = page.waitForResponse(/\.wasm$/);
  await page.goto('./');
  await expectAsServed(await core, baseURL as string);
});
