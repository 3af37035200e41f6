// Installing what is missing, on a machine made of small stand-ins for apt-get and sudo.

import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const nobody = 65534;
let bin: string;

beforeEach(() => {
  bin = mkdtempSync(path.join(tmpdir(), 'stand-ins-'));
  chmodSync(bin, 0o777);
});
afterEach(() => rmSync(bin, { recursive: true }));

function standIn(name: string, script: string): void {
  writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(path.join(bin, name), 0o755);
}

/** Writes down how it was called; "installs" emscripten by putting emcc on the path. */
const aptGet = (works: boolean) => `
echo "$@" >> "${bin}/calls"
case "$*" in
  *--assume-no*) echo "Need to get 109 MB of archives."; echo "After this operation, 805 MB will be used."; exit 1 ;;
  *) ${works ? `echo > "${bin}/emcc"; exit 0` : 'exit 100'} ;;
esac`;

/** Asks for emscripten where only the stand-ins are on the path. */
function ensureEmscripten(asUser?: number) {
  // A copy, because another user may not be allowed to read this folder.
  const copy = path.join(bin, 'toolchain.mjs');
  copyFileSync('cpp/toolchain.mjs', copy);
  chmodSync(copy, 0o644);
  const toolchain = pathToFileURL(copy).href;
  const script = `import(${JSON.stringify(toolchain)}).then((tools) => tools.ensure(['emscripten']))`;
  const root = process.getuid?.() === 0;
  return spawnSync(process.execPath, ['-e', script], {
    cwd: bin,
    encoding: 'utf8',
    env: { PATH: bin },
    ...(root && asUser !== undefined ? { uid: asUser } : {}),
  });
}
const calls = () => readFileSync(path.join(bin, 'calls'), 'utf8').trim().split('\n');

describe('what is missing', () => {
  test('is installed by apt-get, after saying what and how large', () => {
    standIn('apt-get', aptGet(true));
    standIn('sudo', '"$@"');
    const { status, stdout } = ensureEmscripten();
    expect(status).toBe(0);
    expect(stdout).toMatch(/Installing emscripten .*109 MB.*805 MB/);
    expect(calls().at(-1)).toBe('install -y -q --no-install-recommends emscripten');
  });

  test('is installed through sudo by who is not root', () => {
    standIn('apt-get', aptGet(true));
    // It is asked to run env with settings and apt-get; env itself is not among the stand-ins.
    standIn('sudo', `echo sudo >> "${bin}/calls"; shift; /usr/bin/env "$@"`);
    const { status } = ensureEmscripten(nobody);
    expect(status).toBe(0);
    expect(calls()).toContain('sudo');
  });

  test('is named in one sentence where there is neither root nor sudo', () => {
    standIn('apt-get', aptGet(true));
    const { status, stderr } = ensureEmscripten(nobody);
    expect(status).toBe(1);
    expect(stderr.trim()).toBe('Missing: emscripten. Install it as root: apt-get install emscripten');
  });

  test('is named in one sentence where there is no apt-get', () => {
    const { status, stderr } = ensureEmscripten();
    expect(status).toBe(1);
    expect(stderr.trim()).toBe('Missing: emscripten. Please install it and run the same command again.');
  });

  test('is named when the installation fails', () => {
    standIn('apt-get', aptGet(false));
    standIn('sudo', '"$@"');
    const { status, stderr } = ensureEmscripten();
    expect(status).toBe(1);
    expect(stderr).toContain('Missing: emscripten.');
  });

  test('is nothing when all is there', () => {
    standIn('emcc', 'exit 0');
    const { status, stdout, stderr } = ensureEmscripten();
    expect([status, stdout, stderr]).toEqual([0, '', '']);
  });
});
