// npm start, npm run dev, npm run build: installs what is missing, builds what is not built yet, then serves.
//
//   node web/start.mjs serve   builds the site where something has changed, serves dist/ and prints its address
//   node web/start.mjs dev     the author's loop: edits of the lesson show at once
//   node web/start.mjs build   leaves the static site in dist/
//   node web/start.mjs build --single-file   the whole lesson as one file, build/single-file/batch-normalization.html
//        --scorm               and packages of it for courses in build/ (scorm.mjs)
//        --site <address>      says in the pages that they will stand there (render/metadata.ts)
//   node web/start.mjs core    the core as a package for other projects, in build/package

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, ensure, neededToStart } from '../cpp/toolchain.mjs';
import { compressSite } from './compress.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const at = (/** @type {string} */ relative) => path.join(root, relative);

/** @param {string} sentence @returns {never} */
function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** A hash of the contents of files and folders. @param {string[]} places */
function fingerprint(places) {
  const hash = createHash('sha256');
  /** @param {string} place */
  const add = (place) => {
    if (statSync(place).isDirectory()) {
      for (const name of readdirSync(place).toSorted()) add(path.join(place, name));
    } else {
      hash.update(path.relative(root, place)).update(readFileSync(place));
    }
  };
  for (const place of places) add(at(place));
  return hash.digest('hex');
}

/**
 * Does the work unless it was done for the same inputs before; true if it is done now.
 * @param {string} stamp where the fingerprint of the inputs is kept
 * @param {string[]} inputs
 * @param {() => boolean} work
 */
export function onceFor(stamp, inputs, work) {
  const print = fingerprint(inputs);
  if (existsSync(at(stamp)) && readFileSync(at(stamp), 'utf8') === print) return true;
  if (!work()) return false;
  mkdirSync(path.dirname(at(stamp)), { recursive: true });
  writeFileSync(at(stamp), print);
  return true;
}

/** Installs the Node packages of the lock file. */
export function installPackages() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(`Node 20.19 or newer is needed; this is ${process.versions.node}.`);
  }
  const installed = onceFor('node_modules/.installed-from', ['package-lock.json'], () => {
    console.log('Installing the Node packages of package-lock.json (about 150 MB)…');
    return (
      spawnSync('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], { cwd: root, stdio: 'inherit' })
        .status === 0
    );
  });
  if (!installed) fail('npm ci did not succeed; its messages above say why.');
}

const siteInputs = [
  'web',
  ...['core', 'laboratory', 'programs'].flatMap((name) => [
    `build/wasm/${name}.wasm`,
    `build/wasm/${name}.mjs`,
  ]),
  'package-lock.json',
];

const viteBuild = (/** @type {string[]} */ ...more) =>
  spawnSync(
    process.execPath,
    [at('node_modules/vite/bin/vite.js'), 'build', '--config', 'web/vite.config.ts', ...more],
    { cwd: root, stdio: 'inherit' },
  ).status === 0;

/** The static site in dist/, true if it could be built. It is built again where the lesson, the page or the core has changed. */
export function buildSite() {
  // The stamp lies in dist/, so that it goes when dist/ goes. A site that names its address is another.
  const address = process.env.LESSON_SITE ?? '';
  const stamp = `dist/.built-from${address && `-${createHash('sha256').update(address).digest('hex')}`}`;
  return onceFor(stamp, siteInputs, () => {
    if (!viteBuild()) return false;
    compressSite(at('dist'));
    return true;
  });
}

/** The whole lesson in build/single-file/batch-normalization.html, true if it could be built. */
export function buildSingleFile() {
  return onceFor('build/single-file/.built-from', siteInputs, () => viteBuild('--mode', 'single-file'));
}

/** The core as one module with its types, in build/package; true if it could be built. */
export function buildPackage() {
  const built = ['build/wasm/core.wasm', 'build/wasm/core.mjs'];
  const inputs = ['web/src', 'web/package', 'web/tsconfig.json', ...built, 'package-lock.json'];
  return onceFor('build/package/.built-from', inputs, () => {
    const runs = (/** @type {string} */ script, /** @type {string[]} */ ...args) =>
      spawnSync(process.execPath, [at(script), ...args], { cwd: root, stdio: 'inherit' }).status === 0;
    const vite = ['build', '--config', 'web/package/vite.config.ts', '--logLevel', 'warn'];
    return (
      runs('node_modules/typescript/bin/tsc', '-p', 'web/package') &&
      runs('node_modules/vite/bin/vite.js', ...vite)
    );
  });
}

/** Everything up to the core as WebAssembly. */
export function prepare() {
  installPackages();
  ensure(neededToStart);
  if (!build('wasm')) fail('The core could not be built; the messages above say why.');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [task = 'serve', ...flags] = process.argv.slice(2);
  if (flags.includes('--site')) process.env.LESSON_SITE = flags[flags.indexOf('--site') + 1] ?? '?';
  prepare();
  if (task === 'core') {
    if (!buildPackage()) fail('The package could not be built; the messages above say why.');
    process.exit();
  }
  if (process.argv.includes('--single-file')) {
    if (!buildSingleFile()) fail('The lesson could not be built; the messages above say why.');
    console.log('The whole lesson: build/single-file/batch-normalization.html');
    process.exit();
  }
  if (task === 'dev') {
    const vite = await import('vite');
    const configFile = at('web/vite.config.ts');
    const server = await (await vite.createServer({ configFile })).listen();
    console.log(`Open ${server.resolvedUrls?.local[0]}  (edits of web/lesson show at once; Ctrl+C ends)`);
  } else {
    if (!buildSite()) fail('The site could not be built; the messages above say why.');
    if (flags.includes('--scorm')) {
      const { packageCourse } = await import('./scorm.mjs');
      for (const { file, bytes } of packageCourse(at('dist'), at('build')))
        console.log(`${path.relative(root, file)}  ${(bytes / 1e6).toFixed(1)} MB`);
    }
    if (task === 'serve') {
      // Like the packages, the server is not there before they are installed. The port is always the same where that
      // is free, because browsers keep what the learner did by address and port.
      const { serveSite } = await import('./serve.mjs');
      const { address } = await serveSite({ port: 4173 });
      console.log(`Open ${address}  (Ctrl+C ends)`);
    }
  }
}
