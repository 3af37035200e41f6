// What an author may write in a fenced block, as schemas: unknown keys, wrong types and missing parts are refused
// with their line and the nearest valid name.

import { closest, distance } from 'fastest-levenshtein';
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { z } from 'zod';
import { figures } from '../src/figures/all.ts';
import { givenNames, type GivenName } from '../src/scenario.ts';
import { LessonError, type Place } from './error.ts';

const markdown = z.string().min(1);
const formula = z.string().min(1).or(z.number().transform(String));

/** A number, a list of numbers, or "= formula" of other givens; kept as the text a learner would type. */
const givenValue = z.union([
  z.number().transform(String),
  z.array(z.number()).transform((list) => list.join(', ')),
  z.string().startsWith('=', 'write a number, a list of numbers, or a formula that starts with “=”'),
]);

const given = z.partialRecord(z.enum(givenNames as [GivenName, ...GivenName[]]), givenValue);

/** One row for each value of the lists. */
const table = z.strictObject({
  caption: markdown,
  columns: z.array(z.strictObject({ head: markdown, value: formula })).min(1),
});

/** One row for each line written here; `with` changes givens for that row alone. */
const results = z.strictObject({
  caption: markdown,
  columns: z.array(markdown).min(1),
  rows: z
    .array(z.strictObject({ label: markdown, with: given.optional(), values: z.array(formula).min(1) }))
    .min(1),
});

/** Shown in this order; `after` is text below the tables. */
const content = {
  text: markdown.optional(),
  table: table.optional(),
  results: results.optional(),
  after: markdown.optional(),
};

const buttons = z.array(z.strictObject({ label: z.string().min(1), set: given })).default([]);

const sheet = {
  given,
  /** Which givens a learner may change; all that are not formulas, unless named. */
  edit: z.array(z.enum(givenNames as [GivenName, ...GivenName[]])).optional(),
  fewest: z.number().int().min(1).default(2),
  buttons,
};

/** The givens that are drawn for a variant. */
const draw = z.array(z.enum(givenNames as [GivenName, ...GivenName[]])).default([]);

const example = z.strictObject({
  title: z.string().min(1),
  ...sheet,
  draw,
  problem: markdown,
  steps: z.array(z.strictObject({ title: markdown, ...content })).min(1),
});

/** The pitfalls of the page are numbered. */
const pitfallNumber = z.number().int().min(1).max(16);

/** `digits`: how many an answer needs that is given as the rounded value. */
export const tolerance = z.union([
  z.literal('exact'),
  z.strictObject({
    percent: z.number().positive(),
    near_zero: z.number().positive().optional(),
    digits: z.number().int().min(1).max(10).default(3),
  }),
]);

const id = z.string().regex(/^[a-z][a-z0-9-]*$/, 'write small letters, digits and hyphens');

/** What every graded part says about itself: the objective it serves and the pitfalls it is about. */
export const graded = {
  id,
  objective: z.number().int().min(1).max(5),
  pitfall: z.union([pitfallNumber, z.array(pitfallNumber).min(1)]),
};

/** A mistake that belongs to one question: what is answered instead. */
const foreseen = z.strictObject({
  id,
  title: z.string().min(1),
  reason: z.string().min(1),
  pitfall: pitfallNumber,
  answer: formula,
});

/** least <= value <= most. */
const condition = z.strictObject({
  value: formula,
  least: z.number().optional(),
  most: z.number().optional(),
  says: z.string().min(1),
});

const names = z.array(z.string().min(1)).min(1);
const hints = z.array(markdown).min(1);

/** The keys of each kind of part, besides those of all. */
const partKinds = {
  answer: { needed: ['tolerance'], allowed: ['with', 'foreseen'] },
  formula: { needed: ['names'], allowed: [] },
  find: { needed: ['such_that', 'example'], allowed: ['names', 'with'] },
} as const;

const part = z
  .strictObject({
    ...graded,
    ask: markdown,
    hints,
    /** a number or a list: the value of this formula */
    answer: formula.optional(),
    tolerance: tolerance.optional(),
    with: given.optional(),
    foreseen: z.array(foreseen).optional(),
    /** a formula: whatever equals this one on every batch */
    formula: formula.optional(),
    names: names.optional(),
    /** numbers for these givens that make the conditions true; `example` is one right answer */
    find: z
      .array(z.enum(givenNames as [GivenName, ...GivenName[]]))
      .min(1)
      .optional(),
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

const practice = z.strictObject({
  id,
  title: z.string().min(1),
  ...sheet,
  draw,
  problem: markdown,
  parts: z.array(part).min(1),
  answer: markdown,
});

const option = z.strictObject({ text: markdown, why: markdown });

const quiz = z.strictObject({
  ...graded,
  title: z.string().min(1),
  question: markdown,
  options: z.strictObject({ A: option, B: option, C: option, D: option }),
  correct: z.enum(['A', 'B', 'C', 'D']),
  explanation: markdown,
  check: z.strictObject({ title: z.string().min(1), ...sheet, ...content, try: markdown }),
});

/** A computation by hand, a box for each step. */
const worksheet = z.strictObject({
  ...graded,
  title: z.string().min(1),
  given,
  fewest: z.number().int().min(1).default(2),
  draw,
  cells: z.array(z.string().min(1)).min(2),
  tolerance,
  problem: markdown,
  hints,
});

/** `equation` is what the core checks, `math` the same in TeX for the page; `needs` names the lines it follows from. */
const line = { id, equation: formula, math: z.string().min(1) };
const needs = z.array(id).default([]);

const proof = z.strictObject({
  ...graded,
  title: z.string().min(1),
  claim: markdown,
  names,
  goal: id,
  lines: z.array(z.strictObject({ ...line, because: markdown, needs })).min(2),
  /** Lines that do not belong: false ones, or true ones that do not help. */
  distractors: z
    .array(z.strictObject({ ...line, why: markdown, needs, false: z.boolean().default(false) }))
    .default([]),
  hints,
});

/** Givens for the computed values of the text below, without anything on the page. */
const scope = z.strictObject({ given, fewest: z.number().int().min(1).default(2) });

/** `predict` is judged before the figure shows it; `show` are fields of the figure's state, as in a link. */
const figure = z.strictObject({
  /** Where two of a kind stand on one page; as a rule a figure is called as its kind. */
  id: id.optional(),
  kind: z.enum(figures.map(({ kind }) => kind) as [string, ...string[]]),
  title: markdown,
  try: markdown,
  description: markdown,
  predict: z
    .strictObject({
      objective: graded.objective,
      pitfall: graded.pitfall,
      given,
      fewest: z.number().int().min(1).default(2),
      about: markdown,
      ask: markdown,
      answer: formula,
      tolerance,
      foreseen: z.array(foreseen).optional(),
      hints,
      explain: markdown,
      show: z.record(z.string(), z.union([z.string(), z.number().transform(String)])),
    })
    .optional(),
});

/** Where the quiz's score stands. */
const score = z.strictObject({ title: z.string().min(1) });

export const schemas = { example, practice, worksheet, proof, quiz, given: scope, figure, score };
export type BlockKind = keyof typeof schemas;
export type Block<Kind extends BlockKind> = z.infer<(typeof schemas)[Kind]>;
export type Content = Pick<Block<'example'>['steps'][number], 'text' | 'table' | 'results' | 'after'>;
export type Sheet = Pick<Block<'example'>, 'given' | 'edit' | 'fewest' | 'buttons'>;
export type Tolerance = z.infer<typeof tolerance>;

export const isBlockKind = (name: string): name is BlockKind => Object.hasOwn(schemas, name);

/** The name that was probably meant, as " (did you mean …?)". */
export function nearest(name: string, valid: readonly string[]): string {
  if (valid.length === 0) return '';
  const best = closest(name, valid);
  const hint = distance(name, best) <= 3 ? `; did you mean “${best}”?` : '';
  return `${hint} Valid here: ${valid.join(', ')}`;
}

export interface ParsedBlock<Kind extends BlockKind> {
  block: Block<Kind>;
  /** The place of a field, to name it where its text or formula is refused. */
  placeOf: (path: PropertyKey[]) => Place;
}

/** Reads the YAML of a fenced block; `start` is the line of its first line of YAML. */
export function parseBlock<Kind extends BlockKind>(
  kind: Kind,
  source: string,
  start: Place,
): ParsedBlock<Kind> {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const placeAt = (offset: number): Place => ({
    file: start.file,
    line: start.line + lines.linePos(offset).line - 1,
  });
  const [problem] = document.errors;
  if (problem) throw new LessonError(placeAt(problem.pos[0]), `${kind}: ${problem.message.split('\n')[0]}`);

  const placeOf = (path: PropertyKey[]): Place => {
    let node: Node | null = document.contents;
    let place = start;
    for (const key of path) {
      if (isMap(node)) {
        const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
        if (isScalar(pair?.key) && pair.key.range) place = placeAt(pair.key.range[0]);
        node = (pair?.value ?? null) as Node | null;
        // The text of a "key: |" starts on the next line.
        if (isScalar(node) && node.type?.startsWith('BLOCK')) place = { ...place, line: place.line + 1 };
      } else if (isSeq(node)) {
        node = (node.items[Number(key)] ?? null) as Node | null;
        if (node?.range) place = placeAt(node.range[0]);
      }
    }
    return place;
  };

  const parsed = schemas[kind].safeParse(document.toJS());
  if (parsed.success) return { block: parsed.data as Block<Kind>, placeOf };
  const issue = parsed.error.issues[0] as z.core.$ZodIssue;
  const where = [kind, ...issue.path].join('.');
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] as string;
    throw new LessonError(
      placeOf([...issue.path, key]),
      `${where}: unknown key “${key}”${nearest(key, keysAt(kind, issue.path))}`,
    );
  }
  throw new LessonError(placeOf(issue.path), `${where}: ${issue.message}`);
}

/** The keys a schema knows at a path, for the "did you mean" of a misspelt one. */
function keysAt(kind: BlockKind, path: PropertyKey[]): string[] {
  let schema: unknown = schemas[kind];
  const unwrap = (wrapped: unknown): unknown => {
    if (wrapped instanceof z.ZodOptional || wrapped instanceof z.ZodDefault) return unwrap(wrapped.unwrap());
    if (wrapped instanceof z.ZodPipe) return unwrap(wrapped.in);
    return wrapped;
  };
  for (const key of path) {
    schema = unwrap(schema);
    if (schema instanceof z.ZodObject) schema = schema.shape[String(key)];
    else if (schema instanceof z.ZodArray) schema = schema.element;
  }
  schema = unwrap(schema);
  if (schema instanceof z.ZodRecord) return [...givenNames];
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}
