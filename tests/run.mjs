// npm test: installs what tests need, then runs every part, also after one has failed, and counts.
// A part that could not run counts as failed; nothing is skipped.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, ensure, neededToTest } from '../cpp/toolchain.mjs';
import { buildPackage, buildSite, installPackages } from '../web/start.mjs';
import { fuzzBounded, targets as fuzzTargets } from './fuzz/run.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const reports = path.join(root, 'build', 'reports');
const bin = (/** @type {string} */ name) => path.join(root, 'node_modules', '.bin', name);
const report = (/** @type {string} */ name) => path.join(reports, name);
const readJson = (/** @type {string} */ name) => JSON.parse(readFileSync(report(name), 'utf8'));

/** @typedef {{ passed: number, failed: number }} Count */

/**
 * Runs a command with its output shown; true if it succeeded.
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 */
const run = (command, args, env = {}) =>
  spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } }).status === 0;

/** @param {boolean} passed @returns {Count} */
const one = (passed) => (passed ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });

/**
 * What a runner counted. One that ended badly without a failed test, because a file did not load, failed all the same.
 * @param {boolean} succeeded
 * @param {number} all
 * @param {number} failed
 * @returns {Count}
 */
const counted = (succeeded, all, failed) => ({
  passed: all - failed,
  failed: succeeded || failed > 0 ? failed : 1,
});

/** C++ files below a folder. @param {string} folder @returns {string[]} */
const cppFiles = (folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(h|cpp)$/.test(name))
    .map((name) => path.join(folder, name));

const cppFolders = ['cpp', 'tests/cpp', 'tests/consumer', 'tests/fuzz'];

/** @type {[string, () => Count][]} */
const parts = [
  ['format (prettier)', () => one(run(bin('prettier'), ['--check', '.']))],
  [
    'format (clang-format)',
    () => one(run('clang-format', ['--dry-run', '--Werror', ...cppFolders.flatMap(cppFiles)])),
  ],
  ['lint (oxlint, type-aware)', () => one(run(bin('oxlint'), ['--type-aware', 'web', 'tests', 'cpp']))],
  ['types (tsc)', () => one(['web', 'tests'].every((project) => run(bin('tsc'), ['-p', project])))],
  [
    'C++ core, native (CTest)',
    () => {
      if (!build('native')) return one(false);
      const processes = String(availableParallelism());
      const options = ['--parallel', processes, '--output-junit', report('native.xml')];
      const succeeded = run('ctest', ['--preset', 'native', ...options]);
      const [suite = ''] = /<testsuite[^>]*>/.exec(readFileSync(report('native.xml'), 'utf8')) ?? [];
      const number = (/** @type {string} */ name) =>
        Number(new RegExp(`\\s${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
      const failed = number('failures') + number('disabled') + number('skipped');
      return counted(succeeded, number('tests'), failed);
    },
  ],
  [
    'core as WebAssembly, lesson, structure (Vitest)',
    () => {
      if (!build('wasm') || !buildPackage()) return one(false);
      const outputs = ['--reporter=default', '--reporter=json', `--outputFile=${report('vitest.json')}`];
      const succeeded = run(bin('vitest'), ['run', '--config', 'tests/web/vitest.config.ts', ...outputs]);
      const { numPassedTests, numTotalTests } = readJson('vitest.json');
      return counted(succeeded, numTotalTests, numTotalTests - numPassedTests);
    },
  ],
  [
    'fuzzing, bounded (libFuzzer)',
    () => {
      if (!build('fuzz')) return one(false);
      const failed = fuzzTargets.filter((target) => !fuzzBounded(target)).length;
      return { passed: fuzzTargets.length - failed, failed };
    },
  ],
  [
    'page in Chromium (Playwright)',
    () => {
      if (!buildSite()) return one(false);
      const commandLine = ['test', '--config', 'tests/browser/playwright.config.ts', '--reporter=list,json'];
      const succeeded = run(bin('playwright'), commandLine, {
        PLAYWRIGHT_JSON_OUTPUT_NAME: report('browser.json'),
      });
      const { expected, unexpected, flaky, skipped } = readJson('browser.json').stats;
      const failed = unexpected + flaky + skipped;
      return counted(succeeded, expected + failed, failed);
    },
  ],
];

installPackages();
ensure(neededToTest);
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
if (!existsSync(bin('vitest')))
  throw new Error('node_modules is incomplete: remove it and run npm test again');

const results = parts.map(([name, part]) => {
  console.log(`\n== ${name}`);
  const start = Date.now();
  let count = one(false);
  try {
    count = part();
  } catch (error) {
    console.error(`This part could not run: ${error instanceof Error ? error.message : String(error)}`);
  }
  // A part without a single test has not run.
  if (count.passed + count.failed === 0) count = one(false);
  return { name, ...count, seconds: Math.round((Date.now() - start) / 1000) };
});

console.log('');
for (const { name, passed, failed, seconds } of results) {
  console.log(
    `${failed === 0 ? 'ok  ' : 'FAIL'}  ${name}: ${passed} passed, ${failed} failed (${seconds} s)`,
  );
}
const total = (/** @type {'passed' | 'failed'} */ key) => results.reduce((sum, each) => sum + each[key], 0);
console.log(`\n${total('passed')} passed, ${total('failed')} failed`);
process.exitCode = total('failed') === 0 ? 0 : 1;
