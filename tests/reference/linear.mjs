// Batch norm next to a linear layer z = x W^T + b: folded into it, and behind it in training. The layer is computed to
// twice the working precision, so that the errors measured are the core's.

import {
  at,
  dtypeOf,
  layoutOf,
  number,
  numbers,
  numbersOrNone,
  object,
  product,
  shapeOf,
} from './format.mjs';
import { largest, naturalScales, perChannel, perValue } from './scales.mjs';

/** @typedef {import('./format.mjs').Json} Json */
/** @typedef {import('./compare.mjs').Output} Output */
/** @typedef {import('./scales.mjs').Numbers} Numbers */
/** @typedef {import('./modes.mjs').Run} Run */
/** @typedef {import('./modes.mjs').Core} Core */
/** @typedef {number[][]} Matrix  rows */

/** The upper half of the digits, whose products are exact. */
const upper = (/** @type {number} */ a) => {
  const shifted = (2 ** 27 + 1) * a;
  return shifted - (shifted - a);
};

/**
 * The scalar product to twice the working precision, rounded once.
 * Source: Ogita, Rump, Oishi, "Accurate Sum and Dot Product", 2005, Dot2, with Dekker's product.
 * @param {Numbers} a @param {Numbers} b
 */
function dot(a, b) {
  let total = 0;
  let rest = 0;
  for (let i = 0; i < a.length; ++i) {
    const [x, y] = [at(a, i), at(b, i)];
    const [x1, y1] = [upper(x), upper(y)];
    const [x2, y2] = [x - x1, y - y1];
    const term = x * y;
    const termRest = x2 * y2 - (term - x1 * y1 - x2 * y1 - x1 * y2);
    const next = total + term;
    const added = next - total;
    rest += total - (next - added) + (term - added) + termRest;
    total = next;
  }
  return total + rest;
}

/** @param {Numbers} values @param {number} width @returns {Matrix} */
const matrix = (values, width) =>
  Array.from({ length: values.length / width }, (_, row) =>
    Array.from({ length: width }, (__, column) => at(values, row * width + column)),
  );
const transpose = (/** @type {Matrix} */ rows) =>
  (rows[0] ?? []).map((_, column) => rows.map((row) => at(row, column)));
const absolute = (/** @type {Matrix} */ rows) => rows.map((row) => row.map(Math.abs));
/** a b^T, row by row. @param {Matrix} a @param {Matrix} b */
const timesTransposed = (a, b) => a.flatMap((left) => b.map((right) => dot(left, right)));
/**
 * x and W with a last column of 1 and of b: then x W^T + b is one product.
 * @param {Matrix} x @param {Matrix} W @param {Numbers} b
 */
const layer = (x, W, b) => ({
  x: x.map((row) => [...row, 1]),
  W: W.map((row, o) => [...row, at(b, o)]),
});

/** @param {Core} core @param {Json} given @returns {Run} */
export function fold(core, given) {
  const dtype = dtypeOf(given.dtype);
  const inputs = object('inputs', given.inputs);
  const shape = shapeOf('weight_shape', given.weight_shape);
  const [channels = 0, ...ofInput] = shape;
  const width = product(ofInput);
  const eps = number('eps', given.eps);
  const read = (/** @type {string} */ name, /** @type {number} */ count) =>
    numbers(`inputs.${name}`, inputs[name], dtype, count);
  const readOrNone = (/** @type {string} */ name) =>
    numbersOrNone(`inputs.${name}`, inputs[name], dtype, channels);
  const weight = read('W', channels * width);
  const [running_mean, running_var] = [read('running_mean', channels), read('running_var', channels)];
  const [bias, gamma, beta] = [readOrNone('b'), readOrNone('gamma'), readOrNone('beta')];
  const folded = core.foldIntoWeight({
    weight,
    shape,
    running_mean,
    running_var,
    eps,
    ...(bias && { bias }),
    ...(gamma && { gamma }),
    ...(beta && { beta }),
  });

  const slopes = Array.from(running_var, (value, o) =>
    Math.abs((gamma ? at(gamma, o) : 1) / Math.sqrt(value + eps)),
  );
  const offsets = slopes.map(
    (slope, o) =>
      slope * (Math.abs(bias ? at(bias, o) : 0) + Math.abs(at(running_mean, o))) +
      Math.abs(beta ? at(beta, o) : 0),
  );
  const channel = (/** @type {number} */ k) => Math.floor(k / width);
  /** @type {Record<string, Output>} */
  const outputs = {
    W_folded: {
      values: folded.weight,
      channels,
      channel,
      scale: (k) => at(slopes, channel(k)) * Math.abs(at(weight, k)),
    },
    b_folded: perChannel(folded.bias, offsets),
  };
  if (inputs.X) {
    const [rows = 0] = shapeOf('inputs.rows', inputs.rows);
    const { x, W } = layer(matrix(read('X', rows * width), width), matrix(folded.weight, width), folded.bias);
    outputs.Y = perChannel(timesTransposed(x, W), timesTransposed(absolute(x), absolute(W)), channels);
  }
  return { outputs };
}

/** @param {Core} core @param {Json} given @returns {Run} */
export function linear_bn_train(core, given) {
  const dtype = dtypeOf(given.dtype);
  const eps = number('eps', given.eps);
  const inputs = object('inputs', given.inputs);
  const { N, I, O } = object('sizes', given.sizes);
  shapeOf('sizes.N, I, O', [N, I, O]);
  const read = (/** @type {string} */ name, /** @type {number} */ count) =>
    numbers(`inputs.${name}`, inputs[name], dtype, count);
  const [X, W] = [matrix(read('X', N * I), I), matrix(read('W', O * I), I)];
  const [b, gamma, beta, dy] = [read('b', O), read('gamma', O), read('beta', O), read('dy', N * O)];

  const { x: rows, W: columns } = layer(X, W, b);
  const layout = layoutOf('NC', [N, O]);
  const input = {
    x: Float64Array.from(timesTransposed(rows, columns)),
    shape: layout.shape,
    eps,
    gamma,
    beta,
  };
  const { y } = core.forwardTrain(input);
  const { dx, dgamma, dbeta } = core.backwardTrain({ ...input, dy });
  const dz = matrix(dx, O);
  const dW = timesTransposed(transpose(dz), transpose(X));

  // The largest |dz| that may be: every scale and every rule here is made of it.
  const scales = naturalScales({ layout, ...input, dy });
  const bounds = X.map(() => scales.dx);
  const dWScales = timesTransposed(transpose(bounds), transpose(absolute(X)));
  const size = largest(X.flat());
  const magnitudes = scales.dx.map((bound) => Math.max(1, bound * size));
  const ofOutput = (/** @type {number} */ k) => at(magnitudes, k % O);
  const ofWeight = (/** @type {number} */ k) => Math.floor(k / I);
  const ones = X.map(() => 1);
  return {
    outputs: {
      y: { ...perValue(y, scales.y, layout), magnitude: ofOutput },
      dgamma: { ...perChannel(dgamma, scales.dgamma), magnitude: ofOutput },
      dbeta: { ...perChannel(dbeta, scales.dbeta), magnitude: ofOutput },
      dW: {
        values: dW,
        channels: O,
        channel: ofWeight,
        scale: (k) => at(dWScales, k),
        magnitude: (k) => at(magnitudes, ofWeight(k)),
      },
      db: {
        ...perChannel(timesTransposed(transpose(dz), [ones]), timesTransposed(transpose(bounds), [ones])),
        magnitude: (o) => N * at(scales.dx, o),
      },
      dX: {
        ...perChannel(timesTransposed(dz, transpose(W)), timesTransposed(bounds, transpose(absolute(W))), I),
        magnitude: () => largest(magnitudes),
      },
      row_dot_W_dW: {
        ...perChannel(
          matrix(dW, I).map((row, o) => dot(row, W[o] ?? [])),
          matrix(dWScales, I).map((row, o) => dot(row, (W[o] ?? []).map(Math.abs))),
        ),
        magnitude: ofOutput,
      },
    },
  };
}
