/** @jsxImportSource preact */
// A statistic over time: of each batch as dots, the running one as a line, and the distribution's as steps.

import type { ComponentChildren } from 'preact';
import { formatNumber } from '../core/format.ts';
import { valueAt } from '../core/values.ts';
import { Axis, pixelOf, type Scale } from './plot.tsx';

interface TimeChartProps {
  /** batches from 0, the start, and values */
  time: Scale;
  values: Scale;
  /** the class of the quantity: `q-mean` */
  quantity: string;
  label: ComponentChildren;
  /** of batches 1, 2, 3, … */
  dots: ArrayLike<number>;
  /** from the start on */
  line: ArrayLike<number>;
  /** the distribution's value up to a batch, and after it */
  truth: { before: number; after: number; shift_at: number };
}

export function TimeChart({ time, values, quantity, label, dots, line, truth }: TimeChartProps) {
  const { least, most } = values;
  const x = (t: number) => pixelOf(time, t).toFixed(1);
  // What lies outside is drawn on the edge, and counted there.
  const y = (value: number) => pixelOf(values, Math.min(most, Math.max(least, value))).toFixed(1);
  const above = Array.from(dots).filter((value) => value > most).length;
  const below = Array.from(dots).filter((value) => value < least).length;
  const now = line.length - 1;
  const last = valueAt(line, now);
  const late = now > 0.85 * time.most;
  const shift = x(truth.shift_at + 0.5);
  const level = Number(y(now > truth.shift_at ? truth.after : truth.before));
  const end = Number(y(last));
  // Beside the end of the line, but not on the level of the distribution that it nears.
  const beside = Math.abs(end - level) > 12 ? end + 4 : end > level ? level + 16 : level - 7;
  return (
    <g class={`time-chart ${quantity}`}>
      <Axis scale={values} at={time.from} vertical />
      <path
        class="truth"
        d={`M${x(0)} ${y(truth.before)}H${shift}V${y(truth.after)}H${x(time.most)}`}
        aria-hidden="true"
      />
      {/* Lines of no length have round ends: a disk for each batch in a single path. */}
      <path class="dots" d={Array.from(dots, (value, k) => `M${x(k + 1)} ${y(value)}h0`).join('')} />
      <polyline class="line" points={Array.from(line, (value, t) => `${x(t)},${y(value)}`).join(' ')} />
      <text
        class={`${late ? 'end' : 'start'} over-lines`}
        x={Number(x(now)) + (late ? 0 : 10)}
        y={late ? end - 12 : beside}
      >
        {formatNumber(last)}
      </text>
      <text class="start" x={4} y={values.to - 10}>
        {label}
      </text>
      {above > 0 && (
        <text class="end" x={time.to} y={values.to - 10}>
          ▲ {above} above {formatNumber(most)}
        </text>
      )}
      {below > 0 && (
        <text class="end" x={time.to} y={values.from - 6}>
          ▼ {below} below {formatNumber(least)}
        </text>
      )}
    </g>
  );
}
