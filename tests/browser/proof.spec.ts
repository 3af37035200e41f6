// Proofs: any order in which each line follows is right, a false line is shown a batch on which it fails, and a line of
// one's own counts. By keyboard, and once by pointer.

import type { AxeResults } from 'axe-core';
import type { Locator, Page } from '@playwright/test';
import { bringAxe, found } from './axe.ts';
import { forward, sum } from './formulas.ts';
import {
  becomesLive,
  expect,
  expectNoMachineWords,
  item,
  keptOf,
  openAllDetails,
  openLive,
  openStatic,
  readList,
  readNumber,
  test,
  unfold,
} from './lesson.ts';
import { proofSources as sources, worksheetSources } from './lesson-source.ts';

type Source = (typeof sources)[number];
const sourceOf = (id: string) => sources.find((each) => each.id === id) as Source;
const zeroSum = sourceOf('proof-zero-sum');

/** A proof on the page. */
class Proof {
  readonly page: Page;
  readonly root: Locator;
  readonly status: Locator;
  readonly placed: Locator;
  readonly choices: Locator;
  readonly own: Locator;

  constructor(page: Page, source: Source) {
    this.page = page;
    this.root = item(page, source.id);
    this.status = this.root.getByRole('status');
    this.placed = this.root.getByRole('list', { name: 'Your proof' });
    this.choices = this.root.getByRole('list', { name: 'Lines to choose from' });
    this.own = this.root.getByRole('textbox', { name: /your own next line/ });
  }

  line(id: string): Locator {
    return this.root.locator(`li[data-line="${id}"]`);
  }

  /** A line of the learner's own. */
  ownLine(equation: string): Locator {
    return this.line(`= ${equation}`);
  }

  /** "line C" */
  async nameOf(id: string): Promise<string> {
    return `line ${(await this.line(id).locator('.letter').innerText()).replace(')', '')}`;
  }

  async button(words: string, id: string): Promise<Locator> {
    return this.root.getByRole('button', { name: `${words} ${await this.nameOf(id)}`, exact: true });
  }

  /** By keyboard, from wherever the focus was. */
  async press(words: string, id: string): Promise<void> {
    await (await this.button(words, id)).focus();
    await this.page.keyboard.press('Enter');
  }

  async place(...ids: string[]): Promise<void> {
    for (const id of ids) await this.press('Add', id);
  }

  async check(): Promise<void> {
    await this.root.getByRole('button', { name: 'Check the proof' }).press('Enter');
  }

  async typeOwn(text: string): Promise<void> {
    await this.own.focus();
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.type(text);
    await this.page.keyboard.press('Enter');
  }

  /** The lines to choose from, in the order of their letters. */
  async lettered(): Promise<(string | null)[]> {
    return this.root.locator('li[data-line]:not(.own)').evaluateAll((lines) =>
      lines
        .map((line) => [line.querySelector('.letter')?.textContent ?? '', line.getAttribute('data-line')])
        .toSorted(([a = ''], [b = '']) => (a ?? '').localeCompare(b ?? ''))
        .map(([, id]) => id ?? null),
    );
  }

  order(): Promise<(string | null)[]> {
    return this.placed
      .locator('li')
      .evaluateAll((lines) => lines.map((line) => line.getAttribute('data-line')));
  }

  verdict(id: string): Locator {
    return this.line(id).locator('.line-verdict');
  }

  /** The batch and the two values that are shown there. */
  async counterexample(within: Locator) {
    const table = within.getByRole('table');
    const caption = await table.locator('caption').textContent();
    const given = new Map(
      [...(caption ?? '').matchAll(/([\w^γβεα]+) = (\[.*?\]|[^,\s]+?)(?=[,.]?\s|\.?$|,)/g)].map((each) => [
        each[1] as string,
        each[2] as string,
      ]),
    );
    const cells = await table.locator('tbody td:not(.sign)').allTextContents();
    return { given, left: readNumber(cells[0] ?? ''), right: readNumber(cells[1] ?? '') };
  }
}

/** A proof of the practice page, in sight and started. */
async function openProof(page: Page, source: Source): Promise<Proof> {
  await openLive(page, 'practice.html');
  return proofOn(page, source);
}

async function proofOn(page: Page, source: Source): Promise<Proof> {
  const proof = new Proof(page, source);
  await unfold(proof.root);
  await becomesLive(page, source.id);
  return proof;
}

test('every proof of the lesson can be put together as its author wrote it', async ({ page }) => {
  expect(sources.length).toBeGreaterThanOrEqual(4);
  await openLive(page, 'practice.html');
  for (const source of sources) {
    expect(source.lines.length).toBeGreaterThanOrEqual(4);
    expect(source.distractors.length).toBeGreaterThanOrEqual(2);
    expect(source.hints.length).toBeGreaterThanOrEqual(1);
    const proof = await proofOn(page, source);
    const around = await proof.root.evaluate((root) => root.parentElement?.closest('.item')?.id);
    expect(around, `${source.id} stands in its problem`).toBe(source.of);
    await expect(proof.choices.getByRole('listitem')).toHaveCount(
      source.lines.length + source.distractors.length,
    );
    // In a shuffled order, not in that of the proof.
    const own = source.lines.map((line) => line.id);
    expect((await proof.lettered()).filter((id) => own.includes(id ?? ''))).not.toEqual(own);

    await proof.place(...own);
    await proof.check();
    await expect(proof.status, source.id).toContainText('Right. Every line follows');
    for (const line of source.lines) await expect(proof.verdict(line.id)).toContainText('Follows.');

    // The false ones each fail on a batch that is shown.
    for (const { id } of source.distractors) await proof.place(id);
    await proof.check();
    for (const each of source.distractors) {
      const table = proof.line(each.id).getByRole('table');
      await expect(proof.verdict(each.id)).toContainText(each.false ? 'False.' : 'But it is not needed.');
      await expect(table).toHaveCount(each.false ? 1 : 0);
      if (each.false) await expect(table).toContainText('≠');
    }
    if (source.distractors.some((each) => each.false)) await expect(proof.status).toContainText('is false');
    expect((await keptOf(page, source.id)).answers.whole).toMatchObject({ first: 'right', best: 'right' });
  }
  await expectNoMachineWords(page);
});

test('a wrong order, a false line with its batch, and then the proof', async ({ page }) => {
  const proof = await openProof(page, zeroSum);
  const whole = proof.root.locator('.proof > details.answer');
  await expect(whole).toBeHidden();
  await proof.check();
  await expect(proof.status).toContainText('Add lines to your proof, then check.');

  // The sum of the deviations before the mean is known.
  await proof.place('split', 'deviations', 'mean', 'centred');
  expect(await proof.order()).toEqual(['split', 'deviations', 'mean', 'centred']);
  await proof.check();
  await expect(proof.verdict('split')).toContainText('Follows.');
  await expect(proof.verdict('deviations')).toContainText(
    `True, but it does not follow yet: it needs ${await proof.nameOf('mean')} above it.`,
  );
  await expect(proof.status).toContainText('does not follow yet');
  expect((await keptOf(page, zeroSum.id)).answers.whole).toMatchObject({ first: 'wrong', best: 'wrong' });
  await expect(proof.root.getByRole('button', { name: 'Show answer' })).toBeVisible();

  await expect(proof.verdict('centred')).toContainText('False.');
  const { given, left, right } = await proof.counterexample(proof.line('centred'));
  expect(left).toBe(sum(readList(given.get('x') ?? '')));
  expect(right).toBe(0);
  expect(left).not.toBe(right);

  // The verdicts belong to the order.
  await proof.press('Remove', 'centred');
  await expect(await proof.button('Add', 'centred')).toBeFocused();
  await expect(proof.verdict('deviations')).toHaveText('');
  await expect(proof.status).toContainText('is taken out');

  // The mean goes up, by keyboard, and the focus goes with it.
  await proof.press('Move up', 'mean');
  await expect(await proof.button('Move up', 'mean')).toBeFocused();
  await expect(proof.status).toHaveText(/^Line [A-H] is now at place 2 of 3\.$/);
  await page.keyboard.press('Enter');
  await expect(proof.status).toHaveText(/^Line [A-H] is now at place 1 of 3\.$/);
  await page.keyboard.press('Enter');
  await expect(proof.status).toContainText('stands first already');
  await expect(await proof.button('Move up', 'mean')).toBeFocused();
  expect(await proof.order()).toEqual(['mean', 'split', 'deviations']);
  await proof.press('Move down', 'mean');
  await expect(await proof.button('Move down', 'mean')).toBeFocused();
  expect(await proof.order()).toEqual(['split', 'mean', 'deviations']);

  await proof.check();
  await expect(proof.status).toContainText('What is to be proved is not there yet.');
  await proof.place('factor', 'zero');
  await expect(await proof.button('Move up', 'zero')).toBeFocused();
  await proof.check();
  await expect(proof.status).toContainText('this is a proof');
  await expect(whole).toBeVisible();
  expect((await keptOf(page, zeroSum.id)).answers.whole).toMatchObject({ first: 'wrong', best: 'right' });

  // A second order, in which every line follows too.
  for (let place = 3; place > 0; --place) await proof.press('Move up', 'factor');
  expect(await proof.order()).toEqual(['factor', 'split', 'mean', 'deviations', 'zero']);
  await expect(proof.status).not.toContainText('proof');
  await proof.check();
  await expect(proof.status).toContainText('this is a proof');

  // It stands so after a reload, and the lines to choose from have their letters.
  const letters = await proof.lettered();
  const kept = await keptOf(page, zeroSum.id);
  await page.reload();
  await becomesLive(page);
  await proofOn(page, zeroSum);
  await expect(proof.status).toContainText('this is a proof');
  for (const { id } of zeroSum.lines) await expect(proof.verdict(id)).toContainText('Follows.');
  expect(await proof.order()).toEqual(['factor', 'split', 'mean', 'deviations', 'zero']);
  expect(await proof.lettered()).toEqual(letters);
  expect(await keptOf(page, zeroSum.id)).toEqual(kept);
});

test('a line of one’s own: false, unreadable, without a link, trivial, and one that counts', async ({
  page,
}) => {
  const proof = await openProof(page, zeroSum);
  const form = proof.root.locator('form.own-line');
  await proof.place('mean');

  await proof.typeOwn('sum(x_hat^2) = m');
  await expect(proof.status).toContainText('Your line is false');
  const { given, left, right } = await proof.counterexample(form);
  const x = readList(given.get('x') ?? '');
  const eps = given.has('ε') ? readNumber(given.get('ε') ?? '') : 0;
  const { x_hat } = forward({ x, gamma: 1, beta: 0, eps });
  expect(left).toBeCloseTo(sum(x_hat.map((value) => value ** 2)), 3);
  expect(right).toBe(x.length);
  await expect(proof.own).toBeFocused();

  await proof.typeOwn('sum(x) = ');
  await expect(proof.status).toContainText('Not readable.');
  await expect(proof.own).toHaveAttribute('aria-invalid', 'true');
  await expect(form.getByRole('table')).toHaveCount(0);

  await proof.typeOwn('sum(x) = sum(x)');
  await expect(proof.status).toContainText('written alike');

  await proof.typeOwn('x_hat^2 = (x - batch_mean)^2 / (batch_var + eps)');
  await expect(proof.status).toContainText('none of its sides stands in a line of your proof');
  expect(await proof.order()).toEqual(['mean']);

  const own = 'batch_mean = mean(x)';
  await proof.typeOwn(own);
  await expect(form.locator('.read-as')).toHaveText('');
  await expect(proof.own).toHaveValue('');
  await expect(proof.own).toBeFocused();
  await expect(proof.status).toHaveText('True. It is now your line 1, at place 2 of 2.');
  expect(await proof.order()).toEqual(['mean', `= ${own}`]);
  await expect(proof.ownLine(own).locator('math')).toHaveCount(2);

  // It moves and is judged like the others, also after a reload.
  await proof.root.getByRole('button', { name: 'Move up your line 1' }).press('Enter');
  expect(await proof.order()).toEqual([`= ${own}`, 'mean']);
  await proof.place('split', 'deviations', 'factor', 'zero');
  await proof.check();
  await expect(proof.status).toContainText('this is a proof');
  await keptOf(page, zeroSum.id);
  await page.reload();
  await becomesLive(page);
  await proofOn(page, zeroSum);
  await expect(proof.status).toContainText('this is a proof');
  await expect(proof.ownLine(own).locator('.line-verdict')).toContainText('Follows.');

  await proof.root.getByRole('button', { name: 'Remove your line 1' }).press('Enter');
  await expect(proof.own).toBeFocused();
  await expect(proof.own).toHaveValue(own);
  await proof.typeOwn('sum(x)=x');
  await expect(proof.status).toContainText('Your line is false');

  // What stands among the lines already is placed, not written twice.
  await proof.press('Remove', 'zero');
  await proof.typeOwn('sum( x_hat )=0');
  await expect(proof.status).toContainText(`Your line is ${await proof.nameOf('zero')}`);
  expect((await proof.order()).at(-1)).toBe('zero');
  await expectNoMachineWords(page);
});

test.describe('with a pointer', () => {
  // Both lists in the window.
  test.use({ viewport: { width: 1280, height: 1600 } });

  test('a line is drawn by its grip', async ({ page }) => {
    const proof = await openProof(page, zeroSum);
    const drag = async (from: Locator, to: Locator, edge: 'top' | 'bottom') => {
      await to.evaluate((element) => element.scrollIntoView({ block: 'center' }));
      await expect(from.locator('.grip')).toBeInViewport();
      const start = await from.locator('.grip').boundingBox();
      const end = await to.boundingBox();
      if (!start || !end) throw new Error('nothing to draw');
      await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
      await page.mouse.down();
      await page.mouse.move(end.x + 40, edge === 'top' ? end.y + 4 : end.y + end.height - 4, { steps: 5 });
      await page.mouse.up();
    };
    await drag(proof.line('mean'), proof.root.locator('.nothing-placed'), 'top');
    await expect(proof.status).toContainText('at place 1 of 1');
    expect(await proof.order()).toEqual(['mean']);
    await drag(proof.line('split'), proof.line('mean'), 'top');
    await expect(proof.status).toContainText('at place 1 of 2');
    expect(await proof.order()).toEqual(['split', 'mean']);
    await drag(proof.line('split'), proof.choices, 'bottom');
    await expect(proof.status).toContainText('is taken out');
    expect(await proof.order()).toEqual(['mean']);
  });
});

test('hints open one after the other', async ({ page }) => {
  const proof = await openProof(page, zeroSum);
  const hints = proof.root.locator('details.hint');
  await expect(hints).toHaveCount(zeroSum.hints.length);
  await expect(hints.nth(1)).toBeHidden();
  await hints.nth(0).locator('summary').press('Enter');
  await expect(hints.nth(1)).toBeVisible();
  await proof.place('zero');
  await proof.check();
  await proof.root.getByRole('button', { name: 'Show answer' }).click();
  const whole = proof.root.locator('.proof > details.answer');
  await expect(whole.getByRole('listitem').first()).toBeVisible();
  await expect(whole.locator(':scope > summary')).toBeFocused();
  expect((await keptOf(page, zeroSum.id)).answers.whole).toMatchObject({ opened: true, hints: 1 });
});

test.describe('360 px wide', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('after use, nothing reaches beyond the side, and axe finds nothing in light and dark', async ({
    page,
  }) => {
    await openLive(page, 'practice.html', worksheetSources[0]?.id ?? '');
    for (const source of sources) {
      const proof = await proofOn(page, source);
      await proof.place(...source.distractors.map(({ id }) => id), source.goal, source.lines[0]?.id ?? '');
      await proof.check();
    }
    const proof = new Proof(page, zeroSum);
    await proof.typeOwn(`batch_mean = sum(x) / m + ${'0 * m + '.repeat(20)}0`);
    await expect(proof.status).toContainText('True.');
    await proof.typeOwn('sum(x) = 2');
    await expect(proof.status).toContainText('Your line is false');
    const sheet = item(page, worksheetSources[0]?.id ?? '');
    await sheet.getByRole('textbox').first().fill('5');
    await sheet.getByRole('button', { name: 'Check' }).click();
    await openAllDetails(page);
    const [content, room] = await page
      .locator('main')
      .evaluate((main) => [main.scrollWidth, document.documentElement.clientWidth]);
    expect(content).toBeLessThanOrEqual(room);

    await bringAxe(page);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const results = (await page.evaluate(
        "axe.run('.item-proof, .item-worksheet', { resultTypes: ['violations'] })",
      )) as AxeResults;
      expect(results.passes.length).toBeGreaterThan(10);
      expect(found(results), colorScheme).toEqual([]);
    }
  });
});

test('without scripts the proof reads in full, with its reasons', async ({ browser, watch }) => {
  const page = await openStatic(browser, watch, 'practice.html');
  for (const source of sources) {
    const { root } = new Proof(page, source);
    await unfold(root);
    await expect(root.getByRole('button')).toHaveCount(0);
    const whole = root.locator('.proof > details.answer');
    await whole.locator(':scope > summary').click();
    const lists = whole.locator('.proof-lines');
    await expect(lists.nth(0).getByRole('listitem')).toHaveCount(source.lines.length);
    await expect(lists.nth(1).getByRole('listitem')).toHaveCount(source.distractors.length);
    for (const math of await lists.getByRole('math').all()) await expect(math).toBeVisible();
  }
});
