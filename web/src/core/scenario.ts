// From the givens of a block to every quantity that follows from them. No DOM: the build runs it for the static page,
// the page runs it again at every edit.

import {
  type Core,
  type FormulaValues,
  type Quantities,
  type Quantity,
  type Range,
  UnreadableError,
} from './core.ts';
import { type GivenName, givenNames, givens, type QuantityName } from './quantities.ts';

/** The most values a list may have, so that every table still fits a page. */
export const mostValues = 16;

/** The givens as typed text, in the order in which they are read. Text that starts with `=` is a formula of earlier givens. */
export type Typed = Partial<Record<GivenName, string>>;

/** One given that cannot be used, with the place in its text where that shows. */
export class GivenError extends RangeError {
  readonly given: GivenName;
  readonly range: Range;
  constructor(given: GivenName, message: string, range: Range) {
    super(`${given}: ${message}`);
    this.name = 'GivenError';
    this.given = given;
    this.range = range;
  }
}

export interface Limits {
  /** The fewest values of x; 2 unless a block is about a batch of one. */
  fewest: number;
}

/** Reads the typed givens. Throws GivenError for the first that cannot be read. */
export function readGivens(core: Core, typed: Typed, limits: Limits): Record<string, Quantity> {
  const read: Record<string, Quantity> = {};
  for (const name of givenNames) {
    const source = typed[name];
    if (source === undefined) continue;
    const formula = source.startsWith('=');
    const text = formula ? source.slice(1) : source;
    const whole = { begin: 0, end: text.length };
    const { kind } = givens[name];
    let value;
    try {
      value = core.evaluate(text, formula ? read : {});
    } catch (error) {
      if (error instanceof UnreadableError) throw new GivenError(name, error.message, error.range);
      throw error;
    }
    if (kind === 'list') {
      const count = value.values.length;
      if (count < limits.fewest || count > mostValues) {
        const expected = `expected ${limits.fewest} to ${mostValues} values, got ${count}`;
        throw new GivenError(name, expected, whole);
      }
      const x = read.x;
      if (name === 'dy' && x instanceof Float64Array && x.length !== count) {
        throw new GivenError(name, `expected ${x.length} values, as many as x, got ${count}`, whole);
      }
      read[name] = value.values;
    } else {
      const number = value.values[0];
      if (value.values.length !== 1 || number === undefined) {
        throw new GivenError(name, `expected one number, got ${value.values.length}`, whole);
      }
      if (kind === 'count' && !(Number.isInteger(number) && number >= 1)) {
        throw new GivenError(name, `expected a whole number from 1, got ${number}`, whole);
      }
      read[name] = number;
    }
  }
  return read;
}

/**
 * Everything the core computes from the givens. Throws RangeError with the core's sentence where it refuses them: a
 * GivenError where that names a given.
 */
export function computeQuantities(core: Core, given: Quantities): Quantities {
  try {
    return core.quantities(given);
  } catch (error) {
    const [, name, sentence] = (error instanceof RangeError && /^(\w+): (.*)$/s.exec(error.message)) || [];
    if (!givenNames.includes(name as GivenName)) throw error;
    throw new GivenError(name as GivenName, sentence as string, { begin: 0, end: 0 });
  }
}

/**
 * core.compute for a figure, which knows what follows from its givens: what does not is not there, whatever the type
 * says.
 */
export const computeFrame = <Name extends string = never>(
  core: Core,
  given: Quantities,
  formulas?: Readonly<Record<Name, string>>,
): FormulaValues<QuantityName | Name> => core.compute({ givens: given, ...(formulas && { formulas }) });

/** What is computed from givens, or why these cannot be used. */
export function resultOrRefusal<Result>(compute: () => Result): Result | RangeError {
  try {
    return compute();
  } catch (error) {
    if (error instanceof RangeError) return error;
    throw error;
  }
}

/** The same where nobody asks why. */
export function resultOrNothing<Result>(compute: () => Result): Result | undefined {
  const result = resultOrRefusal(compute);
  return result instanceof RangeError ? undefined : result;
}

/** Why givens cannot be used, for a learner. What the core says of a division by 0 names none of the boxes. */
export function refusalInWords(error: RangeError): string {
  return error.message.startsWith('batch_var + eps')
    ? 'All values of x are equal and eps is 0, so this would divide by 0. Change one value, or choose an eps above 0'
    : error.message;
}

/** The givens that a refusal names before its colon: "eps: …", "x (channel 0): …". A batch_var comes from x. */
export function givensNamedBy(refusal: RangeError): GivenName[] {
  if (refusal instanceof GivenError) return [refusal.given];
  const [subject = ''] = refusal.message.replace('batch_var', 'x').split(':', 1);
  return givenNames.filter((name) => new RegExp(`\\b${name}\\b`).test(subject));
}
