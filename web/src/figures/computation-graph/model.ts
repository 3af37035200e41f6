// The quantities of batch normalization in the order in which they are computed, with their values from the core.

import type { Core } from '../../core/core.ts';
import { computeFrame } from '../../core/scenario.ts';
import { only, valueAt } from '../../core/values.ts';

/** Forward from x to the loss, then the gradients back to x. */
export const quantities = [
  'x',
  'gamma',
  'beta',
  'batch_mean',
  'batch_var',
  'x_hat',
  'y',
  'L',
  'dy',
  'dbeta',
  'dgamma',
  'dx_hat',
  'dvar',
  'dmean',
  'dx',
] as const;
export type QuantityName = (typeof quantities)[number];

/** One quantity a step; gamma and beta are there from the start, as x is. */
export const steps = quantities.filter((name) => name !== 'gamma' && name !== 'beta');

/** The step from which on a quantity has a value. */
export const stepOf = (name: QuantityName): number =>
  Math.max(0, steps.indexOf(name as (typeof steps)[number]));

export const firstGradient: QuantityName = 'dy';
export const isGradient = (name: QuantityName): boolean => stepOf(name) >= stepOf(firstGradient);

/** A line of the core's source. */
export interface SourceLine {
  file: string;
  line: number;
  text: string;
}

/** The lines that compute a quantity; none for inputs. */
export type Sources = Partial<Record<QuantityName, readonly SourceLine[]>>;

/** One channel. */
export interface Batch {
  x: readonly number[];
  dy: readonly number[];
  gamma: number;
  beta: number;
  eps: number;
}

const lists = [
  'x',
  'x_hat',
  'y',
  'dy',
  'dx_hat',
  'dx_direct',
  'dx_through_var',
  'dx_through_mean',
  'dx',
] as const;
const numbers = [
  'gamma',
  'beta',
  'batch_mean',
  'batch_var',
  'dbeta',
  'dgamma',
  'dvar',
  'dmean',
  'L',
] as const;

/** The simplest loss that has the gradients dy; the core checks its gradients against the same one. */
const formulas = { L: 'sum(dy * y)' };

/** One value for each example, or one for the batch. */
export type Computed = Record<(typeof lists)[number], readonly number[]> &
  Record<(typeof numbers)[number], number>;

/** All quantities; mere rounding errors are 0. Throws RangeError where batch_var + eps is 0. */
export function computed(core: Core, { x, dy, gamma, beta, eps }: Batch): Computed {
  const givens = { x: Float64Array.from(x), dy: Float64Array.from(dy), gamma, beta, eps };
  const all = computeFrame(core, givens, formulas);
  return Object.fromEntries([
    ...numbers.map((name) => [name, only(all[name].shown)]),
    ...lists.map((name) => [name, Array.from(all[name].shown)]),
  ]) as Computed;
}

/** The value for one example, where there is one for each. */
export function valueOf(name: QuantityName, values: Computed, example: number): number {
  const value = values[name];
  return typeof value === 'number' ? value : valueAt(value, example);
}
