/** @jsxImportSource preact */
// The gradient of each example as the sum of its three paths.

import { figure } from '../drawing/figure.tsx';

export const backwardPaths = figure({
  kind: 'backward-paths',
  fields: {},
  view: () => ({ drawing: null, tables: [], sentence: '' }),
});
