// npm run bench:lab: how many steps of training a second our networks take in WebAssembly, and how that compares with
// typed arrays in plain JavaScript and with TensorFlow.js. One thread; all take turns.
//
//   node tests/bench/lab.mjs [--rounds 15] [--no-peers]

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { started } from '../../web/src/core/wasm.mjs';
import { prepare } from '../../web/start.mjs';
import { installPeers, printTable, root, short, summary, writeReport } from './common.mjs';
import { timeAll } from './contender.mjs';
import { enterPlain } from './lab-plain.mjs';
import { startTfjs } from './lab-tfjs.mjs';

/**
 * What every contender trains: a network, and batches that come round again.
 * @typedef {object} Task
 * @property {number} batch
 * @property {number} inputs
 * @property {number} classes
 * @property {number[]} sizes inputs, the width of each hidden layer, classes
 * @property {boolean} normalizes
 * @property {number} rate
 * @property {number} eps
 * @property {number} keep weight of the old running statistics
 * @property {Float64Array[]} weights (inputs, outputs) of each layer, at the beginning
 * @property {{ x: Float64Array, labels: Int32Array }[]} batches
 */
/**
 * Somebody who trains it.
 * @typedef {object} Trainer
 * @property {string} name
 * @property {() => unknown} release
 * @property {(steps: number, readsLosses: boolean) => Advance | Promise<Advance>} advance
 */
/** @typedef {{ losses: Float64Array, seconds?: number }} Advance seconds where the trainer has a clock of its own */

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, 'no-peers': { type: 'boolean', default: false } },
});
const rounds = Number(options.rounds);
if (!(rounds >= 1)) throw new RangeError(`--rounds: expected a number >= 1, got ${options.rounds}`);

/** Goals of the project, in times as many steps as each takes. @type {Record<string, number>} */
const goals = { 'plain JS': 2.5, tfjs: 50 };
const networks = [
  { name: '2-16-16-2, batch norm', layers: 2, width: 16, batch: 32, rate: 0.05, normalizes: true, goals },
  { name: 'race, without', layers: 10, width: 24, batch: 64, rate: 0.1, normalizes: false, goals: {} },
  { name: 'race, batch norm', layers: 10, width: 24, batch: 64, rate: 0.1, normalizes: true, goals: {} },
];

/** Of each step's loss: doubles in another order, or floats. @type {Record<string, { steps: number, tolerance: number }>} */
const agreement = {
  'plain JS': { steps: 20, tolerance: 1e-9 },
  tfjs: { steps: 5, tolerance: 1e-4 },
};
/** The batches come round again after so many; no fewer than are compared. */
const batchCount = 32;

/** As cpp/lab/random. @param {bigint} seed */
function randomOf(seed) {
  const wrapped = (/** @type {bigint} */ value) => BigInt.asUintN(64, value);
  const golden = 0x9e3779b97f4a7c15n;
  const mix = (/** @type {bigint} */ given) => {
    let z = given;
    z = wrapped((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = wrapped((z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return z ^ (z >> 31n);
  };
  let state = mix(wrapped(seed + golden));
  const uniform = () => {
    state = wrapped(state + golden);
    return Number(mix(state) >> 11n) * 2 ** -53;
  };
  const normal = () => {
    while (true) {
      const [u, v] = [2 * uniform() - 1, 2 * uniform() - 1];
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
    }
  };
  return { uniform, normal };
}

/** As initial_network of cpp/lab/network, for ReLUs. @param {number[]} sizes @param {bigint} seed */
function initialWeights(sizes, seed) {
  const { normal } = randomOf(seed);
  return sizes.slice(1).map((outputs, k) => {
    const inputs = sizes[k] ?? NaN;
    const std = Math.sqrt((k + 2 === sizes.length ? 1 : 2) / inputs);
    return Float64Array.from({ length: inputs * outputs }, () => std * normal());
  });
}

/** As batch_rows of cpp/lab/data_set. @param {number} examples @param {number} size @param {number} step @param {bigint} seed */
function batchRows(examples, size, step, seed) {
  const count = Math.floor(examples / size);
  const epoch = Math.floor(step / count);
  const { uniform } = randomOf(seed ^ BigInt.asUintN(64, 0x5851f42d4c957f2dn * BigInt(epoch + 1)));
  const order = Array.from({ length: examples }, (_, k) => k);
  for (let k = examples - 1; k > 0; --k) {
    const other = Math.floor(uniform() * (k + 1));
    [order[k], order[other]] = [order[other] ?? NaN, order[k] ?? NaN];
  }
  const first = (step % count) * size;
  return order.slice(first, first + size);
}

/** The module that the page's worker fetches. */
async function startOurs() {
  const built = path.join(root, 'build', 'wasm');
  const { default: createModule } = await import(pathToFileURL(path.join(built, 'laboratory.mjs')).href);
  const bytes = readFileSync(path.join(built, 'laboratory.wasm'));
  const laboratory = await started(createModule, bytes, 'the laboratory');
  const call = (/** @type {string} */ name, /** @type {object} */ input) => {
    const outcome = laboratory.ask(name, input);
    if (!outcome.ok) throw new RangeError(outcome.message);
    return /** @type {any} */ (outcome.value);
  };
  /** @param {typeof networks[0]} network @param {number} seed */
  return ({ layers, width, batch, rate, normalizes }, seed) => {
    const normalization = normalizes ? 'batch' : 'none';
    const settings = { seed, layers, width, batch, rate, normalization, activation: 'relu', gain: 1 };
    const run = call('begin_run', settings);
    /** @type {Trainer} */
    const trainer = {
      name: 'ours',
      release: () => call('end_run', { run }),
      advance: (steps) => ({ losses: call('advance', { run, steps }) }),
    };
    /** @type {{ x: Float64Array, labels: Int32Array }} */
    const data = call('data_of', { run });
    return { trainer, data };
  };
}

/** The task that our run has, for others. @param {typeof networks[0]} network @param {{ x: Float64Array, labels: Int32Array }} data @param {number} seed @returns {Task} */
function taskOf({ layers, width, batch, rate, normalizes }, { x, labels }, seed) {
  const sizes = [2, ...Array.from({ length: layers }, () => width), 2];
  const batches = Array.from({ length: batchCount }, (_, step) => {
    const rows = batchRows(labels.length, batch, step, BigInt(seed));
    return {
      x: Float64Array.from(rows.flatMap((row) => [...x.subarray(2 * row, 2 * row + 2)])),
      labels: Int32Array.from(rows, (row) => labels[row] ?? NaN),
    };
  });
  // The weights' stream is that of the seed's complement.
  const weights = initialWeights(sizes, BigInt.asUintN(64, ~BigInt(seed)));
  return { batch, inputs: 2, classes: 2, sizes, normalizes, rate, eps: 1e-5, keep: 0.9, weights, batches };
}

/** Throws where a trainer's losses are not ours. @param {Trainer} trainer @param {Float64Array} ours */
async function requireAgreement({ name, advance }, ours) {
  const { steps, tolerance } = agreement[name] ?? { steps: ours.length, tolerance: 0 };
  const { losses } = await advance(steps, true);
  const off = losses.map((loss, k) => Math.abs(loss - (ours[k] ?? NaN)) / Math.abs(ours[k] ?? NaN));
  const worst = off.reduce((a, b) => Math.max(a, b), 0);
  console.log(`  ${name} follows our losses over ${steps} steps within ${worst.toExponential(1)}`);
  if (!(worst <= tolerance)) throw new Error(`${name} does not compute what we compute`);
}

prepare();
if (!options['no-peers']) installPeers();
const enterOurs = await startOurs();
const tfjs = options['no-peers'] ? undefined : await startTfjs();

/** @type {{ network: string, name: string, stepsPerSecond: number, ratio: number, goal: number | undefined }[]} */
const results = [];
const seed = 1;
for (const network of networks) {
  console.log(network.name);
  const { trainer: ours, data } = enterOurs(network, seed);
  const task = taskOf(network, data, seed);
  const others = [enterPlain(task), ...(tfjs ? [tfjs.enter(task)] : [])];
  const { losses } = await ours.advance(batchCount, true);
  for (const other of others) await requireAgreement(other, losses);

  const contenders = [ours, ...others].map(({ name, advance }) => ({
    name,
    operation: 'steps',
    run: async (/** @type {number} */ steps) => (await advance(steps, false)).seconds,
    results: () => ({}),
  }));
  const timed = await timeAll(contenders, rounds);
  for (const { name, median, seconds } of timed) {
    // Round by round, so that what else the machine did then counts for both.
    const ratios = seconds.map((each, round) => each / (timed[0]?.seconds[round] ?? NaN));
    const [ratio, goal] = [summary(ratios).median, network.goals[name]];
    results.push({ network: network.name, name, stepsPerSecond: 1 / median, ratio, goal });
  }
  for (const { release } of [ours, ...others]) await release();
}

printTable(
  'Steps of training a second (medians), and how many times as many ours are (median of the rounds)',
  ['network', 'contender', 'steps/s', 'ours / theirs', 'goal'],
  results.map(({ network, name, stepsPerSecond, ratio, goal }) => [
    network,
    name,
    stepsPerSecond.toFixed(0),
    short(ratio),
    goal === undefined ? '' : `${goal}: ${ratio >= goal ? 'PASS' : 'MISSED'}`,
  ]),
);
writeReport('lab.json', tfjs ? { [tfjs.name]: tfjs.version } : {}, { rounds, results });
