// The numbers of an item as they are kept and linked: those that are not the author's, as texts by name.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadBuiltCore } from '../../web/render/core.ts';
import { acceptsGivens, givensText, type SheetData, typedOf } from '../../web/src/kinds/givens.tsx';
import { nothingKept, withTexts } from '../../web/src/memory/kept.ts';

const core = await loadBuiltCore();
const sheet: SheetData = {
  given: { x: '2, 4, 6, 8', gamma: '1', beta: '0', eps: '0' },
  edit: ['x', 'gamma', 'beta', 'eps'],
  fewest: 2,
  buttons: [],
};
const typedFrom = (givens: string) => typedOf(sheet, withTexts(nothingKept, { givens }));

describe('the givens of a sheet', () => {
  test('as they came are not kept', () => {
    expect(givensText(sheet, sheet.given)).toBeUndefined();
    expect(typedOf(sheet, nothingKept)).toEqual(sheet.given);
  });

  test('come back as they were typed, whatever that is', () => {
    const texts = fc.record({ x: fc.string(), gamma: fc.string(), beta: fc.string(), eps: fc.string() });
    fc.assert(
      fc.property(texts, (typed) => {
        expect(typedFrom(givensText(sheet, typed) ?? '')).toEqual(typed);
      }),
    );
  });

  test.each([
    '',
    '1',
    'null',
    '[]',
    '{"x":1}',
    '{"x":["1"]}',
    '{',
    '{"dy":"1"}',
    '{"constructor":"1"}',
    '{"__proto__":"1"}',
  ])('stay the author’s where “%s” is kept', (text) => expect(typedFrom(text)).toEqual(sheet.given));

  test.each<[boolean, string]>([
    [true, '{"x":"1, 2"}'],
    [true, '{"gamma":"1/3","eps":"1e-5"}'],
    [false, '{"x":"1"}'],
    [false, '{"x":"3, 3"}'],
    [false, '{"dy":"1, 2, 3, 4"}'],
    [false, '{"gamma":2}'],
    [false, '{"gamma":""}'],
    [false, 'x'],
  ])('a link’s are taken (%s): %s', (isTaken, text) => {
    expect(acceptsGivens(sheet, text, core)).toBe(isTaken);
  });
});
