/** @jsxImportSource preact */
// Two orders of a layer, or two residual blocks, as boxes and arrows, with the mean and the standard deviation of what
// leaves each box.

import type { Core } from '../../core/core.ts';
import { choice, number, type StateOf } from '../../drawing/fields.ts';
import { figure } from '../../drawing/figure.tsx';
import { Formula, Num } from '../../drawing/math.tsx';
import { Picture } from '../../drawing/picture.tsx';
import { Arrow } from '../../drawing/plot.tsx';
import { Words } from '../../drawing/words.tsx';
import { formatNumber } from '../../core/format.ts';
import { largestOf, only, valueAt } from '../../core/values.ts';
import { withoutRounding } from '../../drawing/rounding.ts';
import { neuron, w } from '../neuron.ts';

const fields = {
  /** which pair of diagrams is drawn */
  diagrams: choice('orders', 'orders', 'residual'),
  ...neuron,
  /** which batch comes next */
  seed: number(0, 0, 1e6, 1),
};
type State = StateOf<typeof fields>;

/** Not 0, so that a batch that the ReLU has made constant can still be normalized; the default of PyTorch. */
const eps = 1e-5;

type Box = 'Input' | 'Linear' | 'Conv' | 'BN' | 'ReLU' | 'Addition';

interface Chain {
  title: string;
  detail: string;
  boxes: readonly Box[];
}

const diagrams: Record<State['diagrams'], readonly [Chain, Chain]> = {
  orders: [
    {
      title: 'The original order',
      detail: 'linear or convolution → batch normalization → activation',
      boxes: ['Input', 'Linear', 'BN', 'ReLU'],
    },
    {
      title: 'Less common',
      detail: 'linear or convolution → activation → batch normalization',
      boxes: ['Input', 'Linear', 'ReLU', 'BN'],
    },
  ],
  residual: [
    {
      title: 'Post-activation',
      detail: 'the original residual block, ResNet v1: a ReLU after the addition',
      boxes: ['Input', 'Conv', 'BN', 'ReLU', 'Conv', 'BN', 'Addition', 'ReLU'],
    },
    {
      title: 'Pre-activation',
      detail: 'ResNet v2: nothing after the addition',
      boxes: ['Input', 'BN', 'ReLU', 'Conv', 'BN', 'ReLU', 'Conv', 'Addition'],
    },
  ],
};

/** What leaves each box when the batch u enters the first. */
function flow(core: Core, { boxes }: Chain, { u, b, gamma, beta }: State): Float64Array[] {
  const input = Float64Array.from(u);
  const through: Record<Box, (v: Float64Array) => Float64Array> = {
    Input: (v) => v,
    Linear: (v) => core.evaluate('w * v + b', { v, w, b }).values,
    Conv: (v) => core.evaluate('w * v', { v, w }).values,
    BN: (v) => core.forwardTrain({ x: v, gamma: [gamma], beta: [beta], eps }).y,
    ReLU: (v) => core.evaluate('(v + abs(v)) / 2', { v }).values,
    Addition: (v) => core.evaluate('u + v', { u: input, v }).values,
  };
  const leaving: Float64Array[] = [];
  for (const box of boxes) leaving.push(through[box](leaving.at(-1) ?? input));
  return leaving;
}

interface Statistics {
  mean: Float64Array;
  variance: Float64Array;
  std: Float64Array;
}

/** The statistics of several batches at once: each is a channel. */
function statisticsOf(core: Core, batches: readonly Float64Array[]): Statistics {
  const m = batches[0]?.length ?? 0;
  const x = Array.from({ length: m }, (_, i) => batches.map((batch) => valueAt(batch, i))).flat();
  const { batch_mean, batch_var } = core.forwardTrain({ x, shape: [m, batches.length], eps: 1 });
  return {
    mean: withoutRounding(core, batch_mean, largestOf(x)),
    variance: batch_var,
    std: core.evaluate('sqrt(v)', { v: batch_var }).shown,
  };
}

interface Traced extends Chain {
  leaving: Float64Array[];
  statistics: Statistics;
}

/** Both chains with what leaves their boxes; the statistics of all boxes in one go. */
function traced(core: Core, chains: readonly [Chain, Chain], state: State): readonly [Traced, Traced] {
  const [first, second] = [flow(core, chains[0], state), flow(core, chains[1], state)];
  const { mean, variance, std } = statisticsOf(core, [...first, ...second]);
  const between = (from: number, to: number): Statistics => ({
    mean: mean.slice(from, to),
    variance: variance.slice(from, to),
    std: std.slice(from, to),
  });
  const middle = first.length;
  return [
    { ...chains[0], leaving: first, statistics: between(0, middle) },
    { ...chains[1], leaving: second, statistics: between(middle, middle + second.length) },
  ];
}

interface DrawnChain {
  chain: Traced;
  /** the values that leave every box lie between −reach and reach */
  reach: number;
}

/** The values of a batch as dots on a short line with its 0 marked. */
function Dots({
  values,
  reach,
  x,
  y,
  half,
}: {
  values: Float64Array;
  reach: number;
  x: number;
  y: number;
  half: number;
}) {
  return (
    <g class="dots">
      <line x1={x - half} x2={x + half} y1={y} y2={y} />
      <line x1={x} x2={x} y1={y - 6} y2={y + 6} />
      {Array.from(values, (value, i) => (
        <circle key={i} class="fill" cx={x + (value / reach) * half} cy={y} r="3.5" />
      ))}
    </g>
  );
}

function Node({ box, x, y, width }: { box: Box; x: number; y: number; width: number }) {
  return (
    <g class={box === 'BN' ? 'node normalization' : box === 'Input' ? 'node input' : 'node'}>
      {box !== 'Input' && (
        <rect x={x - width / 2} y={y - 15} width={width} height="30" rx={box === 'Addition' ? 15 : 4} />
      )}
      <text x={x} y={y + 4.5}>
        {box}
      </text>
    </g>
  );
}

/** The heights of what a row of boxes is made of. */
const row = { title: 18, boxes: 54, dots: 90, mean: 116, std: 134, height: 164 };
/** What a skip path needs above the boxes. */
const skipHeight = 22;
const rowHeight = ({ boxes }: Chain) => row.height + (boxes.includes('Addition') ? skipHeight : 0);

/** A chain from left to right; the skip path runs above the boxes. */
function Row({ chain, reach, top, width }: DrawnChain & { top: number; width: number }) {
  const { title, detail, boxes, leaving, statistics } = chain;
  const left = 44;
  const end = width - 24;
  const pitch = (end - left) / boxes.length;
  const box = Math.min(92, pitch - 20);
  const at = (k: number) => left + pitch * (k + 0.5);
  const addition = boxes.indexOf('Addition');
  const below = addition > 0 ? skipHeight : 0;
  return (
    <g transform={`translate(0 ${top})`}>
      <text class="start" y={row.title}>
        <tspan class="chain-title">{title}</tspan>
        <tspan dx="8">{detail}</tspan>
      </text>
      <g transform={`translate(0 ${below})`}>
        <text class="start q-mean" y={row.mean}>
          mean
        </text>
        <text class="start q-var" y={row.std}>
          std
        </text>
        {addition > 0 && (
          <g class="skip">
            <path
              class="line"
              d={`M ${at(0)} ${row.boxes - 12} V ${row.boxes - 36} H ${at(addition)} V ${row.boxes - 22}`}
            />
            <Arrow from={[at(addition), row.boxes - 26]} to={[at(addition), row.boxes - 15]} />
            <text x={(at(0) + at(addition)) / 2} y={row.boxes - 41}>
              skip path: the input, unchanged
            </text>
          </g>
        )}
        {boxes.map((name, k) => (
          <g key={k}>
            <Arrow
              from={[at(k) + (k === 0 ? 20 : box / 2), row.boxes]}
              to={[k + 1 < boxes.length ? at(k + 1) - box / 2 : at(k) + box / 2 + 20, row.boxes]}
            />
            <Node box={name} x={at(k)} y={row.boxes} width={box} />
            <Dots
              values={leaving[k] ?? new Float64Array()}
              reach={reach}
              x={at(k)}
              y={row.dots}
              half={pitch / 2 - 6}
            />
            <text class="q-mean" x={at(k)} y={row.mean}>
              {formatNumber(valueAt(statistics.mean, k))}
            </text>
            <text class="q-var" x={at(k)} y={row.std}>
              {formatNumber(valueAt(statistics.std, k))}
            </text>
          </g>
        ))}
      </g>
    </g>
  );
}

/** The heights of what a column of boxes is made of. */
const column = { title: 16, first: 52, pitch: 60 };

/** A chain from top to bottom, for narrow pages; the skip path runs at its left. */
function Column({ chain, reach, left, width }: DrawnChain & { left: number; width: number }) {
  const { title, boxes, leaving, statistics } = chain;
  const lane = 12;
  const box = 60;
  const middle = lane + box / 2;
  const at = (k: number) => column.first + column.pitch * k;
  const addition = boxes.indexOf('Addition');
  const beside = lane + box + 8;
  return (
    <g transform={`translate(${left} 0)`}>
      <text class="start chain-title" y={column.title}>
        {title}
      </text>
      {addition > 0 && (
        <g class="skip">
          <path class="line" d={`M ${middle - 20} ${at(0)} H 2 V ${at(addition)} H ${lane - 6}`} />
          <Arrow from={[2, at(addition)]} to={[lane, at(addition)]} />
        </g>
      )}
      {boxes.map((name, k) => (
        <g key={k}>
          <Arrow from={[middle, at(k) + (k === 0 ? 8 : 15)]} to={[middle, at(k + 1) - 15]} />
          <Node box={name} x={middle} y={at(k)} width={box} />
          <text class="start q-mean" x={beside} y={at(k) - 5}>
            μ {formatNumber(valueAt(statistics.mean, k))}
          </text>
          <text class="start q-var" x={beside} y={at(k) + 11}>
            σ {formatNumber(valueAt(statistics.std, k))}
          </text>
          <Dots
            values={leaving[k] ?? new Float64Array()}
            reach={reach}
            x={beside + (width - beside) / 2}
            y={at(k) + 24}
            half={(width - beside) / 2 - 4}
          />
        </g>
      ))}
    </g>
  );
}

function Diagram({ chains, width }: { chains: readonly [Traced, Traced]; width: number }) {
  const reach = Math.max(
    1,
    ...chains.flatMap(({ leaving }) => leaving.flatMap((values) => [...values].map(Math.abs))),
  );
  const wide = width >= 640;
  const most = Math.max(...chains.map(({ boxes }) => boxes.length));
  const height = wide ? rowHeight(chains[0]) + rowHeight(chains[1]) : column.first + column.pitch * most + 8;
  const label = chains.map(({ title, boxes }) => `${title}: ${boxes.slice(1).join(', ')}`).join('. ');
  return (
    <Picture width={width} height={height} label={label}>
      {chains.map((chain, k) =>
        wide ? (
          <Row key={k} chain={chain} reach={reach} top={k * rowHeight(chain)} width={width} />
        ) : (
          <Column key={k} chain={chain} reach={reach} left={(k * (width + 8)) / 2} width={(width - 8) / 2} />
        ),
      )}
    </Picture>
  );
}

/** What meets in an addition: its place, the statistics of both paths and of their sum. */
function additionOf(core: Core, { boxes, leaving, statistics: { mean, variance } }: Traced) {
  const k = boxes.indexOf('Addition');
  const [skip, branch] = [leaving[0], leaving[k - 1]] as [Float64Array, Float64Array];
  const twiceCovariance = only(
    core.evaluate('2 * mean((u - mean(u)) * (v - mean(v)))', { u: skip, v: branch }).shown,
  );
  const of = (values: Float64Array) =>
    [valueAt(values, 0), valueAt(values, k - 1), valueAt(values, k)] as const;
  return { mean: of(mean), variance: of(variance), twiceCovariance };
}

/** The addition in numbers: means add, variances take their covariance along. */
function AdditionFormulas({ title, addition }: { title: string; addition: ReturnType<typeof additionOf> }) {
  const { mean, variance, twiceCovariance } = addition;
  return (
    <div>
      <Words class="formula-title">Addition, {title.toLowerCase()}</Words>
      <Formula>
        <mtext>mean:</mtext>
        <mspace width="0.4em" />
        <Num value={mean[0]} of="mean" />
        <mo>+</mo>
        <Num value={mean[1]} of="mean" bracket />
        <mo>=</mo>
        <Num value={mean[2]} of="mean" />
      </Formula>
      <Formula>
        <mtext>var:</mtext>
        <mspace width="0.4em" />
        <Num value={variance[0]} of="var" />
        <mo>+</mo>
        <Num value={variance[1]} of="var" />
        <mo>+</mo>
        <munder>
          <Num value={twiceCovariance} bracket />
          <mtext>2 · covariance</mtext>
        </munder>
        <mo>=</mo>
        <Num value={variance[2]} of="var" />
      </Formula>
    </div>
  );
}

/** How many values the ReLU of a chain sets to 0. */
function cutBy({ boxes, leaving }: Traced): number {
  return leaving[boxes.indexOf('ReLU') - 1]?.filter((value) => value < 0).length ?? 0;
}

function sentenceOfOrders([original, other]: readonly [Traced, Traced], { u, b }: State): string {
  const m = u.length;
  const cut = cutBy(other);
  const [mean, std] = [other.statistics.mean.at(-1) ?? 0, other.statistics.std.at(-1) ?? 0];
  const rest =
    cut === m
      ? 'what is left is a constant batch, and batch normalization makes β of all of it'
      : `batch normalization then hands on mean ${formatNumber(mean)} and standard deviation ${formatNumber(std)}`;
  return [
    `After batch normalization the ReLU sets ${cutBy(original)} of ${m} values to 0, whatever the bias is.`,
    `Before it, the bias decides: with b = ${formatNumber(b)} the ReLU sets ${cut} of ${m} to 0; ${rest}.`,
  ].join(' ');
}

const sentenceOfBlocks = [
  'In the original block a ReLU stands after the addition, so nothing negative enters the next block.',
  'In the pre-activation block nothing stands after it: the skip path hands on the input itself, and block after block adds to it.',
].join(' ');

export const placement = figure({
  kind: 'placement',
  fields,
  view({ core, state, controls, width }) {
    const chains = traced(core, diagrams[state.diagrams], state);
    const residual = state.diagrams === 'residual';
    const additions = residual
      ? chains.map((chain) => ({ title: chain.title, addition: additionOf(core, chain) }))
      : [];
    const next = () => {
      const seed = state.seed + 1;
      const draws = core.normalBatches({ seed, batches: 1, m: state.u.length, mean: 0, std: 2.5 });
      return { seed, u: Array.from(draws, (value) => Math.min(5, Math.max(-5, Number(value.toFixed(1))))) };
    };

    return {
      controls: (
        <>
          {controls.choice('diagrams', 'Diagrams', { orders: 'two orders', residual: 'two residual blocks' })}
          {controls.when(!residual).slider('b', 'b bias of the linear layer')}
        </>
      ),
      more: (
        <>
          {controls.slider('gamma', <span class="q-gamma">γ gamma</span>)}
          {controls.slider('beta', <span class="q-beta">β beta</span>)}
          <div class="actions">{controls.button('next', 'Next batch', next)}</div>
        </>
      ),
      drawing: <Diagram chains={chains} width={width} />,
      formulas: residual ? (
        <>
          {additions.map(({ title, addition }) => (
            <AdditionFormulas key={title} title={title} addition={addition} />
          ))}
          <Words class="formula-title">Here Conv multiplies by {formatNumber(w)}, on one channel.</Words>
        </>
      ) : undefined,
      tables: [
        ...chains.map(({ title, boxes, statistics }) => ({
          caption: `${title}: what leaves each box`,
          corner: 'box',
          columns: [
            { head: 'mean', quantity: 'mean' },
            { head: 'standard deviation', quantity: 'var' },
          ],
          rows: boxes.map((box, k) => ({
            label: k === 0 ? box : `${k}. ${box}`,
            values: [valueAt(statistics.mean, k), valueAt(statistics.std, k)],
          })),
        })),
        ...additions.map(({ title, addition: { mean, variance, twiceCovariance } }) => ({
          caption: `${title}: the addition`,
          corner: 'path',
          columns: [
            { head: 'mean', quantity: 'mean' },
            { head: 'variance', quantity: 'var' },
          ],
          rows: [
            { label: 'skip path', values: [mean[0], variance[0]] },
            { label: 'branch', values: [mean[1], variance[1]] },
            { label: 'twice their covariance', values: ['', twiceCovariance] },
            { label: 'sum', values: [mean[2], variance[2]] },
          ],
        })),
      ],
      sentence: residual ? sentenceOfBlocks : sentenceOfOrders(chains, state),
    };
  },
});
