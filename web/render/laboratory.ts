// The laboratory as it was built, for the pictures that come with the pages.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadLaboratory } from '../src/core/laboratory.ts';

const wasmFile = fileURLToPath(new URL('../../build/wasm/laboratory.wasm', import.meta.url));
export const laboratory = await loadLaboratory(readFileSync(wasmFile));
