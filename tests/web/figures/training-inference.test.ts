// The figure of training and inference without a browser: its numbers by hand, and by loops that know nothing of the core.

import { describe, expect, test } from 'vitest';
import { trainingInference } from '../../../web/src/figures/training-inference/training-inference.tsx';
import { column, core, htmlOf, viewOf } from './view.ts';

const show = (state: object = {}) => viewOf(trainingInference, state);
const numbers = (view: ReturnType<typeof show>, caption: string, head: string) =>
  column(view, caption, head).map(Number);
const constant = { var_before: 0, var_after: 0 };

test('batches without noise: what is left of the start is momentum to the power of the steps', () => {
  const view = show({ ...constant, momentum: 0.99, mean_before: 5, step: 50, shift_at: 60 });
  const left = 0.99 ** 50;
  expect(numbers(view, 'The last', 'running_mean').at(-1)).toBeCloseTo(5 * (1 - left), 12);
  expect(numbers(view, 'The last', 'running_var').at(-1)).toBeCloseTo(left, 12);
  expect(view.sentence).toContain('After 50 batches the running mean is 1.975, the distribution’s mean is 5');
  expect(view.sentence).toContain('the start value still weighs 0.605');
});

test('after a shift the running mean follows as it left the start', () => {
  const view = show({ ...constant, mean_before: 2, mean_after: 5, shift_at: 40, step: 43 });
  const means = numbers(view, 'The last', 'running_mean');
  const [before = 0, ...after] = means.slice(-4);
  expect(before).toBeCloseTo(2 * (1 - 0.9 ** 40), 12);
  for (const [k, value] of after.entries()) {
    expect(value).toBeCloseTo(5 - (5 - before) * 0.9 ** (k + 1), 12);
  }
});

describe('a noisy stream', () => {
  const [seed, m, step, steps] = [3, 5, 12, 80];
  const state = { seed, m, step, shift_at: 10, momentum: 0.8, x: 1.5, eps: 0.1 };
  const drawn = [
    core.normalBatches({ seed, batches: steps, m, mean: 2, std: 2 }),
    core.normalBatches({ seed, batches: steps, m, mean: 5, std: Math.sqrt(2) }),
  ];
  const batch = (t: number) =>
    Array.from({ length: m }, (_, row) => drawn[t <= 10 ? 0 : 1]?.[row * steps + t - 1] ?? Number.NaN);
  const meanOf = (values: number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
  const varOf = (values: number[]) => meanOf(values.map((each) => (each - meanOf(values)) ** 2));

  test('the running statistics', () => {
    const view = show(state);
    let [mean, variance] = [0, 1];
    for (let t = 1; t <= step; ++t) {
      mean = 0.8 * mean + 0.2 * meanOf(batch(t));
      variance = 0.8 * variance + 0.2 * varOf(batch(t));
    }
    expect(numbers(view, 'The last', 'batch_mean').at(-1)).toBeCloseTo(meanOf(batch(step)), 12);
    expect(numbers(view, 'The last', 'batch_var').at(-1)).toBeCloseTo(varOf(batch(step)), 12);
    expect(numbers(view, 'The last', 'running_mean').at(-1)).toBeCloseTo(mean, 12);
    expect(numbers(view, 'The last', 'running_var').at(-1)).toBeCloseTo(variance, 12);
    const [training, inference] = numbers(view, 'The example', 'y');
    const joined = [1.5, ...batch(step).slice(1)];
    expect(training).toBeCloseTo((1.5 - meanOf(joined)) / Math.sqrt(varOf(joined) + 0.1), 12);
    expect(inference).toBeCloseTo((1.5 - mean) / Math.sqrt(variance + 0.1), 12);
  });

  test('in training y goes with the batch', () => {
    const y = numbers(show(state), 'The last', 'y in training');
    expect(y).toHaveLength(10);
    expect(new Set(y).size).toBe(10);
    for (const [k, value] of y.entries()) {
      const joined = [1.5, ...batch(3 + k).slice(1)];
      expect(value).toBeCloseTo((1.5 - meanOf(joined)) / Math.sqrt(varOf(joined) + 0.1), 12);
    }
  });
});

test('what does not vary is no range', () => {
  const view = show({ ...constant, mean_before: 5, step: 30, shift_at: 60 });
  expect(view.sentence).toContain('the batch means are all 5, the running mean lies between');
  for (const state of [{}, { momentum: 0 }, { momentum: 0.999, step: 11 }, { m: 1 }, { m: 32 }])
    for (const each of [state, { ...state, ...constant }, { ...state, ...constant, mean_before: 0 }])
      for (const [, one, other] of show(each).sentence.matchAll(/between (\S+) and ([^\s,.;]+)/g))
        expect(one).not.toBe(other);
});

test('a batch of one gives 0 in training, whatever x is', () => {
  for (const x of [-3, 4, 9])
    expect(numbers(show({ m: 1, x }), 'The last', 'y in training')).toEqual(Array(10).fill(0));
  expect(show({ m: 1 }).sentence).toContain('y = beta = 0 whatever x is');
});

test('without weight on the old value the running mean is the last batch mean', () => {
  const view = show({ momentum: 0 });
  expect(numbers(view, 'The last', 'running_mean')).toEqual(numbers(view, 'The last', 'batch_mean'));
});

/** What is drawn, folded away or not. */
const drawn = ({ drawing, folded = [] }: ReturnType<typeof show>) =>
  [drawing, ...folded.map(({ content }) => content)].map(htmlOf).join('');

test('one example in both modes is folded away: a disk for each of the last batches, and one square', () => {
  const { drawing, folded } = show();
  expect(htmlOf(drawing)).not.toContain('in both modes');
  expect(folded?.map(({ title }) => title)).toEqual(['One example in both modes']);
  const html = htmlOf(folded?.[0]?.content);
  expect(html.match(/<circle class="q-y fill/g)).toHaveLength(10);
  expect(html.match(/<rect class="q-y fill/g)).toHaveLength(1);
  // the others of the batch
  expect(html.match(/<circle class="q-x fill/g)).toHaveLength(7);
});

test('no state shows what is not a number', () => {
  for (const extreme of [
    { m: 1 },
    { m: 32 },
    { ...constant },
    { step: 1 },
    { momentum: 0 },
    { step: 80, momentum: 0.999 },
  ]) {
    for (const x of [-3, 9]) {
      const view = show({ x, ...extreme });
      const html =
        [view.controls, view.more, view.formulas].map(htmlOf).join('') + drawn(view) + view.sentence;
      expect(html).not.toMatch(/NaN|Infinity|not a number|infinity|undefined/);
    }
  }
});

test('on a phone and on a wide page there are few nodes, and none beyond the side', () => {
  for (const width of [300, 950]) {
    const html = drawn(viewOf(trainingInference, { m: 32 }, width));
    expect(html.match(/<[a-z]/g)?.length).toBeLessThan(600);
    for (const [, x] of html.matchAll(/ (?:cx|x|x1|x2)="([-\d.]+)"/g)) {
      expect(Number(x)).toBeLessThanOrEqual(width);
    }
  }
});
