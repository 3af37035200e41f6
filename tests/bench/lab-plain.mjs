// The laboratory's networks as one would write them in JavaScript for speed: typed arrays that are there before the
// first step, products in blocks whose sums stay in registers, and no other pass over a layer than it needs. The
// thread is one of its own for the reason that plain-worker.mjs gives.

import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/** A typed array, not declared as one for the reason that plain.mjs gives. @typedef {any} Numbers */
/** @typedef {import('./lab.mjs').Task} Task */

/**
 * out = a b, (rows, columns) from (rows, inner) and (inner, columns): two rows and four columns at a time. A matrix may
 * be read as its transpose, so the distances of two neighbours within a and b are given.
 * @param {number} rows
 * @param {number} columns
 * @param {number} inner
 * @param {Numbers} a
 * @param {number} aRow
 * @param {number} aInner
 * @param {Numbers} b
 * @param {number} bInner
 * @param {number} bColumn
 * @param {Numbers} out
 */
function multiply(rows, columns, inner, a, aRow, aInner, b, bInner, bColumn, out) {
  const evenRows = rows - (rows % 2);
  const wholeColumns = columns - (columns % 4);
  for (let i = 0; i < evenRows; i += 2) {
    for (let j = 0; j < wholeColumns; j += 4) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      let t0 = 0;
      let t1 = 0;
      let t2 = 0;
      let t3 = 0;
      let p = i * aRow;
      let q = p + aRow;
      let r = j * bColumn;
      for (let k = 0; k < inner; ++k) {
        const u = a[p];
        const v = a[q];
        const b0 = b[r];
        const b1 = b[r + bColumn];
        const b2 = b[r + 2 * bColumn];
        const b3 = b[r + 3 * bColumn];
        s0 += u * b0;
        s1 += u * b1;
        s2 += u * b2;
        s3 += u * b3;
        t0 += v * b0;
        t1 += v * b1;
        t2 += v * b2;
        t3 += v * b3;
        p += aInner;
        q += aInner;
        r += bInner;
      }
      const at = i * columns + j;
      out[at] = s0;
      out[at + 1] = s1;
      out[at + 2] = s2;
      out[at + 3] = s3;
      out[at + columns] = t0;
      out[at + columns + 1] = t1;
      out[at + columns + 2] = t2;
      out[at + columns + 3] = t3;
    }
  }
  // What the blocks leave over.
  for (let i = 0; i < rows; ++i) {
    for (let j = i < evenRows ? wholeColumns : 0; j < columns; ++j) {
      let sum = 0;
      for (let k = 0, p = i * aRow, r = j * bColumn; k < inner; ++k, p += aInner, r += bInner)
        sum += a[p] * b[r];
      out[i * columns + j] = sum;
    }
  }
}

/** One linear layer, and what follows it: batch normalization or not, and a ReLU. */
class Layer {
  /** @param {Task} task @param {Float64Array} weights @param {number} inputs @param {number} outputs @param {boolean} isHidden */
  constructor({ batch, normalizes }, weights, inputs, outputs, isHidden) {
    const values = () => /** @type {Numbers} */ (new Float64Array(batch * outputs));
    const channels = (/** @type {number} */ value) =>
      /** @type {Numbers} */ (new Float64Array(outputs).fill(value));
    this.m = batch;
    this.inputs = inputs;
    this.outputs = outputs;
    this.isHidden = isHidden;
    this.normalizes = isHidden && normalizes;
    /** @type {Numbers} */
    this.weights = weights.slice();
    this.dweights = /** @type {Numbers} */ (new Float64Array(weights.length));
    this.bias = channels(0);
    this.gamma = channels(1);
    this.beta = channels(0);
    this.runningMean = channels(0);
    this.runningVar = channels(1);
    this.mean = channels(0);
    this.invstd = channels(0);
    this.sums = channels(0);
    this.products = channels(0);
    this.x_hat = values();
    this.out = values();
    this.dx = /** @type {Numbers} */ (new Float64Array(batch * inputs));
  }

  /** @param {Numbers} x @param {number} eps @param {number} keep */
  forward(x, eps, keep) {
    const { m, inputs, outputs, bias, out } = this;
    multiply(m, outputs, inputs, x, inputs, 1, this.weights, outputs, 1, out);
    if (this.normalizes) {
      this.normalize(eps, keep);
    } else if (this.isHidden) {
      for (let i = 0, at = 0; i < m; ++i) {
        for (let j = 0; j < outputs; ++j, ++at) {
          const z = out[at] + bias[j];
          out[at] = z > 0 ? z : 0;
        }
      }
    } else {
      for (let i = 0, at = 0; i < m; ++i) {
        for (let j = 0; j < outputs; ++j, ++at) out[at] += bias[j];
      }
    }
    return out;
  }

  /** Batch normalization and the ReLU, in place. @param {number} eps @param {number} keep */
  normalize(eps, keep) {
    const { m, outputs, bias, gamma, beta, mean, invstd, products, x_hat, out } = this;
    mean.fill(0);
    products.fill(0);
    for (let i = 0, at = 0; i < m; ++i) {
      for (let j = 0; j < outputs; ++j, ++at) mean[j] += out[at] += bias[j];
    }
    for (let j = 0; j < outputs; ++j) mean[j] /= m;
    for (let i = 0, at = 0; i < m; ++i) {
      for (let j = 0; j < outputs; ++j, ++at) {
        const d = out[at] - mean[j];
        x_hat[at] = d;
        products[j] += d * d;
      }
    }
    for (let j = 0; j < outputs; ++j) {
      const variance = products[j] / m;
      invstd[j] = 1 / Math.sqrt(variance + eps);
      this.runningMean[j] = keep * this.runningMean[j] + (1 - keep) * mean[j];
      this.runningVar[j] = keep * this.runningVar[j] + (1 - keep) * variance;
    }
    for (let i = 0, at = 0; i < m; ++i) {
      for (let j = 0; j < outputs; ++j, ++at) {
        const h = x_hat[at] * invstd[j];
        x_hat[at] = h;
        const y = gamma[j] * h + beta[j];
        out[at] = y > 0 ? y : 0;
      }
    }
  }

  /**
   * Moves the parameters, and gives the gradient of what came in; d is overwritten.
   * @param {Numbers} x
   * @param {Numbers} d
   * @param {number} rate
   * @param {boolean} isFirst then nobody needs the gradient of x
   */
  backward(x, d, rate, isFirst) {
    const { m, inputs, outputs, weights, dweights, bias, out, sums, products } = this;
    if (this.normalizes) {
      const { gamma, beta, invstd, x_hat } = this;
      sums.fill(0);
      products.fill(0);
      for (let i = 0, at = 0; i < m; ++i) {
        for (let j = 0; j < outputs; ++j, ++at) {
          const dy = out[at] > 0 ? d[at] : 0;
          d[at] = dy;
          sums[j] += dy;
          products[j] += dy * x_hat[at];
        }
      }
      for (let j = 0; j < outputs; ++j) {
        // From here on scale, mean of dy and mean of dy x_hat.
        invstd[j] *= gamma[j];
        gamma[j] -= rate * products[j];
        beta[j] -= rate * sums[j];
        sums[j] /= m;
        products[j] /= m;
      }
      for (let i = 0, at = 0; i < m; ++i) {
        for (let j = 0; j < outputs; ++j, ++at)
          d[at] = invstd[j] * (d[at] - sums[j] - x_hat[at] * products[j]);
      }
    } else if (this.isHidden) {
      for (let at = 0; at < m * outputs; ++at) if (!(out[at] > 0)) d[at] = 0;
    }
    sums.fill(0);
    for (let i = 0, at = 0; i < m; ++i) {
      for (let j = 0; j < outputs; ++j, ++at) sums[j] += d[at];
    }
    for (let j = 0; j < outputs; ++j) bias[j] -= rate * sums[j];
    if (!isFirst) multiply(m, inputs, outputs, d, outputs, 1, weights, 1, outputs, this.dx);
    multiply(inputs, outputs, m, x, 1, inputs, d, outputs, 1, dweights);
    for (let k = 0; k < weights.length; ++k) weights[k] -= rate * dweights[k];
    return this.dx;
  }
}

/** Takes steps on its batches, one after another. @param {Task} task */
export function plainNetwork(task) {
  const { batch, classes, batches, sizes, weights, rate, eps, keep } = task;
  const layers = weights.map(
    (each, k) => new Layer(task, each, sizes[k] ?? NaN, sizes[k + 1] ?? NaN, k + 1 < weights.length),
  );
  /** @type {Numbers} */
  const dlogits = new Float64Array(batch * classes);
  let steps = 0;

  /** The mean cross-entropy; dlogits are its gradients. @param {Numbers} logits @param {Numbers} labels */
  function crossEntropy(logits, labels) {
    let loss = 0;
    for (let i = 0, row = 0; i < batch; ++i, row += classes) {
      let most = -Infinity;
      for (let j = 0; j < classes; ++j) if (logits[row + j] > most) most = logits[row + j];
      let sum = 0;
      for (let j = 0; j < classes; ++j) sum += dlogits[row + j] = Math.exp(logits[row + j] - most);
      loss += Math.log(sum) - (logits[row + labels[i]] - most);
      for (let j = 0; j < classes; ++j) dlogits[row + j] /= sum * batch;
      dlogits[row + labels[i]] -= 1 / batch;
    }
    return loss / batch;
  }

  return () => {
    const { x, labels } = /** @type {Task['batches'][0]} */ (batches[steps++ % batches.length]);
    /** @type {Numbers} */
    let value = x;
    for (let k = 0; k < layers.length; ++k) value = layers[k]?.forward(value, eps, keep);
    const loss = crossEntropy(value, labels);
    let d = dlogits;
    for (let k = layers.length - 1; k >= 0; --k)
      d = layers[k]?.backward(k === 0 ? x : layers[k - 1]?.out, d, rate, k === 0);
    return loss;
  };
}

/** @param {Task} task @returns {import('./lab.mjs').Trainer} */
export function enterPlain(task) {
  const worker = new Worker(new URL(import.meta.url), { workerData: task });
  return {
    name: 'plain JS',
    release: () => worker.terminate(),
    advance: async (steps) => {
      const message = once(worker, 'message');
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(steps);
      const [answer] = await message;
      return answer;
    },
  };
}

if (!isMainThread) {
  const step = plainNetwork(workerData);
  parentPort?.on('message', (/** @type {number} */ steps) => {
    const losses = new Float64Array(steps);
    const start = performance.now();
    for (let k = 0; k < steps; ++k) losses[k] = step();
    const seconds = (performance.now() - start) / 1e3;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    parentPort?.postMessage({ losses, seconds });
  });
}
