// What the core makes of a batch: normalised, scaled and shifted, and the mean and the spread of each.

import type { Core } from '../../core/core.ts';
import { computeFrame } from '../../core/scenario.ts';
import { largestOf, only } from '../../core/values.ts';
import { list, number, type StateOf, stops } from '../../drawing/fields.ts';

export const bounds = { least: -10, most: 10, step: 0.1 };

export const fields = {
  x: list([2, 4, 6, 8], bounds, [2, 6]),
  gamma: number(2, -10, 10, 0.1),
  beta: number(1, -10, 10, 0.1),
  eps: stops(0, [0, 1e-5, 1e-3, 0.01, 0.1, 1, 10]),
  /** the example whose formula and numbers are shown */
  chosen: number(0, 0, 5, 1),
  /** of the batch drawn last */
  seed: number(0, 0, 1e6, 1),
};
export type State = StateOf<typeof fields>;

const formulas = {
  std: 'sqrt(batch_var)',
  x_hat_mean: 'mean(x_hat)',
  x_hat_std: 'sqrt(mean((x_hat - mean(x_hat))^2))',
  y_mean: 'mean(y)',
  y_std: 'sqrt(mean((y - mean(y))^2))',
  farthest: 'max(abs(y - x))',
  undoing_gamma: 'sqrt(batch_var + eps)',
};

export function modelOf(core: Core, { x, gamma, beta, eps, chosen }: State) {
  const all = computeFrame(core, { x: Float64Array.from(x), gamma, beta, eps }, formulas);
  const of = (name: keyof typeof all) => only(all[name].shown);
  return {
    x,
    gamma,
    beta,
    eps,
    /** a link may choose an example that this batch does not have */
    chosen: Math.min(chosen, x.length - 1),
    x_hat: all.x_hat.shown,
    y: all.y.shown,
    variance: of('batch_var'),
    /** of the values on each of the three lines */
    spreads: {
      x: { mean: of('batch_mean'), std: of('std') },
      x_hat: { mean: of('x_hat_mean'), std: of('x_hat_std') },
      y: { mean: of('y_mean'), std: of('y_std') },
    },
    isIdentity: of('farthest') === 0,
    /** the γ that, with the mean as β, makes y = x */
    undoingGamma: of('undoing_gamma'),
    /** the end of an axis that holds all values, a round number: 10, or more where y needs it */
    reach: Math.ceil(Math.max(10, largestOf(all.y.shown)) / 10) * 10,
  };
}
export type Model = ReturnType<typeof modelOf>;

/** Another batch of as many examples. */
export function nextBatch(core: Core, { x, seed: last }: State) {
  const seed = last + 1;
  const draws = core.normalBatches({
    seed,
    batches: 1,
    m: x.length,
    mean: seed % 2 === 0 ? 3 : -2,
    std: 2.5,
  });
  return {
    seed,
    x: Array.from(draws, (value) => Math.min(10, Math.max(-10, Number(value.toFixed(1))))),
  };
}
