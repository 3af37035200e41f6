// The neuron of Problem 5, x = w u + b, its batch normalization, and the batch that it sees.

import { list, number } from '../drawing/fields.ts';

/** The weight of the neuron. */
export const w = 2;

export const neuron = {
  u: list([1, 2, 4, 5], { least: -5, most: 5, step: 0.5 }),
  b: number(10, -12, 12, 0.5),
  gamma: number(1.5, -3, 3, 0.1),
  beta: number(0.5, -3, 3, 0.1),
};
