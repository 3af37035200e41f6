// A batch on which two things differ, as a small table: what was given, and both values side by side, cell by cell.

import type { Counterexample, FormulaValue, Quantity } from './core.ts';
import { formatList, formatNumber } from './format.ts';
import { quantityOfFormula } from './quantity.ts';
import { givenNames } from './scenario.ts';
import { asSentence } from './verdict.ts';

const symbols: Record<string, string> = { gamma: 'γ', beta: 'β', eps: 'ε', momentum: 'α' };

const numbersOf = (quantity: Quantity): number | Float64Array =>
  typeof quantity === 'number' || quantity instanceof Float64Array ? quantity : quantity.values;

/** Givens in the order in which the page names them; what is none comes last. */
function inOrder(names: string[]): string[] {
  const known: readonly string[] = givenNames;
  const place = (name: string) => (known.includes(name) ? known.indexOf(name) : known.length);
  return names.toSorted((a, b) => place(a) - place(b));
}

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const node = document.createElement(name);
  node.append(...children);
  return node;
}

function number(text: string): HTMLElement {
  const data = element('data', text);
  data.className = 'v';
  return data;
}

/** "x = [1, 2]", in the colour of the quantity. */
function given(name: string, quantity: Quantity): HTMLElement {
  const numbers = numbersOf(quantity);
  const text = typeof numbers === 'number' ? formatNumber(numbers) : `[${formatList(numbers)}]`;
  const label = element('span', symbols[name] ?? name);
  const colour = quantityOfFormula(name);
  if (colour !== undefined) label.className = `q-${colour}`;
  const both = element('span', label, ' = ', number(text));
  both.className = 'given-value';
  return both;
}

/** One value of what may be a number that stands for a list; nothing where there is no value. */
function textAt(value: FormulaValue | null, row: number, digits: number): string {
  const shown = value?.shown[value.shown.length === 1 ? 0 : row];
  return shown === undefined ? 'no value' : formatNumber(shown, digits);
}

/** `heads` name the two values: what was typed, or the left side, and what is right, or the right side. */
export function showCounterexample(example: Counterexample, heads: [string, string]): HTMLElement {
  const { givens, typed, right, why } = example;
  const box = element('div');
  box.className = 'counterexample';

  const list = inOrder(Object.keys(givens)).flatMap((name, k) => {
    const each = given(name, givens[name] as Quantity);
    return k === 0 ? [each] : [', ', each];
  });
  const caption = element('caption', ...(list.length > 0 ? ['Take ', ...list, '.'] : ['On every batch.']));

  const count = Math.max(typed?.values.length ?? 0, right?.values.length ?? 0);
  const rows = Array.from({ length: count }, (_, row) => row);
  const isList = count > 1;
  const differs = (digits: number) =>
    rows.some((row) => textAt(typed, row, digits) !== textAt(right, row, digits));
  // So many digits that the difference shows.
  let digits = 4;
  while (digits < 12 && !differs(digits)) ++digits;

  const head = element('tr');
  for (const text of [...(isList ? ['i'] : []), ...heads]) {
    const cell = element('th', text);
    cell.scope = 'col';
    head.append(cell);
  }
  // Whether they differ is said with a sign, not with a colour.
  head.append(element('td'));

  const body = element('tbody');
  for (const row of rows) {
    const line = element('tr');
    if (isList) {
      const label = element('th', String(row + 1));
      label.scope = 'row';
      line.append(label);
    }
    const texts = [textAt(typed, row, digits), textAt(right, row, digits)] as const;
    const differ = texts[0] !== texts[1];
    if (differ) line.className = 'differs';
    const sign = element('td', differ ? '≠' : '=');
    sign.className = 'sign';
    line.append(...texts.map((text) => element('td', number(text))), sign);
    body.append(line);
  }

  const table = element('table', caption, element('thead', head), body);
  table.className = 'numbers';
  box.append(table);
  if (why !== '') box.append(element('p', asSentence(why)));
  return box;
}
