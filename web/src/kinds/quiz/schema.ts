// The block `quiz`: a question with four options, and a live check that is shown after the answer.

import { z } from 'zod';
import { content, graded, inline, label, paragraphs, sheet, title } from '../schema.ts';

const option = z.strictObject({ text: label, why: inline });

export const schema = z.strictObject({
  ...graded,
  title,
  question: label,
  options: z.strictObject({ A: option, B: option, C: option, D: option }),
  correct: z.enum(['A', 'B', 'C', 'D']),
  explanation: paragraphs,
  check: z.strictObject({ title: z.string().min(1), ...sheet, ...content, try: inline }),
});

export type QuizBlock = z.infer<typeof schema>;
