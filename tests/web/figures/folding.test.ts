// Folding without a browser: against numbers worked out by hand.

import { expect, test } from 'vitest';
import { folding } from '../../../web/src/figures/folding/folding.tsx';
import { expectClose, expectDrawn, numbers, problem5 } from './neuron.ts';
import { column, htmlOf, viewOf } from './view.ts';

const { w, b, gamma, beta, running_mean, running_var } = problem5;
/** The layer of the lesson: the neuron of Problem 5, and two others. */
const layer = {
  w,
  b,
  gamma,
  beta,
  running_mean,
  running_var,
  others_w: [1, -1],
  others_b: [0, 1],
  others_gamma: [-1, 2],
  others_beta: [2, 0],
  others_running_mean: [1, 0],
  others_running_var: [4, 1],
  second_weights: [-1, 3, 0.5],
  input_1: 3,
  input_2: 2,
};
const show = (state: object = {}) => viewOf(folding, { ...layer, ...state });

test('W′ and b′ by hand', () => {
  const view = show();
  // the factors γ/√σ² are 1.5/3, −1/2, 2/1
  expectClose(column(view, 'The layer', 'W′, first input'), [1, -0.5, -2]);
  expectClose(column(view, 'The layer', 'W′, second input'), [-0.5, -1.5, 1]);
  expectClose(column(view, 'The layer', 'b′'), [0.5 * (10 - 4) + 0.5, -0.5 * (0 - 1) + 2, 2 * 1]);
  // inputs 3 and 2: W′u + b′
  expectClose(column(view, 'The outputs', 'y, folded'), [5.5, -2, -2]);
});

test('both layers and the folded one agree, whatever is moved', () => {
  for (const state of [
    {},
    { gamma: 0 },
    { gamma: -2.7, running_var: 7, input_1: -4.5 },
    { b: -3, beta: 2.9 },
  ]) {
    const view = show(state);
    expectClose(
      column(view, 'The outputs', 'y, folded'),
      numbers(column(view, 'The outputs', 'y, two layers')),
    );
    expect(view.sentence).toContain('give the same outputs');
  }
});

test('operations: those of Problem 4, and more than the layer itself where it has one input', () => {
  expect(column(show(), 'Operations', 'operations')).toEqual([131072, 1024, 512, 0]);
  expect(column(show(), 'Operations', '% of the linear layer')).toEqual([100, 0.78125, 0.390625, 0]);
  expect(column(show({ inputs: 1, neurons: 8 }), 'Operations', 'operations')).toEqual([16, 32, 16, 0]);
  expect(column(show({ inputs: 1 }), 'Operations', '% of the linear layer')).toEqual([100, 200, 100, 0]);
});

test('the bars are to scale', () => {
  const html = htmlOf(show({ inputs: 4, neurons: 64 }).drawing);
  const widths = [...html.matchAll(/<rect class="bar[^"]*"[^>]* width="([\d.]+)"/g)].map((match) =>
    Number(match[1]),
  );
  // 2 · 4 · 64, 4 · 64, 2 · 64, 0
  expectClose(
    widths.map((each) => each / (widths[0] ?? 0)),
    [1, 0.5, 0.25, 0],
  );
});

test('no state shows a number that is none, or draws outside of the page', () => {
  expectDrawn(folding, [
    {},
    layer,
    { ...layer, neurons: 1, inputs: 1, gamma: 0, running_var: 1 },
    { ...layer, neurons: 1024, inputs: 1024, gamma: -2.9, running_var: 7, input_1: -4.5, b: -11.5 },
  ]);
});
