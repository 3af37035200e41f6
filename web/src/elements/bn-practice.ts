// A practice problem: answers are typed, shown as they were read, and judged by the core.

import type { Judgement, Tree } from '../core.ts';
import { formatValue } from '../format.ts';
import { mathOf } from '../mathml.ts';
import type { Typed } from '../scenario.ts';
import { Sheet } from '../sheet.ts';
import { theCore } from '../the-core.ts';
import { keepLinesApart } from '../typed-text.ts';
import { asSentence, clearVerdict, showVerdict } from '../verdict.ts';

interface PartData {
  answer: string;
  with: Typed;
  relative: number;
  absolute: number;
}

/** Numbers as they are, where the value would only say them again. */
const isPlain = (tree: Tree): boolean =>
  tree.kind === 'number' ||
  ((tree.kind === 'negate' || tree.kind === 'list') && tree.children.every(isPlain));

class Part {
  private readonly sheet: Sheet;
  private readonly data: PartData;
  private readonly input: HTMLInputElement;
  private readonly readAs: HTMLElement;
  private readonly verdict: HTMLElement;

  constructor(form: HTMLFormElement, sheet: Sheet) {
    this.sheet = sheet;
    this.data = JSON.parse(form.dataset.part ?? '{}') as PartData;
    this.input = form.querySelector('input') as HTMLInputElement;
    this.readAs = form.querySelector('.read-as') as HTMLElement;
    this.verdict = form.querySelector('.verdict') as HTMLElement;
    keepLinesApart(this.input);
    this.input.addEventListener('input', () => {
      this.forget();
      this.echo();
    });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.check();
    });
  }

  /** The verdict no longer belongs to what is on the page. */
  forget(): void {
    clearVerdict(this.verdict);
    this.input.removeAttribute('aria-invalid');
  }

  echo(): void {
    const judgement = this.judge();
    if (typeof judgement === 'string' || !judgement.tree || !judgement.value) {
      this.readAs.replaceChildren();
      return;
    }
    const { values, shown } = judgement.value;
    const exact = values.every((value, k) => Number(value.toPrecision(6)) === shown[k]);
    const value = ` ${exact ? '=' : '≈'} ${formatValue(judgement.value, 6)}`;
    this.readAs.replaceChildren('read as ', mathOf(judgement.tree), isPlain(judgement.tree) ? '' : value);
  }

  private check(): void {
    const judgement = this.judge();
    if (typeof judgement === 'string') {
      showVerdict(this.verdict, 'unjudged', asSentence(judgement));
      return;
    }
    this.input.ariaInvalid = String(judgement.verdict === 'unreadable');
    const sentence: (Node | string)[] = [asSentence(judgement.message)];
    if (judgement.verdict === 'unreadable' && !judgement.value) sentence.push(' ', this.marked(judgement));
    if (judgement.verdict === 'empty') sentence[0] = 'Type a number, a fraction or a list, then check.';
    // Text that was read, but has not as many values as are asked for.
    const unjudged = judgement.verdict === 'unreadable' && judgement.value !== null;
    showVerdict(this.verdict, unjudged ? 'unjudged' : judgement.verdict, ...sentence);
  }

  /** The verdict of the core, or the sentence that says which given of the problem cannot be used. */
  private judge(): Judgement | string {
    const { answer, relative, absolute } = this.data;
    try {
      const known = this.sheet.givens(this.data.with);
      const quantities = this.sheet.quantities(this.data.with);
      return theCore().judge({ text: this.input.value, known, answer, quantities, relative, absolute });
    } catch (error) {
      // From the givens or from the answer's own formula; the core throws nothing for what a learner types.
      if (error instanceof RangeError) return `mend the numbers of the problem first: ${error.message}`;
      throw error;
    }
  }

  /** The typed text with the unreadable place marked. */
  private marked({ range }: Judgement): Node {
    const text = this.input.value;
    const mark = document.createElement('mark');
    mark.textContent = text.slice(range.begin, range.end) || '⎵';
    const code = document.createElement('code');
    code.append(text.slice(0, range.begin), mark, text.slice(Math.max(range.end, range.begin)));
    return code;
  }
}

export class BnPractice extends HTMLElement {
  private sheet: Sheet | undefined;

  connectedCallback(): void {
    if (this.sheet) return;
    const parts: Part[] = [];
    this.sheet = new Sheet(this, () => {
      for (const part of parts) {
        part.forget();
        part.echo();
      }
    });
    for (const form of this.querySelectorAll<HTMLFormElement>('form.part'))
      parts.push(new Part(form, this.sheet));
  }
}
