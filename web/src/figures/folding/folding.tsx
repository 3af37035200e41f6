/** @jsxImportSource preact */
// Batch norm in inference folded into the linear layer before it: the same outputs, and what each way costs.

import type { ComponentChildren } from 'preact';
import type { Core } from '../../core/core.ts';
import { number, type StateOf, stops } from '../../drawing/fields.ts';
import { figure } from '../../drawing/figure.tsx';
import { Formula, Num, Symbol } from '../../drawing/math.tsx';
import { Picture } from '../../drawing/picture.tsx';
import { Arrow } from '../../drawing/plot.tsx';
import { formatNumber } from '../../core/format.ts';
import { only, valueAt } from '../../core/values.ts';
import { neuron } from '../neuron.ts';

const powersOfTwo = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

const fields = {
  b: neuron.b,
  gamma: neuron.gamma,
  beta: neuron.beta,
  running_var: number(9, 1, 25, 1),
  /** what enters the small layer that is folded */
  input_1: number(3, -5, 5, 0.5),
  input_2: number(2, -5, 5, 0.5),
  /** the size of the layer whose operations are counted */
  neurons: stops(256, powersOfTwo),
  inputs: stops(256, powersOfTwo),
};
type State = StateOf<typeof fields>;

/** Two inputs, three neurons; the batch normalization of the first is the one that the controls move. */
const neuronCount = 3;
const weight = [2, -1, 1, 3, -1, 0.5];
const eps = 0;
const running_mean = [4, 1, 0];

const layerOf = ({ b, gamma, beta, running_var }: State) => ({
  weight,
  bias: [b, 0, 1],
  gamma: [gamma, -1, 2],
  beta: [beta, 2, 0],
  running_mean,
  running_var: [running_var, 4, 1],
});
type Layer = ReturnType<typeof layerOf>;

interface Folding {
  layer: Layer;
  folded: { weight: Float64Array; bias: Float64Array };
  input: readonly [number, number];
  /** what leaves the linear layer, and the outputs of both ways */
  x: Float64Array;
  y: Float64Array;
  y_folded: Float64Array;
  difference: number;
}

/** A linear layer's outputs: each column of weights times its input, and the bias. */
function linear(
  core: Core,
  weights: ArrayLike<number>,
  bias: ArrayLike<number>,
  input: readonly [number, number],
) {
  const columnOf = (k: number) =>
    Float64Array.from({ length: neuronCount }, (_, n) => valueAt(weights, 2 * n + k));
  return core.evaluate('left * u[0] + right * u[1] + b', {
    left: columnOf(0),
    right: columnOf(1),
    b: Float64Array.from(bias),
    u: Float64Array.from(input),
  }).values;
}

function foldingOf(core: Core, state: State): Folding {
  const layer = layerOf(state);
  const input = [state.input_1, state.input_2] as const;
  const folded = core.foldIntoWeight({ ...layer, shape: [neuronCount, 2], eps });
  const x = linear(core, layer.weight, layer.bias, input);
  const { gamma, beta, running_var } = layer;
  const { y } = core.forwardInference({ x, gamma, beta, running_mean, running_var, eps });
  const y_folded = linear(core, folded.weight, folded.bias, input);
  const difference = only(core.evaluate('max(abs(y - y_folded))', { y, y_folded }).shown);
  return { layer, folded, input, x, y, y_folded, difference };
}

/** One column of a box: its head in the colour of its quantity, and a number for each neuron. */
interface Column {
  head: string;
  quantity?: string;
  values: ArrayLike<number>;
}

interface Stage {
  title: string;
  columns: readonly Column[];
  normalizes?: boolean;
}

const cell = { width: 54, height: 20 };
const boxHeight = (rows: number) => 46 + rows * cell.height;

/** A box with a title and columns of numbers, its left upper corner at (x, y). */
function Matrix({ title, columns, normalizes = false, x, y }: Stage & { x: number; y: number }) {
  const rows = columns[0]?.values.length ?? 0;
  const width = columns.length * cell.width;
  return (
    <g class={`node${normalizes ? ' normalization' : ''}`} transform={`translate(${x} ${y})`}>
      <rect width={width} height={boxHeight(rows)} rx="4" />
      <text x={width / 2} y="18" class="chain-title">
        {title}
      </text>
      {columns.map(({ head, quantity, values }, k) => (
        <g key={head} class={quantity && `q-${quantity}`}>
          <text x={(k + 0.5) * cell.width} y="38" class="head">
            {head}
          </text>
          {Array.from(values, (value, n) => (
            <text key={n} x={(k + 0.5) * cell.width} y={56 + n * cell.height}>
              {formatNumber(value)}
            </text>
          ))}
        </g>
      ))}
    </g>
  );
}

const weightColumns = (weights: ArrayLike<number>, bias: ArrayLike<number>, mark: string): Column[] => [
  { head: `W${mark}₁`, values: Array.from({ length: neuronCount }, (_, n) => valueAt(weights, 2 * n)) },
  { head: `W${mark}₂`, values: Array.from({ length: neuronCount }, (_, n) => valueAt(weights, 2 * n + 1)) },
  { head: `b${mark}`, values: bias },
];

function pathsOf({ layer, folded, input, y, y_folded }: Folding): { before: Stage[]; after: Stage[] } {
  const entering: Stage = { title: 'in', columns: [{ head: 'u', values: input }] };
  return {
    before: [
      entering,
      { title: 'Linear', columns: weightColumns(layer.weight, layer.bias, '') },
      {
        title: 'BN, inference',
        normalizes: true,
        columns: [
          { head: 'γ', quantity: 'gamma', values: layer.gamma },
          { head: 'β', quantity: 'beta', values: layer.beta },
          { head: 'μ run', quantity: 'mean', values: layer.running_mean },
          { head: 'σ² run', quantity: 'var', values: layer.running_var },
        ],
      },
      { title: 'out', columns: [{ head: 'y', quantity: 'y', values: y }] },
    ],
    after: [
      entering,
      { title: 'Linear, folded', columns: weightColumns(folded.weight, folded.bias, '′') },
      { title: 'out', columns: [{ head: 'y', quantity: 'y', values: y_folded }] },
    ],
  };
}

const gap = 30;

/** The stages of a path one after the other, with arrows between: side by side, or one below the other. */
function Path({
  stages,
  wide,
  x,
  y,
  width,
}: {
  stages: readonly Stage[];
  wide: boolean;
  x: number;
  y: number;
  width: number;
}) {
  const sizes = stages.map(({ columns }) => ({
    width: columns.length * cell.width,
    height: boxHeight(columns[0]?.values.length ?? 0),
  }));
  const sum = (values: number[]) => values.reduce((all, each) => all + each, 0);
  // What is left of the width goes into the arrows, so that both paths end at the same place.
  const free = wide ? (width - sum(sizes.map((each) => each.width))) / (stages.length - 1) : gap;
  const tallest = Math.max(...sizes.map((each) => each.height));
  const places = sizes.map((size, k) => {
    const before = sizes.slice(0, k);
    return wide
      ? {
          x: x + sum(before.map((each) => each.width)) + k * free,
          y: y + (tallest - size.height) / 2,
          ...size,
        }
      : {
          x: x + (width - size.width) / 2,
          y: y + sum(before.map((each) => each.height)) + k * free,
          ...size,
        };
  });
  return (
    <g>
      {stages.map((stage, k) => {
        const [here, next] = [places[k], places[k + 1]];
        if (!here) return null;
        return (
          <g key={k}>
            <Matrix {...stage} x={here.x} y={here.y} />
            {next && (
              <Arrow
                from={
                  wide
                    ? [here.x + here.width + 4, y + tallest / 2]
                    : [here.x + here.width / 2, here.y + here.height + 4]
                }
                to={wide ? [next.x - 4, y + tallest / 2] : [next.x + next.width / 2, next.y - 4]}
              />
            )}
          </g>
        );
      })}
    </g>
  );
}

/** The operations of a layer for one example, by the ways to do batch normalization after it. */
function operationsOf(core: Core, { neurons, inputs }: State) {
  const [layer = 0, four = 0, two = 0] = core.evaluate('2 * inputs * neurons, 4 * neurons, 2 * neurons', {
    neurons,
    inputs,
  }).values;
  const [fourShare = 0, twoShare = 0] = core.evaluate('100 * four / layer, 100 * two / layer', {
    four,
    two,
    layer,
  }).values;
  return [
    { label: 'linear layer', operations: layer, share: 100 },
    { label: 'BN as written', operations: four, share: fourShare },
    { label: 'BN, one multiply-add', operations: two, share: twoShare },
    { label: 'BN folded', operations: 0, share: 0 },
  ];
}
type Operations = ReturnType<typeof operationsOf>;

const bar = { first: 44, pitch: 46 };

/** Bars to scale, the longest as long as there is room. */
function Bars({ operations, y, width }: { operations: Operations; y: number; width: number }) {
  const most = Math.max(...operations.map((each) => each.operations));
  return (
    <g transform={`translate(0 ${y})`}>
      <text class="start chain-title" y="14">
        Operations for one example
      </text>
      {operations.map(({ label, operations: count, share }, k) => (
        <g key={label} transform={`translate(0 ${bar.first + k * bar.pitch})`}>
          <text class="start" y="0">
            {label}: <tspan class="count">{formatNumber(count)}</tspan>
            {k > 0 && count > 0 && `, ${formatNumber(share)} %`}
          </text>
          <rect
            class={`bar${k === 0 ? ' layer' : ''}`}
            y="7"
            height="14"
            width={(count / most) * (width - 4)}
          />
          <line class="bar-start" y1="5" y2="23" />
        </g>
      ))}
    </g>
  );
}

function Drawing({
  folding,
  operations,
  width,
}: {
  folding: Folding;
  operations: Operations;
  width: number;
}) {
  const { before, after } = pathsOf(folding);
  const wide = width >= 600;
  const columnCount = before.reduce((all, { columns }) => all + columns.length, 0);
  const pathWidth = wide ? Math.min(width - 8, columnCount * cell.width + 3 * 56) : width;
  const title = 26;
  const heightOf = (stages: readonly Stage[]) => {
    const heights = stages.map(({ columns }) => boxHeight(columns[0]?.values.length ?? 0));
    return wide ? Math.max(...heights) : heights.reduce((all, each) => all + each + gap, -gap);
  };
  const second = title + heightOf(before) + 24;
  const bars = second + title + heightOf(after) + 30;
  const height = bars + bar.first + operations.length * bar.pitch - 20;
  const path = (name: string, stages: readonly Stage[], y: number) => (
    <g>
      <text class="start chain-title" x="1" y={y + 14}>
        {name}
      </text>
      <Path stages={stages} wide={wide} x={1} y={y + title} width={pathWidth - 2} />
    </g>
  );
  return (
    <Picture
      width={width}
      height={height}
      label="A linear layer followed by batch normalization, the folded layer that does the same, and bars for the operations of each"
    >
      {path('Two layers', before, 0)}
      {path('One layer', after, second)}
      <Bars operations={operations} y={bars} width={width} />
    </Picture>
  );
}

/** γ / √(σ² + ε), in symbols and in numbers. */
const Factor = ({ gamma, variance }: { gamma: ComponentChildren; variance: ComponentChildren }) => (
  <mfrac>
    {gamma}
    <msqrt>{variance}</msqrt>
  </mfrac>
);

function Formulas({ layer, folded }: Folding) {
  const [gamma = 0] = layer.gamma;
  const [variance = 0] = layer.running_var;
  const numbers = (
    <Factor gamma={<Num value={gamma} of="gamma" />} variance={<Num value={variance} of="var" />} />
  );
  const symbols = (
    <Factor
      gamma={<Symbol of="gamma" />}
      variance={
        <>
          <Symbol of="running_var" />
          <mo>+</mo>
          <Symbol of="eps" />
        </>
      }
    />
  );
  const folds = (name: string) => (
    <>
      <msup>
        <mi>{name}</mi>
        <mo>′</mo>
      </msup>
      <mo>=</mo>
      {symbols}
    </>
  );
  return (
    <>
      <Formula>
        {folds('W')}
        <mi>W</mi>
        <mo>,</mo>
        <mspace width="0.6em" />
        {numbers}
        <mo>·</mo>
        <Num value={valueAt(layer.weight, 0)} bracket />
        <mo>=</mo>
        <Num value={valueAt(folded.weight, 0)} />
      </Formula>
      <Formula>
        {folds('b')}
        <mrow>
          <mo>(</mo>
          <mi>b</mi>
          <mo>−</mo>
          <Symbol of="running_mean" />
          <mo>)</mo>
        </mrow>
        <mo>+</mo>
        <Symbol of="beta" />
        <mo>,</mo>
        <mspace width="0.6em" />
        {numbers}
        <mo>·</mo>
        <mrow>
          <mo>(</mo>
          <Num value={valueAt(layer.bias, 0)} />
          <mo>−</mo>
          <Num value={valueAt(layer.running_mean, 0)} of="mean" bracket />
          <mo>)</mo>
        </mrow>
        <mo>+</mo>
        <Num value={valueAt(layer.beta, 0)} of="beta" bracket />
        <mo>=</mo>
        <Num value={valueAt(folded.bias, 0)} />
      </Formula>
    </>
  );
}

export const folding = figure({
  kind: 'folding',
  fields,
  view({ core, state, controls, width }) {
    const both = foldingOf(core, state);
    const operations = operationsOf(core, state);
    const { layer, folded, x, y, y_folded, difference } = both;
    const [, four, two] = operations;
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
      drawing: <Drawing folding={both} operations={operations} width={width} />,
      formulas: <Formulas {...both} />,
      tables: [
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
      ],
      sentence: [
        difference === 0
          ? 'Both layers and the one they fold into give the same outputs.'
          : `The outputs of both layers and of the one they fold into differ by ${formatNumber(difference)}.`,
        `Beside a linear layer of ${formatNumber(state.neurons)} neurons with ${formatNumber(state.inputs)} inputs, batch normalization adds ${formatNumber(four?.share ?? 0)} % of its operations as written, ${formatNumber(two?.share ?? 0)} % as one multiply-add a value, and none once it is folded.`,
      ].join(' '),
    };
  },
});
