// The steps of a computation by hand, and which of the verdicts on them still stand while they are edited.

import type { Core, Tolerance, Tree, TypedText, WorksheetJudgement } from '../../core/core.ts';
import type { Graded, Problem } from '../../core/items.ts';
import { readGivens, resultOrNothing, type Typed } from '../../core/scenario.ts';
import type { SheetData } from '../givens.tsx';

/** Of one step. */
export type StepJudgement = WorksheetJudgement['cells'][number];

export interface WorksheetData extends Graded {
  title: string;
  /** the quantities asked for, in the order of computation */
  cells: { name: string; isList: boolean }[];
  tolerance: Tolerance;
  problem: Problem;
  sheet: SheetData;
  rule: string;
  hints: number;
}

const namesIn = (tree: Tree): string[] => [
  ...(tree.kind === 'name' ? [tree.text] : []),
  ...tree.children.flatMap(namesIn),
];

/**
 * Which verdicts on `checked` still hold for `texts`: a wrong number may be right as a consequence of another number
 * above it, and a text that names an edited box has another value.
 */
export function standing(
  { cells }: WorksheetData,
  judged: WorksheetJudgement,
  checked: readonly string[],
  texts: readonly string[],
): boolean[] {
  const changed = new Set<string>();
  return judged.cells.map((cell, k) => {
    const isOwn = cell.verdict === 'right' || cell.verdict === 'coarse';
    const namesChanged = cell.tree !== null && namesIn(cell.tree).some((each) => changed.has(each));
    const holds = texts[k] === checked[k] && (changed.size === 0 || (isOwn && !namesChanged));
    if (texts[k] !== checked[k] || namesChanged) changed.add(cells[k]?.name ?? '');
    return holds;
  });
}

/** Nothing where the numbers of the worksheet cannot be used, as after a change of the lesson. */
export const judgeSteps = (
  core: Core,
  { cells, sheet, tolerance }: WorksheetData,
  typed: Typed,
  texts: readonly string[],
): WorksheetJudgement | undefined =>
  resultOrNothing(() =>
    core.judgeWorksheet({
      givens: readGivens(core, typed, sheet),
      cells: cells.map(({ name }, k) => ({ name, text: texts[k] ?? '' })),
      ...tolerance,
    }),
  );

/** How the text of a step is read: it may name those above it, and numbers stand for themselves. */
export function readStep(
  core: Core,
  { cells, sheet }: WorksheetData,
  typed: Typed,
  texts: readonly string[],
  step: number,
): TypedText | undefined {
  const batch = typed.x?.split(',').length ?? 1;
  const [above, [cell]] = [cells.slice(0, step), cells.slice(step)];
  const countOf = ({ isList }: { isList: boolean }) => (isList ? batch : 1);
  return resultOrNothing(() =>
    core.read({
      text: texts[step] ?? '',
      givens: readGivens(core, typed, sheet),
      count: cell ? countOf(cell) : 1,
      above: above.map((each, k) => ({ name: each.name, text: texts[k] ?? '', count: countOf(each) })),
    }),
  );
}
