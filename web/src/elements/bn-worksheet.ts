// A worksheet: the steps of a computation by hand, judged all at once, each also against the learner's own numbers
// above it.

import type { Judgement, Tolerance, Tree, Verdict, WorksheetJudgement } from '../core.ts';
import { formatValue } from '../format.ts';
import { drawGivens, type Graded, type Problem, verdictOnWorksheet } from '../items.ts';
import { keep, keepBox } from '../kept.ts';
import { tellJudged } from '../mastery.ts';
import { isPlain, mathOf } from '../mathml.ts';
import { readGivens } from '../scenario.ts';
import { Sheet } from '../sheet.ts';
import { theCore } from '../the-core.ts';
import { keepLinesApart } from '../typed-text.ts';
import { asSentence, clearVerdict, marked, mistakesInWords, showVerdict } from '../verdict.ts';

export interface WorksheetData extends Graded {
  /** the quantities asked for, in the order of computation */
  cells: string[];
  tolerance: Tolerance;
  /** where other numbers can be drawn */
  problem?: Problem;
}

type CellJudgement = WorksheetJudgement['cells'][number];

const namesIn = (tree: Tree): string[] => [
  ...(tree.kind === 'name' ? [tree.text] : []),
  ...tree.children.flatMap(namesIn),
];

class Cell {
  readonly name: string;
  readonly input: HTMLInputElement;
  judged: CellJudgement | undefined;
  private readonly row: HTMLTableRowElement;
  private readonly readAs: HTMLElement;
  private readonly verdict: HTMLElement;

  constructor(row: HTMLTableRowElement) {
    this.row = row;
    this.name = row.dataset.step ?? '';
    this.input = row.querySelector('input') as HTMLInputElement;
    this.readAs = row.querySelector('.read-as') as HTMLElement;
    this.verdict = row.querySelector('.verdict') as HTMLElement;
    keepLinesApart(this.input);
  }

  /** Symbol and name of the quantity, as they stand in the label. */
  get label(): Node[] {
    return [...(this.row.querySelector('label') as HTMLElement).childNodes].map((node) =>
      node.cloneNode(true),
    );
  }

  forget(): void {
    this.judged = undefined;
    delete this.row.dataset.verdict;
    clearVerdict(this.verdict);
    this.input.removeAttribute('aria-invalid');
  }

  echo({ tree, value, note }: Judgement): void {
    if (!tree) {
      this.readAs.replaceChildren();
      return;
    }
    const shown = value && !isPlain(tree) ? ` = ${formatValue(value, 6)}` : '';
    this.readAs.replaceChildren('read as ', mathOf(tree), shown, note ? ` (${note})` : '');
  }

  show(judged: CellJudgement): void {
    this.forget();
    if (judged.verdict === 'empty') return;
    this.judged = judged;
    this.row.dataset.verdict = judged.verdict;
    this.input.ariaInvalid = String(judged.verdict === 'unreadable');
    const unjudged = judged.verdict === 'unreadable' && judged.value !== null;
    const sentence = [...mistakesInWords(judged.mistakes), asSentence(judged.message)];
    if (judged.verdict === 'wrong' && judged.mistakes.length === 0 && judged.message === '')
      sentence.push('It does not follow from the steps above it; look at its formula again.');
    if (judged.verdict === 'unreadable' && !unjudged)
      sentence.push(' ', marked(this.input.value, judged.range));
    showVerdict(this.verdict, unjudged ? 'unjudged' : judged.verdict, ...sentence);
  }
}

export class BnWorksheet extends HTMLElement {
  private sheet: Sheet | undefined;
  private data!: WorksheetData;
  private cells: Cell[] = [];
  private seed = 0;
  /** What stood in the boxes for the numbers of each seed, so that nothing is lost. */
  private readonly typed = new Map<number, string[]>();

  connectedCallback(): void {
    if (this.sheet) return;
    this.data = JSON.parse(this.dataset.worksheet ?? '{}') as WorksheetData;
    const { id } = this.data;
    this.sheet = new Sheet(this, id);
    this.cells = [...this.querySelectorAll<HTMLTableRowElement>('tr[data-step]')].map((row) => new Cell(row));
    for (const cell of this.cells) {
      cell.input.addEventListener('input', () => {
        this.forget(cell);
        this.echo(this.cells.filter((other) => this.sourcesOf(other).includes(cell)));
      });
    }
    this.querySelector('form')?.addEventListener('submit', (event) => {
      event.preventDefault();
      this.check();
    });
    this.querySelector('button[data-draw]')?.addEventListener('click', () => this.turnTo(this.seed + 1));
    this.back?.addEventListener('click', () => this.turnTo(this.seed - 1));
    this.echo(this.cells);
    keep(`${id}.seed`, {
      read: () => (this.seed === 0 ? undefined : String(this.seed)),
      write: (text) => this.data.problem !== undefined && /^\d{1,9}$/.test(text) && this.turnTo(Number(text)),
      reset: () => {
        this.typed.clear();
        this.turnTo(0);
      },
    });
    for (const cell of this.cells) {
      keepBox(`${id}.${cell.name}`, cell.input, () => {
        this.forget(cell);
        this.echo(this.cells);
      });
    }
  }

  private get summary(): HTMLElement {
    return this.querySelector('.summary') as HTMLElement;
  }

  private get back(): HTMLButtonElement | null {
    return this.querySelector('button[data-back]');
  }

  private judge(cells: Cell[]): WorksheetJudgement {
    const { texts, limits } = this.sheet as Sheet;
    const givens = readGivens(theCore(), texts, limits);
    return theCore().judgeWorksheet({
      givens,
      cells: cells.map(({ name, input }) => ({ name, text: input.value })),
      ...this.data.tolerance,
    });
  }

  /** The box, with those above it where it may name them; numbers stand for themselves. */
  private sourcesOf(cell: Cell): Cell[] {
    return /\p{L}/u.test(cell.input.value) ? this.cells.slice(0, this.cells.indexOf(cell) + 1) : [cell];
  }

  private echo(cells: Cell[]): void {
    for (const cell of cells) {
      const judged = this.judge(this.sourcesOf(cell)).cells.at(-1);
      if (judged) cell.echo(judged);
    }
  }

  /**
   * The verdict on a box that was edited, and all that may depend on it: below it, what is not right in itself may be
   * right for the new number, and what names it has another value.
   */
  private forget(edited: Cell): void {
    const changed = new Set([edited.name]);
    edited.forget();
    for (const cell of this.cells.slice(this.cells.indexOf(edited) + 1)) {
      if (!cell.judged) continue;
      const { verdict, tree } = cell.judged;
      const names = tree !== null && namesIn(tree).some((name) => changed.has(name));
      if (names) changed.add(cell.name);
      if (names || (verdict !== 'right' && verdict !== 'coarse')) cell.forget();
    }
    clearVerdict(this.summary);
  }

  private check(): void {
    const judged = this.judge(this.cells);
    judged.cells.forEach((each, k) => this.cells[k]?.show(each));
    this.sumUp(judged);
  }

  /** One sentence: what to look at first, or how far it is right. */
  private sumUp(judged: WorksheetJudgement): void {
    const { cells, first_wrong } = judged;
    const { summary } = this;
    const having = (verdict: Verdict) => this.cells.filter((_, k) => cells[k]?.verdict === verdict);
    const [unreadable] = having('unreadable');
    const [coarse] = having('coarse');
    const right = having('right').length;
    const filled = cells.length - having('empty').length;
    const wrong = this.cells.find(({ name }) => name === first_wrong);
    const count = `${right} of ${cells.length} steps ${right === 1 ? 'is' : 'are'} right`;

    const verdict = verdictOnWorksheet(judged);
    if (wrong) {
      showVerdict(summary, verdict, 'The first wrong step is ', ...wrong.label, '.');
    } else if (unreadable) {
      showVerdict(summary, verdict, 'Mend ', ...unreadable.label, ' first.');
    } else if (filled === 0) {
      showVerdict(summary, verdict, 'Fill at least one box, then check.');
    } else if (coarse) {
      showVerdict(summary, verdict, 'Give more digits of ', ...coarse.label, '.');
    } else if (filled < cells.length) {
      showVerdict(summary, 'right', `So far: ${count}, the others are empty.`);
    } else {
      showVerdict(summary, verdict, `All ${cells.length} steps are right.`);
    }
    tellJudged(
      this,
      this.data,
      verdict,
      cells.flatMap(({ mistakes }) => mistakes),
    );
  }

  /** Other numbers; the boxes hold what was typed for these. */
  private turnTo(seed: number): boolean {
    const { problem } = this.data;
    if (!problem || seed < 0) return false;
    this.typed.set(
      this.seed,
      this.cells.map(({ input }) => input.value),
    );
    const givens = drawGivens(theCore(), problem, seed);
    this.seed = seed;
    (this.sheet as Sheet).set(givens);
    const texts = this.typed.get(seed) ?? [];
    this.cells.forEach((cell, k) => {
      cell.forget();
      cell.input.value = texts[k] ?? '';
    });
    this.echo(this.cells);
    if (this.back) {
      // The focus does not stay on a button that goes.
      if (seed === 0 && document.activeElement === this.back) this.cells[0]?.input.focus();
      this.back.hidden = seed === 0;
    }
    clearVerdict(this.summary);
    this.summary.textContent = 'Other numbers stand in the problem now.';
    return true;
  }
}
