// Runs a case through the core: a function for each mode.

import {
  at,
  dtypeOf,
  dyRule,
  layoutOf,
  malformed,
  number,
  numbers,
  numbersOrNone,
  object,
  xRule,
} from './format.mjs';
import { fold, linear_bn_train } from './linear.mjs';
import { averaging, naturalScales, perChannel, perValue, runningScales } from './scales.mjs';

/** @typedef {import('./format.mjs').Json} Json */
/** @typedef {import('./format.mjs').Values} Values */
/** @typedef {import('./compare.mjs').Output} Output */
/** @typedef {import('./compare.mjs').Stated} Stated */
/** @typedef {import('./scales.mjs').Running} Running */
/** @typedef {import('../../web/src/core/core.ts').Core} Core */

/**
 * @typedef {object} Run
 * @property {Record<string, Output>} outputs  by the names of README.md
 * @property {Stated} [stated]  what to compare them with, where that is not the case itself
 * @property {string[]} [failures]  broken promises that hold for every file
 */

/**
 * What the core is given in training and in inference.
 * @param {Json} given
 */
export function operands(given) {
  const dtype = dtypeOf(given.dtype);
  const layout = layoutOf(given.layout, given.shape);
  const inputs = object('inputs', given.inputs);
  const ofChannels = (/** @type {string} */ name) =>
    numbersOrNone(`inputs.${name}`, inputs[name], dtype, layout.channels);
  const ruled = (/** @type {(i: number) => number} */ rule) =>
    Array.from({ length: layout.size }, (_, i) => rule(i));
  const x = given.x_rule ? ruled(xRule(given.x_rule)) : inputs.x;
  const dy = given.dy_rule ? ruled(dyRule(given.dy_rule)) : inputs.dy;
  return {
    layout,
    eps: number('eps', given.eps),
    x: numbers('inputs.x', x, dtype, layout.size),
    dy: numbersOrNone('inputs.dy', dy, dtype, layout.size),
    gamma: ofChannels('gamma'),
    beta: ofChannels('beta'),
    running_mean: ofChannels('running_mean'),
    running_var: ofChannels('running_var'),
  };
}
/** @typedef {ReturnType<typeof operands>} Operands */

/** The part that every call of the core takes; gamma and beta are left out where the case has none. */
const inputOf = (/** @type {Operands} */ { layout: { shape, channel_axis }, x, eps, gamma, beta }) => ({
  x,
  shape,
  channel_axis,
  eps,
  ...(gamma && { gamma }),
  ...(beta && { beta }),
});

/** Some of the values of a tensor. @param {Output} output @param {ArrayLike<number>} index @returns {Output} */
const sample = ({ values, channels, channel, scale }, index) => ({
  values: Array.from(index, (i) => at(values, i)),
  channels,
  channel: (k) => channel(at(index, k)),
  scale: (k) => scale(at(index, k)),
});

/**
 * What a case states; a large one states y and dx at some indices.
 * @param {Json} given @param {Record<string, Output>} outputs @returns {Run}
 */
function sampled(given, outputs) {
  const { sample_index, truth, expected, truth_at_sample, expected_at_sample } = given;
  if (sample_index === undefined) return { outputs };
  if (!Array.isArray(sample_index)) return malformed('sample_index', 'a list of numbers', sample_index);
  const index = numbers('sample_index', sample_index, 'float64', sample_index.length);
  const { y, dx, ...others } = outputs;
  return {
    outputs: { ...others, ...(y && { y: sample(y, index) }), ...(dx && { dx: sample(dx, index) }) },
    stated: { truth: { ...truth, ...truth_at_sample }, expected: { ...expected, ...expected_at_sample } },
  };
}

/** A channel of equal values has to give beta bit for bit. @param {Operands} operands @param {Values} y */
function constantChannels({ layout: { channel }, x, beta }, y) {
  /** @type {number[]} */
  const first = [];
  const varying = new Set();
  x.forEach((value, k) => {
    if (value !== (first[channel(k)] ??= value)) varying.add(channel(k));
  });
  const constant = first.map((_, c) => c).filter((c) => !varying.has(c));
  return constant.flatMap((c) => {
    const wanted = beta ? at(beta, c) : 0;
    const wrong = y.findIndex((value, k) => channel(k) === c && !Object.is(value, wanted));
    return wrong < 0
      ? []
      : [`y[${wrong}]: channel ${c} is constant, so expected beta = ${wanted} bit for bit, got ${y[wrong]}`];
  });
}

/** @param {Core} core @param {Json} given @returns {Run} */
export function train(core, given) {
  const all = operands(given);
  const { layout, dy, running_mean, running_var } = all;
  const input = inputOf(all);
  const { y, batch_mean, batch_var, saved_invstd } = core.forwardTrain(input);
  const scales = naturalScales(all);
  /** @type {Record<string, Output>} */
  const outputs = {
    y: perValue(y, scales.y, layout),
    saved_mean: perChannel(batch_mean, scales.saved_mean),
    saved_var: perChannel(batch_var, scales.saved_var),
    saved_invstd: perChannel(saved_invstd, scales.saved_invstd),
  };
  if (dy) {
    const { dx, dgamma, dbeta } = core.backwardTrain({ ...input, dy });
    outputs.dx = perValue(dx, scales.dx, layout);
    outputs.dgamma = perChannel(dgamma, scales.dgamma);
    outputs.dbeta = perChannel(dbeta, scales.dbeta);
  }
  if (running_mean && running_var) {
    const before = { running_mean, running_var };
    const how = averaging(given, 1);
    const after = core.updateRunningStatistics({ ...before, batch_mean, batch_var, m: layout.m, ...how });
    const scale = runningScales(before, scales, layout.m, how);
    outputs.running_mean = perChannel(after.running_mean, scale.running_mean);
    outputs.running_var = perChannel(after.running_var, scale.running_var);
  }
  return { ...sampled(given, outputs), failures: constantChannels(all, y) };
}

/** @param {Core} core @param {Json} given @returns {Run} */
function inference(core, given) {
  const all = operands(given);
  const { layout, dy } = all;
  const missing = (/** @type {string} */ name) => malformed(`inputs.${name}`, 'a list of numbers', null);
  const frozen = {
    running_mean: all.running_mean ?? missing('running_mean'),
    running_var: all.running_var ?? missing('running_var'),
  };
  const input = { ...inputOf(all), ...frozen };
  const scales = naturalScales(all, frozen);
  /** @type {Record<string, Output>} */
  const outputs = { y: perValue(core.forwardInference(input).y, scales.y, layout) };
  if (dy) {
    const { dx, dgamma, dbeta } = core.backwardFrozen({ ...input, dy });
    outputs.dx = perValue(dx, scales.dx, layout);
    outputs.dgamma = perChannel(dgamma, scales.dgamma);
    outputs.dbeta = perChannel(dbeta, scales.dbeta);
  }
  return sampled(given, outputs);
}

/** @param {Core} core @param {Json} given @returns {Run} */
function sequence(core, given) {
  const dtype = dtypeOf(given.dtype);
  const eps = number('eps', given.eps);
  /** @type {Json[]} */
  const steps = Array.isArray(given.steps) ? given.steps : malformed('steps', 'a list', given.steps);
  const batches = steps.map((step, i) => {
    const { shape, x } = object(`steps[${i}].batch`, step?.batch);
    const layout = layoutOf(given.layout, shape);
    return { layout, x: numbers(`steps[${i}].batch.x`, x, dtype, layout.size), eps };
  });
  const channels = batches[0]?.layout.channels ?? malformed('steps', 'at least one batch', steps);
  const initial = object('initial', given.initial);
  const start = {
    running_mean: numbers('initial.running_mean', initial.running_mean, dtype, channels),
    running_var: numbers('initial.running_var', initial.running_var, dtype, channels),
  };

  /** The statistics after each step, and their scales. @param {Json} rules  momentum and the estimator */
  const follow = (rules) => {
    /** @type {{ running: Running, scale: Running }[]} */
    const states = [];
    batches.forEach((batch, i) => {
      const { running, scale } = states.at(-1) ?? { running: start, scale: start };
      const { shape, channel_axis, m } = batch.layout;
      const { batch_mean, batch_var } = core.forwardTrain({ x: batch.x, shape, channel_axis, eps });
      const how = averaging(rules, i + 1);
      states.push({
        running: core.updateRunningStatistics({ ...running, batch_mean, batch_var, m, ...how }),
        scale: runningScales(scale, naturalScales(batch), m, how),
      });
    });
    const rows = (/** @type {'running_mean' | 'running_var'} */ field) =>
      perChannel(
        states.flatMap(({ running }) => Array.from(running[field])),
        states.flatMap(({ scale }) => Array.from(scale[field])),
        channels,
      );
    return {
      mean: rows('running_mean'),
      variance: rows('running_var'),
      last: states.at(-1)?.running ?? start,
    };
  };
  const own = follow(given);
  const biased = follow({ ...given, running_var_estimator: 'biased' });

  // The rule in words speaks of the largest |x| that a statistic has seen, and of 1 where that is less.
  const seen = new Float64Array(channels).fill(1);
  const sizes = batches.flatMap(({ layout, x }) => {
    x.forEach((value, k) => {
      const c = layout.channel(k);
      seen[c] = Math.max(at(seen, c), Math.abs(value));
    });
    return Array.from(seen);
  });
  const size = (/** @type {number} */ k) => at(sizes, k);
  const square = (/** @type {number} */ k) => at(sizes, k) ** 2;
  /** @type {Record<string, Output>} */
  const outputs = {
    running_mean: { ...own.mean, magnitude: size },
    running_var: { ...own.variance, magnitude: square },
    running_var_biased: { ...biased.variance, magnitude: square },
  };
  const final = given.final_inference;
  if (final) {
    const layout = layoutOf(given.layout, final.shape ?? [final.x?.length / channels, channels]);
    const x = numbers('final_inference.x', final.x, dtype, layout.size);
    const { shape, channel_axis } = layout;
    const { y } = core.forwardInference({ x, shape, channel_axis, eps, ...own.last });
    outputs.y = perValue(y, naturalScales({ layout, x, eps }, own.last).y, layout);
  }

  /** The fields of all steps, one step after the other. @param {'truth' | 'expected'} source */
  const stated = (source) => {
    const fields = new Set(steps.flatMap((step) => Object.keys(step[source] ?? {})));
    const joined = [...fields].map((field) => [field, steps.flatMap((step) => step[source]?.[field])]);
    return { ...Object.fromEntries(joined), y: final?.[`${source}_y`] ?? null };
  };
  return { outputs, stated: { truth: stated('truth'), expected: stated('expected') } };
}

/** @type {Record<string, (core: Core, given: Json) => Run>} */
export const modes = { train, inference, sequence, fold, linear_bn_train };
