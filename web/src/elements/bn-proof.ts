// A proof to put together from shuffled lines, or in lines of one's own: any order in which each line follows is right.

import type { LineJudgement, ProofJudgement, ProofLine } from '../core.ts';
import { showCounterexample } from '../counterexample.ts';
import type { Graded } from '../items.ts';
import { keep, keepBox, textsFrom } from '../kept.ts';
import { tellJudged } from '../mastery.ts';
import { mathOf } from '../mathml.ts';
import { theCore } from '../the-core.ts';
import { keepLinesApart } from '../typed-text.ts';
import { asSentence, clearVerdict, marked, showVerdict } from '../verdict.ts';

export interface ProofData extends Graded {
  lines: ProofLine[];
  /** the id of the line that is to be proved */
  goal: string;
  /** what an equation may name */
  names: string[];
  /** the ids of lines that do not belong to the proof */
  extra: string[];
}

type State = ProofJudgement['lines'][number]['state'];

const icons: Record<State, string> = { follows: '✓', 'not-yet': '…', false: '✗' };
const words: Record<State, string> = { follows: 'Follows.', 'not-yet': 'Not yet.', false: 'False.' };

const heads: [string, string] = ['left side', 'right side'];

/** Both sides of an equation as they were read; nothing where they could not be. */
function readAs(text: string, names: string[]): Node[] {
  const { tree, right } = theCore().judgeLine({ text, above: [], names });
  if (!tree || !right) return [];
  return [mathOf(tree), document.createTextNode(' = '), mathOf(right)];
}

/** One line, wherever it stands. */
class Line {
  readonly item: HTMLElement;
  readonly equation: string;
  /** "line C", "your line 1" */
  readonly name: string;
  /** '' for a line of the learner's own */
  readonly id: string;
  private readonly verdict: HTMLElement;

  constructor(item: HTMLElement, id: string, equation: string, name: string) {
    this.item = item;
    this.id = id;
    this.equation = equation;
    this.name = name;
    this.verdict = item.querySelector('.line-verdict') as HTMLElement;
  }

  get isOwn(): boolean {
    return this.id === '';
  }

  get state(): State | undefined {
    return this.item.dataset.state as State | undefined;
  }

  /** A false line is false wherever it stands; every other verdict belongs to the order. */
  forget(): void {
    if (this.state === 'false') return;
    delete this.item.dataset.state;
    this.verdict.replaceChildren();
  }

  show(state: State, ...sentence: (Node | string)[]): void {
    const icon = document.createElement('span');
    icon.className = 'icon';
    icon.ariaHidden = 'true';
    icon.textContent = icons[state];
    const word = document.createElement('strong');
    word.textContent = words[state];
    const line = document.createElement('p');
    line.append(icon, word, ' ', ...sentence);
    this.item.dataset.state = state;
    this.verdict.replaceChildren(line);
  }

  add(evidence: Node): void {
    this.verdict.append(evidence);
  }

  button(task: string): HTMLButtonElement {
    return this.item.querySelector(`button[data-task="${task}"]`) as HTMLButtonElement;
  }
}

export class BnProof extends HTMLElement {
  private data!: ProofData;
  private readonly lines = new Map<Element, Line>();
  private choices!: HTMLElement;
  private placed!: HTMLElement;
  private status!: HTMLElement;
  private form!: HTMLFormElement;
  private input!: HTMLInputElement;
  private ownLines = 0;
  private isStarted = false;

  connectedCallback(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    this.data = JSON.parse(this.dataset.proof ?? '{}') as ProofData;
    this.choices = this.querySelector('.choices') as HTMLElement;
    this.placed = this.querySelector('.placed') as HTMLElement;
    this.status = this.querySelector('.verdict') as HTMLElement;
    this.form = this.querySelector('form.own-line') as HTMLFormElement;
    this.input = this.form.querySelector('input') as HTMLInputElement;

    for (const item of this.choices.querySelectorAll<HTMLElement>('li')) {
      const id = item.dataset.line ?? '';
      const equation = this.data.lines.find((line) => line.id === id)?.equation ?? '';
      this.enlist(new Line(item, id, equation, `line ${item.dataset.letter}`));
    }
    this.querySelector('button[data-task="check"]')?.addEventListener('click', () => this.check());
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.addOwn();
    });
    keepLinesApart(this.input);
    this.input.addEventListener('input', () => this.echo());
    this.arranged();
    this.echo();
    const { id } = this.data;
    keep(`${id}.order`, {
      read: () =>
        this.order.length > 0
          ? JSON.stringify(this.order.map((line) => line.id || `= ${line.equation}`))
          : undefined,
      write: (text) => this.putInOrder(Object.values(textsFrom(text) ?? {})),
      reset: () => this.clear(),
    });
    keepBox(`${id}.line`, this.input, () => this.echo());
  }

  /** All lines back where they came from; those of the learner's own are gone. */
  private clear(): void {
    for (const line of this.order) {
      if (line.isOwn) {
        line.item.remove();
        this.lines.delete(line.item);
      } else this.putBack(line);
    }
    this.ownLines = 0;
    this.arranged();
  }

  /** Places lines by their ids; a text with “= ” before it is a line of the learner's own. False where one is neither. */
  private putInOrder(texts: readonly string[]): boolean {
    const known = [...this.lines.values()].map(({ id }) => id);
    const own = (text: string) =>
      text.startsWith('= ') && this.judgeOwn(text.slice(2), []).verdict === 'holds';
    if (texts.length === 0 || new Set(texts).size < texts.length) return false;
    if (!texts.every((text) => (known.includes(text) && text !== '') || own(text))) return false;
    this.clear();
    for (const text of texts) {
      const line = [...this.lines.values()].find(({ id }) => id === text) ?? this.ownLine(text.slice(2));
      this.placed.append(line.item);
    }
    this.arranged();
    return true;
  }

  private enlist(line: Line): void {
    this.lines.set(line.item, line);
    const on = (task: string, act: () => void) => line.button(task).addEventListener('click', act);
    on('add', () => this.place(line));
    on('remove', () => this.takeOut(line));
    on('up', () => this.shift(line, -1));
    on('down', () => this.shift(line, 1));
    line.item
      .querySelector<HTMLElement>('.grip')
      ?.addEventListener('pointerdown', (event) => this.drag(line, event));
  }

  private get order(): Line[] {
    return [...this.placed.children].flatMap((item) => this.lines.get(item) ?? []);
  }

  /** After every change of the order. */
  private arranged(): void {
    const { order } = this;
    (this.querySelector('.nothing-placed') as HTMLElement).hidden = order.length > 0;
    order.forEach((line, k) => {
      // Not disabled: that would take the focus away from a line that has arrived at the top.
      line.button('up').ariaDisabled = String(k === 0);
      line.button('down').ariaDisabled = String(k === order.length - 1);
    });
    for (const line of this.lines.values()) line.forget();
    clearVerdict(this.status);
    this.evidence.replaceChildren();
  }

  private get evidence(): HTMLElement {
    return this.form.querySelector('.evidence') as HTMLElement;
  }

  private say(sentence: string): void {
    clearVerdict(this.status);
    this.status.textContent = asSentence(sentence);
  }

  private sayPlace(line: Line): void {
    const { order } = this;
    this.say(`${line.name} is now at place ${order.indexOf(line) + 1} of ${order.length}`);
  }

  private place(line: Line): void {
    this.placed.append(line.item);
    this.arranged();
    line.button('up').focus();
    this.sayPlace(line);
  }

  private takeOut(line: Line): void {
    if (line.isOwn) {
      const goesBack = this.input.value.trim() === '';
      line.item.remove();
      this.lines.delete(line.item);
      this.arranged();
      if (goesBack) this.input.value = line.equation;
      this.echo();
      this.input.focus();
      this.say(
        `${line.name}, ${line.equation}, is taken out${goesBack ? '; its text stands in the box below' : ''}`,
      );
      return;
    }
    this.putBack(line);
    this.arranged();
    line.button('add').focus();
    this.say(`${line.name} is taken out`);
  }

  /** Among the lines to choose from each has its place. */
  private putBack({ item }: Line): void {
    const letter = item.dataset.letter ?? '';
    const after = [...this.choices.querySelectorAll<HTMLElement>('li')].find(
      (other) => (other.dataset.letter ?? '') > letter,
    );
    this.choices.insertBefore(item, after ?? null);
  }

  private shift(line: Line, by: 1 | -1): void {
    const { order } = this;
    const at = order.indexOf(line);
    const other = order[at + by];
    if (!other) {
      this.say(`${line.name} stands ${by < 0 ? 'first' : 'last'} already`);
      return;
    }
    if (by < 0) other.item.before(line.item);
    else other.item.after(line.item);
    this.arranged();
    line.button(by < 0 ? 'up' : 'down').focus();
    this.sayPlace(line);
  }

  /** With a pointer a line is also drawn by its grip; the buttons do all of it too. */
  private drag(line: Line, start: PointerEvent): void {
    if (start.button !== 0) return;
    start.preventDefault();
    const { item } = line;
    item.classList.add('dragging');
    // On this element, since moving the line itself would end the capture.
    this.setPointerCapture(start.pointerId);
    const ended = new AbortController();
    const { signal } = ended;
    let moved = false;

    const move = ({ clientX, clientY }: PointerEvent) => {
      const under = document.elementFromPoint(clientX, clientY);
      if (!under || !this.contains(under)) return;
      if (under.closest('.choices') && !line.isOwn) {
        if (item.parentElement === this.choices) return;
        this.putBack(line);
      } else if (under.closest('.placed, .nothing-placed')) {
        const before = this.order.find(({ item: other }) => {
          if (other === item) return false;
          const { top, height } = other.getBoundingClientRect();
          return clientY < top + height / 2;
        });
        if (item.parentElement === this.placed && item.nextElementSibling === (before?.item ?? null)) return;
        this.placed.insertBefore(item, before?.item ?? null);
      } else return;
      moved = true;
      this.arranged();
    };
    const end = () => {
      ended.abort();
      item.classList.remove('dragging');
      if (!moved) return;
      if (item.parentElement === this.placed) this.sayPlace(line);
      else this.say(`${line.name} is taken out`);
    };
    this.addEventListener('pointermove', move, { signal });
    for (const type of ['pointerup', 'pointercancel'] as const) this.addEventListener(type, end, { signal });
  }

  private check(): void {
    const { order } = this;
    if (order.length === 0) {
      showVerdict(this.status, 'empty', 'Add lines to your proof, then check.');
      return;
    }
    const { lines, goal, names } = this.data;
    const given = order.filter((line) => !line.isOwn).map((line) => line.id);
    const judged = theCore().judgeProof({ lines, order: given, goal, names });
    order.forEach((line, k) => {
      if (line.isOwn) this.showOwn(line, order.slice(0, k));
      else
        this.showGiven(
          line,
          judged.lines.find(({ id }) => id === line.id),
        );
    });

    const problem = order.find((line) => line.state !== 'follows');
    const isComplete = judged.complete && problem === undefined;
    if (problem) {
      const reason = problem.state === 'false' ? 'is false' : 'does not follow yet';
      showVerdict(this.status, 'wrong', asSentence(`${problem.name} ${reason}`));
    } else if (isComplete) {
      showVerdict(this.status, 'right', 'Every line follows, and the last step is there: this is a proof.');
    } else {
      showVerdict(this.status, 'right', 'So far every line follows. What is to be proved is not there yet.');
    }
    tellJudged(this, this.data, isComplete ? 'right' : problem ? 'wrong' : 'empty', []);
  }

  private showGiven(line: Line, judged: ProofJudgement['lines'][number] | undefined): void {
    if (!judged) return;
    const { state, missing, counterexample } = judged;
    if (state === 'not-yet') {
      const names = missing.map(
        (id) => [...this.lines.values()].find((other) => other.id === id)?.name ?? id,
      );
      const needed = names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names[0];
      line.show(state, `True, but it does not follow yet: it needs ${needed} above it.`);
      return;
    }
    const extra = state === 'follows' && this.data.extra.includes(line.id);
    line.show(state, extra ? 'But it is not needed. ' : '', ...this.reason(line));
    if (counterexample) line.add(showCounterexample(counterexample, heads));
  }

  /** Why the line follows, or is false, as it stands in the answer below. */
  private reason({ id }: Line): Node[] {
    const because = this.querySelector(`[data-because="${id}"]`);
    return [...(because?.childNodes ?? [])].map((node) => node.cloneNode(true));
  }

  private showOwn(line: Line, above: Line[]): void {
    const judged = this.judgeOwn(line.equation, above);
    if (judged.linked) line.show('follows', 'One of its sides stands in a line above.');
    else line.show('not-yet', 'True, but none of its sides stands in a line above it.');
  }

  private judgeOwn(text: string, above: Line[]): LineJudgement {
    const equations = above.filter((line) => line.state !== 'false').map((line) => line.equation);
    return theCore().judgeLine({ text, above: equations, names: this.data.names });
  }

  private echo(): void {
    const math = readAs(this.input.value, this.data.names);
    this.form.querySelector('.read-as')?.replaceChildren(...(math.length > 0 ? ['read as ', ...math] : []));
    this.evidence.replaceChildren();
    if (this.input.ariaInvalid === null) return;
    this.input.removeAttribute('aria-invalid');
    clearVerdict(this.status);
  }

  private addOwn(): void {
    const text = this.input.value;
    const { order } = this;
    const judged = this.judgeOwn(text, order);
    const { verdict, message, range, linked, trivial, counterexample } = judged;
    this.evidence.replaceChildren();
    this.input.ariaInvalid = String(verdict === 'unreadable');
    if (verdict === 'empty') {
      showVerdict(this.status, 'empty', 'Type an equation, left = right.');
    } else if (verdict === 'unreadable') {
      showVerdict(this.status, 'unreadable', asSentence(message), ' ', marked(text, range));
    } else if (verdict === 'fails') {
      showVerdict(this.status, 'wrong', 'Your line is false: both sides differ on the batch shown below it.');
      if (counterexample) this.evidence.append(showCounterexample(counterexample, heads));
    } else if (trivial) {
      showVerdict(this.status, 'wrong', 'Both sides of your line are written alike, so it says nothing.');
    } else {
      this.accept(text, linked, order);
    }
  }

  private accept(text: string, linked: boolean, order: Line[]): void {
    const lines = [...this.lines.values()];
    const others = lines.map(({ equation }) => equation);
    const same = lines[theCore().judgeLine({ text, above: [], names: this.data.names, others }).same];
    if (same && order.includes(same)) {
      showVerdict(this.status, 'wrong', asSentence(`your line says what ${same.name} says already`));
      return;
    }
    if (!same && !linked) {
      const first =
        order.length === 0 ? 'Start with a line from above.' : 'Start from a side of one of them.';
      showVerdict(
        this.status,
        'wrong',
        `Your line is true, but none of its sides stands in a line of your proof. ${first}`,
      );
      return;
    }
    const line = same ?? this.ownLine(text);
    this.placed.append(line.item);
    this.input.value = '';
    this.arranged();
    this.echo();
    const where = `place ${order.length + 1} of ${order.length + 1}`;
    this.say(
      same ? `your line is ${same.name}, now at ${where}` : `true. It is now ${line.name}, at ${where}`,
    );
    this.input.focus();
  }

  /** A line of the learner's own, made like the others. */
  private ownLine(text: string): Line {
    this.ownLines += 1;
    const name = `your line ${this.ownLines}`;
    const [model] = this.lines.keys();
    const item = (model as Element).cloneNode(true) as HTMLElement;
    delete item.dataset.line;
    delete item.dataset.letter;
    delete item.dataset.state;
    item.classList.add('own');
    const part = (selector: string) => item.querySelector(selector) as HTMLElement;
    const math = readAs(text, this.data.names);
    part('.letter').textContent = 'yours';
    part('.equation').replaceChildren(...(math.length > 0 ? math : [text]));
    part('.equation').tabIndex = 0;
    part('.line-verdict').replaceChildren();
    for (const button of item.querySelectorAll('button')) button.ariaLabel = `${button.textContent} ${name}`;
    const line = new Line(item, '', text, name);
    this.enlist(line);
    return line;
  }
}
