// What the benchmarks share: the shapes, the limits, the goals, and how results are worked out, printed and kept.

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { onceFor } from '../../web/start.mjs';

export const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

/** What the core is compared with, and Lighthouse: packages of their own, which only benchmarks need. */
export function installPeers() {
  const lock = 'tests/bench/package-lock.json';
  const installed = onceFor('tests/bench/node_modules/.installed-from', [lock], () => {
    console.log(`Installing the packages of ${lock} (about 430 MB)…`);
    const commandLine = ['ci', '--prefix', path.join(root, 'tests/bench'), '--ignore-scripts'];
    return spawnSync('npm', [...commandLine, '--no-audit', '--no-fund'], { stdio: 'inherit' }).status === 0;
  });
  if (!installed) {
    throw new Error('npm ci did not succeed; `npm run bench -- --no-peers` measures the core alone');
  }
}

/** @typedef {'f32' | 'f64'} Type */
/** @typedef {{ outer: number, channels: number, inner: number }} Layout as in cpp/batchnorm/layout.h */
/** @typedef {{ best: number, median: number }} Timing seconds that one run of an operation takes */
/** @typedef {{ name: string, operation: string } & Timing} Timed */
/** @typedef {Readonly<Record<string, Timing>>} Timings by operation */

/** @type {readonly Type[]} */
export const types = ['f32', 'f64'];

/** Channels are on axis 1. cpp/bench/native_bench.cpp and pytorch.py have the same list. */
export const shapes = [
  [32, 256],
  [256, 256],
  [4096, 256],
  [64, 64, 28, 28],
  [8, 256, 56, 56],
];
export const nameOf = (/** @type {readonly number[]} */ shape) => `(${shape.join(', ')})`;

/** @param {readonly number[]} shape @returns {Layout} */
export function layoutOf([outer = 1, channels = 1, ...positions]) {
  return { outer, channels, inner: positions.reduce((product, length) => product * length, 1) };
}

/** Passes over memory, timed on the same tensors as the operations they bound. */
export const passes = ['copy_by_loop', 'copy_by_memcpy', 'triad', 'sum', 'sum_two'];
export const operations = ['forward_train', 'inference', 'backward', 'forward_backward'];

/** Goals of the project: at least this fraction of the limit (f32), or this multiple of our time. */
export const goals = {
  matrices: {
    '(32, 256)': { forward_train: 0.22, inference: 0.28, backward: 0.45 },
    '(256, 256)': { forward_train: 0.38, inference: 0.42, backward: 0.6 },
    '(4096, 256)': { forward_train: 0.65, inference: 0.75, backward: 0.7 },
  },
  planes: { forward_train: 0.65, inference: 0.7, backward: 0.85 },
  tfjs: { inference: 10, forward_backward: 50 },
  onnxruntime: { forward_train: 2 },
  onnxruntimeOnTensors: { forward_train: 4 },
  torch: { forward_backward: 1.5 },
};

/** @param {number[]} seconds @returns {Timing} */
export function summary(seconds) {
  const sorted = seconds.toSorted((a, b) => a - b);
  return { best: sorted[0] ?? NaN, median: sorted[Math.floor(sorted.length / 2)] ?? NaN };
}

/** One contender's times. @param {Timed[]} timed @param {string} name @returns {Timings} */
export const timingsOf = (timed, name) =>
  Object.fromEntries(timed.filter((each) => each.name === name).map((each) => [each.operation, each]));

/**
 * The least time an operation can take, made of the passes it cannot do without: training reads x for the statistics
 * and again to write y; its backward pass reads x and dy for two sums and again to write dx.
 * @param {Timings} timings
 * @returns {Timings}
 */
export function limitsOf(timings) {
  const of = (/** @type {string} */ pass) => timings[pass] ?? { best: NaN, median: NaN };
  /** @param {(a: number, b: number) => number} how @param {Timing} a @param {Timing} b */
  const joined = (how, a, b) => ({ best: how(a.best, b.best), median: how(a.median, b.median) });
  const plus = (/** @type {number} */ a, /** @type {number} */ b) => a + b;
  const copy = joined(Math.min, of('copy_by_loop'), of('copy_by_memcpy'));
  return {
    forward_train: joined(plus, of('sum'), copy),
    inference: copy,
    backward: joined(plus, of('sum_two'), of('triad')),
  };
}

/**
 * Somebody's times as a multiple of somebody else's.
 * @typedef {object} Ratio
 * @property {string} shape
 * @property {Type} type
 * @property {string} of what over what
 * @property {string} operation
 * @property {number} best of the best times
 * @property {number} median of the medians
 * @property {number | undefined} goal
 * @property {boolean | undefined} met by the best times
 */

/**
 * For every operation that both were timed at.
 * @param {{ shape: readonly number[], type: Type, of: string, goals?: Record<string, number> }} what
 * @param {Timings} above
 * @param {Timings} below
 * @returns {Ratio[]}
 */
export const ratios = ({ shape, type, of, goals: aims = {} }, above, below) =>
  operations.flatMap((operation) => {
    const [top, bottom, goal] = [above[operation], below[operation], aims[operation]];
    if (!top || !bottom) return [];
    const best = top.best / bottom.best;
    const median = top.median / bottom.median;
    const met = goal === undefined ? undefined : best >= goal;
    return [{ shape: nameOf(shape), type, of, operation, best, median, goal, met }];
  });

/** At least two digits. @param {number} value */
export const short = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(value < 1 ? 2 : 3));

/** @param {string} heading @param {string[]} header @param {string[][]} rows */
export function printTable(heading, header, rows) {
  const width = (/** @type {number} */ column) =>
    Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0));
  console.log(`\n${heading}`);
  for (const row of [header, ...rows]) {
    console.log(`  ${row.map((cell, column) => cell.padEnd(width(column))).join('  ')}`.trimEnd());
  }
}

const judged = (/** @type {Ratio} */ { best, goal, met }) =>
  goal === undefined ? short(best) : `${short(best)} (goal ${goal}: ${met ? 'met' : 'MISSED'})`;

/**
 * A table for each pair: a row for each shape and type, a column for each operation that both have.
 * @param {string} heading
 * @param {Ratio[]} all
 */
export function printRatios(heading, all) {
  if (all.length === 0) return;
  console.log(`\n== ${heading}`);
  const rows = [...new Set(all.map(({ shape, type }) => `${shape}\t${type}`))].map((row) => row.split('\t'));
  for (const pair of new Set(all.map(({ of }) => of))) {
    const ratiosOfPair = all.filter(({ of }) => of === pair);
    const columns = operations.filter((operation) =>
      ratiosOfPair.some((ratio) => ratio.operation === operation),
    );
    const cell = (/** @type {string[]} */ [shape, type], /** @type {string} */ column) => {
      const found = ratiosOfPair.find(
        (ratio) => ratio.shape === shape && ratio.type === type && ratio.operation === column,
      );
      return found ? judged(found) : '—';
    };
    printTable(
      pair,
      ['shape', 'type', ...columns],
      rows.map((row) => [...row, ...columns.map((column) => cell(row, column))]),
    );
  }
}

/**
 * @param {string} name of the file
 * @param {Record<string, string>} programs their versions
 * @param {object} measured
 */
export function writeReport(name, programs, measured) {
  const date = new Date().toISOString();
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism() };
  const versions = { node: process.version, ...programs };
  const file = path.join(root, 'build', 'bench', name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ date, machine, versions, ...measured }, null, 1)}\n`);
  const list = Object.entries(versions).map((entry) => entry.join(' '));
  console.log(`\n${date}, ${machine.cpu}, ${machine.cores} cores, ${list.join(', ')}`);
  console.log(`All that was measured: ${path.relative(root, file)}`);
}
