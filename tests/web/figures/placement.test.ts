// The placement of batch normalization without a browser: against numbers worked out by hand, and identities.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { placement } from '../../../web/src/figures/placement/placement.tsx';
import { expectClose, expectDrawn, neuron5, numbers } from './neuron.ts';
import { column, htmlOf, viewOf } from './view.ts';

const [, sectionSix = ''] = readFileSync('web/lesson/learn/02-core-content.md', 'utf8').split(
  '{#where-to-place-it}',
);

const show = (state: object = {}, width = 720) => viewOf(placement, { ...neuron5, ...state }, width);

/** The boxes of a chain as its table names them, without the input and without their numbers. */
function boxesOf(state: object, caption: string): string[] {
  const table = show(state).tables.find((each) => each.caption.startsWith(caption));
  return (table?.rows ?? []).slice(1).map(({ label }) => label.replace(/^\d+\. /, ''));
}

test('the residual blocks stand in the order of the table of section 6', () => {
  const orderOf = (block: string) =>
    new RegExp(`\\| .*\\*${block}\\*.* \\| (.*) \\|`).exec(sectionSix)?.[1]?.split(' → ') ?? [];
  for (const block of ['Post-activation', 'Pre-activation']) {
    const order = orderOf(block.toLowerCase());
    expect(order).toHaveLength(7);
    expect(boxesOf({ diagrams: 'residual' }, block)).toEqual(order);
  }
});

test('the two orders are those that section 6 names, in words and as boxes', () => {
  const orders = [...sectionSix.matchAll(/\*\*(linear or\s+convolution → [^*]*)\*\*/g)].map((match) =>
    (match[1] ?? '').replace(/\s+/g, ' '),
  );
  expect(orders).toHaveLength(2);
  const html = htmlOf(show({}, 900).drawing);
  const boxOf: Record<string, string> = {
    'linear or convolution': 'Linear',
    'batch normalization': 'BN',
    activation: 'ReLU',
  };
  for (const [k, title] of ['The original order', 'Less common'].entries()) {
    expect(html).toContain(orders[k]);
    expect(boxesOf({}, title)).toEqual(orders[k]?.split(' → ').map((word) => boxOf[word]));
  }
});

test('boxes are drawn in this order, from left to right and from top to bottom', () => {
  for (const width of [300, 900]) {
    const html = htmlOf(show({ diagrams: 'residual' }, width).drawing);
    const drawn = [
      ...html.matchAll(/<g class="node[^"]*">.*?<text x="([\d.]+)" y="([\d.]+)">(\w+)<\/text>/g),
    ];
    expect(drawn).toHaveLength(16);
    for (const chain of [drawn.slice(0, 8), drawn.slice(8)]) {
      const places = chain.map((match) => Number(match[width === 300 ? 2 : 1]));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(new Set(places).size).toBe(8);
    }
    expect(drawn.slice(0, 8).map((match) => match[3])).toEqual([
      'Input',
      ...boxesOf({ diagrams: 'residual' }, 'Post'),
    ]);
  }
});

test('numbers by hand, with b = −6: the ReLU cuts two values in either order', () => {
  const view = show({ b: -6 });
  // u = 1, 2, 4, 5; x = 2u − 6 = −4, −2, 2, 4; eps = 1e-5
  const y = [-4, -2, 2, 4].map((value) => (1.5 * value) / Math.sqrt(10 + 1e-5) + 0.5);
  const cut = y.map((value) => Math.max(0, value));
  const mean = (values: number[]) => values.reduce((all, each) => all + each, 0) / values.length;
  const std = (values: number[]) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
  expectClose(column(view, 'The original', 'mean'), [3, 0, 0.5, mean(cut)]);
  expectClose(column(view, 'The original', 'standard deviation'), [
    Math.sqrt(2.5),
    Math.sqrt(10),
    std(y),
    std(cut),
  ]);
  // The ReLU leaves 0, 0, 2, 4: mean 3/2, variance 11/4.
  expectClose(column(view, 'Less', 'mean'), [3, 0, 1.5, 0.5]);
  expectClose(column(view, 'Less', 'standard deviation').slice(0, 3), [
    Math.sqrt(2.5),
    Math.sqrt(10),
    Math.sqrt(2.75),
  ]);
  expect(view.sentence).toMatch(/sets 2 of 4 values to 0, whatever.*sets 2 of 4 to 0/);
});

test('in the original order nothing after the first box depends on b, in the other everything does', () => {
  const after = (b: number, title: string) => numbers(column(show({ b }), title, 'mean')).slice(2);
  const [original, other] = [after(10, 'The original'), after(10, 'Less')];
  for (const b of [-12, -7.5, 0, 3]) expectClose(after(b, 'The original'), original);
  expect(after(-6, 'Less')[0]).not.toBeCloseTo(other[0] ?? 0, 1);
});

test('a batch that the ReLU has made constant leaves batch normalization as β', () => {
  const view = show({ b: -12 });
  expect(column(view, 'Less', 'mean')[3]).toBe(0.5);
  expect(column(view, 'Less', 'standard deviation')[3]).toBe(0);
  expect(view.sentence).toContain('constant batch');
});

test('in an addition means add; variances add together with twice the covariance', () => {
  for (const u of [
    [1, 2, 4, 5],
    [-3, 0.5, -1, 2.5],
  ]) {
    const view = show({ diagrams: 'residual', u });
    for (const title of ['Post-activation: the addition', 'Pre-activation: the addition']) {
      const [skip = 0, branch = 0, , sum] = numbers(column(view, title, 'mean'));
      expect(sum).toBeCloseTo(skip + branch, 12);
      const [v = 0, w = 0, covariance = 0, whole] = numbers(column(view, title, 'variance'));
      expect(whole).toBeCloseTo(v + w + covariance, 12);
    }
  }
});

test('after the addition: a ReLU in the original block, nothing in the pre-activation block', () => {
  // Here the sum of both paths is negative for some examples, so the ReLU raises the mean.
  const view = show({ diagrams: 'residual', u: [-3, 0.5, -1, 2.5] });
  const [sum = 0, after = 0] = numbers(column(view, 'Post-activation: what', 'mean')).slice(-2);
  expect(after).toBeGreaterThan(sum + 0.1);
  const sums = numbers(column(view, 'Pre-activation: the addition', 'mean'));
  expect(column(view, 'Pre-activation: what', 'mean').at(-1)).toBe(sums.at(-1));
  expect(view.sentence).toMatch(/original block a ReLU stands after.*pre-activation block nothing stands/);
});

test('no state shows a number that is none, or draws outside of the page', () => {
  expectDrawn(placement, [
    {},
    neuron5,
    { ...neuron5, b: -12, gamma: 0, beta: 0 },
    { ...neuron5, diagrams: 'residual', gamma: -3, beta: -3, u: [-5, -5, 5, 5] },
    { ...neuron5, diagrams: 'residual', gamma: 0, beta: 0 },
    { ...neuron5, diagrams: 'residual', u: [0, 0, 0, 0] },
  ]);
});
