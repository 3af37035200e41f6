// The core for other projects: `import { forwardTrain } from 'batchnorm-lesson/core'`, in Node and in browsers.

import { loadCore } from '../src/core.ts';

export * from '../src/core.ts';

const file = new URL('../wasm/core.wasm', import.meta.url);

async function readBytes(): Promise<BufferSource> {
  // Node's fetch reads no files, and browsers have no file system.
  if (file.protocol === 'file:') return (await import('node:fs/promises')).readFile(file);
  const response = await fetch(file);
  if (!response.ok) throw new Error(`${file.href}: ${response.status} ${response.statusText}`);
  return response.arrayBuffer();
}

const core = await loadCore(await readBytes());

export const {
  forwardTrain,
  backwardTrain,
  forwardInference,
  backwardFrozen,
  forwardTrace,
  backwardTrace,
  centralDifferenceGradient,
  jacobian,
  updateRunningStatistics,
  torchFromDecay,
  decayFromTorch,
  foldIntoWeight,
  moments,
  mergeMoments,
  statisticsFromMoments,
} = core;
