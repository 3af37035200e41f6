// The fields of a figure's state: values survive writing and reading, and what is not allowed is refused.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  between,
  choice,
  flag,
  initialState,
  list,
  number,
  snapped,
  startingAt,
  stops,
} from '../../web/src/drawing/fields.ts';
import { figures } from '../../web/src/figures/all.ts';

describe('a field reads what it writes', () => {
  test('numbers, to the last bit', () => {
    const field = number(0, -1e300, 1e300, 0.1);
    const values = fc.double({ min: -1e300, max: 1e300, noNaN: true });
    fc.assert(
      fc.property(values, (value) => {
        expect(field.read(field.write(value))).toBe(value + 0);
      }),
    );
  });
  test('lists', () => {
    const field = list([1, 2], { least: -10, most: 10, step: 0.1 }, [1, 8]);
    const values = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(values, (each) => {
        expect(field.read(field.write(each))).toEqual(each.map((v) => v + 0));
      }),
    );
  });
  test.each(figures.map((figure) => [figure.kind, figure] as const))('%s: its initial state', (_, figure) => {
    for (const [name, field] of Object.entries(figure.fields)) {
      const text = (field.write as (value: unknown) => string)(field.initial);
      expect(field.read(text), name).toEqual(field.initial);
    }
  });
});

test.each([
  [
    number(1, 0, 5, 1),
    ['', '2.5', ' 1', '0x1', '1e', 'NaN', 'Infinity', '-1', '5.1', '1,2', '１', '1;alert(1)'],
  ],
  [stops(0, [0, 1, 10]), ['2', '', '1.0.0']],
  [list([1, 2], { least: 0, most: 5, step: 1 }), ['1', '1,2,3', '1,,2', '1,6', '[1,2]', '']],
  [choice('a', 'a', 'b'), ['c', '', 'A', 'constructor', '__proto__']],
  [flag(true), ['true', '', '2']],
])('a field takes nothing else', (field, texts) => {
  for (const text of texts) expect(field.read(text), `“${text}”`).toBeUndefined();
});

test('a step snaps to the grid and stays inside', () => {
  const bounds = { least: -1, most: 1, step: 0.1 };
  expect(snapped(0.30000000000000004, bounds)).toBe(0.3);
  expect(snapped(7, bounds)).toBe(1);
  expect(snapped(-7, bounds)).toBe(-1);
});

test('on the way from a state to another numbers lie between, snapped; all else is as it will be', () => {
  const bounds = { least: -10, most: 10, step: 0.1 };
  const fields = {
    number: number(0, 0, 10, 1),
    list: list([1, 2], bounds, [1, 3]),
    longer: list([1, 2], bounds, [1, 3]),
    stops: stops(1, [0, 1, 10]),
    choice: choice('a', 'a', 'b'),
    flag: flag(true),
  };
  const from = initialState(fields);
  const to = {
    number: 5,
    list: [2, -1],
    longer: [1, 2, 3],
    stops: 10,
    choice: 'b' as const,
    flag: false,
  };
  expect(between(fields, from, to, 0.5)).toEqual({ ...to, number: 3, list: [1.5, 0.5] });
  expect(between(fields, from, to, 0.31)).toEqual({ ...to, number: 2, list: [1.3, 1.1] });
  expect(between(fields, from, to, 0)).toEqual({ ...to, number: 0, list: [1, 2] });
});

test('fields start at what a block says, and are allowed what they were before', () => {
  const fields = { size: number(2, 0, 10, 1), mode: choice('a', 'a', 'b') };
  const started = startingAt(fields, { size: '7' });
  expect(initialState(started)).toEqual({ size: 7, mode: 'a' });
  expect(started.size.read('11')).toBeUndefined();
  // A page of an older version may say what is not allowed any more.
  expect(initialState(startingAt(fields, { size: '11', toString: '3' }))).toEqual({ size: 2, mode: 'a' });
});
