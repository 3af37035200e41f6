// Fuzzing: the operator and the boundary, each against what must hold whatever comes in.
//
//   npm run fuzz                              what npm test runs: both, a bounded number of inputs, always the same ones
//   npm run fuzz -- operator                  one of them until it finds something or Ctrl+C, with what earlier runs learnt
//   npm run fuzz -- boundary -max_total_time=600 -jobs=2          libFuzzer's options go after the name
//   npm run fuzz -- operator build/fuzz/crash-…                   one input again

import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, ensure, neededToFuzz } from '../../cpp/toolchain.mjs';

const folder = path.join(
  path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url)))),
  'build/fuzz',
);

/** The targets, and how many inputs each gets in a bounded run: some 15 s of a core. */
const inputs = { operator: 10_000, boundary: 80_000 };

export const targets = /** @type {(keyof typeof inputs)[]} */ (Object.keys(inputs));

/**
 * Runs a target. What it finds is kept in build/fuzz/crash-….
 * @param {string} target
 * @param {string[]} options
 * @param {import('node:child_process').StdioOptions} stdio
 */
const fuzz = (target, options, stdio) =>
  spawnSync(
    path.join(folder, `${target}_fuzz`),
    [`-artifact_prefix=${folder}/`, '-timeout=60', '-print_funcs=0', ...options],
    { stdio, encoding: 'utf8', maxBuffer: 2 ** 28 },
  );

/**
 * The bounded run of a target, with the same inputs every time. True if nothing was found; then its count is all that
 * is shown.
 * @param {keyof typeof inputs} target
 */
export function fuzzBounded(target) {
  const { status, stderr } = fuzz(target, ['-seed=1', `-runs=${inputs[target]}`], 'pipe');
  const shown = status === 0 ? new RegExp(`^${target}: .*`, 'm').exec(stderr)?.[0] : stderr;
  console.log(shown ?? stderr);
  return status === 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [target, ...options] = process.argv.slice(2);
  const chosen = targets.filter((each) => target === undefined || each === target);
  if (chosen.length === 0) {
    console.error(`fuzz: expected one of ${targets.join(', ')}, got ${target}`);
    process.exit(1);
  }
  ensure(neededToFuzz);
  if (!build('fuzz')) process.exit(1);
  const isInput = options.some((option) => !option.startsWith('-'));
  const corpus = path.join(folder, `corpus-${target}`);
  if (target !== undefined && !isInput) mkdirSync(corpus, { recursive: true });
  const found = chosen.filter((each) =>
    target === undefined
      ? !fuzzBounded(each)
      : fuzz(each, isInput ? options : [...options, corpus], 'inherit').status !== 0,
  );
  process.exitCode = found.length === 0 ? 0 : 1;
}
