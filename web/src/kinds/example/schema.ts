// The block `example`: a worked example whose numbers can be changed.

import { z } from 'zod';
import { content, draw, id, inline, paragraphs, sheet, title } from '../schema.ts';

export const schema = z.strictObject({
  id,
  title,
  ...sheet,
  draw,
  problem: paragraphs,
  steps: z.array(z.strictObject({ title: inline, ...content })).min(1),
});

export type ExampleBlock = z.infer<typeof schema>;
