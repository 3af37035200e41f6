/** @jsxImportSource preact */
// Worksheets from the command line (npm run worksheets): the sheets of the page for teachers as a file of their own.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Element, Root } from 'hast';
import { fromHtml } from 'hast-util-from-html';
import { renderToString } from 'preact-render-to-string';
import rehypeStringify from 'rehype-stringify';
import { unified } from 'unified';
import { visit } from 'unist-util-visit';
import type { Core } from '../src/core/core.ts';
import { drawGivens } from '../src/core/items.ts';
import { type Layout, paperOf, Sheets, type Sheet } from '../src/kinds/sheets/printed.tsx';
import { loadBuiltCore } from './core.ts';
import { fillSlots } from './item.tsx';
import { renderSite, type Site } from './lesson.ts';
import { nearest } from './nearest.ts';
import { pages } from './pages.ts';
import { curlyQuotes } from './setting.ts';

export interface Wish extends Layout {
  items: readonly string[];
  /** the numbers of the sheets; 0 is a sheet with the numbers of the lesson */
  seeds: readonly number[];
}

export interface WorksheetMaker {
  /** the names of what can be printed, with page and title */
  printable: string[];
  /** The sheets and their keys as an HTML file that needs nothing beside it. Throws RangeError for an item that is none. */
  make: (wish: Wish) => string;
}

/** A style sheet with what it imports, and its fonts inside. */
function styleOf(file: string): string {
  const here = path.dirname(file);
  return readFileSync(file, 'utf8')
    .replaceAll(/@import '([^']+)';/gu, (_, name: string) => styleOf(path.join(here, name)))
    .replaceAll(/url\('([^']+\.woff2)'\)/gu, (_, name: string) => {
      const bytes = readFileSync(path.join(here, name));
      return `url('data:font/woff2;base64,${bytes.toString('base64')}')`;
    });
}

export async function worksheetMaker(lesson: string, style: string): Promise<WorksheetMaker> {
  const core = await loadBuiltCore();
  const site = await renderSite(lesson, core);
  return {
    printable: site.handouts.papers.map(({ item: { name, page, title, about } }) =>
      [name, page, about === '' ? title : `${title}: ${about}`].join('\t'),
    ),
    make: (wish) => worksheets(site, core, styleOf(style), wish),
  };
}

function worksheets({ handouts, linked }: Site, core: Core, style: string, wish: Wish): string {
  const chosen = wish.items.map((name) => {
    const found = handouts.papers.find(({ item }) => item.name === name);
    if (found) return found;
    const names = handouts.papers.map(({ item }) => item.name);
    throw new RangeError(`no item “${name}” can be printed${nearest(name, names)}`);
  });
  const texts = new Map<string, ReturnType<(typeof chosen)[number]['textsFor']>>();
  const sheets = wish.seeds.map((seed, k): Sheet => {
    const tasks = chosen.map(({ item, textsFor }, place) => {
      const problem = paperOf(item.kind).problem(item.data);
      const typed = problem ? drawGivens(core, problem, problem.drawn.length > 0 ? seed : 0) : {};
      const filled = textsFor(typed);
      texts.set(`${k}.${place}`, filled);
      // The places alone: the nodes come when the view has become a tree.
      return { item, typed, slots: new Map([...filled.keys()].map((slot) => [slot, []])) };
    });
    return { seed, tasks };
  });
  const html = renderToString(<Sheets core={core} sheets={sheets} {...wish} />);
  const tree: Root = fromHtml(html, { fragment: true });
  visit(tree, 'element', (element: Element) => {
    const { dataTask } = element.properties;
    if (dataTask !== undefined) fillSlots(element, structuredClone(texts.get(String(dataTask)) ?? new Map()));
  });
  const teach = pages.find(({ folder }) => folder === 'teach');
  if (teach) linked(tree, teach);
  // The file stands alone: what a link says stays, where it leads does not.
  visit(tree, 'element', (element: Element) => {
    if (element.tagName !== 'a') return;
    element.tagName = 'span';
    element.properties = {};
  });
  curlyQuotes(tree);
  const title = wish.heading.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return [
    '<!doctype html>',
    '<html lang="en">',
    `<head><meta charset="utf-8"><title>${title}</title><style>${style}</style></head>`,
    `<body><main>${unified().use(rehypeStringify).stringify(tree)}</main></body>`,
    '</html>',
    '',
  ].join('\n');
}
