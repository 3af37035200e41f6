// Fetches the laboratory's module when networks are to be trained.

import wasmUrl from '../../../build/wasm/laboratory.wasm?url';
import { type Laboratory, loadLaboratory } from '../core/laboratory.ts';

export async function fetchLaboratory(): Promise<Laboratory> {
  const response = await fetch(wasmUrl);
  if (!response.ok) throw new Error(`the server answered ${response.status} for ${response.url}`);
  return loadLaboratory(await response.arrayBuffer());
}
