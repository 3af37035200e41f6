/** @jsxImportSource preact */
// The drawing: the batch on its line, a column for each example with its incoming gradient and the waterfall of its
// paths, and the sums as numbers.

import { formatNumber } from '../../core/format.ts';
import { valueAt } from '../../core/values.ts';
import { Picture } from '../../drawing/picture.tsx';
import { Arrow, Axis, Handle } from '../../drawing/plot.tsx';
import { Waterfall } from './waterfall.tsx';
import { type Path, paths } from './check.ts';
import { type Layout, layoutOf, shortened } from './layout.ts';
import { bounds, type Change, looks, type Model } from './model.ts';

/** What fills the bars of a path: a pattern of the drawing, or its colour. */
const fillOf = (path: Path, id: string) => {
  const { pattern } = looks[path];
  return pattern ? `url(#${id}-${pattern})` : 'currentColor';
};

interface SwatchProps {
  path: Path;
  id: string;
}

/** A small bar of a path, 22 by 14, for its name to stand beside. */
const Bar = ({ path, id }: SwatchProps) => (
  <g class={looks[path].quantity}>
    <rect class="bar" x="1" y="1" width="20" height="12" fill={fillOf(path, id)} />
  </g>
);

export const Swatch = (props: SwatchProps) => (
  <Picture class="swatch" width={22} height={14}>
    <Bar {...props} />
  </Picture>
);

const Patterns = ({ id }: { id: string }) => (
  <defs>
    <pattern
      id={`${id}-hatch`}
      class="q-var"
      width="6"
      height="6"
      patternUnits="userSpaceOnUse"
      patternTransform="rotate(45)"
    >
      <line class="line" x1="1.5" x2="1.5" y1="0" y2="6" />
    </pattern>
    <pattern id={`${id}-dots`} class="q-mean" width="6" height="6" patternUnits="userSpaceOnUse">
      <circle class="fill" cx="1.5" cy="1.5" r="1.3" />
      <circle class="fill" cx="4.5" cy="4.5" r="1.3" />
    </pattern>
  </defs>
);

interface PartProps {
  model: Model;
  layout: Layout;
  id: string;
  set: (change: Change) => void;
}

/** The number line of x, with a connecting line to the column of each example. */
const BatchLine = ({ model: { x, chosen }, layout: { scales, at, middle } }: PartProps) => (
  <>
    <text class="q-x fill row-label" x={4} y={46}>
      x
    </text>
    <Axis scale={scales.x} at={40} />
    {x.map((value, i) => (
      <g key={i}>
        <line
          class={i === chosen ? 'thread chosen' : 'thread'}
          x1={at.x(value)}
          x2={middle(i)}
          y1={62}
          y2={78}
        />
        <text class={i === chosen ? 'strong' : undefined} x={at.x(value)} y={24}>
          {i + 1}
        </text>
      </g>
    ))}
  </>
);

/** The axes of dy and of dx, and which path is drawn how. */
const Axes = ({ layout: { isNarrow, left, end, scales, at, reach }, id }: PartProps) => (
  <>
    <text class="q-dy fill row-label" x={4} y={isNarrow ? 88 : 166}>
      dy
    </text>
    <Axis scale={scales.dy} at={left - 4} vertical ticks={[-2, -1, 0, 1, 2]} />
    <line class="zero" x1={left} x2={end} y1={at.dy(0)} y2={at.dy(0)} />
    <text class="q-x fill row-label" x={4} y={isNarrow ? 261 : 346}>
      dx
    </text>
    {paths.map((path, k) => (
      <g key={path} transform={isNarrow ? `translate(${left + k * 88} 248)` : `translate(3 ${366 + k * 22})`}>
        <Bar path={path} id={id} />
        <text class="start" x="27" y="12">
          {looks[path].word}
        </text>
      </g>
    ))}
    <Axis scale={scales.dx} at={left - 4} vertical ticks={[-reach, -reach / 2, 0, reach / 2, reach]} />
    <line class="zero" x1={left} x2={end} y1={at.dx(0)} y2={at.dx(0)} />
  </>
);

/** dx before dy was changed, and an arrow to where it is now. */
function Before({ model, layout, i }: PartProps & { i: number }) {
  const { bar, middle, at } = layout;
  const from = middle(i) - 2 * bar;
  const marks = from + 3.5 * bar;
  const [ghost, sum] = [at.dx(valueAt(model.dx_before, i)), at.dx(valueAt(model.check.sum, i))];
  return (
    <>
      <line class="before" x1={from} x2={from + 4 * bar} y1={ghost} y2={ghost} />
      {Math.abs(ghost - sum) > 10 && model.off.length === 0 && (
        <Arrow class="change" from={[marks, ghost]} to={[marks, sum + (ghost < sum ? -6 : 6)]} />
      )}
    </>
  );
}

/** The incoming gradient of one example, its paths, their sum and the gradient by finite differences. */
function Example(props: PartProps & { i: number }) {
  const { model, layout, id, i } = props;
  const { dy, terms, check, on, moved } = model;
  const { bar, middle, at, radius, digits, scales } = layout;
  const from = middle(i) - 2 * bar;
  const marks = from + 3.5 * bar;
  const value = valueAt(dy, i);
  const [sum, numeric] = [at.dx(valueAt(check.sum, i)), at.dx(valueAt(terms.dx_numeric, i))];
  return (
    <g class="example">
      <line class="q-dy line dashed" x1={middle(i)} x2={middle(i)} y1={at.dy(0)} y2={at.dy(value)} />
      <text class="q-dy fill" x={middle(i)} y={at.dy(value) + (value < 0 ? 29 : -20)}>
        {formatNumber(value, digits)}
      </text>
      <Waterfall
        scale={scales.dx}
        at={from}
        bar={bar}
        parts={paths.map((path) => ({
          value: valueAt(terms[path], i),
          quantity: looks[path].quantity,
          fill: fillOf(path, id),
          counts: on.includes(path),
        }))}
      />
      {moved.dy > 0 && <Before {...props} />}
      {check.kind === 'fails' && Math.abs(numeric - sum) > 2 && (
        <line class="miss" x1={marks} x2={marks} y1={numeric} y2={sum} />
      )}
      <circle class="differences" cx={marks} cy={numeric} r={radius} />
      <path
        class="sum"
        d={`M${marks},${sum - 6} ${marks + 5},${sum} ${marks},${sum + 6} ${marks - 5},${sum}z`}
      />
    </g>
  );
}

/** The sums and the gradients by differences as numbers, below their columns. */
function Totals({ model, layout }: PartProps) {
  const { x, off, check, terms } = model;
  const { isNarrow, middle, rowAt } = layout;
  const rows = [
    {
      words: off.length === 0 ? 'dx, the sum' : 'sum of the paths left',
      mark: <path class="sum" d="M0,-6 5,0 0,6 -5,0z" />,
      values: check.sum,
      look: 'q-x strong',
    },
    {
      words: 'dx by differences',
      mark: <circle class="differences" r="8" />,
      values: terms.dx_numeric,
      look: 'q-x',
    },
  ];
  return rows.map(({ words, mark, values, look }, k) => (
    <g key={k}>
      <g transform={`translate(14 ${rowAt(k) - 4})`}>{mark}</g>
      <text class="start" x={30} y={rowAt(k)}>
        {words}
      </text>
      {x.map((_, i) => (
        <text key={i} class={look} x={middle(i)} y={rowAt(k) + (isNarrow ? 18 : 0)}>
          {shortened(valueAt(values, i), layout, model)}
        </text>
      ))}
    </g>
  ));
}

const Handles = ({ model: { x, dy }, layout: { scales, middle }, set }: PartProps) => (
  <>
    {x.map((value, i) => (
      <Handle
        key={i}
        scale={scales.x}
        value={value}
        bounds={bounds.x}
        at={40}
        label={`x ${i + 1}`}
        onMove={(to) => set({ x: x.with(i, to) })}
        onChosen={() => set({ chosen: i })}
      />
    ))}
    {dy.map((value, i) => (
      <Handle
        key={i}
        vertical
        scale={scales.dy}
        value={value}
        bounds={bounds.dy}
        at={middle(i)}
        label={`dy ${i + 1}`}
        quantity="q-dy"
        onMove={(to) => set({ dy: dy.with(i, to) })}
        onChosen={() => set({ chosen: i })}
      />
    ))}
  </>
);

interface DrawingProps {
  model: Model;
  width: number;
  id: string;
  set: (change: Change) => void;
}

export function Drawing({ model, width, id, set }: DrawingProps) {
  const { x, chosen } = model;
  const layout = layoutOf(model, width);
  const { left, column, height } = layout;
  const part = { model, layout, id, set };
  return (
    <Picture
      class="backward-paths"
      width={width}
      height={height}
      role="group"
      label="The batch, the incoming gradient, and the paths of each example"
    >
      <Patterns id={id} />
      {x.map((_, i) => (
        <rect
          key={i}
          class={i === chosen ? 'column chosen' : 'column'}
          x={left + column * i + 1}
          y={74}
          width={column - 2}
          height={height - 74}
          onClick={() => set({ chosen: i })}
        />
      ))}
      <BatchLine {...part} />
      <Axes {...part} />
      {x.map((_, i) => (
        <Example key={i} {...part} i={i} />
      ))}
      <Totals {...part} />
      <Handles {...part} />
    </Picture>
  );
}
