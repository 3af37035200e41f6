// A browser that translates the page replaces its texts while figures go on changing theirs.

import type { Locator } from '@playwright/test';
import { expect, openLive, test } from '../lesson.ts';
import { drawnFigure, figuresOf, files, follow, moveEverything, unfoldAll } from './figure.ts';

/** As translators do it: each text gives way to two elements around another one. Returns how many. */
const translate = (figure: Locator): Promise<number> =>
  figure.evaluate((element) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const texts: Text[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode as Text);
    const translatable = texts.filter(({ data, parentElement }) => {
      const said = parentElement?.closest('[translate]')?.getAttribute('translate');
      return data.trim() !== '' && said !== 'no';
    });
    for (const text of translatable) {
      const [outer, inner] = [document.createElement('font'), document.createElement('font')];
      inner.append(`⟦${text.data}⟧`);
      outer.append(inner);
      text.replaceWith(outer);
    }
    return translatable.length;
  });

/** What the figure says, translated or not; without what is said of a change. */
const said = (figure: Locator): Promise<string> =>
  figure.locator('.stage').evaluate((stage) => {
    const copy = stage.cloneNode(true) as HTMLElement;
    for (const each of copy.querySelectorAll('.announced, .copied, .figure-actions > input')) each.remove();
    return (copy.textContent ?? '').replace(/[⟦⟧]/g, '');
  });

for (const file of files) {
  test(`the figures of ${file} say what they show while the browser translates them`, async ({
    page,
    context,
    browser,
    watch,
  }) => {
    await openLive(page, file);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    // In a window that remembers nothing of this one.
    const elsewhere = await browser.newContext();
    await watch.over(elsewhere);
    const other = await elsewhere.newPage();
    await openLive(other, file);
    // A bare figure is its drawing alone, and drawings stay out of translation.
    const names = figuresOf[file].filter((name) => name !== 'first-look');
    for (const name of names)
      await test.step(name, async () => {
        const figure = await drawnFigure(page, name);
        await unfoldAll(figure);
        const first = await said(figure);
        expect(await translate(figure)).toBeGreaterThan(5);
        expect(await said(figure)).toBe(first);
        await expect(figure.locator('.sentence')).toContainText('⟦');
        await moveEverything(figure);
        await translate(figure);
        await moveEverything(figure);
        const moved = await said(figure);
        expect(moved).not.toBe(first);

        await figure.locator('[data-action=copy]').click();
        await expect(figure.locator('.copied')).toContainText('clipboard');
        await follow(other, new URL(await page.evaluate(() => navigator.clipboard.readText())).hash);
        const untranslated = await drawnFigure(other, name);
        await unfoldAll(untranslated);
        await expect.poll(() => said(untranslated)).toBe(moved);
      });
    await elsewhere.close();
  });
}
