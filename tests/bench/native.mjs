// npm run bench:native: how near the native build comes to the speed of memory and, where /usr/bin/python3 has
// PyTorch, how it compares with that. One thread each; they take turns of a few seconds.
//
//   node tests/bench/native.mjs [--rounds 3]

import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build, ensure } from '../../cpp/toolchain.mjs';
import {
  goals,
  limitsOf,
  nameOf,
  printRatios,
  ratios,
  root,
  shapes,
  summary,
  timingsOf,
  types,
  writeReport,
} from './common.mjs';

/** @typedef {import('./common.mjs').Timing} Timing */

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
const rounds = Number(options.rounds);
if (!(rounds >= 1)) throw new RangeError(`--rounds: expected a number >= 1, got ${options.rounds}`);

/** @param {string} command @param {string[]} args @param {Record<string, string>} [env] */
const run = (command, args, env = {}) =>
  spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, ...env }, maxBuffer: 2 ** 26 });

/** What a program prints, which is JSON. @type {(...commandLine: Parameters<typeof run>) => any} */
function printed(...commandLine) {
  const { status, stdout, stderr } = run(...commandLine);
  if (status !== 0) throw new Error(`${commandLine[0]} failed: ${stderr}`);
  return JSON.parse(stdout);
}

/** One turn: times by type/shape/operation. @returns {Record<string, Timing>} */
function timeOurs() {
  const { benchmarks } = printed(path.join(root, 'build', 'bench', 'native_bench'), [
    '--benchmark_format=json',
    '--benchmark_enable_random_interleaving=true',
    '--benchmark_repetitions=5',
    '--benchmark_min_time=0.01',
  ]);
  /** @type {Record<string, number[]>} */
  const seconds = {};
  for (const { run_name: name, run_type: kind, real_time: nanoseconds } of benchmarks) {
    if (kind === 'iteration') (seconds[name] ??= []).push(nanoseconds / 1e9);
  }
  return Object.fromEntries(Object.entries(seconds).map(([name, times]) => [name, summary(times)]));
}

const python = '/usr/bin/python3';
// PyTorch allocates its results. It is to keep what it has freed: fresh pages take up to half of its time.
const keepMemory = {
  MALLOC_MMAP_THRESHOLD_: String(2 ** 31),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 33),
  MALLOC_TOP_PAD_: String(2 ** 28),
};

/** One turn, as timeOurs. @returns {Record<string, Timing>} */
const timePyTorch = () => printed(python, [path.join(root, 'tests', 'bench', 'pytorch.py')], keepMemory);

ensure(['eigen', 'cmake', 'ninja', 'C++ compiler', 'googlebenchmark']);
if (!build('bench')) throw new Error('the benchmark could not be built; the messages above say why');
const pytorch = run(python, ['-c', 'import torch; print(torch.__version__)']);
const contenders = [{ name: 'ours', turn: timeOurs }];
if (pytorch.status === 0) contenders.push({ name: 'PyTorch', turn: timePyTorch });
else console.log('PyTorch: not installed (Debian: python3-torch)');

/** By contender, then by type/shape/operation, one timing a turn. @type {Map<string, Record<string, Timing[]>>} */
const turns = new Map(contenders.map(({ name }) => [name, {}]));
for (let round = 1; round <= rounds; ++round) {
  for (const { name, turn } of contenders) {
    console.log(`timing ${name}, round ${round} of ${rounds}`);
    const all = turns.get(name) ?? {};
    for (const [key, timing] of Object.entries(turn())) (all[key] ??= []).push(timing);
  }
}

const timings = [...turns].flatMap(([name, all]) =>
  Object.entries(all).map(([key, each]) => {
    const [type = '', shape = '', operation = ''] = key.split('/');
    const best = Math.min(...each.map((timing) => timing.best));
    const { median } = summary(each.map((timing) => timing.median));
    return { shape, type, name, operation, best, median };
  }),
);

const fractions = [];
const multiples = [];
for (const type of types) {
  for (const shape of shapes) {
    const timed = timings.filter((each) => each.shape === nameOf(shape) && each.type === type);
    const [ours, theirs] = [timingsOf(timed, 'ours'), timingsOf(timed, 'PyTorch')];
    fractions.push(...ratios({ shape, type, of: 'limit / ours' }, limitsOf(ours), ours));
    multiples.push(...ratios({ shape, type, of: 'PyTorch / ours', goals: goals.torch }, theirs, ours));
  }
}
printRatios('How much of the limit our native build reaches: 1 is as fast as passing over memory', fractions);
printRatios('How many times as long PyTorch takes', multiples);
const [compiler = ''] = run('c++', ['--version']).stdout.split('\n');
const versions = { compiler, PyTorch: pytorch.status === 0 ? pytorch.stdout.trim() : 'not installed' };
writeReport('native.json', versions, { rounds, fractions, multiples, timings });
