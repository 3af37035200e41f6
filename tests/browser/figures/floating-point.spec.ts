// Variances in floating point, by mouse, finger and keys, against the core that runs in Node.

import type { Locator } from '@playwright/test';
import type { VarianceMethods } from '../../../web/src/core/core.ts';
import { expect, test, verdict } from '../lesson.ts';
import {
  core,
  drag,
  expectNoViolations,
  follow,
  numbersOf,
  openFigure,
  openQuestion,
  reset,
  touchDrag,
  unfold,
  unfoldNumbers,
} from './figure.ts';

const kind = 'floating-point';
const values = [0.5, 0.6, 1.3, 1.5, 1.8, 2.4];

const offsetOf = (figure: Locator) => figure.getByRole('slider', { name: 'offset' });

/** The table says what the core computes. */
async function expectVariances(
  figure: Locator,
  offset: number,
  precision: 'single' | 'double',
  x = values,
): Promise<void> {
  const [methods] = core.varianceMethods({ values: x, offsets: [offset], precision });
  const { one_pass, two_pass, corrected_two_pass, core: own, exact } = methods as VarianceMethods;
  const expected = [one_pass, two_pass, corrected_two_pass, own].map(({ value, digits }) => [value, digits]);
  await expect
    .poll(async () => (await numbersOf(figure, 'The variance at')).map((row) => row.slice(0, 2)))
    .toEqual([...expected, [exact, 17]]);
}

test('by mouse, keys and buttons: every variance follows', async ({ page }) => {
  const figure = await openFigure(page, kind);

  await test.step('the offset is dragged with the mouse: variances, digits and sentence follow', async () => {
    await expectVariances(figure, 1e4, 'single');
    await expect(figure.locator('.sentence')).toContainText('no root');
    const placeOf = async (text: string) =>
      (await figure.locator('.axis text', { hasText: text }).boundingBox())?.x ?? Number.NaN;
    await drag(offsetOf(figure), (await placeOf('10⁶')) - (await placeOf('10⁴')));
    await expect(offsetOf(figure)).toHaveAttribute('aria-valuetext', '10⁶');
    await expectVariances(figure, 1e6, 'single');
    await expect(figure.locator('.announced')).toContainText('At an offset of 10⁶');
  });

  await test.step('the offset is moved with keys, to both ends', async () => {
    await reset(figure);
    const offset = offsetOf(figure);
    await offset.focus();
    await page.keyboard.press('ArrowLeft');
    await expect(offset).toHaveAttribute('aria-valuetext', '1000');
    await expectVariances(figure, 1e3, 'single');
    await page.keyboard.press('Home');
    await expectVariances(figure, 0, 'single');
    await page.keyboard.press('End');
    await expect(offset).toHaveAttribute('aria-valuetext', '10¹²');
    await expectVariances(figure, 1e12, 'single');
    await expect(figure.locator('.sentence')).toContainText('every x is stored as the same number');
  });

  await test.step('precision and values change', async () => {
    await reset(figure);
    await figure.getByRole('radio', { name: 'double' }).check();
    await expectVariances(figure, 1e4, 'double');
    await unfold(figure);
    await figure.getByRole('button', { name: '2, 4, 6, 8' }).click();
    await expectVariances(figure, 1e4, 'double', [2, 4, 6, 8]);
    const before = await numbersOf(figure, 'Right digits');
    await figure.getByRole('button', { name: 'Other values' }).click();
    await expect.poll(() => numbersOf(figure, 'Right digits')).not.toEqual(before);
    await figure.getByRole('button', { name: 'Reset' }).click();
    await expectVariances(figure, 1e4, 'single');
  });

  await test.step('right digits differ from wrong ones by more than their colour', async () => {
    await reset(figure);
    await unfold(figure);
    const styles = (part: string) =>
      figure
        .locator(`.digits .${part}`)
        .first()
        .evaluate((element) => {
          const { fontWeight, textDecorationLine } = getComputedStyle(element);
          return { weight: Number(fontWeight), line: textDecorationLine };
        });
    const [right, wrong] = [await styles('right'), await styles('wrong')];
    expect(right.weight).toBeGreaterThan(wrong.weight);
    expect([right.line, wrong.line]).toEqual(['none', 'underline']);
  });
});

test('a link brings the state along, and none that is not allowed', async ({ page }) => {
  const figure = await openFigure(
    page,
    kind,
    `#bn1&${kind}.values=2,4,6,8&${kind}.offset=1000000000&${kind}.precision=double`,
  );
  await expectVariances(figure, 1e9, 'double', [2, 4, 6, 8]);
  await reset(figure);
  await follow(page, `#bn1&${kind}.values=1,2,99,4&${kind}.offset=3&${kind}.precision=half`);
  await expect(page.locator('#notice')).toContainText(`“${kind}.values=1,2,99,4” and 2 more`);
  await expectVariances(figure, 1e4, 'single');
});

test('the prediction is judged before the figure is seen, which then shows it; axe finds nothing after use', async ({
  page,
}) => {
  const [figure, question] = await openQuestion(page, kind);
  // divided by m − 1
  await question.getByRole('textbox', { name: 'variance of the batch now' }).fill('20/3');
  await question.getByRole('button', { name: 'Check' }).click();
  await expect(verdict(question)).toContainText('Not yet.');
  await question.getByRole('textbox', { name: 'variance of the batch now' }).fill('5');
  await question.getByRole('button', { name: 'Check' }).click();
  await expect(verdict(question)).toContainText('Right');
  await expectVariances(figure, 1e6, 'single', [2, 4, 6, 8]);
  expect((await numbersOf(figure, 'The variance at'))[0]?.[0]).toBe(-65536);
  await reset(figure);
  await unfoldNumbers(figure);
  await figure.getByRole('radio', { name: 'double' }).check();
  await offsetOf(figure).press('End');
  await expectNoViolations(figure);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test('the offset is dragged with a finger, and nothing scrolls sideways', async ({ page }) => {
    const figure = await openFigure(page, kind);
    await touchDrag(offsetOf(figure), -45);
    await expect(offsetOf(figure)).toHaveAttribute('aria-valuetext', '100');
    await expectVariances(figure, 1e2, 'single');
    // the widest: 17 digits
    await figure.getByRole('radio', { name: 'double' }).check();
    await offsetOf(figure).press('End');
    await expectVariances(figure, 1e12, 'double');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    const table = figure.locator('.by-method');
    const room = await figure.evaluate((element) => element.clientWidth);
    expect(await table.evaluate((element) => element.scrollWidth)).toBeLessThanOrEqual(room);
  });
});
