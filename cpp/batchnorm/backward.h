#pragma once
#include "batchnorm/forward.h"

namespace batchnorm {

struct ParameterGradients {
  Channels dgamma;  ///< (C)  dL/dgamma = sum_i dy_i x_hat_i
  Channels dbeta;   ///< (C)  dL/dbeta  = sum_i dy_i
};

/// The gradient of L through the training forward pass, mean and variance included.
///
/// dy = dL/dy, x and dx: `layout.size()` values each; dx may be dy; accuracy, here and below: how floats are
/// computed with (moments.h). `statistics` is what forward_train returned for the same x; gamma: (C) or
/// empty. Throws std::invalid_argument where a size does not fit, and where the statistics are of another
/// number of values than x has: a shard takes backward_shard. Source: Ioffe and Szegedy 2015, section 3, with
/// the sums collected:
///   dx_i = (gamma / sqrt(batch_var + eps)) (dy_i - mean(dy) - x_hat_i mean(dy x_hat)).
ParameterGradients backward_train(const Layout& layout, Span<const double> dy, Span<const double> x,
                                  const BatchStatistics& statistics, const Channels& gamma, Span<double> dx,
                                  Accuracy accuracy = Accuracy::fast);
ParameterGradients backward_train(const Layout& layout, Span<const float> dy, Span<const float> x,
                                  const BatchStatistics& statistics, const Channels& gamma, Span<float> dx,
                                  Accuracy accuracy = Accuracy::fast);

/// The sums over the whole batch that dx needs. They can be merged: the sums of a batch are those of its
/// shards, merged in any order. Each is stored as value * 2^exponent, so that sums that would overflow or
/// underflow keep their digits.
struct GradientSums {
  Count count;                  ///< m, values a channel
  Channels dy;                  ///< (C)  sum_i dy_i
  Channels dy_x_hat;            ///< (C)  sum_i dy_i x_hat_i, x_hat with the statistics of the whole batch
  Exponents dy_exponent;        ///< (C)  0, except where dy is near overflow or underflow, or all 0
  Exponents dy_x_hat_exponent;  ///< (C)  0, except where dy or x is, or where the sum is nearly 0
};

/// The sums of a shard, for the statistics of the whole batch.
///
/// dy, x: `layout.size()` values each, which may be none; `statistics` from the merged moments (forward.h).
/// Throws std::invalid_argument where a size does not fit.
GradientSums gradient_sums(const Layout& layout, Span<const double> dy, Span<const double> x,
                           const BatchStatistics& statistics, Accuracy accuracy = Accuracy::fast);
GradientSums gradient_sums(const Layout& layout, Span<const float> dy, Span<const float> x,
                           const BatchStatistics& statistics, Accuracy accuracy = Accuracy::fast);

/// The sums of both shards together. Throws std::invalid_argument where counts or exponents are not those of
/// sums (see require_moments), or the shards' channels differ in number.
GradientSums merge(const GradientSums& a, const GradientSums& b);

/// The gradient of L through a synchronised batch norm: dx of a shard, from the statistics and the merged
/// sums of the whole batch. Returns the parameters' gradients of the whole batch, the same for every shard.
///
/// Sizes as gradient_sums; gamma: (C) or empty; dx may be dy. Throws std::invalid_argument where a size does
/// not fit, where the sums are not of as many values as the statistics, and where these are of fewer than the
/// shard has. Source: as backward_train, whose means are here those of the whole batch.
ParameterGradients backward_shard(const Layout& layout, Span<const double> dy, Span<const double> x,
                                  const BatchStatistics& statistics, const Channels& gamma,
                                  const GradientSums& sums, Span<double> dx,
                                  Accuracy accuracy = Accuracy::fast);
ParameterGradients backward_shard(const Layout& layout, Span<const float> dy, Span<const float> x,
                                  const BatchStatistics& statistics, const Channels& gamma,
                                  const GradientSums& sums, Span<float> dx,
                                  Accuracy accuracy = Accuracy::fast);

struct FrozenGradients : ParameterGradients {
  Channels dmean;  ///< (C)  dL/drunning_mean = -gamma dbeta / sqrt(running_var + eps)
  Channels dvar;   ///< (C)  dL/drunning_var  = -gamma dgamma / (2 (running_var + eps))
};

/// The gradient of L through the inference forward pass, whose statistics do not depend on x (frozen batch
/// norm).
///
/// Sizes and requirements as forward_inference; dy, dx as x; gamma: (C) or empty.
/// dx = gamma dy / sqrt(running_var + eps): no coupling between examples. dmean and dvar are for statistics
/// that are learned or come from elsewhere.
FrozenGradients backward_frozen(const Layout& layout, Span<const double> dy, Span<const double> x,
                                const Channels& gamma, const Channels& running_mean,
                                const Channels& running_var, double eps, Span<double> dx,
                                Accuracy accuracy = Accuracy::fast);
FrozenGradients backward_frozen(const Layout& layout, Span<const float> dy, Span<const float> x,
                                const Channels& gamma, const Channels& running_mean,
                                const Channels& running_var, double eps, Span<float> dx,
                                Accuracy accuracy = Accuracy::fast);

}  // namespace batchnorm
