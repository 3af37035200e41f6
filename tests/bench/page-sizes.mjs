// What each file of the built site weighs, as it is and compressed, and which pages load it.

import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { root } from './common.mjs';
import { visitForRequests } from './page-visits.mjs';

const site = path.join(root, 'dist');

/**
 * The files, the heaviest first.
 * @param {import('@playwright/test').Browser} browser
 * @param {string[]} pages
 * @param {(page: string) => string} addressOf
 */
export async function sizesOfSite(browser, pages, addressOf) {
  /** @type {{ page: string, atOnce: Set<string>, later: Set<string> }[]} */
  const visits = [];
  for (const page of pages) visits.push({ page, ...(await visitForRequests(browser, addressOf(page))) });
  const size = (/** @type {string} */ name) =>
    statSync(path.join(site, name), { throwIfNoEntry: false })?.size;
  const names = readdirSync(site, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(path.join(site, name)).isFile())
    .filter((name) => !/(^\.|\.(br|gz)$)/.test(name));
  const files = names.map((name) => {
    const address = new URL(name, addressOf('index')).href;
    return {
      name,
      raw: size(name) ?? 0,
      brotli: size(`${name}.br`),
      atOnce: visits.filter(({ atOnce }) => atOnce.has(address)).map(({ page }) => page),
      later: visits.filter(({ later }) => later.has(address)).map(({ page }) => page),
    };
  });
  return files.toSorted((a, b) => b.raw - a.raw);
}
