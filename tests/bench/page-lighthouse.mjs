// Lighthouse as a phone sees a page: its scores and the audits that fail. A program of its own in a browser of its own.

import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from './common.mjs';

/** @typedef {{ id: string, title: string, score: number | null, scoreDisplayMode: string, displayValue?: string }} Audit */

/**
 * @param {string} address
 * @param {string} chromium the path of the browser
 */
export async function auditPage(address, chromium) {
  const program = path.join(root, 'tests/bench/node_modules/.bin/lighthouse');
  const flags = '--headless=new --no-sandbox --disable-quic --disable-background-networking';
  const commandLine = [
    address,
    '--quiet',
    '--output=json',
    '--no-enable-error-reporting',
    `--chrome-flags=${flags}`,
  ];
  const { stdout } = await promisify(execFile)(program, commandLine, {
    env: { ...process.env, CHROME_PATH: chromium },
    maxBuffer: 100 * 1024 * 1024,
  });
  const { lighthouseVersion, categories, audits } = JSON.parse(stdout);
  /** @type {[string, { title: string, score: number | null }][]} */
  const entries = Object.entries(categories);
  const inPercent = (/** @type {number | null} */ score) =>
    score === null ? '—' : String(Math.round(score * 100));
  /** @type {Audit[]} */
  const all = Object.values(audits);
  const failed = all
    .filter(
      ({ score, scoreDisplayMode }) =>
        scoreDisplayMode === 'error' || (score !== null && score < 0.9 && scoreDisplayMode !== 'informative'),
    )
    .toSorted((a, b) => Number(a.score) - Number(b.score))
    .map(({ id, title, score, displayValue = '' }) => [inPercent(score), `${title} (${id})`, displayValue]);
  return {
    version: String(lighthouseVersion),
    scores: Object.fromEntries(entries.map(([, { title, score }]) => [title, inPercent(score)])),
    failed,
  };
}
