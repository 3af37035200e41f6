/** @jsxImportSource preact */
// Training and inference: batches stream by, the running statistics follow them, and one example meets both.

import { conventions, decayIn, type Framework, frameworks, momentumIn, updateIn } from '../conventions.ts';
import { choice, number, stops } from '../drawing/fields.ts';
import { figure } from '../drawing/figure.tsx';
import { Formula, Normalized, Num, Symbol } from '../drawing/math.tsx';
import { Axis, Handle, pixelOf, type Scale } from '../drawing/plot.tsx';
import { TimeChart } from '../drawing/time-chart.tsx';
import { formatNumber } from '../format.ts';
import { batchesOf, inTraining, runningOf } from '../stream.ts';
import { Update, Weight } from './running-formulas.tsx';

/** How many batches there are, and how many of the last ones are looked at together. */
const steps = 80;
const recent = 10;

const namesOfFrameworks = Object.fromEntries(
  frameworks.map((framework) => [framework, conventions[framework].name]),
) as Record<Framework, string>;

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

/** For every weight of the old value the one of the new value is here too. */
const weights = [0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999];
const nearestWeight = (weight: number) =>
  weights.reduce((best, each) => (Math.abs(each - weight) < Math.abs(best - weight) ? each : best));
const epsStops = [1e-5, 1e-3, 0.1, 1];

const fields = {
  framework: choice('page', ...frameworks),
  /** as on this page: the weight of the old value */
  momentum: stops(0.9, weights),
  /** which variance is averaged, where the framework leaves it open */
  estimator: choice('biased', 'biased', 'unbiased'),
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

/** What those who come from Keras are used to. */
const habit = conventions.keras.defaults?.momentum ?? 0;

export const trainingInference = figure({
  kind: 'training-inference',
  fields,
  view({ core, state, set, controls, width }) {
    const { framework, momentum, m, eps, step, shift_at, x, seed } = state;
    const { mean_before, mean_after, var_before, var_after } = state;
    const convention = conventions[framework];
    const { terms, defaults } = convention;
    const own = momentumIn(core, convention, momentum);
    const written = { own, weights: convention.weights };
    const rule = updateIn(convention, own, m, state.estimator);

    const stream = { seed, steps, m, shift_at, mean_before, var_before, mean_after, var_after };
    const { running_mean, running_var, fed_var, refusal } = runningOf(core, { stream, rule, seen: step });
    const batch_mean = batchesOf(core, stream).batch_mean.subarray(0, step);
    const batch_var = fed_var.subarray(0, step);
    const at = (values: ArrayLike<number>, t: number) => values[t] ?? 0;
    const mean = at(running_mean, step);
    const variance = at(running_var, step);
    const of = (formula: string) => core.evaluate(formula, { momentum, steps: step, m }).values[0] ?? 0;
    const startWeight = of('momentum^steps');

    const from = Math.max(1, step - recent + 1);
    const training = inTraining(core, stream, { x, eps, from, to: step });
    const last = step - from;
    const y_training = at(training.y, last);
    const [least, most = least] = rangeOf(training.y);
    const inference = { x: [x], shape: [1, 1], running_mean: [mean], running_var: [variance], eps };
    const y_inference = at(core.forwardInference(inference).y, 0);

    const left = width < 480 ? 30 : 40;
    const sides = { from: left, to: width - 18 };
    const time: Scale = { least: 0, most: steps, ...sides };
    const means: Scale = { least: -3, most: 9, from: 208, to: 58 };
    const vars: Scale = { least: 0, most: 12, from: 398, to: 250 };
    const inputs: Scale = { least: bounds.x.least, most: bounds.x.most, ...sides };
    const farthest = Math.max(4, Math.abs(y_inference), ...training.y.map(Math.abs));
    const reach = Math.ceil(farthest / 4) * 4;
    const outputs: Scale = { least: -reach, most: reach, ...sides };
    const rows = { inputs: 478, training: 548, inference: 588, outputs: 604 };
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
          {controls.choice('framework', 'In the terms of', namesOfFrameworks)}
          <div class="momentum">
            {controls.slider(
              'momentum',
              `momentum, weight of the ${convention.weights} value`,
              (value) => formatNumber(momentumIn(core, convention, value)),
              // From the framework's own smallest momentum to its largest.
              convention.weights === 'old' ? weights : weights.toReversed(),
            )}
            {refusal === '' ? (
              <Update
                of="running_mean"
                before={at(running_mean, step - 1)}
                fed={at(batch_mean, step - 1)}
                after={mean}
                momentum={written}
              />
            ) : (
              <Formula>
                <Symbol of="running_mean" />
                <mo>=</mo>
                <Num value={mean} of="mean" />
              </Formula>
            )}
          </div>
          {controls.slider('m', 'm, examples in a batch')}
          {controls.slider('eps', `ε, ${terms.eps}`)}
          {controls.when(convention.estimator === undefined).choice(
            'estimator',
            'The running variance averages',
            {
              biased: 'the biased one, 1/m',
              unbiased: 'the unbiased one, 1/(m − 1)',
            },
            convention.estimator,
          )}
          <div class="actions">
            {/* After the last batch the stream begins anew. */}
            {controls.button('next', 'Next batch', () => ({ step: (step % steps) + 1 }))}
            {controls.button('ten', 'Ten more', () => ({
              step: step === steps ? 10 : Math.min(steps, step + 10),
            }))}
            {controls.button('seed', 'Other batches', () => ({ seed: seed + 1 }))}
            {controls.button('size', m === 1 ? 'Batches of eight' : 'Batches of one', () => ({
              m: m === 1 ? 8 : 1,
            }))}
            {controls.when(defaults !== undefined).button('defaults', 'Defaults of the framework', () => ({
              momentum: nearestWeight(decayIn(core, convention, defaults?.momentum ?? momentum)),
              eps: defaults?.eps ?? eps,
            }))}
            {/* The last one: its words change with what it does. */}
            {framework === 'pytorch'
              ? controls.button('confuse', `Type ${formatNumber(momentum)} instead`, () => ({
                  momentum: nearestWeight(core.torchFromDecay(momentum)),
                }))
              : controls.button('confuse', `Type ${formatNumber(habit)} into PyTorch`, () => ({
                  framework: 'pytorch',
                  momentum: nearestWeight(core.decayFromTorch(habit)),
                }))}
          </div>
        </>
      ),
      drawing: (
        <svg
          width={width}
          height={632}
          viewBox={`0 0 ${width} 632`}
          role="group"
          aria-label="Mean and variance over the batches, and one example in both modes"
        >
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
            label={terms.running_mean}
            dots={batch_mean}
            line={running_mean}
            truth={{ before: mean_before, after: mean_after, shift_at }}
          />
          <TimeChart
            time={time}
            values={vars}
            quantity="q-var"
            label={`${terms.running_var}, ${rule.estimator}`}
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
            {refusal === '' ? 'y in training, by its batch' : `y in training: ${convention.name} refuses`}
          </text>
          {refusal === '' &&
            Array.from(training.y, (y, k) => (
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
        </svg>
      ),
      beside: (
        <>
          {refusal === '' && (
            <>
              <Update
                of="running_var"
                before={at(running_var, step - 1)}
                fed={at(batch_var, step - 1)}
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
                mean={at(training.batch_mean, last)}
                variance={at(training.batch_var, last)}
                eps={eps}
                value={y_training}
              />
            </>
          )}
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
            { head: terms.running_mean, quantity: 'mean' },
            { head: `batch_var, ${rule.estimator}`, quantity: 'var' },
            { head: terms.running_var, quantity: 'var' },
            { head: 'y in training', quantity: 'y' },
          ],
          rows: Array.from({ length: last + 1 }, (_, k) => ({
            label: String(from + k),
            values: [
              at(batch_mean, from + k - 1),
              at(running_mean, from + k),
              batch_var[from + k - 1] ?? 'none',
              at(running_var, from + k),
              refusal === '' ? at(training.y, k) : 'refused',
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
              values:
                refusal === ''
                  ? [at(training.batch_mean, last), at(training.batch_var, last), y_training]
                  : ['refused', 'refused', 'refused'],
            },
            { label: 'inference', values: [mean, variance, y_inference] },
          ],
        },
        {
          caption: 'The same layer in the terms of each framework',
          corner: 'framework',
          columns: [{ head: 'momentum' }, { head: 'weighs' }, { head: 'running variance' }, { head: 'eps' }],
          rows: frameworks.map((name) => {
            const each = conventions[name];
            return {
              label: each.name,
              values: [
                momentumIn(core, each, momentum),
                `the ${each.weights} value`,
                each.estimator ?? 'either',
                eps,
              ],
            };
          }),
        },
      ],
      sentence:
        refusal !== ''
          ? `One example has no unbiased variance: it would divide by m − 1 = 0. So ${convention.name} refuses to train on it, and the running statistics stay at their start.`
          : [
              `After ${step === 1 ? '1 batch' : `${step} batches`} the running mean is ${formatNumber(mean)}, the distribution’s ${formatNumber(step > shift_at ? mean_after : mean_before)}`,
              startWeight >= 1e-4 && `; the start value still weighs ${formatNumber(startWeight)}`,
              '.',
              step > 1 &&
                ` Over the last ${last + 1} the batch means ${inWords(batch_mean.slice(from - 1), 'lie', 'are all')}, the running mean ${inWords(running_mean.slice(from), 'lies', 'stays at')}.`,
              framework === 'pytorch' &&
                momentum < 0.5 &&
                ` In PyTorch ${formatNumber(own)} is the weight of the new value, so the running statistics repeat the noise of the batches.`,
              m === 1
                ? ` One example has variance 0: in training y = beta = 0 whatever x is. In inference x = ${formatNumber(x)} gives ${formatNumber(y_inference)}.`
                : ` In training x = ${formatNumber(x)} gives ${least !== most ? `between ${least} and ${most}, depending on the batch` : `${least} with each of these batches`}; in inference ${formatNumber(y_inference)} with any.`,
            ]
              .filter(Boolean)
              .join(''),
    };
  },
});
