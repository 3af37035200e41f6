// Where the learner stands: the quiz, all graded items by learning objective, and the mistakes that were made.

import type { Graded } from '../items.ts';
import type { Judgement } from '../mastery.ts';
import { BnQuiz } from './bn-quiz.ts';

export class BnScore extends HTMLElement {
  /** The last verdict on each item. */
  private readonly judged = new Map<string, Judgement>();
  /** How often each mistake was made. */
  private readonly mistakes = new Map<string, number>();

  private readonly updateQuiz = () => {
    const quizzes = this.quizzes();
    const right = quizzes.filter((quiz) => quiz.quizState.right).length;
    const open = quizzes.filter((quiz) => !quiz.quizState.answered).length;
    const rest = open === 0 ? 'All questions are answered.' : `${open} not answered yet.`;
    (this.querySelector('[data-score]') as HTMLElement).textContent =
      `${right} of ${quizzes.length} right. ${rest}`;
  };

  private readonly note = (event: Event) => {
    const { detail } = event as CustomEvent<Judgement>;
    this.judged.set(detail.item, detail);
    for (const title of detail.mistakes) this.mistakes.set(title, (this.mistakes.get(title) ?? 0) + 1);
    this.updateMastery();
  };

  connectedCallback(): void {
    document.addEventListener('bn-answered', this.updateQuiz);
    document.addEventListener('bn-judged', this.note);
    this.querySelector('button')?.addEventListener('click', () => {
      for (const quiz of this.quizzes()) quiz.restart();
      this.quizzes()[0]?.querySelector<HTMLInputElement>('input[type=radio]')?.focus();
    });
    this.updateQuiz();
    this.updateMastery();
  }

  disconnectedCallback(): void {
    document.removeEventListener('bn-answered', this.updateQuiz);
    document.removeEventListener('bn-judged', this.note);
  }

  private updateMastery(): void {
    const items = [...document.querySelectorAll<HTMLElement>('[data-item]')].map(
      (element) => JSON.parse(element.dataset.item ?? '{}') as Graded,
    );
    const objectives = [...new Set(items.map(({ objective }) => objective))].toSorted((a, b) => a - b);
    const body = this.querySelector('table[data-objectives] tbody') as HTMLElement;
    body.replaceChildren(
      ...objectives.map((objective) => {
        const ids = items.filter((item) => item.objective === objective).map(({ id }) => id);
        const verdicts = ids.flatMap((id) => this.judged.get(id)?.verdict ?? []);
        const right = verdicts.filter((verdict) => verdict === 'right').length;
        return row(String(objective), [ids.length, verdicts.length, right]);
      }),
    );
    const made = [...this.mistakes].toSorted(([, a], [, b]) => b - a);
    const words = made.map(([title, times]) => `${title} (${times})`).join(', ');
    (this.querySelector('[data-mistakes]') as HTMLElement).textContent =
      made.length > 0 ? `Mistakes that were named: ${words}.` : 'No mistake was named yet.';
  }

  private quizzes(): BnQuiz[] {
    return [...document.querySelectorAll('bn-quiz')].filter((quiz) => quiz instanceof BnQuiz);
  }
}

function row(label: string, numbers: number[]): HTMLTableRowElement {
  const element = document.createElement('tr');
  const head = document.createElement('th');
  head.scope = 'row';
  head.textContent = label;
  element.append(head);
  for (const number of numbers) element.insertCell().textContent = String(number);
  return element;
}
