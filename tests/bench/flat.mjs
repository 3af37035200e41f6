// Whether an element takes the same time whatever the size of the tensor: from 1e3 to 1e8 elements, f32.

import { layoutOf, limitsOf, nameOf, passes, printTable, short, timingsOf } from './common.mjs';
import { timeAll } from './contender.mjs';

const operations = ['forward_train', 'inference', 'backward'];

/** At most this ratio of the slowest time per element to the fastest. */
const goal = 3;

/** Shapes of about 1e3, 1e4, ... 1e8 elements. */
const series = {
  '(m, 256)': [4, 39, 391, 3906, 39_062, 390_625].map((m) => [m, 256]),
  '(N, C, 28, 28)': [
    [1, 1],
    [2, 6],
    [8, 16],
    [20, 64],
    [200, 64],
    [1993, 64],
  ].map((counts) => [...counts, 28, 28]),
};

/** @typedef {Awaited<ReturnType<typeof import('./ours.mjs').startOurs>>} Ours */
/** @typedef {Record<string, number>} ByOperation */
/** @typedef {{ shape: string, elements: number, ours: ByOperation, limit: ByOperation }} Row nanoseconds an element takes */
/** @typedef {{ ours: ByOperation, limit: ByOperation, met: Record<string, boolean> }} Spread the slowest time over the fastest */
/** @typedef {{ name: string, rows: Row[], spread: Spread }} Series */

/**
 * Fills the tensors of a shape or, where they do not fit into the memory, of its longest half, quarter, ... that does.
 * @param {Ours} ours
 * @param {readonly number[]} shape
 */
function prepareLongest(ours, [outer = 1, ...rest]) {
  let count = outer;
  while (!ours.prepare([count, ...rest], 'f32')) count = Math.floor(count / 2);
  if (count < outer) console.log(`of ${nameOf([outer, ...rest])}, ${count} examples fit into the memory`);
  return [count, ...rest];
}

/**
 * @param {Ours} ours
 * @param {readonly number[]} wanted
 * @param {number} rounds
 * @returns {Promise<Row>}
 */
async function timePerElement(ours, wanted, rounds) {
  const shape = prepareLongest(ours, wanted);
  const { outer, channels, inner } = layoutOf(shape);
  const elements = outer * channels * inner;
  const contenders = ours.kernel.filter(({ operation }) => [...operations, ...passes].includes(operation));
  const timings = timingsOf(await timeAll(contenders, rounds), 'our kernel');
  const perElement = (/** @type {import('./common.mjs').Timings} */ of) =>
    Object.fromEntries(
      operations.map((operation) => [operation, ((of[operation]?.best ?? NaN) / elements) * 1e9]),
    );
  return { shape: nameOf(shape), elements, ours: perElement(timings), limit: perElement(limitsOf(timings)) };
}

/** @param {Row[]} rows @returns {Spread} */
function spreadOf(rows) {
  const ratio = (/** @type {'ours' | 'limit'} */ of, /** @type {string} */ operation) => {
    const times = rows.map((row) => row[of][operation] ?? NaN);
    return Math.max(...times) / Math.min(...times);
  };
  const of = (/** @type {'ours' | 'limit'} */ which) =>
    Object.fromEntries(operations.map((operation) => [operation, ratio(which, operation)]));
  return {
    ours: of('ours'),
    limit: of('limit'),
    met: Object.fromEntries(operations.map((operation) => [operation, ratio('ours', operation) <= goal])),
  };
}

/** @param {Ours} ours @param {number} rounds @returns {Promise<Series[]>} */
export async function timeFlat(ours, rounds) {
  const all = [];
  for (const [name, shapes] of Object.entries(series)) {
    /** @type {Row[]} */
    const rows = [];
    for (const shape of shapes) {
      console.log(`timing ${nameOf(shape)} f32 per element`);
      rows.push(await timePerElement(ours, shape, rounds));
    }
    all.push({ name, rows, spread: spreadOf(rows) });
  }
  return all;
}

/** @param {Series[]} all */
export function printFlat(all) {
  console.log('\n== Nanoseconds an element takes, f32 (in brackets: the limit)');
  for (const { name, rows, spread } of all) {
    const both = (
      /** @type {{ ours: ByOperation, limit: ByOperation }} */ { ours, limit },
      /** @type {string} */ operation,
    ) => `${short(ours[operation] ?? NaN)} (${short(limit[operation] ?? NaN)})`;
    const cells = rows.map((row) => [
      row.shape,
      row.elements.toExponential(1),
      ...operations.map((operation) => both(row, operation)),
    ]);
    const verdicts = operations.map(
      (operation) =>
        `${both(spread, operation)}, goal at most ${goal}: ${spread.met[operation] ? 'met' : 'MISSED'}`,
    );
    printTable(
      name,
      ['shape', 'elements', ...operations],
      [...cells, ['slowest / fastest', '', ...verdicts]],
    );
  }
}
