// From givens to quantities: the lesson's own numbers, as exact arithmetic gives them.

import { describe, expect, test } from 'vitest';
import { loadBuiltCore } from '../../web/render/core.ts';
import type { Quantity } from '../../web/src/core/core.ts';
import { computeQuantities, GivenError, readGivens, type Typed } from '../../web/src/core/scenario.ts';

const core = await loadBuiltCore();
const quantitiesOf = (typed: Typed, fewest = 2) =>
  computeQuantities(core, readGivens(core, typed, { fewest }));

const valuesOf = (quantity: Quantity | undefined): number[] => {
  if (quantity === undefined) throw new Error('the quantity is missing');
  if (typeof quantity === 'number') return [quantity];
  const values = 'values' in quantity && !(quantity instanceof Float64Array) ? quantity.values : quantity;
  return typeof values === 'number' ? [values] : [...values];
};

function expectClose(quantity: Quantity | undefined, wanted: number[]): void {
  const values = valuesOf(quantity);
  expect(values).toHaveLength(wanted.length);
  const scale = Math.max(1, ...wanted.map(Math.abs));
  values.forEach((value, k) =>
    expect(Math.abs(value - (wanted[k] as number))).toBeLessThan(8 * Number.EPSILON * scale),
  );
}

test('a neuron with two inputs, and a gradient that is shorter for longer weights', () => {
  const two: Typed = { u: '1, 2, 4, 5', v: '3, -1, 2, -2', weights: '3, 4', gamma: '1', beta: '0', eps: '0' };
  const quantities = quantitiesOf({ ...two, dy: '0.3, -0.2, 0.5, 0.4' });
  expectClose(quantities.x, [15, 2, 20, 7]);
  // Problem 6 divides by 10 where the weights are ten times as large: here the core computes both.
  const longer = quantitiesOf({ ...two, weights: '30, 40', dy: '0.3, -0.2, 0.5, 0.4' });
  expectClose(
    longer.dx,
    valuesOf(quantities.dx).map((each) => each / 10),
  );
  expect(() => quantitiesOf({ ...two, v: '1, 2' })).toThrow(/v: expected 4 values, as many as u, got 2/);
  expect(() => quantitiesOf({ ...two, weights: '1, 2, 3' })).toThrow(/weights: expected two weights/);
});

describe('the worked examples', () => {
  const s = Math.sqrt(5);
  const first: Typed = { x: '2, 4, 6, 8', gamma: '1', beta: '0', eps: '0' };

  test('example 1', () => {
    const quantities = quantitiesOf(first);
    expectClose(quantities.batch_mean, [5]);
    expectClose(quantities.batch_var, [5]);
    expectClose(quantities.x_hat, [-3 / s, -1 / s, 1 / s, 3 / s]);
    expect(quantities.dx).toBeUndefined();
  });

  test('example 2', () => {
    expectClose(quantitiesOf({ ...first, gamma: '2', beta: '1' }).y, [
      1 - 6 / s,
      1 - 2 / s,
      1 + 2 / s,
      1 + 6 / s,
    ]);
  });

  test('example 3, and its variants', () => {
    const third: Typed = { x: '1, 3', dy: '0.5, -0.5', gamma: '1', beta: '0', eps: '0' };
    const quantities = quantitiesOf(third);
    expectClose(quantities.dvar, [0.5]);
    expectClose(quantities.dmean, [0]);
    expectClose(quantities.dx, [0, 0]);
    expectClose(quantities.dgamma, [-1]);
    const eps = 1e-5;
    const left = 0.5 * eps * (1 + eps) ** -1.5;
    expectClose(quantitiesOf({ ...third, eps: '1e-5' }).dx, [left, -left]);
    const three = quantitiesOf({ ...third, x: '1, 3, 8', dy: '0.5, -0.5, 0' });
    // Departure 3 of the lesson from its source prints these five digits.
    valuesOf(three.dx).forEach((value, k) =>
      expect(value).toBeCloseTo([0.13065, -0.18291, 0.05226][k] as number, 5),
    );
    valuesOf(three.dx).forEach((value, k) =>
      expect(value).toBeCloseTo(valuesOf(three.dx_numeric)[k] as number, 8),
    );
  });
});

describe('running statistics', () => {
  const given: Typed = {
    x: '2, 4, 6, 8',
    gamma: '1',
    beta: '0',
    eps: '0',
    running_mean: '0',
    running_var: '1',
    momentum: '0.9',
  };

  test('one step', () => {
    const quantities = quantitiesOf(given);
    expectClose(quantities.new_running_mean, [0.5]);
    expectClose(quantities.new_running_var, [0.9 + 0.1 * 5]);
    expectClose(quantities.new_running_var_unbiased, [0.9 + (0.1 * 20) / 3]);
  });

  test('many steps: what is left of the start is momentum to the power of steps', () => {
    const quantities = quantitiesOf({ ...given, steps: '7' });
    expectClose(quantities.new_running_mean, [5 * (1 - 0.9 ** 7)]);
    expect(valuesOf(quantities.running_mean_trace)).toHaveLength(8);
  });

  test('inference and frozen backward use them as they are', () => {
    const quantities = quantitiesOf({
      ...given,
      running_mean: '4',
      running_var: '9',
      gamma: '6',
      dy: '1, 0, 0, 2',
    });
    expectClose(quantities.y_inference, [-4, 0, 4, 8]);
    expectClose(quantities.dx_frozen, [2, 0, 0, 4]);
  });
});

test('batch means scatter like one over the root of m', () => {
  const draws = 2000;
  for (const m of [2, 8, 32]) {
    const means = valuesOf(
      quantitiesOf({
        seed: '3',
        draws: String(draws),
        m: String(m),
        population_mean: '5',
        population_std: '2',
      }).sample_means,
    );
    const mean = means.reduce((sum, value) => sum + value, 0) / draws;
    const spread = Math.sqrt(means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws);
    const expected = 2 / Math.sqrt(m);
    expect(Math.abs(spread - expected)).toBeLessThan((5 * expected) / Math.sqrt(2 * draws));
    expect(Math.abs(mean - 5)).toBeLessThan((5 * expected) / Math.sqrt(draws));
  }
});

describe('givens', () => {
  test('may be formulas of earlier givens', () => {
    expectClose(quantitiesOf({ u: '1, 2', w: '3', b: '10', x: '= w * u + b' }).x, [13, 16]);
  });

  const fine: Typed = { x: '1, 2, 3', gamma: '1', beta: '0', eps: '0' };
  test.each<[string, Typed, RegExp]>([
    ['unreadable', { ...fine, x: '1, , 2' }, /^x: a value is missing/],
    ['empty', { ...fine, gamma: '' }, /^gamma: nothing is written/],
    ['too few', { ...fine, x: '1' }, /^x: expected 2 to 16 values, got 1/],
    [
      'too many',
      { ...fine, x: Array.from({ length: 17 }, (_, k) => k).join(',') },
      /^x: expected 2 to 16 values, got 17/,
    ],
    ['a list for a number', { ...fine, eps: '0, 1' }, /^eps: expected one number, got 2/],
    ['dy of another length', { ...fine, dy: '1, 2' }, /^dy: expected 3 values, as many as x, got 2/],
    ['a fraction for a count', { ...fine, steps: '1.5' }, /^steps: expected a whole number/],
    [
      'too many steps',
      { ...fine, running_mean: '0', running_var: '1', momentum: '0.9', steps: '1001' },
      /^steps: expected at most/,
    ],
    ['a name', { ...fine, beta: 'x' }, /^beta: unknown name/],
  ])('%s', (_, typed, message) => {
    expect(() => quantitiesOf(typed)).toThrow(GivenError);
    expect(() => quantitiesOf(typed)).toThrow(message);
  });
});
