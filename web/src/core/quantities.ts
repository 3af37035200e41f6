// The table of quantities (cpp/answers/quantities.json, which the core is built from too), as the page uses it: what an
// author may give, how a quantity is written, and its colour.

import table from '../../../cpp/answers/quantities.json' with { type: 'json' };

interface Row {
  /** a given: one value for each example, a number, or a whole number from 1 */
  given?: 'list' | 'number' | 'count';
  /** what a given is, in words */
  says?: string;
  /** how it is written: a letter with a hat, a place below, an exponent 2 */
  letter?: string;
  hat?: boolean;
  place?: string;
  squared?: boolean;
  /** of the quantity and of its gradient; style/tokens.css has the classes q-… */
  colour?: string;
  /** the name of the derivative of the loss by it */
  gradient?: string;
  /** how it is computed from quantities above it */
  formula?: string;
}

type Table = typeof table;
type NamesWith<Field extends keyof Row> = {
  [Name in keyof Table]: Table[Name] extends Record<Field, unknown> ? Name : never;
}[keyof Table];

const rows = table as Readonly<Record<string, Row>>;
const entries = Object.entries(rows);

export type QuantityName = keyof Table;

/** What an author may give and a learner may edit. */
export type GivenName = NamesWith<'given'>;
/** What has a letter. */
export type SymbolName = NamesWith<'letter'>;

/** In the order in which formulas may use them: x may be w * u + b. */
export const givens = Object.fromEntries(
  entries.flatMap(([name, { given: kind, says = '' }]) => (kind ? [[name, { kind, says }]] : [])),
) as Readonly<Record<GivenName, { kind: NonNullable<Row['given']>; says: string }>>;

export const givenNames = Object.keys(givens) as GivenName[];

/** How a quantity is written. */
export interface Look {
  letter: string;
  hat: boolean;
  place: string | undefined;
  squared: boolean;
  /** the class of its colour, behind q- */
  colour: string;
}

export const lookOf = (name: string): Look | undefined => {
  const { letter, hat = false, place, squared = false, colour = name } = rowOf(name);
  return letter === undefined ? undefined : { letter, hat, place, squared, colour };
};

const rowOf = (name: string): Row => (Object.hasOwn(rows, name) ? (rows[name] as Row) : {});

/** The letter of a given, where that alone says which it is and is not its name. */
export const symbolOf = (name: string): string | undefined => {
  const { letter, hat, place } = rowOf(name);
  return letter === name || hat || place !== undefined ? undefined : letter;
};

/** A quantity in plain characters, without what stands below: x̂, σ². */
export function lettersOf(name: string): string {
  const { letter = name, hat, squared } = rowOf(name);
  return letter + (hat ? '\u0302' : '') + (squared ? '²' : '');
}

/** What the loss is differentiated by in a gradient: x for dx. */
export const differentiatedBy: ReadonlyMap<string, string> = new Map(
  entries.flatMap(([name, { gradient }]) => (gradient === undefined ? [] : [[gradient, name] as const])),
);

/** Whether a quantity is computed from another, by the formulas of the table, directly or not. */
export function isComputedFrom(name: string, source: string): boolean {
  const names = rowOf(name).formula?.match(/[a-z]\w*/g) ?? [];
  return names.some((each) => each === source || isComputedFrom(each, source));
}

/** All colours, each once. */
export const colours: readonly string[] = [...new Set(entries.flatMap(([, { colour }]) => colour ?? []))];

/** The colour of a letter of a formula, x without a hat. */
export const colourOfLetter = (letter: string): string | undefined =>
  entries.find(([, row]) => row.letter === letter && !row.hat)?.[1].colour;

/** The colour of a formula that is one quantity or one value of it: `x_hat`, `x_hat[0]`, `(x_hat)[0]`. */
export const colourOfFormula = (formula: string): string | undefined =>
  rowOf(
    formula
      .replace(/\[.*\]$/, '')
      .replace(/^\((.*)\)$/, '$1')
      .trim(),
  ).colour;
