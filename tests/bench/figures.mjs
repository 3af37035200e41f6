// npm run bench:figures: how long a figure takes to draw itself after a change, on a processor slowed down four times,
// in Chromium. Each figure's handles and sliders are moved one after the other by keys, a change a frame; what is
// counted is the script of a frame (the core, the drawing, the DOM), and beside it the style and layout that follow.
//
//   node tests/bench/figures.mjs [--changes 120] [--slowdown 4]

import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { chromiumPath } from '../../cpp/toolchain.mjs';
import { serveSite } from '../../web/serve.mjs';
import { buildSite, prepare } from '../../web/start.mjs';

const { values: options } = parseArgs({
  options: { changes: { type: 'string', default: '120' }, slowdown: { type: 'string', default: '4' } },
});
const changes = Number(options.changes);
const slowdown = Number(options.slowdown);
const executablePath = chromiumPath();
if (!executablePath) throw new Error('Chromium was not found; set CHROMIUM to its path');

prepare();
if (!buildSite()) process.exit(1);
const site = await serveSite();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-quic'] });
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
await page.goto(site.address);
await page.waitForSelector('html.live');
const session = await page.context().newCDPSession(page);
await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });

/** @param {number[]} sorted @param {number} share */
const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];

const figures = await page.$$eval('main .figure', (all) =>
  all.map((each) => ({ id: each.id, kind: each.localName.replace('bn-', '') })),
);
console.log(`${changes} changes a figure, processor slowed down ${slowdown} times; milliseconds`);
console.log('figure'.padEnd(22), 'script p50', 'p95', 'max', ' layout p50', 'p95', ' nodes');
for (const { id, kind } of figures) {
  const figure = page.locator(`.figure[id="${id}"]`);
  // Some ask first.
  const show = figure.locator('[data-task=skip]');
  if (await show.count()) await show.click();
  await figure.locator('.stage').scrollIntoViewIfNeeded();
  await page.locator(`.figure[id="${id}"][data-drawn]`).waitFor();
  const times = await figure.evaluate(
    async (element, { count, name }) => {
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      const layout = [];
      performance.clearMeasures();
      for (let k = 0; k < count; ++k) {
        const movable = element.querySelectorAll('.stage [role=slider], .figure-controls input[type=range]');
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
        // The figure draws itself in the next frame; the call below comes right after it.
        await frame();
        const start = performance.now();
        element.getBoundingClientRect();
        layout.push(performance.now() - start);
      }
      return {
        script: performance.getEntriesByName(`draw ${name}`).map(({ duration }) => duration),
        layout,
        nodes: element.querySelectorAll('.stage *').length,
      };
    },
    { count: changes, name: kind },
  );
  const script = times.script.toSorted((a, b) => a - b);
  const layout = times.layout.toSorted((a, b) => a - b);
  const cells = [
    [script, 0.5, 10],
    [script, 0.95, 3],
    [script, 1, 3],
    [layout, 0.5, 11],
    [layout, 0.95, 3],
  ].map(([list, share, width]) =>
    quantile(/** @type {number[]} */ (list), Number(share))
      ?.toFixed(1)
      .padStart(Number(width)),
  );
  console.log(id.padEnd(22), ...cells, String(times.nodes).padStart(6));
}
await browser.close();
await site.close();
