// Fuzzing: the operator and the boundary, each against what must hold whatever comes in.
//
//   npm run fuzz                              both, a bounded number of inputs, always the same ones; npm run test:long tries more
//   npm run fuzz -- operator                  one of them until it finds something or Ctrl+C, with what earlier runs learnt
//   npm run fuzz -- boundary -max_total_time=600 -jobs=2          libFuzzer's options go after the name
//   npm run fuzz -- operator build/fuzz/crash-…                   one input again

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, ensure, neededToFuzz } from '../../cpp/toolchain.mjs';

const folder = path.join(
  path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url)))),
  'build/fuzz',
);

/** The targets, and how many inputs each gets in a bounded run: always the same ones. */
const inputs =
  process.env.LONG_TESTS === undefined
    ? { operator: 5_000, boundary: 40_000 }
    : { operator: 200_000, boundary: 1_600_000 };

export const targets = /** @type {(keyof typeof inputs)[]} */ (Object.keys(inputs));

const binary = (/** @type {string} */ target) => path.join(folder, `${target}_fuzz`);
/** What a target finds is kept in build/fuzz/crash-…. */
const always = [
  `-artifact_prefix=${folder}/`,
  `-dict=${fileURLToPath(new URL('answers.dict', import.meta.url))}`,
  '-timeout=60',
  '-print_funcs=0',
];

/**
 * The bounded run of a target, with the same inputs every time. True if nothing was found; then its count is all that
 * is shown.
 * @param {keyof typeof inputs} target
 */
export async function fuzzBounded(target) {
  const options = ['-seed=1', `-runs=${inputs[target]}`];
  const child = spawn(binary(target), [...always, ...options], { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const [status] = await once(child, 'close');
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
  const passed =
    target === undefined
      ? await Promise.all(chosen.map(fuzzBounded))
      : chosen.map((each) => {
          const given = isInput ? options : [...options, corpus];
          return spawnSync(binary(each), [...always, ...given], { stdio: 'inherit' }).status === 0;
        });
  process.exitCode = passed.every(Boolean) ? 0 : 1;
}
