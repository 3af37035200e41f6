// Whether a check, at its step, tells right code from wrong, and why not.

import { formatNumber, subscript } from '../../core/format.ts';
import { type Model, rulingOf, stepInWords } from './model.ts';

/** The step, the error of right code at it, both where that is least, and the y at the kink. */
type Value = 'h' | 'error' | 'best' | 'best_error' | 'y';

const anywhere: readonly Value[] = ['h', 'best', 'best_error'];
const withError: readonly Value[] = [...anywhere, 'error'];

/** What can be said of a check. The figure's block has a sentence for each, in which these values may stand in braces. */
export const said = {
  'no-value': ['h'],
  'gamma-is-0': ['h'],
  'nothing-passes': ['h'],
  'plain-sum': ['h'],
  'two-values': ['h'],
  off: withError,
  kink: [...withError, 'y'],
  'single-precision': withError,
  'too-small': withError,
  'too-large-central': withError,
  'too-large-forward': withError,
  'misses-mean': withError,
  'misses-variance': withError,
  'misses-both': withError,
  sound: withError,
  'gamma-is-1': withError,
  best: anywhere,
} satisfies Record<string, readonly Value[]>;
type Says = keyof typeof said;
export type Said = Readonly<Record<Says, string>>;

/** Why every gradient of x is 0, so that the relative error compares noise with noise; undefined where they are not. */
export function whyBlind({ x, gamma, eps, loss, relu }: Model): Says | undefined {
  if (gamma === 0) return 'gamma-is-0';
  if (relu?.isShut) return 'nothing-passes';
  if (loss === 'sum') return 'plain-sum';
  if (x.length === 2 && eps === 0) return 'two-values';
  return undefined;
}

/** Why right code does not pass. */
function whyOff({ relu, precision, scheme, exponent, best }: Model): Says {
  if (relu?.across !== undefined) return 'kink';
  if (precision === 'single') return 'single-precision';
  return exponent < best.exponent ? 'too-small' : `too-large-${scheme}`;
}

function findings(model: Model): Says[] {
  const { errors, gamma } = model;
  const blind = whyBlind(model);
  if (Number.isNaN(errors.none)) return ['no-value', blind ?? 'best'];
  if (blind !== undefined) return [blind];
  if (rulingOf(errors.none) !== 'agrees') return ['off', whyOff(model), 'best'];
  const [sees, seesVar] = [errors.mean, errors.var].map((error) => rulingOf(error) === 'differs');
  if (!sees || !seesVar) return [sees ? 'misses-variance' : seesVar ? 'misses-mean' : 'misses-both'];
  return ['sound', ...(gamma === 1 ? (['gamma-is-1'] as const) : []), 'best'];
}

export interface Finding {
  isSound: boolean;
  sentence: string;
}

export function findingOf(model: Model, sentences: Said): Finding {
  const { exponent, errors, best, relu } = model;
  const values: Record<Value, string> = {
    h: stepInWords(exponent),
    error: formatNumber(errors.none, 2),
    best: stepInWords(best.exponent),
    best_error: formatNumber(best.error, 2),
    y: `y${subscript((relu?.across ?? 0) + 1)}`,
  };
  const says = findings(model);
  return {
    isSound: says[0] === 'sound',
    sentence: says
      .map((name) => sentences[name].replace(/\{(\w+)\}/g, (_, value: Value) => values[value]))
      .join(' '),
  };
}
