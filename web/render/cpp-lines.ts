// The lines of the C++ sources that compute each quantity, as they stand there today: first those of the plain
// reference, which are the paper's, then those that run.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { QuantityName, SourceLine, Sources } from '../src/figures/computation-graph/model.ts';

type Found = readonly [file: string, text: string];

const folder = 'cpp/batchnorm';

/** Each text stands exactly once in its file, on the line that is shown. */
const places: Partial<Record<QuantityName, readonly Found[]>> = {
  batch_mean: [
    ['plain.cpp', 'forward.batch_mean = '],
    ['moments.cpp', 'const V mean_d = sum_d / now;'],
  ],
  batch_var: [
    ['plain.cpp', 'forward.batch_var = '],
    ['moments.cpp', 'return Terms<V>{d, d * d};'],
    ['forward.cpp', 'Channels var = moments.m2 /'],
  ],
  x_hat: [
    ['plain.cpp', 'forward.x_hat = '],
    ['forward.cpp', 'store(roots + c, 1 / passes::square_root(sum));'],
    ['forward.cpp', 'const V d = load<V>(x + k) - mean;'],
  ],
  y: [
    ['plain.cpp', 'forward.y = '],
    ['forward.cpp', 'store(y + k, d * scale +'],
  ],
  L: [['gradient_check.cpp', 'const auto loss =']],
  dbeta: [
    ['plain.cpp', 'const Channels dbeta = '],
    ['backward.cpp', 'return Terms<V>{of_dy, of_dy * d};'],
  ],
  dgamma: [
    ['plain.cpp', 'const Channels dgamma = '],
    ['backward.cpp', 'return Terms<V>{of_dy, of_dy * d};'],
    // The frozen pass forms it from the same sums; this one is the pass in training mode.
    ['backward.cpp', 'const auto dgamma = sum_dy_d * invstd;'],
  ],
  dx_hat: [['plain.cpp', 'const Batch dx_hat = ']],
  dvar: [
    ['plain.cpp', 'const Channels dvar = '],
    ['trace.cpp', 'trace.dvar = '],
  ],
  dmean: [
    ['plain.cpp', 'const Channels dmean = '],
    ['trace.cpp', 'trace.dmean = '],
  ],
  dx: [
    ['plain.cpp', 'const Batch dx = '],
    ['backward.cpp', 'store(dx + k, scale * (load<V>(dy + k) - mean_dy - d * slope));'],
  ],
};

/** The line on which the text starts; an Error where the text does not stand there exactly once. */
export function lineOf([name, text]: Found): SourceLine {
  const file = `${folder}/${name}`;
  const source = readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8');
  const [before = '', ...after] = source.split(text);
  if (after.length !== 1)
    throw new Error(
      `${file}: “${text}” stands there ${after.length} times, expected once: see web/render/cpp-lines.ts`,
    );
  const line = before.split('\n').length;
  return { file, line, text: (source.split('\n')[line - 1] ?? '').trim() };
}

export const cppLines = (): Sources =>
  Object.fromEntries(Object.entries(places).map(([quantity, found]) => [quantity, found.map(lineOf)]));
