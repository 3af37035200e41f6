// The lines of C++ that the computation graph shows are those of the sources.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cppLines, lineOf } from '../../web/render/cpp-lines.ts';

/** What each quantity's lines must speak of, together. */
const speaksOf: Record<string, RegExp[]> = {
  batch_mean: [/batch_mean = x.*sum\(\) \/ m/, /mean_d = sum_d \/ now/],
  batch_var: [/batch_var = .*square\(\).*\/ m/, /d \* d/, /var = .*m2 \/ m/],
  x_hat: [
    /x_hat = \(x.* - forward\.batch_mean\).*\/ .*sqrt/,
    /1 \/ passes::square_root\(sum\)/,
    /d = .*x \+ k.* - mean/,
  ],
  y: [/y = .*x_hat.*gamma.*beta/, /store\(y \+ k, d \* scale/],
  L: [/loss = .*dy \* .*y\)\.sum\(\)/],
  dbeta: [/dbeta = dy\.colwise\(\)\.sum/, /of_dy, of_dy \* d/],
  dgamma: [/dgamma = \(dy \* forward\.x_hat\)/, /of_dy \* d/, /dgamma = sum_dy_d \* invstd/],
  dx_hat: [/dx_hat = dy.*\* gamma/],
  dvar: [/trace\.dvar = -0\.5 .*dgamma/],
  dmean: [/trace\.dmean = -invstd .*dbeta/],
  dx: [/scale \* \(.*dy \+ k.* - mean_dy - d \* slope\)/, /const Batch dx = .*dx_hat.*dvar.*dmean \/ m/],
};

describe('the lines of C++', () => {
  const lines = cppLines();

  test('there are some for everything that is computed, and none for what is given', () => {
    expect(Object.keys(lines)).toEqual(Object.keys(speaksOf));
  });

  test.each(Object.entries(lines))('those of %s stand in their file at their number', (quantity, found) => {
    for (const { file, line, text } of found) {
      expect(readFileSync(file, 'utf8').split('\n')[line - 1]?.trim()).toBe(text);
      expect(text).not.toBe('');
    }
    const texts = found.map(({ text }) => text);
    for (const pattern of speaksOf[quantity] ?? [])
      expect(
        texts.some((text) => pattern.test(text)),
        `${pattern} in ${texts.join(' | ')}`,
      ).toBe(true);
  });

  test('the backward sums are those of the pass in training mode', () => {
    const source = readFileSync('cpp/batchnorm/backward.cpp', 'utf8').split('\n');
    const { line = 0 } = lines.dgamma?.at(-1) ?? {};
    const head = source.slice(0, line).findLast((each) => each.startsWith('GradientSums '));
    expect(head).toContain('gradient_sums_any');
  });

  test('a text that is not there, or twice, stops the build with file and text', () => {
    expect(() => lineOf(['trace.cpp', 'trace.dsigma = '])).toThrow(
      /^cpp\/batchnorm\/trace\.cpp: “trace\.dsigma = ” stands there 0 times/,
    );
    expect(() => lineOf(['trace.cpp', 'require_same_shape("dy"'])).toThrow(/ 2 times, expected once/);
  });
});
