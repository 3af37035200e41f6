// Fetches the laboratory's module when networks are to be trained.

import wasmUrl from '../../../build/wasm/laboratory.wasm?url';
import { type Laboratory, loadLaboratory } from '../core/laboratory.ts';
import { bytesOf } from './bytes.ts';

export const fetchLaboratory = async (): Promise<Laboratory> => loadLaboratory(await bytesOf(wasmUrl));
