// A batch on which two things differ, as a small table: what was given, and both values side by side, cell by cell.

import type { Counterexample, FormulaValue, Quantity } from './core.ts';
import { formatList, formatNumber } from './format.ts';
import { quantityOfFormula } from './quantity.ts';
import { asSentence } from './verdict.ts';

const symbols: Record<string, string> = { gamma: 'γ', beta: 'β', eps: 'ε', momentum: 'α' };

const numbersOf = (quantity: Quantity): number | Float64Array =>
  typeof quantity === 'number' || quantity instanceof Float64Array ? quantity : quantity.values;

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

/** One value of what may be a number that stands for a list. */
const shownAt = ({ shown }: FormulaValue, row: number) => shown[shown.length === 1 ? 0 : row] ?? Number.NaN;

/** So many digits that two values which differ do not read alike. */
function digitsFor(left: FormulaValue, right: FormulaValue, rows: number[]): number {
  const differ = rows.filter((row) => shownAt(left, row) !== shownAt(right, row));
  const alike = (digits: number) =>
    differ.every(
      (row) => formatNumber(shownAt(left, row), digits) === formatNumber(shownAt(right, row), digits),
    );
  let digits = 4;
  while (digits < 12 && differ.length > 0 && alike(digits)) ++digits;
  return digits;
}

/** `heads` name the two values: what was typed, or the left side, and what is right, or the right side. */
export function showCounterexample(example: Counterexample, heads: [string, string]): HTMLElement {
  const { givens, typed, right, why } = example;
  const box = element('div');
  box.className = 'counterexample';

  const list = Object.entries(givens).flatMap(([name, quantity], k) =>
    k === 0 ? [given(name, quantity)] : [', ', given(name, quantity)],
  );
  if (list.length > 0) box.append(element('p', 'Take ', ...list, '.'));

  const count = Math.max(typed?.values.length ?? 0, right.values.length);
  const rows = Array.from({ length: count }, (_, row) => row);
  const isList = count > 1 || right.is_list;
  const digits = typed ? digitsFor(typed, right, rows) : 4;

  const headings = [...(isList ? ['i'] : []), ...heads];
  const head = element('tr');
  for (const text of headings) {
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
    const left = typed ? formatNumber(shownAt(typed, row), digits) : 'no value';
    const other = formatNumber(shownAt(right, row), digits);
    const sign = element('td', left === other ? '=' : '≠');
    sign.className = 'sign';
    if (left !== other) line.className = 'differs';
    line.append(element('td', number(left)), element('td', number(other)), sign);
    body.append(line);
  }

  const table = element('table', element('caption', 'On this batch'), element('thead', head), body);
  table.className = 'numbers';
  box.append(table);
  if (!typed && why !== '') box.append(element('p', asSentence(why)));
  return box;
}
