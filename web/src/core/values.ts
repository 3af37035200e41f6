// Lists of numbers, as the core gives them.

import type { Numbers } from './core.ts';

/** The value at a place. One that is not there is a mistake of ours: nothing is drawn in its stead. */
export function valueAt(values: Numbers, place: number): number {
  const value = values[place];
  if (value === undefined) throw new Error(`no value at ${place}, there are ${values.length}`);
  return value;
}

/** The value of what has a single one: of a statistic of one channel, of a formula that is a number. */
export const only = (values: Numbers): number => valueAt(values, 0);

/** How far from 0 the farthest value lies. */
export const largestOf = (values: Numbers): number => Math.max(0, ...Array.from(values, Math.abs));
