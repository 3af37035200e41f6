// Every kind of block, by the word behind its fence.

import { z } from 'zod';
import { given } from '../src/kinds/schema.ts';
import type { Kind } from './item.tsx';
import { classFiles } from './kinds/class.ts';
import { drills } from './kinds/drills.ts';
import { example } from './kinds/example.ts';
import { experiment } from './kinds/experiment.tsx';
import { figureSchema } from './kinds/figure.tsx';
import { forms } from './kinds/forms.ts';
import { objectives } from './kinds/objectives.ts';
import { playground } from './kinds/playground.ts';
import { practice } from './kinds/practice.ts';
import { program } from './kinds/program.ts';
import { proof } from './kinds/proof.ts';
import { quiz } from './kinds/quiz.ts';
import { race } from './kinds/race.ts';
import { results } from './kinds/results.ts';
import { share } from './kinds/share.ts';
import { sheets } from './kinds/sheets.ts';
import { start } from './kinds/start.ts';
import { worksheet } from './kinds/worksheet.ts';

/** The kinds that are items; src/kinds/load.ts has a line for each too. */
export const kinds: Readonly<Record<string, Kind>> = {
  example,
  practice,
  worksheet,
  proof,
  program,
  quiz,
  start,
  objectives,
  race,
  playground,
  experiment,
  results,
  forms,
  drills,
  sheets,
  class: classFiles,
  share,
};

/** Givens for the computed values of the text below, without anything on the page. */
const scope = z.strictObject({ given, fewest: z.number().int().min(1).default(2) });

/** What may stand behind a fence: the items, the figures, and givens. */
export const schemas: Readonly<Record<string, z.ZodType>> = {
  ...Object.fromEntries(Object.entries(kinds).map(([name, { schema }]) => [name, schema])),
  figure: figureSchema,
  given: scope,
};
export type ScopeBlock = z.infer<typeof scope>;
