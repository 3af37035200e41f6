// The core in other people's projects: installed with CMake, and packed by npm. Both are tried as their users would.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';

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
  test('a project finds the installed library, builds against it and gets the right numbers', () => {
    const prefix = fresh('prefix');
    const built = fresh('cmake');
    run('cmake', ['--install', path.resolve('build/native'), '--prefix', prefix]);
    run('cmake', ['-G', 'Ninja', '-S', consumer, '-B', built, `-DCMAKE_PREFIX_PATH=${prefix}`]);
    run('cmake', ['--build', built]);
    // By hand: the means are those of (2, 4, 6, 8) and (1, 1, 3, 3), gamma = 2, and the first x_hat is -3 / sqrt(5);
    // dx_1 = 2 / sqrt(5) (1 - 1/4 - (9/5) / 4).
    expect(run(path.join(built, 'consumer'), [])).toBe(
      'mean 5 2, variance 5 1\ny -2.6833 -0.8944, dx 0.2683, dbeta 1 1\nrunning mean 0.5 0.2\n',
    );
    expect(readdirSync(path.join(prefix, 'include', 'batchnorm'))).not.toContain('internal');
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
    for (const name of ['example.mjs', 'example.ts']) {
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
        'build/src/core.d.ts',
        'build/src/core.js',
        'build/src/wasm.d.ts',
        'build/src/wasm.js',
        'build/wasm/core.mjs',
        'build/wasm/core.wasm',
        'package.json',
        'web/src/core-module.d.ts',
      ].toSorted(),
    );
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
});
