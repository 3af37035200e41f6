// npm run bench: how near the core comes to the speed of memory in WebAssembly, and how it compares with loops in
// JavaScript, TensorFlow.js and onnxruntime-web. One process, one thread; all take turns.
//
//   node tests/bench/run.mjs [--rounds 15] [--only TEXT] [--no-peers]
//
// --only keeps the shapes whose name contains TEXT, such as 4096; `flat` is the time per element at all
// sizes, `small` that of a call with four numbers.

import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { build } from '../../cpp/toolchain.mjs';
import { buildPackage, prepare } from '../../web/start.mjs';
import {
  goals,
  installPeers,
  limitsOf,
  nameOf,
  printRatios,
  printTable,
  ratios,
  shapes,
  short,
  timingsOf,
  types,
  writeReport,
} from './common.mjs';
import { disagreements, timeAll } from './contender.mjs';
import { printFlat, timeFlat } from './flat.mjs';
import { startOnnxruntime } from './onnxruntime.mjs';
import { startOurs } from './ours.mjs';
import { enterPlain } from './plain-worker.mjs';
import { startTfjs } from './tfjs.mjs';

/** @typedef {import('./common.mjs').Ratio} Ratio */
/** @typedef {import('./common.mjs').Type} Type */
/** @typedef {import('./contender.mjs').Contender} Contender */

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    only: { type: 'string', default: '' },
    'no-peers': { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
if (!(rounds >= 1)) throw new RangeError(`--rounds: expected a number >= 1, got ${options.rounds}`);
const isWanted = (/** @type {string} */ name) => name.includes(options.only);

prepare();
if (!build('wasm', ['bench']))
  throw new Error('the benchmark could not be built; the messages above say why');
if (!buildPackage()) throw new Error('the package could not be built; the messages above say why');
const ours = await startOurs();
if (!options['no-peers']) installPeers();
const peers = options['no-peers'] ? [] : [await startTfjs(), await startOnnxruntime()];

/** @type {string[]} */
const refused = [];

/** Those that compute what our kernel computes. @param {Contender[]} contenders @param {string} shape @param {Type} type */
async function agreeing(contenders, shape, type) {
  const expected = new Map();
  for (const { operation, results } of ours.kernel) expected.set(operation, results());
  const agree = [];
  for (const contender of contenders) {
    const { name, operation, results } = contender;
    const found = disagreements(expected.get(operation), await results(), type);
    if (found.length === 0) agree.push(contender);
    else refused.push(`${name} is not timed at ${operation} of ${shape} ${type}: ${found.join(', ')}`);
  }
  return agree;
}

/** @param {readonly number[]} shape @param {Type} type */
async function timeShape(shape, type) {
  if (!ours.prepare(shape, type)) throw new Error(`${nameOf(shape)} ${type} does not fit into the memory`);
  const tensors = ours.tensors(shape, type);
  const entries = [ours.enter(tensors), enterPlain(tensors)];
  // The peers have no doubles.
  for (const peer of type === 'f32' ? peers : []) entries.push(await peer.enter(tensors));
  const others = entries.flatMap(({ contenders }) => contenders);
  const exact = type === 'f32' ? ours.exactKernel : [];
  const timed = await timeAll(
    [...ours.kernel, ...exact, ...(await agreeing(others, nameOf(shape), type))],
    rounds,
  );
  for (const { release } of entries) await release();
  return timed.map((timing) => ({ shape: nameOf(shape), type, ...timing }));
}

async function timeSmall() {
  const { contenders, release } = ours.small();
  const timed = await timeAll(contenders, rounds);
  release();
  return timed;
}

/** @type {Awaited<ReturnType<typeof timeShape>>} */
const timings = [];
/** @type {Ratio[]} */
const fractions = [];
/** @type {Ratio[]} */
const multiples = [];
for (const type of types) {
  for (const shape of shapes.filter((each) => isWanted(nameOf(each)))) {
    console.log(`timing ${nameOf(shape)} ${type}`);
    const timed = await timeShape(shape, type);
    timings.push(...timed);
    const kernel = timingsOf(timed, 'our kernel');
    const aims = Object.entries(goals.matrices).find(([name]) => name === nameOf(shape))?.[1] ?? goals.planes;
    const what = { shape, type, of: 'limit / our kernel', goals: type === 'f32' ? aims : {} };
    fractions.push(...ratios(what, limitsOf(kernel), kernel));
    /** @param {string} above @param {string} below @param {Record<string, number>} [atLeast] */
    const compare = (above, below, atLeast = {}) => {
      const pair = { shape, type, of: `${above} / ${below}`, goals: atLeast };
      multiples.push(...ratios(pair, timingsOf(timed, above), timingsOf(timed, below)));
    };
    compare('our kernel, exact', 'our kernel');
    compare('our API', 'our kernel');
    compare('plain JS', 'our kernel');
    compare('plain JS', 'our API');
    compare('tfjs', 'our kernel', goals.tfjs);
    compare('tfjs, elementary', 'our kernel');
    compare('our API into an array', 'our kernel');
    compare('our API on tensors', 'our kernel');
    compare('onnxruntime-web', 'our API');
    compare('onnxruntime-web', 'our API into an array', goals.onnxruntime);
    compare('onnxruntime-web', 'our API on tensors', goals.onnxruntimeOnTensors);
    compare('onnxruntime-web', 'our kernel');
  }
}
const small = isWanted('small') ? await timeSmall() : [];
const flat = isWanted('flat') ? await timeFlat(ours, rounds) : [];

printRatios('How much of the limit our kernel reaches: 1 is as fast as passing over memory', fractions);
printRatios(
  'How many times as long the first takes as the second (— where it has no f64 or no such operation)',
  multiples,
);
if (flat.length > 0) printFlat(flat);
if (small.length > 0) {
  printTable(
    'Microseconds a call with four numbers takes (goal: 1.5 beside the bare boundary)',
    ['', 'best', 'median'],
    small.map(({ operation, best, median }) => [operation, short(best * 1e6), short(median * 1e6)]),
  );
}
for (const sentence of refused) console.error(`\n${sentence}`);
const [emscripten = ''] =
  /\d+\.\d+\.\d+/.exec(execFileSync('emcc', ['--version'], { encoding: 'utf8' })) ?? [];
const versions = Object.fromEntries(peers.map(({ name, version }) => [name, version]));
writeReport(
  'wasm.json',
  { emscripten, ...versions },
  { rounds, fractions, multiples, flat, small, refused, timings },
);
if (refused.length > 0) process.exitCode = 1;
