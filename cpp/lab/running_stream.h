#pragma once
// Batches from a distribution that shifts once, the running statistics that follow them, and one example that
// meets both: what figures of training and inference show.

#include <cstdint>

#include "batchnorm/running_statistics.h"
#include "batchnorm/trace.h"

namespace lab {

/// T batches of m values of one channel. The first `shift_at` are drawn from one normal distribution, those
/// that follow from another, with the same draws.
struct Stream {
  std::uint64_t seed;
  Eigen::Index batches;  ///< T
  Eigen::Index m;
  Eigen::Index shift_at;  ///< 0 to T
  double mean_before, var_before;
  double mean_after, var_after;
};

struct StreamBatches {
  batchnorm::Batch x;              ///< (m, T)  a column for each batch
  batchnorm::Channels batch_mean;  ///< (T)
  batchnorm::Channels batch_var;   ///< (T)  biased
};

/// How a layer follows the batches.
struct RunningRule {
  batchnorm::Momentum momentum;
  batchnorm::VarianceEstimator estimator;
};

/// The running statistics before the first batch and after each: (T + 1).
struct RunningPath : batchnorm::RunningStatistics {
  batchnorm::Channels fed_var;       ///< (T)  what the running variance averages
  batchnorm::Channels start_weight;  ///< (T + 1)  what the start still weighs in them
  double span;                       ///< over about how many batches they average: 1 / new_weight
};

/// One example with the statistics of each of the batches `from` to `to`, counted from 1, in the place of
/// their first value; and with those of inference.
struct BothModes {
  batchnorm::Channels others;      ///< (m - 1)  the other values of the batch `to`
  batchnorm::Channels y_training;  ///< (to - from + 1), as the next two
  batchnorm::Channels batch_mean;
  batchnorm::Channels batch_var;
  double y_inference;
};

/// Requires 0 <= shift_at <= T, variances >= 0 and what normal_batches requires; throws
/// std::invalid_argument.
StreamBatches batches_of(const Stream& stream);

/// Requires what running_series requires.
RunningPath follow(const StreamBatches& batches, double running_mean, double running_var,
                   const RunningRule& rule);

/// gamma = 1, beta = 0. `path` is what follows the batches; inference takes it as it is after the batch `to`.
/// Requires 1 <= from <= to <= T; eps >= 0, and > 0 in batches of values that are all equal.
BothModes in_both_modes(const StreamBatches& batches, const RunningPath& path, double x, double eps,
                        Eigen::Index from, Eigen::Index to);

}  // namespace lab
