// The pages as they are read without scripts. That the core, once it runs, says the same is in every-page.spec.ts.

import type { Locator, Page } from '@playwright/test';
import { pages } from '../../web/render/pages.ts';
import { expect, expectNoMachineWords, item, openAllDetails, test } from './lesson.ts';
import { asking, figureNamed, figuresOf, files } from './figures/figure.ts';
import {
  plainWords,
  problemSources,
  proofSources,
  questionSources,
  workshopSources,
  worksheetSources,
} from './lesson-source.ts';
import { visibleText } from './quiz.ts';
import { beyondTheSide } from './room.ts';

test.describe('with scripts off', () => {
  test.use({ javaScriptEnabled: false });

  const headings = (of: Page | Locator, level: number) =>
    of.getByRole('heading', { level }).filter({ visible: true }).allTextContents();

  for (const { file, name, unseen = '', isAside = false } of pages)
    test(`${name}: says so, leads on, and shows nothing that would only work with scripts`, async ({
      page,
    }) => {
      await page.goto(file);
      const notice = page.locator('noscript p');
      await expect(notice).toBeVisible();
      await expect(notice).toContainText('Scripts are off. The lesson is complete,');
      expect(await headings(page, 1)).toHaveLength(1);
      await expect(page.locator('[aria-current=page]')).toHaveText(isAside ? [] : [name + unseen]);

      const links = page.getByRole('navigation', { name: 'Contents' }).locator('a');
      const addresses = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
      const shown = await headings(page, 2);
      if (['index.html', 'practice.html', 'quiz.html', 'more.html'].includes(file))
        expect(addresses.length).toBeGreaterThanOrEqual(shown.length);
      for (const address of addresses)
        await expect(page.locator(`[id="${address.slice(1)}"]`), address).toBeVisible();

      await openAllDetails(page);
      for (const role of [
        'button',
        'textbox',
        'checkbox',
        'radio',
        'slider',
        'combobox',
        'gridcell',
      ] as const)
        await expect(page.getByRole(role), role).toHaveCount(0);
      await expect(page.locator('.stage [tabindex]').filter({ visible: true })).toHaveCount(0);
      await expect(page.getByText('Try this.').filter({ visible: true })).toHaveCount(0);
      await expectNoMachineWords(page);
      // No stop on the way that would do nothing: links, what unfolds, and what scrolls.
      const stops = await page.evaluate(() =>
        [...document.querySelectorAll('main *')]
          .filter(
            (each) =>
              (each as HTMLElement).tabIndex >= 0 && each.checkVisibility({ visibilityProperty: true }),
          )
          .filter((each) => !each.matches('a[href], summary, .scroll, .math, pre.code'))
          .map((each) => `${each.localName}.${each.getAttribute('class')}`),
      );
      expect(stops).toEqual([]);

      for (const width of [1280, 390, 320]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await beyondTheSide(page), `${width} px wide`).toBe('');
      }
    });

  test('the first page has all of its sections, examples and tables', async ({ page }) => {
    await page.goto('./');
    expect(await headings(page, 1)).toEqual(['16-09 Batch Normalization']);
    expect(await headings(page, 2)).toEqual([
      'Learning objectives',
      'Core content',
      'Key terms',
      'Worked examples',
      'Summary',
      'Pitfalls',
      'Next steps',
    ]);
    const sections = [
      '1. The problem batch normalization set out to solve',
      '2. The forward pass',
      '3. Training and inference',
      '4. The backward pass',
      '5. Why batch normalization works',
      '6. Where to place it',
    ];
    const examples = [1, 2, 3].map((number) => expect.stringContaining(`Example ${number}: `));
    expect(await headings(page, 3)).toEqual(expect.arrayContaining([...sections, ...examples]));
    // Two in each example.
    await expect(page.locator('.item-example table').filter({ visible: true })).toHaveCount(3 * 2);
    await expect(page.getByRole('cell', { name: '−1.342' }).first()).toBeVisible();
  });

  test('figures are seen with their questions, the computation graph with all that is computed', async ({
    page,
  }) => {
    for (const file of files) {
      await page.goto(file);
      for (const name of figuresOf[file]) {
        const figure = figureNamed(page, name);
        await expect(figure.locator('figure')).toBeVisible();
        await expect(figure.locator('.drawing svg text').first()).toBeVisible();
        await expect(figure.locator('form.question')).toHaveCount(asking.includes(name) ? 1 : 0);
        if (name === 'first-look') continue; // its drawing alone
        await figure.locator('.figure-more > summary').click();
        await figure.locator('.figure-numbers > summary').click();
        await expect(figure.getByRole('table').first()).toBeVisible();
      }
    }
    await page.goto('./');
    const graph = figureNamed(page, 'computation-graph');
    await expect(graph.locator('.sentence')).toContainText('dx₁ = 0.2683.');
    await expect(graph).not.toContainText('not yet');
  });

  test('the words of a drawing can be read on a phone: what is too wide scrolls', async ({ page }) => {
    await page.setViewportSize({ width: 360, height: 800 });
    for (const file of files) {
      await page.goto(file);
      const words = page.locator('.drawing > svg text').filter({ visible: true });
      await expect(words).not.toHaveCount(0);
      const least = await words.evaluateAll((all) =>
        Math.min(
          ...all.map((text) => {
            const { a = 1 } = (text as SVGGraphicsElement).getScreenCTM() ?? {};
            return a * Number.parseFloat(getComputedStyle(text).fontSize);
          }),
        ),
      );
      expect(least, file).toBeGreaterThan(8);
    }
  });

  test('every problem, hint, answer, proof and reason can be unfolded and read', async ({ page }) => {
    const expectToUnfold = async (of: Locator, ...markdown: string[]) => {
      const before = await visibleText(of);
      await of.locator('details').evaluateAll((all) => {
        for (const each of all) (each as HTMLDetailsElement).open = true;
      });
      const after = await visibleText(of);
      for (const text of markdown.map(plainWords)) {
        expect(before).not.toContain(text);
        expect(after).toContain(text);
      }
    };
    await page.goto('practice.html');
    expect(problemSources).toHaveLength(8);
    for (const { id, parts, answer } of problemSources) {
      await expect(item(page, id).locator('form.question').filter({ visible: true })).toHaveCount(
        parts.length,
      );
      await expectToUnfold(
        item(page, id),
        answer,
        ...parts.flatMap(({ hints, why }) => [...hints, ...(why ? [why] : [])]),
      );
    }
    expect(proofSources).toHaveLength(9);
    for (const { id, lines } of proofSources) {
      const text = await visibleText(item(page, id));
      for (const { because } of lines) expect(text, id).toContain(plainWords(because));
    }
    for (const { id } of worksheetSources) {
      await openAllDetails(page);
      await expect(item(page, id).locator('details.answer')).toBeVisible();
      await expect(item(page, id).locator('details.answer data.v').first()).toBeVisible();
    }

    await page.goto('workshop.html');
    for (const { id, answer } of workshopSources) {
      const drill = page.locator('details.drill').filter({ has: item(page, id) });
      await drill.locator('summary').first().click(); // one is open at a time
      await expectToUnfold(drill, answer);
    }

    await page.goto('quiz.html');
    for (const { id, options, explanation } of questionSources) {
      const card = item(page, id);
      await expect(card.locator('.options').getByRole('listitem')).toHaveText([
        /^A\)\s*\S/,
        /^B\)\s*\S/,
        /^C\)\s*\S/,
        /^D\)\s*\S/,
      ]);
      await expectToUnfold(card, explanation, ...Object.values(options).map(({ why }) => why));
      const reasons = card.locator('.reasons');
      await expect(reasons.locator('dt')).toHaveText(
        Array.from({ length: 4 }, () => /^[A-D]\) (Right|Not this one)\.$/),
      );
      await expect(reasons.locator('dt', { hasText: 'Right.' })).toHaveCount(1);
      await expect(card.getByRole('table')).toBeVisible();
    }
  });
});
