// Finds what the C++ side needs, installs what is missing, and builds a CMake preset. Plain Node: it runs before
// any package is installed.
//
//   node cpp/toolchain.mjs wasm      what `npm start` needs: emscripten, Eigen, cmake, ninja; then builds the preset
//   node cpp/toolchain.mjs native    the native build with its tests (adds a compiler and GoogleTest)

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const onPath = (/** @type {string} */ command) =>
  (process.env.PATH ?? '')
    .split(path.delimiter)
    .some((folder) => folder !== '' && existsSync(path.join(folder, command)));

const pathInPrefix = (/** @type {string} */ file) =>
  ['/usr', '/usr/local', '/opt/homebrew', '/opt/local']
    .map((prefix) => path.join(prefix, file))
    .find((found) => existsSync(found));
const inAnyPrefix = (/** @type {string} */ file) => pathInPrefix(file) !== undefined;

export const eigenFolder = () => pathInPrefix('include/eigen3');

/** Chromium without a window, which starts and draws faster, before Chrome. */
export const chromiumPath = () =>
  [
    process.env.CHROMIUM,
    '/usr/bin/chromium-headless-shell',
    '/usr/bin/google-chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ].find((file) => file && existsSync(file));

export const firefoxPath = () =>
  [
    process.env.FIREFOX,
    '/usr/bin/firefox-esr',
    '/usr/bin/firefox',
    '/Applications/Firefox.app/Contents/MacOS/firefox',
  ].find((file) => file && existsSync(file));

export const webkitDriverPath = () =>
  [process.env.WEBKIT_DRIVER, '/usr/bin/WebKitWebDriver'].find((file) => file && existsSync(file));

/** A display that nobody sees: WebKitGTK needs one. */
export const displayPath = () => [process.env.XVFB, '/usr/bin/Xvfb'].find((file) => file && existsSync(file));

/** WebKitGTK is there where GTK is; Safari itself cannot be driven without asking the user of the machine first. */
export const hasWebKit = process.platform === 'linux';

/** The first Python that has NumPy: one that comes before the system's on the path need not. */
export const pythonPath = () =>
  [process.env.PYTHON, 'python3', '/usr/bin/python3'].find(
    (command) => command && spawnSync(command, ['-c', 'import numpy']).status === 0,
  );

/** The folder of the first clang that has libFuzzer: Apple's has not. */
export const clangFolder = () =>
  [...(process.env.PATH ?? '').split(path.delimiter), '/opt/homebrew/opt/llvm/bin', '/usr/local/opt/llvm/bin']
    .filter((folder) => folder !== '' && existsSync(path.join(folder, 'clang++')))
    .find((folder) => {
      const asked = spawnSync(path.join(folder, 'clang++'), ['-print-resource-dir'], { encoding: 'utf8' });
      const libraries = path.join(asked.status === 0 ? asked.stdout.trim() : '', 'lib');
      return (
        existsSync(libraries) &&
        readdirSync(libraries, { recursive: true, encoding: 'utf8' }).some((file) =>
          path.basename(file).startsWith('libclang_rt.fuzzer'),
        )
      );
    });

/**
 * Each tool: how to see that it is there, and its package in apt and in brew.
 * @type {Record<string, { present: () => boolean, apt: string, brew: string }>}
 */
const tools = {
  emscripten: { present: () => onPath('emcc'), apt: 'emscripten', brew: 'emscripten' },
  eigen: { present: () => inAnyPrefix('include/eigen3/Eigen/Core'), apt: 'libeigen3-dev', brew: 'eigen' },
  cmake: { present: () => onPath('cmake'), apt: 'cmake', brew: 'cmake' },
  ninja: { present: () => onPath('ninja'), apt: 'ninja-build', brew: 'ninja' },
  'C++ compiler': { present: () => onPath('c++'), apt: 'g++', brew: 'llvm' },
  googletest: {
    present: () => inAnyPrefix('include/gtest/gtest.h'),
    apt: 'libgtest-dev',
    brew: 'googletest',
  },
  googlebenchmark: {
    present: () => inAnyPrefix('include/benchmark/benchmark.h'),
    apt: 'libbenchmark-dev',
    brew: 'google-benchmark',
  },
  'JSON for C++': {
    present: () => inAnyPrefix('include/nlohmann/json.hpp'),
    apt: 'nlohmann-json3-dev',
    brew: 'nlohmann-json',
  },
  clang: { present: () => onPath('clang++'), apt: 'clang', brew: 'llvm' },
  libFuzzer: { present: () => clangFolder() !== undefined, apt: 'libclang-rt-dev', brew: 'llvm' },
  NumPy: { present: () => pythonPath() !== undefined, apt: 'python3-numpy', brew: 'numpy' },
  'clang-format': { present: () => onPath('clang-format'), apt: 'clang-format', brew: 'clang-format' },
  chromium: {
    present: () => chromiumPath() !== undefined,
    apt: 'chromium-headless-shell',
    brew: 'google-chrome',
  },
  firefox: { present: () => firefoxPath() !== undefined, apt: 'firefox-esr', brew: 'firefox' },
  webkit: { present: () => webkitDriverPath() !== undefined, apt: 'webkit2gtk-driver', brew: '' },
  'a display': { present: () => displayPath() !== undefined, apt: 'xvfb', brew: '' },
};

export const neededToStart = ['emscripten', 'eigen', 'cmake', 'ninja'];
export const neededToFuzz = ['eigen', 'cmake', 'ninja', 'clang', 'libFuzzer'];
export const neededToTest = [
  ...neededToStart,
  ...neededToFuzz,
  'C++ compiler',
  'googletest',
  'JSON for C++',
  'clang-format',
  'NumPy',
  'chromium',
  'firefox',
  ...(hasWebKit ? ['webkit', 'a display'] : []),
];

/**
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 */
const run = (command, args, options = {}) =>
  spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });

/** @param {string} sentence @returns {never} */
function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** @param {string[]} packages */
function installWithApt(packages) {
  const settings = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  // sudo resets the environment, so the settings go through env.
  const assignments = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', 'env', ...assignments];
  if (asRoot.length > 0 && !onPath('sudo')) {
    fail(`Missing: ${packages.join(', ')}. Install it as root: apt-get install ${packages.join(' ')}`);
  }
  /** @param {string[]} args @param {import('node:child_process').SpawnSyncOptions} options */
  const apt = (args, options) => {
    const [command = '', ...rest] = [...asRoot, 'apt-get', ...args];
    return run(command, rest, options);
  };
  const env = { ...process.env, ...settings };
  const plan = () =>
    apt(['install', '--no-install-recommends', '--assume-no', ...packages], {
      env,
      stdio: ['inherit', 'pipe', 'pipe'],
      encoding: 'utf8',
    });
  const sizesOf = (/** @type {unknown} */ text) =>
    String(text).match(/^(Need to get|After this operation).*$/gm);
  let sizes = sizesOf(plan().stdout);
  if (!sizes) {
    console.log('Reading the package lists (apt-get update)…');
    apt(['update', '-q'], { env });
    const again = plan();
    sizes = sizesOf(again.stdout) ?? [String(again.stderr).trim()];
  }
  console.log(`Installing ${packages.join(', ')} with apt-get. ${sizes.join(' ')}`);
  const install = () =>
    apt(['install', '-y', '-q', '--no-install-recommends', ...packages], { env }).status === 0;
  // Old package lists name files that are gone.
  return install() || (apt(['update', '-q'], { env }).status === 0 && install());
}

/**
 * Installs those of `names` (keys of `tools`) that are missing, or ends the process with one sentence.
 * @param {string[]} names
 */
export function ensure(names) {
  const missing = names.filter((name) => !tools[name]?.present());
  if (missing.length === 0) return;
  console.log(`Missing here: ${missing.join(', ')}.`);
  let installed = false;
  if (onPath('apt-get')) {
    installed = installWithApt(missing.map((name) => tools[name]?.apt ?? name));
  } else if (process.platform === 'darwin' && onPath('brew')) {
    const packages = missing.map((name) => tools[name]?.brew ?? name);
    console.log(`Installing ${packages.join(', ')} with brew (emscripten alone is about 1 GB).`);
    installed = run('brew', ['install', ...packages]).status === 0;
  }
  const still = missing.filter((name) => !tools[name]?.present());
  if (!installed || still.length > 0) {
    const list = (still.length > 0 ? still : missing).join(', ');
    fail(`Missing: ${list}. Please install it and run the same command again.`);
  }
}

/** Where emscripten keeps its CMake files; the `wasm` preset reads it from the environment. */
function emscriptenRoot() {
  const asked = spawnSync('em-config', ['EMSCRIPTEN_ROOT'], { encoding: 'utf8' });
  const answer = asked.status === 0 ? asked.stdout.trim() : '';
  const places = [process.env.EMSCRIPTEN_ROOT, answer, '/usr/share/emscripten'];
  const found = places.find(
    (place) => place && existsSync(path.join(place, 'cmake/Modules/Platform/Emscripten.cmake')),
  );
  return found ?? fail('emscripten is installed, but its folder was not found: set EMSCRIPTEN_ROOT to it.');
}

/**
 * Configures the preset and builds it; ninja does only what is left to do. Returns whether it succeeded.
 * @param {string} preset
 * @param {string[]} targets all that are built by default where none is named
 */
export function build(preset, targets = []) {
  const env = { ...process.env };
  if (preset === 'wasm') env.EMSCRIPTEN_ROOT = emscriptenRoot();
  if (preset === 'fuzz') env.PATH = `${clangFolder()}${path.delimiter}${env.PATH}`;
  // Who builds the library alone needs no GoogleTest: the preset does not ask for the tests.
  const configure = ['--preset', preset, ...(preset === 'native' ? ['-DBATCHNORM_TESTS=ON'] : [])];
  // Configuring again is quick and follows changed presets; what is left of another version's tools needs --fresh.
  const configured = run('cmake', configure, { env, stdio: 'ignore' }).status === 0;
  if (!configured && run('cmake', ['--fresh', ...configure], { env }).status !== 0) return false;
  const chosen = targets.length > 0 ? ['--target', ...targets] : [];
  return run('cmake', ['--build', '--preset', preset, ...chosen], { env }).status === 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const preset = process.argv[2] ?? 'wasm';
  ensure(preset === 'wasm' ? neededToStart : preset === 'fuzz' ? neededToFuzz : neededToTest);
  process.exit(build(preset) ? 0 : 1);
}
