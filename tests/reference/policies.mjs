// Judges what has no unique right answer: cases whose `kind` is policy, and the calls that another program refuses.

import { malformed } from './format.mjs';
import { operands, train } from './modes.mjs';

/** @typedef {import('./format.mjs').Json} Json */
/** @typedef {import('./modes.mjs').Core} Core */
/** @typedef {{ notes?: string[], failures: string[] }} Judgement */

/** What the core refuses a call with; undefined where it does not. @param {() => unknown} call */
function refusal(call) {
  try {
    call();
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

/**
 * NaN spoils all of its channel but dbeta, which does not see x; infinity may also be refused, but gives nothing
 * finite. Other channels do not change by a bit.
 * @param {Core} core @param {Json} given @returns {Judgement}
 */
function notFinite(core, given) {
  const { x, layout } = operands(given);
  const withNaN = new Set(
    Array.from(x.keys())
      .filter((k) => Number.isNaN(x[k]))
      .map(layout.channel),
  );
  const spoilt = new Set(
    Array.from(x.keys())
      .filter((k) => !Number.isFinite(x[k]))
      .map(layout.channel),
  );
  const refused = refusal(() => train(core, given));
  if (refused !== undefined)
    return withNaN.size > 0
      ? { failures: [`expected NaN in channels with NaN, but the core refused: ${refused}`] }
      : { failures: [], notes: [`refused: ${refused}`] };

  const clean = Array.from(x, (value) => (Number.isFinite(value) ? value : 0));
  const without = train(core, { ...given, inputs: { ...given.inputs, x: clean } }).outputs;
  const failures = Object.entries(train(core, given).outputs).flatMap(([field, { values, channel }]) =>
    Array.from(values).flatMap((got, k) => {
      const finite = without[field]?.values[k];
      const where = `${field}[${k}] (channel ${channel(k)})`;
      if (field === 'dbeta' || !spoilt.has(channel(k)))
        return Object.is(got, finite)
          ? []
          : [`${where}: expected ${finite}, as without NaN or infinity; got ${got}`];
      const right = withNaN.has(channel(k)) ? Number.isNaN(got) : !Number.isFinite(got);
      return right
        ? []
        : [`${where}: expected ${withNaN.has(channel(k)) ? 'NaN' : 'nothing finite'}, got ${got}`];
    }),
  );
  return { failures, notes: [`channels spoilt: ${[...spoilt].join(', ')}; others bit for bit as without`] };
}

/**
 * m = 1: an error, or y = beta exactly and no NaN in running_var.
 * @param {Core} core @param {Json} given @returns {Judgement}
 */
function singleValue(core, given) {
  const { running_mean, running_var, ...inputs } = given.inputs;
  const forward = refusal(() => train(core, { ...given, inputs }));
  if (forward !== undefined) return { failures: [], notes: [`refused: ${forward}`] };
  const failures = train(core, { ...given, inputs }).failures ?? [];
  if (!running_mean || !running_var) return { failures, notes: ['y = beta'] };
  const update = refusal(() => train(core, given));
  if (update !== undefined) return { failures, notes: [`y = beta; running statistics refused: ${update}`] };
  const after = Array.from(train(core, given).outputs.running_var?.values ?? []);
  return after.some(Number.isNaN)
    ? { failures: [...failures, `running_var: expected no NaN, got ${after.join(', ')}`] }
    : { failures, notes: ['y = beta; running_var has no NaN'] };
}

/**
 * 0/0: an error that names the channel, or finite numbers.
 * @param {Core} core @param {Json} given @returns {Judgement}
 */
function constant(core, given) {
  const refused = refusal(() => train(core, given));
  if (refused === undefined) {
    const failures = Object.entries(train(core, given).outputs)
      .filter(([, { values }]) => !Array.from(values).every(Number.isFinite))
      .map(([field]) => `${field}: expected finite numbers or an error that names the channel`);
    return { failures, notes: ['all finite'] };
  }
  return /channel \d/.test(refused)
    ? { failures: [], notes: [`refused: ${refused}`] }
    : { failures: [`expected an error that names the channel, got: ${refused}`] };
}

/** The policy follows from the input that calls for one. @param {Core} core @param {Json} given @returns {Judgement} */
export function judgePolicy(core, given) {
  const { x, layout, eps } = operands(given);
  if (!Array.from(x).every(Number.isFinite)) return notFinite(core, given);
  if (layout.m === 1) return singleValue(core, given);
  if (eps === 0) return constant(core, given);
  return malformed('policy', 'x with NaN or infinity, one value a channel, or eps = 0', given.policy);
}

const list = (/** @type {number} */ length, value = 1) => Array.from({ length }, () => value);
const x = Array.from({ length: 20 }, (_, i) => i * i);
const plain = { x, shape: [2, 10], eps: 1e-5 };
const frozen = { ...plain, running_mean: list(10), running_var: list(10) };

/**
 * The core's errors begin with the argument they are about.
 * @param {string} argument @param {(core: any) => unknown} call @returns {(core: Core) => Judgement}
 */
const refuses = (argument, call) => (core) => {
  const refused = refusal(() => call(core));
  return refused !== undefined && new RegExp(`^${argument}\\b`).test(refused)
    ? { failures: [], notes: [`refused: ${refused}`] }
    : { failures: [`expected an error about ${argument}, got ${refused ?? 'a result'}`] };
};

/**
 * A documented difference: the core takes what another program refuses.
 * @param {string} note @param {(core: any) => { y: ArrayLike<number> }} call
 * @param {(y: number[]) => boolean} [holds] @returns {(core: Core) => Judgement}
 */
const takes =
  (note, call, holds = () => true) =>
  (core) => {
    const refused = refusal(() => call(core));
    if (refused !== undefined) return { failures: [`expected a result (${note}), got the error ${refused}`] };
    const y = Array.from(call(core).y);
    return holds(y)
      ? { failures: [], notes: [`differs, as documented: ${note}`] }
      : { failures: [`expected ${note}, got y = ${y.join(', ')}`] };
  };

const anyDimensions = 'one function takes tensors of 2 to 5 dimensions';

/**
 * The calls of `error_calls` by the names of this core: weight is gamma, bias is beta.
 * @type {Record<string, (core: Core) => Judgement>}
 */
export const errorCalls = {
  'mismatched running_mean size': refuses('running_mean', (core) =>
    core.forwardInference({ ...frozen, running_mean: list(9) }),
  ),
  'mismatched running_var size': refuses('running_var', (core) =>
    core.forwardInference({ ...frozen, running_var: list(11) }),
  ),
  'mismatched weight size': refuses('gamma', (core) => core.forwardTrain({ ...plain, gamma: list(9) })),
  'mismatched bias size': refuses('beta', (core) => core.forwardTrain({ ...plain, beta: list(11) })),
  'inference without running statistics': refuses('running_mean', (core) => core.forwardInference(plain)),
  'm = 1 (NC)': takes(
    'm = 1 with eps > 0 gives y = beta',
    (core) => core.forwardTrain({ ...plain, x: x.slice(10), shape: [1, 10], beta: list(10, 0.5) }),
    (y) => y.every((each) => each === 0.5),
  ),
  'BatchNorm1d given 4-D': takes(anyDimensions, (core) =>
    core.forwardTrain({ ...plain, shape: [2, 5, 2, 1] }),
  ),
  'BatchNorm2d given 2-D': takes(anyDimensions, (core) => core.forwardTrain(plain)),
  'empty batch, training': refuses('x', (core) => core.forwardTrain({ ...plain, x: [], shape: [0, 10] })),
};
