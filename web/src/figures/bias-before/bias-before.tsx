/** @jsxImportSource preact */
// What a bias before batch norm does: to the mean that is subtracted, to y, to the running mean and to its own gradient,
// in training and in inference.

import { formatNumber } from '../../core/format.ts';
import { valueAt } from '../../core/values.ts';
import { figure, type NumbersTable } from '../../drawing/figure.tsx';
import { Drawing } from './drawing.tsx';
import { Formulas } from './formulas.tsx';
import { fields, type Model, modelOf } from './model.ts';

export const biasBefore = figure({
  kind: 'bias-before',
  fields,
  view({ core, state, set, controls, width }) {
    const model = modelOf(core, state);
    const isTraining = state.mode === 'training';
    return {
      controls: (
        <>
          {controls.choice('mode', 'Mode', {
            training: 'training',
            inference: 'inference, frozen statistics',
          })}
          {controls.slider('b', 'b bias')}
        </>
      ),
      more: (
        <>
          {controls.slider('gamma', <span class="q-gamma">γ gamma</span>)}
          {isTraining
            ? controls.slider('momentum', 'α momentum')
            : controls.slider('running_var', <span class="q-var">σ² running_var</span>)}
          {controls.when(!isTraining).flag('collected', 'statistics collected with this bias')}
        </>
      ),
      drawing: <Drawing model={model} width={width} onMove={(b) => set({ b })} />,
      formulas: <Formulas model={model} />,
      tables: tablesOf(model),
      sentence: sentenceOf(model),
    };
  },
});

const tablesOf = ({
  state: { u, dy, mode },
  x,
  training,
  inference,
  effect: { y, dx },
}: Model): NumbersTable[] => [
  {
    caption: 'What b does, in both modes',
    corner: 'what',
    columns: [{ head: 'training' }, { head: 'inference' }],
    rows: [
      {
        label: 'mean that is subtracted, b = 0',
        values: [training.mean.without, inference.mean.without],
      },
      { label: 'mean that is subtracted, with b', values: [training.mean.with, inference.mean.with] },
      {
        label: 'running_mean afterwards, b = 0',
        values: [training.running_mean.without, inference.running_mean.without],
      },
      {
        label: 'running_mean afterwards, with b',
        values: [training.running_mean.with, inference.running_mean.with],
      },
      { label: 'how far y moves', values: [training.moved, inference.moved] },
      { label: 'dL/db = sum(dx)', values: [training.db, inference.db] },
    ],
  },
  {
    caption: `Each example, in ${mode}`,
    corner: 'i',
    columns: [
      { head: 'u' },
      { head: 'x', quantity: 'x' },
      { head: 'y, b = 0', quantity: 'y' },
      { head: 'y, with b', quantity: 'y' },
      { head: 'dy', quantity: 'dy' },
      { head: 'dx', quantity: 'x' },
    ],
    rows: u.map((value, i) => ({
      label: String(i + 1),
      values: [
        value,
        valueAt(x.with, i),
        valueAt(y.without, i),
        valueAt(y.with, i),
        valueAt(dy, i),
        valueAt(dx, i),
      ],
    })),
  },
];

function sentenceOf({ state: { b, mode, collected }, training, inference, runningShift }: Model): string {
  if (b === 0) {
    return `Without a bias the batch mean is ${formatNumber(training.mean.without)}. Move b: in training y stays where it is, with frozen statistics it follows.`;
  }
  if (mode === 'training') {
    return [
      `With b = ${formatNumber(b)} the batch mean is ${formatNumber(training.mean.with)} instead of ${formatNumber(training.mean.without)}, and y is where it was without b.`,
      `The running mean moves by (1 − momentum) · b = ${formatNumber(runningShift)}; the gradient of b is ${formatNumber(training.db)}, so b never learns.`,
    ].join(' ');
  }
  if (collected) {
    return [
      `The running mean was collected with b and contains it, so y is where it was without b.`,
      `The statistics do not follow b any further: its gradient is ${formatNumber(inference.db)}.`,
    ].join(' ');
  }
  return [
    `The statistics stand still, so b = ${formatNumber(b)} moves every y by ${formatNumber(inference.moved)},`,
    `and the gradient of b is ${formatNumber(inference.db)}; in training it is ${formatNumber(training.db)}.`,
  ].join(' ');
}
