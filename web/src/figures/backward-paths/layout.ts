// Where the parts of the drawing lie, in CSS pixels.

import { formatNumber } from '../../core/format.ts';
import { largestOf, valueAt } from '../../core/values.ts';
import { snapped } from '../../drawing/fields.ts';
import { pixelOf, roundUp, type Scale } from '../../drawing/plot.tsx';
import { bounds, type Model } from './model.ts';

export type Layout = ReturnType<typeof layoutOf>;

/** The largest magnitude that the bars and sums of all examples reach, rounded up. */
function reachOf({ x, terms, check, dx_before }: Model): number {
  const levels = x.flatMap((_, i) => {
    const direct = valueAt(terms.dx_direct, i);
    const two = direct + valueAt(terms.dx_through_var, i);
    return [
      direct,
      two,
      two + valueAt(terms.dx_through_mean, i),
      valueAt(check.sum, i),
      valueAt(dx_before, i),
    ];
  });
  return roundUp(largestOf(levels));
}

/** A column for each example; the labels at their left are above them on a phone. */
export function layoutOf(model: Model, width: number) {
  const { m } = model;
  const isNarrow = width < 560;
  const left = isNarrow ? 40 : 176;
  const column = Math.min(170, (width - left - 6) / m);
  const bar = Math.min(26, (column - 4) / 4);
  const reach = reachOf(model);
  const scales = {
    x: { ...bounds.x, from: left + 14, to: width - 16 } satisfies Scale,
    dy: { ...bounds.dy, from: 216, to: 106 } satisfies Scale,
    dx: { least: -reach, most: reach, from: 456, to: 276 } satisfies Scale,
  };
  const rowAt = (k: number) => 494 + k * (isNarrow ? 40 : 26);
  return {
    width,
    height: rowAt(1) + (isNarrow ? 26 : 14),
    isNarrow,
    left,
    column,
    end: left + column * m,
    middle: (i: number) => left + column * (i + 0.5),
    bar,
    radius: bar < 14 ? 6.5 : 8,
    reach,
    scales,
    at: {
      x: (value: number) => pixelOf(scales.x, value),
      dy: (value: number) => pixelOf(scales.dy, value),
      dx: (value: number) => pixelOf(scales.dx, value),
    },
    /** the rows of numbers below */
    rowAt,
    digits: column < 80 ? 3 : 4,
  };
}

/** Numbers without room for all their digits are rounded to a hundredth of the largest. */
export function shortened(value: number, { column, reach, digits }: Layout, { negligible }: Model): string {
  const rough = column < 60 ? snapped(value, { least: -reach, most: reach, step: reach / 100 }) : value;
  const isNearZero = rough === 0 || Math.abs(value) <= negligible;
  return value !== 0 && isNearZero ? '≈ 0' : formatNumber(rough, digits);
}
