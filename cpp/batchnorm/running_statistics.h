#pragma once
#include "batchnorm/layout.h"

namespace batchnorm {

/// What inference uses in place of the batch's own statistics; (C) each.
struct RunningStatistics {
  Channels running_mean;
  Channels running_var;
};

/// The weights of the old value and of the batch in one step. Frameworks disagree on what `momentum` means,
/// so it is always said: running = old_weight running + new_weight batch.
struct Momentum {
  double old_weight, new_weight;

  /// momentum weights the old value: the lesson, Keras, ONNX, Flax.
  static Momentum decay(double momentum) { return {momentum, 1 - momentum}; }
  /// momentum weights the batch: PyTorch.
  static Momentum torch(double momentum) { return {1 - momentum, momentum}; }
  /// The plain mean of all batches so far, whatever their sizes: PyTorch's momentum=None. step = 1, 2, 3, ...
  /// Throws std::invalid_argument where step < 1.
  static Momentum cumulative(Count step);
};

/// The same momentum in the other convention: 1 - momentum, both ways.
inline double torch_from_decay(double momentum) {
  return 1 - momentum;
}
inline double decay_from_torch(double momentum) {
  return 1 - momentum;
}

/// Which variance feeds running_var. The batch itself is always normalised with the biased one.
enum class VarianceEstimator {
  biased,    ///< divided by m: Keras 3, ONNX, Flax, oneDNN
  unbiased,  ///< divided by m - 1: PyTorch, TensorFlow's fused kernel, Ioffe and Szegedy 2015
};

/// One step of the exponential moving averages. A pure function: the state `before` is not changed, the new
/// one is returned.
///
/// batch_mean, batch_var (C) as forward_train returns them (batch_var biased); m values a channel in the
/// batch. Requires finite weights, batch_var >= 0 (NaN stays in its channel), m >= 1, and m >= 2 for the
/// unbiased estimator (m - 1 divides). A momentum outside [0, 1] is legal arithmetic, as in PyTorch. Where
/// the old value has the weight 0, as in the first step of a cumulative average, it is ignored, and may
/// be NaN. Throws std::invalid_argument that names the argument. Source: Ioffe and Szegedy 2015, section 3.1;
/// PyTorch's and Keras's documentation of BatchNormalization.
RunningStatistics update_running_statistics(const RunningStatistics& before, const Channels& batch_mean,
                                            const Channels& batch_var, Count m, const Momentum& momentum,
                                            VarianceEstimator estimator);

}  // namespace batchnorm
