// The natural scales of README.md, for files that do not state them, and the outputs they belong to. Plain arithmetic
// will do: an ULP depends on little more than the exponent of its scale.

import { at, choice, number } from './format.mjs';

/** @typedef {import('./format.mjs').Json} Json */
/** @typedef {import('./format.mjs').Layout} Layout */
/** @typedef {import('./format.mjs').Values} Values */
/** @typedef {import('./compare.mjs').Output} Output */
/** @typedef {ArrayLike<number>} Numbers */
/** @typedef {{ running_mean: Numbers, running_var: Numbers }} Running */

/**
 * What scales are made of; dy, gamma and beta where the case has them.
 * @typedef {object} Scaled
 * @property {Layout} layout
 * @property {Values} x
 * @property {Values | undefined} [dy]
 * @property {Numbers | undefined} [gamma]
 * @property {Numbers | undefined} [beta]
 * @property {number} eps
 */

export const largest = (/** @type {Numbers} */ values) =>
  Array.from(values).reduce((most, each) => Math.max(most, Math.abs(each)), 0);
const sum = (/** @type {number[]} */ values) => values.reduce((all, each) => all + each, 0);

/** A number a channel, or several such rows. @param {Numbers} values @param {Numbers} scale @returns {Output} */
export const perChannel = (values, scale, channels = scale.length) => ({
  values,
  channels,
  channel: (k) => k % channels,
  scale: (k) => at(scale, k),
});

/** A tensor laid out as x. @param {Numbers} values @param {Numbers} scale @param {Layout} layout @returns {Output} */
export const perValue = (values, scale, { channels, channel }) => ({
  values,
  channels,
  channel,
  scale: (k) => at(scale, channel(k)),
});

/**
 * The scales of a training step, or of inference with frozen statistics: a number a channel.
 * @param {Scaled} operands
 * @param {Running} [frozen]
 */
export function naturalScales({ layout, x, dy, gamma, beta, eps }, frozen) {
  /** @type {number[][]} */
  const places = Array.from({ length: layout.channels }, () => []);
  x.forEach((_, k) => places[layout.channel(k)]?.push(k));
  const channels = places.map((ks, c) => {
    const xs = ks.map((k) => at(x, k));
    const dys = ks.map((k) => (dy ? at(dy, k) : 0));
    // In units of the largest value no square overflows. Frozen statistics are not squared.
    const unit = frozen ? 1 : Math.max(largest(xs), Math.sqrt(eps));
    const scaled = xs.map((value) => value / unit);
    const mean = frozen ? at(frozen.running_mean, c) : sum(scaled) / layout.m;
    const variance = frozen
      ? at(frozen.running_var, c)
      : sum(scaled.map((value) => (value - mean) ** 2)) / layout.m;
    const deviation = Math.sqrt(variance + eps / unit / unit);
    const x_hat = scaled.map((value) => (value - mean) / deviation);
    const slope = Math.abs(gamma ? at(gamma, c) : 1);
    return {
      y: slope * largest(x_hat) + Math.abs(beta ? at(beta, c) : 0),
      dx: (slope * largest(dys)) / deviation / unit,
      dgamma: sum(dys.map((value, i) => Math.abs(value * at(x_hat, i)))),
      dbeta: sum(dys.map(Math.abs)),
      saved_mean: largest(xs),
      saved_var: variance * unit * unit,
      saved_invstd: 1 / deviation / unit,
    };
  });
  return {
    y: channels.map((each) => each.y),
    dx: channels.map((each) => each.dx),
    dgamma: channels.map((each) => each.dgamma),
    dbeta: channels.map((each) => each.dbeta),
    saved_mean: channels.map((each) => each.saved_mean),
    saved_var: channels.map((each) => each.saved_var),
    saved_invstd: channels.map((each) => each.saved_invstd),
  };
}

const estimators = /** @type {const} */ ({ biased: 'biased', unbiased: 'unbiased' });
const conventions = /** @type {const} */ ({ decay: 'decay', torch: 'torch' });

/**
 * How the case lets running statistics move, as the core takes it.
 * @param {Json} given @param {number} step  1, 2, ...
 */
export function averaging(given, step) {
  const estimator = choice('running_var_estimator', given.running_var_estimator, estimators);
  if (given.momentum === null) return { convention: /** @type {const} */ ('cumulative'), step, estimator };
  const convention = choice('momentum_convention', given.momentum_convention, conventions);
  return { convention, momentum: number('momentum', given.momentum), estimator };
}
/** @typedef {ReturnType<typeof averaging>} Averaging */

/** The weight of the batch in a running statistic. @param {Averaging} how */
function shareOfBatch(how) {
  if (how.convention === 'cumulative') return 1 / how.step;
  return how.convention === 'torch' ? how.momentum : 1 - how.momentum;
}

/**
 * The scales of running statistics after a step: the same average, of absolute values.
 * @param {Running} before @param {{ saved_mean: Numbers, saved_var: Numbers }} batch @param {number} m
 * @param {Averaging} how
 */
export function runningScales(before, batch, m, how) {
  const share = shareOfBatch(how);
  const average = (/** @type {Numbers} */ old, /** @type {Numbers} */ now, factor = 1) =>
    Array.from(old, (each, c) => Math.abs((1 - share) * each) + Math.abs(share * factor * at(now, c)));
  const correction = how.estimator === 'unbiased' ? m / (m - 1) : 1;
  return {
    running_mean: average(before.running_mean, batch.saved_mean),
    running_var: average(before.running_var, batch.saved_var, correction),
  };
}
