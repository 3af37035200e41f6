/** @jsxImportSource preact */
// A batch on which two things differ, as a small table: what was given, and both values side by side, cell by cell.

import { Fragment } from 'preact';
import type { Counterexample as Example, FormulaValue, Quantity } from '../core/core.ts';
import { formatList, formatNumber } from '../core/format.ts';
import { colourOfFormula, givenNames, symbolOf } from '../core/quantities.ts';
import { asSentence } from '../core/sentence.ts';

const numbersOf = (quantity: Quantity): number | Float64Array =>
  typeof quantity === 'number' || quantity instanceof Float64Array ? quantity : quantity.values;

/** Givens in the order in which the page names them; what is none comes last. */
function inOrder(names: string[]): string[] {
  const known: readonly string[] = givenNames;
  const place = (name: string) => (known.includes(name) ? known.indexOf(name) : known.length);
  return names.toSorted((a, b) => place(a) - place(b));
}

/** "x = [1, 2]", in the colour of the quantity. */
function Given({ name, quantity }: { name: string; quantity: Quantity }) {
  const numbers = numbersOf(quantity);
  const text = typeof numbers === 'number' ? formatNumber(numbers) : `[${formatList(numbers)}]`;
  const colour = colourOfFormula(name);
  return (
    <span class="given-value">
      <span class={colour && `q-${colour}`}>{symbolOf(name) ?? name}</span> = <data class="v">{text}</data>
    </span>
  );
}

/** One value of what may be a number that stands for a list; nothing where there is no value. */
function textAt(value: FormulaValue | null, row: number, digits: number): string {
  const shown = value?.shown[value.shown.length === 1 ? 0 : row];
  return shown === undefined ? 'no value' : formatNumber(shown, digits);
}

interface Props {
  example: Example;
  /** the names of the two values: what was typed, or the left side, and what is right, or the right side */
  heads: readonly [string, string];
}

export function Counterexample({ example, heads }: Props) {
  const { givens, typed, right, why } = example;
  const names = inOrder(Object.keys(givens));
  const count = Math.max(typed?.values.length ?? 0, right?.values.length ?? 0);
  const rows = Array.from({ length: count }, (_, row) => row);
  const isList = count > 1;
  const differs = (digits: number) =>
    rows.some((row) => textAt(typed, row, digits) !== textAt(right, row, digits));
  // So many digits that the difference shows.
  let digits = 4;
  while (digits < 12 && !differs(digits)) ++digits;
  return (
    <div class="counterexample">
      <table class="numbers">
        <caption>
          {names.length === 0
            ? 'On every batch.'
            : names.map((name, k) => (
                <Fragment key={name}>
                  {k === 0 ? 'Take ' : ', '}
                  <Given name={name} quantity={givens[name] as Quantity} />
                  {k === names.length - 1 && '.'}
                </Fragment>
              ))}
        </caption>
        <thead>
          <tr>
            {[...(isList ? ['i'] : []), ...heads].map((text) => (
              <th scope="col" key={text}>
                {text}
              </th>
            ))}
            {/* Whether they differ is said with a sign, not with a colour. */}
            <td />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const texts = [textAt(typed, row, digits), textAt(right, row, digits)] as const;
            const differ = texts[0] !== texts[1];
            return (
              <tr key={row} class={differ ? 'differs' : undefined}>
                {isList && <th scope="row">{row + 1}</th>}
                <td>
                  <data class="v">{texts[0]}</data>
                </td>
                <td>
                  <data class="v">{texts[1]}</data>
                </td>
                <td class="sign">{differ ? '≠' : '='}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {why !== '' && <p>{asSentence(why)}</p>}
    </div>
  );
}
