// Where the learner stands in the quiz, and the way to start it again.

import { BnQuiz } from './bn-quiz.ts';

export class BnScore extends HTMLElement {
  private readonly update = () => {
    const quizzes = this.quizzes();
    const right = quizzes.filter((quiz) => quiz.quizState.right).length;
    const open = quizzes.filter((quiz) => !quiz.quizState.answered).length;
    const rest = open === 0 ? 'All questions are answered.' : `${open} not answered yet.`;
    (this.querySelector('[data-score]') as HTMLElement).textContent =
      `${right} of ${quizzes.length} right. ${rest}`;
  };

  connectedCallback(): void {
    document.addEventListener('bn-answered', this.update);
    this.querySelector('button')?.addEventListener('click', () => {
      for (const quiz of this.quizzes()) quiz.restart();
      this.quizzes()[0]?.querySelector<HTMLInputElement>('input[type=radio]')?.focus();
    });
    this.update();
  }

  disconnectedCallback(): void {
    document.removeEventListener('bn-answered', this.update);
  }

  private quizzes(): BnQuiz[] {
    return [...document.querySelectorAll('bn-quiz')].filter((quiz) => quiz instanceof BnQuiz);
  }
}
