// Builds a block `practice`: what the page, the check of the content and the command line judge by.

import type { Tolerance as CoreTolerance } from '../../src/core/core.ts';
import type { Graded, Part, Problem } from '../../src/core/items.ts';
import type { PracticeData } from '../../src/kinds/practice/model.ts';
import { item } from '../../src/kinds/practice/practice.tsx';
import { type PracticeBlock, schema } from '../../src/kinds/practice/schema.ts';
import { type GivenName, givens } from '../../src/core/quantities.ts';
import { gradedOf, partsOf } from '../graded.ts';
import { type Building, kind } from '../item.tsx';
import { evaluateFormula } from '../markdown.ts';
import { quantitiesOf, sheetData } from '../sheet.ts';

type PartBlock = PracticeBlock['parts'][number];
type Tolerance = NonNullable<PartBlock['tolerance']>;

/** The tolerance as an author writes it and as the core takes it. */
export function toleranceOf(tolerance: Tolerance): CoreTolerance {
  if (tolerance === 'exact') return { relative: 0, absolute: 0, digits: 0 };
  return { relative: tolerance.percent / 100, absolute: tolerance.near_zero ?? 0, digits: tolerance.digits };
}

function ruleInWords(part: PartBlock, isList: boolean): string {
  if (part.formula !== undefined) {
    return `A formula; you may use ${(part.names ?? []).join(', ')}. Any form that equals it is right.`;
  }
  if (part.find !== undefined) {
    const [first, ...rest] = part.find;
    const one = first !== undefined && givens[first].kind === 'list' ? 'values' : 'a value';
    const what =
      rest.length > 0 ? `numbers for ${part.find.join(', ')}, in this order` : `${one} for ${first}`;
    return `Type ${what}; all that have the property are right.`;
  }
  const { tolerance } = part;
  const many = isList ? 'One value for each example, with commas between. ' : '';
  if (tolerance === undefined || tolerance === 'exact')
    return `${many}The exact number, without separators (10000); products and powers are welcome.`;
  const nearZero = tolerance.near_zero === undefined ? '' : ` or ${tolerance.near_zero}`;
  const digits = tolerance.digits === 3 ? 'three' : String(tolerance.digits);
  return `${many}Within ${tolerance.percent} %${nearZero}: ${digits} digits are enough, rounded at every step. Fractions, roots and powers are welcome: −3/sqrt(5), 2.5e-3.`;
}

function placeholder(part: PartBlock, isList: boolean): string {
  if (part.formula !== undefined) return 'a formula';
  if (part.find !== undefined) return part.find.join(', ');
  if (isList) return 'one per example';
  return part.tolerance === undefined || part.tolerance === 'exact' ? 'a whole number' : 'to 3 digits';
}

/** Whether one given is asked for that is a list. */
const isListGiven = ([first, ...rest]: readonly GivenName[]) =>
  rest.length === 0 && first !== undefined && givens[first].kind === 'list';

export function problemOf(block: PracticeBlock): Problem {
  const parts = block.parts.map((part): Part => {
    const about: Graded = { ...gradedOf(part), id: `${block.id}/${part.id}` };
    if (part.formula !== undefined)
      return { ...about, kind: 'formula', answer: part.formula, names: part.names ?? [] };
    const replaced = part.with ?? {};
    if (part.find !== undefined) {
      const { find, names = [], such_that = [] } = part;
      return { ...about, kind: 'property', find, names, conditions: such_that, with: replaced };
    }
    const question = {
      answer: part.answer ?? '',
      ...toleranceOf(part.tolerance ?? 'exact'),
      ...(part.foreseen ? { foreseen: part.foreseen } : {}),
    };
    return { ...about, kind: 'value', question, with: replaced };
  });
  return { id: block.id, given: block.given, drawn: block.draw, fewest: block.fewest, parts };
}

export function practiceData(block: PracticeBlock, at: Building, level: 'h2' | 'p' = 'h2'): PracticeData {
  const { core } = at.around;
  const cards = block.parts.map((part, k) => {
    const place = at.placeOf(['parts', k, 'answer']);
    const around = { ...at.around, quantities: quantitiesOf(core, block, part.with ?? {}, place) };
    const isList = part.answer !== undefined && evaluateFormula(around, part.answer, place).is_list;
    return {
      hints: part.hints.length,
      rule: ruleInWords(part, isList),
      placeholder: placeholder(part, isList),
      example: part.example ?? '',
      isList: isList || (part.find !== undefined && isListGiven(part.find)),
    };
  });
  return {
    title: at.numbered(block.title),
    level,
    problem: problemOf(block),
    sheet: sheetData(block),
    cards,
  };
}

export const practice = kind<PracticeBlock>({
  schema,
  View: item.View,
  name: ({ id }) => id,
  items: ({ block, placeOf }) => partsOf(block, problemOf(block), block.id, (k) => placeOf(['parts', k])),
  sheet: (block) => block,
  givensAt: ({ parts }, [field, k]) => (field === 'parts' ? parts[Number(k)]?.with : undefined),
  data: practiceData,
});
