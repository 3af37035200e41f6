/** @jsxImportSource preact */
// The Jacobian of a batch, and the circle on which a normalised batch of three lies.

import { subscript } from '../../core/format.ts';
import { valueAt } from '../../core/values.ts';
import { BatchButtons } from '../../drawing/batch-buttons.tsx';
import { figure, type NumbersTable } from '../../drawing/figure.tsx';
import { Drawing, layoutOf } from './drawing.tsx';
import { bounds, fewest, fields, longest, type Model, modelOf } from './model.ts';
import { sentenceOf } from './words.ts';

export const coupling = figure({
  kind: 'coupling',
  fields,
  view({ core, state, set, controls, width }) {
    const model = modelOf(core, state);
    const layout = layoutOf(model, width);
    const { x } = state;
    return {
      controls: (
        <>
          {!layout.isWide && controls.choice('tab', 'Show', { circle: 'the circle', matrix: 'the Jacobian' })}
          {controls
            .when(x.length === 3)
            .slider('turn', <span class="q-dy">angle of dy</span>, (value) => `${value}°`)}
        </>
      ),
      more: (
        <>
          {controls.when(layout.hasCircle).slider('dy_mean', <span class="q-dy">mean of dy</span>)}
          {controls.slider('gamma', <span class="q-gamma">γ gamma</span>)}
          {controls.slider('eps', 'ε eps')}
          <div class="actions">
            <BatchButtons controls={controls} x={x} bounds={bounds} fewest={fewest} longest={longest} />
          </div>
        </>
      ),
      drawing: <Drawing model={model} layout={layout} width={width} set={set} />,
      tables: tablesOf(model),
      sentence: sentenceOf(model, layout.showsCircle, layout.showsMatrix),
    };
  },
});

const tablesOf = ({
  state: { x },
  m,
  jacobian,
  row_sums,
  eigenvalues,
  x_hat,
  gradient,
}: Model): NumbersTable[] => [
  {
    caption: 'The Jacobian of y by x',
    corner: 'y by x',
    columns: [...x.map((_, k) => ({ head: `x${subscript(k + 1)}`, quantity: 'x' })), { head: 'sum' }],
    rows: x.map((_, i) => ({
      label: `y${subscript(i + 1)}`,
      values: [...jacobian.subarray(i * m, (i + 1) * m), valueAt(row_sums, i)],
    })),
  },
  {
    caption: 'What the Jacobian makes of a direction',
    corner: 'direction',
    columns: [{ head: 'eigenvalue' }],
    rows: Array.from(eigenvalues, (value, k) => ({
      label: k === 0 ? 'all alike' : k === 1 ? 'along x_hat' : `across both${m > 3 ? `, ${k - 1}` : ''}`,
      values: [value],
    })),
  },
  {
    caption: 'The batch and its gradients',
    corner: 'i',
    columns: [
      { head: 'x', quantity: 'x' },
      { head: 'x_hat', quantity: 'x_hat' },
      ...(gradient
        ? [
            { head: 'dy', quantity: 'dy' },
            { head: 'taken out: mean', quantity: 'dy' },
            { head: 'taken out: along x_hat', quantity: 'dy' },
            { head: 'dx', quantity: 'x' },
          ]
        : []),
    ],
    rows: x.map((value, i) => ({
      label: String(i + 1),
      values: [
        value,
        valueAt(x_hat, i),
        ...(gradient
          ? [
              valueAt(gradient.dy, i),
              gradient.dyMean,
              valueAt(gradient.alongXHat, i),
              valueAt(gradient.dx, i),
            ]
          : []),
      ],
    })),
  },
];
