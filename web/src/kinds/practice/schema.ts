// The block `practice`: questions whose answers are typed and judged.

import { z } from 'zod';
import {
  draw,
  foreseen,
  formula,
  given,
  givenName,
  graded,
  hints,
  id,
  inline,
  label,
  names,
  paragraphs,
  sheet,
  title,
  tolerance,
} from '../schema.ts';

/** least <= value <= most. */
const condition = z.strictObject({
  value: formula,
  least: z.number().optional(),
  most: z.number().optional(),
  says: z.string().min(1),
});

/** The keys of each kind of part, besides those of all. */
const partKinds = {
  answer: { needed: ['tolerance'], allowed: ['with', 'foreseen'] },
  formula: { needed: ['names'], allowed: [] },
  find: { needed: ['such_that', 'example'], allowed: ['names', 'with'] },
} as const;

const part = z
  .strictObject({
    ...graded,
    ask: label,
    hints,
    /** one sentence, shown with the right answer */
    why: inline,
    /** a number or a list: the value of this formula */
    answer: formula.optional(),
    tolerance: tolerance.optional(),
    with: given.optional(),
    foreseen: z.array(foreseen).optional(),
    /** a formula: whatever equals this one on every batch */
    formula: formula.optional(),
    names: names.optional(),
    /** numbers for these givens that make the conditions true; `example` is one right answer */
    find: z.array(givenName).min(1).optional(),
    such_that: z.array(condition).min(1).optional(),
    example: formula.optional(),
  })
  .superRefine((written, context) => {
    const kinds = Object.keys(partKinds) as (keyof typeof partKinds)[];
    const [kind, ...others] = kinds.filter((key) => written[key] !== undefined);
    const refuse = (message: string) => context.addIssue({ code: 'custom', message });
    if (kind === undefined) return refuse(`write one of ${kinds.join(', ')}`);
    if (others.length > 0)
      return refuse(`“${kind}” and “${others[0]}” are two kinds of question: write one of them`);
    const { needed, allowed } = partKinds[kind];
    for (const key of needed) if (written[key] === undefined) return refuse(`“${kind}” needs “${key}”`);
    const known: readonly string[] = [...needed, ...allowed];
    for (const key of Object.values(partKinds).flatMap((each) => [...each.needed, ...each.allowed])) {
      if (written[key] !== undefined && !known.includes(key))
        return refuse(`“${key}” does not go with “${kind}”`);
    }
    return undefined;
  });

export const schema = z.strictObject({
  id,
  title,
  ...sheet,
  draw,
  problem: paragraphs,
  parts: z.array(part).min(1),
  answer: paragraphs,
});

export type PracticeBlock = z.infer<typeof schema>;
