// What an author may write in a fenced block, as schemas: unknown keys, wrong types and missing parts are refused
// with their line and the nearest valid name.

import { closest, distance } from 'fastest-levenshtein';
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { z } from 'zod';
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

const example = z.strictObject({
  title: z.string().min(1),
  ...sheet,
  problem: markdown,
  steps: z.array(z.strictObject({ title: markdown, ...content })).min(1),
});

const tolerance = z.union([
  z.literal('exact'),
  z.strictObject({ percent: z.number().positive(), near_zero: z.number().positive().optional() }),
]);

const practice = z.strictObject({
  title: z.string().min(1),
  ...sheet,
  problem: markdown,
  parts: z
    .array(
      z.strictObject({
        ask: markdown,
        answer: formula,
        with: given.optional(),
        tolerance,
        hint: markdown,
      }),
    )
    .min(1),
  answer: markdown,
});

const option = z.strictObject({ text: markdown, why: markdown });

const quiz = z.strictObject({
  title: z.string().min(1),
  question: markdown,
  options: z.strictObject({ A: option, B: option, C: option, D: option }),
  correct: z.enum(['A', 'B', 'C', 'D']),
  explanation: markdown,
  check: z.strictObject({ title: z.string().min(1), ...sheet, ...content, try: markdown }),
});

/** Givens for the computed values of the text below, without anything on the page. */
const scope = z.strictObject({ given, fewest: z.number().int().min(1).default(2) });

const figure = z.strictObject({
  kind: z.enum(['computation-graph']),
  title: markdown,
  description: markdown,
});

/** Where the quiz's score stands. */
const score = z.strictObject({ title: z.string().min(1) });

export const schemas = { example, practice, quiz, given: scope, figure, score };
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
