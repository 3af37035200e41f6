#include "lab/running_stream.h"

#include <cmath>
#include <string>

#include "lab/random.h"
#include "lab/running_series.h"

namespace lab {

namespace {

using batchnorm::Batch;
using batchnorm::Channels;
using Eigen::Index;

Batch draws(const Stream& of, double mean, const char* name, double variance) {
  if (!(variance >= 0)) batchnorm::refuse(name, "a number >= 0", variance);
  return normal_batches(of.seed, of.batches, of.m, mean, std::sqrt(variance));
}

}  // namespace

StreamBatches batches_of(const Stream& stream) {
  StreamBatches batches{draws(stream, stream.mean_before, "var_before", stream.var_before), {}, {}};
  const Batch after = draws(stream, stream.mean_after, "var_after", stream.var_after);
  if (stream.shift_at < 0 || stream.shift_at > stream.batches) {
    batchnorm::refuse("shift_at", "a batch from 0 to " + std::to_string(stream.batches),
                      std::to_string(stream.shift_at));
  }
  const Index shifted = stream.batches - stream.shift_at;
  batches.x.rightCols(shifted) = after.rightCols(shifted);
  // Each batch is a channel of one tensor. Mean and variance do not depend on eps.
  const batchnorm::BatchStatistics statistics =
      batchnorm::batch_statistics(batchnorm::moments({stream.m, stream.batches, 1}, batches.x), 1);
  batches.batch_mean = statistics.batch_mean;
  batches.batch_var = statistics.batch_var;
  return batches;
}

RunningPath follow(const StreamBatches& batches, double running_mean, double running_var,
                   const RunningRule& rule) {
  const auto& [x, batch_mean, batch_var] = batches;
  const batchnorm::Count m = x.rows();
  const Index count = x.cols();
  RunningPath path{running_series(running_mean, running_var, batch_mean, batch_var, x.rows(), rule.momentum,
                                  rule.estimator),
                   {},
                   Channels(count + 1),
                   1 / rule.momentum.new_weight};
  // With the weight 0 on the old value, one update returns the variance that it averages.
  path.fed_var = batchnorm::update_running_statistics({batch_mean, batch_var}, batch_mean, batch_var, m,
                                                      batchnorm::Momentum::decay(0), rule.estimator)
                     .running_var;
  for (Index t = 0; t <= count; ++t)
    path.start_weight(t) = std::pow(rule.momentum.old_weight, static_cast<double>(t));
  return path;
}

BothModes in_both_modes(const StreamBatches& batches, const RunningPath& path, double x, double eps,
                        Index from, Index to) {
  const Index count = batches.x.cols();
  if (!(1 <= from && from <= to && to <= count)) {
    batchnorm::refuse("from, to", "batches from 1 to " + std::to_string(count),
                      std::to_string(from) + ", " + std::to_string(to));
  }
  Batch joined = batches.x.middleCols(from - 1, to - from + 1);
  joined.row(0) = x;
  const Channels gamma = Channels::Ones(joined.cols());
  const batchnorm::TrainingForward training = batchnorm::forward_train(joined, gamma, 0 * gamma, eps);
  const Batch inference =
      batchnorm::forward_inference(Batch::Constant(1, 1, x), Channels::Ones(1), Channels::Zero(1),
                                   path.running_mean.segment(to, 1), path.running_var.segment(to, 1), eps);
  return {joined.rightCols(1).bottomRows(joined.rows() - 1).transpose(), training.y.row(0),
          training.batch_mean, training.batch_var, inference(0, 0)};
}

}  // namespace lab
