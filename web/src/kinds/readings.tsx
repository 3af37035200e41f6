/** @jsxImportSource preact */
// What a typed text is read as, shown at each key, before the learner presses Check.

import type { FormulaValue, TypedText } from '../core/core.ts';
import { formatValue } from '../core/format.ts';
import { isPlain, mathOf } from '../drawing/mathml.ts';

/** Both readings of an ambiguous text. */
export function TwoReadings({ read }: { read: TypedText | undefined }) {
  const [first, second] = read?.readings ?? [];
  if (first === undefined || second === undefined) return null;
  return (
    <span>
      can be read as <code>{first}</code> or as <code>{second}</code>
    </span>
  );
}

/** What a text was read as; nothing where it stands for itself. */
export function Reading({ read }: { read: TypedText | undefined }) {
  if (!read?.tree || (isPlain(read.tree) && read.note === '')) return null;
  const { tree, value, note } = read;
  return (
    <span>
      read as {mathOf(tree)}
      {value && !isPlain(tree) ? valueInWords(value) : ''}
      {note ? ` (${note})` : ''}
    </span>
  );
}

function valueInWords(value: FormulaValue): string {
  const { values, shown } = value;
  const exact = values.every((each, k) => Number(each.toPrecision(6)) === shown[k]);
  return ` ${exact ? '=' : '≈'} ${formatValue(value, 6)}`;
}
