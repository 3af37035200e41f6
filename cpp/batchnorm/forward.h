#pragma once
#include "batchnorm/batch.h"

namespace batchnorm {

/// Everything the training forward pass computes. `batch_var` is biased (divided by m).
struct TrainingForward {
  Batch y;                ///< (m, C)  gamma * x_hat + beta
  Batch x_hat;            ///< (m, C)  (x - batch_mean) * saved_invstd
  Channels batch_mean;    ///< (C)     (1/m) sum_i x_i
  Channels batch_var;     ///< (C)     (1/m) sum_i (x_i - batch_mean)^2
  Channels saved_invstd;  ///< (C)     1 / sqrt(batch_var + eps)
};

/// Batch normalization in training mode: the statistics are those of the batch itself.
///
/// x (m, C); gamma, beta (C); eps in the units of x squared.
/// Requires m >= 1, C >= 1, eps >= 0, and batch_var + eps > 0 in every channel.
/// Ensures y == beta bit for bit in a channel whose values are all equal. NaN and infinities stay in their
/// channel. Throws std::invalid_argument that names the argument, what was expected and what was given; also
/// where the sum or the variance of finite x overflows, or their variance + eps is too small for a double of
/// full precision (a finite wrong y is never returned). Source: Ioffe and Szegedy, "Batch Normalization",
/// ICML 2015, Algorithm 1. Variance: the corrected two-pass algorithm (Chan, Golub, LeVeque, "Algorithms for
/// Computing the Sample Variance", 1983).
TrainingForward forward_train(const Batch& x, const Channels& gamma, const Channels& beta, double eps);

/// Batch normalization in inference mode: a fixed affine map per channel, so y of an example does not depend
/// on the other examples.
///
/// x (m, C); gamma, beta, running_mean, running_var (C).
/// Requires eps >= 0, running_var >= 0 and running_var + eps > 0. Throws std::invalid_argument otherwise.
/// Subtracts running_mean first: folding it into an offset loses digits where x is close to it.
/// Source: Ioffe and Szegedy 2015, Algorithm 2, step 11.
Batch forward_inference(const Batch& x, const Channels& gamma, const Channels& beta,
                        const Channels& running_mean, const Channels& running_var, double eps);

}  // namespace batchnorm
