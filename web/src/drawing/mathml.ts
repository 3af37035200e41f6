// The tree of a typed formula as MathML: how the input was read.

import { type ComponentChildren, h, type VNode } from 'preact';
import type { Tree } from '../core/core.ts';
import { differentiatedBy, lookOf } from '../core/quantities.ts';

const element = (name: string, ...children: ComponentChildren[]): VNode =>
  h(name as 'mrow', null, ...children);

const letter = (text: string) => element('mi', text);
const withSubscript = (base: VNode, subscript: VNode | undefined) =>
  subscript === undefined ? base : element('msub', base, subscript);

function symbol(name: string, place?: VNode): VNode {
  const under = differentiatedBy.get(name);
  if (under !== undefined) {
    const differential = element('mrow', element('mo', '∂'), symbol(under, place));
    return element('mfrac', element('mrow', element('mo', '∂'), letter('L')), differential);
  }
  const look = lookOf(name);
  if (!look) return withSubscript(letter(name), place);
  // A hat is part of the letter here: x̂ is one character more than x.
  const base = letter(look.letter + (look.hat ? '\u0302' : ''));
  if (look.place === undefined) return withSubscript(base, place);
  const below = letter(look.place);
  const whole = look.squared
    ? element('msubsup', base, below, element('mn', '2'))
    : element('msub', base, below);
  return withSubscript(whole, place);
}

/** How tightly a node binds; a child that binds less tightly than its parent needs brackets. */
const binding: Record<Tree['kind'], number> = {
  list: 0,
  add: 1,
  subtract: 1,
  negate: 2,
  multiply: 3,
  divide: 4,
  percent: 5,
  power: 4,
  call: 6,
  index: 6,
  number: 6,
  name: 6,
};

const operators = { add: '+', subtract: '−', multiply: '·' } as const;

/** As it is drawn: 2e3 is a product, a gradient is a fraction, and a variance has an exponent already. */
function tightness(tree: Tree): number {
  if (tree.kind === 'number' && /e/i.test(tree.text)) return binding.multiply;
  const name = tree.kind === 'index' ? tree.children[0]?.text : tree.kind === 'name' ? tree.text : undefined;
  if (name !== undefined && differentiatedBy.has(name)) return binding.divide;
  if (name !== undefined && lookOf(name)?.squared) return binding.power;
  return binding[tree.kind];
}

function bracketed(tree: Tree, least: number): VNode {
  const inside = build(tree);
  return tightness(tree) >= least ? inside : element('mrow', element('mo', '('), inside, element('mo', ')'));
}

function separated(children: Tree[]): VNode[] {
  return children.flatMap((child, k) => (k === 0 ? [build(child)] : [element('mo', ','), build(child)]));
}

const variance = (divisor: VNode) => element('msub', letter('Var'), divisor);

/** What is written for a function that is not written by its name. The variances differ in what divides. */
const functions = new Map([
  ['sum', () => element('mo', 'Σ')],
  ['biased_variance', () => variance(letter('m'))],
  ['unbiased_variance', () => variance(element('mrow', letter('m'), element('mo', '−'), element('mn', '1')))],
]);

function build(tree: Tree): VNode {
  const [first, second] = tree.children as [Tree, Tree];
  switch (tree.kind) {
    case 'number': {
      const [digits = '', exponent] = tree.text.toLowerCase().split('e');
      if (exponent === undefined) return element('mn', digits);
      const power = element('mn', exponent.replace('+', '').replace('-', '−'));
      return element(
        'mrow',
        element('mn', digits),
        element('mo', '·'),
        element('msup', element('mn', '10'), power),
      );
    }
    case 'name':
      return symbol(tree.text);
    case 'list':
      return element('mrow', element('mo', '['), ...separated(tree.children), element('mo', ']'));
    case 'negate':
      return element('mrow', element('mo', '−'), bracketed(first, binding.multiply));
    case 'percent':
      return element('mrow', bracketed(first, binding.percent), element('mo', tree.text || '%'));
    case 'add':
    case 'subtract':
    case 'multiply': {
      const least = binding[tree.kind];
      const operator = element('mo', operators[tree.kind]);
      return element('mrow', bracketed(first, least), operator, bracketed(second, least + 1));
    }
    case 'divide':
      return element('mfrac', build(first), build(second));
    case 'power':
      return element('msup', bracketed(first, binding.call), build(second));
    case 'index': {
      // The lesson counts x₁, x₂ ...; a computed position stays in brackets, where 0 is the first.
      const plain = second.kind === 'number' && /^\d+$/.test(second.text);
      const place = plain
        ? element('mn', String(Number(second.text) + 1))
        : element('mrow', element('mo', '['), build(second), element('mo', ']'));
      return first.kind === 'name'
        ? symbol(first.text, place)
        : element('msub', bracketed(first, binding.call), place);
    }
    case 'call': {
      if (tree.text === 'sqrt') return element('msqrt', build(first));
      if (tree.text === 'abs') return element('mrow', element('mo', '|'), build(first), element('mo', '|'));
      const name = functions.get(tree.text)?.() ?? letter(tree.text);
      return element('mrow', name, element('mo', '('), build(first), element('mo', ')'));
    }
  }
}

/** True for numbers as they are, and lists of them: a value would only say them again. */
export const isPlain = (tree: Tree): boolean =>
  tree.kind === 'number' ||
  ((tree.kind === 'negate' || tree.kind === 'list') && tree.children.every(isPlain));

/** Fractions stand at the size of the text, not of a script. */
export const mathOf = (tree: Tree): VNode => h('math', { displaystyle: 'true' } as object, build(tree));
