// A practice problem: answers are typed, shown as they were read, and judged by the core; its numbers can be drawn anew.

import type { FormulaValue } from '../core.ts';
import { showCounterexample } from '../counterexample.ts';
import { formatValue } from '../format.ts';
import { type Judged, judgePart, type Part as PartData, type Problem } from '../items.ts';
import { keepBox } from '../kept.ts';
import { tellJudged } from '../mastery.ts';
import { isPlain, mathOf } from '../mathml.ts';
import { offerNewNumbers } from '../new-numbers.ts';
import { Sheet } from '../sheet.ts';
import { theCore } from '../the-core.ts';
import { keepLinesApart } from '../typed-text.ts';
import { asSentence, clearVerdict, marked, mistakesInWords, showVerdict } from '../verdict.ts';

const invitations: Record<PartData['kind'], string> = {
  value: 'Type a number, a fraction or a list, then check.',
  formula: 'Type a formula, then check.',
  property: 'Type numbers, then check.',
};

/** Text that was read and has a value, but is not of the kind that is asked for: two numbers for one. */
const isOfAnotherKind = ({ tree, value, range }: Judged, kind: PartData['kind']) =>
  kind === 'formula' ? tree?.range.begin === range.begin && tree.range.end === range.end : value !== null;

/** What is said about a wrong answer that no known mistake leads to. */
const unexplained = ({ verdict, mistakes }: Judged) =>
  verdict === 'wrong' && mistakes.length === 0 ? 'no known mistake leads to this; a hint may help' : '';

function valueInWords(value: FormulaValue): string {
  const { values, shown } = value;
  const exact = values.every((each, k) => Number(each.toPrecision(6)) === shown[k]);
  return ` ${exact ? '=' : '≈'} ${formatValue(value, 6)}`;
}

class Part {
  private readonly sheet: Sheet;
  private readonly data: PartData;
  private readonly form: HTMLFormElement;
  private readonly input: HTMLInputElement;
  private readonly readAs: HTMLElement;
  private readonly verdict: HTMLElement;
  private readonly evidence: HTMLElement;

  constructor(form: HTMLFormElement, sheet: Sheet) {
    this.sheet = sheet;
    this.form = form;
    this.data = JSON.parse(form.dataset.part ?? '{}') as PartData;
    this.input = form.querySelector('input') as HTMLInputElement;
    this.readAs = form.querySelector('.read-as') as HTMLElement;
    this.verdict = form.querySelector('.verdict') as HTMLElement;
    this.evidence = form.querySelector('.evidence') as HTMLElement;
    keepLinesApart(this.input);
    this.input.addEventListener('input', () => {
      this.forget();
      this.echo();
    });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.check();
    });
    // The id of a part is "problem/part".
    keepBox(this.data.id.replace('/', '.'), this.input, () => {
      this.forget();
      this.echo();
    });
  }

  /** The verdict no longer belongs to what is on the page. */
  forget(): void {
    clearVerdict(this.verdict);
    this.evidence.replaceChildren();
    this.input.removeAttribute('aria-invalid');
  }

  echo(): void {
    const judged = this.judge();
    if (typeof judged === 'string' || !judged.tree) {
      this.readAs.replaceChildren();
      return;
    }
    const value = judged.value && !isPlain(judged.tree) ? valueInWords(judged.value) : '';
    const note = judged.note ? ` (${judged.note})` : '';
    this.readAs.replaceChildren('read as ', mathOf(judged.tree), value, note);
  }

  private check(): void {
    const judged = this.judge();
    if (typeof judged === 'string') {
      showVerdict(this.verdict, 'unjudged', asSentence(judged));
      return;
    }
    const { verdict, message, mistakes, difference, counterexample } = judged;
    const unjudged = verdict === 'unreadable' && isOfAnotherKind(judged, this.data.kind);
    this.input.ariaInvalid = String(verdict === 'unreadable');
    const sentence: (Node | string)[] = [
      ...mistakesInWords(mistakes),
      verdict === 'empty' ? invitations[this.data.kind] : asSentence(message || unexplained(judged)),
      difference ? ` ${asSentence(difference)}` : '',
    ];
    if (verdict === 'unreadable' && !unjudged) sentence.push(' ', marked(this.input.value, judged.range));
    showVerdict(this.verdict, unjudged ? 'unjudged' : verdict, ...sentence);
    this.evidence.replaceChildren(
      ...(counterexample ? [showCounterexample(counterexample, ['your formula', 'right'])] : []),
    );
    tellJudged(this.form, this.data, verdict, mistakes);
  }

  /** The verdict of the core, or the sentence that says which given of the problem cannot be used. */
  private judge(): Judged | string {
    try {
      return judgePart(theCore(), this.data, this.input.value, this.sheet.texts, this.sheet.limits);
    } catch (error) {
      // From the givens or from the answer's own formula; the core throws nothing for what a learner types.
      if (error instanceof RangeError) return `mend the numbers of the problem first: ${error.message}`;
      throw error;
    }
  }
}

export class BnPractice extends HTMLElement {
  private sheet: Sheet | undefined;

  connectedCallback(): void {
    if (this.sheet) return;
    const parts: Part[] = [];
    const { id } = JSON.parse(this.dataset.problem ?? '{}') as Problem;
    const sheet = new Sheet(this, id, () => {
      for (const part of parts) {
        part.forget();
        part.echo();
      }
    });
    this.sheet = sheet;
    for (const form of this.querySelectorAll<HTMLFormElement>('form.part')) parts.push(new Part(form, sheet));
    offerNewNumbers(this, sheet);
  }
}
