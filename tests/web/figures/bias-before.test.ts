// A bias before batch normalization without a browser: against numbers worked out by hand, and identities.

import { expect, test } from 'vitest';
import { biasBefore } from '../../../web/src/figures/bias-before/bias-before.tsx';
import { expectClose, expectDrawn, numbers, problem5 } from './neuron.ts';
import { column, htmlOf, viewOf } from './view.ts';

const bias = (state: object = {}) => viewOf(biasBefore, { ...problem5, ...state });
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

test('no state shows a number that is none, or draws outside of the page', () => {
  expectDrawn(
    biasBefore,
    ['training', 'inference'].flatMap((mode) => [
      { mode },
      { ...problem5, mode, b: 0 },
      { ...problem5, mode, gamma: 0, momentum: 1 },
      { ...problem5, mode, b: -12, gamma: 3, running_var: 1, u: [-5, -5, -5, -4.5] },
      { ...problem5, mode, b: 12, collected: true, u: [5, 5, 5, 4.5] },
    ]),
  );
});

test('a constant batch with eps = 0 is refused in the core’s words', () => {
  expect(() => bias({ u: [2, 2, 2, 2] })).toThrow('batch_var + eps');
});
