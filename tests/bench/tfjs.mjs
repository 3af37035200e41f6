// TensorFlow.js with its WebAssembly backend: SIMD, one thread (its threads need a browser), f32 only. Its tensors lie
// in the backend's memory, so it is to be compared with our kernel, whose tensors lie in wasm memory too.

import { createRequire } from 'node:module';
import path from 'node:path';

/** @typedef {import('./contender.mjs').Tensors} Tensors */
/** @typedef {import('./contender.mjs').Values} Values */
/** @typedef {any} Tensor The package and its types are there only where the benchmark has been run. */

/**
 * One way to write batch norm.
 * @typedef {object} Way
 * @property {string} name
 * @property {readonly number[]} dims of x
 * @property {number} channelAxis
 * @property {readonly number[]} channelDims of gamma
 * @property {(values: Values) => Values} inward into the order of dims
 * @property {(values: Values) => Values} outward
 * @property {(x: Tensor, mean: Tensor, variance: Tensor, gamma: Tensor, beta: Tensor) => Tensor} normalize
 */

/**
 * (outer, a, b) as (outer, b, a).
 * @param {Values} values
 * @param {number} outer
 * @param {number} a
 * @param {number} b
 */
function exchanged(values, outer, a, b) {
  const moved = values.slice();
  for (let o = 0, from = 0; o < outer; ++o) {
    for (let k = 0; k < a; ++k) {
      for (let l = 0; l < b; ++l, ++from) moved[(o * b + l) * a + k] = values[from] ?? NaN;
    }
  }
  return moved;
}

/** TensorFlow.js with its WebAssembly backend, and the version of that. @returns {Promise<{ tf: any, version: string }>} */
export async function loadTfjs() {
  const load = createRequire(import.meta.url);
  const tf = load('@tensorflow/tfjs-core');
  // For Node, tfjs-core comes without gradients; the layers register them.
  load('@tensorflow/tfjs-layers');
  const wasm = '@tensorflow/tfjs-backend-wasm';
  const { setWasmPaths, version_wasm: version } = load(wasm);
  setWasmPaths(`${path.dirname(load.resolve(wasm))}${path.sep}`);
  if (!(await tf.setBackend('wasm')))
    throw new Error('the WebAssembly backend of TensorFlow.js does not start');
  return { tf, version };
}

/** @returns {Promise<import('./contender.mjs').Peer>} */
export async function startTfjs() {
  const { tf, version } = await loadTfjs();

  /** The library's own batch norm, in its own order: with channels on axis 1 its numbers are wrong. @param {Tensors} of @returns {Way} */
  const asOneOperation = ({ shape, layout: { outer, channels, inner }, eps }) => ({
    name: 'tfjs',
    dims: [outer, ...shape.slice(2), channels],
    channelAxis: shape.length - 1,
    channelDims: [channels],
    inward: (values) => exchanged(values, outer, channels, inner),
    outward: (values) => exchanged(values, outer, inner, channels),
    normalize: (x, mean, variance, gamma, beta) => tf.batchNorm(x, mean, variance, beta, gamma, eps),
  });

  /** What a user would come to who measured: the gradients take a third of the time. @param {Tensors} of @returns {Way} */
  const asElementaryOperations = ({ shape, layout: { channels }, eps }) => ({
    name: 'tfjs, elementary',
    dims: shape,
    channelAxis: 1,
    channelDims: [1, channels, ...shape.slice(2).map(() => 1)],
    inward: (values) => values,
    outward: (values) => values,
    normalize: (x, mean, variance, gamma, beta) =>
      tf.add(tf.mul(tf.sub(x, mean), tf.mul(gamma, tf.rsqrt(tf.add(variance, eps)))), beta),
  });

  /** @param {Tensors} tensors @param {Way} way */
  function enter(tensors, { name, dims, channelAxis, channelDims, inward, outward, normalize }) {
    const tensor = (/** @type {Values} */ values, /** @type {readonly number[]} */ shape) =>
      tf.tensor(Float32Array.from(values), shape);
    const perChannel = (/** @type {Values} */ values) => tensor(values, channelDims);
    const [x, dy] = [tensor(inward(tensors.x), dims), tensor(inward(tensors.dy), dims)];
    const [gamma, beta] = [perChannel(tensors.gamma), perChannel(tensors.beta)];
    const [mean, variance] = [perChannel(tensors.running_mean), perChannel(tensors.running_var)];

    const axes = dims.map((_, axis) => axis).filter((axis) => axis !== channelAxis);
    const keepDims = channelDims.length > 1;
    const forward = (
      /** @type {Tensor} */ batch,
      /** @type {Tensor} */ scale,
      /** @type {Tensor} */ shift,
    ) => {
      const moments = tf.moments(batch, axes, keepDims);
      return normalize(batch, moments.mean, moments.variance, scale, shift);
    };
    const gradients = tf.grads(forward);

    /**
     * @param {string} operation
     * @param {() => Tensor} compute
     * @param {(result: Tensor) => import('./contender.mjs').Results} read
     * @returns {import('./contender.mjs').Contender}
     */
    const timed = (operation, compute, read) => ({
      name,
      operation,
      run: (repeats) => {
        for (let repeat = 0; repeat < repeats; ++repeat) tf.dispose(tf.tidy(compute));
      },
      results: () => {
        const made = tf.tidy(compute);
        const results = read(made);
        tf.dispose(made);
        return results;
      },
    });
    const readY = (/** @type {Tensor} */ y) => ({ y: outward(y.dataSync()) });
    return {
      contenders: [
        timed('forward_train', () => forward(x, gamma, beta), readY),
        timed('inference', () => normalize(x, mean, variance, gamma, beta), readY),
        timed(
          'forward_backward',
          () => gradients([x, gamma, beta], dy),
          ([dx, dgamma, dbeta]) => ({
            dx: outward(dx.dataSync()),
            dgamma: dgamma.dataSync(),
            dbeta: dbeta.dataSync(),
          }),
        ),
      ],
      release: () => tf.dispose([x, dy, gamma, beta, mean, variance]),
    };
  }

  return {
    name: '@tensorflow/tfjs-backend-wasm',
    version,
    enter: (tensors) => {
      const ways = [asOneOperation, asElementaryOperations].map((way) => enter(tensors, way(tensors)));
      return {
        contenders: ways.flatMap(({ contenders }) => contenders),
        release: () => ways.forEach(({ release }) => release()),
      };
    },
  };
}
