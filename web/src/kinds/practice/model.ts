// A practice problem: its questions, how typed answers are read and judged, and what would be right.

import type { Core, FormulaValue, TypedText } from '../../core/core.ts';
import { type Judged, judgePart, type Part, type Problem, quantitiesOfPart } from '../../core/items.ts';
import {
  readGivens,
  refusalInWords,
  resultOrNothing,
  resultOrRefusal,
  type Typed,
} from '../../core/scenario.ts';
import { type Kept, openName, withoutVerdict, withTexts } from '../../memory/kept.ts';
import type { SheetData } from '../givens.tsx';

/** What a question needs in addition to its part of the problem. */
export interface Card {
  hints: number;
  rule: string;
  placeholder: string;
  /** an answer to a property */
  example: string;
  isList: boolean;
}

export interface PracticeData {
  title: string;
  /** of the heading; a prediction stands below headings of any level, and has a line instead */
  level: 'h2' | 'p';
  problem: Problem;
  sheet: SheetData;
  /** one for each part of the problem */
  cards: Card[];
}

/** The name by which a part is kept: that of its id behind the block's. */
export const nameOfPart = (id: string): string => id.slice(id.indexOf('/') + 1);

/** The state without the current answers, which belong to other numbers; the record of earlier verdicts stays. */
export function withoutAnswers(kept: Kept, { parts }: Problem, keepTexts: boolean): Kept {
  const about = parts.filter(({ kind }) => kind !== 'formula').map(({ id }) => nameOfPart(id));
  const closed = Object.fromEntries(about.map((name) => [openName(name), undefined]));
  const without = withTexts(about.reduce(withoutVerdict, kept), closed);
  return keepTexts ? without : withTexts(without, Object.fromEntries(about.map((name) => [name, undefined])));
}

/** How the text is read, for the line below the box; undefined while the numbers of the problem cannot be used. */
export function readTyped(
  core: Core,
  part: Part,
  text: string,
  typed: Typed,
  { sheet }: PracticeData,
  { isList }: Card,
): TypedText | undefined {
  if (part.kind === 'formula') return core.read({ text, form: 'formula', names: part.names });
  return resultOrNothing(() => {
    const givens = readGivens(core, { ...typed, ...part.with }, sheet);
    const count = isList ? {} : { count: part.kind === 'property' ? part.find.length : 1 };
    return part.kind === 'property'
      ? core.read({ text, givens, ...count, names: part.names })
      : core.read({ text, givens, ...count, exact: part.question.digits === 0 });
  });
}

/** The verdict, or a sentence where the givens, or the answer's own formula, cannot be used. */
export function judgeTyped(
  core: Core,
  part: Part,
  text: string,
  typed: Typed,
  { sheet }: PracticeData,
): Judged | string {
  const judged = resultOrRefusal(() => judgePart(core, part, text, typed, sheet));
  return judged instanceof RangeError
    ? `mend the numbers of the problem first: ${refusalInWords(judged)}`
    : judged;
}

/** What would be right for the numbers as they stand, or why these cannot be used; not of a formula, which says it itself. */
export const rightValue = (
  core: Core,
  part: Exclude<Part, { kind: 'formula' }>,
  { example }: Card,
  typed: Typed,
  { sheet }: PracticeData,
): FormulaValue | RangeError =>
  resultOrRefusal(() =>
    core.evaluate(
      part.kind === 'value' ? part.question.answer : example,
      quantitiesOfPart(core, part, typed, sheet),
    ),
  );
