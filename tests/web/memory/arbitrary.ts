// Any state of a block that the page can come to.

import fc from 'fast-check';
import { type Answered, type Kept, marks } from '../../../web/src/memory/kept.ts';

/** Any text at all, with halves of characters in it. */
export const anyUnits = fc
  .array(fc.oneof(fc.nat({ max: 0x7f }), fc.nat({ max: 0xffff })), { maxLength: 60 })
  .map((units) => String.fromCharCode(...units));

/** As authors may name things; "constructor" is a name that every object knows. */
export const anyName = fc.oneof(
  fc.constantFrom('a', 'b', 'constructor'),
  fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/),
);
const anyMark = fc.constantFrom(...marks);

/** A question before its first verdict, and after: the best is at least the first and the latest. */
export const anyAnswered: fc.Arbitrary<Answered> = fc
  .record({
    mistakes: fc.dictionary(fc.constantFrom('ε forgotten', 'γ forgotten', 'constructor'), fc.nat({ max: 9 })),
    hints: fc.nat({ max: 4 }),
    opened: fc.boolean(),
    fresh: fc.boolean(),
    verdicts: fc.array(anyMark, { maxLength: 3 }),
    checked: fc.option(fc.string(), { nil: undefined }),
  })
  .map(({ verdicts, checked, ...rest }) => {
    const [first] = verdicts;
    const latest = verdicts.at(-1);
    const best = marks.findLast((mark) => verdicts.includes(mark));
    return {
      ...rest,
      ...(first && latest && best ? { first, latest, best } : {}),
      ...(checked === undefined ? {} : { checked }),
    };
  });

export const anyKept: fc.Arbitrary<Kept> = fc.record({
  cleared: fc.constantFrom(0, 0, 0, 1_700_000_000_000, 1_800_000_000_000),
  texts: fc.dictionary(anyName, fc.string({ minLength: 1 }), { noNullPrototype: true }),
  answers: fc.dictionary(anyName, anyAnswered, { noNullPrototype: true, maxKeys: 4 }),
});
