// The training and the inference forward pass: the lesson's numbers, numbers known by hand, refusals. What
// holds for every batch is in identities_test.cpp, how exactly in accuracy_test.cpp. epsilon = 2u, u the unit
// roundoff.

#include "batchnorm/forward.h"

#include "problems.h"

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
  // Exactly 4: the "approximately" of the lesson's source comes from rounded numbers (departure 21).
  EXPECT_NEAR((forward.y - mean).square().mean(), 4, 16 * epsilon * 4);
}

TEST(ForwardTrain, BothExamplesSideBySide) {
  Batch x(4, 2);
  x << lesson_x, lesson_x;
  const TrainingForward forward = forward_train(x, channels({1, 2}), channels({0, 1}), 0);
  expect_near(forward.y.col(0), lesson_x_hat, 2 * epsilon);
  expect_near(forward.y.col(1), 1 + 2 * lesson_x_hat, 4 * epsilon);
}

TEST(ForwardTrain, VarianceOfXHatFallsShortOfOneByEps) {
  // Departure 6 of the lesson: x with variance 1e-4 and eps 1e-3 has x_hat of variance 1/11 = 0.0909.
  const TrainingForward forward = forward_train(column({0.01, -0.01}), channels({3}), channels({-2}), 1e-3);
  EXPECT_NEAR(forward.x_hat.square().mean(), 1.0 / 11, 8 * epsilon / 11);
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

TEST(ForwardTrain, ValuesWhoseSquaresNoDoubleHolds) {
  const auto x_hat = [](const std::vector<double>& values) {
    return forward_train(column(values), {}, {}, 0).x_hat;
  };
  for (const double size : {1e160, largest_double, 1e-160, 1e-200, 1e-300, smallest_double}) {
    SCOPED_TRACE(size);
    expect_near(x_hat({size, -size}), column({1, -1}), 2 * epsilon);
    expect_near(x_hat({size, size, 0}), column({1, 1, -2}) / std::sqrt(2.0), 4 * epsilon);
  }
  // The statistics are returned as doubles: the variance overflows or underflows, its root does not.
  const TrainingForward large = forward_train(column({1e160, -1e160}), {}, {}, 1e-5);
  EXPECT_EQ(large.batch_mean(0), 0);
  EXPECT_EQ(large.batch_var(0), infinity);
  EXPECT_NEAR(large.saved_invstd(0), 1e-160, 2 * epsilon * 1e-160);
  const TrainingForward small = forward_train(column({1e-200, -1e-200}), {}, {}, 0);
  EXPECT_EQ(small.batch_var(0), 0);
  EXPECT_NEAR(small.saved_invstd(0), 1e200, 2 * epsilon * 1e200);
  // Beside an eps, tiny values keep their digits too.
  const TrainingForward beside_eps = forward_train(column({1e-200, -1e-200}), {}, {}, 0.25);
  expect_near(beside_eps.y, column({2e-200, -2e-200}), 4 * epsilon * 2e-200);
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

TEST(ForwardInference, IsTheAffineMapOfTheRunningStatistics) {
  for_random_problems([](const Problem& problem, const TrainingForward&) {
    lab::Random random(problem.seed);
    const Frozen frozen{random_channels(random, problem.width()),
                        random_channels(random, problem.width()).square() + 0.01};
    const Batch y = forward_inference(problem.form, problem.x, problem.affine, frozen, problem.eps);
    for (Index c = 0; c < problem.width(); ++c) {
      const double slope = problem.gamma()(c) / std::sqrt(frozen.var(c) + problem.eps);
      const Batch product = slope * (problem.x.col(c) - frozen.mean(c));
      const double size = largest(product) + std::abs(problem.beta()(c));
      expect_near(y.col(c), product + problem.beta()(c), 3 * problem.epsilon() * size);
    }
  });
}

TEST(ForwardInference, WithTheStatisticsOfTheBatchItIsTraining) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const Frozen frozen{forward.batch_mean, forward.batch_var};
    const Batch y = forward_inference(problem.form, problem.x, problem.affine, frozen, problem.eps);
    for (Index c = 0; c < problem.width(); ++c) {
      const double slope = std::abs(problem.gamma()(c)) * forward.saved_invstd(c);
      const double size =
          slope * largest(problem.x.col(c) - forward.batch_mean(c)) + std::abs(problem.beta()(c));
      // batch_mean is rounded to a double; training also subtracts its rounding error.
      const double of_mean = epsilon * slope * std::abs(forward.batch_mean(c));
      expect_near(y.col(c), forward.y.col(c), 4 * problem.epsilon() * size + of_mean);
    }
  });
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
