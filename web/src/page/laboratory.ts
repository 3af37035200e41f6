// Fetches the laboratory's module when networks are to be trained.

import wasmUrl from '../../../build/wasm/laboratory.wasm?url';
import { type Laboratory, loadLaboratory } from '../core/laboratory.ts';
import { wasmFile } from './wasm-file.ts';

export const fetchLaboratory = async (): Promise<Laboratory> => loadLaboratory(await wasmFile(wasmUrl));
