// The module of programs as it was built, for the check of the lesson's programs.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadPrograms } from '../src/core/programs.ts';

const wasmFile = fileURLToPath(new URL('../../build/wasm/programs.wasm', import.meta.url));
export const programs = await loadPrograms(readFileSync(wasmFile));
