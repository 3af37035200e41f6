#pragma once
// Batches from a distribution that shifts once, their running statistics, and one example normalized with
// either: for figures that compare training and inference.

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

/// How a layer updates its running statistics.
struct RunningRule {
  batchnorm::Momentum momentum;
  batchnorm::VarianceEstimator estimator;
};

/// The running statistics before the first batch and after each: (T + 1).
struct RunningPath : batchnorm::RunningStatistics {
  batchnorm::Channels fed_var;       ///< (T)  the variances that running_var averages
  batchnorm::Channels start_weight;  ///< (T + 1)  the weight of the initial values in them
  double span;                       ///< the effective number of batches averaged: 1 / new_weight
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

/// gamma = 1, beta = 0. `path` is that of these batches; inference uses it as it is after the batch `to`.
/// Requires 1 <= from <= to <= T; eps >= 0, and > 0 in batches of values that are all equal.
BothModes in_both_modes(const StreamBatches& batches, const RunningPath& path, double x, double eps,
                        Eigen::Index from, Eigen::Index to);

}  // namespace lab
