// How a page is set: what must not break stays together, notes stand beside what they belong to, sources at the end.

import type { Element, ElementContent, Root, Text } from 'hast';
import { toString } from 'hast-util-to-string';
import { h } from 'hastscript';
import { SKIP, visit } from 'unist-util-visit';
import { isShort } from '../src/core/format.ts';

const isElement = (node: ElementContent | undefined): node is Element => node?.type === 'element';
const isComputed = (node: ElementContent | undefined): node is Element =>
  isElement(node) && node.properties.dataFormula !== undefined;

const isRelation = (node: ElementContent | undefined): boolean =>
  isElement(node) && node.tagName === 'math' && /[=≈]$/.test(toString(node).trimEnd());
const isGap = (node: ElementContent | undefined): node is Text =>
  node?.type === 'text' && /^\s+$/.test(node.value);

/** "symbol = value" does not break: a formula that ends with a relation, a space, and a computed value. */
export function keepTogether(root: Root): void {
  visit(root, 'element', (element: Element) => {
    if (isComputed(element) && isShort(toString(element)))
      element.properties.className = ['whole'].concat(element.properties.className as string[]);
    const { children } = element;
    if ([element.properties.className].flat().includes('together')) return;
    const set: ElementContent[] = [];
    for (let k = 0; k < children.length; ++k) {
      const [node, gap, value] = children.slice(k, k + 3);
      if (node && isRelation(node) && isGap(gap) && isComputed(value) && isShort(toString(value))) {
        // A relation behind something brings its own gap.
        const isAlone = /^.$/.test(toString(node));
        set.push(h('span', { className: ['together'] }, isAlone ? [node, gap, value] : [node, value]));
        k += 2;
      } else if (node) set.push(node);
    }
    element.children = set;
  });
}

/** Straight quotes become typographic ones, but not in code, nor in what the page computes or reads. */
export function curlyQuotes(root: Root): void {
  visit(root, (node, _, parent) => {
    if (node.type === 'element' && /^(code|pre|math|data|script|template)$/.test(node.tagName)) return SKIP;
    if (node.type !== 'text' || !/["']/.test(node.value)) return undefined;
    const isFirst = parent?.children[0] === node;
    node.value = node.value
      .replace(/(^|[\s([–—])"/g, (_match, before: string, at: number) =>
        at > 0 || before !== '' || isFirst ? `${before}“` : '”',
      )
      .replace(/"/g, '”')
      .replace(/(^|[\s([“])'(?=\w)/g, '$1‘')
      .replace(/'/g, '’');
    return undefined;
  });
}

const isNote = (node: ElementContent | undefined): node is Element =>
  isElement(node) && node.tagName === 'aside' && [node.properties.className].flat().includes('note');
const isSource = (node: Element): boolean => [node.properties.className].flat().includes('note-source');

/** What may be as wide as text and margin together. */
const isWide = (node: Element): boolean =>
  node.properties.dataFigure !== undefined ||
  node.properties.dataKind !== undefined ||
  [node.properties.className].flat().includes('scroll');

const lines = (node: Element, characters: number) => Math.ceil(toString(node).length / characters);

/** About how high a block of text is, in rem. */
function heightOf(node: Element): number {
  if (node.properties.hidden) return 0;
  if (/^h\d$/.test(node.tagName)) return 3;
  if (node.tagName === 'pre') return 1.6 * toString(node).split('\n').length;
  if ([node.properties.className].flat().includes('math')) return 4.5;
  if (node.tagName === 'ol' || node.tagName === 'ul')
    return node.children.filter(isElement).reduce((sum, item) => sum + 1.7 * lines(item, 72), 1);
  return 1.7 * lines(node, 74) + 1;
}
const heightOfNote = (note: Element) => 1.2 * lines(note, 32) + 1.4;

/**
 * A note stands in the margin beside the block before it, where it pushes nothing: if the text from there to the next note
 * or wide block is as high as it. Elsewhere it stays in the column.
 */
export function besideTheirText(root: Root): void {
  const blocks = root.children.filter((node): node is Element => isElement(node as ElementContent));
  const set: Element[] = [];
  for (let k = 0; k < blocks.length; ++k) {
    const block = blocks[k] as Element;
    const notes: Element[] = [];
    while (isNote(blocks[k + 1 + notes.length])) notes.push(blocks[k + 1 + notes.length] as Element);
    if (notes.length === 0 || isWide(block) || isNote(block)) {
      set.push(block);
      continue;
    }
    let room = heightOf(block);
    for (const below of blocks.slice(k + 1 + notes.length)) {
      if (isWide(below) || isNote(below)) break;
      room += heightOf(below);
    }
    const beside: Element[] = [];
    let used = 0;
    for (const note of notes) {
      used += heightOfNote(note);
      if (used <= room) beside.push(note);
    }
    const rest = notes.filter((note) => !beside.includes(note));
    set.push(
      ...(beside.length > 0
        ? [h('div', { className: ['noted'] }, [block, h('div', { className: ['beside-text'] }, beside)])]
        : [block]),
      ...rest,
    );
    k += notes.length;
  }
  root.children = set;
}

/** Sources become numbered notes at the end of their page, whose name their ids begin with. */
export function endnotes(root: Root, page: string): void {
  const found: Element[] = [];
  root.children = root.children.filter((node, k) => {
    if (!isNote(node as ElementContent) || !isSource(node as Element)) return true;
    const before = root.children
      .slice(0, k)
      .findLast(
        (each): each is Element => isElement(each as ElementContent) && !isNote(each as ElementContent),
      );
    if (!before) return true;
    found.push(node as Element);
    const number = found.length;
    const mark = h('sup', { className: ['cite'] }, [
      h(
        'a',
        { href: `#${page}-source-${number}`, id: `${page}-cited-${number}`, ariaLabel: `Source ${number}` },
        String(number),
      ),
    ]);
    if (before.tagName === 'p') before.children.push(mark);
    else
      before.children.push(
        h('p', { className: ['cite-line'] }, [{ type: 'text', value: 'Sources: ' }, mark]),
      );
    return false;
  });
  if (found.length === 0) return;
  const entries = found.map((note, k) => {
    const text = note.children
      .filter((each) => isElement(each) && each.tagName === 'p')
      .slice(1) as Element[];
    return h('li', { id: `${page}-source-${k + 1}` }, [
      ...text.flatMap(({ children }) => children),
      ' ',
      h('a', { href: `#${page}-cited-${k + 1}`, ariaLabel: 'Back to the text' }, '↑'),
    ]);
  });
  root.children.push(h('section', { className: ['endnotes'], ariaLabel: 'Sources' }, [h('ol', entries)]));
}
