// A gradient check at many steps, of right code and of code that forgets a path, and where it stands at one of them.

import type { CheckedCode, Core, DifferenceCheck } from '../../core/core.ts';
import { formatNumber, powerOfTen } from '../../core/format.ts';
import { remembering } from '../../core/remembering.ts';
import { valueAt } from '../../core/values.ts';
import { choice, number, type StateOf, stops } from '../../drawing/fields.ts';

export const fields = {
  loss: choice('weighted', 'weighted', 'sum', 'relu'),
  scheme: choice('central', 'forward', 'central'),
  precision: choice('double', 'single', 'double'),
  batch: choice('four', 'four', 'two'),
  /** the path that the code beside the numeric gradient forgets */
  drop: choice('none', 'none', 'mean', 'var', 'both'),
  gamma: number(1.5, -3, 3, 0.1),
  beta: number(0.5, -3, 3, 0.1),
  eps: stops(1e-5, [0, 1e-5, 1e-3, 0.1, 1]),
  /** the step h is 10 to this power */
  exponent: number(-12, -16, 0, 0.25),
};
export type State = StateOf<typeof fields>;

/** The path that the code under the check forgets. */
export type Code = State['drop'];

/** A batch and its incoming gradients, equally many. */
export interface Batch {
  x: readonly number[];
  dy: readonly number[];
}
export type Batches = Readonly<Record<State['batch'], Batch>>;

/** The exponents of the steps: for the curve of right code, for the two it is compared with, and for nearly level ones. */
const fine = Array.from({ length: 65 }, (_, k) => -16 + k / 4);
export const coarse = Array.from({ length: 17 }, (_, k) => -16 + k);
export const level = Array.from({ length: 9 }, (_, k) => -16 + 2 * k);

/** Rounded to twelve digits, so that whole exponents give exactly the number that is written 1e-5. */
export const stepOf = (exponent: number): number => Number((10 ** exponent).toPrecision(12));

export const stepInWords = (exponent: number): string =>
  Number.isInteger(exponent) && exponent !== 0 ? powerOfTen(exponent) : formatNumber(stepOf(exponent));

/**
 * The usual rule, for double precision and a loss without kinks: Stanford's CS231n notes, "Gradient checks". Errors
 * between the two are inconclusive.
 */
export const rule = { agrees: 1e-7, differs: 1e-2 };

export type Ruling = 'agrees' | 'doubtful' | 'differs' | 'no value';

export function rulingOf(error: number): Ruling {
  if (Number.isNaN(error)) return 'no value';
  return error < rule.agrees ? 'agrees' : error > rule.differs ? 'differs' : 'doubtful';
}

/** Where a curve is lowest. */
export interface Best {
  exponent: number;
  error: number;
}

export function bestOf(errors: ArrayLike<number>, exponents: readonly number[]): Best {
  const all = exponents.map((exponent, k) => ({ exponent, error: valueAt(errors, k) }));
  return all.reduce((best, each) => (each.error < best.error ? each : best), {
    exponent: 0,
    error: Infinity,
  });
}

/** Errors at steps. */
export interface Curve {
  exponents: readonly number[];
  errors: readonly number[];
}

/** What is checked and how; the exponents are those of the chosen way. */
type Setup = Pick<State, 'loss' | 'scheme' | 'precision' | 'gamma' | 'beta' | 'eps'> &
  Batch & { exponents: readonly number[] };

/** The check as chosen, with the other scheme, and in the other precision: the same for every step that is looked at. */
const checksOf = remembering((core, { exponents, scheme, precision, ...setup }: Setup) => {
  const otherScheme = scheme === 'central' ? ('forward' as const) : ('central' as const);
  const otherPrecision = precision === 'double' ? ('single' as const) : ('double' as const);
  const steps = coarse.map(stepOf);
  const [chosen, byScheme, byPrecision] = core.differenceChecks({
    ...setup,
    checks: [
      { scheme, precision, steps: exponents.map(stepOf) },
      { scheme: otherScheme, precision, steps },
      { scheme, precision: otherPrecision, steps },
    ],
  }) as [DifferenceCheck, DifferenceCheck, DifferenceCheck];
  return {
    chosen,
    others: [
      { name: otherScheme, error: byScheme.right.error },
      { name: otherPrecision, error: byPrecision.right.error },
    ],
  };
});

const resultOf = { none: 'right', mean: 'without_mean', var: 'without_var', both: 'without_both' } as const;
const codeOf = (check: DifferenceCheck, code: Code): CheckedCode => check[resultOf[code]];

/** The outputs of x, and of x with one value moved by the step, whichever the scheme looks at. */
function outputsOf(
  core: Core,
  { x, gamma, beta, eps, scheme }: Checked,
  step: number | undefined,
): number[][] {
  const moves = step === undefined ? [] : scheme === 'central' ? [step, -step] : [step];
  const batchesMoved = [x, ...x.flatMap((value, i) => moves.map((by) => x.with(i, value + by)))];
  // Each batch is a channel of one tensor.
  const { y } = core.forwardTrain({
    x: x.flatMap((_, i) => batchesMoved.map((each) => valueAt(each, i))),
    gamma: batchesMoved.map(() => gamma),
    beta: batchesMoved.map(() => beta),
    eps,
  });
  const count = batchesMoved.length;
  return batchesMoved.map((_, k) => x.map((_x, i) => valueAt(y, i * count + k)));
}

type Checked = Omit<State, 'batch'> & Batch;

/** Whether the ReLU is 0 for the whole batch, and which y the step carries across its kink. */
function reluOf(core: Core, checked: Checked, error: number) {
  const isOff = rulingOf(error) === 'doubtful' || rulingOf(error) === 'differs';
  const [y, ...moved] = outputsOf(core, checked, isOff ? stepOf(checked.exponent) : undefined) as [
    number[],
    ...number[][],
  ];
  const carried = [...y.keys()].filter((j) =>
    moved.some((there) => valueAt(there, j) > 0 !== valueAt(y, j) > 0),
  );
  const distance = (j: number) => Math.abs(valueAt(y, j));
  return {
    isShut: y.every((each) => each <= 0),
    /** of those, the nearest to 0 */
    across: carried.toSorted((a, b) => distance(a) - distance(b))[0],
  };
}

export function modelOf(core: Core, state: State, batches: Batches) {
  const { loss, scheme, precision, batch, drop, gamma, beta, eps, exponent } = state;
  const { x, dy } = batches[batch];
  const exponents = fine.includes(exponent) ? fine : [...fine, exponent];
  const { chosen, others } = checksOf(core, { loss, scheme, precision, x, dy, gamma, beta, eps, exponents });
  const errorOf = (code: Code, at: number) => valueAt(codeOf(chosen, code).error, exponents.indexOf(at));
  const curveOf = (code: Code, at: readonly number[]): Curve & { code: Code } => ({
    code,
    exponents: at,
    errors: at.map((each) => errorOf(code, each)),
  });
  const codes: readonly Code[] = ['none', 'mean', 'var', ...(drop === 'both' ? (['both'] as const) : [])];
  const right = curveOf('none', fine);
  const relu = loss === 'relu' ? reluOf(core, { ...state, x, dy }, errorOf('none', exponent)) : undefined;
  const row = exponents.indexOf(exponent) * x.length;
  return {
    ...state,
    x,
    dy,
    /** the curve of right code, then those of code that forgets a path */
    curves: [right, ...codes.slice(1).map((code) => curveOf(code, level))],
    others: others.map(({ name, error }) => ({ name, exponents: coarse, errors: Array.from(error) })),
    /** the errors at the chosen step */
    marks: codes.map((code) => ({ code, error: errorOf(code, exponent) })),
    errors: {
      none: errorOf('none', exponent),
      mean: errorOf('mean', exponent),
      var: errorOf('var', exponent),
    },
    best: bestOf(right.errors, fine),
    relu,
    /** both gradients at the chosen step, of the code that is compared */
    numeric: chosen.numeric.subarray(row, row + x.length),
    dx: codeOf(chosen, drop).dx,
  };
}
export type Model = ReturnType<typeof modelOf>;
