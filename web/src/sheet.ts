// Brings a prerendered sheet to life: reads its boxes, recomputes every `data` element and table inside it.

import type { Quantities } from './core.ts';
import { keep, textsFrom } from './kept.ts';
import { allDigits, formatValue, fullText, pointPadding } from './format.ts';
import { quantityOfFormula } from './quantity.ts';
import {
  computeQuantities,
  GivenError,
  type GivenName,
  givenNames,
  type Limits,
  readGivens,
  type Typed,
} from './scenario.ts';
import { theCore } from './the-core.ts';
import { keepLinesApart } from './typed-text.ts';

interface SheetData extends Limits {
  given: Typed;
}

export class Sheet {
  private readonly root: HTMLElement;
  private readonly data: SheetData;
  /** The givens as they stand; those with a box are read from it. */
  private typed: Typed;
  private readonly inputs = new Map<GivenName, HTMLInputElement>();
  private readonly message: HTMLElement | null;
  private readonly onChange: () => void;
  /** What was computed from the boxes as they stand. */
  private readonly computed = new Map<string, Quantities>();
  private speaking: ReturnType<typeof setTimeout> | undefined;

  /**
   * `root` has the attribute data-sheet; its givens are kept under `name`; `onChange` is called when they have changed,
   * readable or not.
   */
  constructor(root: HTMLElement, name: string, onChange: () => void = () => {}) {
    this.root = root;
    this.data = JSON.parse(root.dataset.sheet ?? '{}') as SheetData;
    this.typed = this.data.given;
    this.onChange = onChange;
    this.message = root.querySelector('.sheet-message');
    for (const input of root.querySelectorAll<HTMLInputElement>('input[data-given]')) {
      this.inputs.set(input.dataset.given as GivenName, input);
      keepLinesApart(input);
      input.addEventListener('input', () => this.changed());
    }
    for (const button of root.querySelectorAll<HTMLButtonElement>('button[data-set]')) {
      button.addEventListener('click', () => this.set(JSON.parse(button.dataset.set ?? '{}') as Typed));
    }
    root.querySelector('button[data-reset]')?.addEventListener('click', () => this.set(this.data.given));
    root.querySelector('input[data-all-digits]')?.addEventListener('change', () => this.show());
    keep(`${name}.givens`, {
      read: () => this.changedGivens,
      write: (text) => this.putBack(text),
      reset: () => this.set(this.data.given),
    });
    // The browser may have brought back what stood in the boxes, and the page is to show what this core computes.
    this.show();
  }

  /** The givens as they stand, as text. */
  get texts(): Typed {
    const typed = { ...this.typed };
    for (const [name, input] of this.inputs) typed[name] = input.value;
    return typed;
  }

  /** The givens that are not as the page came, as a text. */
  private get changedGivens(): string | undefined {
    const other = Object.entries(this.texts).filter(
      ([name, text]) => text !== this.data.given[name as GivenName],
    );
    return other.length > 0 ? JSON.stringify(Object.fromEntries(other)) : undefined;
  }

  /** Givens from a text as above; false where they are not givens of this sheet, or cannot be used. */
  private putBack(text: string): boolean {
    const values = textsFrom(text);
    if (!values || !Object.keys(values).every((name) => Object.hasOwn(this.data.given, name))) return false;
    try {
      this.compute(values);
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
    this.set(values);
    return true;
  }

  get limits(): Limits {
    return this.data;
  }

  /** Everything that follows from them. Throws RangeError with the core's sentence. */
  quantities(replaced: Typed = {}): Quantities {
    const key = JSON.stringify(replaced);
    const quantities = this.computed.get(key) ?? this.compute(replaced);
    this.computed.set(key, quantities);
    return quantities;
  }

  private compute(replaced: Typed): Quantities {
    return computeQuantities(theCore(), readGivens(theCore(), { ...this.texts, ...replaced }, this.data));
  }

  /** Puts other givens in place, into their boxes where they have one. */
  set(values: Typed): void {
    const texts = Object.entries(values) as [GivenName, string][];
    try {
      // All new texts before any is written: where one cannot be computed, the boxes stay as they are.
      const written = texts.map(([name, text]) => {
        const formula = text.startsWith('=') && this.inputs.has(name);
        return [
          name,
          formula ? fullText(theCore().evaluate(text.slice(1), this.quantities())) : text,
        ] as const;
      });
      this.typed = { ...this.typed, ...Object.fromEntries(written) };
      for (const [name, text] of written) {
        const input = this.inputs.get(name);
        if (input) input.value = text;
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    this.changed();
  }

  private changed(): void {
    this.computed.clear();
    this.show();
    this.onChange();
  }

  /** Recomputes the sheet, or says why it cannot; the last readable numbers then stay, dimmed. */
  private show(): void {
    for (const input of this.inputs.values()) input.removeAttribute('aria-invalid');
    try {
      this.fill(this.quantities());
      this.say('');
      this.root.classList.remove('stale');
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      for (const name of givensNamedBy(error)) this.inputs.get(name)?.setAttribute('aria-invalid', 'true');
      this.root.classList.add('stale');
      this.say(`${error.message}. The dimmed numbers belong to the last values that could be used.`);
    }
  }

  /** Takes a sentence away at once, but says one only when typing pauses: half a number is no mistake yet. */
  say(sentence: string): void {
    clearTimeout(this.speaking);
    const write = () => this.message?.replaceChildren(sentence);
    if (sentence === '') write();
    else this.speaking = setTimeout(write, 600);
  }

  private fill(quantities: Quantities): void {
    // All rows before any number is shown: where one of them is refused, the sheet stays as it was.
    const rows = new Map<string, Quantities>();
    for (const row of this.root.querySelectorAll<HTMLElement>('[data-with]')) {
      const replaced = row.dataset.with ?? '{}';
      rows.set(replaced, this.quantities(JSON.parse(replaced) as Typed));
    }
    for (const table of this.root.querySelectorAll<HTMLTableElement>('table[data-rows]'))
      fitRows(table, quantities);
    const digits = this.root.querySelector<HTMLInputElement>('input[data-all-digits]')?.checked
      ? allDigits
      : undefined;
    const changed = [...this.root.querySelectorAll<HTMLDataElement>('data[data-formula]')].filter(
      (element) => {
        const replaced = element.closest<HTMLElement>('[data-with]')?.dataset.with ?? '';
        const here = rows.get(replaced) ?? quantities;
        return showValue(element, here, digits ?? Number(element.dataset.digits ?? 4));
      },
    );
    for (const element of changed) element.classList.remove('fresh');
    void this.root.offsetWidth; // restarts the animation that marks a new number
    for (const element of changed) element.classList.add('fresh');
    for (const table of this.root.querySelectorAll<HTMLTableElement>('table.numbers')) alignPoints(table);
  }
}

/** The givens that a refusal names before its colon: "eps: …", "x (channel 0): …". A batch_var comes from x. */
function givensNamedBy(refusal: RangeError): GivenName[] {
  if (refusal instanceof GivenError) return [refusal.given];
  const [subject = ''] = refusal.message.replace('batch_var', 'x').split(':', 1);
  return givenNames.filter((name) => new RegExp(`\\b${name}\\b`).test(subject));
}

/** Shows the value of the element's formula; true where that is another text than before. */
export function showValue(element: HTMLDataElement, quantities: Quantities, digits: number): boolean {
  let text;
  try {
    const value = theCore().evaluate(element.dataset.formula ?? '', quantities);
    element.value = fullText(value);
    element.removeAttribute('title');
    text = formatValue(value, digits);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    element.value = '';
    element.title = error.message;
    text = 'no value';
  }
  if (element.textContent === text) return false;
  element.textContent = text;
  return true;
}

/** Lines the points of each column up. */
function alignPoints(table: HTMLTableElement): void {
  const rows = [...(table.tBodies[0]?.rows ?? [])].map((row) => [
    ...row.querySelectorAll<HTMLElement>('data'),
  ]);
  for (const column of rows[0]?.keys() ?? []) {
    const values = rows.flatMap((row) => row[column] ?? []);
    const padding = pointPadding(values.map((value) => value.textContent));
    values.forEach((value, k) => {
      if (padding[k]) value.dataset.pad = padding[k];
      else delete value.dataset.pad;
    });
  }
}

/** One row for each value of the lists, however many there are now. */
function fitRows(table: HTMLTableElement, quantities: Quantities): void {
  const body = table.tBodies[0];
  const columns = [...table.querySelectorAll<HTMLElement>('th[data-column]')].map(
    (head) => head.dataset.column ?? '',
  );
  const [first] = columns;
  if (!body || first === undefined) return;
  const count = theCore().evaluate(first, quantities).values.length;
  while (body.rows.length > count) body.deleteRow(-1);
  while (body.rows.length < count) {
    const index = body.rows.length;
    const row = body.insertRow();
    const label = document.createElement('th');
    label.scope = 'row';
    label.textContent = String(index + 1);
    row.append(label);
    for (const column of columns) {
      const value = document.createElement('data');
      const quantity = quantityOfFormula(column);
      value.className = quantity ? `v q-${quantity}` : 'v';
      value.dataset.formula = `(${column})[${index}]`;
      row.insertCell().append(value);
    }
  }
}
