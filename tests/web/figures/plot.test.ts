import { expect, test } from 'vitest';
import { largestOf, only, valueAt } from '../../../web/src/core/values.ts';
import { roundUp, ticksOf } from '../../../web/src/drawing/plot.tsx';

test.each([
  [1, 1],
  [1.01, 2],
  [2, 2],
  [4.9, 5],
  [5.1, 10],
  [0.03, 0.05],
  [300, 500],
  [0, 1],
])('%d is rounded up to %d', (value, round) => expect(roundUp(value)).toBeCloseTo(round, 12));

test('ticks are round numbers between the ends', () => {
  expect(ticksOf({ least: -3, most: 9 }, 4)).toEqual([0, 5]);
  expect(ticksOf({ least: 0, most: 0.3 }, 3)).toEqual([0, 0.1, 0.2, 0.3]);
});

test('what is not there is no 0', () => {
  expect(valueAt([3, 4], 1)).toBe(4);
  expect(() => valueAt([3, 4], 2)).toThrow('no value at 2, there are 2');
  expect(() => only([])).toThrow('no value at 0');
});

test('the farthest from 0 may lie on either side', () => {
  expect(largestOf([1, -7, 3])).toBe(7);
  expect(largestOf(new Float64Array())).toBe(0);
});
