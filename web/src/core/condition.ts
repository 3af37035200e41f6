// What an author claims of an experiment, as comparisons of measures: "batch.octaves >= none.octaves + 2", or several with
// "and" between them.

/** What one seed gave: a number for each measure, by its name ("arm.quantity"). Not finite where a network's numbers were not. */
export type Measures = Readonly<Record<string, number>>;

export interface Condition {
  /** False where a measure is not a number. */
  holds: (measures: Measures) => boolean;
  /** the measures it speaks of */
  names: readonly string[];
}

interface Term {
  factor: number;
  /** none: the factor alone */
  name: string | undefined;
}

const form = /^(.+?)(<=|>=|<|>)(.+)$/;
const termForm = /^\s*(\d+(?:\.\d+)?(?:e-?\d+)?)?\s*([a-z]\w*(?:\.\w+)+)?\s*$/;

const compare: Record<string, (a: number, b: number) => boolean> = {
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

function termsOf(side: string, text: string): Term[] {
  return side.split(/\s\+\s/).map((part) => {
    const [, factor, name] = termForm.exec(part) ?? [];
    if (factor === undefined && name === undefined)
      throw new RangeError(
        `“${text}”: expected sums of measures such as “batch.loss” or “2 batch.loss”, got “${part.trim()}”`,
      );
    return { factor: Number(factor ?? 1), name };
  });
}

function readComparison(text: string): Condition {
  const [, left = '', sign = '', right = ''] = form.exec(text) ?? [];
  if (sign === '') throw new RangeError(`“${text}”: expected a comparison with <, <=, > or >=`);
  const sides = [termsOf(left, text), termsOf(right, text)] as const;
  const value = (terms: readonly Term[], measures: Measures) =>
    terms.reduce(
      (sum, { factor, name }) => sum + factor * (name === undefined ? 1 : (measures[name] ?? Number.NaN)),
      0,
    );
  return {
    holds: (measures) => compare[sign]?.(value(sides[0], measures), value(sides[1], measures)) ?? false,
    names: sides.flat().flatMap(({ name }) => (name === undefined ? [] : [name])),
  };
}

/** Throws RangeError that says what was expected. */
export function readCondition(text: string): Condition {
  const all = text.split(/\s+and\s+/).map(readComparison);
  return {
    holds: (measures) => all.every(({ holds }) => holds(measures)),
    names: all.flatMap(({ names }) => names),
  };
}
