// The block `worksheet`: a computation by hand, a box for each step.

import { z } from 'zod';
import { draw, given, graded, hints, paragraphs, title, tolerance } from '../schema.ts';

export const schema = z.strictObject({
  ...graded,
  title,
  given,
  fewest: z.number().int().min(1).default(2),
  draw,
  cells: z.array(z.string().min(1)).min(2),
  tolerance,
  problem: paragraphs,
  hints,
});

export type WorksheetBlock = z.infer<typeof schema>;
