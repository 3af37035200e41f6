/** @jsxImportSource preact */
// The computation graph, alive: values forward, gradients backward, one node at a time.

import { figure } from '../drawing/figure.tsx';

export const computationGraph = figure({
  kind: 'computation-graph',
  fields: {},
  view: () => ({ drawing: null, tables: [], sentence: '' }),
});
