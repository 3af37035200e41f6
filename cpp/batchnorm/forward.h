#pragma once
#include "batchnorm/moments.h"

namespace batchnorm {

/// The learnable scale and shift, (C) each; empty means none: gamma = 1, beta = 0.
struct Affine {
  Channels gamma;
  Channels beta;
};

/// x_hat = (x * 2^-exponent - mean - mean_residual) * (invstd + invstd_residual): how the passes form it. The
/// residuals are the rounding errors of mean and invstd.
struct Normalizer {
  Channels mean, mean_residual;      ///< (C)
  Channels invstd, invstd_residual;  ///< (C)
  Exponents exponent;                ///< (C)
};

/// The statistics a batch is normalised with.
struct BatchStatistics {
  Count m;                ///< values a channel
  Channels batch_mean;    ///< (C)  (1/m) sum_i x_i
  Channels batch_var;     ///< (C)  (1/m) sum_i (x_i - batch_mean)^2, biased
  Channels saved_invstd;  ///< (C)  1 / sqrt(batch_var + eps)
  Normalizer normalizer;
};

/// Statistics from moments, merged or not. eps >= 0, in the units of x squared; at least 1 value a channel.
/// Throws std::invalid_argument that names the channel where batch_var + eps = 0.
///
/// A synchronised batch norm: each device takes the moments of its shard, all merge them, and each calls this
/// with the moments of the whole batch, and normalize with its shard. backward_shard (backward.h) goes back.
BatchStatistics batch_statistics(const Moments& moments, double eps);

/// y = gamma x_hat + beta with the given statistics. x and y: `layout.size()` values each, which may be none;
/// they may be the same. accuracy, here and below: how floats are computed with (moments.h).
void normalize(const Layout& layout, Span<const double> x, const Normalizer& normalizer, const Affine& affine,
               Span<double> y, Accuracy accuracy = Accuracy::fast);
void normalize(const Layout& layout, Span<const float> x, const Normalizer& normalizer, const Affine& affine,
               Span<float> y, Accuracy accuracy = Accuracy::fast);

/// Batch normalization in training mode: the statistics are those of the batch itself.
///
/// x, y: `layout.size()` values each; gamma, beta: (C) or empty; eps in the units of x squared.
/// Requires eps >= 0 and batch_var + eps > 0 in every channel.
/// Ensures y == beta bit for bit in a channel whose values are all equal; values near overflow or
/// underflow give the exact result, rounded. NaN and infinities stay in their channel; the others do not
/// change by a bit. Throws std::invalid_argument that names the argument, what was expected and what
/// was given. Source: Ioffe and Szegedy, "Batch Normalization", ICML 2015, Algorithm 1.
BatchStatistics forward_train(const Layout& layout, Span<const double> x, const Affine& affine, double eps,
                              Span<double> y, Accuracy accuracy = Accuracy::fast);
BatchStatistics forward_train(const Layout& layout, Span<const float> x, const Affine& affine, double eps,
                              Span<float> y, Accuracy accuracy = Accuracy::fast);

/// Batch normalization in inference mode: a fixed affine map per channel, so y of an example does not depend
/// on the other examples.
///
/// x, y as forward_train; running_mean, running_var: (C).
/// Requires eps >= 0, running_var >= 0 and running_var + eps > 0. Throws std::invalid_argument otherwise.
/// Subtracts running_mean first: folding it into an offset loses digits where x is close to it.
/// Source: Ioffe and Szegedy 2015, Algorithm 2, step 11.
void forward_inference(const Layout& layout, Span<const double> x, const Affine& affine,
                       const Channels& running_mean, const Channels& running_var, double eps, Span<double> y,
                       Accuracy accuracy = Accuracy::fast);
void forward_inference(const Layout& layout, Span<const float> x, const Affine& affine,
                       const Channels& running_mean, const Channels& running_var, double eps, Span<float> y,
                       Accuracy accuracy = Accuracy::fast);

/// What inference normalises with; requirements and errors as forward_inference.
Normalizer inference_normalizer(const Channels& running_mean, const Channels& running_var, double eps);

}  // namespace batchnorm
