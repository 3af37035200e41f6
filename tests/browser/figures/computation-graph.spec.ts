// The computation graph, walked by buttons, keys and fingers, against the core that runs in Node.

import type { Locator } from '@playwright/test';
import { expect, test, verdict } from '../lesson.ts';
import {
  core,
  expectNoViolations,
  folded,
  follow,
  numbersOf,
  openFigure,
  openQuestion,
  reset,
  unfold,
  unfoldNumbers,
} from './figure.ts';

const kind = 'computation-graph';
const steps = 13;
const everyFormula = 'Every formula, with its numbers';
const lines = 'For engineers: the lines of C++';

const box = (figure: Locator, name: string) => figure.locator(`.computation-graph [data-quantity="${name}"]`);
const entry = (figure: Locator, name: string) =>
  figure.locator('.entries li').filter({ has: figure.page().getByRole('button', { name, exact: true }) });
const button = (figure: Locator, name: string) => figure.getByRole('button', { name, exact: true });

/** Everything computed; the figure comes at its first step. */
const end = (figure: Locator) => button(figure, 'End').click();
/** The core's lines for a quantity. */
const program = (figure: Locator, name: string) =>
  figure.locator('.program li').filter({ has: figure.page().getByRole('button', { name, exact: true }) });

/** The one box that is chosen and the one entry that is marked speak of the same. */
async function expectChosen(figure: Locator, name: string, entryName = name): Promise<void> {
  await expect(box(figure, name)).toHaveAttribute('aria-checked', 'true');
  await expect(figure.getByRole('radio', { checked: true })).toHaveCount(1);
  await expect(figure.locator('.entries li[aria-current]')).toHaveCount(1);
  await expect(entry(figure, entryName)).toHaveAttribute('aria-current', 'true');
}

/** The table holds what the core's traces say of the x and dy in it. */
async function expectTraces(figure: Locator, gamma: number, beta: number, eps: number): Promise<void> {
  const rows = await numbersOf(figure, 'The batch');
  const columnOf = (k: number) => rows.map((row) => row[k] ?? Number.NaN);
  const [x, dy] = [columnOf(0), columnOf(3)];
  const { x_hat, y } = core.forwardTrace({ x, gamma: [gamma], beta: [beta], eps });
  const back = core.backwardTrace({ x, gamma: [gamma], beta: [beta], eps, dy });
  expect(columnOf(1)).toEqual([...x_hat]);
  expect(columnOf(2)).toEqual([...y]);
  expect(columnOf(4)).toEqual([...back.dx_hat]);
  expect(columnOf(5)).toEqual([...back.dx]);
  const once = (await numbersOf(figure, 'once a batch')).flat();
  expect(once.slice(3)).toEqual([back.dbeta[0], back.dgamma[0], back.dvar[0], back.dmean[0]]);
}

test('walked by buttons, boxes and keys', async ({ page }) => {
  const figure = await openFigure(page, kind);
  await unfold(figure, everyFormula);

  await test.step('from the start to the end, one quantity a step', async () => {
    await expect(figure.locator('.step-count')).toHaveText(`Step 1 of ${steps}`);
    await expect(button(figure, 'Start')).toBeDisabled();
    await expect(figure.locator('.computation-graph text.end')).toHaveCount(3); // x, gamma, beta
    await expect(figure.locator('.entries .unknown')).toHaveCount(12);
    const walked = [];
    for (let step = 1; step <= steps; ++step) {
      await expect(figure.locator('.step-count')).toHaveText(`Step ${step} of ${steps}`);
      walked.push(await figure.getByRole('radio', { checked: true }).getAttribute('data-quantity'));
      await expect(figure.locator('.computation-graph text.end')).toHaveCount(step + 2);
      // By key: at the end the button stays, but there is nothing left for it to do.
      await button(figure, 'Step forward').press('Enter');
    }
    await expect(button(figure, 'Step forward')).toBeDisabled();
    expect(walked).toEqual(
      'x batch_mean batch_var x_hat y L dy dbeta dgamma dx_hat dvar dmean dx'.split(' '),
    );
    // The end is the end.
    await expect(figure.locator('.step-count')).toHaveText(`Step ${steps} of ${steps}`);
    await expectTraces(figure, 2, 1, 0);
    await button(figure, 'Step back').click();
    await expectChosen(figure, 'dmean');
    await expect(box(figure, 'dx')).toHaveAccessibleName(/not computed yet/);
    await button(figure, 'End').click();
    await expectChosen(figure, 'dx', 'dx₁');
  });

  await test.step('a box marks its formula and its C++, and these mark the box', async () => {
    await reset(figure);
    await end(figure);
    await unfold(figure, lines);
    await box(figure, 'batch_var').click();
    await expectChosen(figure, 'batch_var');
    await expect(figure.locator('.program li[aria-current]')).toHaveCount(1);
    await expect(program(figure, 'batch_var')).toHaveAttribute('aria-current', 'true');
    await expect(figure.locator('.sentence')).toHaveText(
      'Every x and the mean feed the variance, which is 5.',
    );
    await entry(figure, 'dvar').locator('math').click();
    await expectChosen(figure, 'dvar');
    await program(figure, 'dmean').locator('code').first().click();
    await expectChosen(figure, 'dmean');
    await expect(program(figure, 'dmean')).toHaveAttribute('aria-current', 'true');
    await expect(figure.locator('.in-numbers')).toContainText('−0.8944');
    await button(figure, 'x_hat₁').press('Enter');
    await expectChosen(figure, 'x_hat', 'x_hat₁');
  });

  await test.step('the arrow keys walk through the boxes, and the focus is where the choice is', async () => {
    await reset(figure);
    await end(figure);
    await expect(figure.locator('.computation-graph [tabindex="0"]')).toHaveCount(1);
    await box(figure, 'dx').focus();
    const press = async (key: string, name: string) => {
      await page.keyboard.press(key);
      await expect(box(figure, name)).toBeFocused();
      await expect(box(figure, name)).toHaveAttribute('aria-checked', 'true');
      await expect(figure.locator('.computation-graph [tabindex="0"]')).toHaveAttribute(
        'data-quantity',
        name,
      );
    };
    await press('ArrowLeft', 'dmean');
    await press('ArrowUp', 'dvar');
    await press('ArrowRight', 'dmean');
    await press('Home', 'x');
    await press('ArrowLeft', 'dx');
    await press('ArrowDown', 'x');
    await press('End', 'dx');
    // The choice follows the steps again, and a key takes it back.
    await box(figure, 'dgamma').focus();
    await button(figure, 'Step back').click();
    await button(figure, 'End').click();
    await expectChosen(figure, 'dx', 'dx₁');
    await box(figure, 'dgamma').press('Space');
    await expectChosen(figure, 'dgamma');
  });

  await test.step('the graph is one stop on the way of Tab, with the ring of the focus around it', async () => {
    await reset(figure);
    await figure.locator('figcaption').focus();
    await page.keyboard.press('Tab');
    await expect(box(figure, 'x')).toBeFocused();
    await expect(box(figure, 'x')).toHaveCSS('outline-style', 'solid');
    await expect(box(figure, 'x')).toHaveCSS('outline-width', '3px');
    await page.keyboard.press('Tab');
    await expect(button(figure, 'Start')).toBeFocused();
    await folded(figure, everyFormula).locator('summary').focus();
    await page.keyboard.press('Tab');
    await expect(button(figure, 'x₁')).toBeFocused();
    await expect(button(figure, 'x₁')).toHaveCSS('outline-width', '3px');
  });

  await test.step('the numbers follow the sliders, for each example', async () => {
    await reset(figure);
    await end(figure);
    await figure.getByRole('slider', { name: 'example' }).press('ArrowRight');
    await figure.getByRole('slider', { name: 'x₂' }).press('Home');
    await figure.getByRole('slider', { name: 'dy₂' }).press('End');
    await figure.getByRole('slider', { name: 'gamma' }).press('ArrowLeft');
    await figure.getByRole('slider', { name: 'beta' }).press('ArrowRight');
    await figure.getByRole('slider', { name: 'eps' }).press('End');
    await expect.poll(async () => (await numbersOf(figure, 'The batch'))[1]?.slice(0, 4)?.[3]).toBe(10);
    expect((await numbersOf(figure, 'The batch')).map((row) => row[0])).toEqual([2, -10, 6, 8]);
    await expectTraces(figure, 1.9, 1.1, 10);
    const dx = (await numbersOf(figure, 'The batch'))[1]?.[5] ?? Number.NaN;
    await expect(entry(figure, 'dx₂').locator('data')).toHaveAttribute('value', String(dx));
  });
});

test('a link brings back step, choice and batch; what it may not say, and what cannot be computed, is refused', async ({
  page,
}) => {
  const figure = await openFigure(
    page,
    kind,
    `#bn1&${kind}.step=4&${kind}.chosen=dvar&${kind}.x=1,2,3,5&${kind}.eps=0.1&${kind}.example=4`,
  );
  await unfold(figure, everyFormula);
  await expect(figure.locator('.step-count')).toHaveText(`Step 5 of ${steps}`);
  await expect(figure.locator('.sentence')).toHaveText(
    'dvar is not computed yet: it comes with step 11 of 13.',
  );
  const { y } = core.forwardTrace({ x: [1, 2, 3, 5], gamma: [2], beta: [1], eps: 0.1 });
  await expect(entry(figure, 'y₄').locator('data')).toHaveAttribute('value', String(y[3]));

  await reset(figure);
  await follow(page, `#bn1&${kind}.step=2.5&${kind}.x=1,2,3&${kind}.chosen=sigma`);
  await expect(page.locator('#notice')).toContainText(`“${kind}.step=2.5” and 2 more`);
  await expect(figure.locator('.step-count')).toHaveText(`Step 1 of ${steps}`);

  // Where nothing can be computed, the core says why.
  await follow(page, `#bn1&${kind}.x=3,3,3,4`);
  await figure.getByRole('slider', { name: 'example' }).press('End');
  await expect(figure.getByRole('slider', { name: 'x₄' })).toHaveValue('4');
  await figure.getByRole('slider', { name: 'x₄' }).fill('3');
  await expect(figure.locator('.sheet-message')).toContainText('batch_var + eps');
  await figure.getByRole('slider', { name: 'eps' }).press('End');
  await expect(figure.locator('.sheet-message')).toBeEmpty();
});

test('the prediction is judged before the figure is seen, which then shows it; axe finds nothing after use', async ({
  page,
}) => {
  const [figure, question] = await openQuestion(page, kind);
  const answer = question.getByRole('textbox', { name: 'How much gradient' });
  await answer.fill('-6/sqrt(5)');
  await button(question, 'Check').click();
  await expect(verdict(question)).toContainText('The gradient of the mean itself');
  await answer.fill('-6/sqrt(5)/4');
  await button(question, 'Check').click();
  await expect(verdict(question)).toContainText('Right.');
  await unfold(figure, everyFormula);
  await expectChosen(figure, 'dmean');
  await expect(figure.locator('.step-count')).toHaveText(`Step ${steps} of ${steps}`);
  await expectTraces(figure, 2, 1, 0);
  expect((await numbersOf(figure, 'The batch')).map((row) => row[8])).toEqual(
    Array(4).fill(expect.closeTo(-1.5 / Math.sqrt(5), 14)),
  );
  await reset(figure);
  await unfold(figure, lines);
  await box(figure, 'dvar').click();
  await unfoldNumbers(figure);
  await expectNoViolations(figure);
});

for (const width of [320, 360]) {
  test.describe(`on a phone of ${width} pixels`, () => {
    test.use({ viewport: { width, height: 740 }, hasTouch: true, isMobile: true });

    test('the graph stands upright, every number clear of its name, is walked with a finger, and only formulas and C++ scroll', async ({
      page,
    }) => {
      const state = `${kind}.step=${steps - 1}&${kind}.gamma=-0.1&${kind}.dy=-0.1,0.3,0,0.1`;
      const figure = await openFigure(page, kind, `#bn1&${state}`);
      await unfold(figure);
      await expect(figure.getByRole('slider', { name: 'gamma' })).toHaveValue('-0.1');
      const gaps = await figure.locator('.quantity').evaluateAll((all) =>
        all.map((each) => {
          const [name, number] = [...each.querySelectorAll('text')].map((text) =>
            text.getBoundingClientRect(),
          );
          return (number?.left ?? 0) - (name?.right ?? 0);
        }),
      );
      expect(gaps).toHaveLength(15);
      for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(0);

      await reset(figure);
      await end(figure);
      const [x, loss] = [await box(figure, 'x').boundingBox(), await box(figure, 'L').boundingBox()];
      expect((loss?.y ?? 0) - (x?.y ?? 0)).toBeGreaterThan(400);
      await folded(figure, everyFormula).locator('summary').tap();
      await folded(figure, lines).locator('summary').tap();
      await box(figure, 'dgamma').tap();
      await expectChosen(figure, 'dgamma');
      await program(figure, 'batch_mean').locator('code').first().tap();
      await expectChosen(figure, 'batch_mean');
      await button(figure, 'Start').tap();
      await expectChosen(figure, 'x', 'x₁');
      await button(figure, 'Step forward').tap();
      await expectChosen(figure, 'batch_mean');

      const source = program(figure, 'batch_mean').locator('.source');
      expect(await source.evaluate((each) => each.scrollWidth - each.clientWidth)).toBeGreaterThan(50);
      await expect(source).toHaveAttribute('tabindex', '0');
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(await figure.locator('.drawing').evaluate((each) => each.scrollWidth - each.clientWidth)).toBe(
        0,
      );
      await expectNoViolations(figure);
    });
  });
}
