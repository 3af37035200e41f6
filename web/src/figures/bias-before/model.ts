// Everything that a bias before batch normalization changes, in training and in inference, compared with a layer without
// bias.

import type { Core } from '../../core/core.ts';
import { remembering } from '../../core/remembering.ts';
import { computeFrame } from '../../core/scenario.ts';
import { only } from '../../core/values.ts';
import { choice, flag, list, number, type StateOf } from '../../drawing/fields.ts';
import { neuron } from '../neuron.ts';

export const fields = {
  ...neuron,
  eps: number(0, 0, 10, 0.001),
  dy: list([1, 0, 0, 0], { least: -1, most: 1, step: 0.1 }),
  running_mean: number(0, -10, 10, 0.5),
  running_var: number(1, 1, 25, 1),
  momentum: number(0.9, 0, 1, 0.01),
  mode: choice('training', 'training', 'inference'),
  /** the running statistics were collected with the bias in place */
  collected: flag(false),
};
export type State = StateOf<typeof fields>;

/** All but the bias. */
const layerOf = ({ u, w, gamma, beta, eps, dy, running_mean, running_var, momentum }: State) => ({
  u,
  w,
  gamma,
  beta,
  eps,
  dy,
  running_mean,
  running_var,
  momentum,
});
type Layer = ReturnType<typeof layerOf>;
const givensOf = ({ u, dy, ...numbers }: Layer) => ({
  ...numbers,
  u: Float64Array.from(u),
  dy: Float64Array.from(dy),
});

/** The same layer without a bias: not computed again while only the bias changes. */
const withoutBias = remembering((core, layer: Layer) =>
  computeFrame(
    core,
    { ...givensOf(layer), b: 0 },
    { y_mean: 'mean(y)', y_mean_inference: 'mean(y_inference)' },
  ),
);

const partialSums = (dx: string) =>
  `${dx}[0], ${dx}[0] + ${dx}[1], ${dx}[0] + ${dx}[1] + ${dx}[2], sum(${dx})`;

const formulas = {
  deviation: 'x[0] - batch_mean',
  running_shift: 'new_running_mean - running_mean_without',
  y_mean: 'mean(y)',
  moved: 'mean(y - y_without)',
  walk: partialSums('dx'),
  // The mean of statistics that were collected with the bias contains it.
  mean_inference: 'running_mean + collected * b',
  y_frozen: 'gamma / sqrt(running_var + eps) * (x - mean_inference) + beta',
  y_mean_frozen: 'mean(y_frozen)',
  moved_frozen: 'mean(y_frozen - y_frozen_without)',
  walk_frozen: partialSums('dx_frozen'),
};

/** The effect of b in one mode. `without`: the value for b = 0. */
export interface Effect {
  /** the mean that is subtracted, and the running mean afterwards */
  mean: { with: number; without: number };
  running_mean: { with: number; without: number };
  y: { with: Float64Array; without: Float64Array };
  dx: Float64Array;
  /** the partial sums of dx, from 0 to its sum */
  walk: readonly number[];
  /** the means of y, how far it moved, and the gradient of b */
  y_mean: { with: number; without: number };
  moved: number;
  db: number;
}

export interface Model {
  state: State;
  x: { with: Float64Array; without: Float64Array };
  /** of the first example, from the mean of its batch */
  deviation: number;
  /** how far b moves the running mean in training */
  runningShift: number;
  training: Effect;
  inference: Effect;
  /** in the mode that is chosen */
  effect: Effect;
}

export function modelOf(core: Core, state: State): Model {
  const layer = layerOf(state);
  const without = withoutBias(core, layer);
  const now = computeFrame(
    core,
    {
      ...givensOf(layer),
      b: state.b,
      collected: Number(state.collected),
      y_without: without.y.values,
      y_frozen_without: without.y_inference.values,
      running_mean_without: only(without.new_running_mean.values),
    },
    formulas,
  );
  const of = (name: keyof typeof now) => only(now[name].shown);
  const pair = (name: keyof typeof now, before: keyof typeof without) => ({
    with: of(name),
    without: only(without[before].shown),
  });
  const training: Effect = {
    mean: pair('batch_mean', 'batch_mean'),
    running_mean: pair('new_running_mean', 'new_running_mean'),
    y: { with: now.y.shown, without: without.y.shown },
    dx: now.dx.shown,
    walk: [0, ...now.walk.shown],
    y_mean: pair('y_mean', 'y_mean'),
    moved: of('moved'),
    db: of('db'),
  };
  const frozen = { with: of('mean_inference'), without: state.running_mean };
  const inference: Effect = {
    mean: frozen,
    running_mean: frozen,
    y: { with: now.y_frozen.shown, without: without.y_inference.shown },
    dx: now.dx_frozen.shown,
    walk: [0, ...now.walk_frozen.shown],
    y_mean: pair('y_mean_frozen', 'y_mean_inference'),
    moved: of('moved_frozen'),
    db: of('db_frozen'),
  };
  return {
    state,
    x: { with: now.x.shown, without: without.x.shown },
    deviation: of('deviation'),
    runningShift: of('running_shift'),
    training,
    inference,
    effect: state.mode === 'training' ? training : inference,
  };
}
