/** @jsxImportSource preact */
// The Jacobian of a batch, and the circle on which a normalised batch of three lives.

import type { Core } from '../../core/core.ts';
import { areInside, BatchButtons } from '../../drawing/batch-buttons.tsx';
import { choice, list, number, stops } from '../../drawing/fields.ts';
import { figure } from '../../drawing/figure.tsx';
import { Formula, Num, Symbol } from '../../drawing/math.tsx';
import { type Point, pointAt } from './plane.tsx';
import { Picture } from '../../drawing/picture.tsx';
import { Axis, Handle, pixelOf, type Scale } from '../../drawing/plot.tsx';
import { Phrase, Words } from '../../drawing/words.tsx';
import { formatNumber, subscript } from '../../core/format.ts';
import { only, valueAt } from '../../core/values.ts';
import { areFarOut, Circle, fromPlane } from './circle.tsx';
import { Matrix } from './matrix.tsx';

const bounds = { least: -10, most: 10, step: 0.1 };
const [fewest, longest] = [2, 8];

/** The part of dy in the plane at right angles to (1, 1, 1) keeps this length; it only turns. */
const dyLength = 1.5;

/** dx this small against a dy of which everything is left counts as 0: a slider moves in whole degrees. */
const almostNothing = 0.02;

const fields = {
  x: list([4.5, 2, 1], bounds, [fewest, longest]),
  /** with gamma = 0 nothing would be left of any dy */
  gamma: number(1, 0.1, 3, 0.1),
  eps: stops(0, [0, 1e-5, 1e-3, 0.01, 0.1, 1, 10]),
  /** the direction of dy in the plane, in degrees */
  turn: number(115, 0, 359, 1),
  dy_mean: number(0.5, -2, 2, 0.1),
  /** the chosen entry of the Jacobian */
  row: number(0, 0, longest - 1, 1),
  column: number(2, 0, longest - 1, 1),
  /** what a narrow screen shows */
  tab: choice('circle', 'circle', 'matrix'),
};

/** Thousandths, with the sum kept: a drag moves x in the plane only, and links stay short. */
function rounded(values: readonly number[]): number[] {
  const total = values.reduce((sum, each) => sum + each, 0);
  const head = values.slice(0, -1).map((value) => Number(value.toFixed(3)));
  const rest = head.reduce((left, each) => left - each, total);
  return [...head, Number(rest.toFixed(3))];
}

/** The Jacobian, and what is known of it; what is only rounding is 0. */
function jacobianOf(core: Core, x: readonly number[], gamma: number, eps: number, factor: number) {
  const m = x.length;
  const { eigenvalues, rank, row_sums } = core.jacobianSpectrum({ x, gamma, eps });
  const values = Float64Array.of(...core.jacobian({ x, gamma, eps }), ...row_sums, ...eigenvalues);
  const { shown } = core.evaluate('jacobian', { jacobian: { values, scale: factor } });
  return {
    jacobian: shown.subarray(0, m * m),
    row_sums: shown.subarray(m * m, m * m + m),
    eigenvalues: shown.subarray(m * m + m),
    rank,
  };
}

/** What becomes of a dy with this mean that points so in the plane. */
function gradientOf(
  core: Core,
  x: readonly number[],
  gamma: number,
  eps: number,
  dyPoint: Point,
  mean: number,
) {
  const dy = Float64Array.from(fromPlane(dyPoint, mean, x.length));
  const { x_hat, saved_invstd } = core.forwardTrace({ x, gamma: [gamma], beta: [0], eps });
  const { dx } = core.backwardTrace({ x, gamma: [gamma], beta: [0], eps, dy });
  const all = { x_hat, saved_invstd: only(saved_invstd), gamma, dy, dx };
  const of = (formula: string) => core.evaluate(formula, all).shown;
  const [dyMean = 0, along = 0, share = 0, rest = 0] = of(`[
    mean(dy),
    mean(dy * x_hat),
    100 * sqrt(sum(dx^2) / sum(dy^2)) / (gamma * saved_invstd),
    max(abs(dx)) / (gamma * saved_invstd * max(abs(dy - mean(dy))))
  ]`);
  return {
    dy,
    dx: of('dx'),
    left: of('dx / (gamma * saved_invstd)'),
    dyMean,
    alongXHat: of('x_hat * mean(dy * x_hat)'),
    isAgainst: along < 0,
    share,
    isNothing: rest < almostNothing,
  };
}

const percent = (value: number) => `${formatNumber(value, 2)}\u00a0%`;

function circleTitle(m: number, eps: number): string {
  const where = eps > 0 ? 'with ε > 0, x̂ lies inside' : 'x̂ lives on';
  if (m === 2) return `Two examples: ${eps > 0 ? 'with ε > 0, x̂ lies between' : 'x̂ is one of'} two points`;
  if (m === 3) return `Three examples: ${where} a circle of radius √3`;
  return `${m} examples: ${where} a sphere of radius √${m} in ${m - 1} dimensions`;
}

function circleInWords(m: number, eps: number, of: (formula: string) => number): string {
  if (eps > 0) {
    const share = percent(of('100 * sqrt(mean(x_hat^2))'));
    return `With eps = ${formatNumber(eps)}, x_hat lies inside, at ${share} of the radius √${m}.`;
  }
  if (m === 2) return 'With two examples x_hat is +1 and −1, whatever x is.';
  return 'x_hat lies on the circle in the direction of x: shifting or stretching x does not move it.';
}

function gradientInWords(share: number, factor: number, staysOfStretch: number): string {
  const part = staysOfStretch > 0 ? `all but ${percent(staysOfStretch)} of its part` : 'its part';
  const left =
    share === 0
      ? 'nothing of dy is left, so dx = 0'
      : `${percent(share)} of the length of dy is left; times ${formatNumber(factor)} that is dx`;
  return `Without its mean and ${part} along x_hat, ${left}.`;
}

const entryInWords = (row: number, column: number, entry: number) =>
  entry === 0
    ? `If x${subscript(column + 1)} grows a little, y${subscript(row + 1)} stays.`
    : `If x${subscript(column + 1)} grows a little, y${subscript(row + 1)} ${entry > 0 ? 'grows' : 'falls'} by ${formatNumber(Math.abs(entry))} times as much.`;

/** Ascending, with gamma > 0: shifting, stretching, and everything else. */
const eigenvaluesInWords = (rank: number, [shift = 0, stretch = 0, other]: Float64Array) =>
  [
    `Rank ${rank}. Eigenvalues: ${formatNumber(shift)} for shifting all alike`,
    `${formatNumber(stretch)} along x̂`,
    ...(other === undefined ? [] : [`${formatNumber(other)} in every direction across both`]),
  ].join(', ') + '.';

interface EntryProps {
  /** gamma / sqrt(batch_var + eps) */
  factor: number;
  x_hat: Float64Array;
  row: number;
  column: number;
}

/** The chosen entry with its numbers in place. */
function Entry({ factor, x_hat, row, column }: EntryProps) {
  return (
    <Formula>
      <mfrac>
        <mrow>
          <mo>∂</mo>
          <Symbol of="y" sub={String(row + 1)} />
        </mrow>
        <mrow>
          <mo>∂</mo>
          <Symbol of="x" sub={String(column + 1)} />
        </mrow>
      </mfrac>
      <mo>=</mo>
      <Num value={factor} />
      <mo>·</mo>
      <mrow>
        <mo>(</mo>
        <mn>{row === column ? 1 : 0}</mn>
        <mo>−</mo>
        <mfrac>
          <mrow>
            <mn>1</mn>
            <mo>+</mo>
            <Num value={valueAt(x_hat, row)} of="x_hat" bracket />
            <mo>·</mo>
            <Num value={valueAt(x_hat, column)} of="x_hat" bracket />
          </mrow>
          <mn>{x_hat.length}</mn>
        </mfrac>
        <mo>)</mo>
      </mrow>
    </Formula>
  );
}

interface VerdictProps {
  isNothing: boolean;
  isAgainst: boolean;
  eps: number;
  staysOfStretch: number;
}

/** Whether the task is done. Its text changes only with the verdict, so that it is not read out at every step. */
function Verdict({ isNothing, isAgainst, eps, staysOfStretch }: VerdictProps) {
  const isPossible = staysOfStretch < 100 * almostNothing;
  return (
    <div class="task live-only">
      <Words>Task: turn dy until dx = 0.</Words>
      <p class="verdict" role="status" data-verdict={isNothing ? 'right' : 'empty'}>
        <span class="icon" aria-hidden="true">
          {isNothing ? '✓' : '…'}
        </span>
        <Phrase>
          <strong>{isNothing ? 'Done.' : 'Not yet.'}</strong>{' '}
          {isNothing
            ? `Apart from its mean, dy points along ${isAgainst ? '−x̂' : 'x̂'}; next to nothing of it is left.`
            : isPossible
              ? 'Something of dy is left.'
              : `With eps = ${formatNumber(eps)}, ${percent(staysOfStretch)} of a dy along x̂ stays: make eps smaller.`}
        </Phrase>
      </p>
    </div>
  );
}

interface BatchProps {
  width: number;
  x: readonly number[];
  mean: number;
  onMove: (i: number, value: number) => void;
}

/** The values of the batch as points on a line. */
function Batch({ width, x, mean, onMove }: BatchProps) {
  const scale: Scale = { ...bounds, from: width < 480 ? 26 : 40, to: width - 16 };
  return (
    <Picture width={width} height={74} role="group" label="Number line of x">
      <Axis scale={scale} at={48} />
      <text class="q-x fill row-label" x={4} y={53}>
        x
      </text>
      <line class="q-mean line" x1={pixelOf(scale, mean)} x2={pixelOf(scale, mean)} y1={22} y2={48} />
      <text class="q-mean fill" x={pixelOf(scale, mean)} y={16}>
        μ = {formatNumber(mean)}
      </text>
      {x.map((value, i) => (
        <Handle
          key={i}
          scale={scale}
          value={value}
          bounds={bounds}
          at={48}
          label={`x ${i + 1}`}
          onMove={(to) => onMove(i, to)}
        >
          <circle r="9" />
          <text class="number" y="4">
            {i + 1}
          </text>
        </Handle>
      ))}
    </Picture>
  );
}

export const coupling = figure({
  kind: 'coupling',
  fields,
  view({ core, state, set, controls, width }) {
    const { x, gamma, eps, turn } = state;
    const m = x.length;
    const row = Math.min(Math.round(state.row), m - 1);
    const column = Math.min(Math.round(state.column), m - 1);
    const { batch_mean, batch_var, saved_invstd, x_hat } = core.forwardTrace({
      x,
      gamma: [gamma],
      beta: [0],
      eps,
    });
    const [[mean = 0], [variance = 0], [invstd = 0]] = [batch_mean, batch_var, saved_invstd];
    const of = (formula: string) =>
      only(core.evaluate(formula, { gamma, eps, batch_var: variance, saved_invstd: invstd, x_hat }).shown);
    const factor = of('gamma * saved_invstd');
    const { jacobian, row_sums, eigenvalues, rank } = jacobianOf(core, x, gamma, eps, factor);
    const staysOfStretch = of('100 * eps / (batch_var + eps)');

    const isPlane = m === 3;
    const hasCircle = m <= 3;
    // Two examples have one direction at right angles to (1, 1), so dy has nothing to turn in.
    const dyPoint: Point = isPlane ? pointAt(turn, dyLength) : [dyLength, 0];
    const gradient = hasCircle ? gradientOf(core, x, gamma, eps, dyPoint, state.dy_mean) : undefined;

    const isWide = width >= 660;
    const showsCircle = hasCircle ? isWide || state.tab === 'circle' : !isWide && state.tab === 'circle';
    const showsMatrix = isWide || state.tab === 'matrix';
    const circleSize = isWide ? Math.min(410, width * 0.46) : Math.min(410, width);
    const matrixWidth = isWide && hasCircle ? width - circleSize - 28 : width;

    const rankInWords = rank === 0 ? 'The Jacobian is 0.' : `The Jacobian has rank ${rank}.`;
    const lostInWords =
      eps > 0
        ? `Shifting all x alike does nothing to y; of a stretch ${percent(staysOfStretch)} passes.`
        : 'Neither shifting all x alike nor stretching them about their mean does anything to y.';

    return {
      controls: (
        <>
          {!isWide && controls.choice('tab', 'Show', { circle: 'the circle', matrix: 'the Jacobian' })}
          {controls
            .when(isPlane)
            .slider('turn', <span class="q-dy">angle of dy</span>, (value) => `${value}°`)}
        </>
      ),
      more: (
        <>
          {controls.when(hasCircle).slider('dy_mean', <span class="q-dy">mean of dy</span>)}
          {controls.slider('gamma', <span class="q-gamma">γ gamma</span>)}
          {controls.slider('eps', 'ε eps')}
          <div class="actions">
            <BatchButtons controls={controls} x={x} bounds={bounds} fewest={fewest} longest={longest} />
          </div>
        </>
      ),
      drawing: (
        <>
          <Batch width={width} x={x} mean={mean} onMove={(i, value) => set({ x: x.with(i, value) })} />
          <div class="coupling-parts">
            {showsCircle && (
              <div class="coupling-part">
                <Words class="part-title">{circleTitle(m, eps)}</Words>
                {gradient ? (
                  <>
                    <Circle
                      size={circleSize}
                      x={x}
                      x_hat={x_hat}
                      dy={gradient.dy}
                      dx={gradient.dx}
                      left={gradient.left}
                      turn={turn}
                      onMove={(point) => {
                        const values = rounded(fromPlane(point, mean, m));
                        if (areInside(values, bounds)) set({ x: values });
                      }}
                      onTurn={(degrees) => set({ turn: Math.round(degrees) % 360 })}
                    />
                    <Words class="part-words">
                      Seen along (1, …, 1), so the mean is out of sight.{' '}
                      {areFarOut(x) && 'x lies farther out than it is drawn. '}
                      <span class="q-dy">Dotted: what is taken out of dy.</span>{' '}
                      <span class="q-x">dx, drawn at x: what is left, times {formatNumber(factor)}.</span>
                    </Words>
                    {isPlane && <Verdict {...gradient} eps={eps} staysOfStretch={staysOfStretch} />}
                  </>
                ) : (
                  <Words class="part-words">
                    The drawing of x̂ is for two or three examples, the Jacobian for up to eight.
                  </Words>
                )}
              </div>
            )}
            {showsMatrix && (
              <div class="coupling-part">
                <Words class="part-title">The Jacobian: how each y follows each x</Words>
                <div class="coupling-matrix">
                  <Matrix
                    width={matrixWidth}
                    m={m}
                    jacobian={jacobian}
                    row_sums={row_sums}
                    row={row}
                    column={column}
                    onChosen={(to, across) => {
                      if (to !== state.row || across !== state.column) set({ row: to, column: across });
                    }}
                  />
                  <div class="entry-words">
                    <Words class="part-words chosen-entry">
                      {entryInWords(row, column, valueAt(jacobian, row * m + column))}
                    </Words>
                    <Entry factor={factor} x_hat={x_hat} row={row} column={column} />
                    <Words class="part-words eigenvalues">{eigenvaluesInWords(rank, eigenvalues)}</Words>
                    {!hasCircle && isWide && (
                      <Words>{circleTitle(m, eps)}. The drawing of x̂ is for two or three.</Words>
                    )}
                  </div>
                </div>
              </div>
            )}
          </div>
        </>
      ),
      tables: [
        {
          caption: 'The Jacobian of y by x',
          corner: 'y by x',
          columns: [...x.map((_, k) => ({ head: `x${subscript(k + 1)}`, quantity: 'x' })), { head: 'sum' }],
          rows: x.map((_, i) => ({
            label: `y${subscript(i + 1)}`,
            values: [...jacobian.subarray(i * m, (i + 1) * m), valueAt(row_sums, i)],
          })),
        },
        {
          caption: 'What the Jacobian makes of a direction',
          corner: 'direction',
          columns: [{ head: 'eigenvalue' }],
          rows: Array.from(eigenvalues, (value, k) => ({
            label:
              k === 0 ? 'all alike' : k === 1 ? 'along x_hat' : `across both${m > 3 ? `, ${k - 1}` : ''}`,
            values: [value],
          })),
        },
        {
          caption: 'The batch and its gradients',
          corner: 'i',
          columns: [
            { head: 'x', quantity: 'x' },
            { head: 'x_hat', quantity: 'x_hat' },
            ...(gradient
              ? [
                  { head: 'dy', quantity: 'dy' },
                  { head: 'taken out: mean', quantity: 'dy' },
                  { head: 'taken out: along x_hat', quantity: 'dy' },
                  { head: 'dx', quantity: 'x' },
                ]
              : []),
          ],
          rows: x.map((value, i) => ({
            label: String(i + 1),
            values: [
              value,
              valueAt(x_hat, i),
              ...(gradient
                ? [
                    valueAt(gradient.dy, i),
                    gradient.dyMean,
                    valueAt(gradient.alongXHat, i),
                    valueAt(gradient.dx, i),
                  ]
                : []),
            ],
          })),
        },
      ],
      sentence: (gradient && showsCircle
        ? [
            circleInWords(m, eps, of),
            gradientInWords(gradient.share, factor, staysOfStretch),
            showsMatrix ? rankInWords : '',
          ]
        : [rankInWords, lostInWords]
      )
        .filter(Boolean)
        .join(' '),
    };
  },
});
