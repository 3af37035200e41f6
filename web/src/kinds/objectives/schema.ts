// The block `objectives`: what a learner can do afterwards, with where they stand. `short` are names for other pages.

import { z } from 'zod';
import { inline } from '../schema.ts';

export const schema = z.strictObject({
  texts: z.array(inline).length(5),
  short: z.array(z.string().min(1)).length(5),
});

export type ObjectivesBlock = z.infer<typeof schema>;
