// Batch normalization as one would write it in JavaScript: loops over typed arrays in the order of memory, sums in
// doubles, results into arrays that are there already. Each loop has a form of its own for matrices, whose innermost
// loop would otherwise run just once.

/** @typedef {import('./common.mjs').Layout} Layout */
/** @typedef {import('./contender.mjs').Tensors} Tensors */
/**
 * A typed array. It is not declared as one, because every element would then count as possibly undefined, and a test
 * for that inside the loops would be timed too.
 * @typedef {any} Numbers
 */

/** sum x, one a channel. @param {Layout} layout @param {Numbers} x @returns {Numbers} */
function sums({ outer, channels, inner }, x) {
  /** @type {Numbers} */
  const totals = new Float64Array(channels);
  for (let o = 0, at = 0; o < outer; ++o) {
    if (inner === 1) {
      for (let c = 0; c < channels; ++c, ++at) totals[c] += x[at];
    } else {
      for (let c = 0; c < channels; ++c) {
        let total = 0;
        for (const end = at + inner; at < end; ++at) total += x[at];
        totals[c] += total;
      }
    }
  }
  return totals;
}

/** sum (x - mean)^2, one a channel. @param {Layout} layout @param {Numbers} x @param {Numbers} mean @returns {Numbers} */
function squares({ outer, channels, inner }, x, mean) {
  /** @type {Numbers} */
  const totals = new Float64Array(channels);
  for (let o = 0, at = 0; o < outer; ++o) {
    if (inner === 1) {
      for (let c = 0; c < channels; ++c, ++at) {
        const deviation = x[at] - mean[c];
        totals[c] += deviation * deviation;
      }
    } else {
      for (let c = 0; c < channels; ++c) {
        const center = mean[c];
        let total = 0;
        for (const end = at + inner; at < end; ++at) {
          const deviation = x[at] - center;
          total += deviation * deviation;
        }
        totals[c] += total;
      }
    }
  }
  return totals;
}

/**
 * sum dy and sum dy (x - mean), one a channel.
 * @param {Layout} layout
 * @param {Numbers} dy
 * @param {Numbers} x
 * @param {Numbers} mean
 * @returns {[Numbers, Numbers]}
 */
function gradientSums({ outer, channels, inner }, dy, x, mean) {
  /** @type {[Numbers, Numbers]} */
  const [of_dy, of_products] = [new Float64Array(channels), new Float64Array(channels)];
  for (let o = 0, at = 0; o < outer; ++o) {
    if (inner === 1) {
      for (let c = 0; c < channels; ++c, ++at) {
        of_dy[c] += dy[at];
        of_products[c] += dy[at] * (x[at] - mean[c]);
      }
    } else {
      for (let c = 0; c < channels; ++c) {
        const center = mean[c];
        let total = 0;
        let product = 0;
        for (const end = at + inner; at < end; ++at) {
          total += dy[at];
          product += dy[at] * (x[at] - center);
        }
        of_dy[c] += total;
        of_products[c] += product;
      }
    }
  }
  return [of_dy, of_products];
}

/**
 * y = a (x - mean) + b, with constants of each channel.
 * @param {Layout} layout
 * @param {Numbers} x
 * @param {Numbers} mean
 * @param {Numbers} a
 * @param {Numbers} b
 * @param {Numbers} y
 */
function normalize({ outer, channels, inner }, x, mean, a, b, y) {
  for (let o = 0, at = 0; o < outer; ++o) {
    if (inner === 1) {
      for (let c = 0; c < channels; ++c, ++at) y[at] = a[c] * (x[at] - mean[c]) + b[c];
    } else {
      for (let c = 0; c < channels; ++c) {
        const [center, factor, shift] = [mean[c], a[c], b[c]];
        for (const end = at + inner; at < end; ++at) y[at] = factor * (x[at] - center) + shift;
      }
    }
  }
}

/**
 * dx = a (dy - b - d (x - mean)), with constants of each channel.
 * @param {Layout} layout
 * @param {Numbers} dy
 * @param {Numbers} x
 * @param {Numbers} mean
 * @param {Numbers} a
 * @param {Numbers} b
 * @param {Numbers} d
 * @param {Numbers} dx
 */
function inputGradient({ outer, channels, inner }, dy, x, mean, a, b, d, dx) {
  for (let o = 0, at = 0; o < outer; ++o) {
    if (inner === 1) {
      for (let c = 0; c < channels; ++c, ++at) dx[at] = a[c] * (dy[at] - b[c] - d[c] * (x[at] - mean[c]));
    } else {
      for (let c = 0; c < channels; ++c) {
        const [center, factor, shift, slope] = [mean[c], a[c], b[c], d[c]];
        for (const end = at + inner; at < end; ++at) {
          dx[at] = factor * (dy[at] - shift - slope * (x[at] - center));
        }
      }
    }
  }
}

/** @param {Tensors} tensors */
export function plain({ layout, x, dy, gamma, beta, running_mean, running_var, eps }) {
  const m = layout.outer * layout.inner;
  const out = x.slice();
  const inverseRoot = (/** @type {Float64Array} */ variance) =>
    variance.map((value) => 1 / Math.sqrt(value + eps));
  const times = (/** @type {Float64Array} */ a, /** @type {Float64Array} */ b) =>
    a.map((value, c) => value * (b[c] ?? NaN));
  const mean = (/** @type {Float64Array} */ totals) => totals.map((total) => total / m);

  const statistics = () => {
    const batch_mean = mean(sums(layout, x));
    return { batch_mean, invstd: inverseRoot(mean(squares(layout, x, batch_mean))) };
  };
  const saved = statistics();

  /** @type {Record<string, () => import('./contender.mjs').Results>} */
  const operations = {
    forward_train: () => {
      const { batch_mean, invstd } = statistics();
      normalize(layout, x, batch_mean, times(gamma, invstd), beta, out);
      return { y: out };
    },
    inference: () => {
      normalize(layout, x, running_mean, times(gamma, inverseRoot(running_var)), beta, out);
      return { y: out };
    },
    backward: () => {
      const { batch_mean, invstd } = saved;
      const [dbeta, of_products] = gradientSums(layout, dy, x, batch_mean);
      const dgamma = times(of_products, invstd);
      const slope = times(mean(dgamma), invstd);
      inputGradient(layout, dy, x, batch_mean, times(gamma, invstd), mean(dbeta), slope, out);
      return { dx: out, dgamma, dbeta };
    },
  };
  return operations;
}
