// A stream of batches, the running statistics that follow them, and one example normalized with either.

import type { BothModes, Core, RunningPath } from '../../core/core.ts';
import { valueAt } from '../../core/values.ts';
import { number, type StateOf, stops } from '../../drawing/fields.ts';

/** How many batches there are, and how many of the last ones the example is normalized in. */
export const steps = 80;
const recent = 10;

interface Bounds {
  least: number;
  most: number;
  step: number;
}
export const bounds = {
  mean: { least: -2, most: 8, step: 0.1 },
  var: { least: 0, most: 6, step: 0.1 },
  x: { least: -3, most: 9, step: 0.1 },
  step: { least: 1, most: steps, step: 1 },
  shift: { least: 10, most: 70, step: 1 },
};
const within = ({ least, most, step }: Bounds, initial: number) => number(initial, least, most, step);

export const fields = {
  /** the weight of the old value */
  momentum: stops(0.9, [0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999]),
  m: number(8, 1, 32, 1),
  eps: stops(1e-5, [1e-5, 1e-3, 0.1, 1]),
  /** the number of batches so far */
  step: within(bounds.step, 48),
  /** the last batch before the distribution shifts, and mean and variance of the distribution before and after */
  shift_at: within(bounds.shift, 40),
  mean_before: within(bounds.mean, 2),
  mean_after: within(bounds.mean, 5),
  var_before: within(bounds.var, 4),
  var_after: within(bounds.var, 2),
  /** the example that is normalized in both modes */
  x: within(bounds.x, 4),
  seed: number(1, 0, 1e6, 1),
};
export type State = StateOf<typeof fields>;

export function modelOf(core: Core, state: State) {
  const { momentum, eps, step, x, ...stream } = state;
  const from = Math.max(1, step - recent + 1);
  const { batch_mean, batch_var, paths, example } = core.runningStream({
    ...stream,
    batches: steps,
    running_mean: 0,
    running_var: 1,
    rules: [{ convention: 'decay', momentum, estimator: 'biased' }],
    example: { x, eps, from, to: step },
  });
  const [path] = paths as [RunningPath];
  const modes = example as BothModes;
  const last = step - from;
  return {
    ...state,
    /** up to the chosen batch; the running statistics include their initial values */
    batch_mean: batch_mean.subarray(0, step),
    batch_var: batch_var.subarray(0, step),
    running_mean: path.running_mean.subarray(0, step + 1),
    running_var: path.running_var.subarray(0, step + 1),
    start_weight: valueAt(path.start_weight, step),
    span: path.span,
    /** the last batches, the first of them by its number: 1, 2, 3, … */
    from,
    last,
    others: modes.others,
    y_training: modes.y_training,
    /** the example in both modes: with the statistics of its batch, and with the running ones */
    training: {
      mean: valueAt(modes.batch_mean, last),
      variance: valueAt(modes.batch_var, last),
      y: valueAt(modes.y_training, last),
    },
    inference: {
      mean: valueAt(path.running_mean, step),
      variance: valueAt(path.running_var, step),
      y: modes.y_inference,
    },
  };
}
export type Model = ReturnType<typeof modelOf>;
