// The core in other people's projects: installed or included with CMake, and packed by npm. Both are tried as their users
// would.

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium } from '@playwright/test';
import { createServer } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath } from '../../cpp/toolchain.mjs';
import { serveSite } from '../../web/serve.mjs';
import { onceFor } from '../../web/start.mjs';

const folder = path.resolve('build/consumers');
const consumer = path.resolve('tests/consumer');

const run = (command: string, args: string[], cwd = folder) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const fresh = (name: string) => {
  const place = path.join(folder, name);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  return place;
};

/** A README's code block that contains a line. */
const blockWith = (line: string) => {
  const blocks = readFileSync('README.md', 'utf8').matchAll(/```\w+\n([\s\S]*?)```/g);
  return [...blocks].map(([, text]) => text).find((text) => text?.includes(line));
};

describe('CMake', () => {
  // By hand: the means are those of (2, 4, 6, 8) and (1, 1, 3, 3), gamma = 2, and the first x_hat is -3 / sqrt(5);
  // dx_1 = 2 / sqrt(5) (1 - 1/4 - (9/5) / 4).
  const shown = 'mean 5 2, variance 5 1\ny -2.6833 -0.8944, dx 0.2683, dbeta 1 1\nrunning mean 0.5 0.2\n';
  const prefix = path.join(folder, 'prefix');
  // What tests need and the library does not is not to be looked for.
  const withoutTestPackages = ['GTest', 'nlohmann_json', 'benchmark'].map(
    (name) => `-DCMAKE_DISABLE_FIND_PACKAGE_${name}=ON`,
  );

  beforeAll(() => {
    fresh('prefix');
    const library = fresh('library');
    const root = process.cwd();
    // The lines of the README, but for the folder, which is not to be the one that the tests are built in.
    run('cmake', ['--preset', 'native', '-B', library, ...withoutTestPackages], root);
    run('cmake', ['--build', library, '--target', 'batchnorm']);
    run('cmake', ['--install', library, '--prefix', prefix]);
  });

  const configure = (source: string, built: string, ...options: string[]) =>
    spawnSync('cmake', ['-G', 'Ninja', '-S', source, '-B', built, ...options], { encoding: 'utf8' });

  test('a project finds the installed library, builds against it and gets the right numbers', () => {
    const built = fresh('cmake');
    run('cmake', ['-G', 'Ninja', '-S', consumer, '-B', built, `-DCMAKE_PREFIX_PATH=${prefix}`]);
    run('cmake', ['--build', built]);
    expect(run(path.join(built, 'consumer'), [])).toBe(shown);
    expect(readdirSync(path.join(prefix, 'include', 'batchnorm'))).not.toContain('internal');
  });

  // The library is compiled again for one of them: what tells them apart is how targets are found.
  test.each([
    ['add_subdirectory', `add_subdirectory(${process.cwd()} batchnorm)`],
    [
      'add_subdirectory, where Eigen was found before',
      `find_package(Eigen3 REQUIRED NO_MODULE)\nadd_subdirectory(${process.cwd()} batchnorm)`,
    ],
    [
      'FetchContent',
      `include(FetchContent)
FetchContent_Declare(batchnorm SOURCE_DIR ${process.cwd()})
FetchContent_MakeAvailable(batchnorm)`,
    ],
  ])('a project takes the sources along by %s', (name, line) => {
    const place = fresh(name.replaceAll(/\W+/g, '-'));
    const built = path.join(place, 'built');
    cpSync(path.join(consumer, 'main.cpp'), path.join(place, 'main.cpp'));
    const lines = readFileSync(path.join(consumer, 'CMakeLists.txt'), 'utf8');
    writeFileSync(path.join(place, 'CMakeLists.txt'), lines.replace(/find_package\(batchnorm.*\)/, line));
    expect(configure(place, built, ...withoutTestPackages)).toMatchObject({ status: 0 });
    // Nothing of the lesson is built, and nothing of the library goes where the project is installed.
    expect(run('cmake', ['--build', built, '--target', 'help'])).not.toMatch(/answers|programs/);
    run('cmake', ['--install', built, '--prefix', path.join(place, 'prefix')]);
    expect(readdirSync(place)).not.toContain('prefix');
    if (name !== 'FetchContent') return;
    run('cmake', ['--build', built]);
    expect(run(path.join(built, 'consumer'), [])).toBe(shown);
  });

  test.each(['-ffast-math', '-Ofast', '-ffinite-math-only'])('%s is refused by the headers', (flag) => {
    const built = fresh('fast-math');
    const options = [`-DCMAKE_PREFIX_PATH=${prefix}`, `-DCMAKE_CXX_FLAGS=${flag}`];
    expect(configure(consumer, built, ...options)).toMatchObject({ status: 0 });
    const { status, stdout } = spawnSync('cmake', ['--build', built], { encoding: 'utf8' });
    expect(status).not.toBe(0);
    expect(stdout).toMatch(/#error .*batchnorm cannot be used with -ffast-math/s);
  });

  test('the README shows that project', () => {
    expect(blockWith('find_package(batchnorm')).toBe(
      readFileSync(path.join(consumer, 'CMakeLists.txt'), 'utf8'),
    );
    expect(blockWith('#include <batchnorm/backward.h>')).toBe(
      readFileSync(path.join(consumer, 'main.cpp'), 'utf8'),
    );
  });
});

describe('npm', () => {
  const project = path.join(folder, 'npm');
  const installed = path.join(project, 'node_modules', 'batchnorm-lesson');
  let packed: { filename: string; files: { path: string }[] };

  beforeAll(() => {
    fresh('npm');
    const report = run(
      'npm',
      ['pack', '--json', '--ignore-scripts', '--pack-destination', project],
      process.cwd(),
    );
    [packed] = JSON.parse(report) as [typeof packed];
    mkdirSync(installed, { recursive: true });
    run('tar', ['-xzf', path.join(project, packed.filename), '-C', installed, '--strip-components=1']);
    for (const name of ['example.mjs', 'example.ts', 'page.mjs']) {
      cpSync(path.join(consumer, name), path.join(project, name));
    }
    writeFileSync(path.join(project, 'package.json'), '{ "type": "module" }');
  });

  test('the package holds the core and nothing else', () => {
    expect(packed.files.map((file) => file.path).toSorted()).toEqual(
      [
        'LICENSE',
        'README.md',
        'build/package/core.d.ts',
        'build/package/core.js',
        'build/src/core/core.d.ts',
        'build/src/core/message.d.mts',
        'package.json',
      ].toSorted(),
    );
  });

  test('the core is one module that names no other file', () => {
    const code = readFileSync(path.join(installed, 'build/package/core.js'), 'utf8');
    expect(code).not.toMatch(/^import |import\(|import\.meta|\brequire\(/m);
  });

  test('the example runs', () => {
    const output = run(process.execPath, ['example.mjs'], project);
    expect(output).toMatch(/batch_mean: Float64Array\(2\) \[ 5, 2 \]/);
    // 2 * -3 / sqrt(5) = -2.68328..., but for eps; and 0.9 * 0 + (1 - 0.9) * 5, as 1 - 0.9 is rounded.
    expect(output).toMatch(/y: Float32Array\(8\) \[\s*-2\.6832/);
    expect(output).toMatch(/running_mean: Float64Array\(2\) \[ 0\.4999999999999999,/);
  });

  test('the README shows that example', () => {
    expect(blockWith("from 'batchnorm-lesson/core'")).toBe(
      readFileSync(path.join(consumer, 'example.mjs'), 'utf8'),
    );
  });

  test.each(['bundler', 'nodenext'])('its types are found by moduleResolution %s', (resolution) => {
    const module = resolution === 'bundler' ? 'esnext' : 'nodenext';
    const options = ['--noEmit', '--strict', '--target', 'es2022', '--skipLibCheck', 'false'];
    const compiler = path.resolve('node_modules/typescript/bin/tsc');
    const args = [...options, '--module', module, '--moduleResolution', resolution, '--types', ''];
    expect(run(process.execPath, [compiler, ...args, '--lib', 'es2022,dom', 'example.ts'], project)).toBe('');
  });

  describe('in a page', () => {
    // By hand as above, one channel: gamma = 2, x_hat = (-3, -1, 1, 3) / sqrt(5), mean(dy) = 1/4.
    const line = 'mean 5, variance 5, dx 0.2683 -0.3578 -0.0894 0.1789';
    const bundlers = ['vite', 'webpack', 'esbuild', 'rollup'];
    let browser: Browser;

    beforeAll(async () => {
      const installedBundlers = onceFor(
        'tests/consumer/node_modules/.installed-from',
        ['tests/consumer/package-lock.json'],
        () => spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: consumer }).status === 0,
      );
      expect(installedBundlers, 'npm ci in tests/consumer').toBe(true);
      const executablePath = chromiumPath();
      browser = await chromium.launch({
        ...(executablePath === undefined ? {} : { executablePath }),
        args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-sync'],
      });
    });
    afterAll(async () => browser.close());

    /** What a page shows, and what goes wrong on it. */
    const visit = async (address: string) => {
      const page = await browser.newPage();
      const wrong: string[] = [];
      page.on('pageerror', (error) => wrong.push(error.message));
      page.on('console', (message) => wrong.push(message.text()));
      await page.goto(address);
      await page.waitForFunction(() => document.body.textContent.includes('dx'), undefined, {
        timeout: 60_000,
      });
      const text = await page.textContent('body');
      await page.close();
      return { text, wrong };
    };

    // Nothing from elsewhere, no eval, nothing fetched but scripts.
    const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; img-src data:";
    const pageWith = (script: string, csp = policy) =>
      `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${csp}">` +
      `<link rel="icon" href="data:,"><title>A page</title><body><script type="module" src="${script}"></script>`;

    const served = async (place: string) => {
      const { address, close } = await serveSite({ site: place });
      try {
        return await visit(address);
      } finally {
        await close();
      }
    };

    test.each(bundlers)('bundled by %s, in Node and in a browser', async (bundler) => {
      run(process.execPath, [path.join(consumer, 'bundle.mjs'), bundler, project], consumer);
      const place = path.join(project, bundler);
      expect(readdirSync(place)).toEqual(['page.mjs']);
      expect(run(process.execPath, ['page.mjs'], place)).toBe(`${line}\n`);
      writeFileSync(path.join(place, 'index.html'), pageWith('page.mjs'));
      expect(await served(place)).toEqual({ text: line, wrong: [] });
    });

    test('without a bundler, by its address', async () => {
      const place = path.join(project, 'plain');
      mkdirSync(place, { recursive: true });
      cpSync(path.join(installed, 'build/package/core.js'), path.join(place, 'core.js'));
      const code = readFileSync(path.join(consumer, 'page.mjs'), 'utf8');
      writeFileSync(path.join(place, 'page.mjs'), code.replace('batchnorm-lesson/core', './core.js'));
      writeFileSync(path.join(place, 'index.html'), pageWith('page.mjs'));
      expect(await served(place)).toEqual({ text: line, wrong: [] });
    });

    test('from Vite’s development server', async () => {
      writeFileSync(
        path.join(project, 'index.html'),
        '<!doctype html><body><script type="module" src="page.mjs"></script>',
      );
      const server = await createServer({
        root: project,
        configFile: false,
        logLevel: 'error',
        server: { port: 0 },
      });
      try {
        await server.listen();
        const { text } = await visit(server.resolvedUrls?.local[0] ?? '');
        expect(text).toBe(line);
      } finally {
        await server.close();
      }
    });
  });
});
