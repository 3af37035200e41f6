/** @jsxImportSource preact */
// Where batch norm stands in a block, what a bias before it does, and how it folds away.

import { figure } from '../drawing/figure.tsx';

export const placementAndBias = figure({
  kind: 'placement-and-bias',
  fields: {},
  view: () => ({ drawing: null, tables: [], sentence: '' }),
});
