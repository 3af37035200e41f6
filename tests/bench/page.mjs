// npm run bench:page: how each page of the built site starts and answers in Chromium, on a phone whose processor is slow:
// 390 x 844, touch, slowed down four times, files served compressed. Medians; it reports against goals and asserts nothing.
//
//   node tests/bench/page.mjs [--runs 9] [--slowdown 4] [--only TEXT]   the pages whose name contains TEXT
//   node tests/bench/page.mjs --sizes                                   what each file weighs, and who loads it
//   node tests/bench/page.mjs --lighthouse                              mobile Lighthouse, with the audits that fail

import { readdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromiumPath } from '../../cpp/toolchain.mjs';
import { serveSite } from '../../web/serve.mjs';
import { buildSite, prepare } from '../../web/start.mjs';
import { installPeers, printTable, root, short, writeReport } from './common.mjs';
import { auditPage } from './page-lighthouse.mjs';
import { sizesOfSite } from './page-sizes.mjs';
import {
  startChromium,
  visitForAnswer,
  visitForFigure,
  visitForLoad,
  visitForShape,
} from './page-visits.mjs';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '9' },
    slowdown: { type: 'string', default: '4' },
    only: { type: 'string', default: '' },
    sizes: { type: 'boolean', default: false },
    lighthouse: { type: 'boolean', default: false },
  },
});
const runs = Number(options.runs);
const slowdown = Number(options.slowdown);
if (!(runs >= 1 && slowdown >= 1)) throw new RangeError('--runs and --slowdown: expected numbers >= 1');
const chromium = chromiumPath();
if (!chromium) throw new Error('Chromium was not found; set CHROMIUM to its path');

/**
 * What is reported of a page, in this order, and the goal: at most so much. What other programs take of the machine
 * lengthens a time, but not the processor's time of the page's thread; on a machine with nothing else to do, tasks take
 * about the same in both.
 * @type {[measure: string, goal?: number][]}
 */
const measures = [
  ['first answer judged, ms', 1000],
  ['first answer judged, ms of processor'],
  ['first figure live, ms'],
  ['largest contentful paint, ms'],
  ['blocking time, ms', 150],
  ['blocking time, ms of processor', 150],
  ...['at the start', 'on a key', 'on Check', 'on New numbers'].flatMap((when) =>
    ['ms', 'ms of processor'].map(
      (unit) => /** @type {[string, number]} */ ([`longest task ${when}, ${unit}`, 100]),
    ),
  ),
  ['cumulative layout shift'],
  ['nodes as delivered', 6000],
  ['nodes live', 6000],
  ['controls as delivered'],
  ['controls live'],
  ['screens as delivered'],
  ['screens live'],
  ['html, kB', 40],
  ['js, kB'],
  ['css, kB'],
  ['wasm, kB'],
  ['font, kB'],
  ['all that is loaded, kB'],
];

prepare();
if (!buildSite()) process.exit(1);
const { address, close } = await serveSite();
const pages = readdirSync(path.join(root, 'dist'))
  .filter((name) => name.endsWith('.html') && name.includes(options.only))
  .map((name) => path.basename(name, '.html'));
const addressOf = (/** @type {string} */ page) => `${address}${page}.html`;

/** @param {number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** @typedef {Record<string, number | undefined>} Measured by measure; undefined where a page has no such thing */

/** @param {import('@playwright/test').Browser} browser @param {string} page @returns {Promise<Measured>} */
async function measure(browser, page) {
  const of = { address: addressOf(page), slowdown };
  return {
    ...(await visitForAnswer(browser, of)),
    'first figure live, ms': await visitForFigure(browser, of),
    ...(await visitForLoad(browser, of)),
  };
}

async function measureAll() {
  const browser = await startChromium(chromium);
  /** @type {Record<string, Measured[]>} */
  const all = Object.fromEntries(pages.map((page) => [page, []]));
  // The pages take turns, so that a slow minute of the machine does not fall on one of them.
  for (let run = 0; run < runs; ++run) {
    for (const page of pages) all[page]?.push(await measure(browser, page));
    console.log(`run ${run + 1} of ${runs}`);
  }
  for (const page of pages) all[page]?.push(await visitForShape(browser, addressOf(page)));
  // More programs ready to run than there are processors: then times say little.
  const [, load = NaN] = loadavg();
  const version = browser.version();
  await browser.close();

  /** @param {string} page @param {string} what */
  const typical = (page, what) =>
    median((all[page] ?? []).map((each) => each[what]).filter((value) => value !== undefined));
  const medians = Object.fromEntries(
    pages.map((page) => [page, Object.fromEntries(measures.map(([what]) => [what, typical(page, what)]))]),
  );
  const rows = measures.map(([what, goal]) => {
    const values = pages.map((page) => medians[page]?.[what]);
    const missed = pages.filter((page) => Number(medians[page]?.[what]) > Number(goal));
    const met = missed.length === 0 ? 'yes' : `MISSED: ${missed.join(', ')}`;
    return [
      what,
      ...values.map((value) => (value === undefined ? '—' : value === 0 ? '0' : short(value))),
      goal === undefined ? '' : `<= ${goal}`,
      goal === undefined || values.every((value) => value === undefined) ? '' : met,
    ];
  });
  const heading = `medians of ${runs} runs, processor slowed down ${slowdown} times; kB as sent, compressed; load of the machine ${load.toFixed(1)}`;
  printTable(heading, ['', ...pages, 'goal', 'goal met'], rows);
  const goals = Object.fromEntries(measures.filter(([, goal]) => goal !== undefined));
  writeReport('page.json', { chromium: version }, { runs, slowdown, load, goals, medians, all });
}

async function printSizes() {
  const browser = await startChromium(chromium);
  const files = await sizesOfSite(browser, pages, addressOf);
  await browser.close();
  const kB = (/** @type {number | undefined} */ bytes) =>
    (bytes === undefined ? '' : (bytes / 1000).toFixed(1)).padStart(8);
  printTable(
    'files of dist in kB; in brackets: the page loads it only when it is scrolled through',
    ['     raw', '  brotli', 'file', 'loaded by'],
    files.map(({ name, raw, brotli, atOnce, later }) => [
      kB(raw),
      kB(brotli),
      name,
      [...atOnce, ...later.map((page) => `(${page})`)].join(', '),
    ]),
  );
}

async function runLighthouse() {
  installPeers();
  for (const page of pages) {
    const { version, scores, failed } = await auditPage(addressOf(page), String(chromium));
    const scoring = Object.entries(scores).map(([category, score]) => `${category} ${score}`);
    printTable(
      `${page}, Lighthouse ${version}, mobile: ${scoring.join(', ')}`,
      ['score', 'audit', ''],
      failed,
    );
  }
}

try {
  if (options.sizes) await printSizes();
  if (options.lighthouse) await runLighthouse();
  if (!options.sizes && !options.lighthouse) await measureAll();
} finally {
  await close();
}
