// The gradients: the lesson's numbers, every step of the derivation, frozen statistics, central differences,
// refusals. What holds for every batch is in identities_test.cpp, how exactly in accuracy_test.cpp.

#include "batchnorm/backward.h"

#include "batchnorm/gradient_check.h"
#include "problems.h"

namespace {

using namespace testing_batchnorm;
using batchnorm::backward_frozen;
using batchnorm::backward_trace;
using batchnorm::backward_train;
using batchnorm::BackwardTrace;
using batchnorm::central_difference_gradient;
using batchnorm::forward_inference;
using batchnorm::forward_train;
using batchnorm::Gradients;
using batchnorm::TrainingForward;

Gradients gradients_of_one_channel(const std::vector<double>& x, double gamma, double beta, double eps,
                                   const std::vector<double>& dy) {
  return Problem{0, {}, column(x), {channels({gamma}), channels({beta})}, eps, column(dy)}.gradients();
}

TEST(BackwardTrain, LessonExample3) {
  const Problem problem{0, {}, column({1, 3}), {channels({1}), channels({0})}, 0, column({0.5, -0.5})};
  const BackwardTrace trace = backward_trace(problem.dy, problem.forward(), problem.gamma());
  EXPECT_TRUE((trace.dx_hat == problem.dy).all());
  EXPECT_EQ(trace.dvar(0), 0.5);
  EXPECT_EQ(trace.dmean(0), 0);
  EXPECT_TRUE((trace.dx == 0).all());
  // Departure 1 of the lesson from its source: dy = -0.5 x_hat, so its inner product with x_hat is -1.
  EXPECT_EQ(trace.dgamma(0), -1);
  EXPECT_EQ(trace.dbeta(0), 0);
}

TEST(BackwardTrain, LessonExample3WithEps) {
  // Departure 3 of the lesson from its source: with eps the gradient is 0.5 eps (1 + eps)^(-3/2), not 0.
  const double eps = 1e-5;
  const Gradients gradients = gradients_of_one_channel({1, 3}, 1, 0, eps, {0.5, -0.5});
  const double expected = 0.5 * eps * std::pow(1 + eps, -1.5);
  expect_near(gradients.dx, column({expected, -expected}), 2 * epsilon * 0.5);
  EXPECT_NEAR(expected, 4.999925e-06, 0.5e-12);  // as it is printed there
}

TEST(BackwardTrain, LessonExample3WithAThirdExample) {
  // x = (1, 3, 8) has the variance 26/3, and dy - mean(dy) - slope (x - 4) = (5, -7, 2) / 13.
  const Gradients gradients = gradients_of_one_channel({1, 3, 8}, 1, 0, 0, {0.5, -0.5, 0});
  expect_near(gradients.dx, std::sqrt(3.0 / 26) / 13 * column({5, -7, 2}), 4 * epsilon * 0.5);
  // The same departure prints five decimals.
  expect_near(gradients.dx, column({0.13065, -0.18291, 0.05226}), 0.5e-5);
}

TEST(BackwardTrain, EachPathOfThePitfallsExample) {
  // x_hat = (-3, -1, 1, 3) / sqrt(5), so mean(dy) = 1/4 and x_hat mean(dy x_hat) = (9, 3, -3, -9) / 20.
  const Problem problem{
      0, {}, column({2, 4, 6, 8}), {channels({2}), channels({-1})}, 0, column({1, 0, 0, 0})};
  const BackwardTrace trace = backward_trace(problem.dy, problem.forward(), problem.gamma());
  const double scale = 2 / std::sqrt(5.0);
  const double tolerance = 4 * epsilon * scale;
  const Batch direct = trace.dx_direct, var = trace.dx_through_var, mean = trace.dx_through_mean;
  expect_near(trace.dx, scale * column({0.3, -0.4, -0.1, 0.2}), tolerance);
  expect_near(direct, scale * column({1, 0, 0, 0}), tolerance);
  expect_near(mean, scale * column({-0.25, -0.25, -0.25, -0.25}), tolerance);
  expect_near(var, scale * column({-0.45, -0.15, 0.15, 0.45}), tolerance);
  // Item 6 of the pitfalls, as printed: the right gradient, detached, without the mean, without the variance.
  expect_near(trace.dx, column({0.2683, -0.3578, -0.0894, 0.1789}), 0.5e-4);
  expect_near(direct, column({0.8944, 0, 0, 0}), 0.5e-4);
  expect_near(direct + var, column({0.4919, -0.1342, 0.1342, 0.4025}), 0.5e-4);
  expect_near(direct + mean, column({0.6708, -0.2236, -0.2236, -0.2236}), 0.5e-4);
}

TEST(BackwardTrain, AgreesWithCentralDifferences) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    lab::Random random(seed + 1000);
    const Index m = 2 + random_count(random, 10), width = random_count(random, 6);
    // One step serves all channels, so they have one size here.
    const Problem problem{seed,
                          {},
                          random_batch(random, m, width) + 2,
                          {random_channels(random, width), random_channels(random, width)},
                          random.uniform(),
                          random_batch(random, m, width)};
    const TrainingForward forward = problem.forward();
    const double spread = 1 / largest(forward.saved_invstd);
    const double step = std::cbrt(epsilon) * spread;
    const Gradients analytic = problem.gradients();
    const Gradients numeric = central_difference_gradient(problem.x, problem.gamma(), problem.beta(),
                                                          problem.eps, problem.dy, step);

    // Rounding: the loss is a sum of dy y, and y has the rounding of x / s in it. Truncation: step^2 times
    // the third derivative of the loss.
    const double y_size =
        largest(problem.gamma()) * largest(problem.x) / spread + largest(problem.beta()) + largest(forward.y);
    const double rounding = epsilon * problem.dy.abs().sum() * y_size / step;
    const double third = problem.dy.abs().sum() * largest(problem.gamma()) *
                         (1 + std::pow(largest(forward.x_hat), 3)) / std::pow(spread, 3);
    const double tolerance = rounding + step * step * third;
    expect_near(numeric.dx, analytic.dx, tolerance);
    expect_near(numeric.dgamma, analytic.dgamma, rounding);
    expect_near(numeric.dbeta, analytic.dbeta, rounding);
    // The tolerance must be far below the gradient itself, or the comparison says nothing.
    EXPECT_LT(tolerance, 1e-4 * (largest(analytic.dgamma) + largest(analytic.dbeta) + largest(problem.dy)));
  }
}

TEST(BackwardTrain, Refusals) {
  lab::Random random(1);
  const TrainingForward forward =
      forward_train(random_batch(random, 4, 2), channels({2, -3}), channels({0.5, 1}), 1e-3);
  const auto refused = [&](const Batch& dy, const Channels& gamma) {
    const std::string by_trace = refusal([&] { backward_trace(dy, forward, gamma); });
    EXPECT_EQ(by_trace, refusal([&] { backward_train(dy, forward, gamma); }));
    return by_trace;
  };
  const Channels gamma = channels({2, -3});
  EXPECT_EQ(refused(Batch::Ones(4, 2), gamma), "(accepted)");
  EXPECT_EQ(refused(Batch::Ones(3, 2), gamma), "dy: expected the shape of x, (4, 2), got (3, 2)");
  EXPECT_EQ(refused(Batch::Ones(4, 3), gamma), "dy: expected the shape of x, (4, 2), got (4, 3)");
  EXPECT_EQ(refused(Batch(0, 2), gamma), "dy: expected at least 1 example, got an empty batch");
  EXPECT_EQ(refused(Batch(4, 0), gamma), "dy: expected at least 1 channel, got none");
  EXPECT_EQ(refused(Batch::Ones(4, 2), channels({1})), "gamma: expected 2 values (one a channel), got 1");
}

/// Random problems as the (m, C) batch of doubles that a trace is of.
template <typename Check>
void for_random_batches(const Check& check) {
  for_random_problems([&](Problem problem, const TrainingForward&) {
    problem.form = {};
    check(problem, problem.forward());
  });
}

TEST(BackwardTrace, ThreePathsSumToDx) {
  for_random_batches([](const Problem& problem, const TrainingForward& forward) {
    const BackwardTrace trace = backward_trace(problem.dy, forward, problem.gamma());
    const Channels size = natural_size(problem, forward);
    const Batch sum = trace.dx_direct + trace.dx_through_var + trace.dx_through_mean;
    const double m = static_cast<double>(problem.m());
    for (Index c = 0; c < problem.width(); ++c) {
      const double bound = 1 + largest(forward.x_hat.col(c));
      expect_near(sum.col(c), trace.dx.col(c), (m / 2 + 4) * epsilon * size(c) * bound);
    }
  });
}

TEST(BackwardTrace, ThreePathsSumToDxForValuesOfAnySize) {
  for (const double size : {1e-300, 1e-160, 1e-100, 1e100, 1e160, 1e300}) {
    SCOPED_TRACE(size);
    const Problem problem{
        0, {}, size * column({2, 4, 6, 9}), {channels({2}), channels({-1})}, 0, column({1, 0, 0, 0})};
    const TrainingForward forward = problem.forward();
    const BackwardTrace trace = backward_trace(problem.dy, forward, problem.gamma());
    const Batch sum = trace.dx_direct + trace.dx_through_var + trace.dx_through_mean;
    const double tolerance = 8 * epsilon * natural_size(problem, forward)(0);
    expect_near(trace.dx, problem.gradients().dx, 0);
    expect_near(sum, trace.dx, tolerance);
  }
}

TEST(BackwardTrace, KeepsTheStepsOfTheDerivation) {
  for_random_batches([](const Problem& problem, const TrainingForward& forward) {
    const BackwardTrace trace = backward_trace(problem.dy, forward, problem.gamma());
    const Gradients gradients = problem.gradients();
    EXPECT_EQ(bits(trace.dx), bits(gradients.dx));
    EXPECT_EQ(bits(trace.dgamma), bits(gradients.dgamma));
    EXPECT_EQ(bits(trace.dbeta), bits(gradients.dbeta));
    const double m = static_cast<double>(problem.m());
    for (Index c = 0; c < problem.width(); ++c) {
      // The formulas of the lesson's section 4, with x - mean as the lesson writes it.
      const Batch dx_hat = problem.gamma()(c) * problem.dy.col(c);
      const Batch centred = problem.x.col(c) - forward.batch_mean(c);
      const double var = forward.batch_var(c) + problem.eps;
      const double dvar = (dx_hat * -0.5 * centred * std::pow(var, -1.5)).sum();
      const double dmean = (dx_hat * (-1 / std::sqrt(var))).sum();
      const double sum = dx_hat.abs().sum();
      const double offset = largest(problem.x.col(c)) / std::sqrt(var);
      const double rounding = epsilon * sum * (m + 8 + offset);
      EXPECT_EQ(bits(trace.dx_hat.col(c)), bits(dx_hat));
      EXPECT_NEAR(trace.dvar(c), dvar, rounding * largest(forward.x_hat.col(c)) / var);
      EXPECT_NEAR(trace.dmean(c), dmean, rounding / std::sqrt(var));
      expect_near(trace.dx_direct.col(c), dx_hat / std::sqrt(var), 4 * epsilon * sum / std::sqrt(var));
      expect_near(trace.dx_through_var.col(c), dvar * 2 / m * centred,
                  rounding * std::pow(1 + largest(forward.x_hat.col(c)), 2) / std::sqrt(var));
      expect_near(trace.dx_through_mean.col(c), Batch::Constant(problem.m(), 1, dmean / m),
                  rounding / std::sqrt(var));
    }
  });
}

Frozen random_statistics(const Problem& problem) {
  lab::Random random(problem.seed);
  const Channels mean = random_channels(random, problem.width());
  return {mean, random_channels(random, problem.width()).square() + 0.01};
}

TEST(BackwardFrozen, StatisticsAreConstants) {
  for_random_problems([](const Problem& problem, const TrainingForward&) {
    const Frozen frozen = random_statistics(problem);
    const Gradients gradients =
        backward_frozen(problem.form, problem.dy, problem.x, problem.gamma(), frozen, problem.eps);
    for (Index c = 0; c < problem.width(); ++c) {
      const double std = std::sqrt(frozen.var(c) + problem.eps);
      const double slope = problem.gamma()(c) / std;
      const Batch x_hat = (problem.x.col(c) - frozen.mean(c)) / std;
      const Batch dy = problem.dy.col(c);
      expect_near(gradients.dx.col(c), slope * dy, 2 * problem.epsilon() * std::abs(slope) * largest(dy));
      const double rounding = (problem.count() + 4) * epsilon * dy.abs().sum();
      EXPECT_NEAR(gradients.dgamma(c), (dy * x_hat).sum(), rounding * largest(x_hat));
      EXPECT_NEAR(gradients.dbeta(c), dy.sum(), rounding);
    }
  });
}

TEST(BackwardFrozen, IsTheSlopeOfInference) {
  for_random_problems([](const Problem& problem, const TrainingForward&) {
    const Frozen frozen = random_statistics(problem);
    const auto infer = [&](const Batch& x, const Channels& gamma, const Channels& beta) {
      return forward_inference(problem.form, x, {gamma, beta}, frozen, problem.eps);
    };
    const Channels &gamma = problem.gamma(), &beta = problem.beta();
    const Gradients gradients =
        backward_frozen(problem.form, problem.dy, problem.x, gamma, frozen, problem.eps);
    // Inference is linear in x, in gamma and in beta, so a whole step has no truncation error.
    const Batch y = infer(problem.x, gamma, beta), moved = problem.form.rounded(problem.x + 1);
    const Batch by_x = problem.dy * (infer(moved, gamma, beta) - y);
    const Batch by_gamma = problem.dy * (infer(problem.x, gamma + 1, beta) - y);
    const Batch by_beta = problem.dy * (infer(problem.x, gamma, beta + 1) - y);
    for (Index c = 0; c < problem.width(); ++c) {
      const double std = std::sqrt(frozen.var(c) + problem.eps);
      const double x_size = (largest(problem.x.col(c)) + std::abs(frozen.mean(c)) + 1) / std;
      const double y_size = (std::abs(gamma(c)) + 1) * x_size + std::abs(beta(c)) + 1;
      const double rounding = 4 * problem.epsilon() * y_size * problem.dy.col(c).abs().sum();
      expect_near(gradients.dx.col(c) * (moved.col(c) - problem.x.col(c)), by_x.col(c), rounding);
      EXPECT_NEAR(gradients.dgamma(c), by_gamma.col(c).sum(), rounding);
      EXPECT_NEAR(gradients.dbeta(c), by_beta.col(c).sum(), rounding);
    }
  });
}

batchnorm::FrozenGradients frozen_gradients(const std::vector<double>& x, const std::vector<double>& dy,
                                            const Channels& gamma, const Channels& mean, const Channels& var,
                                            double eps) {
  std::vector<double> dx(x.size());
  const Index channels = mean.size();
  return backward_frozen({static_cast<Index>(x.size()) / channels, channels, 1}, dy, x, gamma, mean, var, eps,
                         dx);
}

TEST(BackwardFrozen, OfTheStatisticsByHand) {
  // Two examples of two channels; dmean = -gamma sum(dy) / sqrt(var + eps).
  const auto got = frozen_gradients({2, 9, 4, 23}, {1, 1, 1, 1}, channels({2, 5}), channels({1, 11}),
                                    channels({2, 3}), 1e-3);
  expect_near(got.dmean, channels({-4 / std::sqrt(2.001), -10 / std::sqrt(3.001)}), 4 * epsilon * 6);
  expect_near(got.dmean, channels({-2.828, -5.773}), 1e-3);  // as TensorFlow.js's test prints it
  // dvar = -gamma / 2 sum(dy (x - mean)) (var + eps)^(-3/2), with sums 1 + 3 and -2 + 12.
  expect_near(got.dvar, channels({-4 * std::pow(2.001, -1.5), -25 * std::pow(3.001, -1.5)}), 8 * epsilon * 5);
}

TEST(BackwardFrozen, OfTheStatisticsIsTheSlopeOfInference) {
  for_random_problems([](const Problem& problem, const TrainingForward&) {
    const Frozen frozen = random_statistics(problem);
    const auto got = problem.form.with_scalar([&](auto zero) {
      using Scalar = decltype(zero);
      std::vector<Scalar> dx(static_cast<std::size_t>(problem.x.size()));
      return backward_frozen(problem.form.layout(problem.x), problem.form.tensor<Scalar>(problem.dy),
                             problem.form.tensor<Scalar>(problem.x), problem.gamma(), frozen.mean, frozen.var,
                             problem.eps, dx, problem.form.accuracy);
    });
    // Inference is linear in running_mean, so a whole step has no truncation error; in running_var a central
    // difference of the step h var leaves h^2 of the third derivative.
    const auto loss = [&](const Channels& mean, const Channels& var) {
      const Batch y = forward_inference(Form{}, problem.x, {problem.gamma(), {}}, {mean, var}, problem.eps);
      return Channels((problem.dy * y).colwise().sum());
    };
    const double h = std::cbrt(epsilon);
    const Channels by_mean = loss(frozen.mean + 1, frozen.var) - loss(frozen.mean, frozen.var);
    const Channels by_var =
        (loss(frozen.mean, frozen.var * (1 + h)) - loss(frozen.mean, frozen.var * (1 - h))) /
        (2 * h * frozen.var);
    for (Index c = 0; c < problem.width(); ++c) {
      const double std = std::sqrt(frozen.var(c) + problem.eps);
      const double x_size = (largest(problem.x.col(c)) + std::abs(frozen.mean(c)) + 1) / std;
      const double y_size = std::abs(problem.gamma()(c)) * x_size * problem.dy.col(c).abs().sum();
      EXPECT_NEAR(got.dmean(c), by_mean(c), 8 * problem.count() * epsilon * y_size);
      EXPECT_NEAR(got.dvar(c), by_var(c),
                  (8 * problem.count() * epsilon / h + 8 * h * h) * y_size / frozen.var(c));
    }
  });
}

TEST(BackwardFrozen, OfTheStatisticsForNumbersOfAnySize) {
  // Intermediate products underflow, dmean and dvar do not: var = 1e-300, sum(dy d) = 1e-250.
  const auto small =
      frozen_gradients({1e-150}, {1e-100}, channels({1e-250}), channels({0}), channels({1e-300}), 0);
  EXPECT_NEAR(small.dmean(0) / -1e-200, 1, 8 * epsilon);
  EXPECT_NEAR(small.dvar(0) / -0.5e-50, 1, 8 * epsilon);
  const auto large =
      frozen_gradients({1e200}, {1e200}, channels({1e-200}), channels({0}), channels({1e200}), 0);
  EXPECT_NEAR(large.dmean(0) / -1e-100, 1, 8 * epsilon);
  EXPECT_NEAR(large.dvar(0) / -0.5e-100, 1, 8 * epsilon);
  // A NaN stays in its channel.
  const auto spoilt = frozen_gradients({not_a_number, 2}, {1, 1}, {}, channels({0, 0}), channels({1, 1}), 0);
  EXPECT_TRUE(std::isnan(spoilt.dvar(0)));
  EXPECT_EQ(spoilt.dvar(1), -1);
  EXPECT_EQ(spoilt.dmean(0), -1);
}

TEST(BackwardFrozen, Refusals) {
  const Batch x = Batch::Ones(4, 2);
  const Channels two = channels({1, 1}), three = channels({1, 1, 1});
  const auto refused = [&](const Batch& dy, const Channels& gamma, const Channels& mean, const Channels& var,
                           double eps) {
    return refusal([&] { backward_frozen(dy, x, gamma, mean, var, eps); });
  };
  EXPECT_EQ(refused(x, two, two, two, 0), "(accepted)");
  EXPECT_EQ(refused(Batch::Ones(3, 2), two, two, two, 0), "dy: expected the shape of x, (4, 2), got (3, 2)");
  EXPECT_EQ(refused(x, three, two, two, 0), "gamma: expected 2 values (one a channel), got 3");
  EXPECT_EQ(refused(x, two, three, two, 0), "running_mean: expected 2 values (one a channel), got 3");
  EXPECT_EQ(refused(x, two, two, three, 0), "running_var: expected 2 values (one a channel), got 3");
  EXPECT_EQ(refused(x, two, two, two, -0.5), "eps: expected a number >= 0, got -0.5");
  EXPECT_EQ(refused(x, two, two, channels({-0.25, 1}), 1),
            "running_var (channel 0): expected a variance >= 0, got -0.25");
  EXPECT_EQ(refused(x, two, two, channels({0, 1}), 0),
            "running_var + eps (channel 0): expected a value > 0, got 0");
  EXPECT_EQ(refusal([&] { backward_frozen(Batch(0, 2), Batch(0, 2), two, two, two, 1); }),
            "x: expected at least 1 example, got an empty batch");
}

TEST(CentralDifferences, FindTheSlopeOfALossThatIsKnownByHand) {
  // The pitfalls' example once more, as the check must be independent of backward_train.
  const double step = std::cbrt(epsilon) * std::sqrt(5.0);
  const Gradients numeric = central_difference_gradient(column({2, 4, 6, 8}), channels({2}), channels({-1}),
                                                        0, column({1, 0, 0, 0}), step);
  // The loss is y[0], of size 4, so rounding is about 4 epsilon / step and truncation step^2 times a slope of
  // order 1.
  const double tolerance = 4 * 4 * epsilon / step + step * step;
  expect_near(numeric.dx, 2 / std::sqrt(5.0) * column({0.3, -0.4, -0.1, 0.2}), tolerance);
  EXPECT_NEAR(numeric.dgamma(0), -3 / std::sqrt(5.0), tolerance);
  EXPECT_NEAR(numeric.dbeta(0), 1, tolerance);
}

TEST(CentralDifferences, Refusals) {
  const Batch x = column({2, 4, 6, 8});
  const auto refused = [&](const Batch& dy, double step, const Channels& gamma) {
    return refusal([&] { central_difference_gradient(x, gamma, channels({0}), 0, dy, step); });
  };
  EXPECT_EQ(refused(x, 1e-5, channels({2})), "(accepted)");
  EXPECT_EQ(refused(x, 0, channels({2})), "step: expected a number > 0, got 0");
  EXPECT_EQ(refused(x, -1, channels({2})), "step: expected a number > 0, got -1");
  EXPECT_EQ(refused(x, not_a_number, channels({2})), "step: expected a number > 0, got nan");
  EXPECT_EQ(refused(column({1, 2}), 1e-5, channels({2})), "dy: expected the shape of x, (4, 1), got (2, 1)");
  EXPECT_EQ(refused(x, 1e-5, channels({2, 2})), "gamma: expected 1 values (one a channel), got 2");
}

}  // namespace
