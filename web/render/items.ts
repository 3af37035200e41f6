// The graded items of the lesson as data: for the check of their content and for judging answers in bulk.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Code, Nodes } from 'mdast';
import remarkGfm from 'remark-gfm';
import remarkMath from 'remark-math';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { visit } from 'unist-util-visit';
import type { ProofLine, Tolerance } from '../src/core.ts';
import type { Graded, Part, Problem } from '../src/items.ts';
import { type Block, parseBlock } from './blocks.ts';
import { gradedOf, problemOf, toleranceOf } from './blocks-html.ts';
import { LessonError, type Place } from './error.ts';
import { predictionOf } from './figure-html.tsx';
import { lessonFiles } from './lesson.ts';
import { coreLines } from './proof-html.ts';
import { problemOfWorksheet } from './worksheet-html.ts';

/** A graded item, and where its author wrote it. */
export type Item = Graded & { place: Place } & (
    | { kind: 'part'; problem: Problem; part: Part; example: string }
    | { kind: 'quiz'; block: Block<'quiz'> }
    | { kind: 'worksheet'; problem: Problem; cells: string[]; tolerance: Tolerance }
    | { kind: 'proof'; lines: ProofLine[]; goal: string; names: string[]; proof: string[] }
  );

const parser = unified().use(remarkParse).use(remarkGfm).use(remarkMath);

function partsOf(block: Block<'practice'>, placeOf: (k: number) => Place): Item[] {
  const problem = problemOf(block);
  return problem.parts.map((part, k) => {
    // A right answer: what the author gave as an example, or the formula itself.
    const { example, answer, formula } = block.parts[k] as (typeof block.parts)[number];
    const right = example ?? formula ?? answer ?? '';
    const { id, objective, pitfalls } = part;
    return { kind: 'part', id, objective, pitfalls, problem, part, example: right, place: placeOf(k) };
  });
}

function itemsOf(node: Code, place: Place): Item[] {
  switch (node.lang) {
    case 'practice': {
      const { block, placeOf } = parseBlock('practice', node.value, place);
      return partsOf(block, (k) => placeOf(['parts', k]));
    }
    case 'figure': {
      const { block, placeOf } = parseBlock('figure', node.value, place);
      const prediction = predictionOf(block);
      return prediction ? partsOf(prediction, () => placeOf(['predict'])) : [];
    }
    case 'quiz': {
      const { block } = parseBlock('quiz', node.value, place);
      return [{ kind: 'quiz', ...gradedOf(block), block, place }];
    }
    case 'worksheet': {
      const { block } = parseBlock('worksheet', node.value, place);
      const tolerance = toleranceOf(block.tolerance);
      const problem = problemOfWorksheet(block);
      return [{ kind: 'worksheet', ...gradedOf(block), problem, cells: block.cells, tolerance, place }];
    }
    case 'proof': {
      const { block } = parseBlock('proof', node.value, place);
      const { goal, names } = block;
      const proof = block.lines.map(({ id }) => id);
      return [{ kind: 'proof', ...gradedOf(block), lines: coreLines(block), goal, names, proof, place }];
    }
    default:
      return [];
  }
}

/** All graded items in reading order. Throws LessonError, also where two have the same id. */
export async function lessonItems(folder: string): Promise<Item[]> {
  const items: Item[] = [];
  const ids = new Map<string, Place>();
  for (const file of await lessonFiles(folder)) {
    const name = path.relative(process.cwd(), file);
    visit(parser.parse(await readFile(file, 'utf8')) as Nodes, 'code', (node) => {
      const place = { file: name, line: (node.position?.start.line ?? 0) + 1 };
      for (const item of itemsOf(node, place)) {
        const other = ids.get(item.id);
        if (other)
          throw new LessonError(
            item.place,
            `the id “${item.id}” is used already, in ${other.file}:${other.line}`,
          );
        ids.set(item.id, item.place);
        items.push(item);
      }
    });
  }
  return items;
}
