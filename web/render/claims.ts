// What the lesson claims of its experiments, counted over seeds: what `npm run evidence` prints.

import type { Measures } from '../src/core/condition.ts';
import { countOf, resultsOf } from '../src/core/evidence.ts';
import type { ExperimentBlock } from '../src/kinds/experiment/schema.ts';
import { parseBlock } from './blocks.ts';
import { blocksOf } from './fences.ts';
import { schemas } from './kinds.ts';
import { lessonFiles } from './lesson.ts';
import { pages } from './pages.ts';

export interface Claim {
  /** the experiment of the laboratory */
  experiment: string;
  text: string;
  holds: string;
  /** of 30 seeds, at least or at most */
  bound: { least: number } | { most: number };
}

/** All claims in the order of the pages. */
export async function lessonClaims(folder: string): Promise<Claim[]> {
  const claims: Claim[] = [];
  for (const page of pages)
    for (const file of await lessonFiles(folder, page))
      for (const { node, place } of await blocksOf(file)) {
        if (node.lang !== 'experiment') continue;
        const { block } = parseBlock<ExperimentBlock>(
          'experiment',
          schemas.experiment as never,
          node.value,
          place,
        );
        for (const { measures: experiment, claims: ofPart } of block.parts)
          for (const { text, holds, at_least: least, at_most: most } of ofPart)
            claims.push({
              experiment,
              text,
              holds,
              bound: least === undefined ? { most: most as number } : { least },
            });
      }
  return claims;
}

/** The bound for another number of seeds than 30, rounded to the side that asks for less. */
export const boundFor = (bound: Claim['bound'], seeds: number): Claim['bound'] =>
  'least' in bound
    ? { least: Math.floor((bound.least * seeds) / 30) }
    : { most: Math.ceil((bound.most * seeds) / 30) };

export interface Counted extends Claim {
  count: number;
  seeds: number;
  passes: boolean;
}

/** Counts the claims of one experiment in what its seeds gave. */
export function countClaims(claims: readonly Claim[], measured: readonly Measures[]): Counted[] {
  const results = resultsOf(measured);
  const seeds = measured.length;
  return claims.map((claim) => {
    const count = countOf(claim.holds, results);
    const bound = boundFor(claim.bound, seeds);
    return {
      ...claim,
      bound,
      count,
      seeds,
      passes: 'least' in bound ? count >= bound.least : count <= bound.most,
    };
  });
}
