// What a teacher can hand out: the items that can be printed, with their text, and the blocks that a link can be about.

import type { Element, ElementContent } from 'hast';
import { toString } from 'hast-util-to-string';
import { h } from 'hastscript';
import type { Core } from '../src/core/core.ts';
import type { SheetData } from '../src/kinds/givens.tsx';
import { paperOf, type Printable } from '../src/kinds/sheets/printed.tsx';
import { papers } from '../src/kinds/papers.ts';
import type { Shareable } from '../src/kinds/share/share.tsx';
import type { Typed } from '../src/core/scenario.ts';
import { parseBlock } from './blocks.ts';
import { contentOf, type Kind, type Lesson } from './item.tsx';
import { blocksOf } from './fences.ts';
import { kinds, schemas } from './kinds.ts';
import { type FigureBlock, nameOfFigure } from './kinds/figure.tsx';
import { lessonFiles, numbering } from './lesson.ts';
import { type Evidence, renderLabel } from './markdown.ts';
import { pages } from './pages.ts';

/** The printed text of an item, by the names of its slots. */
type Texts = ReadonlyMap<string, ElementContent[]>;

export interface PaperItem {
  item: Printable;
  /** its text for other givens than the author's */
  textsFor: (typed: Typed) => Texts;
}

export interface Handouts {
  papers: readonly PaperItem[];
  shareable: readonly Shareable[];
}

export const noHandouts: Handouts = { papers: [], shareable: [] };

/** Everything in the lesson that can be handed out, in reading order. */
export async function handoutsOf(
  folder: string,
  core: Core,
  lesson: Pick<Lesson, 'items' | 'objectives'> & { evidence: Evidence },
): Promise<Handouts> {
  const printed: PaperItem[] = [];
  const shareable: Shareable[] = [];
  for (const page of pages) {
    const numbered = numbering();
    const { file, name: pageName } = page;
    const at = { ...lesson, page: file, handouts: noHandouts };
    // oxlint-disable-next-line no-await-in-loop -- the titles are numbered in reading order
    for (const path of await lessonFiles(folder, page)) {
      // oxlint-disable-next-line no-await-in-loop -- as above
      for (const { node, place } of await blocksOf(path)) {
        const kindName = node.lang ?? '';
        if (kindName === 'figure') {
          const parsed = parseBlock<FigureBlock>(kindName, schemas.figure as never, node.value, place);
          const { block } = parsed;
          const around = { core, quantities: {}, strictness: 'prose' as const, evidence: lesson.evidence };
          const title = shortened(inText(renderLabel(block.title, parsed.placeOf(['title']), around)), 90);
          if (!block.bare)
            shareable.push({ name: nameOfFigure(block), title, file, page: pageName, isFigure: true });
          continue;
        }
        const kind = kinds[kindName] as Kind<{ given?: Typed }> | undefined;
        if (!kind || !Object.hasOwn(papers, kindName)) continue;
        const parsed = parseBlock<{ given?: Typed }>(kindName, kind.schema, node.value, place);
        const name = kind.name?.(parsed.block) ?? '';
        const title = numbered((parsed.block as unknown as { title: string }).title);
        const here = { ...at, id: name, numbered: () => title };
        const contentFor = (typed: Typed) => {
          const { given } = parsed.block;
          const block = given ? { ...parsed.block, given: { ...given, ...typed } } : parsed.block;
          const around = { core, quantities: {}, strictness: 'prose' as const, evidence: lesson.evidence };
          return contentOf(kind, { ...parsed, block }, around, here);
        };
        const { data, slots } = contentFor({});
        const about = kindName === 'quiz' ? startOf(slots.get('question') ?? []) : '';
        const paper = paperOf(kindName);
        const printedNames = new Set(paper.texts(data));
        const textsFor = (typed: Typed) =>
          new Map([...contentFor(typed).slots].filter(([slot]) => printedNames.has(slot)));
        printed.push({ item: { name, kind: kindName, page: pageName, title, about, data }, textsFor });
        const problem = paper.problem(data);
        const drawing =
          problem && problem.drawn.length > 0
            ? { problem, sheet: (data as { sheet: SheetData }).sheet }
            : undefined;
        shareable.push({
          name,
          title,
          file,
          page: pageName,
          isFigure: false,
          ...(drawing ? { drawing } : {}),
        });
      }
    }
  }
  return { papers: printed, shareable };
}

const shortened = (text: string, most: number) =>
  text.length <= most ? text : `${text.slice(0, text.lastIndexOf(' ', most))} …`;

/** The first words of a text. */
const startOf = (nodes: ElementContent[]) => shortened(toString(h('p', nodes)).replaceAll(/\s+/g, ' '), 60);

/** A label as plain text, its formulas by their names. */
const inText = (nodes: readonly ElementContent[]): string =>
  nodes
    .map((node) => {
      if (node.type !== 'element') return toString(node);
      const { ariaLabel } = node.properties;
      return typeof ariaLabel === 'string' ? ariaLabel : inText(node.children);
    })
    .join('')
    .replaceAll(/\s+/g, ' ');

/** The printed text of every item, for the page that prints it with other numbers. */
export const paperTexts = ({ papers: all }: Handouts): Element[] =>
  all.map(({ item: { name }, textsFor }) =>
    h(
      'div',
      { dataPaper: name },
      [...textsFor({})].map(([slot, nodes]) => h('div', { dataSlot: slot }, nodes)),
    ),
  );
