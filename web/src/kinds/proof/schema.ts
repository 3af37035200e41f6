// The block `proof`: lines to put in order. `equation` is what the core checks, `math` the same in TeX for the page;
// `needs` names the lines it follows from; `of` is the problem that it is the "Show" part of.

import { z } from 'zod';
import { formula, graded, hints, id, names, paragraphs, title } from '../schema.ts';

const line = { id, equation: formula, math: z.string().min(1) };
const needs = z.array(id).default([]);

export const schema = z.strictObject({
  ...graded,
  of: id.optional(),
  title,
  claim: paragraphs,
  names,
  goal: id,
  lines: z.array(z.strictObject({ ...line, because: z.string().min(1), needs })).min(2),
  /** Lines that do not belong: false ones, or true ones that do not help. */
  distractors: z
    .array(z.strictObject({ ...line, why: z.string().min(1), needs, false: z.boolean().default(false) }))
    .default([]),
  hints,
});

export type ProofBlock = z.infer<typeof schema>;
