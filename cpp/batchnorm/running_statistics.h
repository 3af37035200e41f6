#pragma once
#include "batchnorm/batch.h"

namespace batchnorm {

/// What inference uses in place of the batch's own statistics; (C) each.
struct RunningStatistics {
  Channels running_mean;
  Channels running_var;
};

/// What `momentum` weights. Frameworks disagree, so it is always said.
enum class MomentumConvention {
  decay,  ///< running = momentum * running + (1 - momentum) * batch: the lesson, Keras, ONNX, Flax
  torch,  ///< running = (1 - momentum) * running + momentum * batch: PyTorch
};

/// Which variance feeds running_var. The batch itself is always normalised with the biased one.
enum class VarianceEstimator {
  biased,    ///< divided by m: Keras 3, ONNX, Flax, oneDNN
  unbiased,  ///< divided by m - 1: PyTorch, TensorFlow's fused kernel, Ioffe and Szegedy 2015
};

/// One step of the exponential moving averages. Functions over objects: `before` goes in, the new state comes
/// out.
///
/// batch_mean, batch_var (C) as forward_train returns them (batch_var biased); m examples in the batch.
/// Requires 0 <= momentum <= 1, m >= 1, and m >= 2 for the unbiased estimator (m - 1 divides).
/// Throws std::invalid_argument that names the argument.
/// Source: Ioffe and Szegedy 2015, section 3.1; PyTorch's and Keras's documentation of BatchNormalization.
RunningStatistics update_running_statistics(const RunningStatistics& before, const Channels& batch_mean,
                                            const Channels& batch_var, Eigen::Index m, double momentum,
                                            MomentumConvention convention, VarianceEstimator estimator);

}  // namespace batchnorm
