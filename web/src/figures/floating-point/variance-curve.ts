// What the ways to compute a variance give as an offset is added to the values: one result for each offset.

import type { Core, Precision, VarianceMethods } from '../../core/core.ts';

/** 0, and 1 to 1e12 by powers of ten. */
export const offsets = [0, ...Array.from({ length: 13 }, (_, power) => Number(`1e${power}`))];

/** The digits that the core gives to what is equal to the exact variance. */
export const equal = 17;

export interface VarianceCurve {
  /** of the values as they are */
  variance: number;
  /** one for each offset */
  results: VarianceMethods[];
  /** how many digits of `variance` the exact one of the stored values still has */
  kept: Float64Array;
}

function curveOf(core: Core, values: readonly number[], precision: Precision): VarianceCurve {
  const results = offsets.map((offset) => core.varianceMethods({ values, offset, precision }));
  const variance = core.varianceMethods({ values, offset: 0, precision: 'double' }).exact;
  const exact = Float64Array.from(results, (result) => result.exact);
  // In two formulas: within one, so small a difference would count as what rounding left of 0.
  const lost = core.evaluate('exact - variance', { exact, variance }).values;
  // The small term counts what is equal as 17 digits, as the core does.
  const formula = 'log(variance / (abs(lost) + variance * 10^(-17))) / log(10)';
  const kept = variance > 0 ? core.evaluate(formula, { variance, lost }).values : exact;
  return { variance, results, kept: kept.map((digits) => Math.max(0, digits)) };
}

/** The last curve: while the offset is moved, it stays. */
let last: { core: Core; values: readonly number[]; precision: Precision; curve: VarianceCurve } | undefined;

export function varianceCurve(core: Core, values: readonly number[], precision: Precision): VarianceCurve {
  if (last?.core !== core || last.values !== values || last.precision !== precision)
    last = { core, values, precision, curve: curveOf(core, values, precision) };
  return last.curve;
}
