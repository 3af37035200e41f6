// TeX to MathML at build time, each quantity in its colour. Inline styles are dropped: the CSP allows none, and
// style/math.css says the same.

import type { Element, ElementContent, Nodes } from 'hast';
import { fromHtml } from 'hast-util-from-html';
import { toString } from 'hast-util-to-string';
import temml from 'temml';
import { colourOfLetter } from '../src/core/quantities.ts';

function quantityOf(node: ElementContent | undefined): string | undefined {
  if (node?.type !== 'element') return undefined;
  const [base, accent] = node.children;
  if (node.tagName === 'mi') return colourOfLetter(toString(node));
  if (node.tagName === 'mover' && accent && toString(accent) === 'ˆ') {
    return quantityOf(base) === 'x' ? 'x_hat' : undefined;
  }
  if (node.tagName.startsWith('msu') || node.tagName === 'mrow') return quantityOf(base);
  return undefined;
}

/** ∂L/∂q is coloured as the gradient of q; the gradient that comes from above, ∂L/∂y, has a colour of its own. */
function gradientOf(node: Element): string | undefined {
  const [above, below] = node.children;
  if (node.tagName !== 'mfrac' || above?.type !== 'element' || below?.type !== 'element') return undefined;
  if (!toString(above).startsWith('∂') || toString(above).length > 2) return undefined;
  const quantity = quantityOf(below.children[1]);
  return quantity === 'y' ? 'dy' : quantity;
}

function colour(node: Element): void {
  delete node.properties.style;
  const quantity = gradientOf(node) ?? quantityOf(node);
  if (quantity !== undefined && node.tagName !== 'mrow') {
    node.properties.className = [`q-${quantity}`];
    for (const child of node.children) if (child.type === 'element') clearStyles(child);
    return;
  }
  for (const child of node.children) if (child.type === 'element') colour(child);
}

function clearStyles(node: Element): void {
  delete node.properties.style;
  for (const child of node.children) if (child.type === 'element') clearStyles(child);
}

const isElement = (node: Nodes): node is Element => node.type === 'element';

/** A formula in words and plain characters: "∂L/∂x i", "σ B squared", "x hat". */
function spell(node: Nodes): string {
  if (node.type === 'text') return node.value;
  if (!isElement(node)) return '';
  const parts = node.children.map(spell);
  const [first = '', second = '', third = ''] = parts;
  const raised = (exponent: string) => (exponent === '2' ? ' squared ' : `^${exponent} `);
  switch (node.tagName) {
    case 'mfrac':
      return `${first}/${second}`;
    case 'msqrt':
      return `√(${parts.join('')})`;
    case 'mover':
      return second === 'ˆ' ? `${first} hat ` : parts.join(' ');
    case 'msub':
    case 'munder':
      return `${first} ${second} `;
    case 'msup':
      return `${first}${raised(second)}`;
    case 'msubsup':
    case 'munderover':
      return `${first} ${second}${raised(third)}`;
    default:
      return parts.join('');
  }
}

/**
 * Names every formula below these nodes in words. For labels, headings of tables and questions: browsers leave MathML
 * out of accessible names. Running text keeps its MathML alone, which screen readers read better.
 */
export function nameFormulas(nodes: ElementContent[]): void {
  for (const node of nodes.filter(isElement)) {
    if (node.tagName !== 'math') nameFormulas(node.children);
    else
      node.properties.ariaLabel = spell(node)
        .replace(/\s+/g, ' ')
        .replace(/ (?=[)/])/g, '')
        .trim();
  }
}

/** Elements whose children make a row without one around them (MathML Core, "anonymous mrow"). */
const rows = new Set(['math', 'mrow', 'mtd', 'msqrt', 'mstyle']);

/** Takes out rows that say nothing: of one thing, or alone in an element that makes a row itself. */
function withoutNeedlessRows(element: Element): void {
  for (const child of element.children.filter(isElement)) withoutNeedlessRows(child);
  element.children = element.children.flatMap((child) => {
    const isPlainRow =
      isElement(child) && child.tagName === 'mrow' && Object.keys(child.properties).length === 0;
    if (!isPlainRow) return child;
    const isAlone = element.children.length === 1 && rows.has(element.tagName);
    return isAlone || child.children.length === 1 ? child.children : child;
  });
}

/** Throws an Error with the reader's sentence where the TeX is not well formed. */
export function renderMath(tex: string, display: boolean): Element {
  if (/\d,\d/.test(tex)) throw new Error('a comma between digits reads as one number; put a space after it');
  const markup: string = temml.renderToString(tex, { displayMode: display, throwOnError: true });
  const math = fromHtml(markup, { fragment: true }).children.find(isElement);
  if (!math) throw new Error('the formula is empty');
  colour(math);
  delete math.properties.className;
  withoutNeedlessRows(math);
  return math;
}
