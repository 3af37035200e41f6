// Reads fenced blocks: unknown keys, wrong types and missing parts are refused with their line and the nearest valid name.

import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { z } from 'zod';
import { givenNames } from '../src/core/quantities.ts';
import { LessonError, type Place } from './error.ts';
import { nearest } from './nearest.ts';

export interface ParsedBlock<Block = unknown> {
  block: Block;
  /** The place of a field, to name it where its text or formula is refused. */
  placeOf: (path: PropertyKey[]) => Place;
}

/** Reads the YAML of a fenced block by its schema; `start` is the line of its first line of YAML. */
export function parseBlock<Block>(
  kind: string,
  schema: z.ZodType,
  source: string,
  start: Place,
): ParsedBlock<Block> {
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

  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return { block: parsed.data as Block, placeOf };
  const issue = parsed.error.issues[0] as z.core.$ZodIssue;
  const where = [kind, ...issue.path].join('.');
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] as string;
    throw new LessonError(
      placeOf([...issue.path, key]),
      `${where}: unknown key “${key}”${nearest(key, keysAt(schema, issue.path))}`,
    );
  }
  throw new LessonError(placeOf(issue.path), `${where}: ${issue.message}`);
}

/** The keys a schema knows at a path, for the "did you mean" of a misspelt one. */
function keysAt(of: z.ZodType, path: PropertyKey[]): string[] {
  let schema: unknown = of;
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
