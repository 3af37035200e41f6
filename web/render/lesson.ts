// The lesson's folder to the page's main part and its table of contents.

import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Element, ElementContent, Root } from 'hast';
import { h } from 'hastscript';
import { toString } from 'hast-util-to-string';
import rehypeSlug from 'rehype-slug';
import rehypeStringify from 'rehype-stringify';
import { unified } from 'unified';
import { SKIP, visit } from 'unist-util-visit';
import type { Core } from '../src/core.ts';
import { type BlockKind, parseBlock } from './blocks.ts';
import { renderExample, renderPractice, renderQuiz, renderScore } from './blocks-html.ts';
import { LessonError, type Place } from './error.ts';
import { nameOfFigure, renderFigure } from './figure-html.tsx';
import { renderMarkdown, type Surroundings } from './markdown.ts';
import { renderProof } from './proof-html.ts';
import { quantitiesOf } from './sheet.ts';
import { renderWorksheet } from './worksheet-html.ts';

export interface Lesson {
  title: string;
  /** HTML of the table of contents and of the text. */
  contents: string;
  main: string;
}

/** The lesson's files in reading order: 01-….md, 02-….md … README.md is about the folder, not part of the lesson. */
export async function lessonFiles(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => /^\d.*\.md$/.test(name));
  return names.toSorted().map((name) => path.join(folder, name));
}

const stringify = (children: ElementContent[]) =>
  unified().use(rehypeStringify).stringify({ type: 'root', children });

/** Renders one file's text into HTML nodes. Ids of blocks count through the whole lesson, so `counts` is shared. */
export function renderFile(
  source: string,
  file: string,
  core: Core,
  counts = new Map<BlockKind, number>(),
): ElementContent[] {
  const around: Surroundings = {
    core,
    quantities: {},
    strictness: 'prose',
    block(kind, node, place: Place) {
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      const id = `${kind}-${count}`;
      switch (kind) {
        case 'example':
          return [renderExample(parseBlock(kind, node.value, place), id, around)];
        case 'practice':
          return [renderPractice(parseBlock(kind, node.value, place), id, around)];
        case 'worksheet':
          return [renderWorksheet(parseBlock(kind, node.value, place), id, around)];
        case 'proof':
          return [renderProof(parseBlock(kind, node.value, place), id, around)];
        case 'quiz':
          return [renderQuiz(parseBlock(kind, node.value, place), id, around)];
        case 'figure': {
          const figure = parseBlock(kind, node.value, place);
          return [renderFigure(figure, nameOfFigure(figure.block), around)];
        }
        case 'score':
          return [renderScore(parseBlock(kind, node.value, place))];
        case 'given': {
          const { block } = parseBlock(kind, node.value, place);
          around.quantities = quantitiesOf(core, { ...block, buttons: [] }, {}, place);
          return [h('div', { hidden: true, dataScope: JSON.stringify(block) })];
        }
      }
    },
  };
  return renderMarkdown(source, { file, line: 1 }, around);
}

export async function renderLesson(folder: string, core: Core): Promise<Lesson> {
  const counts = new Map<BlockKind, number>();
  const root: Root = { type: 'root', children: [] };
  const files = await lessonFiles(folder);
  for (const file of files) {
    const name = path.relative(process.cwd(), file);
    root.children.push(...renderFile(await readFile(file, 'utf8'), name, core, counts));
  }
  await unified().use(rehypeSlug).run(root);

  numberPitfalls(root);
  // What only works live is not in the contents: without scripts the link would lead nowhere.
  const headings: Element[] = [];
  visit(root, 'element', (node: Element) => {
    if ([node.properties.className].flat().includes('live-only')) return SKIP;
    if (/^h[123]$/.test(node.tagName) && node.properties.id) headings.push(node);
    return undefined;
  });
  const title = headings.find((node) => node.tagName === 'h1');
  if (!title)
    throw new LessonError(
      { file: files[0] ?? path.join(folder, '01-….md'), line: 1 },
      'the lesson has no title (# …)',
    );
  return {
    title: toString(title),
    contents: stringify([tableOfContents(headings)]),
    main: stringify(root.children as ElementContent[]),
  };
}

/** Items name the pitfall they belong to: each of the list below the heading "Pitfalls" gets the id pitfall-1 and so on. */
function numberPitfalls(root: Root): void {
  const at = root.children.findIndex((node) => node.type === 'element' && node.properties.id === 'pitfalls');
  const list = root.children.slice(at).find((node) => node.type === 'element' && node.tagName === 'ol');
  if (at < 0 || list?.type !== 'element') return;
  list.children
    .filter((node): node is Element => node.type === 'element')
    .forEach((item, k) => (item.properties.id = `pitfall-${k + 1}`));
}

function tableOfContents(headings: Element[]): Element {
  const items: Element[] = [];
  for (const heading of headings) {
    const link = h('a', { href: `#${String(heading.properties.id)}` }, toString(heading));
    if (heading.tagName === 'h2') items.push(h('li', [link]));
    const parent = items.at(-1);
    if (heading.tagName !== 'h3' || !parent) continue;
    let list = parent.children.find(
      (child): child is Element => child.type === 'element' && child.tagName === 'ul',
    );
    if (!list) parent.children.push((list = h('ul')));
    list.children.push(h('li', [link]));
  }
  return h('ol', items);
}
