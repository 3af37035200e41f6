/** @jsxImportSource preact */
// The batch on a line, the circle of x_hat with the task, and the Jacobian with its chosen entry.

import { formatNumber } from '../../core/format.ts';
import { valueAt } from '../../core/values.ts';
import { areInside } from '../../drawing/batch-buttons.tsx';
import { Formula, Num, Symbol } from '../../drawing/math.tsx';
import { Picture } from '../../drawing/picture.tsx';
import { Axis, Handle, pixelOf, type Scale } from '../../drawing/plot.tsx';
import { Phrase, Words } from '../../drawing/words.tsx';
import { Circle } from './circle.tsx';
import { areFarOut, fromPlane } from './geometry.ts';
import { Matrix } from './matrix.tsx';
import { almostNothing, bounds, type Gradient, type Model, rounded, type State } from './model.ts';
import { circleTitle, eigenvaluesInWords, entryInWords, percent } from './words.ts';

type Set = (change: Partial<State>) => void;

/** Which parts are shown, and how large. */
export interface Layout {
  isWide: boolean;
  /** there are few enough examples for it */
  hasCircle: boolean;
  showsCircle: boolean;
  showsMatrix: boolean;
  circleSize: number;
  matrixWidth: number;
}

export function layoutOf({ m, state: { tab } }: Model, width: number): Layout {
  const hasCircle = m <= 3;
  const isWide = width >= 660;
  const circleSize = isWide ? Math.min(410, width * 0.46) : Math.min(410, width);
  return {
    isWide,
    hasCircle,
    showsCircle: tab === 'circle' ? hasCircle || !isWide : isWide && hasCircle,
    showsMatrix: isWide || tab === 'matrix',
    circleSize,
    matrixWidth: isWide && hasCircle ? width - circleSize - 28 : width,
  };
}

interface DrawingProps {
  model: Model;
  layout: Layout;
  width: number;
  set: Set;
}

export function Drawing({ model, layout, width, set }: DrawingProps) {
  const { x } = model.state;
  return (
    <>
      <Batch width={width} x={x} mean={model.mean} onMove={(i, value) => set({ x: x.with(i, value) })} />
      <div class="coupling-parts">
        {layout.showsCircle && <CirclePart model={model} size={layout.circleSize} set={set} />}
        {layout.showsMatrix && <MatrixPart model={model} layout={layout} set={set} />}
      </div>
    </>
  );
}

interface CirclePartProps {
  model: Model;
  size: number;
  set: Set;
}

function CirclePart({ model, size, set }: CirclePartProps) {
  const { state, m, mean, x_hat, gradient } = model;
  const { x, eps, turn } = state;
  return (
    <div class="coupling-part">
      <Words class="part-title">{circleTitle(m, eps)}</Words>
      {gradient ? (
        <>
          <Circle
            {...{ size, x, x_hat, turn }}
            dy={gradient.dy}
            dx={gradient.dx}
            left={gradient.left}
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
            <span class="q-x">dx, drawn at x: what is left, times {formatNumber(model.factor)}.</span>
          </Words>
          {m === 3 && <Verdict gradient={gradient} eps={eps} staysOfStretch={model.staysOfStretch} />}
        </>
      ) : (
        <Words class="part-words">
          The drawing of x̂ is for two or three examples, the Jacobian for up to eight.
        </Words>
      )}
    </div>
  );
}

function MatrixPart({ model, layout, set }: Omit<DrawingProps, 'width'>) {
  const { state, m, row, column, jacobian, row_sums, factor, x_hat, rank, eigenvalues } = model;
  return (
    <div class="coupling-part">
      <Words class="part-title">The Jacobian: how each y follows each x</Words>
      <div class="coupling-matrix">
        <Matrix
          width={layout.matrixWidth}
          {...{ m, jacobian, row_sums, row, column }}
          onChosen={(to, across) => {
            if (to !== state.row || across !== state.column) set({ row: to, column: across });
          }}
        />
        <div class="entry-words">
          <Words class="part-words chosen-entry">
            {entryInWords(row, column, valueAt(jacobian, row * m + column))}
          </Words>
          <Entry {...{ factor, x_hat, row, column }} />
          <Words class="part-words eigenvalues">{eigenvaluesInWords(rank, eigenvalues)}</Words>
          {!layout.hasCircle && layout.isWide && (
            <Words>{circleTitle(m, state.eps)}. The drawing of x̂ is for two or three.</Words>
          )}
        </div>
      </div>
    </div>
  );
}

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
  gradient: Gradient;
  eps: number;
  staysOfStretch: number;
}

/** Whether the task is done. Its text changes only with the verdict, so that it is not read out at every step. */
function Verdict({ gradient: { isNothing, isAgainst }, eps, staysOfStretch }: VerdictProps) {
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
