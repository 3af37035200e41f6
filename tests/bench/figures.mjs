// npm run bench:figures: how long a figure takes to draw itself after a change, on a processor slowed down four times,
// in Chromium. The handles and sliders of each figure of each page are moved one after the other by keys, a change a
// frame; what is counted is the script of a frame (the core, the drawing, the DOM), and beside it the style and layout
// that follow. Both are times of the processor, whatever else the machine does.
//
//   node tests/bench/figures.mjs [--changes 120] [--slowdown 4]

import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { chromiumPath } from '../../cpp/toolchain.mjs';
import { serveSite } from '../../web/serve.mjs';
import { buildSite, prepare } from '../../web/start.mjs';

/** @typedef {import('@playwright/test').Browser} Browser */
/** @typedef {import('@playwright/test').Page} Page */

const { values: options } = parseArgs({
  options: { changes: { type: 'string', default: '120' }, slowdown: { type: 'string', default: '4' } },
});
const changes = Number(options.changes);
const slowdown = Number(options.slowdown);
const executablePath = chromiumPath();
if (!executablePath) throw new Error('Chromium was not found; set CHROMIUM to its path');

/**
 * Moves what can be moved of a figure, and marks each frame.
 * @param {HTMLElement | SVGElement} figure
 * @param {number} count
 */
async function change(figure, count) {
  for (let k = 0; k < count; ++k) {
    const movable = figure.querySelectorAll('.stage [role=slider], .figure-controls input[type=range]');
    const one = movable[Math.floor(k / 10) % movable.length];
    if (one instanceof HTMLInputElement) {
      const [least, most] = [Number(one.min), Number(one.max)];
      const step = Number(one.step) || 1;
      const up = Number(one.value) + step * (k % 20 < 10 ? 1 : -1);
      one.value = String(Math.min(most, Math.max(least, up)));
      one.dispatchEvent(new Event('input', { bubbles: true }));
    } else if (one) {
      const key = k % 20 < 10 ? 'ArrowUp' : 'ArrowDown';
      one.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    }
    // The figure draws itself in the next frame; the layout below comes right after it.
    await new Promise((done) => requestAnimationFrame(done));
    figure.getBoundingClientRect();
    performance.mark('frame');
  }
}

/**
 * The milliseconds of each frame that a trace holds.
 * @param {{ name: string, ph: string, pid: number, tid: number, ts: number, tdur?: number }[]} events
 */
function framesOf(events) {
  const marks = events.filter(({ name }) => name === 'frame');
  const [{ pid, tid } = { pid: 0, tid: 0 }] = marks;
  const ends = marks.map(({ ts }) => ts);
  const frames = ends.map(() => ({ script: 0, layout: 0 }));
  for (const { name, ts, tdur = 0, ...event } of events) {
    const frame = frames[ends.findIndex((end) => ts <= end)];
    if (!frame || event.pid !== pid || event.tid !== tid) continue;
    if (name === 'FireAnimationFrame') frame.script += tdur / 1000;
    if (name === 'UpdateLayoutTree' || name === 'Layout') {
      frame.layout += tdur / 1000;
      frame.script -= tdur / 1000;
    }
  }
  return frames;
}

/**
 * @param {Browser} browser
 * @param {Page} page
 * @param {string} id
 */
async function measured(browser, page, id) {
  const figure = page.locator(`.figure[id="${id}"]`);
  // Some ask first.
  const show = figure.locator('[data-task=skip]');
  if (await show.count()) await show.click();
  await figure.locator('.stage').scrollIntoViewIfNeeded();
  await page.locator(`.figure[id="${id}"][data-drawn]`).waitFor();
  const categories = ['blink.user_timing', 'devtools.timeline'];
  await browser.startTracing(page, { categories });
  await figure.evaluate(change, changes);
  const { traceEvents } = JSON.parse(String(await browser.stopTracing()));
  return { frames: framesOf(traceEvents), nodes: await figure.locator('.stage *').count() };
}

/** @param {number[]} values @param {number} share */
const quantile = (values, share) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))];

prepare();
if (!buildSite()) process.exit(1);
const site = await serveSite();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-quic'] });
console.log(
  `${changes} changes a figure, processor slowed down ${slowdown} times; milliseconds of the processor`,
);
console.log('figure'.padEnd(22), 'script p50', 'p95', 'max', ' layout p50', 'p95', ' nodes');
for (const file of readdirSync('dist').filter((name) => name.endsWith('.html'))) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(new URL(file, site.address).href);
  await page.waitForSelector('html.live');
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  for (const id of await page.$$eval('main .figure', (all) => all.map((each) => each.id))) {
    const { frames, nodes } = await measured(browser, page, id);
    const script = frames.map((frame) => frame.script);
    const layout = frames.map((frame) => frame.layout);
    /** @param {number[]} values @param {number} share @param {number} width */
    const cell = (values, share, width) => quantile(values, share)?.toFixed(1).padStart(width);
    console.log(
      id.padEnd(22),
      cell(script, 0.5, 10),
      cell(script, 0.95, 3),
      cell(script, 1, 3),
      cell(layout, 0.5, 11),
      cell(layout, 0.95, 3),
      String(nodes).padStart(6),
    );
  }
  await page.close();
}
await browser.close();
await site.close();
