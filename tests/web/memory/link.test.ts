// States as links: what is written is read again, what is not for this lesson is refused in words, and whatever stands in
// an address does no harm.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyUnits } from './arbitrary.ts';
import { type Entry, partOf, readLink, writeLink } from '../../../web/src/memory/link.ts';

const entry = (subject: string, name: string, text: string): Entry => ({ subject, name, text });

describe('a link says', () => {
  test('nothing about the state where it is a plain anchor', () => {
    for (const anchor of ['', '#', '#example-3', '#bnx', '#5-why-it-works', '#bn', '#bn1x', '#all'])
      expect(readLink(anchor)).toBeUndefined();
  });

  test('what it is about, and its texts; what cannot be read is named as it stands', () => {
    expect(
      readLink('#bn1&at=figure-2&f.x=1,2&p.a=1%2F3%20%2B%20x&p.b.open=1&%&q.z=%E0%A4%A&x=1&.y=1&nothing'),
    ).toEqual({
      whole: false,
      at: 'figure-2',
      entries: [entry('f', 'x', '1,2'), entry('p', 'a', '1/3 + x'), entry('p', 'b.open', '1')],
      unreadable: ['%', 'q.z=%E0%A4%A', 'x=1', '.y=1', 'nothing'],
    });
  });

  test('how a whole page stands', () => {
    expect(readLink('#bn1&all')).toEqual({ whole: true, at: undefined, entries: [], unreadable: [] });
    expect(readLink('bn1&f.x=1&all')?.whole).toBe(true);
    expect(readLink('#bn1&f.x=1')?.whole).toBe(false);
  });
});

describe('a link is refused', () => {
  test('when another version made it', () => {
    for (const version of ['bn0', 'bn2', 'bn10', 'bn007']) {
      expect(() => readLink(`#${version}&f.x=1`)).toThrow(RangeError);
      expect(() => readLink(`#${version}&f.x=1`)).toThrow(`another version of this page (${version})`);
    }
  });

  test('when it is longer than a link may be; what is stored may be longer', () => {
    const long = `#bn1&f.x=1${'&f.y=2'.repeat(12_000)}`;
    expect(() => readLink(long)).toThrow(RangeError);
    expect(() => readLink(long)).toThrow('longer than 60000 characters (72010)');
    expect(readLink(long, Infinity)?.entries).toHaveLength(12_001);
  });

  test('in the part whose text is longer than anyone types', () => {
    expect(readLink(`#bn1&f.x=${'1'.repeat(2000)}`)?.entries).toHaveLength(1);
    expect(readLink(`#bn1&f.x=${'1'.repeat(2001)}&f.y=1`)?.entries).toEqual([entry('f', 'y', '1')]);
  });
});

test('whatever an address holds, reading it fails in no other way', () => {
  const near = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '#',
          'bn1',
          'bn2',
          '&',
          '=',
          '.',
          '%',
          'all',
          'at',
          '%E0%A4',
          '__proto__',
          'constructor',
        ),
        anyUnits,
      ),
    )
    .map((parts) => parts.join(''));
  for (const anyText of [near, near.map((text) => `#bn1&${text}`)])
    fc.assert(
      fc.property(anyText, (text) => {
        let link;
        try {
          link = readLink(text);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        for (const { subject, text: typed } of link?.entries ?? []) {
          expect(subject).not.toBe('');
          expect(subject).not.toContain('.');
          expect(typed.length).toBeLessThanOrEqual(2000);
        }
      }),
      { numRuns: 5000 },
    );
});

describe('what is written is read again', () => {
  const anyText = fc.string({ unit: 'grapheme', maxLength: 40 });
  const anyEntry = fc.record({
    subject: fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/),
    name: fc.oneof(fc.stringMatching(/^[a-z_]{1,8}(\.open)?$/), anyText),
    text: anyText,
  });

  test('of a whole page, and of one block', () => {
    fc.assert(
      fc.property(
        fc.array(anyEntry),
        fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }),
        (entries, at) => {
          const read = readLink(writeLink(entries, at));
          expect(read).toEqual({ whole: at === undefined, at, entries, unreadable: [] });
        },
      ),
    );
  });

  test('numbers and lists stand in it as a reader would write them', () => {
    expect(writeLink([entry('forward-explorer', 'x', '1,2,5')], 'forward-explorer')).toBe(
      '#bn1&at=forward-explorer&forward-explorer.x=1,2,5',
    );
    expect(writeLink([entry('problem-2', 'dgamma', '1.5/√3.5 & =')])).toBe(
      '#bn1&all&problem-2.dgamma=1.5/%E2%88%9A3.5%20%26%20%3D',
    );
    expect(partOf(entry('problem-2', 'dgamma', '1'))).toBe('problem-2.dgamma=1');
  });

  test('a text that is too long for a link is left out', () => {
    const entries = [entry('p', 'a', 'x'.repeat(2001)), entry('p', 'b', 'x'.repeat(2000))];
    expect(readLink(writeLink(entries))?.entries).toEqual(entries.slice(1));
  });

  test('half a character, as a paste may leave it, does not stop the rest', () => {
    const entries = [entry('p', 'a', '1\uD83D'), entry('p', 'b', '2')];
    expect(readLink(writeLink(entries))?.entries).toEqual([entry('p', 'a', '1\uFFFD'), entry('p', 'b', '2')]);
  });
});
