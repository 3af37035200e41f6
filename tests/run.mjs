// npm test: installs what tests need, then runs every part, also after one has failed, and counts.
// A part that could not run counts as failed; nothing is skipped.
//
//   npm run test:long     the parts that have more to try, with all of it, the native tests under sanitizers, and fuzzing

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, clangFolder, eigenFolder, ensure, neededToTest } from '../cpp/toolchain.mjs';
import { buildPackage, buildSingleFile, buildSite, installPackages } from '../web/start.mjs';
import { fuzzBounded, targets as fuzzTargets } from './fuzz/run.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const reports = path.join(root, 'build', 'reports');
const bin = (/** @type {string} */ name) => path.join(root, 'node_modules', '.bin', name);
const report = (/** @type {string} */ name) => path.join(reports, name);
const readJson = (/** @type {string} */ name) => JSON.parse(readFileSync(report(name), 'utf8'));

/** The tests themselves ask for the same. */
const long = process.env.LONG_TESTS !== undefined;

/** @typedef {{ passed: number, failed: number }} Count */
/** @typedef {{ name: string, run: () => Count | Promise<Count>, long?: boolean }} Part */

/**
 * Runs a command with its output shown; true if it succeeded.
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 */
const run = (command, args, env = {}) =>
  spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } }).status === 0;

/**
 * Runs a command beside others: its output is shown as a whole when it ends.
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<boolean>} whether it succeeded
 */
const runBeside = (command, args) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', reject);
    child.on('close', (status) => {
      if (output !== '') console.log(`\n-- ${path.basename(command)}\n${output.trimEnd()}`);
      resolve(status === 0);
    });
  });

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

/** The native tests under CTest, as a preset builds them. @param {string} preset @returns {Count} */
function native(preset) {
  if (!build(preset)) return one(false);
  const processes = String(availableParallelism());
  const options = ['--parallel', processes, '--output-junit', report(`${preset}.xml`)];
  const succeeded = run('ctest', ['--preset', preset, ...options]);
  const [suite = ''] = /<testsuite[^>]*>/.exec(readFileSync(report(`${preset}.xml`), 'utf8')) ?? [];
  const number = (/** @type {string} */ name) =>
    Number(new RegExp(`\\s${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = number('failures') + number('disabled') + number('skipped');
  return counted(succeeded, number('tests'), failed);
}

/**
 * Parts of one list run beside each other, lists one after another. No two of a list may use all processors.
 * @type {Part[][]}
 */
const ordinary = [
  [
    {
      name: 'format (prettier)',
      run: async () => one(await runBeside(bin('prettier'), ['--check', '.'])),
    },
    {
      name: 'format (clang-format)',
      run: async () =>
        one(await runBeside('clang-format', ['--dry-run', '--Werror', ...cppFolders.flatMap(cppFiles)])),
    },
    {
      name: 'lint (oxlint, type-aware)',
      run: async () => one(await runBeside(bin('oxlint'), ['--type-aware', 'web', 'tests', 'cpp'])),
    },
    {
      name: 'types (tsc)',
      run: async () => {
        const projects = ['web', 'tests'].map((project) => runBeside(bin('tsc'), ['-p', project]));
        return one((await Promise.all(projects)).every(Boolean));
      },
    },
  ],
  [{ name: 'C++ core, native (CTest)', long: true, run: () => native('native') }],
  [
    {
      // They are built for long runs only, and are to be there when one is asked for.
      name: 'fuzz targets, their types (clang)',
      run: async () => {
        const included = ['cpp', 'build/native/generated', eigenFolder()].map((folder) => `-I${folder}`);
        const clang = path.join(clangFolder() ?? '', 'clang++');
        const options = ['-std=c++17', '-fsyntax-only', ...included];
        return one(await runBeside(clang, [...options, ...cppFiles('tests/fuzz')]));
      },
    },
  ],
  [
    {
      name: 'core as WebAssembly, lesson, structure (Vitest)',
      long: true,
      run: () => {
        if (!build('wasm', ['all', 'bits']) || !buildPackage()) return one(false);
        const outputs = ['--reporter=default', '--reporter=json', `--outputFile=${report('vitest.json')}`];
        const succeeded = run(bin('vitest'), ['run', '--config', 'tests/web/vitest.config.ts', ...outputs]);
        const { numPassedTests, numTotalTests } = readJson('vitest.json');
        return counted(succeeded, numTotalTests, numTotalTests - numPassedTests);
      },
    },
  ],
  [
    {
      name: 'page in Chromium, Firefox and WebKit (Playwright, Puppeteer, WebDriver)',
      run: () => {
        if (!buildSite() || !buildSingleFile()) return one(false);
        const commandLine = [
          'test',
          '--config',
          'tests/browser/playwright.config.ts',
          '--reporter=list,json',
        ];
        const succeeded = run(bin('playwright'), commandLine, {
          PLAYWRIGHT_JSON_OUTPUT_NAME: report('browser.json'),
        });
        const { expected, unexpected, flaky, skipped } = readJson('browser.json').stats;
        const failed = unexpected + flaky + skipped;
        return counted(succeeded, expected + failed, failed);
      },
    },
  ],
];
const lists = long
  ? [
      ...ordinary.map((list) => list.filter((part) => part.long)),
      [{ name: 'C++ core under AddressSanitizer and UBSan (CTest)', run: () => native('native-asan') }],
      [
        {
          name: 'fuzzing, bounded (libFuzzer)',
          run: async () => {
            if (!build('fuzz')) return one(false);
            const passed = (await Promise.all(fuzzTargets.map(fuzzBounded))).filter(Boolean).length;
            return { passed, failed: fuzzTargets.length - passed };
          },
        },
      ],
    ]
  : ordinary;

installPackages();
ensure(neededToTest);
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
if (!existsSync(bin('vitest')))
  throw new Error('node_modules is incomplete: remove it and run npm test again');

/** @param {Part} part */
async function resultOf({ name, run: runPart }) {
  console.log(`\n== ${name}`);
  const start = Date.now();
  let count = one(false);
  try {
    count = await runPart();
  } catch (error) {
    console.error(
      `${name}: this part could not run: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  // A part without a single test has not run.
  if (count.passed + count.failed === 0) count = one(false);
  return { name, ...count, seconds: Math.round((Date.now() - start) / 1000) };
}

/** @type {Awaited<ReturnType<typeof resultOf>>[]} */
const results = [];
for (const list of lists) {
  // oxlint-disable-next-line no-await-in-loop -- lists follow each other
  results.push(...(await Promise.all(list.map(resultOf))));
}

console.log('');
for (const { name, passed, failed, seconds } of results) {
  console.log(
    `${failed === 0 ? 'ok  ' : 'FAIL'}  ${name}: ${passed} passed, ${failed} failed (${seconds} s)`,
  );
}
const total = (/** @type {'passed' | 'failed'} */ key) => results.reduce((sum, each) => sum + each[key], 0);
console.log(`\n${total('passed')} passed, ${total('failed')} failed`);
process.exitCode = total('failed') === 0 ? 0 : 1;
