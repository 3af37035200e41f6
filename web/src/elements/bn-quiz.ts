// A quiz question: native radio buttons, the explanation of the chosen and of the right option, and a live check.

import type { Graded } from '../items.ts';
import { keep } from '../kept.ts';
import { tellJudged } from '../mastery.ts';
import { Sheet } from '../sheet.ts';
import { clearVerdict, showVerdict } from '../verdict.ts';

/** Told to the page when a question is answered or opened again. */
export interface QuizState {
  answered: boolean;
  right: boolean;
}

export class BnQuiz extends HTMLElement {
  private sheet: Sheet | undefined;
  private state: QuizState = { answered: false, right: false };

  connectedCallback(): void {
    if (this.sheet) return;
    const { id } = this.about;
    this.sheet = new Sheet(this, id);
    keep(`${id}.choice`, {
      read: () => this.chosen?.value,
      write: (letter) => this.choose(letter),
      reset: () => this.restart(),
    });
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.check();
    });
    this.form.addEventListener('change', () => this.open());
    this.retryButton.addEventListener('click', () => {
      this.restart();
      this.querySelector<HTMLInputElement>('input[type=radio]')?.focus();
    });
  }

  /** Opens the question again. */
  restart(): void {
    this.form.reset();
    this.open();
  }

  /** What was judged no longer stands. */
  private open(): void {
    this.retryButton.hidden = true;
    clearVerdict(this.verdict);
    this.tell({ answered: false, right: false });
  }

  private choose(letter: string): boolean {
    const radio = [...this.querySelectorAll<HTMLInputElement>('input[type=radio]')].find(
      ({ value }) => value === letter,
    );
    if (!radio) return false;
    radio.checked = true;
    this.open();
    return true;
  }

  get quizState(): QuizState {
    return this.state;
  }

  private get about(): Graded {
    return JSON.parse(this.dataset.item ?? '{}') as Graded;
  }

  private get chosen(): HTMLInputElement | null {
    return this.querySelector('input[type=radio]:checked');
  }

  private get form(): HTMLFormElement {
    return this.querySelector('form') as HTMLFormElement;
  }

  private get verdict(): HTMLElement {
    return this.querySelector('.verdict') as HTMLElement;
  }

  private get retryButton(): HTMLButtonElement {
    return this.querySelector('button[data-retry]') as HTMLButtonElement;
  }

  private check(): void {
    const chosen = this.chosen?.value;
    if (chosen === undefined) {
      showVerdict(this.verdict, 'empty', 'Choose one of the options, then check.');
      return;
    }
    const correct = this.dataset.correct ?? '';
    const right = chosen === correct;
    const reasons = right ? [this.reason(correct)] : [this.reason(chosen), this.reason(correct)];
    showVerdict(this.verdict, right ? 'right' : 'wrong', ...reasons);
    this.retryButton.hidden = false;
    this.tell({ answered: true, right });
    tellJudged(this, this.about, right ? 'right' : 'wrong', []);
  }

  /** The explanation of an option, as it stands in the answer below. */
  private reason(letter: string): Node {
    const paragraph = document.createElement('p');
    const why = this.querySelector(`dd[data-why="${letter}"]`) as HTMLElement;
    paragraph.append(`${letter}) `, ...[...why.childNodes].map((node) => node.cloneNode(true)));
    return paragraph;
  }

  private tell(state: QuizState): void {
    this.state = state;
    this.dispatchEvent(new Event('bn-answered', { bubbles: true }));
  }
}
