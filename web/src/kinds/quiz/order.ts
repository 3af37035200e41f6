// The options of a quiz question, and the order in which they stand.

import { type Kept, openName, withoutVerdict, withTexts } from '../../memory/kept.ts';

export const letters = ['A', 'B', 'C', 'D'] as const;
export type Letter = (typeof letters)[number];

/** The name under which the answer is kept: a quiz block asks one question. */
export const choice = 'choice';

export const isLetter = (text: string | undefined): text is Letter =>
  letters.some((letter) => letter === text);

/** The author's options in the order in which they stand; "order" is kept where they were shuffled. */
export function orderOf(text: string | undefined): readonly Letter[] {
  const order = (text ?? '').split('').filter(isLetter);
  return order.length === letters.length && new Set(order).size === order.length ? order : letters;
}

/** Another order than this one. */
export function anotherOrder(order: readonly Letter[], random = Math.random): readonly Letter[] {
  const shuffled = order
    .map((letter) => ({ letter, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ letter }) => letter);
  return shuffled.join('') === order.join('') ? anotherOrder(order, random) : shuffled;
}

/** The question as it starts again: nothing is chosen, and a choice has no verdict before it is checked. */
export const openedAgain = (kept: Kept): Kept =>
  withTexts(withoutVerdict(kept, choice), {
    [choice]: undefined,
    [openName(choice)]: undefined,
    order: anotherOrder(orderOf(kept.texts.order)).join(''),
  });
