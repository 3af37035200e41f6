// The page by keyboard alone, with the focus in sight at every stop.

import type { Locator, Page } from '@playwright/test';
import { answerForm, box, example, expect, problem, question, test } from './lesson.ts';

interface Stop {
  where: string;
  outlined: boolean;
  inSight: boolean;
}

/** What has the focus, and whether that can be seen; nothing where the focus has left the page. */
const focused = (page: Page): Promise<Stop | undefined> =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return undefined;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const { top, bottom, left, right, width } = element.getBoundingClientRect();
    return {
      where: `${element.localName}#${element.id} ${(element.textContent ?? '').trim().slice(0, 40)}`,
      outlined: element.matches(':focus-visible') && outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
      inSight: bottom > 0 && top < innerHeight && right > 0 && left < innerWidth && width > 0,
    };
  });

/** Fails where the focus cannot be seen; nothing where it has left the page. */
async function focusInSight(page: Page): Promise<string | undefined> {
  const here = await focused(page);
  if (here) expect(here).toEqual({ where: here.where, outlined: true, inSight: true });
  return here?.where;
}

/** Tab until the focus is there; every stop on the way shows it. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  const wanted = await target.elementHandle();
  for (;;) {
    await page.keyboard.press('Tab');
    expect(await focusInSight(page), 'Tab leads there').toBeDefined();
    if (await page.evaluate((element) => element === document.activeElement, wanted)) return;
  }
}

test('Tab reaches the skip link first, and it leads to the lesson', async ({ lesson }) => {
  const skip = lesson.getByRole('link', { name: 'Skip to the lesson' });
  await expect(skip).not.toBeInViewport();
  await lesson.keyboard.press('Tab');
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  expect(await focusInSight(lesson)).toBeDefined();
  await lesson.keyboard.press('Enter');
  await expect(lesson.getByRole('main')).toBeFocused();
  await lesson.keyboard.press('Tab');
  await expect(lesson.getByRole('main').locator(':focus')).toHaveCount(1);
});

test('an example is edited, a problem answered, a question checked', async ({ lesson }) => {
  const keyboard = lesson.keyboard;

  await tabTo(lesson, box(example(lesson, 1), 'x'));
  await keyboard.press('Control+A');
  await keyboard.type('1, 3, 8');
  await expect(example(lesson, 1)).toContainText('The sum of the 3 values is 12,');

  const all = example(lesson, 1).getByRole('checkbox', { name: 'all digits' });
  await tabTo(lesson, all);
  await keyboard.press('Space');
  await expect(all).toBeChecked();

  await tabTo(lesson, example(lesson, 3).getByRole('button', { name: 'Three examples' }));
  await keyboard.press('Enter');
  await expect(box(example(lesson, 3), 'x')).toHaveValue('1, 3, 8');

  const form = answerForm(problem(lesson, 1), 2);
  await tabTo(lesson, form.getByRole('textbox'));
  await keyboard.type('19/20');
  await keyboard.press('Enter');
  await expect(form.getByRole('status')).toContainText('Right.');
  await expect(form.getByRole('textbox')).toBeFocused();

  const hint = form.getByText('What is the mean of the numerators?');
  await tabTo(lesson, form.locator('summary'));
  await expect(hint).toBeHidden();
  await keyboard.press('Enter');
  await expect(hint).toBeVisible();
  await keyboard.press('Enter');
  await expect(hint).toBeHidden();

  const first = question(lesson, 1);
  const verdict = first.locator('form').getByRole('status');
  await tabTo(lesson, first.getByRole('radio').first());
  await keyboard.press('ArrowDown');
  await expect(first.getByRole('radio', { name: /^B\)/ })).toBeChecked();
  expect(await focusInSight(lesson)).toBeDefined();
  await keyboard.press('Enter');
  await expect(verdict).toContainText('Right.');

  await keyboard.press('ArrowDown');
  await expect(first.getByRole('radio', { name: /^C\)/ })).toBeChecked();
  await tabTo(lesson, first.getByRole('button', { name: 'Check' }));
  await keyboard.press('Space');
  await expect(verdict).toContainText('Not yet.');

  await tabTo(lesson, first.getByRole('button', { name: 'Try again' }));
  await keyboard.press('Space');
  await expect(first.getByRole('radio').first()).toBeFocused();
  expect(await focusInSight(lesson)).toBeDefined();

  // And on to the end of the page, where Tab leaves it.
  let stops = 0;
  for (; stops < 500; ++stops) {
    await keyboard.press('Tab');
    if ((await focusInSight(lesson)) === undefined) break;
  }
  expect(stops).toBeGreaterThan(4 * 5); // four more questions, each with boxes and buttons
  expect(stops).toBeLessThan(500);
});
