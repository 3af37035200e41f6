// Formulas of the lesson as MathML: no rows that say nothing, and none taken out that says something.

import type { ElementContent } from 'hast';
import { expect, test } from 'vitest';
import { renderMath } from '../../web/render/math.ts';

/** Names of elements, with their children in brackets. */
const shape = (node: ElementContent): string =>
  node.type !== 'element'
    ? ''
    : node.children.some(({ type }) => type === 'element')
      ? `${node.tagName}(${node.children.map(shape).join(' ')})`
      : node.tagName;
const of = (tex: string) => shape(renderMath(tex, false));

test('a row of one thing, or one that is all there is, is left out', () => {
  expect(of('x')).toBe('math(mi)');
  expect(of('x y')).toBe('math(mi mi)');
  expect(of('\\frac{x}{2}')).toBe('math(mfrac(mi mn))');
  expect(of('\\sqrt{x y}')).toBe('math(msqrt(mi mi))');
});

test('a row of several things where one is wanted stays', () => {
  expect(of('\\frac{x y}{2}')).toBe('math(mfrac(mrow(mi mi) mn))');
});
