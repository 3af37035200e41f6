// Runs shapes without numbers: what holds of every batch norm is asserted of made-up values, in float32 of either
// accuracy and in float64, channels first and last.

import { ulp } from './compare.mjs';
import { arrays, dyRule, layoutWith, product, shapeOf, xRule } from './format.mjs';

/** @typedef {import('./format.mjs').Dtype} Dtype */
/** @typedef {import('./format.mjs').Layout} Layout */
/** @typedef {import('./compare.mjs').Comparison} Comparison */
/** @typedef {import('./modes.mjs').Core} Core */

/** A larger tensor is cut to fewer examples: 32 MB in float64, more than caches hold; in the long tests 128 MB. */
const mostValues = process.env.LONG_TESTS === undefined ? 2 ** 22 : 2 ** 24;

const xValue = xRule({ multiplier: 2654435761, bits: 22, base: 1 });
const dyValue = dyRule({ multiplier: 40503 });
const largestDy = 2;
const eps = 1e-3;

/** The error allowed in ULP of each natural scale: identities I1, I3 and I5 of every batch norm. */
const allowed = { 'mean(y)': 2, 'var(y)': 8, 'mean(dx)': 4, 'y of inference': 4 };
const fields = /** @type {(keyof typeof allowed)[]} */ (Object.keys(allowed));

// Not the one of format.mjs: in the long loops below an imported function costs Vitest several times as much.
const at = (/** @type {ArrayLike<number>} */ values, /** @type {number} */ k) => values[k] ?? Number.NaN;

/** What is known of a list of numbers for each channel. The sums are Kahan's, so that none of the error is theirs. */
class Channelwise {
  /** @param {Layout} layout */
  constructor({ channels, m }) {
    this.m = m;
    this.sums = new Float64Array(channels);
    this.rests = new Float64Array(channels);
    this.largest = new Float64Array(channels);
  }
  /** @param {number} c @param {number} value */
  add(c, value) {
    const term = value - at(this.rests, c);
    const sum = at(this.sums, c) + term;
    this.rests[c] = sum - at(this.sums, c) - term;
    this.sums[c] = sum;
    this.largest[c] = Math.max(at(this.largest, c), Math.abs(value));
  }
  /** @param {number} c */
  mean(c) {
    return at(this.sums, c) / this.m;
  }
}

/**
 * The errors in ULP, by the names of `allowed`.
 * @param {Core} core @param {Layout} layout @param {Dtype} dtype
 */
function errors(core, layout, dtype) {
  const { size, channels, shape, channel_axis, channel } = layout;
  const x = new arrays[dtype](size);
  const dy = new arrays[dtype](size);
  for (let k = 0; k < size; ++k) {
    x[k] = xValue(k);
    dy[k] = dyValue(k);
  }
  const gamma = Float64Array.from({ length: channels }, (_, c) => (((c * 7) % 9) - 4) / 4);
  const beta = Float64Array.from({ length: channels }, (_, c) => (((c * 5) % 7) - 3) / 2);

  const input = { x, shape, channel_axis, gamma, beta, eps };
  const { y, batch_mean, batch_var, saved_invstd } = core.forwardTrain(input);
  const { dx } = core.backwardTrain({ ...input, dy });
  const frozen = core.forwardInference({ ...input, running_mean: batch_mean, running_var: batch_var });

  const offsets = new Channelwise(layout);
  const squares = new Channelwise(layout);
  const gradients = new Channelwise(layout);
  const changes = new Channelwise(layout);
  for (let k = 0; k < size; ++k) {
    const c = channel(k);
    const offset = at(y, k) - at(beta, c);
    offsets.add(c, offset);
    squares.add(c, offset * offset);
    gradients.add(c, at(dx, k));
    changes.add(c, at(frozen.y, k) - at(y, k));
  }

  const worst = { 'mean(y)': 0, 'var(y)': 0, 'mean(dx)': 0, 'y of inference': 0 };
  for (let c = 0; c < channels; ++c) {
    const slope = Math.abs(at(gamma, c));
    const scale = at(offsets.largest, c) + Math.abs(at(beta, c));
    const dxScale = slope * at(saved_invstd, c) * largestDy;
    const variance = squares.mean(c) - offsets.mean(c) ** 2;
    const rho = at(batch_var, c) / (at(batch_var, c) + eps);
    const inUlp = {
      'mean(y)': Math.abs(offsets.mean(c)) / ulp(scale, dtype),
      'var(y)': Math.abs(variance - slope * slope * rho) / ulp(slope * scale, dtype),
      'mean(dx)': Math.abs(gradients.mean(c)) / ulp(dxScale, dtype),
      'y of inference': at(changes.largest, c) / ulp(scale, dtype),
    };
    for (const field of fields) worst[field] = Math.max(worst[field], inUlp[field]);
  }
  return worst;
}

/**
 * @param {{ fast: Core, exact: Core }} cores @param {unknown} given  (N, C, positions ...)
 * @returns {Comparison & { notes: string[] }}
 */
export function judgeShape({ fast, exact }, given) {
  const [examples = 1, channels = 1, ...positions] = shapeOf('shape', given);
  const kept = Math.max(1, Math.min(examples, Math.floor(mostValues / (channels * product(positions)))));
  const layouts = [
    layoutWith([kept, channels, ...positions], 'first'),
    layoutWith([kept, ...positions, channels], 'last'),
  ];
  const runs = layouts.flatMap((layout) => [
    { name: `float32, fast, channels ${layout.channel_axis}`, ulps: errors(fast, layout, 'float32') },
    { name: `float32, exact, channels ${layout.channel_axis}`, ulps: errors(exact, layout, 'float32') },
    { name: `float64, channels ${layout.channel_axis}`, ulps: errors(exact, layout, 'float64') },
  ]);
  return {
    fields: fields.map((field) => ({
      field,
      ulp: runs.reduce((most, { ulps }) => Math.max(most, ulps[field]), 0),
      assumed: false,
    })),
    failures: runs.flatMap(({ name, ulps }) =>
      fields
        .filter((field) => !(ulps[field] <= allowed[field]))
        .map((field) => `${field}: error ${ulps[field]} ULP, allowed ${allowed[field]} (${name})`),
    ),
    notes:
      kept < examples
        ? [`${kept} of ${examples} examples, for the runner stops at ${mostValues} values`]
        : [],
  };
}
