// The options of a quiz question, the order in which they stand, and how the question stands.

import { answerOf, isOpen, type Kept, openName, withoutVerdict, withTexts } from '../../memory/kept.ts';

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

/** One of the 24 orders; the count goes on from the first after the last. */
export function nthOrder(n: number): readonly Letter[] {
  const left = [...letters];
  // The digits of n in the factorial number system give the index of each option among those that are left.
  let rest = n;
  return letters.map(() => {
    const next = left.splice(rest % left.length, 1);
    rest = Math.floor(rest / (left.length + 1));
    return next[0] as Letter;
  });
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

/** How the question stands. */
export interface Standing {
  order: readonly Letter[];
  chosen: string | undefined;
  isChecked: boolean;
  isRight: boolean;
  /** its answer is shown */
  isShown: boolean;
}

export function standingOf(kept: Kept, correct: Letter): Standing {
  const { [choice]: chosen } = kept.texts;
  const isChecked = isLetter(chosen) && answerOf(kept, choice).checked === chosen;
  return {
    order: orderOf(kept.texts.order),
    chosen,
    isChecked,
    isRight: isChecked && chosen === correct,
    isShown: isOpen(kept, choice),
  };
}

/** The letter of an option where it stands. */
export const printed = (order: readonly Letter[], letter: Letter): Letter | undefined =>
  letters[order.indexOf(letter)];
