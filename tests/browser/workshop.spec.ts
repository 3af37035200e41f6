// The workshop: drills that are found by what they are about, one open at a time, and the kinds of questions besides plain
// values: a formula with its counterexample, and numbers with a property.

import type { Locator, Page } from '@playwright/test';
import { backward, mean, variance } from './formulas.ts';
import {
  allStarted,
  answer,
  answerBox,
  becomesLive,
  box,
  cellTexts,
  changeNumbers,
  expect,
  expectNoMachineWords,
  item,
  openLive,
  question,
  readList,
  test,
  verdict,
} from './lesson.ts';
import { workshopSources } from './lesson-source.ts';

const drills = (page: Page) => page.locator('details.drill');
const drillOf = (page: Page, id: string) => drills(page).filter({ has: page.locator(`[id="${id}"]`) });
const summaryOf = (drill: Locator) => drill.locator(':scope > summary');
const said = (page: Page) => page.locator('.drills [role=status]');
const random = (page: Page) => page.getByRole('button', { name: 'A drill I got wrong, at random' });

/** The workshop at a drill, as a link leads there. */
async function openDrill(page: Page, id: string): Promise<void> {
  await openLive(page, `workshop.html#${id}`, id);
  await expect(summaryOf(drillOf(page, id))).toBeInViewport();
}

/** The ids of the drills in sight. */
const shown = (page: Page) =>
  drills(page).evaluateAll((all) =>
    all.filter((each) => each.checkVisibility()).map((each) => each.querySelector('.item')?.id ?? ''),
  );

test('drills are found by objective and by pitfall', async ({ page }) => {
  await openLive(page, 'workshop.html');
  const having = (fits: (part: (typeof workshopSources)[number]['parts'][number]) => boolean) =>
    workshopSources.filter(({ parts }) => parts.some(fits)).map(({ id }) => id);
  const all = having(() => true);
  expect(all.length).toBeGreaterThan(10);
  await expect.poll(() => shown(page)).toEqual(all);
  await expect(said(page)).toHaveText('');

  const objective = page.getByLabel('Objective');
  const pitfall = page.getByLabel('Pitfall');
  for (let number = 1; number <= 5; ++number) {
    const fitting = having((part) => part.objective === number);
    await objective.selectOption(String(number));
    await expect(said(page)).toHaveText(`${fitting.length} of ${all.length} drills.`);
    await expect.poll(() => shown(page)).toEqual(fitting);
  }
  const names = await pitfall
    .locator('option')
    .evaluateAll((options) =>
      options.map((option) => (option as HTMLOptionElement).value).filter((name) => name !== ''),
    );
  expect(names.length).toBeGreaterThan(10);
  for (const name of [names[0], names.at(-1)] as string[]) {
    await objective.selectOption('');
    await pitfall.selectOption(name);
    const about = having((part) => [part.pitfall].flat().includes(name));
    await expect.poll(() => shown(page)).toEqual(about);
    await objective.selectOption('1');
    await expect
      .poll(() => shown(page))
      .toEqual(having((part) => part.objective === 1 && [part.pitfall].flat().includes(name)));
  }
  // A pitfall is called by its title.
  const titles = await pitfall.locator('option').allInnerTexts();
  expect(titles.filter((title) => names.includes(title) || title.trim() === '')).toEqual([]);
  await objective.selectOption('');
  await pitfall.selectOption('');
  await expect.poll(() => shown(page)).toEqual(all);
});

test('a link opens its drill, one is open at a time, and one that went wrong is found again', async ({
  page,
}) => {
  await openDrill(page, 'workshop-check');
  await expect(drills(page).and(page.locator('[open]'))).toHaveCount(1);
  await random(page).press('Enter');
  await expect(said(page)).toContainText('No drill was answered wrong yet.');

  await summaryOf(drillOf(page, 'workshop-axis')).press('Enter');
  await becomesLive(page, 'workshop-axis');
  await expect(drillOf(page, 'workshop-check')).not.toHaveAttribute('open');
  await answer(question(page, 'workshop-axis/second-mean'), '999');
  await expect(verdict(question(page, 'workshop-axis/second-mean'))).toContainText('Not yet.');
  await summaryOf(drillOf(page, 'workshop-single')).press('Enter');
  await expect(drillOf(page, 'workshop-axis')).not.toHaveAttribute('open');

  // Also where the drills in sight are others.
  const other = workshopSources
    .find(({ id }) => id === 'workshop-axis')
    ?.parts.every((part) => part.objective !== 5);
  expect(other).toBe(true);
  await page.getByLabel('Objective').selectOption('5');
  await expect(drillOf(page, 'workshop-axis')).toBeHidden();
  await random(page).press('Enter');
  await expect(drillOf(page, 'workshop-axis')).toHaveAttribute('open');
  await expect(summaryOf(drillOf(page, 'workshop-axis'))).toBeFocused();
  await expect(summaryOf(drillOf(page, 'workshop-axis'))).toBeInViewport();
  await expect(page.getByLabel('Objective')).toHaveValue('');
  await expect(said(page)).toHaveText('');

  // A link within the page leads to one that the choice hides, too.
  await page.getByLabel('Objective').selectOption('5');
  await expect(drillOf(page, 'workshop-axis')).toBeHidden();
  await page.evaluate(() => (location.hash = '#workshop-check'));
  await page.evaluate(() => (location.hash = '#workshop-axis'));
  await expect(drillOf(page, 'workshop-axis')).toBeVisible();
  await expect(drillOf(page, 'workshop-axis')).toHaveAttribute('open');
});

test('a drill that is done has its tick, and Next goes on to the next one', async ({ page }) => {
  await openDrill(page, 'workshop-axis');
  const drill = drillOf(page, 'workshop-axis');
  const tick = () => summaryOf(drill).evaluate((summary) => getComputedStyle(summary, '::after').content);
  expect(await tick()).toBe('none');
  // (x - mean)/sqrt(variance + 1) of the first neuron, and the mean of the second.
  await answer(question(page, 'workshop-axis/x-hat'), '(x - mean(x)) / sqrt(mean((x - mean(x))^2) + eps)');
  await expect(verdict(question(page, 'workshop-axis/x-hat'))).toContainText('Right.');
  await page.keyboard.press('Enter');
  await expect(answerBox(question(page, 'workshop-axis/second-mean'))).toBeFocused();
  expect(await tick()).toBe('none');
  await answer(question(page, 'workshop-axis/second-mean'), String(mean([5, 3, -3, -3])));
  await expect(verdict(question(page, 'workshop-axis/second-mean'))).toContainText('Right.');
  await expect.poll(tick).toContain('✓');
  await page.keyboard.press('Enter');
  const next = drills(page).nth(workshopSources.findIndex(({ id }) => id === 'workshop-axis') + 1);
  await expect(next).toHaveAttribute('open');
  await expect(summaryOf(next)).toBeFocused();
  await expect(drill).not.toHaveAttribute('open');

  await page.reload();
  await becomesLive(page);
  await allStarted(page);
  await expect.poll(tick, 'it keeps its tick').toContain('✓');
  await expectNoMachineWords(page);
});

test('a formula is right in any form, and wrong with a batch that shows it', async ({ page }) => {
  await openDrill(page, 'workshop-formulas-training');
  const form = question(page, 'workshop-formulas-training/dx');
  for (const right of [
    'gamma saved_invstd (dy - mean(dy) - x_hat mean(dy x_hat))',
    'γ/√(σ²+ε) · (∂L/∂y_i − (1/m)·Σ(∂L/∂y_j) − x̂_i·(1/m)·Σ(∂L/∂y_j · x̂_j))',
    '(gamma*saved_invstd/m) * (m*dy - dbeta - x_hat*dgamma)',
  ]) {
    await answer(form, right);
    await expect(verdict(form), right).toContainText(`Right. ${right}`);
  }
  await answer(form, 'gamma saved_invstd (dy - x_hat mean(dy x_hat))');
  await expect(verdict(form)).toContainText('Not yet.');
  await expect(verdict(form)).toContainText('No path through the mean.');
  await expect(form.locator('details.pitfall')).toHaveCount(1);

  // What the table shows is so: both columns are computed here from its batch.
  const counterexample = form.locator('.counterexample');
  const text = (await counterexample.locator('caption').textContent()) ?? '';
  const given = (name: string) =>
    readList(new RegExp(`(?:^|[ ,])${name} = (\\[[^\\]]*\\]|[^,.]*(?:\\.\\d+)?)`).exec(text)?.[1] ?? '');
  const [x, dy] = [given('x'), given('dy')];
  const [gamma = 1] = given('γ');
  const [eps = 0] = given('ε');
  const right = backward({ x, dy, gamma, beta: 0, eps });
  const slope = gamma / Math.sqrt(variance(x) + eps);
  const typed = right.dx.map((value) => value + slope * mean(dy));
  const rows = await cellTexts(counterexample.getByRole('table'));
  expect(rows.map(([first = '']) => readList(first)[0])).toEqual(
    typed.map((value) => expect.closeTo(value, 3)),
  );
  expect(rows.map(([, second = '']) => readList(second)[0])).toEqual(
    right.dx.map((value) => expect.closeTo(value, 3)),
  );
  await expectNoMachineWords(page);

  // Editing takes the evidence away.
  await answerBox(form).fill('dy');
  await expect(counterexample).toHaveCount(0);

  await answer(form, '1/2x');
  await expect(verdict(form)).toContainText('Not readable.');
  await expect(verdict(form)).toContainText('(1/2)·x or as 1/(2·x)');
  await answer(form, 'dx');
  await expect(verdict(form)).toContainText(/is what is asked for: write it with/);
  await form.getByRole('button', { name: 'Show answer' }).click();
  await expect(form.locator('.shown-answer code')).toHaveText('dx');
});

test('any numbers with the property are right', async ({ page }) => {
  await openDrill(page, 'workshop-check');
  const form = question(page, 'workshop-check/no-gradient');
  const sheet = item(page, 'workshop-check');
  await changeNumbers(sheet);
  // Whatever is a multiple of x plus a constant is removed.
  const x = (await box(sheet, 'x').inputValue()).split(',').map(Number);
  for (const right of [x, x.map((value) => 3 - 2 * value)]) {
    await answer(form, right.join(','));
    await expect(verdict(form), right.join(',')).toContainText('Right.');
  }
  await answer(form, '0, 0, 0, 0');
  await expect(verdict(form)).toContainText('must not be all equal');
  await answer(form, '1, 0, 0, 0');
  await expect(verdict(form)).toContainText('still reaches x');
});
