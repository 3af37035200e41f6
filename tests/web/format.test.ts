import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allDigits, formatList, formatNumber, formatValue, pointPadding } from '../../web/src/core/format.ts';

describe('four significant digits unless more are asked for', () => {
  test.each([
    [-3 / Math.sqrt(5), '−1.342'],
    [1 / Math.sqrt(5), '0.4472'],
    [5, '5'],
    [0.5, '0.5'],
    [131072, '131072'],
    [1024 / 131072, '0.007813'],
    [4.999925e-6, '5 × 10⁻⁶'],
    [-1.5e-10, '−1.5 × 10⁻¹⁰'],
    [1e20, '1 × 10²⁰'],
    [123456.789, '123500'],
    [0, '0'],
    [-0, '0'],
    [1e-4, '0.0001'],
    [Number.NaN, 'not a number'],
    [Number.POSITIVE_INFINITY, 'infinity'],
    [Number.NEGATIVE_INFINITY, 'minus infinity'],
  ])('%d', (value, text) => expect(formatNumber(value)).toBe(text));

  test('all digits are the shortest text that is the same double', () => {
    expect(formatNumber(1 - 0.9, allDigits)).toBe('0.09999999999999998');
    expect(formatNumber(0.1, allDigits)).toBe('0.1');
  });

  test('a list', () => expect(formatList([1, -2.5])).toBe('1, −2.5'));

  test('a value of a formula: lists in brackets, rounding as 0 unless all digits are asked for', () => {
    const value = { values: Float64Array.of(5.5e-17, 2), shown: Float64Array.of(0, 2), is_list: true };
    expect(formatValue(value)).toBe('[0, 2]');
    expect(formatValue(value, allDigits)).toBe('[5.5 × 10⁻¹⁷, 2]');
    expect(formatValue({ ...value, is_list: false })).toBe('0, 2');
  });
});

/** Reads a formatted number back. */
const read = (text: string) => {
  const plain = text.replaceAll('−', '-').replace(' × 10', 'e');
  return Number(
    Array.from(plain)
      .map((sign) =>
        '⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(sign) >= 0 ? '⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(sign) : sign === '⁻' ? '-' : sign,
      )
      .join(''),
  );
};

test('what is shown is within half a unit of the last digit, for any number', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const shown = read(formatNumber(value));
      expect(Math.abs(shown - value)).toBeLessThanOrEqual(Math.abs(value) * 5.001e-4);
      expect(read(formatNumber(value, allDigits))).toBe(value === 0 ? 0 : value);
    }),
  );
});

describe('numbers of a column are padded so that their points stand in one line', () => {
  test.each([
    [
      ['1.342', '−0.4472', '5'],
      ['1', '', '.4'],
    ],
    [
      ['1', '20'],
      ['', ''],
    ],
    [
      ['1.5', '2 × 10⁻⁷'],
      ['', ''],
    ],
    [
      ['1.5', '1, 2'],
      ['', ''],
    ],
    [
      ['0.1234567890', '1'],
      ['', '.6'],
    ],
  ])('%j', (column, padding) => expect(pointPadding(column)).toEqual(padding));
});
