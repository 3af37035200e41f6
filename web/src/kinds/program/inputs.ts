// Arrays as an author or a learner writes them, and as a program takes them and shows them.

import { formatNumber } from '../../core/format.ts';
import type { Held, Input } from '../../core/programs.ts';
import type { BatchArray } from './schema.ts';

const shapeOf = (array: BatchArray): number[] =>
  typeof array === 'number' ? [] : [array.length, ...shapeOf(array[0] ?? 0)];
const valuesOf = (array: BatchArray): number[] =>
  typeof array === 'number' ? [array] : array.flatMap(valuesOf);

export const inputOf = (name: string, array: BatchArray): Input =>
  typeof array === 'number'
    ? { name, number: array }
    : {
        name,
        shape: Float64Array.from(shapeOf(array)),
        values: Float64Array.from(valuesOf(array)),
      };

/** How many values are shown at a line, before an ellipsis. */
const most = 6;

/** A value in one line: (2, 3) 1 2 3 …; a number by itself. */
export function shown(held: Held): string {
  if ('text' in held) return held.text;
  if ('items' in held) return `(${held.items.map(shown).join(', ')})`;
  const { shape, values, type } = held;
  const numbers = Array.from(values.slice(0, most), (value) =>
    type === 'bool' ? (value === 0 ? 'False' : 'True') : formatNumber(value),
  );
  if (shape.length === 0) return numbers.join('');
  const size = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const width = shape.at(-1) ?? 1;
  const rows = numbers.map((each, k) => (k > 0 && k % width === 0 ? `; ${each}` : each)).join(' ');
  return `${size}  ${rows.replaceAll(' ;', ';')}${values.length > most ? ' …' : ''}`;
}
