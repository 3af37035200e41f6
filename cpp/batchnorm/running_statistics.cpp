#include "batchnorm/running_statistics.h"

namespace batchnorm {

RunningStatistics update_running_statistics(const RunningStatistics& before, const Channels& batch_mean,
                                            const Channels& batch_var, Eigen::Index m, double momentum,
                                            MomentumConvention convention, VarianceEstimator estimator) {
  const Eigen::Index channels = batch_mean.size();
  require_channels("batch_var", batch_var, channels);
  require_channels("running_mean", before.running_mean, channels);
  require_channels("running_var", before.running_var, channels);
  if (!(momentum >= 0 && momentum <= 1)) refuse("momentum", "a number from 0 to 1", momentum);
  const bool unbiased = estimator == VarianceEstimator::unbiased;
  if (m < 1) refuse("m", "at least 1 example", m);
  if (unbiased && m < 2) refuse("m", "at least 2 examples for the unbiased variance", m);

  const bool decay = convention == MomentumConvention::decay;
  const double old_weight = decay ? momentum : 1 - momentum;
  const double new_weight = decay ? 1 - momentum : momentum;
  const double examples = static_cast<double>(m);
  const double correction = unbiased ? examples / (examples - 1) : 1;

  RunningStatistics after;
  after.running_mean = old_weight * before.running_mean + new_weight * batch_mean;
  after.running_var = old_weight * before.running_var + new_weight * (batch_var * correction);
  return after;
}

}  // namespace batchnorm
