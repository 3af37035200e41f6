// The training and the inference forward pass. Names such as I3 are those of the identities every batch
// normalization fulfils; u is the unit roundoff, epsilon = 2u.

#include "batchnorm/forward.h"

#include "helpers.h"

namespace {

using namespace testing_batchnorm;
using batchnorm::forward_inference;
using batchnorm::forward_train;
using batchnorm::TrainingForward;

const Batch lesson_x = column({2, 4, 6, 8});

/// (-3, -1, 1, 3) / sqrt(5): x_hat of the lesson's batch, whose mean is 5 and whose variance is 5.
const Batch lesson_x_hat = column({-3, -1, 1, 3}) / std::sqrt(5.0);

TEST(ForwardTrain, LessonExample1) {
  const TrainingForward forward = forward_train(lesson_x, channels({1}), channels({0}), 0);
  EXPECT_EQ(forward.batch_mean(0), 5);
  EXPECT_EQ(forward.batch_var(0), 5);
  EXPECT_NEAR(forward.saved_invstd(0), 1 / std::sqrt(5.0), epsilon);
  expect_near(forward.x_hat, lesson_x_hat, 2 * epsilon);
  EXPECT_EQ(bits(forward.y), bits(forward.x_hat));
  // The lesson prints x_hat with three decimals.
  expect_near(forward.x_hat, column({-1.342, -0.447, 0.447, 1.342}), 0.0005);
}

TEST(ForwardTrain, LessonExample2) {
  const TrainingForward forward = forward_train(lesson_x, channels({2}), channels({1}), 0);
  expect_near(forward.y, 1 + 2 * lesson_x_hat, 4 * epsilon);
  const double mean = forward.y.mean();
  EXPECT_NEAR(mean, 1, 4 * epsilon * largest(forward.y));
  // Exactly 4: the lesson's "approximately" comes from its rounded numbers (erratum 21).
  EXPECT_NEAR((forward.y - mean).square().mean(), 4, 16 * epsilon * 4);
}

TEST(ForwardTrain, BothExamplesSideBySide) {
  Batch x(4, 2);
  x << lesson_x, lesson_x;
  const TrainingForward forward = forward_train(x, channels({1, 2}), channels({0, 1}), 0);
  expect_near(forward.y.col(0), lesson_x_hat, 2 * epsilon);
  expect_near(forward.y.col(1), 1 + 2 * lesson_x_hat, 4 * epsilon);
}

TEST(ForwardTrain, XHatSumsToZeroAndYAveragesToBetaI1) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = random_problem(seed);
    const TrainingForward forward = problem.forward();
    const double m = static_cast<double>(problem.m());
    for (Index c = 0; c < problem.width(); ++c) {
      const double size = largest(forward.x_hat.col(c));
      EXPECT_NEAR(forward.x_hat.col(c).sum(), 0, m * epsilon * size);
      EXPECT_NEAR(forward.y.col(c).mean(), problem.beta(c),
                  m * epsilon * (std::abs(problem.gamma(c)) * size + std::abs(problem.beta(c))));
    }
  }
}

TEST(ForwardTrain, VarianceOfXHatIsRhoI3) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = random_problem(seed);
    const TrainingForward forward = problem.forward();
    const Channels expected = rho(forward, problem.eps);
    const double m = static_cast<double>(problem.m());
    for (Index c = 0; c < problem.width(); ++c) {
      // The sum of the test itself rounds m times.
      EXPECT_NEAR(forward.x_hat.col(c).square().mean(), expected(c), (m + 8) * epsilon * expected(c));
      const double var_y = (forward.y.col(c) - forward.y.col(c).mean()).square().mean();
      const double size = largest(forward.y.col(c));
      EXPECT_NEAR(var_y, std::pow(problem.gamma(c), 2) * expected(c), (m + 8) * epsilon * size * size);
    }
  }
}

TEST(ForwardTrain, VarianceOfXHatFallsShortOfOneByEps) {
  // Erratum 6: x with variance 1e-4 and eps 1e-3 has x_hat of variance 1/11 = 0.0909.
  const TrainingForward forward = forward_train(column({0.01, -0.01}), channels({3}), channels({-2}), 1e-3);
  EXPECT_NEAR(forward.x_hat.square().mean(), 1.0 / 11, 8 * epsilon / 11);
}

TEST(ForwardTrain, ShiftByAnIntegerChangesNoBitI8) {
  lab::Random random(8);
  // With m a power of 2 every mean lies on the grid, so that neither batch rounds before the division.
  for (const Index m : {2, 4, 8, 32, 64}) {
    Batch x = random_batch(random, m, 3);
    x = (100 * x).round();
    const Channels gamma = random_channels(random, 3), beta = random_channels(random, 3);
    const TrainingForward unmoved = forward_train(x, gamma, beta, 1e-5);
    for (const double shift : {1.0, -7.0, 1e6, -0x1p40}) {
      SCOPED_TRACE(shift);
      const TrainingForward moved = forward_train(x + shift, gamma, beta, 1e-5);
      EXPECT_EQ(bits(moved.y), bits(unmoved.y));
      EXPECT_EQ(bits(moved.batch_var), bits(unmoved.batch_var));
      EXPECT_EQ(bits(moved.batch_mean), bits(unmoved.batch_mean + shift));
    }
  }
}

TEST(ForwardTrain, ShiftOfAnyBatchOfIntegersChangesRoundingOnlyI8) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    Problem problem = random_problem(seed, 3, 1e-5);
    problem.x = problem.x.round() + 0.0;
    const TrainingForward unmoved = problem.forward();
    problem.x += 0x1p45;
    const double size = largest(unmoved.y) + largest(problem.beta);
    expect_near(problem.forward().y, unmoved.y, 4 * epsilon * size);
  }
}

TEST(ForwardTrain, PowerOfTwoTimesTheBatchChangesNoBitI8) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = random_problem(seed);
    const TrainingForward unscaled = problem.forward();
    for (const double scale : {0x1p-30, 0.5, 8.0, 0x1p100}) {
      // eps has the unit of x squared: BN with eps scale^2 of scale x is BN with eps of x.
      const TrainingForward scaled =
          forward_train(scale * problem.x, problem.gamma, problem.beta, scale * scale * problem.eps);
      EXPECT_EQ(bits(scaled.y), bits(unscaled.y));
      EXPECT_EQ(bits(scaled.batch_mean), bits(scale * unscaled.batch_mean));
      EXPECT_EQ(bits(scaled.batch_var), bits(scale * scale * unscaled.batch_var));
    }
    const TrainingForward mirrored =
        forward_train(-4 * problem.x, problem.gamma, problem.beta, 16 * problem.eps);
    EXPECT_EQ(bits(mirrored.x_hat + 0.0), bits(-unscaled.x_hat + 0.0));
  }
}

TEST(ForwardTrain, PermutedExamplesGivePermutedOutputI14) {
  lab::Random random(14);
  constexpr Index m = 16;
  // Integers and a power of 2 for m: every sum is exact, in any order.
  const Batch x = (50 * random_batch(random, m, 3)).round();
  const Channels gamma = random_channels(random, 3), beta = random_channels(random, 3);
  const TrainingForward forward = forward_train(x, gamma, beta, 1e-3);
  const auto row = [](Index i) { return (5 * i + 3) % m; };
  Batch permuted(m, 3), expected(m, 3);
  for (Index i = 0; i < m; ++i) {
    permuted.row(i) = x.row(row(i));
    expected.row(i) = forward.y.row(row(i));
  }
  const TrainingForward of_permuted = forward_train(permuted, gamma, beta, 1e-3);
  EXPECT_NE(bits(permuted), bits(x));
  EXPECT_EQ(bits(of_permuted.y), bits(expected));
  EXPECT_EQ(bits(of_permuted.batch_mean), bits(forward.batch_mean));
  EXPECT_EQ(bits(of_permuted.batch_var), bits(forward.batch_var));
}

TEST(ForwardTrain, PermutedChannelsGivePermutedOutputI15) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = random_problem(seed);
    const TrainingForward forward = problem.forward();
    const TrainingForward reversed = forward_train(problem.x.rowwise().reverse(), problem.gamma.reverse(),
                                                   problem.beta.reverse(), problem.eps);
    EXPECT_EQ(bits(reversed.y), bits(forward.y.rowwise().reverse()));
    EXPECT_EQ(bits(reversed.batch_mean), bits(forward.batch_mean.reverse()));
    EXPECT_EQ(bits(reversed.batch_var), bits(forward.batch_var.reverse()));
    EXPECT_EQ(bits(reversed.saved_invstd), bits(forward.saved_invstd.reverse()));
  }
}

TEST(ForwardTrain, NanAndInfinityStayInTheirChannelI15) {
  for (Index width = 1; width <= 9; ++width) {
    lab::Random random(static_cast<std::uint64_t>(width));
    const Problem problem{random_batch(random, 5, width),
                          random_channels(random, width),
                          random_channels(random, width),
                          1e-5,
                          {}};
    const TrainingForward clean = problem.forward();
    for (Index bad = 0; bad < width; ++bad) {
      for (const double value : {not_a_number, infinity, -infinity}) {
        SCOPED_TRACE(testing::Message() << value << " in channel " << bad << " of " << width);
        Problem spoilt = problem;
        spoilt.x(3, bad) = value;
        const TrainingForward forward = spoilt.forward();
        EXPECT_TRUE(forward.y.col(bad).isNaN().all());
        EXPECT_TRUE(std::isnan(forward.batch_var(bad)));
        for (Index c = 0; c < width; ++c) {
          if (c == bad) continue;
          EXPECT_EQ(bits(forward.y.col(c)), bits(clean.y.col(c)));
          EXPECT_EQ(bits(forward.batch_mean.col(c)), bits(clean.batch_mean.col(c)));
          EXPECT_EQ(bits(forward.batch_var.col(c)), bits(clean.batch_var.col(c)));
        }
      }
    }
  }
}

double samuelson(Index m) {
  return std::sqrt(static_cast<double>(m - 1));
}

/// The sum of squares rounds m times, by u each; the root halves that.
double samuelson_rounding(Index m) {
  return (static_cast<double>(m) / 4 + 2) * epsilon * samuelson(m);
}

TEST(ForwardTrain, NoXHatExceedsSamuelsonsBoundI16) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = random_problem(seed, 2);
    EXPECT_LE(largest(problem.forward().x_hat), samuelson(problem.m()) + samuelson_rounding(problem.m()));
  }
}

TEST(ForwardTrain, ASingleOutlierReachesSamuelsonsBoundI16) {
  for (Index m = 2; m <= 100; ++m) {
    for (const double outlier : {1.0, -1e-3, 1e8}) {
      SCOPED_TRACE(testing::Message() << "m " << m << ", outlier " << outlier);
      Batch x = Batch::Zero(m, 1);
      x(m / 2, 0) = outlier;
      const TrainingForward forward = forward_train(x, channels({1.5}), channels({-2}), 0);
      EXPECT_NEAR(forward.x_hat(m / 2, 0), std::copysign(samuelson(m), outlier), samuelson_rounding(m));
    }
  }
}

TEST(ForwardTrain, TwoExamplesKeepNoSizeI17) {
  const double gamma = -1.7, beta = 0.6;
  for (const double eps : {0.0, 1e-5, 0.5}) {
    for (const double half : {0.5, 3.0, 0x1p-20}) {
      SCOPED_TRACE(testing::Message() << "eps " << eps << ", half the distance " << half);
      const TrainingForward forward =
          forward_train(column({5 - half, 5 + half}), channels({gamma}), channels({beta}), eps);
      const double root = std::sqrt(half * half / (half * half + eps));
      expect_near(forward.x_hat, column({-root, root}), 2 * epsilon * root);
      const double tolerance = 2 * epsilon * (std::abs(gamma) + std::abs(beta));
      expect_near(forward.y, column({beta - gamma * root, beta + gamma * root}), tolerance);
    }
  }
}

TEST(ForwardTrain, AConstantFeatureGivesBetaBitForBitI18) {
  const double betas[] = {0.1, -7.0 / 3, 1e-300, 0};
  for (const double constant : nasty_constants) {
    for (Index m = 1; m <= 100; ++m) {
      for (const double eps : {1e-5, 1e-3, 5e-324}) {
        SCOPED_TRACE(testing::Message() << constant << ", m " << m << ", eps " << eps);
        const double beta = betas[m % 4];
        const TrainingForward forward =
            forward_train(Batch::Constant(m, 1, constant), channels({-2.5}), channels({beta}), eps);
        ASSERT_TRUE((forward.y == beta).all());
        ASSERT_EQ(forward.batch_var(0), 0);
        ASSERT_EQ(forward.batch_mean(0), constant);
      }
    }
  }
}

TEST(ForwardTrain, TheBatchTwiceGivesTheSameStatisticsI24) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = random_problem(seed);
    const TrainingForward once = problem.forward();
    const TrainingForward twice =
        forward_train(problem.x.replicate(2, 1), problem.gamma, problem.beta, problem.eps);
    for (Index c = 0; c < problem.width(); ++c) {
      EXPECT_NEAR(twice.batch_mean(c), once.batch_mean(c), 4 * epsilon * largest(problem.x.col(c)));
      EXPECT_NEAR(twice.batch_var(c), once.batch_var(c), 8 * epsilon * once.batch_var(c));
      const double size = largest(once.y.col(c)) + std::abs(problem.beta(c));
      expect_near(twice.y.col(c), once.y.col(c).replicate(2, 1), 4 * epsilon * size);
    }
  }
}

TEST(ForwardTrain, NormalizingTwiceIsNormalizingOnceI25) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = random_problem(seed, 3, 0);
    const TrainingForward first = problem.forward();
    const Channels ones = Channels::Ones(problem.width()), zeros = Channels::Zero(problem.width());
    const TrainingForward second = forward_train(first.y, ones, zeros, 0);
    for (Index c = 0; c < problem.width(); ++c) {
      const double gamma = problem.gamma(c);
      const double sign = gamma > 0 ? 1 : -1;
      // y carries the rounding of beta, which the second pass enlarges by 1/|gamma|.
      const double size = largest(first.y.col(c)) + std::abs(problem.beta(c));
      expect_near(second.y.col(c), sign * first.x_hat.col(c), 4 * epsilon * size / std::abs(gamma));
    }
  }
}

TEST(ForwardTrain, VarianceSurvivesALargeOffset) {
  for (const double offset : {1e8, -1e8, 3e15, -3e15}) {
    for (const Index m : {2, 3, 4, 5, 7, 10, 64, 1000}) {
      SCOPED_TRACE(testing::Message() << "offset " << offset << ", m " << m);
      Batch x(m, 1);
      for (Index i = 0; i < m; ++i) x(i, 0) = offset + static_cast<double>(i);
      const TrainingForward forward = forward_train(x, channels({1.25}), channels({0.5}), 0);
      // The variance of m consecutive integers, and the largest x_hat.
      const double count = static_cast<double>(m);
      const double var = (count * count - 1) / 12;
      EXPECT_NEAR(forward.batch_var(0), var, 4 * epsilon * var);
      const double outermost = (count - 1) / 2 / std::sqrt(var);
      EXPECT_NEAR(forward.x_hat(m - 1, 0), outermost, 4 * epsilon * outermost);
      EXPECT_NEAR(forward.batch_mean(0), offset + (count - 1) / 2, epsilon * std::abs(offset));
    }
  }
}

TEST(ForwardTrain, OneExampleGivesBetaWhateverItIs) {
  const TrainingForward forward = forward_train(column({-17.3}), channels({4}), channels({0.1}), 1e-5);
  EXPECT_EQ(forward.y(0, 0), 0.1);
  EXPECT_EQ(forward.batch_mean(0), -17.3);
}

TEST(ForwardTrain, SmallAndLargeScalesKeepTheirDigits) {
  for (const double scale : {1e-150, 1e-20, 1e20, 1e150}) {
    SCOPED_TRACE(scale);
    const TrainingForward forward = forward_train(scale * lesson_x, channels({1}), channels({0}), 0);
    // scale x is rounded itself, by as much as u scale 8, which is 8 / sqrt(5) of the standard deviation.
    expect_near(forward.x_hat, lesson_x_hat, epsilon * (8 / std::sqrt(5.0) + 4));
  }
}

TEST(ForwardTrain, Refusals) {
  const Batch x = Batch::Ones(4, 2);
  const Channels two = channels({1, 1});
  const auto refused = [](const Batch& batch, const Channels& gamma, const Channels& beta, double eps) {
    return refusal([&] { forward_train(batch, gamma, beta, eps); });
  };
  EXPECT_EQ(refused(x, two, two, 1e-5), "(accepted)");
  EXPECT_EQ(refused(x, channels({1, 1, 1}), two, 1e-5), "gamma: expected 2 values (one a channel), got 3");
  EXPECT_EQ(refused(x, two, channels({1}), 1e-5), "beta: expected 2 values (one a channel), got 1");
  EXPECT_EQ(refused(x, two, two, -0.5), "eps: expected a number >= 0, got -0.5");
  EXPECT_EQ(refused(x, two, two, not_a_number), "eps: expected a number >= 0, got nan");
  EXPECT_EQ(refused(Batch(0, 2), two, two, 1e-5), "x: expected at least 1 example, got an empty batch");
  EXPECT_EQ(refused(Batch(4, 0), Channels(0), Channels(0), 1e-5), "x: expected at least 1 channel, got none");
}

TEST(ForwardTrain, RefusesZeroVarianceOnlyWithoutEps) {
  Batch x(3, 2);
  x << 1, 7, 2, 7, 3, 7;
  const Channels gamma = channels({2, 3}), beta = channels({0.1, 0.2});
  EXPECT_EQ(refusal([&] { forward_train(x, gamma, beta, 0); }),
            "batch_var + eps (channel 1): expected a value > 0, got 0");
  EXPECT_EQ(refusal([&] { forward_train(x, gamma, beta, 5e-324); }), "(accepted)");
}

TEST(ForwardTrain, RefusesWhatNoDoubleCanHold) {
  const auto refused = [](const std::vector<double>& values, double eps) {
    Batch x(static_cast<Index>(values.size()), 2);
    x.col(0) = column({0.25, 0.5, 1, 4}).topRows(x.rows());
    x.col(1) = column(values);
    return refusal([&] { forward_train(x, channels({2, 3}), channels({0.1, 0.2}), eps); });
  };
  const std::string overflow =
      "x (channel 1): expected values whose sum and variance are finite doubles, got an overflow";
  EXPECT_EQ(refused({1e160, -1e160}, 1e-5), overflow);
  EXPECT_EQ(refused({largest_double, -largest_double}, 1e-5), overflow);
  EXPECT_EQ(refused({largest_double, largest_double, 0}, 1e-5), overflow);
  EXPECT_EQ(refused({1e150, -1e150}, 1e-5), "(accepted)");
  // +-1e-160 has the variance 1e-320, of which a double keeps 3 digits: x_hat would be wrong in the fourth.
  const std::string underflow = "x (channel 1): expected values whose variance + eps is at least ";
  EXPECT_EQ(refused({1e-160, -1e-160}, 0).substr(0, underflow.size()), underflow);
  EXPECT_EQ(refused({1e-200, -1e-200}, 0).substr(0, underflow.size()), underflow);
  EXPECT_EQ(refused({1e-160, -1e-160}, 1e-5), "(accepted)");
  EXPECT_EQ(refused({1e-150, -1e-150}, 0), "(accepted)");
}

TEST(ForwardInference, IsTheAffineMapOfTheRunningStatistics) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = random_problem(seed, 1, 1e-3);
    lab::Random random(seed);
    const Channels mean = random_channels(random, problem.width());
    const Channels var = random_channels(random, problem.width()).square();
    const Batch y = forward_inference(problem.x, problem.gamma, problem.beta, mean, var, problem.eps);
    for (Index c = 0; c < problem.width(); ++c) {
      const double slope = problem.gamma(c) / std::sqrt(var(c) + problem.eps);
      const Batch expected = slope * (problem.x.col(c) - mean(c)) + problem.beta(c);
      const double size = std::abs(slope) * (largest(problem.x.col(c)) + std::abs(mean(c)));
      expect_near(y.col(c), expected, 4 * epsilon * (size + std::abs(problem.beta(c))));
    }
  }
}

TEST(ForwardInference, AnExampleDoesNotSeeItsBatchI20) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = random_problem(seed);
    lab::Random random(seed);
    const Channels mean = random_channels(random, problem.width());
    const Channels var = random_channels(random, problem.width()).square() + 0.1;
    const auto infer = [&](const Batch& x) {
      return forward_inference(x, problem.gamma, problem.beta, mean, var, problem.eps);
    };
    const Batch together = infer(problem.x);
    for (Index i = 0; i < problem.m(); ++i) {
      EXPECT_EQ(bits(infer(problem.x.row(i))), bits(together.row(i)));
    }
    EXPECT_EQ(bits(infer(problem.x.colwise().reverse())), bits(together.colwise().reverse()));
  }
}

TEST(ForwardInference, WithTheStatisticsOfTheBatchItIsTraining) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = random_problem(seed);
    const TrainingForward forward = problem.forward();
    const Batch y = forward_inference(problem.x, problem.gamma, problem.beta, forward.batch_mean,
                                      forward.batch_var, problem.eps);
    for (Index c = 0; c < problem.width(); ++c) {
      // batch_mean is rounded to a double, the mean that training takes away is not.
      const double slope = std::abs(problem.gamma(c)) * forward.saved_invstd(c);
      const double size = slope * largest(problem.x.col(c)) + std::abs(problem.beta(c));
      expect_near(y.col(c), forward.y.col(c), 4 * epsilon * size);
    }
  }
}

TEST(ForwardInference, KeepsTheDigitsOfXNearTheRunningMean) {
  // x - mean is one spacing of doubles at 1e8; gamma x / std, rounded first, would swallow it.
  const double mean = 1e8;
  const double x = std::nextafter(mean, infinity);
  const Batch y =
      forward_inference(column({x}), channels({3}), channels({0}), channels({mean}), channels({5}), 0);
  const double expected = 3 / std::sqrt(5.0) * (x - mean);
  EXPECT_NEAR(y(0, 0), expected, 2 * epsilon * expected);
}

TEST(ForwardInference, Refusals) {
  const Batch x = Batch::Ones(4, 2);
  const Channels two = channels({1, 1}), three = channels({1, 1, 1});
  const auto refused = [&](const Channels& gamma, const Channels& beta, const Channels& mean,
                           const Channels& var, double eps) {
    return refusal([&] { forward_inference(x, gamma, beta, mean, var, eps); });
  };
  EXPECT_EQ(refused(two, two, two, two, 0), "(accepted)");
  EXPECT_EQ(refused(three, two, two, two, 0), "gamma: expected 2 values (one a channel), got 3");
  EXPECT_EQ(refused(two, three, two, two, 0), "beta: expected 2 values (one a channel), got 3");
  EXPECT_EQ(refused(two, two, three, two, 0), "running_mean: expected 2 values (one a channel), got 3");
  EXPECT_EQ(refused(two, two, two, three, 0), "running_var: expected 2 values (one a channel), got 3");
  EXPECT_EQ(refused(two, two, two, two, -0.5), "eps: expected a number >= 0, got -0.5");
  EXPECT_EQ(refused(two, two, two, two, not_a_number), "eps: expected a number >= 0, got nan");
  EXPECT_EQ(refused(two, two, two, channels({1, -0.25}), 1),
            "running_var (channel 1): expected a variance >= 0, got -0.25");
  EXPECT_EQ(refused(two, two, two, channels({1, 0}), 0),
            "running_var + eps (channel 1): expected a value > 0, got 0");
  EXPECT_EQ(refusal([&] { forward_inference(Batch(0, 2), two, two, two, two, 1); }),
            "x: expected at least 1 example, got an empty batch");
}

}  // namespace
