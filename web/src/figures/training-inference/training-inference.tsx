/** @jsxImportSource preact */
// Training and inference: batches stream by, the running statistics follow them, and one example meets both.

import { number, stops } from '../../drawing/fields.ts';
import { figure } from '../../drawing/figure.tsx';
import { Formula, Normalized, Num } from '../../drawing/math.tsx';
import { Picture } from '../../drawing/picture.tsx';
import { Axis, Handle, pixelOf, type Scale } from '../../drawing/plot.tsx';
import { TimeChart } from '../../drawing/time-chart.tsx';
import { formatNumber } from '../../core/format.ts';
import { only, valueAt } from '../../core/values.ts';
import { batchesOf, inTraining, runningOf } from '../stream.ts';
import { Update, Weight } from '../running-formulas.tsx';

/** How many batches there are, and how many of the last ones are looked at together. */
const steps = 80;
const recent = 10;

interface Bounds {
  least: number;
  most: number;
  step: number;
}
const bounds = {
  mean: { least: -2, most: 8, step: 0.1 },
  var: { least: 0, most: 6, step: 0.1 },
  x: { least: -3, most: 9, step: 0.1 },
  step: { least: 1, most: steps, step: 1 },
  shift: { least: 10, most: 70, step: 1 },
};
const within = ({ least, most, step }: Bounds, initial: number) => number(initial, least, most, step);

const weights = [0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999];
const epsStops = [1e-5, 1e-3, 0.1, 1];

const fields = {
  /** the weight of the old value */
  momentum: stops(0.9, weights),
  m: number(8, 1, 32, 1),
  eps: stops(1e-5, epsStops),
  /** how many batches have gone by */
  step: within(bounds.step, 48),
  /** the last batch before the distribution shifts, and what it is like before and after */
  shift_at: within(bounds.shift, 40),
  mean_before: within(bounds.mean, 2),
  mean_after: within(bounds.mean, 5),
  var_before: within(bounds.var, 4),
  var_after: within(bounds.var, 2),
  /** the example that is sent through both modes */
  x: within(bounds.x, 4),
  seed: number(1, 0, 1e6, 1),
};

/** The least and the largest as they are printed; one where they look the same. */
const rangeOf = (values: ArrayLike<number>) => {
  const all = Array.from(values);
  return [...new Set([Math.min(...all), Math.max(...all)].map((value) => formatNumber(value)))];
};

/** “lie between 1 and 2”, “are all 1” */
function inWords(values: ArrayLike<number>, vary: string, stay: string): string {
  const [least, most] = rangeOf(values);
  return most === undefined ? `${stay} ${least}` : `${vary} between ${least} and ${most}`;
}

export const trainingInference = figure({
  kind: 'training-inference',
  fields,
  view({ core, state, set, controls, width }) {
    const { momentum, m, eps, step, shift_at, x, seed } = state;
    const { mean_before, mean_after, var_before, var_after } = state;
    const rule = { convention: 'decay' as const, momentum, m, estimator: 'biased' as const };
    const written = { own: momentum, weights: 'old' as const };

    const stream = { seed, steps, m, shift_at, mean_before, var_before, mean_after, var_after };
    const { running_mean, running_var, fed_var } = runningOf(core, { stream, rule, seen: step });
    const batch_mean = batchesOf(core, stream).batch_mean.subarray(0, step);
    const batch_var = fed_var.subarray(0, step);
    const mean = valueAt(running_mean, step);
    const variance = valueAt(running_var, step);
    const of = (formula: string) => only(core.evaluate(formula, { momentum, steps: step, m }).values);
    const startWeight = of('momentum^steps');

    const from = Math.max(1, step - recent + 1);
    const training = inTraining(core, stream, { x, eps, from, to: step });
    const last = step - from;
    const y_training = valueAt(training.y, last);
    const inference = { x: [x], shape: [1, 1], running_mean: [mean], running_var: [variance], eps };
    const y_inference = valueAt(core.forwardInference(inference).y, 0);

    const left = width < 480 ? 30 : 40;
    const sides = { from: left, to: width - 18 };
    const time: Scale = { least: 0, most: steps, ...sides };
    const means: Scale = { least: -3, most: 9, from: 208, to: 58 };
    const vars: Scale = { least: 0, most: 12, from: 398, to: 250 };
    const inputs: Scale = { least: bounds.x.least, most: bounds.x.most, ...sides };
    const farthest = Math.max(4, Math.abs(y_inference), ...training.y.map(Math.abs));
    const reach = Math.ceil(farthest / 4) * 4;
    const outputs: Scale = { least: -reach, most: reach, ...sides };
    const rows = { inputs: 42, training: 112, inference: 152, outputs: 168 };
    const height = { series: 440, example: 196 };
    const shiftPixel = pixelOf(time, shift_at + 0.5);
    const level = (
      name: 'mean_before' | 'mean_after' | 'var_before' | 'var_after',
      label: string,
      scale: Scale,
      t: number,
    ) => (
      <Handle
        scale={scale}
        value={state[name]}
        bounds={scale === means ? bounds.mean : bounds.var}
        at={pixelOf(time, t)}
        vertical
        label={label}
        quantity={scale === means ? 'q-mean' : 'q-var'}
        onMove={(to) => set({ [name]: to })}
      >
        <rect class="level" x="-14" y="-5" width="28" height="10" rx="5" />
      </Handle>
    );

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
      drawing: (
        <Picture width={width} height={height.series} role="group" label="Mean and variance over the batches">
          <g class="legend" aria-hidden="true">
            <path class="dots" d="M8 14h0" />
            <text class="start" x={16} y={18}>
              a batch
            </text>
            <path class="line" d="M74 14h20" />
            <text class="start" x={100} y={18}>
              running
            </text>
            <path class="truth" d="M162 14h20" />
            <text class="start" x={188} y={18}>
              the distribution
            </text>
          </g>
          <line class="now" x1={pixelOf(time, step)} x2={pixelOf(time, step)} y1={50} y2={vars.from} />
          <line class="shift" x1={shiftPixel} x2={shiftPixel} y1={42} y2={vars.from} />
          <TimeChart
            time={time}
            values={means}
            quantity="q-mean"
            label="running mean"
            dots={batch_mean}
            line={running_mean}
            truth={{ before: mean_before, after: mean_after, shift_at }}
          />
          <TimeChart
            time={time}
            values={vars}
            quantity="q-var"
            label="running variance"
            dots={batch_var}
            line={running_var}
            truth={{ before: var_before, after: var_after, shift_at }}
          />
          <Axis scale={time} at={vars.from} />
          <text class="axis end" x={time.to} y={vars.from + 33}>
            batches
          </text>
          {level('mean_before', 'mean of the distribution before the shift', means, shift_at / 2)}
          {level('mean_after', 'mean of the distribution after the shift', means, steps - 5)}
          {level('var_before', 'variance of the distribution before the shift', vars, shift_at / 2)}
          {level('var_after', 'variance of the distribution after the shift', vars, steps - 5)}
          <Handle
            scale={{ ...time, from: pixelOf(time, 0.5), to: pixelOf(time, steps + 0.5) }}
            value={shift_at}
            bounds={bounds.shift}
            at={40}
            label="last batch before the shift"
            quantity=""
            onMove={(to) => set({ shift_at: to })}
          >
            <path class="level" d="M-7 -6h14l-7 12z" />
          </Handle>
          <Handle
            scale={time}
            value={step}
            bounds={bounds.step}
            at={vars.from}
            label="batches so far"
            quantity=""
            onMove={(to) => set({ step: to })}
          />
        </Picture>
      ),
      folded: [
        {
          title: 'One example in both modes',
          content: (
            <div class="drawing">
              <Picture width={width} height={height.example} role="group" label="One example in both modes">
                <text class="start" x={left} y={rows.inputs - 22}>
                  one example x, here in batch {step}
                </text>
                <Axis scale={inputs} at={rows.inputs} />
                {training.others.map((value, k) => (
                  <circle
                    key={k}
                    class="q-x fill past"
                    cx={pixelOf(inputs, Math.min(inputs.most, Math.max(inputs.least, value)))}
                    cy={rows.inputs}
                    r="4"
                  />
                ))}
                <Handle
                  scale={inputs}
                  value={x}
                  bounds={bounds.x}
                  at={rows.inputs}
                  label="x, the example"
                  onMove={(to) => set({ x: to })}
                />
                <text class="start" x={left} y={rows.training - 14}>
                  y in training, by its batch
                </text>
                {Array.from(training.y, (y, k) => (
                  <circle
                    key={k}
                    class={`q-y fill${k === last ? '' : ' past'}`}
                    cx={pixelOf(outputs, y)}
                    cy={rows.training}
                    r={k === last ? 6 : 4.5}
                  />
                ))}
                <text class="start" x={left} y={rows.inference - 14}>
                  y in inference, whatever the batch
                </text>
                <rect
                  class="q-y fill"
                  x={pixelOf(outputs, y_inference) - 5.5}
                  y={rows.inference - 5.5}
                  width="11"
                  height="11"
                />
                <Axis scale={outputs} at={rows.outputs} />
              </Picture>
            </div>
          ),
        },
      ],
      formulas: (
        <>
          <Update
            of="running_mean"
            before={valueAt(running_mean, step - 1)}
            fed={valueAt(batch_mean, step - 1)}
            after={mean}
            momentum={written}
          />
          <Update
            of="running_var"
            before={valueAt(running_var, step - 1)}
            fed={valueAt(batch_var, step - 1)}
            after={variance}
            momentum={written}
          />
          <Formula>
            <mtext>the start weighs</mtext>
            <mo>=</mo>
            <msup>
              <Weight of="old" momentum={written} />
              <Num value={step} />
            </msup>
            <mo>=</mo>
            <Num value={startWeight} />
          </Formula>
          <Formula>
            <mtext>window</mtext>
            <mo>=</mo>
            <mfrac>
              <mn>1</mn>
              <Weight of="new" momentum={written} />
            </mfrac>
            <mo>=</mo>
            <Num value={of('1 / (1 - momentum)')} />
            <mtext>{'\u00a0'}batches</mtext>
          </Formula>
          <Normalized
            of="y"
            sub="training"
            x={x}
            mean={valueAt(training.batch_mean, last)}
            variance={valueAt(training.batch_var, last)}
            eps={eps}
            value={y_training}
          />
          <Normalized
            of="y"
            sub="inference"
            x={x}
            mean={mean}
            variance={variance}
            eps={eps}
            value={y_inference}
          />
        </>
      ),
      tables: [
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
              valueAt(training.y, k),
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
            {
              label: `training, with batch ${step}`,
              values: [valueAt(training.batch_mean, last), valueAt(training.batch_var, last), y_training],
            },
            { label: 'inference', values: [mean, variance, y_inference] },
          ],
        },
      ],
      sentence: [
        `After ${step === 1 ? '1 batch' : `${step} batches`} the running mean is ${formatNumber(mean)}, the distribution’s ${formatNumber(step > shift_at ? mean_after : mean_before)}`,
        startWeight >= 1e-4 && `; the start value still weighs ${formatNumber(startWeight)}`,
        '.',
        step > 1 &&
          ` Over the last ${last + 1} the batch means ${inWords(batch_mean.slice(from - 1), 'lie', 'are all')}, the running mean ${inWords(running_mean.slice(from), 'lies', 'stays at')}.`,
        m === 1 && ' One example has variance 0, so in training y = beta = 0 whatever x is.',
      ]
        .filter(Boolean)
        .join(''),
    };
  },
});
