// A neuron x = w u + b with its batch normalization, and the batch that it sees: what may stand in the state of a figure
// about one. The block of the figure says which neuron it is.

import { list, number } from '../drawing/fields.ts';

export const neuron = {
  u: list([-1, 0, 1, 2], { least: -5, most: 5, step: 0.5 }),
  w: number(1, -2, 2, 0.5),
  b: number(0, -12, 12, 0.5),
  gamma: number(1, -3, 3, 0.1),
  beta: number(0, -3, 3, 0.1),
};
