/** @jsxImportSource preact */
// Both readings of a text that has two, at each key: nobody has to check it to learn that it is not clear.

import type { TypedText } from '../core/core.ts';

export function TwoReadings({ read }: { read: TypedText | undefined }) {
  const [first, second] = read?.readings ?? [];
  if (first === undefined || second === undefined) return null;
  return (
    <span>
      can be read as <code>{first}</code> or as <code>{second}</code>
    </span>
  );
}
