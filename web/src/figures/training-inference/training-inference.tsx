/** @jsxImportSource preact */
// Training and inference: a stream of batches, the running statistics that follow, and one example in both modes.

import { formatNumber } from '../../core/format.ts';
import { valueAt } from '../../core/values.ts';
import { figure, type NumbersTable } from '../../drawing/figure.tsx';
import { Formula, Normalized, Num } from '../../drawing/math.tsx';
import { Update, Weight } from '../running-formulas.tsx';
import { BothModes } from './both-modes.tsx';
import { fields, type Model, modelOf, steps } from './model.ts';
import { Series } from './series.tsx';

function Formulas({ model }: { model: Model }) {
  const { step, batch_mean, batch_var, running_mean, running_var, start_weight, span, x, eps } = model;
  const momentum = { own: model.momentum, weights: 'old' as const };
  const update = (of: 'running_mean' | 'running_var', running: Float64Array, fed: Float64Array) => (
    <Update
      of={of}
      before={valueAt(running, step - 1)}
      fed={valueAt(fed, step - 1)}
      after={valueAt(running, step)}
      momentum={momentum}
    />
  );
  return (
    <>
      {update('running_mean', running_mean, batch_mean)}
      {update('running_var', running_var, batch_var)}
      <Formula>
        <mtext>the start weighs</mtext>
        <mo>=</mo>
        <msup>
          <Weight of="old" momentum={momentum} />
          <Num value={step} />
        </msup>
        <mo>=</mo>
        <Num value={start_weight} />
      </Formula>
      <Formula>
        <mtext>window</mtext>
        <mo>=</mo>
        <mfrac>
          <mn>1</mn>
          <Weight of="new" momentum={momentum} />
        </mfrac>
        <mo>=</mo>
        <Num value={span} />
        <mtext>{'\u00a0'}batches</mtext>
      </Formula>
      {(['training', 'inference'] as const).map((mode) => {
        const { mean, variance, y } = model[mode];
        return (
          <Normalized
            key={mode}
            of="y"
            sub={mode}
            x={x}
            mean={mean}
            variance={variance}
            eps={eps}
            value={y}
          />
        );
      })}
    </>
  );
}

function tablesOf(model: Model): NumbersTable[] {
  const { from, last, batch_mean, batch_var, running_mean, running_var, y_training, x, step } = model;
  const valuesIn = ({ mean, variance, y }: Model['training']) => [mean, variance, y];
  return [
    {
      caption: 'The last batches',
      corner: 'batch',
      columns: [
        { head: 'batch_mean', quantity: 'mean' },
        { head: 'running_mean', quantity: 'mean' },
        { head: 'batch_var', quantity: 'var' },
        { head: 'running_var', quantity: 'var' },
        { head: 'y in training', quantity: 'y' },
      ],
      rows: Array.from({ length: last + 1 }, (_, k) => ({
        label: String(from + k),
        values: [
          valueAt(batch_mean, from + k - 1),
          valueAt(running_mean, from + k),
          valueAt(batch_var, from + k - 1),
          valueAt(running_var, from + k),
          valueAt(y_training, k),
        ],
      })),
    },
    {
      caption: `The example ${formatNumber(x)} in both modes`,
      corner: 'mode',
      columns: [
        { head: 'mean', quantity: 'mean' },
        { head: 'variance', quantity: 'var' },
        { head: 'y', quantity: 'y' },
      ],
      rows: [
        { label: `training, with batch ${step}`, values: valuesIn(model.training) },
        { label: 'inference', values: valuesIn(model.inference) },
      ],
    },
  ];
}

/** “lie between 1 and 2”, “are all 1”: the least and the largest as they are printed, one where they look the same. */
function inWords(values: Float64Array, vary: string, stay: string): string {
  const ends = [Math.min(...values), Math.max(...values)].map((value) => formatNumber(value));
  const [least, most] = [...new Set(ends)];
  return most === undefined ? `${stay} ${least}` : `${vary} between ${least} and ${most}`;
}

function sentenceOf(model: Model): string {
  const { step, shift_at, mean_before, mean_after, start_weight, from, last, m } = model;
  const truth = step > shift_at ? mean_after : mean_before;
  return [
    `After ${step === 1 ? '1 batch' : `${step} batches`} the running mean is ${formatNumber(model.inference.mean)}, the distribution’s mean is ${formatNumber(truth)}`,
    start_weight >= 1e-4 && `; the start value still weighs ${formatNumber(start_weight)}`,
    '.',
    step > 1 &&
      ` Over the last ${last + 1} the batch means ${inWords(model.batch_mean.slice(from - 1), 'lie', 'are all')}, the running mean ${inWords(model.running_mean.slice(from), 'lies', 'stays at')}.`,
    m === 1 && ' One example has variance 0, so in training y = beta = 0 whatever x is.',
  ]
    .filter(Boolean)
    .join('');
}

export const trainingInference = figure({
  kind: 'training-inference',
  fields,
  view({ core, state, set, controls, width }) {
    const model = modelOf(core, state);
    const { step, m, seed } = state;
    return {
      controls: (
        <>
          {controls.slider('momentum', 'momentum, weight of the old value')}
          {controls.slider('m', 'm, examples in a batch')}
          {/* After the last batch the stream begins anew. */}
          {controls.button('next', 'Next batch', () => ({ step: (step % steps) + 1 }))}
        </>
      ),
      more: (
        <>
          {controls.slider('eps', 'ε eps')}
          <div class="actions">
            {controls.button('ten', 'Ten more', () => ({
              step: step === steps ? 10 : Math.min(steps, step + 10),
            }))}
            {controls.button('seed', 'Other batches', () => ({ seed: seed + 1 }))}
            {controls.button('size', m === 1 ? 'Batches of eight' : 'Batches of one', () => ({
              m: m === 1 ? 8 : 1,
            }))}
          </div>
        </>
      ),
      drawing: <Series model={model} width={width} set={set} />,
      folded: [
        {
          title: 'One example in both modes',
          content: <BothModes model={model} width={width} set={set} />,
        },
      ],
      formulas: <Formulas model={model} />,
      tables: tablesOf(model),
      sentence: sentenceOf(model),
    };
  },
});
