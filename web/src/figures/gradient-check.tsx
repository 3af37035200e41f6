/** @jsxImportSource preact */
// The error of a numerical gradient against its step.

import { figure } from '../drawing/figure.tsx';

export const gradientCheck = figure({
  kind: 'gradient-check',
  fields: {},
  view: () => ({ drawing: null, tables: [], sentence: '' }),
});
