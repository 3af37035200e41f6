// What is asked in the lesson's practice, and the verdict on an answer. No DOM: the page, the build's check of the
// content and the command line judge alike.

import type {
  Condition,
  Core,
  Counterexample,
  FormulaValue,
  Mistake,
  ProofJudgement,
  Quantities,
  Question,
  Range,
  Tree,
  Verdict,
  WorksheetJudgement,
} from './core.ts';
import type { PitfallName } from './pitfalls.ts';
import { type GivenName } from './quantities.ts';
import { computeQuantities, type Limits, readGivens, type Typed } from './scenario.ts';

/** What every graded part says about itself. */
export interface Graded {
  /** unique in the lesson: the block's id and the part's, "problem-2/dgamma" */
  id: string;
  /** the learning objective it serves, 1 to 5 */
  objective: number;
  /** the pitfalls it is about, by their names */
  pitfalls: PitfallName[];
  /** whether the objective is counted by it */
  core: boolean;
}

export interface ValuePart extends Graded {
  kind: 'value';
  question: Question;
  /** givens that hold for this part alone */
  with: Typed;
}

export interface FormulaPart extends Graded {
  kind: 'formula';
  answer: string;
  names: string[];
}

export interface PropertyPart extends Graded {
  kind: 'property';
  find: GivenName[];
  names: string[];
  conditions: Condition[];
  with: Typed;
}

export type Part = ValuePart | FormulaPart | PropertyPart;

/** A problem: its givens, which of them are drawn for a variant, and its parts. */
export interface Problem extends Limits {
  id: string;
  given: Typed;
  drawn: GivenName[];
  parts: Part[];
}

/** The verdict on an answer, whatever the kind of question. */
export interface Judged {
  verdict: Verdict;
  message: string;
  note: string;
  range: Range;
  tree: Tree | null;
  value: FormulaValue | null;
  mistakes: Mistake[];
  /** formula: what the difference is made of */
  difference: string;
  counterexample: Counterexample | null;
}

/** Judges typed text; `typed` are the givens of the problem as they stand. Throws RangeError where these cannot be used. */
export function judgePart(core: Core, part: Part, text: string, typed: Typed, limits: Limits): Judged {
  const plain = { note: '', value: null, mistakes: [], difference: '', counterexample: null };
  switch (part.kind) {
    case 'value': {
      const givens = readGivens(core, { ...typed, ...part.with }, limits);
      return { ...plain, ...core.judge({ text, givens, ...part.question }) };
    }
    case 'formula':
      return { ...plain, ...core.judgeFormula({ text, answer: part.answer, names: part.names }) };
    case 'property': {
      const { find, names, conditions } = part;
      const givens = readGivens(core, { ...typed, ...part.with }, limits);
      return { ...plain, ...core.judgeProperty({ text, givens, find, names, conditions }) };
    }
  }
}

/** The verdict on a whole worksheet: `empty` as long as nothing is wrong and boxes are missing. */
export function verdictOnWorksheet({ cells, first_wrong }: WorksheetJudgement): Verdict {
  const having = (verdict: Verdict) => cells.some((cell) => cell.verdict === verdict);
  if (first_wrong !== '') return 'wrong';
  if (having('unreadable')) return 'unreadable';
  if (having('coarse')) return 'coarse';
  return having('empty') ? 'empty' : 'right';
}

/** The verdict on a proof: `empty` as long as every line follows and the goal is not there. */
export function verdictOnProof({ lines, complete }: ProofJudgement): Verdict {
  if (complete) return 'right';
  return lines.every(({ state }) => state === 'follows') ? 'empty' : 'wrong';
}

/** The givens of a variant as typed text. Seed 0 is the problem as its author wrote it. */
export function drawGivens(core: Core, problem: Problem, seed: number): Typed {
  if (seed === 0) return problem.given;
  const parts = problem.parts
    .filter((part) => part.kind === 'value')
    .map((part) => ({ ...part.question, with: readGivens(core, part.with, { fewest: 1 }) }));
  const { id, drawn } = problem;
  const givens = plainGivens(core, problem);
  const variant = core.draw({ id, seed, givens, drawn, parts });
  const texts = drawn.map((name) => [name, textOf(variant[name])] as const);
  return { ...problem.given, ...Object.fromEntries(texts) };
}

/** The givens without those that are formulas of others: the core computes x from u, w and b itself. */
function plainGivens(core: Core, problem: Problem): Quantities {
  const texts = Object.entries(problem.given).filter(([, text]) => !text.startsWith('='));
  return readGivens(core, Object.fromEntries(texts), problem);
}

const textOf = (value: Quantities[string] | undefined) =>
  typeof value === 'number' ? String(value) : Array.from(value as Float64Array, String).join(', ');

/** The quantities a part is about. */
export const quantitiesOfPart = (core: Core, part: Part, typed: Typed, limits: Limits): Quantities =>
  computeQuantities(
    core,
    readGivens(core, part.kind === 'formula' ? typed : { ...typed, ...part.with }, limits),
  );
