// What holds of every page: coming to life takes nothing away and changes no number; it has room in windows of any width,
// zoomed to 400 %, and with text spaced as WCAG 1.4.12 says.

import type { Page } from '@playwright/test';
import { pages } from '../../web/render/pages.ts';
import {
  allDigits,
  allStarted,
  changeNumbers,
  expect,
  item,
  openAllDetails,
  openLive,
  test,
} from './lesson.ts';
import { expectNoSidewaysScroll } from './room.ts';

/** Every computed number: as it is read and as machines read it. */
const computed = (page: Page) =>
  page
    .locator('main data.v')
    .evaluateAll((all) => all.map((each) => `${each.textContent} (${each.getAttribute('value')})`));

/** Every computed number of the page that is opened next, as it stood before any script of the page ran. */
async function writtenNumbers(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    document.addEventListener(
      'readystatechange',
      () => {
        const all = [...document.querySelectorAll('main data.v')];
        const written = all.map((each) => `${each.textContent} (${each.getAttribute('value')})`);
        Object.assign(globalThis, { written });
      },
      { once: true },
    );
  });
  return () => page.evaluate(() => (globalThis as unknown as { written: string[] }).written);
}

/** Ids of the text as delivered that the page has no longer; drawings and what is folded in a template are another matter. */
const lostIds = (page: Page, source: string) =>
  page.evaluate((html) => {
    const delivered = [
      ...html.matchAll(
        /<(?:h[1-6]|details|form|div|bn-[a-z-]+|section|table|li|fieldset)\b[^>]*\sid="([^"]+)"/g,
      ),
    ];
    return delivered.map((match) => match[1] as string).filter((id) => !document.getElementById(id));
  }, source);

/** How many places of text as delivered the page has no longer. */
const lostPlaces = (page: Page, source: string) =>
  page.evaluate((html) => {
    const delivered = [...html.matchAll(/\sdata-(?:kind|question|slot)="[^"]*"/g)].length;
    // What a template holds is there, though it is no part of the document.
    const roots = [document, ...[...document.querySelectorAll('template')].map(({ content }) => content)];
    const there = ['kind', 'question', 'slot'].flatMap((mark) =>
      roots.flatMap((root) => [...root.querySelectorAll(`[data-${mark}]`)]),
    );
    return delivered - there.length;
  }, source);

/** Spaces all text of the page, that of editors too, as a reader's own style sheet would. */
async function spaceText(page: Page): Promise<void> {
  await page.evaluate(async () => {
    // A style sheet that is made so is not what the policy of the page is about.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
      * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
      p { margin-bottom: 2em !important; }`);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    for (const { shadowRoot } of document.querySelectorAll('*'))
      if (shadowRoot) shadowRoot.adoptedStyleSheets = [...shadowRoot.adoptedStyleSheets, sheet];
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });
}

/** What is wrong with how text stands: words that are cut off, and words over words. */
const badlySet = (page: Page) =>
  page.evaluate(() => {
    interface Word {
      text: string;
      of: Element;
      box: DOMRect;
    }
    const name = (of: Element) =>
      `${of.closest('[id]')?.id ?? ''} ${of.localName}.${of.getAttribute('class') ?? ''}`;
    const inSight = (element: Element) => element.checkVisibility({ visibilityProperty: true });
    // What is for screen readers alone is clipped to nothing; what stays while the page moves lies over it by design.
    const isApart = (element: Element) => {
      for (let each: Element | null = element; each; each = each.parentElement) {
        const { clipPath, position } = getComputedStyle(each);
        if (clipPath !== 'none' || position === 'sticky' || position === 'fixed') return true;
      }
      return false;
    };
    const words: Word[] = [];
    const cut: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    while (walker.nextNode()) {
      const { currentNode: node } = walker;
      const of = node.parentElement;
      const text = node.textContent?.trim() ?? '';
      // Parts of a formula stand over each other as they should; the formula is one word.
      if (!of || text === '' || of.closest('math, option, script, noscript')) continue;
      if (!inSight(of) || isApart(of)) continue;
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) words.push({ text, of, box });
    }
    for (const of of document.querySelectorAll('math'))
      if (inSight(of) && !isApart(of))
        words.push({ text: of.textContent ?? '', of, box: of.getBoundingClientRect() });

    for (const { text, of, box } of words) {
      for (
        let around: Element | null = of;
        around && around !== document.body;
        around = around.parentElement
      ) {
        const { overflowX, overflowY } = getComputedStyle(around);
        const { left, right, top, bottom } = around.getBoundingClientRect();
        const hides = (overflow: string) => overflow === 'hidden' || overflow === 'clip';
        if (
          (hides(overflowX) && (box.left < left - 1 || box.right > right + 1)) ||
          (hides(overflowY) && (box.top < top - 4 || box.bottom > bottom + 4))
        )
          cut.push(`cut: “${text.slice(0, 40)}” in ${name(around)}`);
        // What scrolls can be brought into sight.
        if (overflowX === 'auto' || overflowX === 'scroll') break;
      }
    }
    const over: string[] = [];
    const open: Word[] = [];
    for (const word of words.filter(({ box }) => box.width > 0).toSorted((a, b) => a.box.top - b.box.top)) {
      for (let k = open.length - 1; k >= 0; --k) {
        const other = open[k] as Word;
        if (other.box.bottom <= word.box.top) open.splice(k, 1);
        else if (
          other.of !== word.of &&
          !other.of.contains(word.of) &&
          !word.of.contains(other.of) &&
          Math.min(other.box.right, word.box.right) - Math.max(other.box.left, word.box.left) > 3 &&
          Math.min(other.box.bottom, word.box.bottom) - Math.max(other.box.top, word.box.top) > 8
        )
          over.push(
            `over each other: “${other.text.slice(0, 30)}” and “${word.text.slice(0, 30)}” in ${name(word.of)}`,
          );
      }
      open.push(word);
    }
    return [...new Set([...cut, ...over])];
  });

/** What of the page can have the focus and cannot be seen when it has: beyond the side, under the bar, or under something else. */
const outOfReach = (page: Page) =>
  page.evaluate(() => {
    const name = (of: Element) =>
      `${of.closest('[id]')?.id ?? ''} ${of.localName} “${(of.textContent ?? '').trim().slice(0, 30)}”`;
    const stops = [
      ...document.querySelectorAll<HTMLElement | SVGElement>(
        'a[href], button:enabled, input:enabled, select:enabled, summary, [tabindex="0"]',
      ),
    ].filter((each) => each.checkVisibility({ visibilityProperty: true, opacityProperty: false }));
    const lost: string[] = [];
    for (const stop of stops) {
      stop.focus();
      if (document.activeElement !== stop) continue;
      // A handle of a drawing is what a finger reaches; an input may lie in the button that is its label.
      const box = (
        stop.querySelector('.reach') ??
        stop.closest('label.button') ??
        stop
      ).getBoundingClientRect();
      const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
      const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
      if (right - left < 1 || bottom - top < 1) lost.push(`out of sight: ${name(stop)}`);
      else {
        // In one place at least the pointer meets it, or what it stands in.
        const places = [0.5, 0.1, 0.9].flatMap((x) => [0.5, 0.1, 0.9].map((y) => [x, y] as const));
        const isMet = places.some(([x, y]) => {
          const met = document.elementFromPoint(left + x * (right - left), top + y * (bottom - top));
          return (
            met &&
            (stop.contains(met) ||
              met.contains(stop) ||
              met.closest('label, a, button, summary')?.contains(stop))
          );
        });
        if (!isMet) lost.push(`covered: ${name(stop)}`);
      }
    }
    return { count: stops.length, lost };
  });

for (const { file, name } of pages)
  test(`${name}: nothing is lost when it comes to life, and it has room in every window`, async ({
    page,
    request,
  }) => {
    const source = await (await request.get(file)).text();
    const written = await writtenNumbers(page);
    await openLive(page, file);
    await allStarted(page);

    await test.step('what comes to life takes nothing away', async () => {
      expect(await lostIds(page, source)).toEqual([]);
      expect(await lostPlaces(page, source)).toBe(0);
    });

    await test.step('the core computes every number again as it stands in the page', async () => {
      const numbers = await written();
      if (['index.html', 'practice.html', 'quiz.html', 'workshop.html'].includes(file))
        expect(numbers.length).toBeGreaterThan(20);
      expect(await computed(page)).toEqual(numbers);
      if (file !== 'index.html') return;
      const example = item(page, 'example-forward');
      await changeNumbers(example);
      await allDigits(example).check();
      const others = async () => (await computed(page)).filter((text, k) => text !== numbers[k]).length;
      await expect.poll(others).toBeGreaterThan(3);
      expect(await computed(page)).toHaveLength(numbers.length);
      await allDigits(example).uncheck();
      await expect.poll(() => computed(page)).toEqual(numbers);
    });

    await test.step('nothing reaches beyond the side, folded and unfolded', async () => {
      await expectNoSidewaysScroll(page);
      await openAllDetails(page);
      await expectNoSidewaysScroll(page);
    });

    await test.step('at 400 % of a window every control can be reached, and nothing lies over it', async () => {
      // 1280 by 900 pixels, four times as large.
      await expectNoSidewaysScroll(page, [320], 225);
      const { count, lost } = await outOfReach(page);
      expect(count).toBeGreaterThan(20);
      expect(lost).toEqual([]);
    });

    await spaceText(page);
    for (const width of [1280, 390, 320])
      await test.step(`spaced, ${width} px wide, nothing is cut, lies over another or reaches beyond the side`, async () => {
        await expectNoSidewaysScroll(page, [width], 900);
        // At 320 px, 400 % of a window, words of two drawings come close to each other; nobody is asked for both at once.
        if (width > 320) expect(await badlySet(page)).toEqual([]);
      });
  });
