// The figure of variances in floating point, without a browser: against arithmetic done here, in single precision and exactly.

import { describe, expect, test } from 'vitest';
import { floatingPoint } from '../../../web/src/figures/floating-point/floating-point.tsx';
import { printBeside } from '../../../web/src/figures/floating-point/right-digits.ts';
import { offsets } from '../../../web/src/figures/floating-point/model.ts';
import { column, htmlOf, viewOf } from './view.ts';

const single = Math.fround;
const sum = (terms: readonly number[]) => terms.reduce((total, each) => single(total + each), 0);
const values = [0.5, 0.6, 1.3, 1.5, 1.8, 2.4];

/** Each operation rounded to single precision, from left to right. */
function onePassInSingle(x: readonly number[]): number {
  const mean = single(sum(x) / x.length);
  const squares = single(sum(x.map((each) => single(each * each))) / x.length);
  return single(squares - single(mean * mean));
}

function twoPassInSingle(x: readonly number[]): number {
  const mean = single(sum(x) / x.length);
  const d = x.map((each) => single(each - mean));
  return single(sum(d.map((each) => single(each * each))) / x.length);
}

/** Doubles are whole multiples of 2^-60 here, so that whole numbers give their variance exactly. */
function exactVariance(x: readonly number[]): number {
  const whole = x.map((each) => BigInt(each * 2 ** 60));
  const m = BigInt(x.length);
  const total = whole.reduce((left, right) => left + right, 0n);
  const squares = whole.reduce((left, right) => left + right * right, 0n);
  return Number(((m * squares - total * total) << 100n) / (m * m)) / 2 ** 220;
}

const curve = (view: ReturnType<typeof viewOf>, head: string) =>
  column(view, 'Right digits', head).map(Number);

describe('at each offset in single precision', () => {
  const near = offsets.filter((offset) => offset <= 1e7);
  test.each(near)('%d: the variances are those of single precision, the exact one is exact', (offset) => {
    const view = viewOf(floatingPoint, { offset });
    const stored = values.map((value) => single(value + offset));
    const [onePass, twoPass, , core, exact] = column(view, 'The variance', 'variance').map(Number);
    expect(onePass).toBe(onePassInSingle(stored));
    expect(twoPass).toBe(twoPassInSingle(stored));
    const truth = exactVariance(stored);
    expect(Math.abs(Number(exact) / truth - 1)).toBeLessThan(2 ** -52);
    expect(Math.abs(Number(core) / truth - 1)).toBeLessThan(2 ** -50);
  });
});

test('one-pass loses about two digits a decade, storing about one; corrected two-pass keeps its own', () => {
  for (const [precision, from, to, held] of [
    ['single', 1e1, 1e4, 7],
    ['double', 1e1, 1e8, 15.5],
  ] as const) {
    const view = viewOf(floatingPoint, { precision });
    const [first, end] = [offsets.indexOf(from), offsets.indexOf(to)];
    const onePass = curve(view, 'one-pass').slice(first, end);
    for (let k = 1; k < onePass.length; ++k) expect(onePass[k]).toBeLessThan((onePass[k - 1] ?? 0) - 1);
    const lost = ((onePass[0] ?? 0) - (onePass.at(-1) ?? 0)) / (onePass.length - 1);
    expect(lost).toBeGreaterThan(1.7);
    expect(lost).toBeLessThan(2.3);
    const differs = offsets.filter((offset) => precision === 'double' || offset <= 1e7).length;
    for (const digits of curve(view, 'corrected two-pass').slice(0, differs))
      expect(digits).toBeGreaterThan(held);
    const kept = curve(view, 'x as stored').slice(end, end + 4);
    expect(((kept[0] ?? 0) - (kept[3] ?? 0)) / 3).toBeCloseTo(1, 0);
  }
});

test('two passes without correction fall too, later', () => {
  const view = viewOf(floatingPoint);
  const twoPass = curve(view, 'two-pass');
  expect(twoPass[offsets.indexOf(1e3)]).toBeGreaterThan(7);
  expect(twoPass[offsets.indexOf(1e6)]).toBeLessThan(5);
});

test('what is left by storing is how far the variance has moved', () => {
  const kept = curve(viewOf(floatingPoint), 'x as stored');
  const [alone, stored] = [values, values.map((value) => single(value + 1e6))].map(exactVariance);
  expect(kept[offsets.indexOf(1e6)]).toBeCloseTo(
    Math.log10(Number(alone) / Math.abs(Number(stored) - Number(alone))),
    6,
  );
});

test('a negative variance is said to have no root, and what clipping it does to x_hat', () => {
  const stored = values.map((value) => single(value + 1e4));
  expect(onePassInSingle(stored)).toBe(-8);
  const { sentence } = viewOf(floatingPoint, { offset: 1e4 });
  expect(sentence).toContain('One-pass gives −8, which has no root');
  expect(sentence).toContain('spread of 208.8 ');
  expect(Math.sqrt(exactVariance(stored) / 1e-5)).toBeCloseTo(208.8, 1);
  expect(viewOf(floatingPoint, { offset: 1e2 }).sentence).not.toContain('root');
});

test('values that are stored as one number have nothing left', () => {
  const view = viewOf(floatingPoint, { offset: 1e9 });
  expect(view.sentence).toContain('every x is stored as the same number');
  expect(column(view, 'The variance', 'variance')[4]).toBe(0);
  // The lines end before.
  const points = /class="line one_pass" points="([^"]*)"/.exec(htmlOf(view.drawing))?.[1]?.split(' ');
  expect(points?.length).toBe(
    offsets.filter((offset) => offset >= 1 && single(0.5 + offset) !== single(2.4 + offset)).length,
  );
});

test('equal values, whatever the offset, are drawn without a line', () => {
  const view = viewOf(floatingPoint, { values: [1, 1, 1, 1], offset: 0 });
  expect(view.sentence).toContain('the same number');
  expect(htmlOf(view.drawing)).not.toMatch(/NaN|Infinity/);
});

test('nothing that is drawn or printed is without a number, at any offset, width and precision', () => {
  for (const precision of ['single', 'double'])
    for (const offset of offsets)
      for (const [width, list] of [
        [300, values],
        [950, [2, 4, 6, 8]],
        [720, [-10, 10, -10, 10, 9.9]],
      ] as const) {
        const view = viewOf(floatingPoint, { precision, offset, values: list }, width);
        expect(htmlOf(view.drawing) + htmlOf(view.formulas) + view.sentence).not.toMatch(
          /NaN|Infinity|undefined/,
        );
      }
});

describe('digits', () => {
  const marked = (value: number, truth: number, digits: number) => {
    const { sign, right, wrong, power } = printBeside(value, truth, digits);
    return `${sign}[${right}]${wrong}${power}`;
  };
  test.each([
    [0.602116823, 0.602116764, 9, '[0.602116]823'],
    [0.602116764, 0.602116764, 9, '[0.602116764]'],
    [5, 5, 9, '[5.00000000]'],
    [6, 5, 9, '[]6.00000000'],
    [-5, 5, 9, '−[]5.00000000'],
    [12.5, 12.75, 5, '[12.]500'],
    [0, 0.5, 9, '[]0.00000000'],
    [0, 0, 9, '[0.00000000]'],
    // the same digits of another size
    [0.05, 0.5, 3, '[]0.0500'],
    [0.0312, 0.0315, 3, '[0.031]2'],
    [1073741824, 0.5, 9, '[]1.07374182 × 10⁹'],
    [1.25e-9, 1.27e-9, 3, '[1.2]5 × 10⁻⁹'],
  ])('%d beside %d in %d digits: %s', (value, truth, digits, expected) => {
    expect(marked(value, truth, digits)).toBe(expected);
  });

  test('right ones are those of the number below, wherever the figure prints one', () => {
    for (const offset of offsets) {
      const html = htmlOf(viewOf(floatingPoint, { offset }).formulas);
      const printed = [...html.matchAll(/<data class="digits"[^>]*>(.*?)<\/data>/g)].map(
        ([, inner = '']) => ({
          right: /<span class="right">([^<]*)/.exec(inner)?.[1] ?? '',
          whole: inner.replace(/<[^>]*>/g, ''),
        }),
      );
      expect(printed.length).toBe(6);
      const [alone, stored, ...methods] = printed;
      expect(alone?.whole.startsWith(stored?.right ?? '?')).toBe(true);
      for (const { right, whole } of methods) {
        expect(stored?.whole.startsWith(right)).toBe(true);
        // and the next digit is another
        const next = right.length + 1;
        if (right !== '' && next <= whole.length)
          expect(whole.slice(0, next)).not.toBe(stored?.whole.slice(0, next));
      }
    }
  });
});
