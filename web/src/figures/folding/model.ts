// A small layer with its batch normalization in inference, the layer that both fold into, the outputs of either, and the
// operations that each takes.

import type { Core, Numbers } from '../../core/core.ts';
import { remembering } from '../../core/remembering.ts';
import { only, valueAt } from '../../core/values.ts';
import { list, number, type StateOf, stops } from '../../drawing/fields.ts';
import { neuron } from '../neuron.ts';

const powersOfTwo = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

const bounds = {
  weight: { least: -5, most: 5, step: 0.5 },
  bias: { least: -12, most: 12, step: 0.5 },
  affine: { least: -3, most: 3, step: 0.1 },
  mean: { least: -10, most: 10, step: 0.5 },
  variance: { least: 1, most: 25, step: 1 },
};

export const fields = {
  /** of the first neuron, whose batch normalization the controls move: its first weight, and all else */
  w: neuron.w,
  b: neuron.b,
  gamma: neuron.gamma,
  beta: neuron.beta,
  running_mean: number(0, -10, 10, 0.5),
  running_var: number(1, 1, 25, 1),
  /** the same of the second and the third neuron */
  others_w: list([1, 1], bounds.weight),
  others_b: list([0, 0], bounds.bias),
  others_gamma: list([1, 1], bounds.affine),
  others_beta: list([0, 0], bounds.affine),
  others_running_mean: list([0, 0], bounds.mean),
  others_running_var: list([1, 1], bounds.variance),
  /** the second weight of each neuron */
  second_weights: list([1, 1, 1], bounds.weight),
  /** the inputs of the small layer that is folded */
  input_1: number(1, -5, 5, 0.5),
  input_2: number(1, -5, 5, 0.5),
  /** the size of the layer whose operations are counted */
  neurons: stops(256, powersOfTwo),
  inputs: stops(256, powersOfTwo),
};
export type State = StateOf<typeof fields>;

/** How many neurons the small layer has, with two inputs each. */
export const neuronCount = fields.second_weights.longest;

/** As in arithmetic by hand: the formulas show the roots of the variances alone. */
const eps = 0;

const layerOf = (state: State) => {
  const first = [state.w, ...state.others_w];
  return {
    weight: first.flatMap((w, n) => [w, valueAt(state.second_weights, n)]),
    bias: [state.b, ...state.others_b],
    gamma: [state.gamma, ...state.others_gamma],
    beta: [state.beta, ...state.others_beta],
    running_mean: [state.running_mean, ...state.others_running_mean],
    running_var: [state.running_var, ...state.others_running_var],
  };
};
export type Layer = ReturnType<typeof layerOf>;

const foldedOf = remembering((core, layer: Layer) =>
  core.foldIntoWeight({ ...layer, shape: [neuronCount, 2], eps }),
);

/** The weights of one of the two inputs, one for each neuron. */
export const weightsOf = (weight: Numbers, input: 0 | 1): Float64Array =>
  Float64Array.from({ length: neuronCount }, (_, n) => valueAt(weight, 2 * n + input));

const formulas = {
  linear: 'left * input_1 + right * input_2 + bias',
  normalized: 'scale / sqrt(variance + eps) * (linear - level) + shift',
  merged: 'merged_left * input_1 + merged_right * input_2 + merged_bias',
  difference: 'max(abs(normalized - merged))',
};

/** The operations of a layer for one example, by the ways to do batch normalization after it. */
const operationsOf = remembering((core, { neurons, inputs }: Pick<State, 'neurons' | 'inputs'>) => {
  const { layer, written, once, written_share, once_share } = core.compute({
    givens: { neurons, inputs },
    formulas: {
      layer: '2 * inputs * neurons',
      written: '4 * neurons',
      once: '2 * neurons',
      written_share: '100 * written / layer',
      once_share: '100 * once / layer',
    },
  });
  return [
    { label: 'linear layer', operations: only(layer.values), share: 100 },
    { label: 'BN as written', operations: only(written.values), share: only(written_share.values) },
    { label: 'BN, one multiply-add', operations: only(once.values), share: only(once_share.values) },
    { label: 'BN folded', operations: 0, share: 0 },
  ] as const;
});
export type Operations = ReturnType<typeof operationsOf>;

export interface Model {
  layer: Layer;
  folded: { weight: Float64Array; bias: Float64Array };
  input: readonly [number, number];
  /** the output of the linear layer, and those of both ways */
  x: Float64Array;
  y: Float64Array;
  y_folded: Float64Array;
  difference: number;
  /** of the layer whose operations are counted */
  size: Pick<State, 'neurons' | 'inputs'>;
  operations: Operations;
}

export function modelOf(core: Core, state: State): Model {
  const { neurons, inputs, input_1, input_2 } = state;
  const layer = layerOf(state);
  const folded = foldedOf(core, layer);
  const { linear, normalized, merged, difference } = core.compute({
    givens: {
      input_1,
      input_2,
      left: weightsOf(layer.weight, 0),
      right: weightsOf(layer.weight, 1),
      bias: Float64Array.from(layer.bias),
      scale: Float64Array.from(layer.gamma),
      shift: Float64Array.from(layer.beta),
      level: Float64Array.from(layer.running_mean),
      variance: Float64Array.from(layer.running_var),
      merged_left: weightsOf(folded.weight, 0),
      merged_right: weightsOf(folded.weight, 1),
      merged_bias: folded.bias,
      eps,
    },
    formulas,
  });
  return {
    layer,
    folded,
    input: [input_1, input_2],
    x: linear.values,
    y: normalized.values,
    y_folded: merged.values,
    difference: only(difference.shown),
    size: { neurons, inputs },
    operations: operationsOf(core, { neurons, inputs }),
  };
}
