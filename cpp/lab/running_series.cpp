#include "lab/running_series.h"

#include <string>

namespace lab {

using batchnorm::Channels;
using batchnorm::Index;
using batchnorm::RunningStatistics;

RunningStatistics running_series(double running_mean, double running_var, const Channels& batch_mean,
                                 const Channels& batch_var, Index m, const batchnorm::Momentum& momentum,
                                 batchnorm::VarianceEstimator estimator) {
  const Eigen::Index batches = batch_mean.size();
  if (batches < 1 || batches > 10000)
    batchnorm::refuse("batch_mean", "1 to 10000 batches", std::to_string(batches));
  if (batch_var.size() != batches) {
    batchnorm::refuse("batch_var", std::to_string(batches) + " values, as many as batch_mean",
                      std::to_string(batch_var.size()));
  }
  RunningStatistics series{Channels(batches + 1), Channels(batches + 1)};
  RunningStatistics now{Channels::Constant(1, running_mean), Channels::Constant(1, running_var)};
  for (Eigen::Index t = 0;; ++t) {
    series.running_mean(t) = now.running_mean(0);
    series.running_var(t) = now.running_var(0);
    if (t == batches) return series;
    now = batchnorm::update_running_statistics(now, batch_mean.segment(t, 1), batch_var.segment(t, 1), m,
                                               momentum, estimator);
  }
}

}  // namespace lab
