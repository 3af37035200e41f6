// What each framework means by momentum, which variance it stores, its defaults, and what it calls them.

import type { RunningUpdate } from '../../core/core.ts';

type Estimator = RunningUpdate['estimator'];

export interface Convention {
  name: string;
  /** what its `momentum` is the weight of */
  weights: 'old' | 'new';
  /** which variance feeds the running one; undefined where either may */
  estimator?: Estimator;
  /** for a batch of one the variance is stored as it is, where others would divide by m - 1 = 0 */
  divisorIsAtLeastOne?: true;
  defaults?: { momentum: number; eps: number };
  /** its own names */
  terms: { running_mean: string; running_var: string; eps: string };
}

export const frameworks = ['page', 'pytorch', 'keras', 'tensorflow', 'flax', 'onnx'] as const;
export type Framework = (typeof frameworks)[number];

const kerasTerms = { running_mean: 'moving_mean', running_var: 'moving_variance', eps: 'epsilon' };

export const conventions: Readonly<Record<Framework, Convention>> = {
  // Section 3 of the page.
  page: {
    name: 'this lesson',
    weights: 'old',
    terms: { running_mean: 'running_mean', running_var: 'running_var', eps: 'eps' },
  },
  // torch.nn.BatchNorm1d: x_new = (1 - momentum) * x_old + momentum * x_t; "the moving average of variance is calculated
  // via the unbiased estimator".
  pytorch: {
    name: 'PyTorch',
    weights: 'new',
    estimator: 'unbiased',
    defaults: { momentum: 0.1, eps: 1e-5 },
    terms: { running_mean: 'running_mean', running_var: 'running_var', eps: 'eps' },
  },
  // keras.layers.BatchNormalization: moving_mean = moving_mean * momentum + mean(batch) * (1 - momentum); its tests
  // expect the biased variance.
  keras: {
    name: 'Keras 3',
    weights: 'old',
    estimator: 'biased',
    defaults: { momentum: 0.99, eps: 1e-3 },
    terms: kerasTerms,
  },
  // The fused kernel multiplies by m / max(m - 1, 1): tensorflow/core/kernels/fused_batch_norm_op.cc, issue 55545.
  tensorflow: {
    name: 'TensorFlow, fused',
    weights: 'old',
    estimator: 'unbiased',
    divisorIsAtLeastOne: true,
    defaults: { momentum: 0.99, eps: 1e-3 },
    terms: kerasTerms,
  },
  // flax.linen.BatchNorm: "decay rate for the exponential moving average of the batch statistics".
  flax: {
    name: 'Flax',
    weights: 'old',
    estimator: 'biased',
    defaults: { momentum: 0.99, eps: 1e-5 },
    terms: { running_mean: 'mean', running_var: 'var', eps: 'epsilon' },
  },
  // ONNX BatchNormalization, opset 14 and later: running_mean = input_mean * momentum + current_mean * (1 - momentum);
  // "ReduceVar … uses the population variance".
  onnx: {
    name: 'ONNX',
    weights: 'old',
    estimator: 'biased',
    defaults: { momentum: 0.9, eps: 1e-5 },
    terms: { running_mean: 'running_mean', running_var: 'running_var', eps: 'epsilon' },
  },
};

/** What to write into the framework for such weights of the old value and of the batch. */
export const momentumIn = (
  { weights }: Convention,
  { old_weight, new_weight }: { old_weight: number; new_weight: number },
): number => (weights === 'new' ? new_weight : old_weight);

/** How the framework updates with its own `momentum`; `either` decides where it leaves the estimator open. */
export const updateIn = (
  { weights, estimator, divisorIsAtLeastOne }: Convention,
  momentum: number,
  m: number,
  either: Estimator,
) => ({
  convention: weights === 'new' ? ('torch' as const) : ('decay' as const),
  momentum,
  m,
  estimator: divisorIsAtLeastOne && m === 1 ? ('biased' as const) : (estimator ?? either),
});
