#pragma once
#include "batchnorm/forward.h"

namespace batchnorm {

struct ParameterGradients {
  Channels dgamma;  ///< (C)  dL/dgamma = sum_i dy_i x_hat_i
  Channels dbeta;   ///< (C)  dL/dbeta  = sum_i dy_i
};

/// The gradient of L through the training forward pass, mean and variance included.
///
/// dy = dL/dy, x and dx: `layout.size()` values each; dx may be dy. `statistics` is what forward_train
/// returned for the same x; gamma: (C) or empty. Throws std::invalid_argument where a size does not fit.
/// Source: Ioffe and Szegedy 2015, section 3, with the sums collected:
///   dx_i = (gamma / sqrt(batch_var + eps)) (dy_i - mean(dy) - x_hat_i mean(dy x_hat)).
ParameterGradients backward_train(const Layout& layout, Span<const double> dy, Span<const double> x,
                                  const BatchStatistics& statistics, const Channels& gamma, Span<double> dx);
ParameterGradients backward_train(const Layout& layout, Span<const float> dy, Span<const float> x,
                                  const BatchStatistics& statistics, const Channels& gamma, Span<float> dx);

/// The gradient of L through the inference forward pass, whose statistics are constants (frozen batch norm).
///
/// Sizes and requirements as forward_inference; dy, dx as x; gamma: (C) or empty.
/// dx = gamma dy / sqrt(running_var + eps): no coupling between examples.
ParameterGradients backward_frozen(const Layout& layout, Span<const double> dy, Span<const double> x,
                                   const Channels& gamma, const Channels& running_mean,
                                   const Channels& running_var, double eps, Span<double> dx);
ParameterGradients backward_frozen(const Layout& layout, Span<const float> dy, Span<const float> x,
                                   const Channels& gamma, const Channels& running_mean,
                                   const Channels& running_var, double eps, Span<float> dx);

}  // namespace batchnorm
