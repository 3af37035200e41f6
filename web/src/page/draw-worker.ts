// Draws variants away from the page's own thread: a draw tries seeds until every mistake shows, which may take a second on
// a phone.

import wasmUrl from '../../../build/wasm/core.wasm?url';
import { type Core, loadCore } from '../core/core.ts';
import { drawGivens } from '../core/items.ts';
import { wasmFile } from './wasm-file.ts';
import type { DrawAnswer, DrawRequest } from './draw.ts';

let core: Promise<Core> | undefined;

const start = async () => loadCore(await wasmFile(wasmUrl));

addEventListener('message', ({ data: { id, problem, seed } }: MessageEvent<DrawRequest>) => {
  core ??= start();
  core
    .then((running): DrawAnswer => ({ id, typed: drawGivens(running, problem, seed) }))
    .catch((error: unknown): DrawAnswer => ({
      id,
      reason: error instanceof Error ? error.message : String(error),
    }))
    .then(
      (answer) => postMessage(answer),
      () => {},
    );
});
