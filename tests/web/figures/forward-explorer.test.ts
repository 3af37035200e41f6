// The forward explorer without a browser.

import { expect, test } from 'vitest';
import { forwardExplorer } from '../../../web/src/figures/forward-explorer/forward-explorer.tsx';
import { column, viewOf } from './view.ts';

test('as it comes it shows Example 2', () => {
  const view = viewOf(forwardExplorer);
  expect(column(view, 'The batch', 'x').slice(0, 4)).toEqual([2, 4, 6, 8]);
  // 3/√5, and its double plus 1
  const root = 3 / Math.sqrt(5);
  expect(column(view, 'The batch', 'x_hat')[3]).toBeCloseTo(root, 14);
  expect(column(view, 'The batch', 'y')[3]).toBeCloseTo(2 * root + 1, 14);
});

test('a constant batch with eps = 0 is refused in the core’s words', () => {
  expect(() => viewOf(forwardExplorer, { x: [3, 3], eps: 0 })).toThrow('batch_var + eps');
  expect(viewOf(forwardExplorer, { x: [3, 3], eps: 0.1 }).sentence).toContain('standard deviation 0');
});
