#pragma once
// Running statistics over a sequence of batches, for figures that show how they follow.

#include "batchnorm/running_statistics.h"

namespace lab {

/// The running statistics of one channel before the first of T batches and after each of them: (T + 1) each.
///
/// batch_mean, batch_var: (T), one of each batch, batch_var biased; m values in each batch. Requires 1 <= T
/// <= 10,000 and what update_running_statistics requires, which makes every step; throws
/// std::invalid_argument.
batchnorm::RunningStatistics running_series(double running_mean, double running_var,
                                            const batchnorm::Channels& batch_mean,
                                            const batchnorm::Channels& batch_var, batchnorm::Index m,
                                            const batchnorm::Momentum& momentum,
                                            batchnorm::VarianceEstimator estimator);

}  // namespace lab
