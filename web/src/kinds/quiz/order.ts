// The options of a quiz question, and the order in which they stand.

import { openName } from '../../memory/kept.ts';

export const letters = ['A', 'B', 'C', 'D'] as const;
export type Letter = (typeof letters)[number];

/** The name under which the answer is kept: a quiz block asks one question. */
export const choice = 'choice';

export const isLetter = (text: string | undefined): text is Letter =>
  letters.some((letter) => letter === text);

/** The author's options in the order in which they stand; "order" is kept where they were shuffled. */
export function orderOf(text: string | undefined): readonly Letter[] {
  const order = [...(text ?? '')].filter(isLetter);
  return order.length === letters.length && new Set(order).size === order.length ? order : letters;
}

/** What a question starts again with. */
export const openedAgain = (order: readonly Letter[]) => ({
  [choice]: undefined,
  [openName(choice)]: undefined,
  order: order.join(''),
});
