/** @jsxImportSource preact */
// The drawing of the computation graph: at each node a value and the gradient of the loss with respect to it, at
// each edge the value going forward and the gradient going back. Every value and gradient can be chosen.

import type { TargetedKeyboardEvent } from 'preact';
import { type Computed, type QuantityName, quantities, stepOf, valueOf } from './model.ts';
import { Picture } from '../../drawing/picture.tsx';
import { Arrow } from '../../drawing/plot.tsx';
import { formatNumber, subscript } from '../../core/format.ts';
import { lettersOf } from '../../core/quantities.ts';

interface GraphNode {
  value: QuantityName;
  gradient?: QuantityName;
  /** one for each example */
  each?: boolean;
}

const nodes = {
  x: { value: 'x', gradient: 'dx', each: true },
  mean: { value: 'batch_mean', gradient: 'dmean' },
  var: { value: 'batch_var', gradient: 'dvar' },
  x_hat: { value: 'x_hat', gradient: 'dx_hat', each: true },
  gamma: { value: 'gamma', gradient: 'dgamma' },
  beta: { value: 'beta', gradient: 'dbeta' },
  y: { value: 'y', gradient: 'dy', each: true },
  loss: { value: 'L' },
} as const satisfies Record<string, GraphNode>;

type NodeName = keyof typeof nodes;
const allNodes = Object.entries(nodes) as [NodeName, GraphNode][];

const edges: readonly (readonly [from: NodeName, to: NodeName])[] = [
  ['x', 'x_hat'],
  ['x', 'mean'],
  ['x', 'var'],
  ['mean', 'var'],
  ['mean', 'x_hat'],
  ['var', 'x_hat'],
  ['x_hat', 'y'],
  ['gamma', 'y'],
  ['beta', 'y'],
  ['y', 'loss'],
];

/** The class of a quantity's colour. */
export function colourOf(name: QuantityName): string {
  const [node] = allNodes.find(([, { value, gradient }]) => value === name || gradient === name) ?? [];
  return name === 'dy' ? 'q-dy' : node === undefined || node === 'loss' ? '' : `q-${node}`;
}

/** Whether the quantity has a value for each example. */
const isEach = (name: QuantityName) =>
  allNodes.some(([, { value, gradient, each }]) => each && (value === name || gradient === name));

/** What it is called for one example: x₁, dx₁, batch_mean. */
export const nameOf = (name: QuantityName, example: number): string =>
  isEach(name) ? `${name}${subscript(example + 1)}` : name;

type Point = readonly [x: number, y: number];

interface Layout {
  height: number;
  at: Record<NodeName, Point>;
  legend: Point;
  /** the position of the number on the edge from x to x_hat: clear of the edge from mean to variance, which crosses it */
  clear: number;
}

/** Each of the two boxes of a node is as high as a finger needs. */
const boxHeight = 32;
/** Half the width of a node. */
const half = 58;

/** From left to right where there is room, else from top to bottom. */
function layoutFor(width: number): Layout {
  if (width >= 660) {
    const [first, last] = [half + 2, width - half - 2];
    const along = (share: number) => first + share * (last - first);
    const [top, middle, bottom] = [40, 176, 312];
    return {
      height: 354,
      at: {
        x: [first, middle],
        mean: [along(0.2), top],
        var: [along(0.28), bottom],
        x_hat: [along(0.44), middle],
        gamma: [along(0.72) - 72, top],
        beta: [along(0.72) + 72, top],
        y: [along(0.72), middle],
        loss: [last, middle],
      },
      legend: [along(0.5), bottom - 8],
      clear: 0.3,
    };
  }
  const middle = width / 2;
  const aside = Math.min(middle - half - 2, 130);
  const row = (k: number) => (k === 0 ? 40 : 74 + 106 * k);
  return {
    height: row(5) + 70,
    at: {
      x: [middle, row(0)],
      mean: [middle - aside, row(1)],
      var: [middle + aside, row(1)],
      x_hat: [middle, row(2)],
      gamma: [middle - aside, row(3)],
      beta: [middle + aside, row(3)],
      y: [middle, row(4)],
      loss: [middle, row(5) - 16],
    },
    legend: [middle - 92, row(5) + 34],
    clear: 0.88,
  };
}

/** At most about 9 characters: a box holds no more. */
const short = (value: number) => {
  const text = formatNumber(value);
  return text.length > 8 ? formatNumber(value, 2) : text;
};

interface GraphProps {
  values: Computed;
  example: number;
  step: number;
  current: QuantityName;
  width: number;
  onChoose: (name: QuantityName) => void;
}

export function Graph({ values, example, step, current, width, onChoose }: GraphProps) {
  const layout = layoutFor(width);
  const isKnown = (name: QuantityName) => stepOf(name) <= step;
  const number = (name: QuantityName) => valueOf(name, values, example);
  const stateOf = (name: QuantityName) =>
    `${isKnown(name) ? 'known' : 'unknown'}${name === current ? ' current' : ''}`;
  /** The share of single edges in a gradient that arrives along several. */
  const carriedBack: Readonly<Record<string, number | undefined>> = {
    'x_hat x': values.dx_direct[example],
    'var x': values.dx_through_var[example],
    'mean x': values.dx_through_mean[example],
    'var mean': 0,
  };

  const box = (name: QuantityName, text: string, gradient: boolean, [x, y]: Point) => (
    <g
      key={name}
      class={`quantity ${gradient ? 'gradient' : 'value'} ${colourOf(name)} ${stateOf(name)}`}
      transform={`translate(${x - half} ${y})`}
      role="radio"
      aria-checked={name === current}
      aria-label={[
        name,
        ...(gradient ? ['a gradient'] : []),
        ...(isEach(name) ? [`example ${example + 1}`] : []),
        isKnown(name) ? formatNumber(number(name)) : 'not computed yet',
      ].join(', ')}
      tabindex={name === current ? 0 : -1} // not tabIndex: the names of SVG are case-sensitive
      data-quantity={name}
      onFocus={() => onChoose(name)}
      onClick={() => onChoose(name)}
      onKeyDown={(event) => follow(event, name, onChoose)}
    >
      <rect width={2 * half} height={boxHeight} rx={gradient ? 0 : 5} />
      <text class={`start${gradient ? '' : ' symbol'}`} x={6} y={boxHeight / 2 + 5}>
        {text}
      </text>
      {isKnown(name) && (
        <text class="end" x={2 * half - 6} y={boxHeight / 2 + 5}>
          {short(number(name))}
        </text>
      )}
    </g>
  );

  return (
    <Picture
      class="computation-graph"
      width={width}
      height={layout.height}
      role="radiogroup"
      label="Values and gradients in the order of computation"
    >
      <g aria-hidden="true">
        {edges.map(([from, to]) => {
          const { value } = nodes[to];
          // No edge leaves the loss.
          const gradient = (nodes[from] as GraphNode).gradient as QuantityName;
          const { forward, backward, label } = lineBetween(layout, from, to);
          const carried =
            current === gradient && isKnown(gradient) ? carriedBack[`${to} ${from}`] : undefined;
          return (
            <g key={`${from}-${to}`}>
              <Arrow class={`edge ${stateOf(value)}`} from={forward[0]} to={forward[1]} />
              <Arrow
                class={`edge backward ${colourOf(gradient)} ${stateOf(gradient)}`}
                from={backward[1]}
                to={backward[0]}
              />
              {carried !== undefined && (
                <text class={`carried q-${to} fill`} x={label[0]} y={label[1] + 4}>
                  {short(carried)}
                </text>
              )}
            </g>
          );
        })}
        <g class="legend" transform={`translate(${layout.legend[0]} ${layout.legend[1]})`}>
          <Arrow class="edge known" from={[0, 0]} to={[44, 0]} />
          <text class="start" x={54} y={4}>
            forward: values
          </text>
          <Arrow class="edge backward known" from={[44, 22]} to={[0, 22]} />
          <text class="start" x={54} y={26}>
            back: gradients
          </text>
        </g>
      </g>
      {allNodes.flatMap(([node, { value, gradient, each }]) => {
        const symbol = lettersOf(value);
        const [x, y] = layout.at[node];
        const text = each ? `${symbol}${subscript(example + 1)}` : symbol;
        return gradient
          ? [
              box(value, text, false, [x, y - boxHeight]),
              box(gradient, nameOf(gradient, example), true, [x, y]),
            ]
          : [box(value, text, false, [x, y - boxHeight / 2])];
      })}
    </Picture>
  );
}

/** The two lines of an edge, side by side, and where the number that the gradient carries stands. */
function lineBetween({ at, clear }: Layout, from: NodeName, to: NodeName) {
  const [[x1, y1], [x2, y2]] = [at[from], at[to]];
  const length = Math.hypot(x2 - x1, y2 - y1);
  const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
  // From border to border of the boxes.
  const margin = (node: NodeName) => {
    const high = nodes[node].value === 'L' ? boxHeight / 2 : boxHeight;
    return Math.min((half + 4) / Math.abs(dx), (high + 4) / Math.abs(dy));
  };
  const [start, end] = [margin(from), length - margin(to)];
  const point = (along: number, aside: number): Point => [
    x1 + dx * along - dy * aside,
    y1 + dy * along + dx * aside,
  ];
  const side = 5;
  return {
    forward: [point(start, -side), point(end, -side)] as const,
    backward: [point(start, side), point(end, side)] as const,
    label: point(
      start + (end - start) * (to === 'x_hat' ? clear : to === 'var' && from === 'mean' ? 0.2 : 0.5),
      0,
    ),
  };
}

const byKey: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** The arrow keys move the focus in the order of computation; the focused quantity is chosen. */
function follow(
  event: TargetedKeyboardEvent<SVGGElement>,
  name: QuantityName,
  onChoose: (name: QuantityName) => void,
): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { key, currentTarget } = event;
  const by = byKey[key];
  if (key === 'Enter' || key === ' ') onChoose(name);
  else if (by === undefined && key !== 'Home' && key !== 'End') return;
  event.preventDefault();
  const at = key === 'Home' ? 0 : key === 'End' ? -1 : quantities.indexOf(name) + (by ?? 0);
  const next = quantities.at(at % quantities.length) as QuantityName;
  currentTarget.ownerSVGElement?.querySelector<SVGGElement>(`[data-quantity="${next}"]`)?.focus();
}
