// No violation that axe-core can find: each page in light and dark, wide and narrow, as delivered and after use.

import type { Page } from '@playwright/test';
import { expectNoViolations } from './axe.ts';
import {
  allStarted,
  answer,
  answerBox,
  box,
  changeNumbers,
  check,
  complaint,
  expect,
  item,
  openAllDetails,
  openLive,
  question,
  test,
  verdict,
} from './lesson.ts';
import { questionSources } from './lesson-source.ts';
import { choose, questionIs, showAnswer, step, wrongLetter } from './quiz.ts';

const colours = ['color-contrast'];
/** What a narrower window may break besides. */
const narrow = [...colours, 'target-size', 'scrollable-region-focusable'];

/** The page as it stands, in both themes and both widths; of what only the theme changes, only that is looked at again. */
async function expectNoViolationsAnywhere(page: Page): Promise<void> {
  await expectNoViolations(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expectNoViolations(page, colours);
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoViolations(page, narrow);
  await page.emulateMedia({ colorScheme: 'light' });
  await expectNoViolations(page, colours);
  await page.setViewportSize({ width: 1280, height: 900 });
}

/** All kinds of verdicts. */
async function answerProblems(page: Page): Promise<void> {
  for (const [name, text, says] of [
    ['problem-1/mean-square', '19/20', 'Right.'],
    ['problem-2/dgamma', '1', 'Not yet.'],
    ['problem-2/dbeta', '1, 2', 'Not judged.'],
    ['problem-4/bn-operations', '1/128th', 'Not readable.'],
  ] as const) {
    await answer(question(page, name), text);
    await expect(verdict(question(page, name))).toContainText(says);
  }
  const empty = question(page, 'problem-4/linear-operations');
  await check(empty);
  await expect(verdict(empty)).toContainText('No answer yet.');
  await question(page, 'problem-2/dgamma').getByRole('button', { name: 'Show answer' }).click();
}

const use: Record<string, (page: Page) => Promise<void>> = {
  'index.html': async (page) => {
    await changeNumbers(item(page, 'example-forward'));
    await box(item(page, 'example-forward'), 'x').fill('2, , 4');
    await expect(complaint(item(page, 'example-forward'))).toContainText('a value is missing');
  },
  'practice.html': answerProblems,
  'quiz.html': async (page) => {
    for (const source of questionSources) {
      const card = await questionIs(page, source.id);
      await choose(card, wrongLetter(source));
      await showAnswer(card).click();
      await step(page, 'Results').click();
      await questionIs(page, 'results');
      await step(page, 'Question 2').click();
      break;
    }
    const [, second] = questionSources;
    if (second) await choose(await questionIs(page, second.id), second.correct);
  },
  'workshop.html': async (page) => {
    const drill = page.locator('details.drill').first();
    await drill.locator('summary').first().click();
    const form = drill.locator('form.question').first();
    await answerBox(form).fill('17');
    await check(form);
    await expect(verdict(form)).not.toBeEmpty();
  },
  'laboratory.html': async (page) => {
    await openAllDetails(page);
    const predictions = page.locator('.experiment fieldset.prediction:visible');
    await expect(predictions).not.toHaveCount(0);
    for (const prediction of await predictions.all()) await prediction.getByRole('radio').last().check();
  },
  'more.html': async (page) => {
    await page.locator('.figure').first().scrollIntoViewIfNeeded();
  },
};

for (const [file, useIt] of Object.entries(use))
  test(`${file}: as delivered, and after use with everything unfolded`, async ({ page }) => {
    await openLive(page, file);
    await allStarted(page);
    await expectNoViolationsAnywhere(page);
    await useIt(page);
    await openAllDetails(page);
    await expectNoViolationsAnywhere(page);
  });

test('the sheet of contents and the question before clearing', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await openLive(page, 'workshop.html');
  await expect(page.getByRole('button', { name: 'Contents' })).toBeHidden(); // the page is a list itself
  await openLive(page, 'practice.html');
  await allStarted(page);
  await page.getByRole('button', { name: 'Contents' }).click();
  await expect(page.getByRole('dialog', { name: 'Contents' })).toBeVisible();
  await expectNoViolations(page, narrow);
  await page.keyboard.press('Escape');
  await page.getByText('Your work on this lesson').click();
  await page.getByRole('button', { name: 'Clear…' }).click();
  await expect(page.getByRole('dialog', { name: /^Clear what/ })).toBeVisible();
  await expectNoViolations(page);
});

test('without the core', async ({ page, watch }) => {
  watch.provoke(/Failed to load resource/, /request failed/);
  await page.route('**/*.wasm', (route) => route.abort());
  await page.goto('quiz.html');
  await expect(page.getByRole('alert')).toContainText('did not start');
  await openAllDetails(page);
  await expectNoViolations(page);
});

test('names hold their formulas in words, as the browser hands them to screen readers', async ({ page }) => {
  const expectNames = async (file: string, expected: Record<string, string[]>) => {
    await openLive(page, file);
    await allStarted(page);
    await openAllDetails(page);
    const session = await page.context().newCDPSession(page);
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    await session.detach();
    const names = (role: string) =>
      nodes
        .filter((node) => node.role?.value === role && !node.ignored)
        .map((node) => String(node.name?.value ?? ''));
    for (const [role, some] of Object.entries(expected))
      expect(names(role), role).toEqual(expect.arrayContaining(some));
    for (const role of [
      'radio',
      'textbox',
      'checkbox',
      'button',
      'link',
      'columnheader',
      'rowheader',
      'slider',
    ])
      expect(names(role), `${file}: ${role}`).not.toContain('');
  };
  await expectNames('quiz.html', {
    radio: ['A) μ and σ squared', 'B) γ and β (scale and shift)', 'C) ε (epsilon)'],
  });
  await expectNames('practice.html', { textbox: ['∂L/∂γ', '∂L/∂β', 'x'] });
  await expectNames('', {
    textbox: ['γ gamma', 'x'],
    columnheader: ['x i', 'x hat i', '∂L/∂x i'],
    rowheader: ['mean, β'],
    slider: ['x 1'],
  });
});
