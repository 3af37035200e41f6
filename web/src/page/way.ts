// The way through a page: on to the next question, one question of the quiz at a time, one drill open.

import { choice, openedAgain } from '../kinds/quiz/order.ts';
import { answerOf, deckName } from '../memory/kept.ts';
import { memory } from './our-memory.ts';
import { reveal } from './navigation.ts';
import { isOnHiddenPage, onPageShown } from './one-file.ts';

const isShown = (element: Element) => element.getClientRects().length > 0;

function focusQuestion(question: HTMLElement): void {
  question.scrollIntoView({ block: 'center' });
  question.querySelector<HTMLElement>('input, button')?.focus({ preventScroll: true });
}

/** While the quiz is in sight it is all there is; in the lesson as one file it may not be. */
function setDeck(cards: readonly HTMLElement[]): void {
  document.documentElement.classList.toggle(
    'deck',
    cards.some((card) => !isOnHiddenPage(card)),
  );
}

/** The quiz shows one question at a time, then the results. */
class Deck {
  private readonly cards: HTMLElement[];
  private readonly steps: HTMLButtonElement[];
  private at = 0;

  constructor(cards: HTMLElement[]) {
    this.cards = cards;
    // They stand in the page (render/deck.ts).
    this.steps = [...document.querySelectorAll<HTMLButtonElement>('nav.steps button')];
    this.steps.forEach((step, k) => step.addEventListener('click', () => this.show(k, true)));
    setDeck(cards);
    onPageShown(() => setDeck(cards));
    this.markSteps();
    memory.onChange((name) => cards.some(({ id }) => id === name) && this.markSteps());
  }

  /** Each button says how its question stands. */
  private markSteps(): void {
    this.cards.forEach(({ id, dataset }, k) => {
      const [step] = this.steps.slice(k);
      if (!step || dataset.kind !== 'quiz') return;
      const kept = memory.get(id);
      const { checked, latest } = answerOf(kept, choice);
      const mark = checked !== undefined && checked === kept.texts[choice] ? latest : undefined;
      step.dataset.mark = mark ?? '';
      step.ariaLabel = `Question ${k + 1}${mark ? `, ${mark}` : ''}`;
    });
  }

  show(at: number, takesFocus: boolean): void {
    this.at = Math.min(Math.max(at, 0), this.cards.length - 1);
    this.cards.forEach((card, k) => card.classList.toggle('current', k === this.at));
    this.steps.forEach((step, k) => {
      if (k === this.at) step.setAttribute('aria-current', 'step');
      else step.removeAttribute('aria-current');
    });
    const card = this.cards[this.at];
    memory.setTexts(deckName, { at: card?.id });
    if (!takesFocus || !card) return;
    scrollTo({ top: 0 });
    const heading = card.querySelector<HTMLElement>('h2');
    heading?.setAttribute('tabindex', '-1');
    heading?.focus({ preventScroll: true });
  }

  showCard(card: Element, takesFocus: boolean): void {
    this.show(this.cards.indexOf(card as HTMLElement), takesFocus);
  }

  next(): void {
    this.show(this.at + 1, true);
  }
}

let deck: Deck | undefined;

/** Where the page has a quiz, shows the question that the reader was at. */
export function dealQuestions(): void {
  const cards = [...document.querySelectorAll<HTMLElement>('.item-quiz, .item-results')];
  if (!cards.some((card) => card.dataset.kind === 'quiz')) return;
  deck = new Deck(cards);
  const asked = location.hash.slice(1);
  const { at } = memory.get(deckName).texts;
  deck.show(
    Math.max(
      0,
      cards.findIndex(({ id }) => id === (cards.some((card) => card.id === asked) ? asked : at)),
    ),
    false,
  );
}

/** Brings an element into the window, out of whatever hides it. */
export function goTo(element: HTMLElement): void {
  const card = element.closest('.item-quiz, .item-results');
  if (deck && card) deck.showCard(card, false);
  reveal(element);
}

/** From an answered question on to its figure, to the next that is not right yet, or to the next part of the lesson. */
export function goOn(from: Element): void {
  if (deck && from.closest('.item-quiz, .item-results')) {
    deck.next();
    return;
  }
  // What was predicted is to be seen before the next question.
  const title = from.closest('.figure')?.querySelector<HTMLElement>('figcaption');
  if (title) {
    title.scrollIntoView({ block: 'start' });
    title.focus({ preventScroll: true });
    return;
  }
  const behind = (element: Element) =>
    (from.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  const questions = [...document.querySelectorAll<HTMLElement>('[data-question]')].filter(behind);
  const inDrill = from.closest('details.drill');
  const unanswered = questions.find((each) => each.dataset.state !== 'right' && isShown(each));
  if (unanswered && (!inDrill || inDrill.contains(unanswered))) {
    focusQuestion(unanswered);
    return;
  }
  // Behind the last question of a drill comes the next drill.
  const drills = [...document.querySelectorAll<HTMLDetailsElement>('details.drill')];
  const next = inDrill && drills.slice(drills.indexOf(inDrill as HTMLDetailsElement) + 1).find(isShown);
  if (next) {
    next.open = true;
    next.scrollIntoView({ block: 'start' });
    next.querySelector<HTMLElement>('summary')?.focus({ preventScroll: true });
    return;
  }
  const link =
    [...document.querySelectorAll<HTMLElement>('.next a')].find(behind) ??
    document.querySelector<HTMLElement>('.pages [aria-current] + a');
  link?.scrollIntoView({ block: 'center' });
  link?.focus({ preventScroll: true });
}

/** The quiz from its first question, each with its options in another order. What was answered first stays. */
export function startAgain(): void {
  for (const { id } of document.querySelectorAll('.item-quiz')) memory.change(id, openedAgain);
  deck?.show(0, true);
}

export function showOnly(ids: readonly string[] | undefined): void {
  for (const drill of document.querySelectorAll<HTMLElement>('details.drill'))
    drill.hidden = ids !== undefined && !ids.some((id) => drill.querySelector(`#${CSS.escape(id)}`));
}

export function open(id: string): void {
  const block = document.getElementById(id);
  if (!block) return;
  reveal(block.closest<HTMLElement>('details.drill') ?? block);
  block.closest('details')?.querySelector<HTMLElement>('summary')?.focus({ preventScroll: true });
}
