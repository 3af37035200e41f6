// What is kept of one block: which verdicts count, what help is, and that two states together lose nothing.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Answered,
  answerOf,
  isNothing,
  isOpen,
  type Kept,
  type Mark,
  marks,
  merged,
  nothingKept,
  readKept,
  unanswered,
  withAnswer,
  withAnswerOpened,
  withTexts,
  withVerdict,
  writeKept,
} from '../../../web/src/memory/kept.ts';
import { anyAnswered, anyKept, anyName, anyUnits } from './arbitrary.ts';

const judged = (mark: Mark, more: { text?: string; mistakes?: string[]; isFresh?: boolean } = {}) => ({
  mark,
  text: 'typed',
  mistakes: [],
  isFresh: false,
  ...more,
});
/** One question after these verdicts. */
const after = (...verdicts: Mark[]): Answered =>
  answerOf(
    verdicts.reduce((kept, mark) => withVerdict(kept, 'a', judged(mark)), nothingKept),
    'a',
  );

describe('texts', () => {
  test('one that is empty, or gone, stands as the page came', () => {
    const kept = withTexts(nothingKept, { a: '1', b: '', c: undefined });
    expect(kept.texts).toEqual({ a: '1' });
    expect(withTexts(kept, { a: '' }).texts).toEqual({});
    expect(withTexts(kept, { a: undefined, b: '2' }).texts).toEqual({ b: '2' });
  });

  test('a question is asked anew when nothing is kept of it, whatever it is called', () => {
    expect(answerOf(nothingKept, 'a')).toEqual(unanswered);
    expect(answerOf(nothingKept, 'constructor')).toEqual(unanswered);
  });
});

describe('verdicts', () => {
  test('the first stays, the latest is the latest, the best counts', () => {
    expect(after('wrong')).toMatchObject({ first: 'wrong', latest: 'wrong', best: 'wrong' });
    expect(after('wrong', 'right', 'coarse')).toMatchObject({
      first: 'wrong',
      latest: 'coarse',
      best: 'right',
    });
    expect(after('coarse', 'wrong')).toMatchObject({ first: 'coarse', latest: 'wrong', best: 'coarse' });
  });

  test('each belongs to a text', () => {
    const kept = withVerdict(
      withVerdict(nothingKept, 'a', judged('wrong', { text: '7' })),
      'a',
      judged('right', { text: '5' }),
    );
    expect(answerOf(kept, 'a').checked).toBe('5');
  });

  test('mistakes are counted by their names', () => {
    const mistakes = [['ε forgotten'], [], ['ε forgotten', 'γ forgotten']];
    const kept = mistakes.reduce(
      (now, each) => withVerdict(now, 'a', judged('wrong', { mistakes: each })),
      nothingKept,
    );
    expect(answerOf(kept, 'a').mistakes).toEqual({ 'ε forgotten': 2, 'γ forgotten': 1 });
  });

  test('of one question say nothing about another', () => {
    const kept = withVerdict(withVerdict(nothingKept, 'a', judged('right')), 'b', judged('wrong'));
    expect(answerOf(kept, 'a').best).toBe('right');
    expect(answerOf(kept, 'b').best).toBe('wrong');
  });
});

describe('help', () => {
  test('an answer that is opened before it is found is help, and stays help', () => {
    const opened = withAnswerOpened(nothingKept, 'a');
    expect(answerOf(opened, 'a').opened).toBe(true);
    expect(isOpen(opened, 'a')).toBe(true);
    expect(answerOf(withAnswerOpened(withVerdict(opened, 'a', judged('right')), 'a'), 'a').opened).toBe(true);
  });

  test.each(['wrong', 'coarse'] as const)('after an answer that is %s it is help', (mark) => {
    expect(answerOf(withAnswerOpened(withVerdict(nothingKept, 'a', judged(mark)), 'a'), 'a').opened).toBe(
      true,
    );
  });

  test('once the answer was right, looking at it is none, even after a later slip', () => {
    const right = withVerdict(nothingKept, 'a', judged('right'));
    expect(answerOf(withAnswerOpened(right, 'a'), 'a').opened).toBe(false);
    expect(isOpen(withAnswerOpened(right, 'a'), 'a')).toBe(true);
    expect(answerOf(withAnswerOpened(withVerdict(right, 'a', judged('wrong')), 'a'), 'a').opened).toBe(false);
  });

  test('right on other numbers is fresh, unless the answer was opened before', () => {
    const fresh = judged('right', { isFresh: true });
    expect(answerOf(withVerdict(nothingKept, 'a', fresh), 'a').fresh).toBe(true);
    expect(answerOf(withVerdict(nothingKept, 'a', judged('right')), 'a').fresh).toBe(false);
    expect(answerOf(withVerdict(nothingKept, 'a', judged('wrong', { isFresh: true })), 'a').fresh).toBe(
      false,
    );
    expect(answerOf(withVerdict(withAnswerOpened(nothingKept, 'a'), 'a', fresh), 'a').fresh).toBe(false);
    const later = withVerdict(withVerdict(nothingKept, 'a', fresh), 'a', judged('wrong'));
    expect(answerOf(withAnswerOpened(later, 'a'), 'a').fresh).toBe(true);
  });
});

describe('two states of a block', () => {
  const both = (a: Kept, b: Kept) => fc.pre(a.cleared === b.cleared);
  const timesIn = ({ mistakes }: Answered, title: string) =>
    Object.hasOwn(mistakes, title) ? (mistakes[title] ?? 0) : 0;
  const rank = (mark: Mark | undefined) => (mark === undefined ? -1 : marks.indexOf(mark));

  test('whatever was answered in either is answered', () => {
    fc.assert(
      fc.property(anyKept, anyKept, (a, b) => {
        both(a, b);
        const together = merged(a, b);
        for (const name of [...Object.keys(a.answers), ...Object.keys(b.answers)]) {
          const [one, other, now] = [a, b, together].map((kept) => answerOf(kept, name)) as [
            Answered,
            Answered,
            Answered,
          ];
          expect(rank(now.best)).toBe(Math.max(rank(one.best), rank(other.best)));
          expect(now.first === undefined).toBe(one.first === undefined && other.first === undefined);
          expect(now.hints).toBe(Math.max(one.hints, other.hints));
          expect(now.opened).toBe(one.opened || other.opened);
          expect(now.fresh).toBe(one.fresh || other.fresh);
          expect(new Set(Object.keys(now.mistakes))).toEqual(
            new Set([...Object.keys(one.mistakes), ...Object.keys(other.mistakes)]),
          );
          for (const [title, times] of Object.entries(now.mistakes))
            expect(times).toBe(Math.max(timesIn(one, title), timesIn(other, title)));
        }
      }),
    );
  });

  test('it does not matter which comes first for what counts', () => {
    const counts = (kept: Kept) =>
      Object.fromEntries(
        Object.entries(kept.answers).map(([name, { best, mistakes, hints, opened, fresh }]) => [
          name,
          { best, mistakes, hints, opened, fresh },
        ]),
      );
    fc.assert(
      fc.property(anyKept, anyKept, (a, b) => {
        both(a, b);
        expect(counts(merged(a, b))).toEqual(counts(merged(b, a)));
      }),
    );
  });

  test('put together again nothing changes', () => {
    fc.assert(
      fc.property(anyKept, anyKept, (a, b) => {
        expect(merged(a, a)).toEqual(a);
        const together = merged(a, b);
        expect(merged(together, b)).toEqual(together);
        expect(merged(together, together)).toEqual(together);
      }),
    );
  });

  test('a verdict and its text come from the same answer', () => {
    const one = withVerdict(nothingKept, 'a', judged('wrong', { text: '7' }));
    const other = withVerdict(nothingKept, 'a', judged('right', { text: '5' }));
    expect(answerOf(merged(one, other), 'a')).toMatchObject({
      latest: 'right',
      checked: '5',
      first: 'wrong',
    });
    expect(answerOf(merged(other, one), 'a')).toMatchObject({ latest: 'wrong', checked: '7', best: 'right' });
  });

  test('a worksheet that was checked before it is full stays checked, with or without an earlier verdict', () => {
    const part = withAnswer(nothingKept, 'a', { checked: '["1",""]' });
    const hinted = withAnswer(nothingKept, 'a', { hints: 1 });
    const wrong = withVerdict(nothingKept, 'a', judged('wrong', { text: '["2","2"]' }));
    expect(answerOf(merged(hinted, part), 'a')).toMatchObject({ checked: '["1",""]', hints: 1 });
    expect(answerOf(merged(part, hinted), 'a')).toMatchObject({ checked: '["1",""]', hints: 1 });
    expect(answerOf(merged(wrong, part), 'a')).toMatchObject({ checked: '["1",""]', latest: 'wrong' });
  });

  test('a verdict that was taken back, because the numbers are others, does not come back', () => {
    const stored = withVerdict(withTexts(nothingKept, { a: '7' }), 'a', judged('wrong', { text: '7' }));
    const { checked: _, ...rest } = answerOf(stored, 'a');
    const renewed = { ...stored, answers: { a: rest } };
    expect(answerOf(merged(stored, renewed), 'a').checked).toBeUndefined();
  });

  test('of texts and answers that only one has changed, that one’s stand', () => {
    const older = withVerdict(
      withTexts(nothingKept, { a: '1', b: '1', c: '1' }),
      'q',
      judged('right', { text: '1' }),
    );
    const newer = withVerdict(
      withTexts(nothingKept, { a: '2', b: '2', d: '2' }),
      'q',
      judged('wrong', { text: '2' }),
    );
    const changes = (texts: string[], answers: string[]) => ({
      texts: new Set(texts),
      answers: new Set(answers),
    });
    const some = merged(older, newer, changes(['a', 'c'], []));
    expect(some.texts).toEqual({ a: '2', b: '1' });
    expect(answerOf(some, 'q')).toMatchObject({ latest: 'right', checked: '1', best: 'right' });
    expect(answerOf(merged(older, newer, changes([], ['q'])), 'q')).toMatchObject({
      latest: 'wrong',
      checked: '2',
      best: 'right',
    });
    expect(merged(older, newer).texts).toEqual({ a: '2', b: '2', c: '1', d: '2' });
  });

  test('what was cleared later wins whole', () => {
    fc.assert(
      fc.property(anyKept, anyKept, (a, b) => {
        fc.pre(a.cleared !== b.cleared);
        const later = a.cleared > b.cleared ? a : b;
        expect(merged(a, b)).toBe(later);
        expect(merged(b, a)).toBe(later);
      }),
    );
  });
});

describe('as text', () => {
  test('every state is read as it was written', () => {
    fc.assert(
      fc.property(anyKept, (kept) => {
        expect(readKept(writeKept(kept))).toEqual(kept);
      }),
    );
  });

  test('any other text is refused, and none throws', () => {
    const anyText = fc.oneof(anyUnits, fc.json());
    fc.assert(
      fc.property(anyText, (text) => {
        expect(readKept(text)).toBeUndefined();
      }),
    );
  });

  test('a part that is of another kind makes the whole unreadable', () => {
    const notText = fc.jsonValue().filter((value) => typeof value !== 'string');
    fc.assert(
      fc.property(anyKept, anyName, notText, (kept, name, value) => {
        expect(
          readKept(JSON.stringify({ ...kept, texts: { ...kept.texts, [name]: value } })),
        ).toBeUndefined();
      }),
    );
    const wrong: Partial<Record<keyof Answered, fc.Arbitrary<unknown>>> = {
      first: fc.constantFrom('Right', '', null, 1),
      latest: fc.constantFrom('empty', null, true),
      best: fc.constantFrom('unreadable', {}, null),
      checked: fc.constantFrom(null, 1, ['1']),
      mistakes: fc.constantFrom(undefined, null, [], { a: -1 }, { a: 0.5 }, { a: '1' }, 'a'),
      hints: fc.constantFrom(undefined, null, -1, 1.5, '1'),
      opened: fc.constantFrom(undefined, null, 1, 'true'),
      fresh: fc.constantFrom(undefined, null, 0, 'false'),
    };
    for (const [field, values] of Object.entries(wrong))
      fc.assert(
        fc.property(anyKept, anyName, anyAnswered, values, (kept, name, answer, value) => {
          const answers = { ...kept.answers, [name]: { ...answer, [field]: value } };
          expect(readKept(JSON.stringify({ ...kept, answers })), field).toBeUndefined();
        }),
      );
    for (const part of [
      { cleared: -1 },
      { cleared: '0' },
      { cleared: undefined },
      { texts: [] },
      { texts: null },
      { answers: [] },
      { answers: 1 },
    ])
      expect(readKept(JSON.stringify({ ...nothingKept, ...part })), JSON.stringify(part)).toBeUndefined();
  });
});

test('nothing is kept until something is typed, answered or cleared', () => {
  expect(isNothing(nothingKept)).toBe(true);
  expect(isNothing(withTexts(nothingKept, { a: '' }))).toBe(true);
  expect(isNothing(withTexts(nothingKept, { a: '1' }))).toBe(false);
  expect(isNothing(withAnswer(nothingKept, 'a', { hints: 1 }))).toBe(false);
  expect(isNothing({ ...nothingKept, cleared: 1 })).toBe(false);
});
