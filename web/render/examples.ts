// The worked examples of the lesson by their names, for a block that takes numbers from one.

import { example } from './kinds/example.ts';
import type { ExampleBlock } from '../src/kinds/example/schema.ts';
import { parseBlock } from './blocks.ts';
import type { Place } from './error.ts';
import { blocksOf } from './fences.ts';
import { lessonFiles, numbering } from './lesson.ts';
import { pages } from './pages.ts';

export interface Example {
  block: ExampleBlock;
  place: Place;
  /** what its title begins with: "Example 3" */
  label: string;
}

export type Examples = ReadonlyMap<string, Example>;

export async function lessonExamples(folder: string): Promise<Examples> {
  const found = new Map<string, Example>();
  for (const page of pages) {
    const numbered = numbering();
    for (const file of await lessonFiles(folder, page))
      for (const { node, place } of await blocksOf(file)) {
        if (node.lang !== 'example') continue;
        const { block } = parseBlock<ExampleBlock>('example', example.schema, node.value, place);
        const [label = ''] = numbered(block.title).split(':');
        found.set(block.id, { block, place, label });
      }
  }
  return found;
}
