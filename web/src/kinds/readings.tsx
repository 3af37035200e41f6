/** @jsxImportSource preact */
// Both readings of an ambiguous text, shown at each key, before the learner presses Check.

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
