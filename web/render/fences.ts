// Reads the lesson's Markdown: as a tree, and the fenced blocks in it. Nothing else parses it.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Code, Root } from 'mdast';
import remarkGfm from 'remark-gfm';
import remarkMath from 'remark-math';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { visit } from 'unist-util-visit';
import type { Place } from './error.ts';

const parser = unified().use(remarkParse).use(remarkGfm).use(remarkMath);

export const parseMarkdown = (text: string): Root => parser.parse(text);

/** The fenced blocks of a text in reading order. */
export function fencesIn(text: string): Code[] {
  const found: Code[] = [];
  visit(parseMarkdown(text), 'code', (node) => {
    found.push(node);
  });
  return found;
}

/** The fenced blocks of a file, each with the place of its first line. */
export async function blocksOf(file: string): Promise<{ node: Code; place: Place }[]> {
  const name = path.relative(process.cwd(), file);
  return fencesIn(await readFile(file, 'utf8')).map((node) => ({
    node,
    place: { file: name, line: (node.position?.start.line ?? 0) + 1 },
  }));
}
