// What the core computes from a batch and its incoming gradient: the paths of each example, and the finite differences
// that they are compared with.

import type { Core } from '../../core/core.ts';
import { computeFrame } from '../../core/scenario.ts';
import { largestOf, only, valueAt } from '../../core/values.ts';
import { flag, list, number, snapped, type StateOf, stops } from '../../drawing/fields.ts';
import { checkPaths, noise, paths, type Terms } from './check.ts';

export const bounds = { x: { least: 0, most: 10, step: 0.1 }, dy: { least: -2, most: 2, step: 0.1 } };
const lengths = [2, 6] as const;

/** The x of an example that is added, by its index: to the right of those that are there already. */
const spare = [2, 4, 6, 8, 9, 10];

export const fields = {
  x: list([2, 4, 6, 8], bounds.x, lengths),
  dy: list([1, 0, 0, 0], bounds.dy, lengths),
  /** the dy whose dx stays in the drawing for comparison */
  before: list([1, 0, 0, 0], bounds.dy, lengths),
  gamma: number(2, -10, 10, 0.1),
  eps: stops(0, [0, 1e-5, 1e-3, 0.01, 0.1, 1, 10]),
  direct: flag(true),
  variance: flag(true),
  mean: flag(true),
  /** the example whose formula and numbers are shown */
  chosen: number(1, 0, 5, 1),
  /** of the random dy drawn last */
  seed: number(0, 0, 1e6, 1),
};
export type State = StateOf<typeof fields>;
export type Change = Partial<State>;

/** How each path is drawn, and the field that switches it. */
export const looks = {
  dx_direct: { field: 'direct', quantity: 'q-dy', pattern: undefined, word: 'direct' },
  dx_through_var: { field: 'variance', quantity: 'q-var', pattern: 'hatch', word: 'variance' },
  dx_through_mean: { field: 'mean', quantity: 'q-mean', pattern: 'dots', word: 'mean' },
} as const;

/** Lists from a link may have different lengths: an example without a dy has 0. */
export const filled = (values: readonly number[], { x }: Pick<State, 'x'>): number[] =>
  x.map((_, i) => values[i] ?? 0);

/** dx for another dy of the same batch. */
const dxFor = (dy: string) => `(${dy} - mean(${dy}) - x_hat * mean(${dy} * x_hat)) * gamma * saved_invstd`;

const formulas = {
  factor: 'abs(gamma) * saved_invstd',
  dx_before: dxFor('before'),
  /** how dx of each example changes with the chosen dy */
  slopes: dxFor('unit'),
};

export function modelOf(core: Core, state: State) {
  const { x, gamma, eps } = state;
  const m = x.length;
  const [dy, before] = [filled(state.dy, state), filled(state.before, state)];
  const chosen = Math.min(state.chosen, m - 1);
  const all = computeFrame(
    core,
    {
      x: Float64Array.from(x),
      gamma,
      beta: 0,
      eps,
      dy: Float64Array.from(dy),
      before: Float64Array.from(before),
      unit: Float64Array.from(x, (_, i) => (i === chosen ? 1 : 0)),
    },
    formulas,
  );
  const { x_hat, dx, dx_before, slopes, dx_direct, dx_through_var, dx_through_mean, dx_numeric } = all;
  const terms: Terms = {
    dx_direct: dx_direct.shown,
    dx_through_var: dx_through_var.shown,
    dx_through_mean: dx_through_mean.shown,
    dx_numeric: dx_numeric.shown,
  };
  /** the largest direct term, relative to which rounding and truncation errors are judged */
  const size = largestOf(terms.dx_direct);
  const factor = only(all.factor.shown);
  const on = paths.filter((path) => state[looks[path].field]);
  return {
    x,
    dy,
    before,
    m,
    chosen,
    gamma,
    eps,
    x_hat: x_hat.shown,
    dx: dx.shown,
    dx_before: dx_before.shown,
    slopes: slopes.shown,
    terms,
    variance: only(all.batch_var.shown),
    dgamma: only(all.dgamma.shown),
    dbeta: only(all.dbeta.shown),
    size,
    on,
    off: paths.filter((path) => !on.includes(path)),
    /** paths that are 0 for every example, so that the check would not notice if they were missing */
    unseen: paths.filter((path) => largestOf(terms[path]) <= noise * size),
    check: checkPaths(core, terms, on, size),
    /** a dx smaller than this counts as 0 */
    negligible: noise * factor,
    /** how many examples have another dy, and another dx, than before */
    moved: {
      dy: dy.filter((value, i) => value !== before[i]).length,
      dx: dx.shown.filter((value, i) => Math.abs(value - valueAt(dx_before.shown, i)) > noise * factor)
        .length,
    },
  };
}
export type Model = ReturnType<typeof modelOf>;

/** Scaled down to the bounds of dy where it exceeds them: only the direction of dy matters here. */
function fitted(dy: Float64Array): number[] {
  const most = largestOf(dy);
  const factor = most > bounds.dy.most ? bounds.dy.most / most : 1;
  return Array.from(dy, (value) => value * factor);
}

/** The changes that the buttons make. */
export function changesOf(core: Core, state: State, { dy, before, x_hat }: Model) {
  const { x } = state;
  const m = x.length;
  const replaced = (values: readonly number[]): Change => ({ dy: values, before: dy });
  return {
    remember: (): Change => ({ before: dy }),
    random: (): Change => {
      const seed = state.seed + 1;
      const draws = core.normalBatches({ seed, batches: 1, m, mean: 0, std: 1 });
      return { seed, ...replaced(Array.from(draws, (value) => snapped(value, bounds.dy))) };
    },
    zeroSum: () => replaced(fitted(core.evaluate('dy - mean(dy)', { dy: Float64Array.from(dy) }).shown)),
    along: () => replaced(fitted(x_hat)),
    sum: () => replaced(x.map(() => 1)),
    canGrow: m < lengths[1],
    longer: (): Change => ({ x: [...x, valueAt(spare, m)], dy: [...dy, 0], before: [...before, 0] }),
    canShrink: m > lengths[0],
    shorter: (): Change => ({ x: x.slice(0, -1), dy: dy.slice(0, -1), before: before.slice(0, -1) }),
  };
}
