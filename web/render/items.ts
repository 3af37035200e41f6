// The graded items of the lesson as data: for the check of their content, for judging answers in bulk, and for what sums
// up where a learner stands.

import type { ObjectivesBlock } from '../src/kinds/objectives/schema.ts';
import { parseBlock } from './blocks.ts';
import { LessonError, type Place } from './error.ts';
import { blocksOf } from './fences.ts';
import type { Item } from './graded.ts';
import { kinds, schemas } from './kinds.ts';
import { itemsOfFigure } from './kinds/figure.tsx';
import { lessonFiles, numbering } from './lesson.ts';
import { pages } from './pages.ts';

/** All graded items in reading order. Throws LessonError, also where two have the same id. */
export async function lessonItems(folder: string): Promise<Item[]> {
  const items: Item[] = [];
  const ids = new Map<string, Place>();
  for (const page of pages) {
    const numbered = numbering();
    for (const file of await lessonFiles(folder, page)) {
      for (const { node, place } of await blocksOf(file)) {
        const kind = node.lang ?? '';
        const itemsOf = kind === 'figure' ? itemsOfFigure : kinds[kind]?.items;
        if (!itemsOf) continue;
        const parsed = parseBlock<never>(kind, schemas[kind] as never, node.value, place);
        const [label = ''] = numbered((parsed.block as { title: string }).title).split(':');
        for (const { kept, ...item } of itemsOf(parsed)) {
          const other = ids.get(item.id);
          if (other)
            throw new LessonError(
              item.place,
              `the id “${item.id}” is used already, in ${other.file}:${other.line}`,
            );
          ids.set(item.id, item.place);
          const { objective, pitfalls, core } = item;
          const isDrill = page.folder === 'workshop';
          const listed = { ...kept, objective, pitfalls, core, isDrill, page: page.file, label };
          items.push({ ...item, listed });
        }
      }
    }
  }
  return items;
}

/** The short names of the objectives, from the block that lists them. */
export async function objectiveNames(folder: string): Promise<string[]> {
  for (const page of pages)
    for (const file of await lessonFiles(folder, page))
      for (const { node, place } of await blocksOf(file))
        if (node.lang === 'objectives')
          return parseBlock<ObjectivesBlock>('objectives', schemas.objectives as never, node.value, place)
            .block.short;
  return [];
}
