// The tree of a typed formula as MathML: how the input was read.

import { type ComponentChildren, h, type VNode } from 'preact';
import type { Tree } from './core.ts';

const element = (name: string, ...children: ComponentChildren[]): VNode =>
  h(name as 'mrow', null, ...children);

const letter = (text: string) => element('mi', text);
const withSubscript = (base: VNode, subscript: VNode | undefined) =>
  subscript === undefined ? base : element('msub', base, subscript);
const squared = (base: VNode, subscript: VNode) => element('msubsup', base, subscript, element('mn', '2'));

/** The lesson's symbols for its quantities, with the subscript of one value; other quantities keep their names. */
const symbols = new Map<string, (place?: VNode) => VNode>([
  ['gamma', (place) => withSubscript(letter('γ'), place)],
  ['beta', (place) => withSubscript(letter('β'), place)],
  ['eps', (place) => withSubscript(letter('ε'), place)],
  ['momentum', (place) => withSubscript(letter('α'), place)],
  ['x_hat', (place) => withSubscript(letter('x̂'), place)],
  ['batch_mean', (place) => withSubscript(element('msub', letter('μ'), letter('B')), place)],
  ['batch_var', (place) => withSubscript(squared(letter('σ'), letter('B')), place)],
  ['running_mean', (place) => withSubscript(element('msub', letter('μ'), letter('run')), place)],
  ['running_var', (place) => withSubscript(squared(letter('σ'), letter('run')), place)],
]);

/** What the loss is differentiated by. */
const gradients = new Map([
  ['dx', 'x'],
  ['dy', 'y'],
  ['dgamma', 'gamma'],
  ['dbeta', 'beta'],
  ['dx_hat', 'x_hat'],
  ['dvar', 'batch_var'],
  ['dmean', 'batch_mean'],
]);

function symbol(name: string, place?: VNode): VNode {
  const under = gradients.get(name);
  if (under !== undefined) {
    const differential = element('mrow', element('mo', '∂'), symbol(under, place));
    return element('mfrac', element('mrow', element('mo', '∂'), letter('L')), differential);
  }
  return symbols.get(name)?.(place) ?? withSubscript(letter(name), place);
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
  if (name !== undefined && gradients.has(name)) return binding.divide;
  if (name === 'batch_var' || name === 'running_var') return binding.power;
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
