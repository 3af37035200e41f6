// The block `start`: how long the lesson takes, what it needs, and where it begins.

import { z } from 'zod';
import { id } from '../schema.ts';

const text = z.string().min(1);

export const schema = z.strictObject({
  time: text,
  needs: text,
  /** the id of the heading at which it begins */
  first: id,
  about: text,
});

export type StartBlock = z.infer<typeof schema>;
