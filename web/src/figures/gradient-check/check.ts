// A gradient check, step by step: its errors for right and for wrong code, and what to make of them.

import type { Core, DifferenceCheck, DifferenceCheckInput } from '../../core/core.ts';
import { formatNumber, powerOfTen, subscript } from '../../core/format.ts';
import { valueAt } from '../../core/values.ts';

/** What is checked and how, but for the step and the code. */
export type Setup = Omit<DifferenceCheckInput, 'x' | 'dy' | 'steps' | 'drop'> & {
  x: readonly number[];
  dy: readonly number[];
};

/** The path that the code under the check forgets. */
export type Code = 'none' | 'mean' | 'var' | 'both';

/** Twelve digits, so that whole exponents give the very number that is written 1e-5. */
export const stepOf = (exponent: number): number => Number((10 ** exponent).toPrecision(12));

export const stepInWords = (exponent: number): string =>
  Number.isInteger(exponent) && exponent !== 0 ? powerOfTen(exponent) : formatNumber(stepOf(exponent));

const kept = new Map<string, DifferenceCheck>();
/** Enough for all curves and marks of two pictures. */
const mostKept = 20;

/** The core's check at steps that are powers of ten. The last ones are kept: a moved step needs no curve anew. */
export function checkAt(core: Core, setup: Setup, drop: Code, exponents: readonly number[]): DifferenceCheck {
  const key = JSON.stringify([setup, drop, exponents]);
  const check = kept.get(key) ?? core.differenceCheck({ ...setup, drop, steps: exponents.map(stepOf) });
  kept.delete(key);
  kept.set(key, check);
  if (kept.size > mostKept) kept.delete(kept.keys().next().value ?? '');
  return check;
}

/**
 * The usual rule, for double precision and a loss without kinks: Stanford's CS231n notes, "Gradient checks". Between
 * the two is a matter of doubt.
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
  const all = exponents.map((exponent, k) => ({ exponent, error: errors[k] ?? Number.NaN }));
  return all.reduce((best, each) => (each.error < best.error ? each : best), {
    exponent: 0,
    error: Infinity,
  });
}

/** Why every gradient of x is 0, so that the relative error compares noise with noise; undefined where they are not. */
export function whyBlind(core: Core, { x, gamma, beta, eps, loss }: Setup): string | undefined {
  if (gamma === 0)
    return 'With gamma = 0 the output does not depend on x: both gradients are 0, for right code and for wrong. Check with a random gamma.';
  if (loss === 'relu') {
    const { y } = core.forwardTrace({ x, gamma: [gamma], beta: [beta], eps });
    if (y.every((each) => each <= 0))
      return 'No y is above 0, so nothing passes the ReLU: both gradients are 0, for right code and for wrong. Check with another beta.';
  }
  if (loss === 'sum')
    return 'The sum of y is m times beta, whatever x is. The true gradient is 0, the numeric one is noise, and right and wrong code get an error near 1 alike. Weight the outputs with random dy.';
  if (x.length === 2 && eps === 0)
    return 'Two values become −1 and 1, whatever they are. The true gradient is 0, the numeric one is 0 or noise, and chance decides at each h whether right code has the error 0 or 1. Take at least three examples.';
  return undefined;
}

/** Of the y that a step carries to the other side of 0, the nearest to it: its index. */
function carriedAcross(core: Core, { x, gamma, beta, eps, scheme }: Setup, h: number): number | undefined {
  const outputs = (values: readonly number[]) =>
    core.forwardTrace({ x: values, gamma: [gamma], beta: [beta], eps }).y;
  const y = outputs(x);
  const moves = scheme === 'central' ? [h, -h] : [h];
  const moved = x.flatMap((value, i) => moves.map((by) => outputs(x.with(i, value + by))));
  const carried = [...y.keys()].filter((j) =>
    moved.some((there) => valueAt(there, j) > 0 !== valueAt(y, j) > 0),
  );
  const distance = (j: number) => Math.abs(valueAt(y, j));
  return carried.toSorted((a, b) => distance(a) - distance(b))[0];
}

/** Whether the check, at its step, tells right code from wrong, and why not. */
export interface Finding {
  sound: boolean;
  sentence: string;
}

/** `errors` at the step, of each code; `best` on the curve of right code. */
export function findingOf(
  core: Core,
  setup: Setup,
  exponent: number,
  errors: Readonly<Record<'none' | 'mean' | 'var', number>>,
  best: Best,
): Finding {
  const unsound = (...sentences: string[]): Finding => ({ sound: false, sentence: sentences.join(' ') });
  const h = `h = ${stepInWords(exponent)}`;
  const lowest = `The best step here is ${stepInWords(best.exponent)}: error ${formatNumber(best.error, 2)}.`;
  const off = `At ${h} even right code is off by ${formatNumber(errors.none, 2)}:`;

  const blind = whyBlind(core, setup);
  const noValue = `At ${h} the step makes all values equal, which has no x_hat while eps = 0: there is no numeric gradient.`;
  if (Number.isNaN(errors.none)) return unsound(noValue, blind ?? lowest);
  if (blind !== undefined) return unsound(blind);
  if (rulingOf(errors.none) !== 'agrees') {
    const across = setup.loss === 'relu' ? carriedAcross(core, setup, stepOf(exponent)) : undefined;
    if (across !== undefined) {
      return unsound(
        off,
        `y${subscript(across + 1)} lies so near the kink of the ReLU that the step carries it across. Take a smaller step, or keep away from the kink.`,
        lowest,
      );
    }
    if (setup.precision === 'single') {
      return unsound(
        off,
        `single precision has about 7 digits, and a difference of losses keeps few of them. Check in double.`,
        lowest,
      );
    }
    return unsound(
      off,
      exponent < best.exponent
        ? 'the step is so small that the losses differ in their last digits only, which are rounded.'
        : `the step is so large that the curve of the loss shows: this error falls with ${setup.scheme === 'central' ? 'the square of h' : 'h'}.`,
      lowest,
    );
  }
  const missed = (['mean', 'var'] as const).filter((code) => rulingOf(errors[code]) !== 'differs');
  if (missed.length > 0) {
    const paths = missed.map((code) => (code === 'mean' ? 'the mean' : 'the variance')).join(' and ');
    return unsound(
      `At ${h} the check passes right code, but does not see that the path through ${paths} is missing.`,
    );
  }
  const unseen = setup.gamma === 1 ? ' A forgotten gamma would go unseen, though, since gamma is 1.' : '';
  return {
    sound: true,
    sentence: `At ${h} the check means something: it passes right code and fails both wrong ones.${unseen} ${lowest}`,
  };
}
