// The block `program`: code to write in NumPy's words. `task` names what is given and what is asked for; the core knows the
// truth. `start` is what stands in the editor first, `solution` one way that passes, `wrong` programs that must not. With
// `bug` it is a hunt: `start` runs and is wrong, and the learner says where.

import { z } from 'zod';
import { graded, hints, paragraphs, title } from '../schema.ts';

const code = z.string().min(1);
/** A number, a list of numbers, or of such lists: an axis for each level. */
export type BatchArray = number | BatchArray[];
const array: z.ZodType<BatchArray> = z.lazy(() => z.union([z.number(), z.array(array).min(1)]));

export const schema = z.strictObject({
  ...graded,
  title,
  task: z.string().min(1),
  ask: paragraphs,
  start: code,
  solution: code,
  /** a small batch, whose values are shown beside the lines */
  batch: z.record(z.string(), array),
  /** the ids of the mistakes that a program is refused with, and the line that is blamed */
  wrong: z
    .array(
      z.strictObject({
        mistake: z.string().optional(),
        line: z.number().int().min(1).optional(),
        program: code,
      }),
    )
    .default([]),
  /** where `start` is somebody's program with a mistake: the line it is in, and the id of what it is called */
  bug: z.strictObject({ line: z.number().int().min(1), mistake: z.string() }).optional(),
  hints,
});

export type ProgramBlock = z.infer<typeof schema>;
