// The exponential moving averages, in every convention of momentum and with both estimators of the variance.
// (What holds for all batches and momenta is identities I22 and I23.)

#include "batchnorm/running_statistics.h"

#include "helpers.h"

namespace {

using namespace testing_batchnorm;
using batchnorm::Momentum;
using batchnorm::RunningStatistics;
using batchnorm::update_running_statistics;
using batchnorm::VarianceEstimator;

constexpr auto biased = VarianceEstimator::biased;
constexpr auto unbiased = VarianceEstimator::unbiased;

/// What a new layer starts from.
const RunningStatistics untrained{channels({0}), channels({1})};

/// The lesson's batch, [2, 4, 6, 8]: four examples with mean 5 and biased variance 5.
RunningStatistics after_the_lessons_batch(const Momentum& momentum, VarianceEstimator estimator) {
  return update_running_statistics(untrained, channels({5}), channels({5}), 4, momentum, estimator);
}

TEST(RunningStatistics, EveryMeaningOfMomentum09) {
  struct {
    Momentum momentum;
    VarianceEstimator estimator;
    double mean, var;
  } const table[] = {
      // Pitfall 2: 0.9 as the weight of the old value, then as the weight of the new one. The unbiased
      // variance of the batch is 5 * 4/3 = 20/3.
      {Momentum::decay(0.9), biased, 0.5, 1.4},
      {Momentum::decay(0.9), unbiased, 0.5, 0.9 + 0.1 * 20 / 3},
      {Momentum::torch(0.9), biased, 4.5, 4.6},
      {Momentum::torch(0.9), unbiased, 4.5, 6.1},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(testing::Message() << "mean " << row.mean << ", variance " << row.var);
    const RunningStatistics after = after_the_lessons_batch(row.momentum, row.estimator);
    EXPECT_NEAR(after.running_mean(0), row.mean, 4 * epsilon * row.mean);
    EXPECT_NEAR(after.running_var(0), row.var, 4 * epsilon * row.var);
  }
  EXPECT_NEAR(table[1].var, 1.5667, 0.5e-4);  // as the pitfalls print it
}

TEST(RunningStatistics, OneMinusMomentumIsRounded) {
  // 1 - 0.9 is 0.09999999999999998, so 0.5 comes out one digit short (the remark on floating point in the
  // lesson's departures).
  EXPECT_EQ(after_the_lessons_batch(Momentum::decay(0.9), biased).running_mean(0), 0.4999999999999999);
}

TEST(RunningStatistics, Momentum099) {
  const RunningStatistics after = after_the_lessons_batch(Momentum::decay(0.99), biased);
  EXPECT_NEAR(after.running_mean(0), 0.05, 8 * epsilon * 0.05 / 0.01);
  EXPECT_NEAR(after.running_var(0), 1.04, 4 * epsilon * 1.04);
}

TEST(RunningStatistics, TheStartFadesAsAPowerOfMomentum) {
  // Departure 14 of the lesson: with 0.99 the initial value keeps 90 % of the weight after 10 steps, 37 %
  // after 100 and 1 % after 459. Batches of zeros leave nothing but that weight.
  RunningStatistics running{channels({1}), channels({1})};
  for (int step = 1; step <= 459; ++step) {
    running =
        update_running_statistics(running, channels({0}), channels({0}), 4, Momentum::decay(0.99), biased);
    const double left = std::pow(0.99, step);
    EXPECT_NEAR(running.running_mean(0), left, step * epsilon * left);
    for (const auto& [after, weight] : {std::pair{10, 0.90}, {100, 0.37}, {459, 0.01}}) {
      if (step == after) {
        EXPECT_NEAR(running.running_mean(0), weight, 0.005);
      }
    }
  }
}

TEST(RunningStatistics, CumulativeIsThePlainMeanOfAllBatches) {
  // Whatever was there before the first batch, and whatever the batches' sizes.
  RunningStatistics running{channels({17}), channels({17})};
  const double means[] = {1, 3, 8, 4}, expected[] = {1, 2, 4, 4};
  for (Index step = 1; step <= 4; ++step) {
    const Channels batch = channels({means[step - 1]});
    running =
        update_running_statistics(running, batch, 2 * batch, 10 * step, Momentum::cumulative(step), biased);
    EXPECT_NEAR(running.running_mean(0), expected[step - 1], 4 * epsilon * 4);
    EXPECT_NEAR(running.running_var(0), 2 * expected[step - 1], 8 * epsilon * 4);
  }
  EXPECT_EQ(refusal([] { Momentum::cumulative(0); }), "step: expected at least 1, got 0");
  EXPECT_EQ(refusal([] { Momentum::cumulative(-1); }), "step: expected at least 1, got -1");
}

TEST(RunningStatistics, TheFirstCumulativeStepDoesNotLookAtWhatWasThere) {
  for (const double before : {not_a_number, infinity, 17.0}) {
    const RunningStatistics after =
        update_running_statistics({channels({before}), channels({before})}, channels({3}), channels({4}), 2,
                                  Momentum::cumulative(1), biased);
    EXPECT_EQ(after.running_mean(0), 3);
    EXPECT_EQ(after.running_var(0), 4);
  }
  // Later steps do.
  const RunningStatistics after =
      update_running_statistics({channels({not_a_number}), channels({1})}, channels({3}), channels({4}), 2,
                                Momentum::cumulative(2), biased);
  EXPECT_TRUE(std::isnan(after.running_mean(0)));
  EXPECT_EQ(after.running_var(0), 2.5);
}

TEST(RunningStatistics, CountsUpTo2To53) {
  // m / (m - 1) is 1 but for the last digit.
  const batchnorm::Count most = batchnorm::most_values;
  const RunningStatistics after = update_running_statistics(untrained, channels({5}), channels({5}), most,
                                                            Momentum::decay(0.5), unbiased);
  EXPECT_NEAR(after.running_var(0), 3, 4 * epsilon);
  EXPECT_EQ(Momentum::cumulative(most).new_weight, 0x1p-53);
}

TEST(RunningStatistics, MomentumIsConvertedBetweenTheConventions) {
  EXPECT_EQ(batchnorm::torch_from_decay(0.75), 0.25);
  EXPECT_EQ(batchnorm::decay_from_torch(0.25), 0.75);
  EXPECT_EQ(batchnorm::torch_from_decay(1), 0);
  // 1 - 0.9 is not 0.1: the conversion rounds, so that a way back need not end where it began.
  EXPECT_NEAR(batchnorm::torch_from_decay(0.9), 0.1, epsilon / 2);
  EXPECT_NE(batchnorm::torch_from_decay(0.9), 0.1);
  const Momentum decay = Momentum::decay(0.75), torch = Momentum::torch(0.25);
  EXPECT_EQ(decay.old_weight, torch.old_weight);
  EXPECT_EQ(decay.new_weight, torch.new_weight);
}

TEST(RunningStatistics, AMomentumBeyond0To1IsArithmeticToo) {
  // PyTorch's own tests use -1: 2 old - batch.
  const RunningStatistics torch = after_the_lessons_batch(Momentum::torch(-1), biased);
  EXPECT_EQ(torch.running_mean(0), -5);
  EXPECT_EQ(torch.running_var(0), -3);
  const RunningStatistics decay = after_the_lessons_batch(Momentum::decay(1.5), biased);
  EXPECT_EQ(decay.running_mean(0), -2.5);
  EXPECT_EQ(decay.running_var(0), -1);
}

TEST(RunningStatistics, ABiasBeforeTheLayerShiftsTheRunningMeanOnly) {
  // Departure 17 of the lesson: the running mean moves by b, the variance does not; that shift cancels b at
  // inference.
  const double b = 100;
  lab::Random random(17);
  const Batch x = (10 * random_batch(random, 8, 3)).round();
  const Channels gamma = random_channels(random, 3), beta = random_channels(random, 3);
  const auto trained_on = [&](const Batch& batch) {
    const auto forward = batchnorm::forward_train(batch, gamma, beta, 1e-5);
    const RunningStatistics start{Channels::Zero(3), Channels::Ones(3)};
    return update_running_statistics(start, forward.batch_mean, forward.batch_var, 8, Momentum::decay(0),
                                     unbiased);
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
                                     Momentum::decay(0.9), unbiased);
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
  const auto refused = [&](Index m, const Momentum& momentum, VarianceEstimator estimator) {
    return refusal([&] { update_running_statistics({two, two}, two, two, m, momentum, estimator); });
  };
  const Momentum decay = Momentum::decay(0.9);
  EXPECT_EQ(refused(2, decay, unbiased), "(accepted)");
  EXPECT_EQ(refused(1, decay, biased), "(accepted)");
  EXPECT_EQ(refused(1, decay, unbiased), "m: expected at least 2 examples for the unbiased variance, got 1");
  EXPECT_EQ(refused(0, decay, biased), "m: expected at least 1 example, got 0");
  EXPECT_EQ(refused(-3, decay, unbiased), "m: expected at least 1 example, got -3");
  EXPECT_EQ(refused(4, Momentum::decay(-0.25), biased), "(accepted)");
  EXPECT_EQ(refused(4, Momentum::decay(not_a_number), biased), "momentum: expected a finite number, got nan");
  EXPECT_EQ(refused(4, Momentum::decay(infinity), biased), "momentum: expected a finite number, got inf");
  EXPECT_EQ(refused(4, Momentum{0.5, not_a_number}, biased), "momentum: expected a finite number, got nan");

  // The biased variance of a one-pass formula may be negative.
  const auto of_var = [&](const Channels& batch_var) {
    return refusal([&] {
      update_running_statistics({two, two}, two, batch_var, 4, Momentum::decay(0.9), biased);
    });
  };
  EXPECT_EQ(of_var(channels({1, -1})), "batch_var (channel 1): expected a variance >= 0, got -1");
  EXPECT_EQ(of_var(channels({-infinity, 1})), "batch_var (channel 0): expected a variance >= 0, got -inf");
  EXPECT_EQ(of_var(channels({0, not_a_number})), "(accepted)");

  const auto with_lengths = [&](const Channels& mean, const Channels& var, const Channels& batch_mean,
                                const Channels& batch_var) {
    return refusal([&] {
      update_running_statistics({mean, var}, batch_mean, batch_var, 4, Momentum::decay(0.9), biased);
    });
  };
  EXPECT_EQ(with_lengths(three, two, two, two), "running_mean: expected 2 values (one a channel), got 3");
  EXPECT_EQ(with_lengths(two, three, two, two), "running_var: expected 2 values (one a channel), got 3");
  EXPECT_EQ(with_lengths(two, two, two, three), "batch_var: expected 2 values (one a channel), got 3");
}

}  // namespace
