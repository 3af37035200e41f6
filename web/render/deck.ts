// The questions of a quiz as the deck that src/page/way.ts deals: one card at a time, and a button for each. All of it
// stands in the page already, so that nothing moves when the scripts come.

import type { Element, Root } from 'hast';
import { h } from 'hastscript';

const buttonTo = ({ properties: { dataKind } }: Element, k: number) =>
  h(
    'button',
    {
      type: 'button',
      className: ['quiet'],
      ariaCurrent: k === 0 ? 'step' : undefined,
      ariaLabel: dataKind === 'results' ? undefined : `Question ${k + 1}`,
    },
    dataKind === 'results' ? 'Results' : String(k + 1),
  );

/** Puts the buttons before the first card, and lays that one on top. Returns whether the page has a quiz. */
export function deal(root: Root): boolean {
  const cards = root.children.filter(
    (node): node is Element =>
      node.type === 'element' && /^(quiz|results)$/.test(String(node.properties.dataKind)),
  );
  const [first] = cards;
  if (!first || !cards.some(({ properties }) => properties.dataKind === 'quiz')) return false;
  first.properties.className = [...[first.properties.className].flat(), 'current'] as string[];
  const nav = h('nav', { className: ['steps'], ariaLabel: 'Questions' }, cards.map(buttonTo));
  root.children.splice(root.children.indexOf(first), 0, nav);
  return true;
}
