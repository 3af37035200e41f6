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

/** The targets, and how many inputs each gets in a bounded run: about 15 s of a core. */
const inputs = { operator: 5000, boundary: 50000 };

export const targets = /** @type {(keyof typeof inputs)[]} */ (Object.keys(inputs));

/**
 * Runs a target; true if nothing was found. What was found is kept in build/fuzz/crash-….
 * @param {string} target
 * @param {string[]} options
 */
function fuzz(target, options) {
  const all = [`-artifact_prefix=${folder}/`, '-timeout=60', ...options];
  return spawnSync(path.join(folder, `${target}_fuzz`), all, { stdio: 'inherit' }).status === 0;
}

/** The bounded run of a target: the same inputs every time. @param {keyof typeof inputs} target */
export const fuzzBounded = (target) => fuzz(target, ['-seed=1', `-runs=${inputs[target]}`, '-verbosity=0']);

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
    target === undefined ? !fuzzBounded(each) : !fuzz(each, isInput ? options : [...options, corpus]),
  );
  process.exitCode = found.length === 0 ? 0 : 1;
}
