/** @jsxImportSource preact */
// Both ways as boxes of numbers with arrows between, and bars for what each costs.

import type { Numbers } from '../../core/core.ts';
import { formatNumber } from '../../core/format.ts';
import { Picture } from '../../drawing/picture.tsx';
import { Arrow } from '../../drawing/plot.tsx';
import { type Model, type Operations, weightsOf } from './model.ts';

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

const weightColumns = (weight: Numbers, bias: Numbers, mark: string): Column[] => [
  { head: `W${mark}₁`, values: weightsOf(weight, 0) },
  { head: `W${mark}₂`, values: weightsOf(weight, 1) },
  { head: `b${mark}`, values: bias },
];

function pathsOf({ layer, folded, input, y, y_folded }: Model): { before: Stage[]; after: Stage[] } {
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

interface PathProps {
  stages: readonly Stage[];
  wide: boolean;
  x: number;
  y: number;
  width: number;
}

/** The stages of a path one after the other, with arrows between: side by side, or one below the other. */
function Path({ stages, wide, x, y, width }: PathProps) {
  const sizes = stages.map(({ columns }) => ({
    width: columns.length * cell.width,
    height: boxHeight(columns[0]?.values.length ?? 0),
  }));
  const sum = (values: number[]) => values.reduce((all, each) => all + each, 0);
  // The arrows take the rest of the width, so that both paths end at the same place.
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

export function Drawing({ model, width }: { model: Model; width: number }) {
  const { operations } = model;
  const { before, after } = pathsOf(model);
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
