// The results of several methods of computing a variance, for each offset that is added to the values.

import type { Core, Precision, VarianceMethods } from '../../core/core.ts';
import { remembering } from '../../core/remembering.ts';
import { only, valueAt } from '../../core/values.ts';
import { choice, list, number, type StateOf, stops } from '../../drawing/fields.ts';

const bounds = { least: -10, most: 10, step: 0.1 };

/** 0, and 1 to 1e12 by powers of ten. */
export const offsets = [0, ...Array.from({ length: 13 }, (_, power) => Number(`1e${power}`))];

export const fields = {
  values: list([0.5, 0.6, 1.3, 1.5, 1.8, 2.4], bounds, [4, 8]),
  offset: stops(1e4, offsets),
  precision: choice('single', 'single', 'double'),
  /** which values come next */
  seed: number(0, 0, 1e6, 1),
};
export type State = StateOf<typeof fields>;

/** The digits that the core gives to what is equal to the exact variance. */
export const equal = 17;

/** As many significant digits as distinguish all numbers of a precision. */
const printed: Record<Precision, number> = { single: 9, double: 17 };

/** The methods as the core names them, and as the figure does. */
export const methods = [
  { name: 'one_pass', label: 'one-pass' },
  { name: 'two_pass', label: 'two-pass' },
  { name: 'corrected_two_pass', label: 'corrected two-pass' },
  { name: 'core', label: 'the lesson’s core' },
] as const;
export type MethodName = (typeof methods)[number]['name'];
export type LineName = MethodName | 'storing';

/** The default of Flax. */
export const eps = 1e-5;

const spreadOf = (used: string) => `sqrt(exact / (${used} + ${eps}))`;

/** How many digits a precision holds, and the spread that x_hat would have with each variance. */
const formulas = {
  single: '24 * log(2) / log(10)',
  double: '53 * log(2) / log(10)',
  spread_exact: spreadOf('exact'),
  spread_one_pass: spreadOf('one_pass'),
  spread_two_pass: spreadOf('two_pass'),
  spread_corrected_two_pass: spreadOf('corrected_two_pass'),
  spread_core: spreadOf('core'),
};

/** The results for all offsets: not computed again while only the offset changes. */
const resultsOf = remembering((core, { values, precision }: Pick<State, 'values' | 'precision'>) => {
  const results = core.varianceMethods({ values, offsets, precision });
  // A variance below 0 is clipped, as Flax does it.
  const used = (name: MethodName) => Float64Array.from(results, (each) => Math.max(0, each[name].value));
  const computed = core.compute({
    givens: {
      exact: Float64Array.from(results, ({ exact }) => exact),
      ...Object.fromEntries(methods.map(({ name }) => [name, used(name)])),
    },
    formulas,
  });
  return { results, computed };
});

export function modelOf(core: Core, { values, offset, precision }: State) {
  const { results, computed } = resultsOf(core, { values, precision });
  const chosen = offsets.indexOf(offset);
  const result = results[chosen] as VarianceMethods;
  const double = only(computed.double.shown);
  const held = only(computed[precision].shown);
  const heldBy = (line: LineName) => (line === 'core' ? double : held);
  const rightDigits = (line: LineName, k: number) => {
    const at = results[k] as VarianceMethods;
    return line === 'storing' ? at.kept : at[line].digits;
  };
  // From this offset on, all values are stored as the same number.
  const merged = results.findIndex(({ exact }) => exact === 0);
  return {
    precision,
    offset,
    /** the offset by its place in their list */
    chosen,
    results,
    result,
    /** of the values without an offset */
    variance: result.of_values,
    digits: printed[precision],
    /** how many digits every number of the precision has, and of double precision */
    held,
    double,
    heldBy,
    rightDigits,
    /** Right digits beyond those that every number of the precision has are coincidence. */
    digitsOf: (line: LineName, k: number) => Math.min(heldBy(line), rightDigits(line, k)),
    merged,
    /** how many offsets have a point of each line */
    drawn: merged < 0 ? offsets.length : merged,
    spread: (name: MethodName | 'exact') => valueAt(computed[`spread_${name}`].shown, chosen),
  };
}
export type Model = ReturnType<typeof modelOf>;

/** Other values, from 4 to 8. */
export function nextValues(core: Core, { seed: last }: State) {
  const seed = last + 1;
  const draws = core.normalBatches({ seed, batches: 1, m: 4 + (seed % 5), mean: 3, std: 2.5 });
  return {
    seed,
    values: Array.from(draws, (each) => Math.min(10, Math.max(-10, Number(each.toFixed(1))))),
  };
}
