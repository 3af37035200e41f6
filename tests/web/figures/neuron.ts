// What the tests of the figures of one neuron share.

import { expect } from 'vitest';
import type { Figure } from '../../../web/src/drawing/figure.tsx';
import { htmlOf, viewOf } from './view.ts';

/** The neuron of Problem 5 and its batch; all that follows it. */
export const neuron5 = { u: [1, 2, 4, 5], w: 2, b: 10, gamma: 1.5, beta: 0.5 };
export const problem5 = { ...neuron5, dy: [0.3, -0.2, 0.5, 0.4], running_mean: 4, running_var: 9 };

export const numbers = (values: readonly (number | string)[]) => values.map(Number);

export function expectClose(actual: readonly (number | string)[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i], `[${i}]`).toBeCloseTo(value, 12);
}

/** No state shows NaN, an infinity or a missing value, or draws outside of the page. */
export function expectDrawn(figure: Figure, states: readonly object[]): void {
  for (const state of states) {
    for (const width of [300, 720, 950]) {
      const view = viewOf(figure, state, width);
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
}
