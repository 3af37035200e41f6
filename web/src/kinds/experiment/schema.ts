// The block `experiment`: a question, a prediction, and what networks without and with batch normalization did over many
// seeds. Everything counted is computed; an author writes what is compared.

import { z } from 'zod';
import { readCondition } from '../../core/condition.ts';
import { id, inline, paragraphs } from '../schema.ts';

const condition = z.string().superRefine((text, context) => {
  try {
    readCondition(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
  }
});

/** Of the medians, or of how many of the seeds. */
const finding = z.union([
  condition,
  z
    .strictObject({
      holds: condition,
      at_least: z.number().int().min(0).max(30).optional(),
      at_most: z.number().int().min(0).max(30).optional(),
    })
    .refine(
      ({ at_least: least, at_most: most }) => least !== undefined || most !== undefined,
      'write a bound, at_least or at_most, or both',
    ),
]);
export type Finding = z.infer<typeof finding>;

const plot = z.strictObject({
  /** what the vertical axis shows */
  title: z.string().min(1),
  scale: z.enum(['linear', 'log']),
  /** the end of the axis; larger values are drawn there */
  most: z.number().optional(),
  arms: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        label: z.string().min(1),
        /** drawn in the colour of networks without batch normalization; the first arm always is */
        plain: z.literal(true).optional(),
      }),
    )
    .min(1)
    .max(5),
  /** the quantity plotted for each arm: arm.measure, or arm.measure.k where it was measured at several places */
  measure: z.string().min(1),
  /** the places, */
  at: z.array(z.string().min(1)).min(2).optional(),
  /** and what they are, written below the axis: "batch size" */
  along: z.string().min(1).optional(),
});

const part = z.strictObject({
  /** names the tab of a part, where there are several */
  tab: z.string().min(1).optional(),
  /** the experiment of the laboratory whose measures are used */
  measures: z.string().min(1),
  question: inline,
  /** The one whose conditions hold, for the medians or in so many seeds, is right: exactly one. */
  options: z
    .array(z.strictObject({ text: inline, when: z.array(finding).min(1) }))
    .min(2)
    .max(4),
  plots: z.array(plot).min(1).max(2),
  /** "In 30 of 30 seeds" stands before each. The bounds are what `npm run evidence` asks of 30 seeds. */
  claims: z
    .array(
      z
        .strictObject({
          text: z.string().min(1),
          holds: condition,
          at_least: z.number().int().min(0).max(30).optional(),
          at_most: z.number().int().min(0).max(30).optional(),
        })
        .refine(
          (claim) => (claim.at_least === undefined) !== (claim.at_most === undefined),
          'write one bound, at_least or at_most',
        ),
    )
    .min(1),
  /** what it means, and what it does not */
  says: paragraphs,
});

export const schema = z.strictObject({
  id,
  title: z.string().min(1),
  parts: z.array(part).min(1).max(3),
});

export type ExperimentBlock = z.infer<typeof schema>;
export type PartBlock = z.infer<typeof part>;
export type PlotBlock = z.infer<typeof plot>;
