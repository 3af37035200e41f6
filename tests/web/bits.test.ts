// The operator gives the same bits natively and as WebAssembly, in every kernel and both precisions. What tests find out
// about one of the two, identities and reference values of the other among it, therefore holds for both.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const built = (name: string) => fileURLToPath(new URL(`../../build/${name}`, import.meta.url));
const printedBy = (command: string, ...args: string[]) =>
  execFileSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 }).split('\n');

test('the native build and WebAssembly agree bit for bit', () => {
  const native = printedBy(built('native/bits'));
  // Emscripten's loader would fetch its file where there is a fetch.
  const wasm = printedBy(process.execPath, '--no-experimental-fetch', built('wasm/bits.cjs'));
  const problems = native.filter((line) => /^\d+: /.test(line));
  expect(problems).toHaveLength(1000);
  for (const kind of ['float32 fast', 'float32 exact', 'float64'])
    expect(problems.filter((line) => line.includes(kind)).length).toBeGreaterThan(100);

  let problem = '';
  native.forEach((line, k) => {
    if (/^\d+: /.test(line)) problem = line;
    if (line !== wasm[k]) throw new Error(`${problem}: native${line}, as WebAssembly${wasm[k]}`);
  });
  expect(wasm).toHaveLength(native.length);
});
