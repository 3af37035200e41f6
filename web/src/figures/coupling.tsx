/** @jsxImportSource preact */
// The Jacobian of a batch, and the circle on which a normalised batch of three lives.

import { figure } from '../drawing/figure.tsx';

export const coupling = figure({
  kind: 'coupling',
  fields: {},
  view: () => ({ drawing: null, tables: [], sentence: '' }),
});
