// What each page looks like to readers who have set their own colours, and that nothing moves for those who want no motion.

import type { Page } from '@playwright/test';
import { pages } from '../../web/render/pages.ts';
import { allStarted, expect, openAllDetails, openLive, test } from './lesson.ts';

/** The page with all its blocks started and in sight, the figures that ask first too. */
async function openWhole(page: Page, file: string): Promise<void> {
  await openLive(page, file);
  await allStarted(page);
  await page.locator('[data-task=skip]').evaluateAll((all) => {
    for (const show of all) if (show.checkVisibility()) (show as HTMLElement).click();
  });
  await openAllDetails(page);
  await expect(async () => {
    for (const stage of await page.locator('.figure:not([data-drawn]) .stage').all())
      await stage.scrollIntoViewIfNeeded();
    await expect(page.locator('.figure:not([data-drawn])')).toHaveCount(0, { timeout: 1000 });
  }).toPass();
}

/**
 * Marks of drawings that have the colour of the paper alone, and what is chosen but looks, colours left out, like what is not;
 * with how many there are of each.
 */
const seenIn = (page: Page) =>
  page.evaluate(() => {
    const paper = getComputedStyle(document.documentElement).backgroundColor;
    const isSeen = (colour: string) =>
      colour !== 'none' && colour !== paper && !/^rgba\(.*, 0\)$/.test(colour);
    const nameOf = (of: Element) =>
      `${of.closest('[id]')?.id} ${of.localName}.${of.getAttribute('class')}, ${of.parentElement?.getAttribute('class')}`;
    const marks = [
      ...document.querySelectorAll(
        'main svg :is(path, line, circle, rect, polyline, polygon):not(.reach, defs *, clipPath *)',
      ),
    ].filter((mark) => mark.checkVisibility({ visibilityProperty: true, opacityProperty: true }));
    // What has the colour of the paper and nothing else; what has none at all only listens.
    const unseen = marks.filter((mark) => {
      const { fill, stroke, strokeWidth } = getComputedStyle(mark);
      const colours = parseFloat(strokeWidth) > 0 ? [fill, stroke] : [fill];
      return colours.includes(paper) && !colours.some(isSeen);
    });

    const isChosen =
      '[aria-current]:not([aria-current=false]), [aria-pressed=true], [aria-selected=true], [aria-checked=true]';
    /** How it looks, colours left out. */
    const look = (element: Element) => {
      const style = getComputedStyle(element);
      const sides = ['Top', 'Right', 'Bottom', 'Left'] as const;
      const edges = sides.map(
        (side) =>
          isSeen(style[`border${side}Color`]) && style[`border${side}Style`] + style[`border${side}Width`],
      );
      const marked = element.querySelector('rect');
      const words = ['::before', '::after'].map((part) => getComputedStyle(element, part).content);
      return [
        style.fontWeight,
        style.textDecorationLine,
        style.outlineStyle,
        ...edges,
        ...words,
        marked && getComputedStyle(marked).strokeWidth,
        marked && getComputedStyle(marked).strokeDasharray,
      ].join();
    };
    const chosen = [...document.querySelectorAll(isChosen)].filter((each) => each.checkVisibility());
    const alike = chosen.filter((each) => {
      const around = each.closest('[role=radiogroup], [role=tablist], [role=grid], nav, ol, ul');
      const others = [...(around?.querySelectorAll(each.localName) ?? [])].filter(
        (other) =>
          other.getAttribute('role') === each.getAttribute('role') &&
          other.checkVisibility() &&
          !other.matches(isChosen),
      );
      return others.some((other) => look(other) === look(each));
    });
    return {
      unseen: [...new Set(unseen.map(nameOf))],
      alike: alike.map(nameOf),
      marks: marks.length,
      chosen: chosen.length,
    };
  });

/** What of the drawings is black: nobody has said what colour it has. */
const black = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('main svg :is(text, path, circle, rect, polyline, polygon):not(defs *)')]
      .filter((mark) => {
        const { fill, stroke } = getComputedStyle(mark);
        return mark.checkVisibility() && [fill, stroke].includes('rgb(0, 0, 0)');
      })
      .map((mark) => `${mark.closest('[id]')?.id} ${mark.localName} ${mark.textContent}`),
  );

/** Whether the page stands for thirty frames as it stood, in all that it is made of. */
const stands = (page: Page) =>
  page.evaluate(async () => {
    const main = document.querySelector('main') as HTMLElement;
    const before = main.innerHTML;
    for (let k = 0; k < 30; ++k) await new Promise((done) => requestAnimationFrame(done));
    return main.innerHTML === before;
  });

/** Checks an answer, moves every slider and draws new numbers, where the page has them. */
async function usePage(page: Page): Promise<void> {
  const form = page.locator('main form.question:has(input[type=text])').filter({ visible: true }).first();
  if (await form.isVisible()) {
    await form.getByRole('textbox').fill('12345');
    await form.getByRole('textbox').press('Enter');
    await expect(form.getByRole('status').first()).not.toBeEmpty();
    await expect.poll(() => stands(page)).toBe(true);
  }
  for (const slider of await page.getByRole('slider').filter({ visible: true }).elementHandles())
    await slider.press('ArrowRight');
  await expect.poll(() => stands(page)).toBe(true);
  // New numbers are marked for a moment, where motion is wanted.
  const fresh = page.getByRole('button', { name: 'New numbers' }).filter({ visible: true });
  if ((await fresh.count()) > 0) {
    await fresh.first().click();
    await expect(page.locator('main .sheet-note').filter({ hasText: 'variant 1' })).toBeVisible();
    await expect(page.locator('data.fresh').first()).toBeAttached();
  }
}

for (const { file, name } of pages)
  test(`${name}: in the dark, in forced colours, and with less motion`, async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.addInitScript(() => {
      for (const type of ['animationstart', 'transitionrun'])
        addEventListener(
          type,
          ({ target }) => {
            const { localName, className } = target as Element;
            document.documentElement.dataset.moved = `${type}: ${localName}.${className}`;
          },
          true,
        );
    });
    await openWhole(page, file);

    await test.step('nothing moves by itself', async () => {
      await expect.poll(() => stands(page)).toBe(true);
      await expect(page.locator('main :is(animate, animateTransform, marquee, [autoplay])')).toHaveCount(0);
      await expect(page.locator('html')).not.toHaveAttribute('data-moved');
    });

    await test.step('in the dark nothing in a drawing is black because nobody said otherwise', async () => {
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await black(page)).toEqual([]);
    });

    for (const colorScheme of ['light', 'dark'] as const)
      await test.step(`forced colours, ${colorScheme}: marks are seen, and what is chosen differs by more than its colour`, async () => {
        await page.emulateMedia({ colorScheme, forcedColors: 'active' });
        const { unseen, alike, marks, chosen } = await seenIn(page);
        expect(unseen).toEqual([]);
        expect(alike).toEqual([]);
        // The page itself is chosen in the bar.
        expect(chosen).toBeGreaterThan(0);
        if (['index.html', 'more.html'].includes(file)) expect(marks).toBeGreaterThan(100);
      });

    await test.step('nor does anything move when the page is used', async () => {
      await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' });
      await usePage(page);
      expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
      await expect(page.locator('html')).not.toHaveAttribute('data-moved');
    });
  });
