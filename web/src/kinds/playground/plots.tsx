/** @jsxImportSource preact */
// What a playground plots of its two arms: values over the steps, and values by layer.

import { formatNumber, powerAtAxis, powerOfTen } from '../../core/format.ts';
import type { Layers } from '../../core/laboratory.ts';
import { type Arm, arms } from '../../core/playground.ts';
import { valueAt } from '../../core/values.ts';
import { Picture } from '../../drawing/picture.tsx';

const frame = { width: 600, height: 210, left: 58, right: 590, top: 12, bottom: 168 };

interface Axis {
  at: (value: number) => number;
  ticks: { value: number; text: string }[];
}
interface Bounds {
  least: number;
  most: number;
}

const place = (part: number) => frame.bottom - (frame.bottom - frame.top) * Math.min(1, Math.max(0, part));

/** Powers of ten that hold the bounds and all values; 0 stands at the lower end. */
function logAxis(values: readonly number[], { least, most }: Bounds): Axis {
  let [smallest, largest] = [least, most];
  for (const value of values) {
    if (value > 1e-300 && value < smallest) smallest = value;
    else if (value > largest && value < Number.POSITIVE_INFINITY) largest = value;
  }
  const low = Math.floor(Math.log10(smallest) + 1e-9);
  const high = Math.ceil(Math.log10(largest) - 1e-9);
  const step = Math.max(1, Math.ceil((high - low) / 5));
  const exponents = Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, k) => low + k * step);
  return {
    at: (value) => place((Math.log10(Math.max(value, 1e-300)) - low) / (high - low)),
    ticks: exponents.map((exponent) => ({ value: 10 ** exponent, text: powerAtAxis(exponent) })),
  };
}

/** An asinh axis, for values of either sign and any size: about linear up to 1, about logarithmic beyond. */
function wideAxis(values: readonly number[]): Axis {
  const largest = Math.max(2, ...values.filter(Number.isFinite).map(Math.abs));
  const end = Math.asinh(largest);
  const powers = Math.floor(Math.log10(largest) + 1e-9);
  const step = Math.max(1, Math.ceil((powers + 1) / 3));
  const marks = [0];
  for (let exponent = 0; exponent <= powers; exponent += step) marks.push(10 ** exponent, -(10 ** exponent));
  return {
    at: (value) => place((Math.asinh(value) / end + 1) / 2),
    ticks: marks.map((value) => ({
      value,
      text:
        Math.abs(value) <= 1000
          ? formatNumber(value)
          : `${value < 0 ? '−' : ''}${powerOfTen(Math.log10(Math.abs(value)))}`,
    })),
  };
}

const shareAxis: Axis = {
  at: place,
  ticks: [0, 0.5, 1].map((value) => ({ value, text: formatNumber(value) })),
};

const fixed = (value: number) => Math.round(10 * value) / 10;

function Frame({
  label,
  axis,
  x,
  guess,
  children,
}: {
  label: string;
  axis: Axis;
  /** the labels at the ends of the horizontal axis */
  x: readonly [string, string];
  /** a dotted line, and its name */
  guess?: { value: number; name: string } | undefined;
  children: preact.ComponentChildren;
}) {
  return (
    <Picture class="training-plot" width={frame.width} height={frame.height} label={label} stretches>
      <path class="axis-line" d={`M${frame.left} ${frame.top}V${frame.bottom}H${frame.right}`} />
      {axis.ticks.map(({ value, text }) => (
        <g key={text}>
          <path class="grid" d={`M${frame.left} ${fixed(axis.at(value))}H${frame.right}`} />
          <text class="end" x={frame.left - 7} y={axis.at(value) + 5}>
            {text}
          </text>
        </g>
      ))}
      <text x={frame.left} y={frame.bottom + 26}>
        {x[0]}
      </text>
      <text class="end" x={frame.right} y={frame.bottom + 26}>
        {x[1]}
      </text>
      {children}
      {guess && (
        <>
          <path class="guess" d={`M${frame.left} ${fixed(axis.at(guess.value))}H${frame.right}`} />
          <text class="end over" x={frame.right} y={axis.at(guess.value) - 6}>
            {guess.name}
          </text>
        </>
      )}
    </Picture>
  );
}

/** The points of a line: steps, and a value at each. */
export interface Path {
  steps: readonly number[];
  values: readonly number[];
}

export function OverSteps({
  label,
  paths,
  scale,
  bounds = { least: 1, most: 1 },
  until,
  guess,
}: {
  label: string;
  paths: Readonly<Record<Arm, Path>>;
  scale: 'log' | 'share';
  bounds?: Bounds;
  /** the last step that is planned */
  until: number;
  guess?: { value: number; name: string } | undefined;
}) {
  const all = arms.flatMap((arm) => paths[arm].values);
  const axis = scale === 'share' ? shareAxis : logAxis(all, bounds);
  const last = Math.max(until, ...arms.map((arm) => paths[arm].steps.at(-1) ?? 0));
  const x = (step: number) => frame.left + ((frame.right - frame.left) * step) / last;
  return (
    <Frame label={label} axis={axis} x={['0', `${last} steps`]} guess={guess}>
      {arms.map((arm) => (
        <polyline
          key={arm}
          class={`training-line ${arm}`}
          points={paths[arm].steps
            .map((step, k) => `${fixed(x(step))},${fixed(axis.at(valueAt(paths[arm].values, k)))}`)
            .join(' ')}
        />
      ))}
    </Frame>
  );
}

/** The x of each layer of an arm; the two arms stand a little apart. */
function columnsOf(count: number, most: number, arm: Arm): number[] {
  const pitch = (frame.right - frame.left) / most;
  return Array.from({ length: count }, (_, k) => frame.left + pitch * (k + (arm === 'a' ? 0.38 : 0.62)));
}

const ends = (most: number): [string, string] => ['layer 1', `layer ${most}`];

export function Activations({ label, layers }: { label: string; layers: Readonly<Record<Arm, Layers>> }) {
  const all = arms.map((arm) => {
    const { mean, spread } = layers[arm];
    return { arm, bars: Array.from(mean, (each, k) => ({ mean: each, spread: valueAt(spread, k) })) };
  });
  const axis = wideAxis(
    all.flatMap(({ bars }) => bars.flatMap(({ mean, spread }) => [mean - spread, mean + spread])),
  );
  const most = Math.max(...all.map(({ bars }) => bars.length));
  return (
    <Frame label={label} axis={axis} x={ends(most)}>
      {all.map(({ arm, bars }) => {
        const columns = columnsOf(bars.length, most, arm);
        const finite = bars
          .map((bar, k) => ({ ...bar, x: valueAt(columns, k) }))
          .filter(({ spread }) => Number.isFinite(spread));
        return (
          <g key={arm} class={`training-bars ${arm}`}>
            <path
              class="spread"
              d={finite
                .map(
                  ({ x, mean, spread }) =>
                    `M${fixed(x)} ${fixed(axis.at(mean - spread))}V${fixed(axis.at(mean + spread))}`,
                )
                .join('')}
            />
            <path
              class="mean"
              d={finite.map(({ x, mean }) => `M${fixed(x - 3)} ${fixed(axis.at(mean))}h6`).join('')}
            />
          </g>
        );
      })}
    </Frame>
  );
}

export function Gradients({ label, layers }: { label: string; layers: Readonly<Record<Arm, Layers>> }) {
  const all = arms.map((arm) => ({ arm, norms: Array.from(layers[arm].gradient_norm) }));
  const axis = logAxis(
    all.flatMap(({ norms }) => norms),
    { least: 0.01, most: 1 },
  );
  const most = Math.max(...all.map(({ norms }) => norms.length));
  return (
    <Frame label={label} axis={axis} x={['layer 1', 'output layer']}>
      {all.map(({ arm, norms }) => {
        const columns = columnsOf(norms.length, most, arm);
        const points = norms
          .map((norm, k) => ({ norm, x: valueAt(columns, k) }))
          .filter(({ norm }) => Number.isFinite(norm))
          .map(({ norm, x }) => `${fixed(x)},${fixed(axis.at(norm))}`);
        return <polyline key={arm} class={`training-line ${arm}`} points={points.join(' ')} />;
      })}
    </Frame>
  );
}
