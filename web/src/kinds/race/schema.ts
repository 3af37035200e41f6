// The block `race`: two networks that train side by side, one of them with batch normalization.

import { z } from 'zod';
import { id, inline, paragraphs } from '../schema.ts';

export const schema = z.strictObject({
  id,
  title: z.string().min(1),
  /** one thing to do */
  try: inline,
  /** what is to be seen, and what it does not say */
  says: paragraphs,
});

export type RaceBlock = z.infer<typeof schema>;
