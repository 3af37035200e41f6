// The tree of a typed formula as MathML nodes: how the input was read.

import type { Tree } from './core.ts';

const namespace = 'http://www.w3.org/1998/Math/MathML';

const element = (name: string, ...children: (Element | string)[]): Element => {
  const node = document.createElementNS(namespace, name);
  node.append(...children);
  return node;
};

const symbols: Record<string, string> = {
  gamma: 'γ',
  beta: 'β',
  eps: 'ε',
  momentum: 'α',
  x_hat: 'x̂',
  batch_mean: 'μ',
};

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

function bracketed(tree: Tree, least: number): Element {
  const inside = build(tree);
  // 2e3 is drawn as a product.
  const tightness = tree.kind === 'number' && /e/i.test(tree.text) ? binding.multiply : binding[tree.kind];
  return tightness >= least ? inside : element('mrow', element('mo', '('), inside, element('mo', ')'));
}

function separated(children: Tree[]): Element[] {
  return children.flatMap((child, k) => (k === 0 ? [build(child)] : [element('mo', ','), build(child)]));
}

function build(tree: Tree): Element {
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
      return element('mi', symbols[tree.text] ?? tree.text);
    case 'list':
      return element('mrow', element('mo', '['), ...separated(tree.children), element('mo', ']'));
    case 'negate':
      return element('mrow', element('mo', '−'), bracketed(first, binding.multiply));
    case 'percent':
      return element('mrow', bracketed(first, binding.percent), element('mo', '%'));
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
    case 'index':
      return element(
        'msub',
        bracketed(first, binding.call),
        element('mrow', element('mo', '['), build(second), element('mo', ']')),
      );
    case 'call':
      if (tree.text === 'sqrt') return element('msqrt', build(first));
      return element('mrow', element('mi', tree.text), element('mo', '('), build(first), element('mo', ')'));
  }
}

export function mathOf(tree: Tree): Element {
  const math = element('math', build(tree));
  // Fractions at the size of the text, not of a script.
  math.setAttribute('displaystyle', 'true');
  return math;
}
