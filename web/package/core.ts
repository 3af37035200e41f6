// The core for other projects: `import { forwardTrain } from 'batchnorm-lesson/core'`, in Node, in browsers and through
// any bundler. The wasm lies inside the module as text: a file beside it would have to be found by fetch in browsers, by
// node:fs in Node and by a setting of its own in each bundler.

import wasm from '../../build/wasm/core.wasm?url&inline';
import { loadCore } from '../src/core/core.ts';

export * from '../src/core/core.ts';

/** The bytes of a data: URL. Not by fetch, which a Content-Security-Policy may forbid. */
function bytesOf(url: string): Uint8Array<ArrayBuffer> {
  const text = atob(url.slice(url.indexOf(',') + 1));
  const bytes = new Uint8Array(text.length);
  for (let k = 0; k < bytes.length; ++k) bytes[k] = text.charCodeAt(k);
  return bytes;
}

const core = await loadCore(bytesOf(wasm));

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
  normalize,
  gradientSums,
  mergeGradientSums,
  backwardShard,
  tensor,
} = core;
