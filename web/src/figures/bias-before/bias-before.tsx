/** @jsxImportSource preact */
// What a bias before batch norm does: to the mean that is subtracted, to y, to the running mean and to its own gradient,
// in training and in inference.

import type { ComponentChildren } from 'preact';
import type { Core } from '../../core/core.ts';
import { choice, flag, number, type StateOf } from '../../drawing/fields.ts';
import { figure } from '../../drawing/figure.tsx';
import { Formula, Num, Symbol } from '../../drawing/math.tsx';
import { Picture } from '../../drawing/picture.tsx';
import { Arrow, Axis, Handle, pixelOf, roundUp, type Scale } from '../../drawing/plot.tsx';
import { formatNumber, subscript } from '../../core/format.ts';
import { only, valueAt } from '../../core/values.ts';
import { withoutRounding } from '../../drawing/rounding.ts';
import { neuron, w } from '../neuron.ts';

const fields = {
  ...neuron,
  running_var: number(9, 1, 25, 1),
  momentum: number(0.9, 0, 1, 0.01),
  mode: choice('training', 'training', 'inference'),
  /** the running statistics were collected with the bias in place */
  collected: flag(false),
};
type State = StateOf<typeof fields>;

/** The rest of Problem 5. */
const eps = 0;
const dy = [0.3, -0.2, 0.5, 0.4];
const running_mean = 4;

/** Everything that b touches, in one mode. `without`: what it would be for b = 0. */
interface Effect {
  /** the mean that is subtracted, and the running mean afterwards */
  mean: { with: number; without: number };
  running_mean: { with: number; without: number };
  y: { with: Float64Array; without: Float64Array };
  dx: Float64Array;
  /** the means of y, how far it moved, and the gradient of b */
  y_mean: { with: number; without: number };
  moved: number;
  db: number;
}

function inTraining(core: Core, x: Float64Array, x_without: Float64Array, state: State): Effect {
  const { momentum } = state;
  const layer = { gamma: [state.gamma], beta: [state.beta], eps };
  const now = core.forwardTrain({ x, ...layer });
  const without = core.forwardTrain({ x: x_without, ...layer });
  const { dx } = core.backwardTrain({ x, ...layer, dy });
  const updated = ({ batch_mean, batch_var }: typeof now) =>
    only(
      core.updateRunningStatistics({
        running_mean: [running_mean],
        running_var: [state.running_var],
        batch_mean,
        batch_var,
        m: x.length,
        estimator: 'biased',
        convention: 'decay',
        momentum,
      }).running_mean,
    );
  return {
    mean: { with: only(now.batch_mean), without: only(without.batch_mean) },
    running_mean: { with: updated(now), without: updated(without) },
    y: { with: now.y, without: without.y },
    dx,
    ...consequences(core, now.y, without.y, dx),
  };
}

function inInference(core: Core, x: Float64Array, x_without: Float64Array, state: State): Effect {
  const { gamma, beta, running_var, b } = state;
  // Statistics that were collected with the bias hold it in their mean.
  const mean = state.collected
    ? only(core.evaluate('running_mean + b', { running_mean, b }).values)
    : running_mean;
  const layer = { gamma: [gamma], beta: [beta], eps, running_var: [running_var] };
  const { y } = core.forwardInference({ x, ...layer, running_mean: [mean] });
  const { y: y_without } = core.forwardInference({ x: x_without, ...layer, running_mean: [running_mean] });
  const { dx } = core.backwardFrozen({ x, ...layer, running_mean: [mean], dy });
  const means = { with: mean, without: running_mean };
  return {
    mean: means,
    running_mean: means,
    y: { with: y, without: y_without },
    dx,
    ...consequences(core, y, y_without, dx),
  };
}

/** All y move alike, so their means tell how far. */
function consequences(core: Core, y: Float64Array, y_without: Float64Array, dx: Float64Array) {
  const formula = 'mean(y), mean(y_without), mean(y - y_without), sum(dx)';
  const [now = 0, without = 0, moved = 0, db = 0] = core.evaluate(formula, { y, y_without, dx }).shown;
  return { y_mean: { with: now, without }, moved, db };
}

/** The partial sums of the gradients, from 0 to their sum: where each arrow of the walk ends. */
const walkOf = (core: Core, dx: Float64Array): readonly number[] => [
  0,
  ...core.evaluate('dx[0], dx[0] + dx[1], dx[0] + dx[1] + dx[2], sum(dx)', { dx }).shown,
];

const lines = { x: 92, running: 180, y: 268, dx: 414 };
const height = 440;

/** Where the values would lie for b = 0 as rings, where they lie as disks, and an arrow for the way between. */
function Pair({
  scale,
  at,
  quantity,
  now,
  without,
}: {
  scale: Scale;
  at: number;
  quantity: string;
  now: ArrayLike<number>;
  without: ArrayLike<number>;
}) {
  const pixel = (value: number) => pixelOf(scale, value);
  return (
    <g class={`q-${quantity}`}>
      {Array.from(without, (value, i) => (
        <circle key={i} class="ring" cx={pixel(value)} cy={at} r="7" />
      ))}
      {Array.from(now, (value, i) => (
        <circle key={i} class="fill" cx={pixel(value)} cy={at} r="4.5" />
      ))}
    </g>
  );
}

/** An arrow above a line for the way from one value to another, with words over it. */
function Move({
  scale,
  at,
  from,
  to,
  quantity,
  children,
}: {
  scale: Scale;
  at: number;
  from: number;
  to: number;
  quantity: string;
  children: ComponentChildren;
}) {
  const ends = [pixelOf(scale, from), pixelOf(scale, to)] as const;
  // Words keep within the drawing.
  const middle = Math.min(scale.to - 90, Math.max(scale.from + 90, (ends[0] + ends[1]) / 2));
  return (
    <g class={`q-${quantity}`}>
      <Arrow from={[ends[0], at - 20]} to={[ends[1], at - 20]} />
      <text class="fill" x={middle} y={at - 28}>
        {children}
      </text>
    </g>
  );
}

/** What y sees of b: all of it, or b less the b that the running mean contains. */
function LessCollected({
  state: { collected },
  children,
}: {
  state: State;
  children: (quantity?: string) => ComponentChildren;
}) {
  if (!collected) return <>{children()}</>;
  return (
    <mrow>
      <mo>(</mo>
      {children()}
      <mo>−</mo>
      {children('q-mean')}
      <mo>)</mo>
    </mrow>
  );
}

export const biasBefore = figure({
  kind: 'bias-before',
  fields,
  view({ core, state, set, controls, width }) {
    const { u, b, gamma, running_var, mode } = state;
    const x_without = core.evaluate('w * u', { w, u: Float64Array.from(u) }).values;
    const x = core.evaluate('x + b', { x: x_without, b }).values;
    const training = inTraining(core, x, x_without, state);
    const inference = inInference(core, x, x_without, state);
    const shown = mode === 'training' ? training : inference;
    const [batchMean = 0, batchMeanWithout = 0, deviation = 0, runningShift = 0] = core.evaluate(
      'mean(x), mean(x_without), x[0] - mean(x), with_b - without_b',
      { x, x_without, with_b: training.running_mean.with, without_b: training.running_mean.without },
    ).shown;

    const left = width < 480 ? 34 : 48;
    const ends = { from: left, to: width - 14 };
    const xs: Scale = { least: -25, most: 25, ...ends };
    const dx = withoutRounding(core, shown.dx);
    const y = { with: withoutRounding(core, shown.y.with), without: withoutRounding(core, shown.y.without) };
    const yReach = Math.ceil(Math.max(10, ...y.with.map(Math.abs), ...y.without.map(Math.abs)) / 10) * 10;
    const ys: Scale = { least: -yReach, most: yReach, ...ends };
    const walk = walkOf(core, dx);
    const dxReach = roundUp(Math.max(0.5, ...walk.map(Math.abs)));
    const dxs: Scale = { least: -dxReach, most: dxReach, ...ends };
    // The handle stands at the mean of the batch, and is worth b.
    const bs: Scale = { ...xs, least: xs.least - batchMeanWithout, most: xs.most - batchMeanWithout };

    const words = {
      x: `b = ${formatNumber(b)}: batch mean ${formatNumber(batchMeanWithout)} → ${formatNumber(batchMean)}`,
      running:
        mode === 'training'
          ? `(1 − α) b = ${formatNumber(runningShift)}`
          : state.collected
            ? 'collected with b'
            : 'stands still',
      y: `y moves by ${formatNumber(shown.moved)}`,
    };

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
          {mode === 'training'
            ? controls.slider('momentum', 'α momentum')
            : controls.slider('running_var', <span class="q-var">σ² running_var</span>)}
          {controls.when(mode === 'inference').flag('collected', 'statistics collected with this bias')}
        </>
      ),
      drawing: (
        <Picture
          width={width}
          height={height}
          role="group"
          label="Number lines of x, of the running mean, of y and of the gradients of x"
        >
          <g class="q-x">
            <circle class="ring" cx={left + 8} cy="14" r="7" />
            <text class="start" x={left + 20} y="18.5">
              b = 0
            </text>
            <circle class="fill" cx={left + 78} cy="14" r="4.5" />
            <text class="start" x={left + 88} y="18.5">
              with b
            </text>
          </g>
          <Axis scale={xs} at={lines.x} />
          <Axis scale={xs} at={lines.running} />
          <Axis scale={ys} at={lines.y} />
          <Axis scale={dxs} at={lines.dx} />
          <text class="q-x fill row-label" x="4" y={lines.x + 5}>
            x
          </text>
          <text class="q-mean fill row-label" x="4" y={lines.running + 5}>
            μ
            <tspan class="below" dy="4">
              run
            </tspan>
          </text>
          <text class="q-y fill row-label" x="4" y={lines.y + 5}>
            y
          </text>
          <text class="q-x fill row-label" x="4" y={lines.dx + 5}>
            dx
          </text>
          <Pair scale={xs} at={lines.x} quantity="x" now={x} without={x_without} />
          <Pair
            scale={xs}
            at={lines.running}
            quantity="mean"
            now={[shown.running_mean.with]}
            without={[shown.running_mean.without]}
          />
          <Pair scale={ys} at={lines.y} quantity="y" now={y.with} without={y.without} />
          <Move scale={xs} at={lines.x - 8} from={batchMeanWithout} to={batchMean} quantity="x">
            {words.x}
          </Move>
          <Move
            scale={xs}
            at={lines.running}
            from={shown.running_mean.without}
            to={shown.running_mean.with}
            quantity="mean"
          >
            {words.running}
          </Move>
          <Move scale={ys} at={lines.y} from={shown.y_mean.without} to={shown.y_mean.with} quantity="y">
            {words.y}
          </Move>
          <g class="q-x walk">
            {Array.from(dx, (value, i) => {
              const level = lines.dx - 20 - (dx.length - 1 - i) * 19;
              const [start, end] = [pixelOf(dxs, valueAt(walk, i)), pixelOf(dxs, valueAt(walk, i + 1))];
              // Words stand behind the arrow, or before it where there is no room.
              const right = Math.max(start, end) + 6;
              const fits = right + 110 < width;
              return (
                <g key={i}>
                  <line
                    class="guide"
                    x1={end}
                    x2={end}
                    y1={level}
                    y2={i + 1 < dx.length ? level + 19 : lines.dx}
                  />
                  <Arrow class="gradient" from={[start, level]} to={[end, level]} />
                  <text
                    class={`${fits ? 'start' : 'end'} fill`}
                    x={fits ? right : Math.min(start, end) - 6}
                    y={level + 4}
                  >
                    dx{subscript(i + 1)} = {formatNumber(value)}
                  </text>
                </g>
              );
            })}
            <circle class="fill" cx={pixelOf(dxs, shown.db)} cy={lines.dx} r="5" />
          </g>
          <text class="q-x start fill" x={left} y={lines.dx - 98}>
            ∂L/∂b = Σ dx = {formatNumber(shown.db)}
          </text>
          <Handle
            scale={bs}
            value={b}
            bounds={fields.b}
            at={lines.x - 28}
            label="bias b"
            onMove={(to) => set({ b: to })}
          >
            <path d="M 0 8 L -7 -4 L 7 -4 Z" />
          </Handle>
        </Picture>
      ),
      formulas:
        mode === 'training' ? (
          <Formula>
            <Symbol of="x" sub="1" />
            <mo>−</mo>
            <Symbol of="batch_mean" />
            <mo>=</mo>
            <mo>(</mo>
            <Num value={valueAt(x_without, 0)} of="x" />
            <mo>+</mo>
            <Num value={b} bracket />
            <mo>)</mo>
            <mo>−</mo>
            <mo>(</mo>
            <Num value={batchMeanWithout} of="mean" />
            <mo>+</mo>
            <Num value={b} bracket />
            <mo>)</mo>
            <mo>=</mo>
            <Num value={deviation} of="x" />
          </Formula>
        ) : (
          <Formula>
            <mfrac>
              <Symbol of="gamma" />
              <msqrt>
                <Symbol of="running_var" />
                <mo>+</mo>
                <Symbol of="eps" />
              </msqrt>
            </mfrac>
            <mo>·</mo>
            <LessCollected state={state}>{(quantity) => <mi class={quantity}>b</mi>}</LessCollected>
            <mo>=</mo>
            <mfrac>
              <Num value={gamma} of="gamma" />
              <msqrt>
                <Num value={running_var} of="var" />
                <mo>+</mo>
                <Num value={eps} />
              </msqrt>
            </mfrac>
            <mo>·</mo>
            <LessCollected state={state}>
              {(quantity) => (
                <mrow class={quantity}>
                  <Num value={b} bracket />
                </mrow>
              )}
            </LessCollected>
            <mo>=</mo>
            <Num value={shown.moved} of="y" />
          </Formula>
        ),
      tables: [
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
              valueAt(x, i),
              valueAt(y.without, i),
              valueAt(y.with, i),
              valueAt(dy, i),
              valueAt(dx, i),
            ],
          })),
        },
      ],
      sentence: sentenceOf(state, training, inference, runningShift),
    };
  },
});

function sentenceOf(
  { b, mode, collected }: State,
  training: Effect,
  inference: Effect,
  shift: number,
): string {
  if (b === 0) {
    return `Without a bias the batch mean is ${formatNumber(training.mean.without)}. Move b: in training y stays where it is, with frozen statistics it follows.`;
  }
  if (mode === 'training') {
    return [
      `With b = ${formatNumber(b)} the batch mean is ${formatNumber(training.mean.with)} instead of ${formatNumber(training.mean.without)}, and y is where it was without b.`,
      `The running mean moves by (1 − momentum) · b = ${formatNumber(shift)}; the gradient of b is ${formatNumber(training.db)}, so b never learns.`,
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
