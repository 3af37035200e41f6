// The core in Node: the build computes the lesson's numbers with the same wasm file that the page will run.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Core, loadCore } from '../src/core/core.ts';

export const wasmFile = fileURLToPath(new URL('../../build/wasm/core.wasm', import.meta.url));

export async function loadBuiltCore(): Promise<Core> {
  return loadCore(await readFile(wasmFile));
}
