// A contender is somebody's implementation of one operation. All get the same tensors, have to give the same results,
// and are timed by the same clock, in turns.

import { summary } from './common.mjs';

/** @typedef {import('./common.mjs').Timing} Timing */
/** @typedef {import('./common.mjs').Type} Type */
/** @typedef {Float32Array | Float64Array} Values */

/**
 * What every contender gets.
 * @typedef {object} Tensors
 * @property {readonly number[]} shape
 * @property {import('./common.mjs').Layout} layout
 * @property {Type} type
 * @property {Values} x
 * @property {Values} dy
 * @property {Float64Array} gamma
 * @property {Float64Array} beta
 * @property {Float64Array} running_mean
 * @property {Float64Array} running_var
 * @property {number} eps
 */

/** @typedef {{ y?: Values, dx?: Values, dgamma?: Values, dbeta?: Values }} Results */

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {string} operation
 * @property {(repeats: number) => void | Promise<void | number>} run returns the seconds if it has a clock of its own
 * @property {() => Results | Promise<Results>} results computes them once more, for comparison
 */

/**
 * Another library, started.
 * @typedef {object} Peer
 * @property {string} name
 * @property {string} version
 * @property {(tensors: Tensors) => Entry | Promise<Entry>} enter
 */

/** @typedef {{ contenders: Contender[], release: () => unknown }} Entry what a peer has for one set of tensors */

/** One timing lasts at least so long: enough for the clock, and for a call into wasm not to count. */
const shortestTiming = 2e-3;
/** Before it counts, a contender runs so long: until it is compiled for speed. */
const warmUp = 0.1;

/** @param {Contender} contender @param {number} repeats */
async function secondsOf(contender, repeats) {
  const start = performance.now();
  const seconds = await contender.run(repeats);
  return seconds ?? (performance.now() - start) / 1e3;
}

/** How often a contender is repeated within one timing. @param {Contender} contender */
async function repeatsFor(contender) {
  let repeats = 1;
  let spent = 0;
  while (spent < warmUp) {
    const seconds = await secondsOf(contender, repeats);
    spent += seconds;
    if (seconds < shortestTiming) repeats *= 2;
  }
  return repeats;
}

/**
 * Times all contenders, each once a round; who begins changes from round to round.
 * @param {Contender[]} contenders
 * @param {number} rounds
 * @returns {Promise<({ name: string, operation: string, repeats: number, seconds: number[] } & Timing)[]>} seconds: of each round
 */
export async function timeAll(contenders, rounds) {
  const runs = [];
  for (const contender of contenders) {
    runs.push({ contender, repeats: await repeatsFor(contender), seconds: /** @type {number[]} */ ([]) });
  }
  for (let round = 0; round < rounds; ++round) {
    for (let turn = 0; turn < runs.length; ++turn) {
      const run = runs[(round + turn) % runs.length];
      if (run) run.seconds.push((await secondsOf(run.contender, run.repeats)) / run.repeats);
    }
  }
  return runs.map(({ contender: { name, operation }, repeats, seconds }) => ({
    name,
    operation,
    repeats,
    seconds,
    ...summary(seconds),
  }));
}

/** The largest difference, as a fraction of the largest value. @param {Values} ours @param {Values} theirs */
function difference(ours, theirs) {
  if (ours.length !== theirs.length) return Infinity;
  let largest = 0;
  let scale = 0;
  for (let k = 0; k < ours.length; ++k) {
    const [our = NaN, their = NaN] = [ours[k], theirs[k]];
    // What is not a number agrees with nothing.
    if (!(Math.abs(our - their) < Infinity)) return Infinity;
    largest = Math.max(largest, Math.abs(our - their));
    scale = Math.max(scale, Math.abs(our));
  }
  return largest / scale;
}

/**
 * What a contender computes otherwise than expected, in words; nothing where it agrees.
 * @param {Results} expected
 * @param {Results} results
 * @param {Type} type
 */
export function disagreements(expected, results, type) {
  const tolerance = type === 'f32' ? 1e-3 : 1e-9;
  return /** @type {(keyof Results)[]} */ (Object.keys(expected)).flatMap((name) => {
    const [ours, theirs] = [expected[name], results[name]];
    const off = ours && theirs ? difference(ours, theirs) : Infinity;
    return off <= tolerance ? [] : [`${name} differs by ${off.toExponential(1)}`];
  });
}
