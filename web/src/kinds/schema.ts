// What the schemas of several kinds share. A schema says what an author may write in a block; which of its texts are
// Markdown is said by `slot`, and the build renders those. Used at build time only.

import { z } from 'zod';
import { pitfallNames } from '../core/pitfalls.ts';
import { givenNames, type GivenName } from '../core/quantities.ts';

/** How a text becomes nodes: paragraphs, the inside of one paragraph, one that names something, a table. */
export type SlotKind = 'paragraphs' | 'inline' | 'label' | 'table' | 'results';

const slot = (kind: SlotKind) => ({ slot: kind });

export const paragraphs = z.string().min(1).meta(slot('paragraphs'));
export const inline = z.string().min(1).meta(slot('inline'));
/** An inline text that names a box, a column or a question: its formulas are named in words. */
export const label = z.string().min(1).meta(slot('label'));
/** Markdown that a table renders itself. */
const cell = z.string().min(1);
export const formula = z.string().min(1).or(z.number().transform(String));

const givenNameList = givenNames as [GivenName, ...GivenName[]];
export const givenName = z.enum(givenNameList);

/** A number, a list of numbers, or "= formula" of other givens; kept as the text a learner would type. */
const givenValue = z.union([
  z.number().transform(String),
  z.array(z.number()).transform((list) => list.join(', ')),
  z.string().startsWith('=', 'write a number, a list of numbers, or a formula that starts with “=”'),
]);

export const given = z.partialRecord(givenName, givenValue);

/** One row for each value of the lists. */
const table = z
  .strictObject({
    caption: cell,
    columns: z.array(z.strictObject({ head: cell, value: formula })).min(1),
  })
  .meta(slot('table'));

/** One row for each line written here; `with` changes givens for that row alone. */
const results = z
  .strictObject({
    caption: cell,
    columns: z.array(cell).min(1),
    rows: z
      .array(z.strictObject({ label: cell, with: given.optional(), values: z.array(formula).min(1) }))
      .min(1),
  })
  .meta(slot('results'));

export type TableBlock = z.infer<typeof table>;
export type ResultsTableBlock = z.infer<typeof results>;

/** Shown in this order; `after` is text below the tables. */
export const content = {
  text: paragraphs.optional(),
  table: table.optional(),
  results: results.optional(),
  after: paragraphs.optional(),
};

const buttons = z.array(z.strictObject({ label: z.string().min(1), set: given })).default([]);

export const sheet = {
  given,
  /** Which givens a learner may change; all that are not formulas, unless named. */
  edit: z.array(givenName).optional(),
  fewest: z.number().int().min(1).default(2),
  buttons,
};

/** The givens that are drawn for a variant. */
export const draw = z.array(givenName).default([]);

export const id = z.string().regex(/^[a-z][a-z0-9-]*$/, 'write small letters, digits and hyphens');

/** A heading as plain text; # stands for the number of its kind on the page. */
export const title = z.string().min(1);

const pitfall = z.enum(pitfallNames);

/** `digits`: how many an answer needs that is given as the rounded value. */
export const tolerance = z.union([
  z.literal('exact'),
  z.strictObject({
    percent: z.number().positive(),
    near_zero: z.number().positive().optional(),
    digits: z.number().int().min(1).max(10).default(3),
  }),
]);

/**
 * What every graded part says about itself: the objective it serves, the pitfalls it is about, and whether it is one of
 * the four by which the objective is counted.
 */
export const graded = {
  id,
  objective: z.number().int().min(1).max(5),
  pitfall: z.union([pitfall, z.array(pitfall).min(1)]),
  core: z.boolean().default(false),
};

/** A mistake that belongs to one question: what is answered instead. */
export const foreseen = z.strictObject({
  id,
  title: z.string().min(1),
  reason: z.string().min(1),
  pitfall,
  answer: formula,
});

export const hints = z.array(paragraphs).min(1);
export const names = z.array(z.string().min(1)).min(1);
