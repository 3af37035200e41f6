// The state of the figure placement-and-bias, shared by its three views: the neuron of Problem 5 in all of them.

import { choice, flag, list, number, stops } from '../../drawing/fields.ts';
import type { Scene } from '../../drawing/figure.tsx';

const powersOfTwo = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

export const fields = {
  tab: choice('placement', 'placement', 'bias', 'folding'),
  /** which pair of diagrams is drawn */
  diagrams: choice('orders', 'orders', 'residual'),
  /** the neuron x = w u + b, its batch normalization, and the batch that it sees */
  u: list([1, 2, 4, 5], { least: -5, most: 5, step: 0.5 }),
  b: number(10, -12, 12, 0.5),
  gamma: number(1.5, -3, 3, 0.1),
  beta: number(0.5, -3, 3, 0.1),
  running_var: number(9, 1, 25, 1),
  momentum: number(0.9, 0, 1, 0.01),
  mode: choice('training', 'training', 'inference'),
  /** the running statistics were collected with the bias in place */
  collected: flag(false),
  /** which batch comes next */
  seed: number(0, 0, 1e6, 1),
  /** what enters the small layer that is folded */
  input_1: number(3, -5, 5, 0.5),
  input_2: number(2, -5, 5, 0.5),
  /** the size of the layer whose operations are counted */
  neurons: stops(256, powersOfTwo),
  inputs: stops(256, powersOfTwo),
};

export type State = Scene<typeof fields>['state'];
export type PlacementScene = Scene<typeof fields>;

/** The weight of the neuron. */
export const w = 2;
