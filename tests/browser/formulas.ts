// Batch normalization as the lesson writes it, in plain arithmetic: what the tests expect. Not the core.

export const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
export const mean = (values: number[]) => sum(values) / values.length;
export const variance = (values: number[]) => mean(values.map((value) => (value - mean(values)) ** 2));

export interface Layer {
  x: number[];
  gamma: number;
  beta: number;
  eps: number;
}

export function forward({ x, gamma, beta, eps }: Layer) {
  const batch_mean = mean(x);
  const batch_var = variance(x);
  const x_hat = x.map((value) => (value - batch_mean) / Math.sqrt(batch_var + eps));
  return { batch_mean, batch_var, x_hat, y: x_hat.map((value) => gamma * value + beta) };
}

/** The three paths of section 4, and their sum. */
export function backward(layer: Layer & { dy: number[] }) {
  const { x, gamma, eps, dy } = layer;
  const { batch_mean, batch_var, x_hat } = forward(layer);
  const invstd = 1 / Math.sqrt(batch_var + eps);
  const dx_hat = dy.map((value) => gamma * value);
  const dvar = sum(dx_hat.map((value, i) => value * -0.5 * ((x[i] as number) - batch_mean) * invstd ** 3));
  const dmean = sum(dx_hat.map((value) => -value * invstd));
  const direct = dx_hat.map((value) => value * invstd);
  const throughVariance = x.map((value) => (dvar * 2 * (value - batch_mean)) / x.length);
  const throughMean = dmean / x.length;
  return {
    dgamma: sum(dy.map((value, i) => value * (x_hat[i] as number))),
    dbeta: sum(dy),
    dvar,
    dmean,
    direct,
    throughVariance,
    throughMean,
    dx: direct.map((value, i) => value + (throughVariance[i] as number) + throughMean),
  };
}
