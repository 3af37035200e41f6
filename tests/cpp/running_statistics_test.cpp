// The exponential moving averages, in both conventions of momentum and with both estimators of the variance.

#include "batchnorm/running_statistics.h"

#include "batchnorm/forward.h"
#include "helpers.h"

namespace {

using namespace testing_batchnorm;
using batchnorm::MomentumConvention;
using batchnorm::RunningStatistics;
using batchnorm::update_running_statistics;
using batchnorm::VarianceEstimator;

constexpr auto decay = MomentumConvention::decay;
constexpr auto torch = MomentumConvention::torch;
constexpr auto biased = VarianceEstimator::biased;
constexpr auto unbiased = VarianceEstimator::unbiased;

/// What a new layer starts from.
const RunningStatistics untrained{channels({0}), channels({1})};

/// The lesson's batch, [2, 4, 6, 8]: four examples with mean 5 and biased variance 5.
RunningStatistics after_the_lessons_batch(const RunningStatistics& before, double momentum,
                                          MomentumConvention convention, VarianceEstimator estimator) {
  return update_running_statistics(before, channels({5}), channels({5}), 4, momentum, convention, estimator);
}

struct Batches {
  Channels mean, var;
  Index m;
};

/// The statistics of some batch, and of what ran before it.
Batches random_batches(lab::Random& random, Index width) {
  return {random_channels(random, width), random_channels(random, width).square(),
          1 + random_count(random, 50)};
}

TEST(RunningStatistics, EveryMeaningOfMomentum09) {
  struct {
    MomentumConvention convention;
    VarianceEstimator estimator;
    double mean, var;
  } const table[] = {
      // Pitfall 2: 0.9 as the weight of the old value, then as the weight of the new one. The unbiased
      // variance of the batch is 5 * 4/3 = 20/3.
      {decay, biased, 0.5, 1.4},
      {decay, unbiased, 0.5, 0.9 + 0.1 * 20 / 3},
      {torch, biased, 4.5, 4.6},
      {torch, unbiased, 4.5, 6.1},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(testing::Message() << "mean " << row.mean << ", variance " << row.var);
    const RunningStatistics after = after_the_lessons_batch(untrained, 0.9, row.convention, row.estimator);
    EXPECT_NEAR(after.running_mean(0), row.mean, 4 * epsilon * row.mean);
    EXPECT_NEAR(after.running_var(0), row.var, 4 * epsilon * row.var);
  }
  EXPECT_NEAR(table[1].var, 1.5667, 0.5e-4);  // as the pitfalls print it
}

TEST(RunningStatistics, OneMinusMomentumIsRounded) {
  // 1 - 0.9 is 0.09999999999999998, so 0.5 comes out one digit short (the errata's floating-point remark).
  EXPECT_EQ(after_the_lessons_batch(untrained, 0.9, decay, biased).running_mean(0), 0.4999999999999999);
}

TEST(RunningStatistics, Momentum099) {
  const RunningStatistics after = after_the_lessons_batch(untrained, 0.99, decay, biased);
  EXPECT_NEAR(after.running_mean(0), 0.05, 8 * epsilon * 0.05 / 0.01);
  EXPECT_NEAR(after.running_var(0), 1.04, 4 * epsilon * 1.04);
}

TEST(RunningStatistics, TheStartFadesAsAPowerOfMomentum) {
  // Erratum 14: with 0.99 the initial value keeps 90 % of the weight after 10 steps, 37 % after 100 and 1 %
  // after 459. Batches of zeros leave nothing but that weight.
  RunningStatistics running{channels({1}), channels({1})};
  for (int step = 1; step <= 459; ++step) {
    running = update_running_statistics(running, channels({0}), channels({0}), 4, 0.99, decay, biased);
    const double left = std::pow(0.99, step);
    EXPECT_NEAR(running.running_mean(0), left, step * epsilon * left);
    for (const auto& [after, weight] : {std::pair{10, 0.90}, {100, 0.37}, {459, 0.01}}) {
      if (step == after) {
        EXPECT_NEAR(running.running_mean(0), weight, 0.005);
      }
    }
  }
}

TEST(RunningStatistics, IdenticalBatchesI22) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    lab::Random random(seed);
    const Index width = random_count(random, 6);
    const Batches before = random_batches(random, width), batch = random_batches(random, width);
    const double momentum = random.uniform();
    RunningStatistics running{before.mean, before.var};
    const int steps = 25;
    for (int step = 0; step < steps; ++step) {
      running = update_running_statistics(running, batch.mean, batch.var, batch.m, momentum, decay, unbiased);
    }
    // r_k = alpha^k r_0 + (1 - alpha^k) times the statistic of the batch.
    const double left = std::pow(momentum, steps);
    const double m = static_cast<double>(batch.m);
    const Channels var = batch.var * m / (m - 1);
    const Channels mean_size = before.mean.abs() + batch.mean.abs();
    const Channels var_size = before.var + var;
    for (Index c = 0; c < width; ++c) {
      EXPECT_NEAR(running.running_mean(c), left * before.mean(c) + (1 - left) * batch.mean(c),
                  steps * 2 * epsilon * mean_size(c));
      EXPECT_NEAR(running.running_var(c), left * before.var(c) + (1 - left) * var(c),
                  steps * 2 * epsilon * var_size(c));
    }
  }
}

TEST(RunningStatistics, WeightsOneOverKGiveThePlainMeanI22) {
  lab::Random random(22);
  RunningStatistics running{channels({17, 17, 17}), channels({17, 17, 17})};
  Channels mean_sum = Channels::Zero(3), var_sum = Channels::Zero(3);
  for (int k = 1; k <= 20; ++k) {
    // Batches of different size count alike.
    const Batches batch = random_batches(random, 3);
    running = update_running_statistics(running, batch.mean, batch.var, batch.m, 1.0 / k, torch, biased);
    mean_sum += batch.mean;
    var_sum += batch.var;
    // |N(0, 1)| stays below 5 here, its square below 25.
    expect_near(running.running_mean, mean_sum / k, k * 2 * epsilon * 5);
    expect_near(running.running_var, var_sum / k, k * 2 * epsilon * 25);
  }
}

TEST(RunningStatistics, TorchsMomentumIsOneMinusTheLessonsI22) {
  for (const double momentum : {0.0, 0.01, 0.1, 0.25, 0.9, 0.99, 1.0}) {
    SCOPED_TRACE(momentum);
    lab::Random random(static_cast<std::uint64_t>(1000 * momentum));
    const Batches before = random_batches(random, 5), batch = random_batches(random, 5);
    const auto update = [&](double weight, MomentumConvention convention) {
      return update_running_statistics({before.mean, before.var}, batch.mean, batch.var, batch.m, weight,
                                       convention, unbiased);
    };
    const RunningStatistics by_torch = update(momentum, torch), by_decay = update(1 - momentum, decay);
    const double mean_size = largest(before.mean) + largest(batch.mean);
    const double var_size = largest(before.var) + 2 * largest(batch.var);
    expect_near(by_torch.running_mean, by_decay.running_mean, 2 * epsilon * mean_size);
    expect_near(by_torch.running_var, by_decay.running_var, 2 * epsilon * var_size);
  }
}

TEST(RunningStatistics, TheExtremesOfMomentum) {
  lab::Random random(3);
  const Batches before = random_batches(random, 5), batch = random_batches(random, 5);
  const auto update = [&](double momentum, MomentumConvention convention) {
    return update_running_statistics({before.mean, before.var}, batch.mean, batch.var, batch.m, momentum,
                                     convention, biased);
  };
  for (const RunningStatistics& kept : {update(1, decay), update(0, torch)}) {
    EXPECT_TRUE((kept.running_mean == before.mean).all());
    EXPECT_TRUE((kept.running_var == before.var).all());
  }
  for (const RunningStatistics& replaced : {update(0, decay), update(1, torch)}) {
    EXPECT_TRUE((replaced.running_mean == batch.mean).all());
    EXPECT_TRUE((replaced.running_var == batch.var).all());
  }
}

TEST(RunningStatistics, TheUnbiasedVarianceI23) {
  for (const Index m : {2, 3, 4, 32, 1000}) {
    SCOPED_TRACE(m);
    const RunningStatistics zero{channels({0, 0}), channels({0, 0})};
    const auto from_zero = [&](VarianceEstimator estimator) {
      return update_running_statistics(zero, channels({1, 2}), channels({0.3, 7}), m, 0.25, decay, estimator);
    };
    const double correction = static_cast<double>(m) / static_cast<double>(m - 1);
    const RunningStatistics population = from_zero(biased), sample = from_zero(unbiased);
    expect_near(population.running_var, 0.75 * channels({0.3, 7}), 2 * epsilon * 7);
    for (Index c = 0; c < 2; ++c) {
      EXPECT_NEAR(sample.running_var(c), population.running_var(c) * correction,
                  2 * epsilon * sample.running_var(c));
    }
    EXPECT_EQ(bits(sample.running_mean), bits(population.running_mean));
  }
}

TEST(RunningStatistics, ABiasBeforeTheLayerShiftsTheRunningMeanOnly) {
  // Erratum 17: the running mean moves by b, the variance does not; that shift cancels b at inference.
  const double b = 100;
  lab::Random random(17);
  const Batch x = (10 * random_batch(random, 8, 3)).round();
  const Channels gamma = random_channels(random, 3), beta = random_channels(random, 3);
  const auto trained_on = [&](const Batch& batch) {
    const auto forward = batchnorm::forward_train(batch, gamma, beta, 1e-5);
    const RunningStatistics start{Channels::Zero(3), Channels::Ones(3)};
    return update_running_statistics(start, forward.batch_mean, forward.batch_var, 8, 0, decay, unbiased);
  };
  const RunningStatistics plain = trained_on(x), biased_layer = trained_on(x + b);
  EXPECT_EQ(bits(biased_layer.running_mean), bits(plain.running_mean + b));
  EXPECT_EQ(bits(biased_layer.running_var), bits(plain.running_var));
  const auto infer = [&](const Batch& batch, const RunningStatistics& running) {
    return batchnorm::forward_inference(batch, gamma, beta, running.running_mean, running.running_var, 1e-5);
  };
  EXPECT_EQ(bits(infer(x + b, biased_layer)), bits(infer(x, plain)));
}

TEST(RunningStatistics, ChannelsDoNotInteractI15) {
  const RunningStatistics before{channels({1, 2, 3}), channels({4, 5, 6})};
  const auto update = [&](double spoilt) {
    return update_running_statistics(before, channels({0.5, spoilt, 0.25}), channels({0.1, spoilt, 0.7}), 4,
                                     0.9, decay, unbiased);
  };
  const RunningStatistics clean = update(1), spoilt = update(not_a_number);
  EXPECT_TRUE(std::isnan(spoilt.running_mean(1)) && std::isnan(spoilt.running_var(1)));
  for (const Index c : {0, 2}) {
    EXPECT_EQ(spoilt.running_mean(c), clean.running_mean(c));
    EXPECT_EQ(spoilt.running_var(c), clean.running_var(c));
  }
}

TEST(RunningStatistics, Refusals) {
  const Channels two = channels({1, 1}), three = channels({1, 1, 1});
  const auto refused = [&](Index m, double momentum, VarianceEstimator estimator) {
    return refusal([&] { update_running_statistics({two, two}, two, two, m, momentum, decay, estimator); });
  };
  EXPECT_EQ(refused(2, 0.9, unbiased), "(accepted)");
  EXPECT_EQ(refused(1, 0.9, biased), "(accepted)");
  EXPECT_EQ(refused(1, 0.9, unbiased), "m: expected at least 2 examples for the unbiased variance, got 1");
  EXPECT_EQ(refused(0, 0.9, biased), "m: expected at least 1 example, got 0");
  EXPECT_EQ(refused(-3, 0.9, unbiased), "m: expected at least 1 example, got -3");
  EXPECT_EQ(refused(4, -0.25, biased), "momentum: expected a number from 0 to 1, got -0.25");
  EXPECT_EQ(refused(4, 1.5, biased), "momentum: expected a number from 0 to 1, got 1.5");
  EXPECT_EQ(refused(4, not_a_number, biased), "momentum: expected a number from 0 to 1, got nan");

  const auto with_lengths = [&](const Channels& mean, const Channels& var, const Channels& batch_mean,
                                const Channels& batch_var) {
    return refusal([&] {
      update_running_statistics({mean, var}, batch_mean, batch_var, 4, 0.9, decay, biased);
    });
  };
  EXPECT_EQ(with_lengths(three, two, two, two), "running_mean: expected 2 values (one a channel), got 3");
  EXPECT_EQ(with_lengths(two, three, two, two), "running_var: expected 2 values (one a channel), got 3");
  EXPECT_EQ(with_lengths(two, two, two, three), "batch_var: expected 2 values (one a channel), got 3");
}

}  // namespace
