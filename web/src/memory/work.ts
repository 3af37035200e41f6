// The work of a learner as one file: saved, loaded on another device, or handed to a teacher.

import { type Kept, readKept } from './kept.ts';

const format = 'batch-normalization lesson, work, 1';

/** The states of all blocks as the text of a file. */
export const writeWork = (blocks: Readonly<Record<string, Kept>>): string =>
  JSON.stringify({ format, blocks }, undefined, 1);

/** The states in such a file, by the names of their blocks. Throws RangeError with what is wrong with it. */
export function readWork(text: string): Map<string, Kept> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RangeError('it is not a file of this lesson: it is no JSON');
  }
  const { format: its, blocks } = (value ?? {}) as { format?: unknown; blocks?: unknown };
  if (its !== format)
    throw new RangeError(`it is not a file of this lesson: expected the format “${format}”`);
  if (typeof blocks !== 'object' || blocks === null) throw new RangeError('it holds no blocks');
  return new Map(
    Object.entries(blocks).map(([name, kept]) => {
      const read = readKept(JSON.stringify(kept));
      if (!read) throw new RangeError(`the part “${name}” cannot be read`);
      return [name, read];
    }),
  );
}
