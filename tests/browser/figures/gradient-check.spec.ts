// The gradient check, by mouse, finger and keys, against the core that runs in Node.

import type { Locator } from '@playwright/test';
import { expect, test, verdict as verdictOn } from '../lesson.ts';
import {
  core,
  drag,
  expectNoViolations,
  numbersOf,
  openFigure,
  openQuestion,
  reset,
  touchDrag,
  unfold,
  unfoldNumbers,
} from './figure.ts';

const kind = 'gradient-check';

const stepOf = (figure: Locator) => figure.getByRole('slider', { name: 'step h' });
const exponentOf = async (figure: Locator) => Number(await stepOf(figure).getAttribute('aria-valuenow'));

/** The errors of right code, without the mean path and without the variance path, are what the core says at the step. */
async function expectErrors(figure: Locator): Promise<void> {
  const exponent = await exponentOf(figure);
  const [check] = core.differenceChecks({
    x: [1.3, -0.4, 2.1, 0.6],
    dy: [0.7, -1.1, 0.4, 0.9],
    gamma: 1.5,
    beta: 0.5,
    eps: 1e-5,
    loss: 'weighted',
    checks: [{ scheme: 'central', precision: 'double', steps: [Number((10 ** exponent).toPrecision(12))] }],
  });
  const codes = [check?.right, check?.without_mean, check?.without_var];
  const errors = codes.map((code) => code?.error[0]);
  await expect.poll(async () => (await numbersOf(figure, 'What the check says')).flat()).toEqual(errors);
}

test('by mouse, keys and buttons: when the check means something', async ({ page }) => {
  const figure = await openFigure(page, kind);

  await test.step('with the mouse the step is dragged until the check means something', async () => {
    await expectErrors(figure);
    await expect(figure.locator('.stage .verdict')).toContainText('means nothing yet');
    const axis = await figure.locator('.zone.agrees').boundingBox();
    await drag(stepOf(figure), ((axis?.width ?? 0) * 7) / 16);
    await expect(stepOf(figure)).toHaveAttribute('aria-valuenow', '-5');
    await expectErrors(figure);
    await expect(figure.locator('.stage .verdict')).toContainText('This check means something.');
  });

  await test.step('with keys the step goes a quarter of a power of ten, and the verdict is announced', async () => {
    await reset(figure);
    await stepOf(figure).focus();
    await page.keyboard.press('ArrowRight');
    await expect(stepOf(figure)).toHaveAttribute('aria-valuenow', '-11.75');
    await page.keyboard.press('PageUp');
    await expect(stepOf(figure)).toHaveAttribute('aria-valuenow', '-9.25');
    for (const exponent of [-9, -8.75, -8.5]) {
      await page.keyboard.press('ArrowUp');
      await expect(stepOf(figure)).toHaveAttribute('aria-valuenow', String(exponent));
    }
    await page.keyboard.press('PageUp');
    await expect(stepOf(figure)).toHaveAttribute('aria-valuetext', 'h = 10⁻⁶');
    await expectErrors(figure);
    await expect(figure.locator('.announced')).toContainText('the check means something');
  });

  await test.step('each trap opens with a button, and is mended as its sentence says', async () => {
    await reset(figure);
    const sentence = figure.locator('.sentence');
    const verdict = figure.locator('.stage .verdict');
    const traps = [
      ['the sum', 'random dy', () => figure.getByRole('radio', { name: 'Σ dyᵢ yᵢ', exact: true }).check()],
      ['a batch of two', 'at least three', () => figure.getByRole('radio', { name: '4 examples' }).check()],
      [
        'a kink',
        'y₄ lies so near the kink',
        async () => {
          await stepOf(figure).press('PageDown');
        },
      ],
      ['single precision', 'Check in double', () => figure.getByRole('radio', { name: 'double' }).check()],
    ] as const;
    for (const [name, words, mend] of traps) {
      await figure.getByRole('button', { name: `Trap: ${name}` }).click();
      await expect(sentence).toContainText(words);
      await expect(verdict).toContainText('means nothing yet');
      await mend();
      await expect(verdict).toContainText('This check means something.');
    }
  });
});

test('code that forgets a path stands beside the numeric gradient', async ({ page }) => {
  const figure = await openFigure(page, kind, `#bn1&${kind}.exponent=-5`);
  const apart = async () => {
    const rows = await numbersOf(figure, 'dx at h');
    return Math.max(...rows.map(([numeric = 0, code = 0]) => Math.abs(numeric - code)));
  };
  await expect.poll(apart).toBeLessThan(1e-9);
  await unfold(figure);
  await figure.getByRole('radio', { name: 'neither path' }).check();
  await expect.poll(apart).toBeGreaterThan(0.1);
  await expect(figure.getByRole('row', { name: /^neither path/ })).toContainText('differs');
});

test('the prediction is judged before the figure is seen, which then shows it; axe finds nothing after use', async ({
  page,
}) => {
  const [figure, question] = await openQuestion(page, kind);
  await question.getByRole('textbox', { name: 'miss' }).fill('0');
  await question.getByRole('button', { name: 'Check' }).click();
  await expect(verdictOn(question)).toContainText('Right.');
  await expect(figure.locator('.sentence')).toContainText('Weight the outputs');
  await reset(figure);
  await unfoldNumbers(figure);
  await figure.getByRole('button', { name: 'Trap: a batch of two' }).click();
  await stepOf(figure).press('End');
  await expect(figure.locator('.sentence')).toContainText('makes all values equal');
  await expectNoViolations(figure);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test('the step is dragged with a finger, and the page does not scroll sideways', async ({ page }) => {
    const figure = await openFigure(page, kind);
    await touchDrag(stepOf(figure), 60);
    await expect.poll(() => exponentOf(figure)).toBeGreaterThan(-9);
    await expectErrors(figure);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
});
