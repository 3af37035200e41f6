/** @jsxImportSource preact */
// Training and inference: batches stream by, and the running statistics follow them.

import { figure } from '../drawing/figure.tsx';

export const trainingInference = figure({
  kind: 'training-inference',
  fields: {},
  view: () => ({ drawing: null, tables: [], sentence: '' }),
});
