// The laboratory's networks in TensorFlow.js with its WebAssembly backend: SIMD, one thread, single precision. Of the
// ways to write them this is the fastest: elementary operations, since the gradient of its own batch norm is slow, and
// no loss read back. Every batch is a tensor before the first step.

import { loadTfjs } from './tfjs.mjs';

/** @typedef {import('./lab.mjs').Task} Task */
/** @typedef {any} Tensor The package and its types are there only where the benchmark has been run. */

/** @returns {Promise<{ name: string, version: string, enter: (task: Task) => import('./lab.mjs').Trainer }>} */
export async function startTfjs() {
  const { tf, version } = await loadTfjs();

  /** @param {Task} task @returns {import('./lab.mjs').Trainer} */
  function enter({ batch, inputs, classes, batches, sizes, weights, normalizes, rate, eps, keep }) {
    /** @type {Tensor[]} */
    const variables = [];
    const variable = (/** @type {Tensor} */ initial, isLearned = true) => {
      variables.push(tf.variable(initial, isLearned));
      return variables.at(-1);
    };
    const layers = weights.map((each, k) => {
      const outputs = sizes[k + 1];
      const isHidden = k + 1 < weights.length;
      return {
        isHidden,
        weights: variable(tf.tensor(Float32Array.from(each), [sizes[k], outputs])),
        bias: variable(tf.zeros([outputs])),
        ...(isHidden &&
          normalizes && {
            gamma: variable(tf.ones([outputs])),
            beta: variable(tf.zeros([outputs])),
            runningMean: variable(tf.zeros([outputs]), false),
            runningVar: variable(tf.ones([outputs]), false),
          }),
      };
    });
    const fed = batches.map(({ x, labels }) => ({
      x: tf.tensor(Float32Array.from(x), [batch, inputs]),
      labels: tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32')),
    }));
    const optimizer = tf.train.sgd(rate);

    /** @param {Tensor} running @param {Tensor} value */
    const follow = (running, value) => running.assign(tf.add(tf.mul(running, keep), tf.mul(value, 1 - keep)));
    /** @param {Tensor} x @param {Tensor} labels */
    function lossOf(x, labels) {
      let value = x;
      for (const layer of layers) {
        value = tf.add(tf.matMul(value, layer.weights), layer.bias);
        if (layer.gamma) {
          const { mean, variance } = tf.moments(value, 0);
          follow(layer.runningMean, mean);
          follow(layer.runningVar, variance);
          const scale = tf.mul(layer.gamma, tf.rsqrt(tf.add(variance, eps)));
          value = tf.add(tf.mul(tf.sub(value, mean), scale), layer.beta);
        }
        if (layer.isHidden) value = tf.relu(value);
      }
      return tf.losses.softmaxCrossEntropy(labels, value);
    }

    let taken = 0;
    /** @param {boolean} readsLoss */
    function step(readsLoss) {
      const { x, labels } = /** @type {typeof fed[0]} */ (fed[taken++ % fed.length]);
      const loss = optimizer.minimize(() => lossOf(x, labels), readsLoss);
      if (!loss) return NaN;
      const [value] = loss.dataSync();
      loss.dispose();
      return value;
    }
    return {
      name: 'tfjs',
      release: () => tf.dispose([...variables, ...fed.flatMap((each) => [each.x, each.labels])]),
      advance: (steps, readsLosses) => {
        const losses = new Float64Array(steps);
        for (let k = 0; k < steps; ++k) losses[k] = step(readsLosses);
        return { losses };
      },
    };
  }
  return { name: '@tensorflow/tfjs-backend-wasm', version, enter };
}
