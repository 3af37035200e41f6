/** @jsxImportSource preact */
// The digits that are right of a variance, by the way it is computed.

import { figure } from '../drawing/figure.tsx';

export const floatingPoint = figure({
  kind: 'floating-point',
  fields: {},
  view: () => ({ drawing: null, tables: [], sentence: '' }),
});
