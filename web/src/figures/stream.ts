// Batches from a distribution that shifts once, and the running statistics that follow them.

import type { Core, RunningUpdate } from '../core/core.ts';
import { valueAt } from '../core/values.ts';

export interface Stream {
  seed: number;
  /** how many batches there are, and how many examples in each */
  steps: number;
  m: number;
  /** the last batch before the shift */
  shift_at: number;
  mean_before: number;
  var_before: number;
  mean_after: number;
  var_after: number;
}

export interface Batches {
  /** (m, steps): a column for each batch */
  x: Float64Array;
  /** (steps) */
  batch_mean: Float64Array;
  batch_var: Float64Array;
}

/** (steps + 1) each: the start, and what follows each batch. */
export interface Running {
  running_mean: Float64Array;
  running_var: Float64Array;
  /** (steps) what the running variance averages */
  fed_var: Float64Array;
}

export type Rule = Pick<
  Extract<RunningUpdate, { momentum: number }>,
  'convention' | 'momentum' | 'm' | 'estimator'
>;

const start = { running_mean: 0, running_var: 1 };

/** Keeps the last result: while a hand moves one thing, the rest of a figure is drawn from the same inputs again. */
function remembering<Input, Result>(compute: (core: Core, input: Input) => Result) {
  let last: { core: Core; key: string; result: Result } | undefined;
  return (core: Core, input: Input): Result => {
    const key = JSON.stringify(input);
    if (last?.core !== core || last.key !== key) last = { core, key, result: compute(core, input) };
    return last.result;
  };
}

export const batchesOf = remembering((core, stream: Stream): Batches => {
  const { seed, steps, m, shift_at } = stream;
  const from = (mean: number, variance: number) => {
    const [std = 0] = core.evaluate('sqrt(variance)', { variance }).values;
    return core.normalBatches({ seed, batches: steps, m, mean, std });
  };
  const x = from(stream.mean_before, stream.var_before);
  const after = from(stream.mean_after, stream.var_after);
  for (let row = 0; row < m; ++row) {
    const [first, end] = [row * steps + shift_at, (row + 1) * steps];
    x.set(after.subarray(first, end), first);
  }
  // The batches stand side by side as channels do, so one call takes the statistics of all. Its y is not used.
  const { batch_mean, batch_var } = core.forwardTrain({ x, shape: [m, steps], eps: 1 });
  return { x, batch_mean, batch_var };
});

/** What the first `seen` batches make of the running statistics, one after the other. */
export const runningOf = remembering(
  (core, { stream, rule, seen }: { stream: Stream; rule: Rule; seen: number }): Running => {
    const { batch_mean, batch_var } = batchesOf(core, stream);
    // Without weight on what was there, a step gives what it is fed with.
    const fed = core.updateRunningStatistics({
      running_mean: batch_mean,
      running_var: batch_var,
      batch_mean,
      batch_var,
      m: rule.m,
      estimator: rule.estimator,
      convention: 'decay',
      momentum: 0,
    });
    const first = {
      batch_mean: batch_mean.subarray(0, seen),
      batch_var: batch_var.subarray(0, seen),
    };
    const series = core.runningSeries({ ...start, ...first, ...rule });
    return { ...series, fed_var: fed.running_var };
  },
);

export interface InTraining {
  /** the other examples of the last batch */
  others: number[];
  /** one each of the batches `from` to `to`, with x among their examples */
  y: Float64Array;
  batch_mean: Float64Array;
  batch_var: Float64Array;
}

/** The example x in training mode, in the place of the first example of the batches `from` to `to`, counted from 1. */
export function inTraining(
  core: Core,
  stream: Stream,
  { x, eps, from, to }: { x: number; eps: number; from: number; to: number },
): InTraining {
  const batches = batchesOf(core, stream);
  const { m, steps } = stream;
  const count = to - from + 1;
  const joined = new Float64Array(m * count).fill(x);
  for (let row = 1; row < m; ++row) {
    joined.set(batches.x.subarray(row * steps + from - 1, row * steps + to), row * count);
  }
  const { y, batch_mean, batch_var } = core.forwardTrain({ x: joined, shape: [m, count], eps });
  const others = Array.from({ length: m - 1 }, (_, row) => valueAt(joined, (row + 2) * count - 1));
  return { others, y: y.subarray(0, count), batch_mean, batch_var };
}
