// The gradient check of a sum of paths: does it agree with differences of the loss, and could it have failed at all?

import type { Core } from './core.ts';

export const paths = ['dx_direct', 'dx_through_var', 'dx_through_mean'] as const;
export type Path = (typeof paths)[number];

/** The paths of every example, and the gradient by differences. */
export type Terms = Readonly<Record<Path | 'dx_numeric', Float64Array>>;

export interface Check {
  /** `nothing`: both sides are 0, so there is no relative error to speak of */
  kind: 'agrees' | 'fails' | 'nothing';
  /** the sum of the paths that count, without what is only rounding */
  sum: Float64Array;
  /** the largest difference of an example */
  difference: number;
  /** the same over the largest gradient; undefined where that is 0 */
  relative?: number;
}

/** Below this share of the largest direct term lie what rounding leaves of the differences, and their truncation. */
export const noise = 1e-7;

/** `scale` is the size of the terms, so that what is left of their sum by rounding alone shows as 0. */
export function checkPaths(core: Core, terms: Terms, counted: readonly Path[], scale: number): Check {
  const { dx_numeric } = terms;
  const scaled = Object.fromEntries(paths.map((path) => [path, { values: terms[path], scale }]));
  const sum = core.evaluate(counted.join(' + ') || '0 * dx_direct', scaled).shown;
  const [difference = 0, largest = 0, largestNumeric = 0] = core.evaluate(
    '[max(abs(dx - dx_numeric)), max(abs(dx)), max(abs(dx_numeric))]',
    { dx: sum, dx_numeric },
  ).values;
  const size = Math.max(largest, largestNumeric);
  if (size <= noise * scale) return { kind: 'nothing', sum, difference };
  return {
    kind: difference <= noise * scale ? 'agrees' : 'fails',
    sum,
    difference,
    relative: difference / size,
  };
}

/** The paths that could be left out without the check noticing. */
export const unseenPaths = (core: Core, terms: Terms, scale: number): Path[] =>
  paths.filter(
    (path) =>
      checkPaths(
        core,
        terms,
        paths.filter((each) => each !== path),
        scale,
      ).kind !== 'fails',
  );
