// From the givens of a block to every quantity that follows from them. No DOM: the build runs it for the static page,
// the page runs it again at every edit.

import {
  type Core,
  type Quantities,
  type Quantity,
  type Range,
  type RunningStatistics,
  type ForwardTrace,
  type LessonInput,
  UnreadableError,
} from './core.ts';

/** What an author may give and a learner may edit, in the order in which formulas may use them: x may be w * u + b. */
export const givens = {
  u: { kind: 'list', says: 'the inputs of a linear layer with one neuron' },
  w: { kind: 'number', says: 'its weight' },
  b: { kind: 'number', says: 'its bias' },
  x: { kind: 'list', says: 'the values of one channel over the mini-batch' },
  dy: { kind: 'list', says: 'the upstream gradient, one value for each x' },
  gamma: { kind: 'number', says: 'the learnable scale' },
  beta: { kind: 'number', says: 'the learnable shift' },
  eps: { kind: 'number', says: 'added to the variance' },
  momentum: { kind: 'number', says: 'the weight of the old running value' },
  running_mean: { kind: 'number', says: 'the running mean before the step' },
  running_var: { kind: 'number', says: 'the running variance before the step' },
  steps: { kind: 'count', says: 'how often the same batch updates the running statistics' },
  learning_rate: { kind: 'number', says: 'the step size of gradient descent' },
  neurons: { kind: 'count', says: 'the neurons of a layer' },
  inputs: { kind: 'count', says: 'the inputs of a layer' },
  m: { kind: 'count', says: 'the size of a mini-batch' },
  seed: { kind: 'count', says: 'which random batches are drawn' },
  draws: { kind: 'count', says: 'how many mini-batches are drawn' },
  population_mean: { kind: 'number', says: 'the mean of the distribution that batches are drawn from' },
  population_std: { kind: 'number', says: 'its standard deviation' },
} as const satisfies Record<string, { kind: 'list' | 'number' | 'count'; says: string }>;

export type GivenName = keyof typeof givens;
export const givenNames = Object.keys(givens) as GivenName[];

/** The most values a list may have, so that every table still fits a page. */
export const mostValues = 16;
const mostSteps = 1000;
/** The most random numbers for one row of a table; the core draws no more at once. */
const mostDrawn = 1_000_000;

/** The givens as typed text, in the order in which they are read. Text that starts with `=` is a formula of earlier givens. */
export type Typed = Partial<Record<GivenName, string>>;

/** One given that cannot be used, with the place in its text where that shows. */
export class GivenError extends RangeError {
  readonly given: GivenName;
  readonly range: Range;
  constructor(given: GivenName, message: string, range: Range) {
    super(`${given}: ${message}`);
    this.name = 'GivenError';
    this.given = given;
    this.range = range;
  }
}

export interface Limits {
  /** The fewest values of x; 2 unless a block is about a batch of one. */
  fewest: number;
}

/** Reads the typed givens. Throws GivenError for the first that cannot be read. */
export function readGivens(core: Core, typed: Typed, limits: Limits): Record<string, Quantity> {
  const read: Record<string, Quantity> = {};
  for (const name of givenNames) {
    const source = typed[name];
    if (source === undefined) continue;
    const formula = source.startsWith('=');
    const text = formula ? source.slice(1) : source;
    const whole = { begin: 0, end: text.length };
    const { kind } = givens[name];
    let value;
    try {
      value = core.evaluate(text, formula ? read : {});
    } catch (error) {
      if (error instanceof UnreadableError) throw new GivenError(name, error.message, error.range);
      throw error;
    }
    if (kind === 'list') {
      const count = value.values.length;
      if (count < limits.fewest || count > mostValues) {
        const expected = `expected ${limits.fewest} to ${mostValues} values, got ${count}`;
        throw new GivenError(name, expected, whole);
      }
      const x = read.x;
      if (name === 'dy' && x instanceof Float64Array && x.length !== count) {
        throw new GivenError(name, `expected ${x.length} values, as many as x, got ${count}`, whole);
      }
      read[name] = value.values;
    } else {
      const number = value.values[0];
      if (value.values.length !== 1 || number === undefined) {
        throw new GivenError(name, `expected one number, got ${value.values.length}`, whole);
      }
      if (kind === 'count' && !(Number.isInteger(number) && number >= 1)) {
        throw new GivenError(name, `expected a whole number from 1, got ${number}`, whole);
      }
      read[name] = number;
    }
  }
  return read;
}

const largest = (values: ArrayLike<number>) =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

const sumOfSizes = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + Math.abs(value), 0);

/** The only channel's number. */
const single = (values: Float64Array) => values[0] as number;

const numberOf = (quantity: Quantity | undefined) => (typeof quantity === 'number' ? quantity : undefined);
const listOf = (quantity: Quantity | undefined) => (quantity instanceof Float64Array ? quantity : undefined);

/**
 * Everything the core can compute from the givens, for one channel. A quantity whose givens are missing is left out.
 * Throws RangeError with the core's sentence where it refuses them.
 */
export function computeQuantities(core: Core, given: Quantities): Quantities {
  const x = listOf(given.x);
  const gamma = numberOf(given.gamma);
  const beta = numberOf(given.beta);
  const eps = numberOf(given.eps);
  if (x === undefined || gamma === undefined || beta === undefined || eps === undefined) {
    return { ...given, ...samplingQuantities(core, given) };
  }
  const input = { x, gamma: [gamma], beta: [beta], eps };
  const forward = core.forwardTrace(input);
  if (!Number.isFinite(single(forward.batch_var))) {
    // The core's y is right even so, but a table with an infinite variance teaches nothing.
    const expected = 'expected values whose variance is a finite double, got an overflow';
    throw new GivenError('x', expected, { begin: 0, end: 0 });
  }
  return allFinite({
    ...given,
    ...forwardQuantities(input, forward),
    ...backwardQuantities(core, given, input, forward),
    ...inferenceQuantities(core, given, input),
    ...runningQuantities(core, given, forward),
  });
}

/** The quantities, or a refusal of the first that left the range of doubles on the way. */
function allFinite(quantities: Quantities): Quantities {
  for (const [name, quantity] of Object.entries(quantities)) {
    const scaled = typeof quantity === 'object' && 'scale' in quantity;
    const { values, scale } = scaled ? quantity : { values: quantity, scale: 0 };
    const sizes = typeof values === 'number' ? [values, scale] : [...values, scale];
    if (!sizes.every(Number.isFinite)) throw new RangeError(`${name}: the result is too large for a double`);
  }
  return quantities;
}

// The scales beside the values tell rounding from true zeros when numbers are shown.

function forwardQuantities({ x, gamma, beta }: LessonInput, forward: ForwardTrace): Quantities {
  const invstd = single(forward.saved_invstd);
  const x_hat_scale = largest(x) * invstd;
  return {
    m: x.length,
    batch_mean: { values: single(forward.batch_mean), scale: largest(x) },
    batch_var: single(forward.batch_var),
    saved_invstd: invstd,
    x_hat: { values: forward.x_hat, scale: x_hat_scale },
    y: { values: forward.y, scale: largest(gamma) * x_hat_scale + largest(beta) },
  };
}

function backwardQuantities(
  core: Core,
  given: Quantities,
  input: LessonInput,
  forward: ForwardTrace,
): Quantities {
  const dy = listOf(given.dy);
  if (dy === undefined) return {};
  const trace = core.backwardTrace({ ...input, dy });
  const invstd = single(forward.saved_invstd);
  const mean = single(forward.batch_mean);
  const spread = largest(Array.from(input.x, (value) => value - mean));
  // Where every value is the same, the root of eps is the length on which y bends. Far from 0 the step must still be
  // some units in the last place of x.
  const length = spread > 0 ? spread : Math.sqrt(input.eps);
  const step = Math.max(6e-6 * length, 8 * Number.EPSILON * largest(input.x));
  const numeric = core.centralDifferenceGradient({ ...input, dy, step });
  const dx_scale = largest(input.gamma) * invstd * largest(dy);
  const dx_hat_sum = sumOfSizes(trace.dx_hat);
  const x_hat_size = largest(forward.x_hat);
  return {
    dx_hat: trace.dx_hat,
    dvar: { values: single(trace.dvar), scale: 0.5 * invstd ** 2 * dx_hat_sum * x_hat_size },
    dmean: { values: single(trace.dmean), scale: invstd * dx_hat_sum },
    dx_direct: trace.dx_direct,
    dx_through_var: { values: trace.dx_through_var, scale: dx_scale },
    dx_through_mean: { values: trace.dx_through_mean, scale: dx_scale },
    dx: { values: trace.dx, scale: dx_scale },
    dgamma: { values: single(trace.dgamma), scale: sumOfSizes(dy) * x_hat_size },
    dbeta: { values: single(trace.dbeta), scale: sumOfSizes(dy) },
    dx_numeric: numeric.dx,
  };
}

function inferenceQuantities(core: Core, given: Quantities, input: LessonInput): Quantities {
  const running_mean = numberOf(given.running_mean);
  const running_var = numberOf(given.running_var);
  if (running_mean === undefined || running_var === undefined) return {};
  const inference = { ...input, running_mean: [running_mean], running_var: [running_var] };
  const y_inference = core.forwardInference(inference).y;
  const dy = listOf(given.dy);
  if (dy === undefined) return { y_inference };
  return { y_inference, dx_frozen: core.backwardFrozen({ ...inference, dy }).dx };
}

/** The running statistics after `steps` updates with the same batch. */
function runningQuantities(core: Core, given: Quantities, forward: ForwardTrace): Quantities {
  const running_mean = numberOf(given.running_mean);
  const running_var = numberOf(given.running_var);
  const momentum = numberOf(given.momentum);
  const steps = numberOf(given.steps) ?? 1;
  if (running_mean === undefined || running_var === undefined || momentum === undefined) return {};
  if (!(momentum >= 0 && momentum <= 1)) {
    const end = String(momentum).length;
    throw new GivenError('momentum', `expected a number from 0 to 1, got ${momentum}`, { begin: 0, end });
  }
  if (steps > mostSteps) {
    const end = String(steps).length;
    throw new GivenError('steps', `expected at most ${mostSteps}, got ${steps}`, { begin: 0, end });
  }
  const { batch_mean, batch_var, x_hat } = forward;
  const m = x_hat.length;
  const states = (estimator: 'biased' | 'unbiased') => {
    const all: RunningStatistics[] = [
      { running_mean: Float64Array.of(running_mean), running_var: Float64Array.of(running_var) },
    ];
    for (let step = 0; step < steps; ++step) {
      const before = all[step] as RunningStatistics;
      const batch = { batch_mean, batch_var, m };
      all.push(
        core.updateRunningStatistics({ ...before, ...batch, momentum, convention: 'decay', estimator }),
      );
    }
    return all;
  };
  const biased = states('biased');
  const last = biased.at(-1) as RunningStatistics;
  const quantities: Record<string, Quantity> = {
    new_running_mean: single(last.running_mean),
    new_running_var: single(last.running_var),
    running_mean_trace: Float64Array.from(biased, (state) => single(state.running_mean)),
  };
  // The unbiased variance of a single value does not exist.
  if (m > 1) {
    const unbiased = states('unbiased').at(-1) as RunningStatistics;
    quantities.new_running_var_unbiased = single(unbiased.running_var);
  }
  return quantities;
}

/** The means and variances of many random mini-batches of size m: every batch is a channel of one forward pass. */
function samplingQuantities(core: Core, given: Quantities): Quantities {
  const seed = numberOf(given.seed);
  const batches = numberOf(given.draws);
  const m = numberOf(given.m);
  const mean = numberOf(given.population_mean);
  const std = numberOf(given.population_std);
  if (seed === undefined || batches === undefined || m === undefined) return {};
  if (mean === undefined || std === undefined) return {};
  if (batches * m > mostDrawn) {
    const expected = `expected at most ${Math.floor(mostDrawn / m)} batches of ${m}, got ${batches}`;
    throw new GivenError('draws', expected, { begin: 0, end: String(batches).length });
  }
  const x = core.normalBatches({ seed, batches, m, mean, std });
  const forward = core.forwardTrain({
    x,
    gamma: new Float64Array(batches).fill(1),
    beta: new Float64Array(batches),
    eps: 1e-5,
  });
  return { sample_means: forward.batch_mean, sample_vars: forward.batch_var };
}
