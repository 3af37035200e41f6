/** @jsxImportSource preact */
// The gradient of each example as the sum of its three paths, and the check that notices when one is missing.

import type { ComponentChildren } from 'preact';
import { flag, list, number, stops } from '../drawing/fields.ts';
import { figure } from '../drawing/figure.tsx';
import { Formula, Gradient, Num, Symbol } from '../drawing/math.tsx';
import { Axis, Arrow, Handle, pixelOf, type Scale } from '../drawing/plot.tsx';
import { Waterfall } from '../drawing/waterfall.tsx';
import { formatNumber } from '../format.ts';
import { type Check, checkPaths, noise, type Path, paths, type Terms, unseenPaths } from '../path-check.ts';

const bounds = { x: { least: -10, most: 10, step: 0.1 }, dy: { least: -2, most: 2, step: 0.1 } };
const size = [2, 6] as const;

const fields = {
  x: list([2, 4, 6, 8], bounds.x, size),
  dy: list([1, 0, 0, 0], bounds.dy, size),
  /** the dy whose dx stays in the drawing for comparison */
  before: list([1, 0, 0, 0], bounds.dy, size),
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

/** How each path is drawn and called. */
const looks = {
  dx_direct: { field: 'direct', quantity: 'q-dy', pattern: undefined, words: 'the direct path' },
  dx_through_var: {
    field: 'variance',
    quantity: 'q-var',
    pattern: 'hatch',
    words: 'the path through the variance',
  },
  dx_through_mean: { field: 'mean', quantity: 'q-mean', pattern: 'dots', words: 'the path through the mean' },
} as const;

const subscripts = '₁₂₃₄₅₆';

/** As large as the bounds of dy allow; the directions of dy that matter here do not depend on its length. */
function fitted(dy: Float64Array): number[] {
  const most = Math.max(...dy.map(Math.abs));
  const factor = most > bounds.dy.most ? bounds.dy.most / most : 1;
  return Array.from(dy, (value) => value * factor);
}

/** The next of 1, 2, 5, 10, … times a power of ten. */
function roundUp(value: number): number {
  if (value === 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5].find((each) => each * power >= value) ?? 10);
}

/** "a", "a and b", "a, b and c". */
const listed = (words: readonly string[]) =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

const wordsOf = (some: readonly Path[]) => listed(some.map((path) => looks[path].words));

/** What the check says: icon, word, and what it rests on. */
function verdict({ kind, difference, relative }: Check, off: readonly Path[]) {
  const numbers =
    relative === undefined
      ? `largest difference ${formatNumber(difference, 2)}, next to a gradient of 0`
      : `largest difference ${formatNumber(difference, 2)}, relative error ${formatNumber(relative, 2)}`;
  if (kind === 'fails') return { look: 'wrong', icon: '✗', word: 'The gradient check fails:', numbers };
  if (kind === 'nothing' || off.length > 0)
    return { look: 'coarse', icon: '?', word: 'The gradient check proves nothing:', numbers };
  return { look: 'right', icon: '✓', word: 'The gradient check agrees:', numbers };
}

/** Why the check says what it says, and what it cannot see. */
function reason({ kind }: Check, off: readonly Path[], unseen: readonly Path[], isZero: boolean): string {
  if (isZero) return 'Every dy is 0, so every path carries 0 and there is nothing to check.';
  if (kind === 'fails') return `Without ${wordsOf(off)} the sum is not the gradient, and the check notices.`;
  const blind = unseen.length > 0 ? `${wordsOf(unseen)} carries 0 for every example` : '';
  if (off.length > 0)
    return `The check does not notice that ${wordsOf(off)} is missing: this batch cannot tell, because it carries 0 here.`;
  if (kind === 'nothing')
    return `The paths cancel for every example: the gradient is 0, and whatever the code multiplies it by, the check agrees.${
      blind === '' ? '' : ` This batch cannot even tell whether a path is missing: ${blind}.`
    }`;
  return blind === '' ? '' : `But this batch cannot tell whether a path is missing: ${blind}.`;
}

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
    const scale = core.evaluate('max(abs(dx_direct))', { dx_direct: terms.dx_direct }).shown[0] ?? 0;
    const on = paths.filter((path) => state[looks[path].field]);
    const off = paths.filter((path) => !on.includes(path));
    const check = checkPaths(core, terms, on, scale);
    const unseen = unseenPaths(core, terms, scale);
    const dx_before = core.backwardTrace({ x, gamma: [gamma], beta: [0], eps, dy: before }).dx;
    const jacobian = core.jacobian({ x, gamma, eps });
    /** how dx of each example changes with the chosen dy: dy/dx, read down a column */
    const slopes = x.map((_, i) => jacobian[chosen * m + i] ?? 0);
    const isMoved = dy.some((value, i) => value !== before[i]);

    const replaced = (values: readonly number[]) => ({ dy: values, before: dy });
    const random = () => {
      const seed = state.seed + 1;
      const draws = core.normalBatches({ seed, batches: 1, m, mean: 0, std: 1 });
      const rounded = Array.from(draws, (value) => Math.min(2, Math.max(-2, Number(value.toFixed(1)))));
      return { seed, ...replaced(rounded) };
    };
    const resized = (resize: (values: readonly number[]) => readonly number[]) => ({
      x: resize(x),
      dy: resize(dy),
      before: resize(before),
    });

    const isNarrow = width < 560;
    const left = isNarrow ? 40 : 176;
    const column = Math.min(170, (width - left - 6) / m);
    const end = left + column * m;
    const middle = (i: number) => left + column * (i + 0.5);
    const bar = Math.min(26, (column - 6) / 4);
    const scales = {
      x: { ...bounds.x, from: left + 14, to: width - 16 },
      dy: { ...bounds.dy, from: 196, to: 106 },
    };
    const levels = x.flatMap((_, i) => {
      const { dx_direct, dx_through_var, dx_through_mean } = terms;
      const direct = dx_direct[i] ?? 0;
      const two = direct + (dx_through_var[i] ?? 0);
      return [direct, two, two + (dx_through_mean[i] ?? 0), check.sum[i] ?? 0, dx_before[i] ?? 0];
    });
    const reach = roundUp(Math.max(...levels.map(Math.abs)));
    const scaleOfDx: Scale = { least: -reach, most: reach, from: 400, to: 240 };
    const atDx = (value: number) => pixelOf(scaleOfDx, value);
    const digits = column < 60 ? 2 : column < 80 ? 3 : 4;
    const short = (value: number) => (Math.abs(value) <= noise * scale ? '0' : formatNumber(value, digits));

    const rows: { words: string; mark: ComponentChildren; values: ArrayLike<number>; look: string }[] = [
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
      {
        words: 'dx before',
        mark: <line class="before" x1={-9} x2={9} />,
        values: dx_before,
        look: 'quiet',
      },
      {
        words: `dx per unit of dy${subscripts[chosen]}`,
        mark: <Arrow class="change" from={[0, 7]} to={[0, -7]} />,
        values: slopes,
        look: 'q-dy',
      },
    ];
    const rowHeight = isNarrow ? 40 : 26;
    const rowAt = (k: number) => 436 + k * rowHeight;
    const height = rowAt(rows.length - 1) + (isNarrow ? 26 : 14);
    const { look, icon, word, numbers } = verdict(check, off);

    const fillOf = (path: Path) => {
      const { pattern } = looks[path];
      return pattern ? `url(#${id}-${pattern})` : 'currentColor';
    };
    const pathFlag = (path: Path, label: string) =>
      controls.flag(
        looks[path].field,
        <>
          <svg class="swatch" width="22" height="14" aria-hidden="true">
            <g class={looks[path].quantity}>
              <rect class="bar" x="1" y="1" width="20" height="12" fill={fillOf(path)} />
            </g>
          </svg>
          {label}
        </>,
      );
    const term = (path: Path, value: ComponentChildren, label: string) => (
      <munder class={looks[path].quantity}>
        <munder>
          <mrow>{value}</mrow>
          <mo stretchy>⏟</mo>
        </munder>
        <mtext>{label}</mtext>
      </munder>
    );

    return {
      controls: (
        <>
          {pathFlag('dx_direct', 'direct path')}
          {pathFlag('dx_through_var', 'path through the variance')}
          {pathFlag('dx_through_mean', 'path through the mean')}
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
            {m < size[1] &&
              controls.button('size', 'One more example', () => resized((values) => [...values, 0]))}
            {m > size[0] &&
              controls.button('size', 'One fewer', () => resized((values) => values.slice(0, -1)))}
          </div>
        </>
      ),
      drawing: (
        <>
          <svg
            class="backward-paths"
            width={width}
            height={height}
            viewBox={`0 0 ${width} ${height}`}
            role="group"
            aria-label="The batch, the incoming gradient, and the paths of each example"
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
                y={84}
                width={column - 2}
                height={height - 84}
                onPointerDown={() => set({ chosen: i })}
              />
            ))}
            <text class="q-x fill row-label" x={4} y={46}>
              x
            </text>
            <Axis scale={scales.x} at={40} />
            {x.map((value, i) => (
              <text key={i} class={i === chosen ? 'strong' : undefined} x={pixelOf(scales.x, value)} y={24}>
                {i + 1}
              </text>
            ))}

            <text class="q-dy fill row-label" x={4} y={isNarrow ? 88 : 156}>
              dy
            </text>
            <Axis scale={scales.dy} at={left - 4} vertical ticks={[-2, -1, 0, 1, 2]} />
            <line class="zero" x1={left} x2={end} y1={pixelOf(scales.dy, 0)} y2={pixelOf(scales.dy, 0)} />
            <text class="q-x fill row-label" x={4} y={isNarrow ? 228 : 325}>
              dx
            </text>
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
              const sum = atDx(check.sum[i] ?? 0);
              const ghost = atDx(dx_before[i] ?? 0);
              const numeric = atDx(terms.dx_numeric[i] ?? 0);
              const value = dy[i] ?? 0;
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
                    y={pixelOf(scales.dy, value) + (value < 0 ? 23 : -13)}
                  >
                    {formatNumber(value, digits)}
                  </text>
                  <Waterfall
                    scale={scaleOfDx}
                    at={from}
                    bar={bar}
                    parts={paths.map((path) => ({
                      value: terms[path][i] ?? 0,
                      quantity: looks[path].quantity,
                      fill: fillOf(path),
                      counts: on.includes(path),
                    }))}
                  />
                  {isMoved && (
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
                  <circle class="differences" cx={marks} cy={numeric} r="8" />
                  <path
                    class="sum"
                    d={`M${marks},${sum - 6} ${marks + 5},${sum} ${marks},${sum + 6} ${marks - 5},${sum}z`}
                  />
                </g>
              );
            })}

            {rows.map(({ words, mark, values, look: rowLook }, k) => (
              <g key={k}>
                <g transform={`translate(14 ${rowAt(k) - 4})`}>{mark}</g>
                <text class="start" x={30} y={rowAt(k)}>
                  {words}
                </text>
                {x.map((_, i) => (
                  <text key={i} class={rowLook} x={middle(i)} y={rowAt(k) + (isNarrow ? 18 : 0)}>
                    {short(values[i] ?? 0)}
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
          </svg>
          <p class="check" data-verdict={look}>
            <span class="icon" aria-hidden="true">
              {icon}
            </span>
            <strong>{word}</strong> {numbers}.
          </p>
        </>
      ),
      beside: (
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
            {term('dx_direct', <Num value={dy[chosen] ?? 0} bracket />, 'direct')}
            <mo>−</mo>
            {term(
              'dx_through_mean',
              <mfrac>
                <Num value={dbeta} of="beta" />
                <mn>{m}</mn>
              </mfrac>,
              'mean',
            )}
            <mo>−</mo>
            {term(
              'dx_through_var',
              <>
                <Num value={x_hat[chosen] ?? 0} of="x_hat" bracket />
                <mo>·</mo>
                <mfrac>
                  <Num value={dgamma} of="gamma" />
                  <mn>{m}</mn>
                </mfrac>
              </>,
              'variance',
            )}
            <mo>]</mo>
            <mo>=</mo>
            <Num value={dx[chosen] ?? 0} of="x" />
          </Formula>
          <Formula>
            <Gradient of="beta" />
            <mo>=</mo>
            <munder>
              <mo>∑</mo>
              <mi>j</mi>
            </munder>
            <Gradient of="y" sub="j" />
            <mo>=</mo>
            <Num value={dbeta} of="beta" />
          </Formula>
          <Formula>
            <Gradient of="gamma" />
            <mo>=</mo>
            <munder>
              <mo>∑</mo>
              <mi>j</mi>
            </munder>
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
              x_hat[i] ?? 0,
              dy[i] ?? 0,
              ...paths.map((path) => terms[path][i] ?? 0),
              dx[i] ?? 0,
              terms.dx_numeric[i] ?? 0,
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
            values: [check.sum[i] ?? 0, before[i] ?? 0, dx_before[i] ?? 0, slopes[i] ?? 0],
          })),
        },
      ],
      sentence: [
        `${dy[chosen] === 0 && dx[chosen] !== 0 ? `dy${subscripts[chosen]} is 0, and still dx` : 'dx'}${subscripts[chosen]} = ${formatNumber(dx[chosen] ?? 0)}:`,
        `${formatNumber(terms.dx_direct[chosen] ?? 0)} directly, ${formatNumber(terms.dx_through_var[chosen] ?? 0)} through the variance,`,
        `${formatNumber(terms.dx_through_mean[chosen] ?? 0)} through the mean.`,
        reason(
          check,
          off,
          unseen,
          dy.every((value) => value === 0),
        ),
      ]
        .filter(Boolean)
        .join(' '),
    };
  },
});
