// What a course that the lesson is opened in is told about, as a file of its own: only pages that find a course ask for it.

import type { Plugin } from 'vite';
import type { Contents } from '../src/page/course.ts';
import { lessonItems, objectiveNames } from './items.ts';

export async function courseContents(folder: string): Promise<Contents> {
  const items = await lessonItems(folder);
  return { objectives: await objectiveNames(folder), items: items.map(({ listed }) => listed) };
}

export const coursePlugin = (folder: string): Plugin => ({
  name: 'lesson-course',
  apply: 'build',
  async generateBundle() {
    const source = JSON.stringify(await courseContents(folder));
    this.emitFile({ type: 'asset', fileName: 'course.json', source });
  },
});
