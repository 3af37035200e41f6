// The Jacobian of a batch with its eigenvalues and rank, and its effect on an incoming gradient.

import type { Core } from '../../core/core.ts';
import { remembering } from '../../core/remembering.ts';
import { computeFrame } from '../../core/scenario.ts';
import { only } from '../../core/values.ts';
import { choice, list, number, type StateOf, stops } from '../../drawing/fields.ts';
import { type Point, pointAt } from './plane.tsx';
import { fromPlane } from './geometry.ts';

export const bounds = { least: -10, most: 10, step: 0.1 };
export const [fewest, longest] = [2, 8];

/** The length of the component of dy orthogonal to (1, 1, 1), which can only be rotated. */
const dyLength = 1.5;

/** dx this small, relative to that of a tangential dy, counts as 0: a slider moves in whole degrees. */
export const almostNothing = 0.02;

export const fields = {
  x: list([4.5, 2, 1], bounds, [fewest, longest]),
  /** never 0: dx would then be 0 for every dy */
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
export type State = StateOf<typeof fields>;

const jacobianOf = remembering((core, batch: Pick<State, 'x' | 'gamma' | 'eps'>) =>
  core.jacobianSpectrum(batch),
);

const formulas = {
  factor: 'gamma * saved_invstd',
  stays_of_stretch: '100 * eps / (batch_var + eps)',
  radius: '100 * sqrt(mean(x_hat^2))',
};
const formulasOfGradient = {
  left: 'dx / factor',
  dy_mean: 'mean(dy)',
  along: 'mean(dy * x_hat)',
  along_x_hat: 'x_hat * along',
  share: '100 * sqrt(sum(dx^2) / sum(dy^2)) / factor',
  rest: 'max(abs(dx)) / (factor * max(abs(dy - dy_mean)))',
};

/** The gradient going back through two or three examples. */
export interface Gradient {
  dy: Float64Array;
  dx: Float64Array;
  /** the component of dy that moves x_hat: dx without its factor */
  left: Float64Array;
  dyMean: number;
  /** the component of dy along x_hat, which is removed */
  alongXHat: Float64Array;
  /** whether that component points against x_hat */
  isAgainst: boolean;
  /** the length of `left` relative to that of dy, in per cent */
  share: number;
  isNothing: boolean;
}

export interface Model {
  state: State;
  m: number;
  /** the chosen entry */
  row: number;
  column: number;
  mean: number;
  x_hat: Float64Array;
  /** gamma / sqrt(batch_var + eps) */
  factor: number;
  /** (m, m) row by row */
  jacobian: Float64Array;
  row_sums: Float64Array;
  eigenvalues: Float64Array;
  rank: number;
  /** how much of a change of x along x_hat reaches y, and the length of x_hat over √m, in per cent */
  staysOfStretch: number;
  radius: number;
  gradient: Gradient | undefined;
}

/** Two examples have one direction orthogonal to (1, 1) only, so dy cannot be rotated. */
const dyPoint = ({ x, turn }: State): Point => (x.length === 3 ? pointAt(turn, dyLength) : [dyLength, 0]);

export function modelOf(core: Core, state: State): Model {
  const { x, gamma, eps } = state;
  const m = x.length;
  const { jacobian, row_sums, eigenvalues, rank } = jacobianOf(core, { x, gamma, eps });
  const givens = { x: Float64Array.from(x), gamma, beta: 0, eps };
  let gradient: Gradient | undefined;
  let all;
  if (m <= 3) {
    const dy = Float64Array.from(fromPlane(dyPoint(state), state.dy_mean, m));
    const computed = computeFrame(core, { ...givens, dy }, { ...formulas, ...formulasOfGradient });
    all = computed;
    gradient = {
      dy,
      dx: computed.dx.shown,
      left: computed.left.shown,
      dyMean: only(computed.dy_mean.shown),
      alongXHat: computed.along_x_hat.shown,
      isAgainst: only(computed.along.shown) < 0,
      share: only(computed.share.shown),
      isNothing: only(computed.rest.shown) < almostNothing,
    };
  } else all = computeFrame(core, givens, formulas);
  return {
    state,
    m,
    row: Math.min(Math.round(state.row), m - 1),
    column: Math.min(Math.round(state.column), m - 1),
    mean: only(all.batch_mean.values),
    x_hat: all.x_hat.values,
    factor: only(all.factor.shown),
    jacobian: jacobian.shown,
    row_sums: row_sums.shown,
    eigenvalues: eigenvalues.shown,
    rank,
    staysOfStretch: only(all.stays_of_stretch.shown),
    radius: only(all.radius.shown),
    gradient,
  };
}

/** Rounded to thousandths with the same sum: a drag moves x within the plane, and links stay short. */
export function rounded(values: readonly number[]): number[] {
  const total = values.reduce((sum, each) => sum + each, 0);
  const head = values.slice(0, -1).map((value) => Number(value.toFixed(3)));
  const rest = head.reduce((left, each) => left - each, total);
  return [...head, Number(rest.toFixed(3))];
}
