// Placement, bias and folding without a browser: against numbers worked out by hand, and identities.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { placementAndBias } from '../../../web/src/figures/placement-and-bias.tsx';
import { column, htmlOf, viewOf } from './view.ts';

const [, sectionSix = ''] = readFileSync('web/lesson/learn/02-core-content.md', 'utf8').split(
  '{#where-to-place-it}',
);

/** The boxes of a chain as its table names them, without the input and without their numbers. */
function boxesOf(state: object, caption: string): string[] {
  const table = viewOf(placementAndBias, state).tables.find((each) => each.caption.startsWith(caption));
  return (table?.rows ?? []).slice(1).map(({ label }) => label.replace(/^\d+\. /, ''));
}

const numbers = (values: readonly (number | string)[]) => values.map(Number);

function expectClose(actual: readonly (number | string)[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i], `[${i}]`).toBeCloseTo(value, 12);
}

describe('placement', () => {
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
    const html = htmlOf(viewOf(placementAndBias, {}, 900).drawing);
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
      const html = htmlOf(viewOf(placementAndBias, { diagrams: 'residual' }, width).drawing);
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
    const view = viewOf(placementAndBias, { b: -6 });
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
    const after = (b: number, title: string) =>
      numbers(column(viewOf(placementAndBias, { b }), title, 'mean')).slice(2);
    const [original, other] = [after(10, 'The original'), after(10, 'Less')];
    for (const b of [-12, -7.5, 0, 3]) expectClose(after(b, 'The original'), original);
    expect(after(-6, 'Less')[0]).not.toBeCloseTo(other[0] ?? 0, 1);
  });

  test('a batch that the ReLU has made constant leaves batch normalization as β', () => {
    const view = viewOf(placementAndBias, { b: -12 });
    expect(column(view, 'Less', 'mean')[3]).toBe(0.5);
    expect(column(view, 'Less', 'standard deviation')[3]).toBe(0);
    expect(view.sentence).toContain('constant batch');
  });

  test('in an addition means add; variances add together with twice the covariance', () => {
    for (const u of [
      [1, 2, 4, 5],
      [-3, 0.5, -1, 2.5],
    ]) {
      const view = viewOf(placementAndBias, { diagrams: 'residual', u });
      for (const title of ['Post-activation: the addition', 'Pre-activation: the addition']) {
        const [skip = 0, branch = 0, , sum] = numbers(column(view, title, 'mean'));
        expect(sum).toBeCloseTo(skip + branch, 12);
        const [v = 0, w = 0, covariance = 0, whole] = numbers(column(view, title, 'variance'));
        expect(whole).toBeCloseTo(v + w + covariance, 12);
      }
    }
  });
});

test('after the addition: a ReLU in the original block, nothing in the pre-activation block', () => {
  // Here the sum of both paths is negative for some examples, so the ReLU raises the mean.
  const view = viewOf(placementAndBias, { diagrams: 'residual', u: [-3, 0.5, -1, 2.5] });
  const [sum = 0, after = 0] = numbers(column(view, 'Post-activation: what', 'mean')).slice(-2);
  expect(after).toBeGreaterThan(sum + 0.1);
  const sums = numbers(column(view, 'Pre-activation: the addition', 'mean'));
  expect(column(view, 'Pre-activation: what', 'mean').at(-1)).toBe(sums.at(-1));
  expect(view.sentence).toMatch(/original block a ReLU stands after.*pre-activation block nothing stands/);
});

describe('bias', () => {
  const bias = (state: object = {}) => viewOf(placementAndBias, { tab: 'bias', ...state });
  const effect = (state: object, mode: string) => numbers(column(bias(state), 'What b does', mode));

  test('Problem 5 by hand: y in training, running mean, both gradients of b', () => {
    const view = bias();
    // deviations −4, −2, 2, 4 with variance 10
    const y = [-4, -2, 2, 4].map((value) => (1.5 * value) / Math.sqrt(10) + 0.5);
    expectClose(column(view, 'Each example', 'x'), [12, 14, 18, 20]);
    expectClose(column(view, 'Each example', 'y, with b'), y);
    // 6 and 16; 0.9 · 4 + 0.1 · 6 and 0.9 · 4 + 0.1 · 16; y where it was; Σ dx = 0
    expectClose(effect({}, 'training'), [6, 16, 4.2, 5.2, 0, 0]);
    // frozen: 1.5/3 · 10, and 1.5/3 · (0.3 − 0.2 + 0.5 + 0.4)
    expectClose(effect({}, 'inference'), [4, 4, 4, 4, 5, 0.5]);
    expectClose(column(bias({ mode: 'inference' }), 'Each example', 'dx'), [0.15, -0.1, 0.25, 0.2]);
  });

  test('in training no b moves y, and the running mean moves by (1 − momentum) b', () => {
    for (const b of [-12, -0.5, 0, 7.5, 12]) {
      for (const momentum of [0, 0.5, 0.99, 1]) {
        const view = bias({ b, momentum });
        expectClose(
          column(view, 'Each example', 'y, with b'),
          numbers(column(view, 'Each example', 'y, b = 0')),
        );
        const [, , without = 0, after = 0, moved, db] = effect({ b, momentum }, 'training');
        expect(after - without).toBeCloseTo((1 - momentum) * b, 12);
        expect(moved).toBe(0);
        expect(db).toBe(0);
      }
    }
  });

  test('with frozen statistics y moves by γ/√running_var for each 1 of b, unless they were collected with b', () => {
    for (const [b, gamma, running_var] of [
      [1, 1.5, 9],
      [-4, 2, 16],
      [12, -3, 4],
    ] as const) {
      const moved = (gamma / Math.sqrt(running_var)) * b;
      const db = gamma / Math.sqrt(running_var);
      expectClose(effect({ b, gamma, running_var }, 'inference').slice(4), [moved, db]);
      expectClose(effect({ b, gamma, running_var, collected: true }, 'inference').slice(4), [0, db]);
    }
  });

  test('the arrows of the gradients end at their sum', () => {
    const axis = (state: object) => {
      const html = htmlOf(bias(state).drawing);
      return Number(/<circle class="fill" cx="([\d.]+)" cy="414" r="5"/.exec(html)?.[1]);
    };
    // from 48 to 706 pixels for −0.5 to 0.5
    expect(axis({})).toBeCloseTo((48 + 706) / 2, 6);
    expect(axis({ mode: 'inference' })).toBeCloseTo(706, 6);
  });
});

describe('folding', () => {
  const folding = (state: object = {}) => viewOf(placementAndBias, { tab: 'folding', ...state });

  test('W′ and b′ by hand', () => {
    const view = folding();
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
      const view = folding(state);
      expectClose(
        column(view, 'The outputs', 'y, folded'),
        numbers(column(view, 'The outputs', 'y, two layers')),
      );
      expect(view.sentence).toContain('give the same outputs');
    }
  });

  test('operations: those of Problem 4, and more than the layer itself where it has one input', () => {
    expect(column(folding(), 'Operations', 'operations')).toEqual([131072, 1024, 512, 0]);
    expect(column(folding(), 'Operations', '% of the linear layer')).toEqual([100, 0.78125, 0.390625, 0]);
    expect(column(folding({ inputs: 1, neurons: 8 }), 'Operations', 'operations')).toEqual([16, 32, 16, 0]);
    expect(column(folding({ inputs: 1 }), 'Operations', '% of the linear layer')).toEqual([100, 200, 100, 0]);
  });

  test('the bars are to scale', () => {
    const html = htmlOf(folding({ inputs: 4, neurons: 64 }).drawing);
    const widths = [...html.matchAll(/<rect class="bar[^"]*"[^>]* width="([\d.]+)"/g)].map((match) =>
      Number(match[1]),
    );
    // 2 · 4 · 64, 4 · 64, 2 · 64, 0
    expectClose(
      widths.map((each) => each / (widths[0] ?? 0)),
      [1, 0.5, 0.25, 0],
    );
  });
});

test('no state shows a number that is none, or draws outside of the page', () => {
  const states = [
    {},
    { b: -12, gamma: 0, beta: 0 },
    { diagrams: 'residual', gamma: -3, beta: -3, u: [-5, -5, 5, 5] },
    { diagrams: 'residual', gamma: 0, beta: 0 },
    { diagrams: 'residual', u: [0, 0, 0, 0] },
    ...['training', 'inference'].flatMap((mode) => [
      { tab: 'bias', mode, b: 0 },
      { tab: 'bias', mode, gamma: 0, momentum: 1 },
      { tab: 'bias', mode, b: -12, gamma: 3, running_var: 1, u: [-5, -5, -5, -4.5] },
      { tab: 'bias', mode, b: 12, collected: true, u: [5, 5, 5, 4.5] },
    ]),
    { tab: 'folding', neurons: 1, inputs: 1, gamma: 0, running_var: 1 },
    { tab: 'folding', neurons: 1024, inputs: 1024, gamma: -2.9, running_var: 7, input_1: -4.5, b: -11.5 },
  ];
  for (const state of states) {
    for (const width of [300, 720, 950]) {
      const view = viewOf(placementAndBias, state, width);
      const html = htmlOf(view.drawing);
      const text = `${html} ${view.sentence} ${JSON.stringify(view.tables)}`;
      expect(text, JSON.stringify(state)).not.toMatch(
        /NaN|Infinity|infinity|not a number|null|undefined|e-\d|10⁻¹/,
      );
      for (const [, x] of html.matchAll(/ (?:x|cx|x1|x2)="(-?[\d.]+)"/g)) {
        expect(Number(x), `${JSON.stringify(state)} at ${width}`).toBeLessThanOrEqual(width);
        expect(Number(x)).toBeGreaterThanOrEqual(-30);
      }
    }
  }
});

test('a constant batch before batch normalization with eps = 0 is refused in the core’s words', () => {
  expect(() => viewOf(placementAndBias, { tab: 'bias', u: [2, 2, 2, 2] })).toThrow('batch_var + eps');
});
