// How a page is measured: each kind of visit opens it anew, with nothing in the browser's cache.

import { chromium } from '@playwright/test';

/**
 * What the visits look for on a page. Where its markup changes, this is what follows.
 */
const markup = {
  /** A question with its verdict, and in it what one answers with. */
  item: 'main form.question',
  box: 'input[type=text]',
  choice: 'input[type=radio]',
  check: 'button[type=submit]',
  verdict: '.verdict-line',
  /** What a question may be folded in, one at a time. */
  folded: 'main details.drill',
  newNumbers: 'main button[data-task=draw]',
  figure: 'main .figure',
  /** A figure that can be used. */
  live: '[data-started]',
  control: 'button, input, select, textarea, [role=slider]',
};

/** After the page has loaded, it has come to rest when it has left the processor alone for so long. */
const restAfterLoading = 3000;
/** After a key or a click, when nothing has changed on the page for so long. */
const restAfterInput = 300;
/** What has not happened by then does not happen. */
const patience = 60_000;

/** @typedef {import('@playwright/test').Browser} Browser */
/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {{ address: string, slowdown: number }} Visit */

/** @param {string | undefined} executablePath */
export const startChromium = (executablePath) =>
  chromium.launch({
    ...(executablePath && { executablePath }),
    args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });

/** A phone with a slow processor. @param {Browser} browser @param {number} slowdown */
async function openPhone(browser, slowdown) {
  const viewport = { width: 390, height: 844 };
  const context = await browser.newContext({
    viewport,
    deviceScaleFactor: 3,
    isMobile: true,
    hasTouch: true,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  return page;
}

/** @typedef {{ wall: number, processor: number }} Task milliseconds; by the processor, whatever else the machine does */

/**
 * The tasks on the page's thread while something is done, up to where the page sets the mark `done`.
 * @param {Browser} browser
 * @param {Page} page
 * @param {() => Promise<unknown>} act
 * @returns {Promise<Task[]>}
 */
async function tasksOf(browser, page, act) {
  await browser.startTracing(page, {
    categories: ['blink.user_timing', 'devtools.timeline', 'disabled-by-default-devtools.timeline'],
  });
  await act();
  const trace = JSON.parse(String(await browser.stopTracing()));
  /** @type {{ name: string, cat: string, pid: number, tid: number, ts: number, dur?: number, tdur?: number }[]} */
  const events = trace.traceEvents;
  const done = events.findLast(({ name, cat }) => name === 'done' && cat.includes('blink.user_timing'));
  if (!done) throw new Error('the trace does not say when the page was done');
  return events
    .filter(
      ({ name, pid, tid, ts }) => name === 'RunTask' && pid === done.pid && tid === done.tid && ts <= done.ts,
    )
    .map(({ dur = 0, tdur = 0 }) => ({ wall: dur / 1000, processor: tdur / 1000 }));
}

const longest = (/** @type {number[]} */ durations) => Math.max(0, ...durations);
const total = (/** @type {number[]} */ durations) => durations.reduce((sum, each) => sum + each, 0);
/** What is beyond 50 ms of each task. @param {number[]} durations */
const blocking = (durations) => total(durations.map((each) => Math.max(0, each - 50)));

/** @param {string} what @param {Task[] | undefined} tasks undefined where the page has no such thing */
const longestTask = (what, tasks) => ({
  [`longest task ${what}, ms`]: tasks && longest(tasks.map(({ wall }) => wall)),
  [`longest task ${what}, ms of processor`]: tasks && longest(tasks.map(({ processor }) => processor)),
});

/**
 * How long it takes from the start of the navigation until somebody who goes straight to the first question sees its
 * verdict; nothing where the page asks nothing.
 * @param {Browser} browser
 * @param {Visit} visit
 */
export async function visitForAnswer(browser, { address, slowdown }) {
  const page = await openPhone(browser, slowdown);
  await page.addInitScript(
    (look) => {
      /** Looks once a frame, when the page's style is computed anyway. */
      const judged = new Promise((resolve, reject) => {
        let waited = Infinity;
        /** @type {Element | undefined} */
        let answered;
        const attempt = () => {
          if (answered?.isConnected && answered.querySelector(look.verdict)?.textContent) {
            performance.mark('done');
            resolve(performance.now());
            return;
          }
          if (performance.now() > look.patience) {
            reject(new Error(`${location.href}: no answer to ${look.item} was judged`));
            return;
          }
          const folded = document.querySelector(`${look.folded}:not([open])`);
          if (folded instanceof HTMLDetailsElement && !document.querySelector(`${look.folded}[open]`))
            folded.open = true;
          const item = [...document.querySelectorAll(look.item)].find((each) =>
            each.querySelector(`:is(${look.box}, ${look.choice}):enabled`)?.checkVisibility(),
          );
          const check = item?.querySelector(`${look.check}:enabled`);
          // A page that has not started yet may let a press pass, so it is pressed again after some frames.
          if (item && check instanceof HTMLElement && ++waited > 10) {
            waited = 0;
            answered = item;
            const field = item.querySelector(`:is(${look.box}, ${look.choice}):enabled`);
            if (field instanceof HTMLInputElement) {
              field.focus();
              if (field.type === 'radio') {
                field.click();
              } else {
                field.value = '1';
                field.dispatchEvent(new Event('input', { bubbles: true }));
                field.dispatchEvent(new Event('change', { bubbles: true }));
              }
            }
            check.click();
          }
          if (document.readyState === 'complete' && !document.querySelector(look.item)) {
            performance.mark('done');
            resolve(undefined);
          } else {
            requestAnimationFrame(attempt);
          }
        };
        requestAnimationFrame(attempt);
      });
      Object.assign(globalThis, { judged });
    },
    { ...markup, patience },
  );
  /** @type {number | undefined} */
  let time;
  const tasks = await tasksOf(browser, page, async () => {
    await page.goto(address, { waitUntil: 'commit' });
    time = await page.evaluate('judged');
  });
  await page.context().close();
  return {
    'first answer judged, ms': time,
    'first answer judged, ms of processor': time && total(tasks.map(({ processor }) => processor)),
  };
}

/**
 * Milliseconds from the start of the navigation until the first figure can be used, by somebody who scrolls straight to
 * it; undefined where the page has none.
 * @param {Browser} browser
 * @param {Visit} visit
 */
export async function visitForFigure(browser, { address, slowdown }) {
  const page = await openPhone(browser, slowdown);
  await page.addInitScript(
    (look) => {
      const live = new Promise((resolve, reject) => {
        const attempt = () => {
          const figure = document.querySelector(look.figure);
          if (figure?.matches(look.live)) {
            resolve(performance.now());
            return;
          }
          if (performance.now() > look.patience) {
            reject(new Error(`${location.href}: ${look.figure} did not become live`));
            return;
          }
          const place = figure?.getBoundingClientRect();
          if (figure && place && (place.bottom < 0 || place.top > innerHeight)) figure.scrollIntoView();
          if (document.readyState === 'complete' && !figure) resolve(undefined);
          else requestAnimationFrame(attempt);
        };
        requestAnimationFrame(attempt);
      });
      Object.assign(globalThis, { live });
    },
    { ...markup, patience },
  );
  await page.goto(address, { waitUntil: 'commit' });
  /** @type {number | undefined} */
  const time = await page.evaluate('live');
  await page.context().close();
  return time;
}

/** Notes what the browser observes from the first moment on. @param {Page} page */
const observe = (page) =>
  page.addInitScript(() => {
    /** @type {{ tasks: { start: number, duration: number }[], paint: number, shifts: { start: number, value: number }[] }} */
    const observed = { tasks: [], paint: 0, shifts: [] };
    Object.assign(globalThis, { observed });
    new PerformanceObserver((list) => {
      for (const { startTime: start, duration } of list.getEntries())
        observed.tasks.push({ start, duration });
    }).observe({ type: 'longtask', buffered: true });
    new PerformanceObserver((list) => {
      for (const { startTime } of list.getEntries()) observed.paint = startTime;
    }).observe({ type: 'largest-contentful-paint', buffered: true });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { value, hadRecentInput } =
          /** @type {PerformanceEntry & { value: number, hadRecentInput: boolean }} */ (entry);
        if (!hadRecentInput) observed.shifts.push({ start: entry.startTime, value });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });

/** Until the observed page, which has loaded, has come to rest. @param {Page} page */
const rests = (page) =>
  page.evaluate(
    async ({ rest, latest }) => {
      const { observed } = /** @type {any} */ (globalThis);
      const [navigation] = performance.getEntriesByType('navigation');
      for (;;) {
        const loaded = /** @type {PerformanceNavigationTiming} */ (navigation).loadEventEnd;
        const last = observed.tasks.at(-1);
        const left = Math.max(loaded, last ? last.start + last.duration : 0) + rest - performance.now();
        if (left <= 0 || performance.now() > latest) return;
        await new Promise((done) => setTimeout(done, left));
      }
    },
    { rest: restAfterLoading, latest: patience },
  );

/** Until nothing has changed on the page for a moment. @param {Page} page */
const settles = (page) =>
  page.evaluate(
    ({ rest, latest }) =>
      new Promise((resolve) => {
        const done = () => {
          observer.disconnect();
          resolve(undefined);
        };
        let timer = setTimeout(done, rest);
        const end = performance.now() + latest;
        const observer = new MutationObserver(() => {
          clearTimeout(timer);
          if (performance.now() > end) done();
          else timer = setTimeout(done, rest);
        });
        const everything = { subtree: true, childList: true, characterData: true, attributes: true };
        observer.observe(document, everything);
      }),
    { rest: restAfterInput, latest: patience },
  );

/**
 * The tasks of something that is done to the page, until it has settled again.
 * @param {Browser} browser
 * @param {Page} page
 * @param {() => Promise<unknown>} act
 */
const tasksUntilSettled = (browser, page, act) =>
  tasksOf(browser, page, async () => {
    await act();
    await settles(page);
    await page.evaluate(() => performance.mark('done'));
  });

/** The worst second of shifts, as the web's vitals define it. @param {{ start: number, value: number }[]} shifts */
function cumulativeShift(shifts) {
  let worst = 0;
  let sum = 0;
  let first = -Infinity;
  let last = -Infinity;
  for (const { start, value } of shifts) {
    // A window ends after a second without a shift, or after five seconds.
    if (start - last > 1000 || start - first > 5000) {
      sum = 0;
      first = start;
    }
    sum += value;
    last = start;
    worst = Math.max(worst, sum);
  }
  return worst;
}

/** @type {Record<string, string>} */
const kinds = { document: 'html', script: 'js', stylesheet: 'css', font: 'font' };

/**
 * Loads the page without touching it, waits until it rests, and then answers its first question with keys and taps.
 * @param {Browser} browser
 * @param {Visit} visit
 */
export async function visitForLoad(browser, { address, slowdown }) {
  const page = await openPhone(browser, slowdown);
  /** @type {Promise<[kind: string, bytes: number]>[]} */
  const transfers = [];
  page.on('requestfinished', (request) => {
    const kind = request.url().endsWith('.wasm') ? 'wasm' : (kinds[request.resourceType()] ?? 'other');
    transfers.push(request.sizes().then(({ responseBodySize }) => [kind, responseBodySize]));
  });
  await observe(page);
  const starting = await tasksOf(browser, page, async () => {
    await page.goto(address);
    await rests(page);
    await page.evaluate(() => performance.mark('done'));
  });
  const { tasks, paint, shifts } = await page.evaluate(() => /** @type {any} */ (globalThis).observed);
  /** @type {Record<string, number>} */
  const bytes = {};
  for (const [kind, size] of await Promise.all(transfers)) bytes[kind] = (bytes[kind] ?? 0) + size;
  const longTasks = tasks.map((/** @type {{ duration: number }} */ { duration }) => duration);

  const folded = page.locator(markup.folded).first();
  if ((await folded.count()) > 0) await folded.locator('summary').first().tap();
  const field = `${markup.box}:visible, ${markup.choice}:visible`;
  const item = page
    .locator(markup.item)
    .filter({ has: page.locator(field) })
    .first();
  const first = item.locator(field).first();
  const asks = (await first.count()) > 0;
  const takesKeys = asks && (await first.getAttribute('type')) === 'text';
  /** @type {Task[] | undefined} */
  let key;
  /** @type {Task[] | undefined} */
  let check;
  /** @type {Task[] | undefined} */
  let draw;
  if (takesKeys) {
    await first.focus();
    await settles(page);
    key = await tasksUntilSettled(browser, page, () => page.keyboard.type('1.5'));
  } else if (asks) {
    await first.check();
    await settles(page);
  }
  if (asks) {
    check = await tasksUntilSettled(browser, page, async () => {
      await item.locator(markup.check).tap();
      await item.locator(markup.verdict).filter({ hasText: /\S/ }).waitFor();
    });
  }
  const newNumbers = page.locator(`${markup.newNumbers}:visible`).first();
  if ((await newNumbers.count()) > 0) {
    await newNumbers.scrollIntoViewIfNeeded();
    await settles(page);
    draw = await tasksUntilSettled(browser, page, () => newNumbers.tap());
  }
  await page.context().close();

  const kB = (/** @type {string} */ kind) => (bytes[kind] ?? 0) / 1000;
  return {
    'largest contentful paint, ms': paint,
    'blocking time, ms': blocking(longTasks),
    'blocking time, ms of processor': blocking(starting.map(({ processor }) => processor)),
    ...longestTask('at the start', starting),
    ...longestTask('on a key', key),
    ...longestTask('on Check', check),
    ...longestTask('on New numbers', draw),
    'cumulative layout shift': cumulativeShift(shifts),
    'html, kB': kB('html'),
    'js, kB': kB('js'),
    'css, kB': kB('css'),
    'wasm, kB': kB('wasm'),
    'font, kB': kB('font'),
    'all that is loaded, kB': total(Object.values(bytes)) / 1000,
  };
}

/**
 * How much stands on the page in a window of 1280 x 900: as it is delivered, without scripts, and live at rest.
 * @param {Browser} browser
 * @param {string} address
 */
export async function visitForShape(browser, address) {
  const shape = async (/** @type {boolean} */ javaScriptEnabled) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, javaScriptEnabled });
    const page = await context.newPage();
    if (javaScriptEnabled) await observe(page);
    await page.goto(address);
    if (javaScriptEnabled) await rests(page);
    const counted = await page.evaluate((control) => {
      return {
        nodes: document.querySelectorAll('*').length,
        controls: document.querySelectorAll(control).length,
        screens: document.documentElement.scrollHeight / innerHeight,
      };
    }, markup.control);
    await context.close();
    return counted;
  };
  const delivered = await shape(false);
  const live = await shape(true);
  return {
    'nodes as delivered': delivered.nodes,
    'nodes live': live.nodes,
    'controls as delivered': delivered.controls,
    'controls live': live.controls,
    'screens as delivered': delivered.screens,
    'screens live': live.screens,
  };
}

/**
 * The addresses that a page asks for by itself, and those it asks for in addition when it is scrolled through.
 * @param {Browser} browser
 * @param {string} address
 */
export async function visitForRequests(browser, address) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  /** @type {Set<string>} */
  const asked = new Set();
  page.on('request', (request) => asked.add(request.url()));
  await observe(page);
  await page.goto(address);
  await rests(page);
  const atOnce = new Set(asked);
  await page.evaluate(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    while (scrollY + innerHeight < document.documentElement.scrollHeight - 1) {
      scrollBy({ top: innerHeight, behavior: 'instant' });
      await frame();
      await frame();
    }
  });
  await settles(page);
  await context.close();
  return { atOnce, later: new Set([...asked].filter((each) => !atOnce.has(each))) };
}
