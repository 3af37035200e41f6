#include "batchnorm/running_statistics.h"

#include <cmath>

namespace batchnorm {

Momentum Momentum::cumulative(Count step) {
  if (step < 1) refuse("step", "at least 1", step);
  const double count = static_cast<double>(step);
  return {(count - 1) / count, 1 / count};
}

RunningStatistics update_running_statistics(const RunningStatistics& before, const Channels& batch_mean,
                                            const Channels& batch_var, Count m, const Momentum& momentum,
                                            VarianceEstimator estimator) {
  const Index channels = batch_mean.size();
  require_channels("batch_var", batch_var, channels);
  require_channels("running_mean", before.running_mean, channels);
  require_channels("running_var", before.running_var, channels);
  const auto [old_weight, new_weight] = momentum;
  for (const double weight : {old_weight, new_weight}) {
    if (!std::isfinite(weight)) refuse("momentum", "a finite number", weight);
  }
  for (Index c = 0; c < channels; ++c) {
    if (batch_var(c) < 0) refuse("batch_var (channel " + in_words(c) + ")", "a variance >= 0", batch_var(c));
  }
  const bool unbiased = estimator == VarianceEstimator::unbiased;
  if (m < 1) refuse("m", "at least 1 example", m);
  if (unbiased && m < 2) refuse("m", "at least 2 examples for the unbiased variance", m);

  const double values = static_cast<double>(m);
  const double correction = unbiased ? values / (values - 1) : 1;
  const Channels of_mean = new_weight * batch_mean, of_var = new_weight * (batch_var * correction);
  // 0 times NaN would be NaN.
  if (old_weight == 0) return {of_mean, of_var};
  return {old_weight * before.running_mean + of_mean, old_weight * before.running_var + of_var};
}

}  // namespace batchnorm
