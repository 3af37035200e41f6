// The graded items of the lesson as data: for the check of their content, for judging answers in bulk, and for what sums
// up where a learner stands.

import type { Code } from 'mdast';
import type { ProofLine, Tolerance } from '../src/core/core.ts';
import type { Graded, Part, Problem } from '../src/core/items.ts';
import type { ObjectivesBlock } from '../src/kinds/objectives/schema.ts';
import type { PracticeBlock } from '../src/kinds/practice/schema.ts';
import type { ProgramBlock } from '../src/kinds/program/schema.ts';
import type { ProofBlock } from '../src/kinds/proof/schema.ts';
import type { QuizBlock } from '../src/kinds/quiz/schema.ts';
import type { WorksheetBlock } from '../src/kinds/worksheet/schema.ts';
import type { Listed } from '../src/memory/mastery.ts';
import { parseBlock, type ParsedBlock } from './blocks.ts';
import { LessonError, type Place } from './error.ts';
import { blocksOf } from './fences.ts';
import { schemas } from './kinds.ts';
import { type FigureBlock, predictionOf } from './kinds/figure.tsx';
import { gradedOf, problemOf, toleranceOf } from './kinds/practice.ts';
import { coreLines } from './kinds/proof.ts';
import { problemOfWorksheet } from './kinds/worksheet.ts';
import { lessonFiles, numbering } from './lesson.ts';
import { pages } from './pages.ts';

/** What is asked, and what is right. */
type Asked =
  | { kind: 'part'; problem: Problem; part: Part; example: string }
  | { kind: 'quiz'; block: QuizBlock }
  | { kind: 'worksheet'; problem: Problem; cells: string[]; tolerance: Tolerance }
  | { kind: 'proof'; lines: ProofLine[]; goal: string; names: string[]; proof: string[] }
  | { kind: 'program'; task: string; solution: string };

/** A graded item, where its author wrote it, and how the pages that sum up know it. */
export type Item = Graded & Asked & { place: Place; listed: Listed };

/** An item as its block has it, whatever the page. */
type Found = Graded & Asked & { place: Place; kept: Pick<Listed, 'block' | 'name' | 'at'> };

function partsOf(block: PracticeBlock, at: string, placeOf: (k: number) => Place): Found[] {
  const problem = problemOf(block);
  return problem.parts.map((part, k) => {
    // A right answer: what the author gave as an example, or the formula itself.
    const { id: name, example, answer, formula } = block.parts[k] as (typeof block.parts)[number];
    const { id, objective, pitfalls, core } = part;
    const graded = { id, objective, pitfalls, core };
    const right = example ?? formula ?? answer ?? '';
    const kept = { block: block.id, name, at };
    return { kind: 'part', ...graded, problem, part, example: right, place: placeOf(k), kept };
  });
}

/** The title of a block, where one is printed, and its items. */
function itemsOf({ lang, value }: Code, place: Place): { title: string; found: Found[] } {
  const parse = <Block>(): ParsedBlock<Block> =>
    parseBlock<Block>(lang ?? '', schemas[lang ?? ''] as never, value, place);
  const whole = (
    block: Parameters<typeof gradedOf>[0] & { title: string },
    asked: Asked,
    name = 'whole',
  ) => ({
    title: block.title,
    found: [{ ...gradedOf(block), ...asked, place, kept: { block: block.id, name, at: block.id } }],
  });
  switch (lang) {
    case 'practice': {
      const { block, placeOf } = parse<PracticeBlock>();
      return { title: block.title, found: partsOf(block, block.id, (k) => placeOf(['parts', k])) };
    }
    case 'figure': {
      const { block, placeOf } = parse<FigureBlock>();
      const prediction = predictionOf(block);
      const found = prediction
        ? partsOf(prediction, `${prediction.id}-prediction`, () => placeOf(['predict']))
        : [];
      return { title: block.title, found };
    }
    case 'quiz': {
      const { block } = parse<QuizBlock>();
      return whole(block, { kind: 'quiz', block }, 'choice');
    }
    case 'worksheet': {
      const { block } = parse<WorksheetBlock>();
      const { cells } = block;
      const [problem, tolerance] = [problemOfWorksheet(block), toleranceOf(block.tolerance)];
      return whole(block, { kind: 'worksheet', problem, cells, tolerance });
    }
    case 'proof': {
      const { block } = parse<ProofBlock>();
      const { goal, names } = block;
      const proof = block.lines.map(({ id }) => id);
      return whole(block, { kind: 'proof', lines: coreLines(block), goal, names, proof });
    }
    case 'program': {
      const { block } = parse<ProgramBlock>();
      const { task, solution } = block;
      return whole(block, { kind: 'program', task, solution });
    }
    default:
      return { title: '', found: [] };
  }
}

/** All graded items in reading order. Throws LessonError, also where two have the same id. */
export async function lessonItems(folder: string): Promise<Item[]> {
  const items: Item[] = [];
  const ids = new Map<string, Place>();
  for (const page of pages) {
    const numbered = numbering();
    for (const file of await lessonFiles(folder, page)) {
      for (const { node, place } of await blocksOf(file)) {
        const { title, found } = itemsOf(node, place);
        const [label = ''] = numbered(title).split(':');
        for (const { kept, ...item } of found) {
          const other = ids.get(item.id);
          if (other)
            throw new LessonError(
              item.place,
              `the id “${item.id}” is used already, in ${other.file}:${other.line}`,
            );
          ids.set(item.id, item.place);
          const { objective, pitfalls, core } = item;
          const isDrill = page.folder === 'workshop';
          const listed = { ...kept, objective, pitfalls, core, isDrill, page: page.file, label };
          items.push({ ...item, listed });
        }
      }
    }
  }
  return items;
}

/** The short names of the objectives, from the block that lists them. */
export async function objectiveNames(folder: string): Promise<string[]> {
  for (const page of pages)
    for (const file of await lessonFiles(folder, page))
      for (const { node, place } of await blocksOf(file))
        if (node.lang === 'objectives')
          return parseBlock<ObjectivesBlock>('objectives', schemas.objectives as never, node.value, place)
            .block.short;
  return [];
}
