// What the page's items tell about answers that were judged, so that a summary can be kept.

import type { Mistake, Verdict } from './core.ts';
import type { Graded } from './items.ts';

/** The detail of the event `bn-judged`, which bubbles from every item whose answer was judged. */
export interface Judgement {
  item: string;
  objective: number;
  pitfalls: number[];
  verdict: Verdict;
  /** the titles of the mistakes that were made */
  mistakes: string[];
}

/** Nothing typed, and nothing readable, is no answer. */
export function tellJudged(
  from: Element,
  { id, objective, pitfalls }: Graded,
  verdict: Verdict,
  mistakes: readonly Pick<Mistake, 'title'>[],
): void {
  if (verdict === 'empty' || verdict === 'unreadable') return;
  const detail: Judgement = {
    item: id,
    objective,
    pitfalls,
    verdict,
    mistakes: mistakes.map(({ title }) => title),
  };
  from.dispatchEvent(new CustomEvent('bn-judged', { bubbles: true, detail }));
}
