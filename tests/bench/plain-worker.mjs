// Plain JavaScript has a thread of its own. As soon as the memory of any WebAssembly module has grown, V8 makes sure at
// every access to any typed array of that thread that its buffer is still there, and loops take half as long again.
// Where there is no WebAssembly they do not, so they shall not here.

import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { plain } from './plain.mjs';

/** @typedef {{ operation: string, repeats: number }} Request no repeats ask for the results */

/** @param {import('./contender.mjs').Tensors} tensors @returns {import('./contender.mjs').Entry} */
export function enterPlain(tensors) {
  const worker = new Worker(new URL(import.meta.url), { workerData: tensors });
  /** @param {Request} request */
  const answer = async (request) => {
    const message = once(worker, 'message');
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage(request);
    const [content] = await message;
    return content;
  };
  return {
    contenders: ['forward_train', 'inference', 'backward'].map((operation) => ({
      name: 'plain JS',
      operation,
      run: (repeats) => answer({ operation, repeats }),
      results: () => answer({ operation, repeats: 0 }),
    })),
    release: () => worker.terminate(),
  };
}

if (!isMainThread) {
  const operations = plain(workerData);
  parentPort?.on('message', (/** @type {Request} */ { operation, repeats }) => {
    const start = performance.now();
    for (let repeat = 0; repeat < repeats; ++repeat) operations[operation]?.();
    const seconds = (performance.now() - start) / 1e3;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    parentPort?.postMessage(repeats === 0 ? operations[operation]?.() : seconds);
  });
}
