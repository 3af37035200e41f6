/** @jsxImportSource preact */
// The gradient of each example as the sum of its three paths, and the check that notices when one is missing.

import type { ComponentChildren } from 'preact';
import { flag, list, number, snapped, stops } from '../../drawing/fields.ts';
import { figure } from '../../drawing/figure.tsx';
import { Formula, Gradient, Num, Sum, Symbol } from '../../drawing/math.tsx';
import { Picture } from '../../drawing/picture.tsx';
import { Axis, Arrow, Handle, pixelOf, roundUp, type Scale } from '../../drawing/plot.tsx';
import { withoutRounding } from '../../drawing/rounding.ts';
import { Waterfall } from './waterfall.tsx';
import { Words } from '../../drawing/words.tsx';
import { formatNumber, subscript } from '../../core/format.ts';
import { only, valueAt } from '../../core/values.ts';
import { checkPaths, noise, type Path, paths, reason, sizesOf, type Terms, verdict } from './path-check.ts';

const bounds = { x: { least: 0, most: 10, step: 0.1 }, dy: { least: -2, most: 2, step: 0.1 } };
const lengths = [2, 6] as const;

/** The x of an example that joins, by its place: to the right of those that are there already. */
const spare = [2, 4, 6, 8, 9, 10];

const fields = {
  x: list([2, 4, 6, 8], bounds.x, lengths),
  dy: list([1, 0, 0, 0], bounds.dy, lengths),
  /** the dy whose dx stays in the drawing for comparison */
  before: list([1, 0, 0, 0], bounds.dy, lengths),
  gamma: number(2, -10, 10, 0.1),
  eps: stops(0, [0, 1e-5, 1e-3, 0.01, 0.1, 1, 10]),
  direct: flag(true),
  variance: flag(true),
  mean: flag(true),
  /** which example is spelled out */
  chosen: number(1, 0, 5, 1),
  /** which random dy comes next */
  seed: number(0, 0, 1e6, 1),
};

/** How each path is drawn, and the field that switches it. */
const looks = {
  dx_direct: { field: 'direct', quantity: 'q-dy', pattern: undefined, word: 'direct' },
  dx_through_var: { field: 'variance', quantity: 'q-var', pattern: 'hatch', word: 'variance' },
  dx_through_mean: { field: 'mean', quantity: 'q-mean', pattern: 'dots', word: 'mean' },
} as const;

/** As large as the bounds of dy allow; the directions of dy that matter here do not depend on its length. */
function fitted(dy: Float64Array): number[] {
  const most = Math.max(...dy.map(Math.abs));
  const factor = most > bounds.dy.most ? bounds.dy.most / most : 1;
  return Array.from(dy, (value) => value * factor);
}

/** A small bar of a path, 22 by 14, for its name to stand beside. */
const Swatch = ({ look: { quantity }, fill }: { look: { quantity: string }; fill: string }) => (
  <g class={quantity}>
    <rect class="bar" x="1" y="1" width="20" height="12" fill={fill} />
  </g>
);

export const backwardPaths = figure({
  kind: 'backward-paths',
  fields,
  view({ core, state, set, controls, width, id }) {
    const { x, gamma, eps } = state;
    const m = x.length;
    // A link may hold lists of different lengths: an example without a dy has 0.
    const dy = x.map((_, i) => state.dy[i] ?? 0);
    const before = x.map((_, i) => state.before[i] ?? 0);
    const chosen = Math.min(state.chosen, m - 1);
    const index = subscript(chosen + 1);

    const all = core.quantities({
      x: Float64Array.from(x),
      gamma,
      beta: 0,
      eps,
      dy: Float64Array.from(dy),
    });
    const shown = (name: string) => core.evaluate(name, { [name]: all[name] ?? 0 }).shown;
    const terms = Object.fromEntries(
      [...paths, 'dx_numeric'].map((name) => [name, shown(name)]),
    ) as unknown as Terms;
    const [x_hat, dx] = [shown('x_hat'), shown('dx')];
    const [dgamma = 0] = shown('dgamma');
    const [dbeta = 0] = shown('dbeta');
    const [variance = 0] = shown('batch_var');
    const sizes = sizesOf(core, terms);
    const [scale = 0] = sizes;
    const on = paths.filter((path) => state[looks[path].field]);
    const off = paths.filter((path) => !on.includes(path));
    const check = checkPaths(core, terms, on, scale);
    /** They could be left out without the check noticing. */
    const unseen = paths.filter((_, k) => valueAt(sizes, k) <= noise * scale);
    const factor = only(
      core.evaluate('abs(gamma) * saved_invstd', { gamma, saved_invstd: all['saved_invstd'] ?? 0 }).shown,
    );
    const dx_before = withoutRounding(
      core,
      core.backwardTrace({ x, gamma: [gamma], beta: [0], eps, dy: before }).dx,
      factor * bounds.dy.most,
    );
    /** how dx of each example changes with the chosen dy: dy/dx, along a row */
    const slopes = withoutRounding(
      core,
      core.jacobian({ x, gamma, eps }).subarray(chosen * m, chosen * m + m),
      factor,
    );
    const movedDy = dy.filter((value, i) => value !== before[i]).length;
    const movedDx = dx.filter((value, i) => Math.abs(value - valueAt(dx_before, i)) > noise * factor).length;

    const replaced = (values: readonly number[]) => ({ dy: values, before: dy });
    const random = () => {
      const seed = state.seed + 1;
      const draws = core.normalBatches({ seed, batches: 1, m, mean: 0, std: 1 });
      return { seed, ...replaced(Array.from(draws, (value) => snapped(value, bounds.dy))) };
    };

    const isNarrow = width < 560;
    const left = isNarrow ? 40 : 176;
    const column = Math.min(170, (width - left - 6) / m);
    const end = left + column * m;
    const middle = (i: number) => left + column * (i + 0.5);
    const bar = Math.min(26, (column - 4) / 4);
    const radius = bar < 14 ? 6.5 : 8;
    const scales = {
      x: { ...bounds.x, from: left + 14, to: width - 16 },
      dy: { ...bounds.dy, from: 216, to: 106 },
    };
    const levels = x.flatMap((_, i) => {
      const { dx_direct, dx_through_var, dx_through_mean } = terms;
      const direct = valueAt(dx_direct, i);
      const two = direct + valueAt(dx_through_var, i);
      return [direct, two, two + valueAt(dx_through_mean, i), valueAt(check.sum, i), valueAt(dx_before, i)];
    });
    const reach = roundUp(Math.max(...levels.map(Math.abs)));
    const scaleOfDx: Scale = { least: -reach, most: reach, from: 456, to: 276 };
    const atDx = (value: number) => pixelOf(scaleOfDx, value);
    const digits = column < 80 ? 3 : 4;
    /** What has no room for its digits is rounded to a hundredth of the largest. */
    const short = (value: number, largest: number) => {
      const rough =
        column < 60 ? snapped(value, { least: -largest, most: largest, step: largest / 100 }) : value;
      const isNearZero = rough === 0 || Math.abs(value) <= noise * factor;
      return value !== 0 && isNearZero ? '≈ 0' : formatNumber(rough, digits);
    };

    const rows: {
      words: string;
      mark: ComponentChildren;
      values: ArrayLike<number>;
      largest: number;
      look: string;
    }[] = [
      {
        words: off.length === 0 ? 'dx, the sum' : 'sum of the paths left',
        mark: <path class="sum" d="M0,-6 5,0 0,6 -5,0z" />,
        values: check.sum,
        largest: reach,
        look: 'q-x strong',
      },
      {
        words: 'dx by differences',
        mark: <circle class="differences" r="8" />,
        values: terms.dx_numeric,
        largest: reach,
        look: 'q-x',
      },
    ];
    const rowHeight = isNarrow ? 40 : 26;
    const rowAt = (k: number) => 494 + k * rowHeight;
    const height = rowAt(rows.length - 1) + (isNarrow ? 26 : 14);
    const said = verdict(check, off, unseen);

    const fillOf = (path: Path) => {
      const { pattern } = looks[path];
      return pattern ? `url(#${id}-${pattern})` : 'currentColor';
    };
    const pathFlag = (path: Path, label: string) =>
      controls.flag(
        looks[path].field,
        <>
          <Picture class="swatch" width={22} height={14}>
            <Swatch look={looks[path]} fill={fillOf(path)} />
          </Picture>
          {label}
        </>,
      );
    const term = (path: Path, value: ComponentChildren) => (
      <munder class={looks[path].quantity}>
        <munder>
          <mrow>{value}</mrow>
          <mo stretchy>⏟</mo>
        </munder>
        <mtext>{looks[path].word}</mtext>
      </munder>
    );

    return {
      controls: (
        <>
          {pathFlag('dx_direct', 'direct path')}
          {pathFlag('dx_through_var', 'path through the variance')}
          {pathFlag('dx_through_mean', 'path through the mean')}
        </>
      ),
      more: (
        <>
          <div class="actions">
            {controls.slider('gamma', <span class="q-gamma">γ gamma</span>)}
            {controls.slider('eps', 'ε eps')}
          </div>
          <div class="actions">
            {controls.button('remember', 'Remember this dx', () => ({ before: dy }))}
            {controls.button('random', 'Random dy', random)}
            {controls.button('zero-sum', 'Make sum(dy) = 0', () =>
              replaced(fitted(core.evaluate('dy - mean(dy)', { dy: Float64Array.from(dy) }).shown)),
            )}
            {controls.button('along', 'dy along x̂', () => replaced(fitted(x_hat)))}
            {controls.button('sum', 'L = sum(y)', () => replaced(x.map(() => 1)))}
            {controls.button('two', 'Example 3: m = 2', () => ({
              x: [1, 3],
              dy: [0.5, -0.5],
              before: [0.5, -0.5],
              gamma: 1,
              eps: 0,
            }))}
            {controls.when(m < lengths[1]).button('size', 'One more example', () => ({
              x: [...x, spare[m] ?? 0],
              dy: [...dy, 0],
              before: [...before, 0],
            }))}
            {controls.when(m > lengths[0]).button('size', 'One fewer', () => ({
              x: x.slice(0, -1),
              dy: dy.slice(0, -1),
              before: before.slice(0, -1),
            }))}
          </div>
        </>
      ),
      drawing: (
        <>
          <Picture
            class="backward-paths"
            width={width}
            height={height}
            role="group"
            label="The batch, the incoming gradient, and the paths of each example"
          >
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
            <text class="q-x fill row-label" x={4} y={46}>
              x
            </text>
            <Axis scale={scales.x} at={40} />
            {x.map((value, i) => (
              <g key={i}>
                <line
                  class={i === chosen ? 'thread chosen' : 'thread'}
                  x1={pixelOf(scales.x, value)}
                  x2={middle(i)}
                  y1={62}
                  y2={78}
                />
                <text class={i === chosen ? 'strong' : undefined} x={pixelOf(scales.x, value)} y={24}>
                  {i + 1}
                </text>
              </g>
            ))}

            <text class="q-dy fill row-label" x={4} y={isNarrow ? 88 : 166}>
              dy
            </text>
            <Axis scale={scales.dy} at={left - 4} vertical ticks={[-2, -1, 0, 1, 2]} />
            <line class="zero" x1={left} x2={end} y1={pixelOf(scales.dy, 0)} y2={pixelOf(scales.dy, 0)} />
            <text class="q-x fill row-label" x={4} y={isNarrow ? 261 : 346}>
              dx
            </text>
            {paths.map((path, k) => (
              <g
                key={path}
                transform={isNarrow ? `translate(${left + k * 88} 248)` : `translate(3 ${366 + k * 22})`}
              >
                <Swatch look={looks[path]} fill={fillOf(path)} />
                <text class="start" x="27" y="12">
                  {looks[path].word}
                </text>
              </g>
            ))}
            <Axis
              scale={scaleOfDx}
              at={left - 4}
              vertical
              ticks={[-reach, -reach / 2, 0, reach / 2, reach]}
            />
            <line class="zero" x1={left} x2={end} y1={atDx(0)} y2={atDx(0)} />

            {x.map((_, i) => {
              const from = middle(i) - 2 * bar;
              const marks = from + 3.5 * bar;
              const sum = atDx(valueAt(check.sum, i));
              const ghost = atDx(valueAt(dx_before, i));
              const numeric = atDx(valueAt(terms.dx_numeric, i));
              const value = valueAt(dy, i);
              return (
                <g key={i} class="example">
                  <line
                    class="q-dy line dashed"
                    x1={middle(i)}
                    x2={middle(i)}
                    y1={pixelOf(scales.dy, 0)}
                    y2={pixelOf(scales.dy, value)}
                  />
                  <text
                    class="q-dy fill"
                    x={middle(i)}
                    y={pixelOf(scales.dy, value) + (value < 0 ? 29 : -20)}
                  >
                    {formatNumber(value, digits)}
                  </text>
                  <Waterfall
                    scale={scaleOfDx}
                    at={from}
                    bar={bar}
                    parts={paths.map((path) => ({
                      value: valueAt(terms[path], i),
                      quantity: looks[path].quantity,
                      fill: fillOf(path),
                      counts: on.includes(path),
                    }))}
                  />
                  {movedDy > 0 && (
                    <>
                      <line class="before" x1={from} x2={from + 4 * bar} y1={ghost} y2={ghost} />
                      {Math.abs(ghost - sum) > 10 && off.length === 0 && (
                        <Arrow
                          class="change"
                          from={[marks, ghost]}
                          to={[marks, sum + (ghost < sum ? -6 : 6)]}
                        />
                      )}
                    </>
                  )}
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
            })}

            {rows.map(({ words, mark, values, largest, look }, k) => (
              <g key={k}>
                <g transform={`translate(14 ${rowAt(k) - 4})`}>{mark}</g>
                <text class="start" x={30} y={rowAt(k)}>
                  {words}
                </text>
                {x.map((_, i) => (
                  <text key={i} class={look} x={middle(i)} y={rowAt(k) + (isNarrow ? 18 : 0)}>
                    {short(valueAt(values, i), largest)}
                  </text>
                ))}
              </g>
            ))}

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
          </Picture>
          <Words class="check" data-verdict={said.look}>
            <span class="icon" aria-hidden="true">
              {said.icon}
            </span>
            <strong>{said.words}</strong> {said.numbers}.
          </Words>
        </>
      ),
      formulas: (
        <>
          <Formula>
            <Gradient of="x" sub={String(chosen + 1)} />
            <mo>=</mo>
            <mfrac>
              <Num value={gamma} of="gamma" />
              <msqrt>
                <Num value={variance} of="var" />
                <mo>+</mo>
                <Num value={eps} />
              </msqrt>
            </mfrac>
            <mo>[</mo>
            {term('dx_direct', <Num value={valueAt(dy, chosen)} bracket />)}
            <mo>−</mo>
            {term(
              'dx_through_mean',
              <mfrac>
                <Num value={dbeta} of="beta" />
                <mn>{m}</mn>
              </mfrac>,
            )}
            <mo>−</mo>
            {term(
              'dx_through_var',
              <>
                <Num value={valueAt(x_hat, chosen)} of="x_hat" bracket />
                <mo>·</mo>
                <mfrac>
                  <Num value={dgamma} of="gamma" />
                  <mn>{m}</mn>
                </mfrac>
              </>,
            )}
            <mo>]</mo>
            <mo>=</mo>
            <Num value={valueAt(dx, chosen)} of="x" />
          </Formula>
          <Formula>
            <Gradient of="beta" />
            <mo>=</mo>
            <Sum />
            <Gradient of="y" sub="j" />
            <mo>=</mo>
            <Num value={dbeta} of="beta" />
          </Formula>
          <Formula>
            <Gradient of="gamma" />
            <mo>=</mo>
            <Sum />
            <Gradient of="y" sub="j" />
            <Symbol of="x_hat" sub="j" />
            <mo>=</mo>
            <Num value={dgamma} of="gamma" />
          </Formula>
        </>
      ),
      tables: [
        {
          caption: 'The gradient of each example, path by path',
          corner: 'i',
          columns: [
            { head: 'x', quantity: 'x' },
            { head: 'x_hat', quantity: 'x_hat' },
            { head: 'dy', quantity: 'dy' },
            { head: 'direct', quantity: 'dy' },
            { head: 'through the variance', quantity: 'var' },
            { head: 'through the mean', quantity: 'mean' },
            { head: 'dx', quantity: 'x' },
            { head: 'dx by differences', quantity: 'x' },
          ],
          rows: x.map((value, i) => ({
            label: String(i + 1),
            values: [
              value,
              valueAt(x_hat, i),
              valueAt(dy, i),
              ...paths.map((path) => valueAt(terms[path], i)),
              valueAt(dx, i),
              valueAt(terms.dx_numeric, i),
            ],
          })),
        },
        {
          caption: 'What is compared',
          corner: 'i',
          columns: [
            { head: 'sum of the paths switched on', quantity: 'x' },
            { head: 'dy before', quantity: 'dy' },
            { head: 'dx before', quantity: 'x' },
            { head: `change of dx per unit of dy ${chosen + 1}`, quantity: 'dy' },
          ],
          rows: x.map((_, i) => ({
            label: String(i + 1),
            values: [valueAt(check.sum, i), valueAt(before, i), valueAt(dx_before, i), valueAt(slopes, i)],
          })),
        },
      ],
      sentence: [
        `${dy[chosen] === 0 && dx[chosen] !== 0 ? `dy${index} is 0, and still dx` : 'dx'}${index} = ${formatNumber(valueAt(dx, chosen))}:`,
        `${formatNumber(valueAt(terms.dx_direct, chosen))} directly, ${formatNumber(valueAt(terms.dx_through_var, chosen))} through the variance,`,
        `${formatNumber(valueAt(terms.dx_through_mean, chosen))} through the mean.`,
        movedDy > 0
          ? `Against before, dy of ${movedDy} and dx of ${movedDx} of the ${m} examples changed.`
          : '',
        scale === 0
          ? `${gamma === 0 ? 'gamma' : 'Every dy'} is 0, so every path carries 0 and there is nothing to check.`
          : reason(check, off, unseen),
      ]
        .filter(Boolean)
        .join(' '),
    };
  },
});
