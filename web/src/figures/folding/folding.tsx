/** @jsxImportSource preact */
// Batch norm in inference folded into the linear layer before it: the same outputs, and what each way costs.

import { formatNumber } from '../../core/format.ts';
import { valueAt } from '../../core/values.ts';
import { figure, type NumbersTable } from '../../drawing/figure.tsx';
import { Drawing } from './drawing.tsx';
import { Formulas } from './formulas.tsx';
import { fields, type Model, modelOf, neuronCount } from './model.ts';

export const folding = figure({
  kind: 'folding',
  fields,
  view({ core, state, controls, width }) {
    const model = modelOf(core, state);
    return {
      controls: (
        <>
          {controls.slider('input_1', 'first input')}
          {controls.slider('input_2', 'second input')}
        </>
      ),
      more: (
        <>
          {controls.slider('gamma', <span class="q-gamma">γ of neuron 1</span>)}
          {controls.slider('running_var', <span class="q-var">σ² run of neuron 1</span>)}
          {controls.slider('neurons', 'neurons counted')}
          {controls.slider('inputs', 'inputs counted')}
        </>
      ),
      drawing: <Drawing model={model} width={width} />,
      formulas: <Formulas {...model} />,
      tables: tablesOf(model),
      sentence: sentenceOf(model),
    };
  },
});

const tablesOf = ({ layer, folded, x, y, y_folded, operations }: Model): NumbersTable[] => [
  {
    caption: 'The layer, before and after folding',
    corner: 'neuron',
    columns: [
      { head: 'W, first input' },
      { head: 'W, second input' },
      { head: 'b' },
      { head: 'W′, first input' },
      { head: 'W′, second input' },
      { head: 'b′' },
    ],
    rows: Array.from({ length: neuronCount }, (_, n) => ({
      label: String(n + 1),
      values: [
        valueAt(layer.weight, 2 * n),
        valueAt(layer.weight, 2 * n + 1),
        valueAt(layer.bias, n),
        valueAt(folded.weight, 2 * n),
        valueAt(folded.weight, 2 * n + 1),
        valueAt(folded.bias, n),
      ],
    })),
  },
  {
    caption: 'The outputs of both ways',
    corner: 'neuron',
    columns: [
      { head: 'x', quantity: 'x' },
      { head: 'y, two layers', quantity: 'y' },
      { head: 'y, folded', quantity: 'y' },
    ],
    rows: Array.from({ length: neuronCount }, (_, n) => ({
      label: String(n + 1),
      values: [valueAt(x, n), valueAt(y, n), valueAt(y_folded, n)],
    })),
  },
  {
    caption: 'Operations for one example',
    corner: 'what',
    columns: [{ head: 'operations' }, { head: '% of the linear layer' }],
    rows: operations.map(({ label, operations: count, share }) => ({ label, values: [count, share] })),
  },
];

function sentenceOf({ difference, size, operations }: Model): string {
  const [, four, two] = operations;
  return [
    difference === 0
      ? 'Both layers and the one they fold into give the same outputs.'
      : `The outputs of both layers and of the one they fold into differ by ${formatNumber(difference)}.`,
    `Beside a linear layer of ${formatNumber(size.neurons)} neurons with ${formatNumber(size.inputs)} inputs, batch normalization adds ${formatNumber(four.share)} % of its operations as written, ${formatNumber(two.share)} % as one multiply-add a value, and none once it is folded.`,
  ].join(' ');
}
