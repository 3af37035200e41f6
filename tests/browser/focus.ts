// Where the focus is, by keyboard alone, and that it can be seen there.

import { expect, type Locator, type Page } from '@playwright/test';

interface Stop {
  /** which element, and the how manieth of the page: no two are alike */
  where: string;
  outlined: boolean;
  inSight: boolean;
}

/** What has the focus, and whether that can be seen; nothing where the focus has left the page. */
const focused = (page: Page): Promise<Stop | undefined> =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return undefined;
    // A handle of a drawing is outlined by the ring around it.
    const outlined = [element, ...element.querySelectorAll(':scope > *')].some((each) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(each);
      return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
    });
    const { top, bottom, left, right, width } = element.getBoundingClientRect();
    // The bar stays, and must not lie over what has the focus.
    const bar = document.querySelector('.bar');
    const covered =
      bar?.contains(element) || element.closest('dialog, .skip, nav.contents') ? 0 : (bar?.clientHeight ?? 0);
    const place = [...document.querySelectorAll('*')].indexOf(element);
    return {
      where: `${element.localName}#${element.id} ${(element.textContent ?? '').trim().slice(0, 40)} (element ${place})`,
      outlined: element.matches(':focus-visible') && outlined,
      inSight: bottom > covered && top < innerHeight && right > 0 && left < innerWidth && width > 0,
    };
  });

/** Fails where the focus cannot be seen; nothing where it has left the page. */
export async function focusInSight(page: Page): Promise<string | undefined> {
  const here = await focused(page);
  if (here) expect(here).toEqual({ where: here.where, outlined: true, inSight: true });
  return here?.where;
}

/** Tab, or Shift+Tab, until the focus is there; every stop on the way shows it. */
export async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const wanted = await target.elementHandle();
  for (;;) {
    await page.keyboard.press(key);
    expect(await focusInSight(page), `${key} leads there`).toBeDefined();
    if (await page.evaluate((element) => element === document.activeElement, wanted)) return;
  }
}
