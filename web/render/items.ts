// The graded items of the lesson as data: for the check of their content, for judging answers in bulk, and for what sums
// up where a learner stands.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Code, Nodes } from 'mdast';
import remarkGfm from 'remark-gfm';
import remarkMath from 'remark-math';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { visit } from 'unist-util-visit';
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
import { schemas } from './kinds.ts';
import { type FigureBlock, predictionOf } from './kinds/figure.tsx';
import { gradedOf, problemOf, toleranceOf } from './kinds/practice.ts';
import { coreLines } from './kinds/proof.ts';
import { problemOfWorksheet } from './kinds/worksheet.ts';
import { lessonFiles, numbering } from './lesson.ts';
import { pages } from './pages.ts';

/** A graded item, where its author wrote it, and how the pages that sum up know it. */
export type Item = Graded & { place: Place; listed: Listed } & (
    | { kind: 'part'; problem: Problem; part: Part; example: string }
    | { kind: 'quiz'; block: QuizBlock }
    | { kind: 'worksheet'; problem: Problem; cells: string[]; tolerance: Tolerance }
    | { kind: 'proof'; lines: ProofLine[]; goal: string; names: string[]; proof: string[] }
    | { kind: 'program'; task: string; solution: string }
  );

/** An item before it is known where it stands. */
type Found = Graded & { place: Place; block_: string; name: string; at: string } & (
    | { kind: 'part'; problem: Problem; part: Part; example: string }
    | { kind: 'quiz'; block: QuizBlock }
    | { kind: 'worksheet'; problem: Problem; cells: string[]; tolerance: Tolerance }
    | { kind: 'proof'; lines: ProofLine[]; goal: string; names: string[]; proof: string[] }
    | { kind: 'program'; task: string; solution: string }
  );

const parser = unified().use(remarkParse).use(remarkGfm).use(remarkMath);

function partsOf(block: PracticeBlock, at: string, placeOf: (k: number) => Place): Found[] {
  const problem = problemOf(block);
  return problem.parts.map((part, k) => {
    // A right answer: what the author gave as an example, or the formula itself.
    const { id: name, example, answer, formula } = block.parts[k] as (typeof block.parts)[number];
    const right = example ?? formula ?? answer ?? '';
    const { id, objective, pitfalls, core } = part;
    return {
      kind: 'part',
      id,
      objective,
      pitfalls,
      core,
      problem,
      part,
      example: right,
      place: placeOf(k),
      block_: block.id,
      name,
      at,
    };
  });
}

function itemsOf({ lang, value }: Code, place: Place): Found[] {
  const parse = <Block>(): ParsedBlock<Block> =>
    parseBlock<Block>(lang ?? '', schemas[lang ?? ''] as never, value, place);
  switch (lang) {
    case 'practice': {
      const { block, placeOf } = parse<PracticeBlock>();
      return partsOf(block, block.id, (k) => placeOf(['parts', k]));
    }
    case 'figure': {
      const { block, placeOf } = parse<FigureBlock>();
      const prediction = predictionOf(block);
      return prediction ? partsOf(prediction, `${prediction.id}-prediction`, () => placeOf(['predict'])) : [];
    }
    case 'quiz': {
      const { block } = parse<QuizBlock>();
      return [
        { kind: 'quiz', ...gradedOf(block), block, place, block_: block.id, name: 'choice', at: block.id },
      ];
    }
    case 'worksheet': {
      const { block } = parse<WorksheetBlock>();
      const tolerance = toleranceOf(block.tolerance);
      const problem = problemOfWorksheet(block);
      const known = { block_: block.id, name: 'whole', at: block.id };
      return [
        { kind: 'worksheet', ...gradedOf(block), problem, cells: block.cells, tolerance, place, ...known },
      ];
    }
    case 'proof': {
      const { block } = parse<ProofBlock>();
      const { goal, names } = block;
      const proof = block.lines.map(({ id }) => id);
      const known = { block_: block.id, name: 'whole', at: block.id };
      return [
        { kind: 'proof', ...gradedOf(block), lines: coreLines(block), goal, names, proof, place, ...known },
      ];
    }
    case 'program': {
      const { block } = parse<ProgramBlock>();
      const { task, solution } = block;
      const known = { block_: block.id, name: 'whole', at: block.id };
      return [{ kind: 'program', ...gradedOf(block), task, solution, place, ...known }];
    }
    default:
      return [];
  }
}

/** The fenced blocks of a file, each with the place of its first line. */
export async function blocksOf(file: string): Promise<{ node: Code; place: Place }[]> {
  const name = path.relative(process.cwd(), file);
  const found: { node: Code; place: Place }[] = [];
  visit(parser.parse(await readFile(file, 'utf8')) as Nodes, 'code', (node) => {
    found.push({ node, place: { file: name, line: (node.position?.start.line ?? 0) + 1 } });
  });
  return found;
}

/** All graded items in reading order. Throws LessonError, also where two have the same id. */
export async function lessonItems(folder: string): Promise<Item[]> {
  const items: Item[] = [];
  const ids = new Map<string, Place>();
  for (const page of pages) {
    const numbered = numbering();
    for (const file of await lessonFiles(folder, page)) {
      for (const { node, place } of await blocksOf(file)) {
        const title = /^title: "?(.*?)"?$/m.exec(node.value)?.[1] ?? '';
        const [label = ''] = numbered(title).split(':');
        for (const { block_: block, name, at, ...item } of itemsOf(node, place)) {
          const other = ids.get(item.id);
          if (other)
            throw new LessonError(
              item.place,
              `the id “${item.id}” is used already, in ${other.file}:${other.line}`,
            );
          ids.set(item.id, item.place);
          const { objective, pitfalls, core } = item;
          const isDrill = page.folder === 'workshop';
          const listed = { block, name, objective, pitfalls, core, isDrill, page: page.file, at, label };
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
