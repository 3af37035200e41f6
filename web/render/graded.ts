// The graded items of a block: what is asked, what is right, and how they are kept.

import type { ProofLine, Tolerance } from '../src/core/core.ts';
import type { Graded, Part, Problem } from '../src/core/items.ts';
import type { PracticeBlock } from '../src/kinds/practice/schema.ts';
import type { QuizBlock } from '../src/kinds/quiz/schema.ts';
import type { Listed } from '../src/memory/mastery.ts';
import type { ParsedBlock } from './blocks.ts';
import type { Place } from './error.ts';

/** What is asked, and what is right. */
type Asked =
  | { kind: 'part'; problem: Problem; part: Part; example: string }
  | { kind: 'quiz'; block: QuizBlock }
  | { kind: 'worksheet'; problem: Problem; cells: string[]; tolerance: Tolerance }
  | { kind: 'proof'; lines: ProofLine[]; goal: string; names: string[]; proof: string[] }
  | { kind: 'program'; task: string; solution: string };

/** An item as its block has it, whatever the page. */
export type GradedItem = Graded & Asked & { place: Place; kept: Pick<Listed, 'block' | 'name' | 'at'> };

/** A graded item, where its author wrote it, and how the pages that sum up know it. */
export type Item = Graded & Asked & { place: Place; listed: Listed };

type GradedBlock = Pick<PracticeBlock['parts'][number], 'id' | 'objective' | 'pitfall' | 'core'>;

/** What an item says about itself, from its block. */
export const gradedOf = (block: GradedBlock): Graded => ({
  id: block.id,
  objective: block.objective,
  pitfalls: [block.pitfall].flat(),
  core: block.core,
});

/** A block that is graded as a whole; `name` is that of its one question. */
export const wholeBlock = (
  { block, placeOf }: ParsedBlock<GradedBlock>,
  asked: Asked,
  name = 'whole',
): GradedItem[] => [
  { ...gradedOf(block), ...asked, place: placeOf([]), kept: { block: block.id, name, at: block.id } },
];

/** The parts of a problem, which stands at the id `at`. */
export const partsOf = (
  block: PracticeBlock,
  problem: Problem,
  at: string,
  placeOf: (k: number) => Place,
): GradedItem[] =>
  problem.parts.map((part, k) => {
    // A right answer: what the author gave as an example, or the formula itself.
    const { id: name, example, answer, formula } = block.parts[k] as (typeof block.parts)[number];
    const { id, objective, pitfalls, core } = part;
    const graded = { id, objective, pitfalls, core };
    const right = example ?? formula ?? answer ?? '';
    const kept = { block: block.id, name, at };
    return { kind: 'part', ...graded, problem, part, example: right, place: placeOf(k), kept };
  });
