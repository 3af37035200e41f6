import {
  backwardTrain,
  forwardInference,
  forwardTrain,
  updateRunningStatistics,
} from 'batchnorm-lesson/core';

// Two examples with two channels of two positions each: (N, C, L) = (2, 2, 2).
const x = Float32Array.of(2, 4, 1, 1, 6, 8, 3, 3);
const layer = { shape: [2, 2, 2], gamma: [2, 2], beta: [0, 1], eps: 1e-5 };

const { y, batch_mean, batch_var } = forwardTrain({ x, ...layer });
const { dx, dgamma, dbeta } = backwardTrain({ x, ...layer, dy: [1, 0, 0, 0, 0, 0, 0, 1] });
const running = updateRunningStatistics({
  running_mean: [0, 0],
  running_var: [1, 1],
  batch_mean,
  batch_var,
  m: 4,
  momentum: 0.9,
  convention: 'decay',
  estimator: 'unbiased',
});
const inference = forwardInference({ x, ...layer, ...running });

console.log({ y, batch_mean, batch_var, dx, dgamma, dbeta, running, inference });
