// Proofs: any order in which each line follows is right, a false line is shown a batch on which it fails, and a line of
// one's own counts. By keyboard, and once by pointer.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Locator, Page } from '@playwright/test';
import { parse } from 'yaml';
import { forward, mean, sum } from './formulas.ts';
import { expect, expectNoMachineWords, openAllDetails, readList, readNumber, test } from './lesson.ts';

interface Line {
  id: string;
  equation: string;
  needs?: string[];
}
interface Source {
  id: string;
  title: string;
  goal: string;
  lines: (Line & { because: string })[];
  distractors: (Line & { why: string; false?: boolean })[];
  hints: string[];
}

const lesson05 = readFileSync(new URL('../../web/lesson/05-practice.md', import.meta.url), 'utf8');
const sources = [...lesson05.matchAll(/^```proof\n(.*?)^```/gms)].map(
  (fence) => parse(fence[1] as string) as Source,
);
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
    this.root = page
      .locator('bn-proof')
      .filter({ has: page.getByRole('heading', { name: source.title, exact: true }) });
    this.status = this.root.getByRole('status');
    this.placed = this.root.getByRole('list', { name: 'Your proof' });
    this.choices = this.root.getByRole('list', { name: 'Lines to choose from' });
    this.own = this.root.getByRole('textbox', { name: /your own next line/ });
  }

  line(id: string): Locator {
    return this.root.locator(`li[data-line="${id}"]`);
  }

  /** "line C" */
  async nameOf(id: string): Promise<string> {
    return `line ${await this.line(id).getAttribute('data-letter')}`;
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
    await this.root.getByRole('button', { name: 'Check the proof' }).focus();
    await this.page.keyboard.press('Enter');
  }

  async typeOwn(text: string): Promise<void> {
    await this.own.focus();
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.type(text);
    await this.page.keyboard.press('Enter');
  }

  order(): Promise<(string | null)[]> {
    return this.placed
      .locator('li')
      .evaluateAll((items) => items.map((item) => item.getAttribute('data-line')));
  }

  verdict(id: string): Locator {
    return this.line(id).locator('.line-verdict');
  }

  /** The batch and the two values that are shown there. */
  async counterexample(within: Locator) {
    const table = within.getByRole('table');
    const caption = await table.locator('caption').textContent();
    const given = new Map(
      [...(caption ?? '').matchAll(/([\w^γβεα]+) = (\[.*?\]|[^,\s]+?)(?=[,.]?\s|\.?$|,)/g)].map((found) => [
        found[1] as string,
        found[2] as string,
      ]),
    );
    const cells = await table.locator('tbody td:not(.sign)').allTextContents();
    return { given, left: readNumber(cells[0] ?? ''), right: readNumber(cells[1] ?? '') };
  }
}

test('every proof of the lesson can be put together as its author wrote it', async ({ lesson }) => {
  expect(sources.length).toBeGreaterThanOrEqual(4);
  for (const source of sources) {
    expect(source.lines.length).toBeGreaterThanOrEqual(4);
    expect(source.distractors.length).toBeGreaterThanOrEqual(2);
    const proof = new Proof(lesson, source);
    await expect(proof.choices.getByRole('listitem')).toHaveCount(
      source.lines.length + source.distractors.length,
    );
    await proof.place(...source.lines.map((line) => line.id));
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
    await expect(proof.status).toContainText(source.distractors.some((each) => each.false) ? 'is false' : '');
  }
  await expectNoMachineWords(lesson);
});

test('a wrong order, a false line with its batch, and then the proof', async ({ lesson }) => {
  const proof = new Proof(lesson, zeroSum);
  const events = await proof.root.evaluateHandle((element) => {
    const heard: unknown[] = [];
    element.addEventListener('bn-judged', (event) => heard.push((event as CustomEvent).detail));
    return heard;
  });

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

  await expect(proof.verdict('centred')).toContainText('False.');
  const { given, left, right } = await proof.counterexample(proof.line('centred'));
  expect(left).toBe(sum(readList(given.get('x') ?? '')));
  expect(right).toBe(0);
  expect(left).not.toBe(right);

  // What is false stays so, wherever it stands; all else belongs to the order.
  await proof.press('Remove', 'centred');
  await expect(await proof.button('Add', 'centred')).toBeFocused();
  await expect(proof.verdict('centred')).toContainText('False.');
  await expect(proof.verdict('deviations')).toHaveText('');
  await expect(proof.status).toContainText('is taken out');

  // The mean goes up, by keyboard, and the focus goes with it.
  await proof.press('Move up', 'mean');
  await expect(await proof.button('Move up', 'mean')).toBeFocused();
  await expect(proof.status).toHaveText(/^Line [A-H] is now at place 2 of 3\.$/);
  await lesson.keyboard.press('Enter');
  await expect(proof.status).toHaveText(/^Line [A-H] is now at place 1 of 3\.$/);
  await lesson.keyboard.press('Enter');
  await expect(proof.status).toContainText('stands first already');
  expect(await proof.order()).toEqual(['mean', 'split', 'deviations']);

  await proof.check();
  await expect(proof.status).toContainText('What is to be proved is not there yet.');
  await proof.place('factor', 'zero');
  await proof.check();
  await expect(proof.status).toContainText('this is a proof');
  expect(await events.jsonValue()).toEqual([
    { item: zeroSum.id, objective: 1, pitfalls: [14], verdict: 'wrong', mistakes: [] },
    { item: zeroSum.id, objective: 1, pitfalls: [14], verdict: 'right', mistakes: [] },
  ]);

  // A second order, in which every line follows too.
  for (let place = 3; place > 0; --place) await proof.press('Move up', 'factor');
  expect(await proof.order()).toEqual(['factor', 'mean', 'split', 'deviations', 'zero']);
  await expect(proof.status).not.toContainText('proof');
  await proof.check();
  await expect(proof.status).toContainText('this is a proof');
});

test('a line of one’s own: false, unreadable, without a link, trivial, and one that counts', async ({
  lesson,
}) => {
  const proof = new Proof(lesson, zeroSum);
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

  await proof.typeOwn('batch_mean = mean(x)');
  await expect(form.locator('.read-as')).toBeHidden();
  await expect(proof.own).toHaveValue('');
  await expect(proof.own).toBeFocused();
  await expect(proof.status).toHaveText('True. It is now your line 1, at place 2 of 2.');
  expect(await proof.order()).toEqual(['mean', null]);
  await expect(proof.placed.locator('li.own math')).toHaveCount(2);

  // It moves and is judged like the others.
  await proof.root.getByRole('button', { name: 'Move up your line 1' }).press('Enter');
  expect(await proof.order()).toEqual([null, 'mean']);
  await proof.place('split', 'deviations', 'factor', 'zero');
  await proof.check();
  await expect(proof.status).toContainText('this is a proof');

  await proof.root.getByRole('button', { name: 'Remove your line 1' }).press('Enter');
  await expect(proof.own).toBeFocused();
  await expect(proof.own).toHaveValue('batch_mean = mean(x)');
  await proof.typeOwn('sum(x)=x');
  await expect(proof.status).toContainText('Your line is false');

  // What stands among the lines already is placed, not written twice.
  await proof.press('Remove', 'zero');
  await proof.typeOwn('sum( x_hat )=0');
  await expect(proof.status).toContainText(`Your line is ${await proof.nameOf('zero')}`);
  expect((await proof.order()).at(-1)).toBe('zero');
});

test('a line is drawn by its grip', async ({ lesson }) => {
  const proof = new Proof(lesson, zeroSum);
  const drag = async (from: Locator, to: Locator, edge: 'top' | 'bottom') => {
    await from.locator('.grip').scrollIntoViewIfNeeded();
    const start = await from.locator('.grip').boundingBox();
    const end = await to.boundingBox();
    if (!start || !end) throw new Error('nothing to draw');
    await lesson.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
    await lesson.mouse.down();
    await lesson.mouse.move(end.x + 40, edge === 'top' ? end.y + 4 : end.y + end.height - 4, { steps: 5 });
    await lesson.mouse.up();
  };
  await drag(proof.line('mean'), proof.root.locator('.nothing-placed'), 'top');
  expect(await proof.order()).toEqual(['mean']);
  await expect(proof.status).toContainText('at place 1 of 1');
  await drag(proof.line('split'), proof.line('mean'), 'top');
  expect(await proof.order()).toEqual(['split', 'mean']);
  await drag(proof.line('split'), proof.choices, 'bottom');
  expect(await proof.order()).toEqual(['mean']);
  await expect(proof.status).toContainText('is taken out');
});

test('the lines stand in the same order at every visit, and not in that of the proof', async ({ lesson }) => {
  const letters = () =>
    lesson
      .locator('bn-proof .choices')
      .evaluateAll((lists) =>
        lists.map((list) => [...list.children].map((item) => item.getAttribute('data-line'))),
      );
  const first = await letters();
  for (const [k, source] of sources.entries()) {
    const own = source.lines.map((line) => line.id);
    expect(first[k]?.filter((id) => own.includes(id ?? ''))).not.toEqual(own);
  }
  await lesson.reload();
  expect(await letters()).toEqual(first);
});

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`360 px wide, ${colorScheme}`, () => {
    test.use({ colorScheme, viewport: { width: 360, height: 740 } });

    test('after use, nothing reaches beyond the side, and axe finds nothing', async ({ lesson }) => {
      for (const source of sources) {
        const proof = new Proof(lesson, source);
        await proof.place(...source.distractors.map(({ id }) => id), source.goal, source.lines[0]?.id ?? '');
        await proof.check();
      }
      const proof = new Proof(lesson, zeroSum);
      await proof.typeOwn(`batch_mean = sum(x) / m + ${'0 * m + '.repeat(20)}0`);
      await expect(proof.status).toContainText('True.');
      await proof.typeOwn('sum(x) = 2');
      const sheet = lesson.locator('bn-worksheet').first();
      await sheet.getByRole('textbox').first().fill('5');
      await sheet.getByRole('button', { name: 'Check' }).click();
      await openAllDetails(lesson);
      const [content, window] = await lesson.evaluate((): [number, number] => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth,
      ]);
      expect(content).toBeLessThanOrEqual(window);

      await lesson.evaluate(axeSource);
      const results = (await lesson.evaluate(
        "axe.run('bn-proof, bn-worksheet', { resultTypes: ['violations'] })",
      )) as AxeResults;
      expect(results.passes.length).toBeGreaterThan(10);
      expect(
        results.violations.flatMap(({ id, nodes }) =>
          nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
        ),
      ).toEqual([]);
    });
  });
}

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the proof reads in full, with its reasons', async ({ page }) => {
    await page.goto('./');
    for (const source of sources) {
      const { root } = new Proof(page, source);
      await expect(root.getByRole('button')).toHaveCount(0);
      await root.getByText('Answer', { exact: true }).click();
      const lists = root.locator('.proof-lines');
      await expect(lists.nth(0).getByRole('listitem')).toHaveCount(source.lines.length);
      await expect(lists.nth(1).getByRole('listitem')).toHaveCount(source.distractors.length);
      for (const math of await lists.getByRole('math').all()) await expect(math).toBeVisible();
    }
    expect(mean(sources.map((source) => source.hints.length))).toBeGreaterThanOrEqual(2);
  });
});
