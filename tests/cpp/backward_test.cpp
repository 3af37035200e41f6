// The gradients. Names such as I5 are those of the identities the backward pass fulfils; u is the unit
// roundoff, epsilon = 2u. K, the natural size of dx, is |gamma| / s max|dy| with s = sqrt(batch_var + eps).

#include "batchnorm/backward.h"

#include "batchnorm/gradient_check.h"
#include "helpers.h"

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
  return Problem{column(x), channels({gamma}), channels({beta}), eps, column(dy)}.gradients();
}

/// K for each channel.
Channels natural_size(const Problem& problem) {
  return problem.gamma.abs() * problem.forward().saved_invstd * problem.dy.abs().colwise().maxCoeff();
}

/// Runs `check` on many problems of random shape, gamma, beta, eps and dy.
template <typename Check>
void for_random_problems(const Check& check) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = random_problem(seed);
    check(problem, problem.forward());
  }
}

TEST(BackwardTrain, LessonExample3) {
  const Problem problem{column({1, 3}), channels({1}), channels({0}), 0, column({0.5, -0.5})};
  const BackwardTrace trace = backward_trace(problem.dy, problem.forward(), problem.gamma);
  EXPECT_TRUE((trace.dx_hat == problem.dy).all());
  EXPECT_EQ(trace.dvar(0), 0.5);
  EXPECT_EQ(trace.dmean(0), 0);
  EXPECT_TRUE((trace.gradients.dx == 0).all());
  // Erratum 1: dy = -0.5 x_hat, so its inner product with x_hat is -1.
  EXPECT_EQ(trace.gradients.dgamma(0), -1);
  EXPECT_EQ(trace.gradients.dbeta(0), 0);
}

TEST(BackwardTrain, LessonExample3WithEps) {
  // Erratum 3: with eps the gradient is 0.5 eps (1 + eps)^(-3/2), not 0.
  const double eps = 1e-5;
  const Gradients gradients = gradients_of_one_channel({1, 3}, 1, 0, eps, {0.5, -0.5});
  const double expected = 0.5 * eps * std::pow(1 + eps, -1.5);
  expect_near(gradients.dx, column({expected, -expected}), 2 * epsilon * 0.5);
  EXPECT_NEAR(expected, 4.999925e-06, 0.5e-12);  // as the erratum prints it
}

TEST(BackwardTrain, LessonExample3WithAThirdExample) {
  // x = (1, 3, 8) has the variance 26/3, and dy - mean(dy) - slope (x - 4) = (5, -7, 2) / 13.
  const Gradients gradients = gradients_of_one_channel({1, 3, 8}, 1, 0, 0, {0.5, -0.5, 0});
  expect_near(gradients.dx, std::sqrt(3.0 / 26) / 13 * column({5, -7, 2}), 4 * epsilon * 0.5);
  // Erratum 3 prints five decimals.
  expect_near(gradients.dx, column({0.13065, -0.18291, 0.05226}), 0.5e-5);
}

TEST(BackwardTrain, EachPathOfThePitfallsExample) {
  // x_hat = (-3, -1, 1, 3) / sqrt(5), so mean(dy) = 1/4 and x_hat mean(dy x_hat) = (9, 3, -3, -9) / 20.
  const Problem problem{column({2, 4, 6, 8}), channels({2}), channels({-1}), 0, column({1, 0, 0, 0})};
  const BackwardTrace trace = backward_trace(problem.dy, problem.forward(), problem.gamma);
  const double scale = 2 / std::sqrt(5.0);
  const double tolerance = 4 * epsilon * scale;
  const Batch direct = trace.dx_direct, var = trace.dx_through_var, mean = trace.dx_through_mean;
  expect_near(trace.gradients.dx, scale * column({0.3, -0.4, -0.1, 0.2}), tolerance);
  expect_near(direct, scale * column({1, 0, 0, 0}), tolerance);
  expect_near(mean, scale * column({-0.25, -0.25, -0.25, -0.25}), tolerance);
  expect_near(var, scale * column({-0.45, -0.15, 0.15, 0.45}), tolerance);
  // Item 6 of the pitfalls, as printed: the right gradient, detached, without the mean, without the variance.
  expect_near(trace.gradients.dx, column({0.2683, -0.3578, -0.0894, 0.1789}), 0.5e-4);
  expect_near(direct, column({0.8944, 0, 0, 0}), 0.5e-4);
  expect_near(direct + var, column({0.4919, -0.1342, 0.1342, 0.4025}), 0.5e-4);
  expect_near(direct + mean, column({0.6708, -0.2236, -0.2236, -0.2236}), 0.5e-4);
}

/// J = dx_hat/dx = (1/s) (I - 1 1'/m - x_hat x_hat'/m) of one channel.
Batch jacobian(const TrainingForward& forward, Index c) {
  const Index m = forward.x_hat.rows();
  const double count = static_cast<double>(m);
  Batch result(m, m);
  for (Index i = 0; i < m; ++i) {
    for (Index j = 0; j < m; ++j) {
      const double identity = i == j ? 1 : 0;
      const double projected = (1 + forward.x_hat(i, c) * forward.x_hat(j, c)) / count;
      result(i, j) = forward.saved_invstd(c) * (identity - projected);
    }
  }
  return result;
}

TEST(BackwardTrain, UnitVectorsGiveTheRowsOfTheJacobianI2) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    for (Index c = 0; c < problem.width(); ++c) {
      const Batch expected = problem.gamma(c) * jacobian(forward, c);
      const double size = std::abs(problem.gamma(c)) * forward.saved_invstd(c);
      for (Index i = 0; i < problem.m(); ++i) {
        Batch dy = Batch::Zero(problem.m(), problem.width());
        dy(i, c) = 1;
        Batch dx = backward_train(dy, forward, problem.gamma).dx;
        expect_near(dx.col(c), expected.row(i).transpose(), 4 * epsilon * size);
        dx.col(c) = 0;
        EXPECT_TRUE((dx == 0).all());  // no other channel moves
      }
    }
  });
}

/// The central difference of y(i, c) with respect to x(j, c), with a step that balances truncation against
/// rounding: its error is about epsilon^(2/3) of the natural size.
double difference_quotient(const Problem& problem, const TrainingForward& forward, Index i, Index j,
                           Index c) {
  const double step = std::cbrt(epsilon) / forward.saved_invstd(c);
  Problem above = problem, below = problem;
  above.x(j, c) += step;
  below.x(j, c) -= step;
  return (above.forward().y(i, c) - below.forward().y(i, c)) / (above.x(j, c) - below.x(j, c));
}

/// epsilon^(2/3) (|y| + |gamma| |x_hat|^3) / s: what rounding and truncation leave of that quotient.
double quotient_error(const Problem& problem, const TrainingForward& forward, Index c) {
  const double steepest = 1 + std::pow(largest(forward.x_hat.col(c)), 3);
  const double offset = largest(problem.x.col(c)) * forward.saved_invstd(c);
  const double size = std::abs(problem.gamma(c)) * (steepest + offset) + std::abs(problem.beta(c));
  return std::pow(epsilon, 2.0 / 3) * size * forward.saved_invstd(c);
}

TEST(BackwardTrain, TheJacobianIsTheSlopeOfTheForwardPassI2I21) {
  for (std::uint64_t seed = 0; seed < seeds / 4; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = random_problem(seed);
    const TrainingForward forward = problem.forward();
    lab::Random random(seed);
    const double m = static_cast<double>(problem.m());
    for (Index c = 0; c < problem.width(); ++c) {
      const Index i = random_count(random, problem.m()) - 1;
      const Index j = (i + random_count(random, problem.m() - 1)) % problem.m();
      const double tolerance = quotient_error(problem, forward, c);
      const double slope = problem.gamma(c) * forward.saved_invstd(c);
      // A batch mate moves y: -(gamma / (m s)) (1 + x_hat_i x_hat_j).
      EXPECT_NEAR(difference_quotient(problem, forward, i, j, c),
                  -slope / m * (1 + forward.x_hat(i, c) * forward.x_hat(j, c)), tolerance);
      EXPECT_NEAR(difference_quotient(problem, forward, i, i, c),
                  slope * (1 - (1 + std::pow(forward.x_hat(i, c), 2)) / m), tolerance);
    }
  }
}

TEST(BackwardTrain, AgreesWithCentralDifferences) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    lab::Random random(seed + 1000);
    const Index m = 2 + random_count(random, 10), width = random_count(random, 6);
    // One step serves all channels, so they have one size here.
    Problem problem{random_batch(random, m, width) + 2, random_channels(random, width),
                    random_channels(random, width), random.uniform(), random_batch(random, m, width)};
    const TrainingForward forward = problem.forward();
    const double spread = 1 / largest(forward.saved_invstd);
    const double step = std::cbrt(epsilon) * spread;
    const Gradients analytic = problem.gradients();
    const Gradients numeric =
        central_difference_gradient(problem.x, problem.gamma, problem.beta, problem.eps, problem.dy, step);

    // Rounding: the loss is a sum of dy y, and y has the rounding of x / s in it. Truncation: step^2 times
    // the third derivative of the loss.
    const double y_size =
        largest(problem.gamma) * largest(problem.x) / spread + largest(problem.beta) + largest(forward.y);
    const double rounding = epsilon * problem.dy.abs().sum() * y_size / step;
    const double third = problem.dy.abs().sum() * largest(problem.gamma) *
                         (1 + std::pow(largest(forward.x_hat), 3)) / std::pow(spread, 3);
    const double tolerance = rounding + step * step * third;
    expect_near(numeric.dx, analytic.dx, tolerance);
    expect_near(numeric.dgamma, analytic.dgamma, rounding);
    expect_near(numeric.dbeta, analytic.dbeta, rounding);
    // The tolerance must be far below the gradient itself, or the comparison says nothing.
    EXPECT_LT(tolerance, 1e-4 * (largest(analytic.dgamma) + largest(analytic.dbeta) + largest(problem.dy)));
  }
}

TEST(BackwardTrain, TheEigenvectorsOfTheJacobianI4) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const Channels shares = rho(forward, problem.eps);
    const Channels scale = problem.gamma * forward.saved_invstd;
    const Batch& x_hat = forward.x_hat;
    const double m = static_cast<double>(problem.m());

    const Batch along_ones =
        backward_train(Batch::Ones(problem.m(), problem.width()), forward, problem.gamma).dx;
    const Batch along_x_hat = backward_train(x_hat, forward, problem.gamma).dx;
    // What is left of dy without its parts along 1 and x_hat; twice, as the first pass leaves rounding.
    Batch rest = problem.dy;
    for (int pass = 0; pass < 2; ++pass) {
      const Channels mean = rest.colwise().mean();
      rest.rowwise() -= mean;
      const Channels slope = (rest * x_hat).colwise().sum() / x_hat.square().colwise().sum();
      rest -= x_hat.rowwise() * slope;
    }
    const Batch along_rest = backward_train(rest, forward, problem.gamma).dx;

    for (Index c = 0; c < problem.width(); ++c) {
      const double size = std::abs(scale(c));
      const double bound = largest(x_hat.col(c));
      expect_near(along_ones.col(c), Batch::Zero(problem.m(), 1), m * epsilon * size * bound);
      expect_near(along_x_hat.col(c), scale(c) * (1 - shares(c)) * x_hat.col(c),
                  (m + 8) * epsilon * size * bound);
      expect_near(along_rest.col(c), scale(c) * rest.col(c),
                  m * epsilon * size * (1 + bound) * largest(problem.dy.col(c)));
    }
  });
}

TEST(BackwardTrain, TwoExamplesWithoutEpsGetNoGradientI4) {
  lab::Random random(4);
  for (int trial = 0; trial < 100; ++trial) {
    const Problem problem{3 + random_batch(random, 2, 3), random_channels(random, 3),
                          random_channels(random, 3), 0, random_batch(random, 2, 3)};
    const Channels tolerance = 4 * epsilon * natural_size(problem);
    const Batch dx = problem.gradients().dx;
    for (Index c = 0; c < 3; ++c) expect_near(dx.col(c), column({0, 0}), tolerance(c));
  }
}

TEST(BackwardTrain, DxSumsToZeroI5) {
  for_random_problems([](const Problem& problem, const TrainingForward&) {
    const Channels size = natural_size(problem);
    const Batch dx = problem.gradients().dx;
    for (Index c = 0; c < problem.width(); ++c) {
      EXPECT_NEAR(dx.col(c).sum(), 0, static_cast<double>(problem.m()) * 2 * epsilon * size(c));
    }
  });
}

TEST(BackwardTrain, DxAlongXHatIsWhatEpsLeavesI6) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const Channels size = natural_size(problem);
    const Channels shares = rho(forward, problem.eps);
    const Gradients gradients = problem.gradients();
    for (Index c = 0; c < problem.width(); ++c) {
      const double expected =
          problem.gamma(c) * forward.saved_invstd(c) * (1 - shares(c)) * gradients.dgamma(c);
      const double bound = largest(forward.x_hat.col(c));
      EXPECT_NEAR((gradients.dx.col(c) * forward.x_hat.col(c)).sum(), expected,
                  static_cast<double>(problem.m()) * 4 * epsilon * size(c) * bound);
    }
  });
}

TEST(BackwardTrain, TheNormOfDxI7) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const Channels shares = rho(forward, problem.eps);
    const Gradients gradients = problem.gradients();
    const double m = static_cast<double>(problem.m());
    for (Index c = 0; c < problem.width(); ++c) {
      const double scale = std::pow(problem.gamma(c) * forward.saved_invstd(c), 2);
      const double whole = problem.dy.col(c).square().sum();
      const double mean = problem.dy.col(c).mean();
      const double slope = gradients.dgamma(c) / m;
      const double expected = scale * (whole - m * mean * mean - m * slope * slope * (2 - shares(c)));
      EXPECT_NEAR(gradients.dx.col(c).square().sum(), expected, 16 * epsilon * scale * whole);
      EXPECT_LE(gradients.dx.col(c).square().sum(), scale * whole * (1 + 16 * epsilon));
    }
  });
}

TEST(BackwardTrain, ABiasBeforeItGetsNoGradientI10) {
  // z = u w + b for every example: db is the sum of dz, and y does not depend on b.
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    Problem biased = problem;
    biased.x += 100;
    const Channels size = natural_size(problem);
    const Gradients gradients = biased.gradients();
    for (Index c = 0; c < problem.width(); ++c) {
      const double m = static_cast<double>(problem.m());
      EXPECT_NEAR(gradients.dx.col(c).sum(), 0, m * 4 * epsilon * size(c));
      // x + 100 is rounded before it is normalized.
      const double rounding = epsilon * (100 + largest(problem.x.col(c))) * forward.saved_invstd(c);
      const double y_size = std::abs(problem.gamma(c)) * rounding * (2 + largest(forward.x_hat.col(c))) +
                            4 * epsilon * (largest(forward.y.col(c)) + std::abs(problem.beta(c)));
      expect_near(biased.forward().y.col(c), forward.y.col(c), y_size);
    }
  });
}

TEST(BackwardTrain, NothingIsLeftOfDyAlongOneAndXHatI12) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const double a = 0.75, b = -1.5;
    Problem moved = problem;
    moved.dy = a + b * forward.x_hat;
    const Channels size = natural_size(moved);
    const Channels shares = rho(forward, problem.eps);
    const Batch dx = moved.gradients().dx;
    for (Index c = 0; c < problem.width(); ++c) {
      const double left = problem.gamma(c) * forward.saved_invstd(c) * (1 - shares(c)) * b;
      const double m = static_cast<double>(problem.m());
      expect_near(dx.col(c), left * forward.x_hat.col(c), (m / 2 + 4) * epsilon * size(c));
    }
  });
}

TEST(BackwardTrain, AConstantDyMovesNothingI12) {
  // Pitfall 7: the loss sum(y) does not depend on x, so a gradient check on it compares rounding.
  for_random_problems([](const Problem& problem, const TrainingForward&) {
    Problem moved = problem;
    moved.dy.setConstant(1.25);
    const Channels size = natural_size(moved);
    const Gradients gradients = moved.gradients();
    for (Index c = 0; c < problem.width(); ++c) {
      const double m = static_cast<double>(problem.m());
      expect_near(gradients.dx.col(c), Batch::Zero(problem.m(), 1), m * epsilon * size(c));
      EXPECT_EQ(gradients.dbeta(c), 1.25 * m);
    }
  });
}

TEST(BackwardTrain, IsLinearInDyI13) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    lab::Random random(static_cast<std::uint64_t>(problem.x.size()));
    const double p = random.normal(), q = random.normal();
    const Batch other_dy = random_batch(random, problem.m(), problem.width());
    const Gradients first = problem.gradients();
    const Gradients second = backward_train(other_dy, forward, problem.gamma);
    const Gradients both = backward_train(p * problem.dy + q * other_dy, forward, problem.gamma);
    const double m = static_cast<double>(problem.m());
    for (Index c = 0; c < problem.width(); ++c) {
      const double dy_size =
          std::abs(p) * largest(problem.dy.col(c)) + std::abs(q) * largest(other_dy.col(c));
      const double bound = 1 + largest(forward.x_hat.col(c));
      const double scale = std::abs(problem.gamma(c)) * forward.saved_invstd(c);
      expect_near(both.dx.col(c), p * first.dx.col(c) + q * second.dx.col(c),
                  8 * epsilon * scale * dy_size * bound);
      EXPECT_NEAR(both.dgamma(c), p * first.dgamma(c) + q * second.dgamma(c), m * epsilon * dy_size * bound);
      EXPECT_NEAR(both.dbeta(c), p * first.dbeta(c) + q * second.dbeta(c), m * epsilon * dy_size);
    }
  });
}

TEST(BackwardTrain, APowerOfTwoTimesDyChangesNoDigitI13) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const Gradients once = problem.gradients();
    const Gradients scaled = backward_train(-0x1p12 * problem.dy, forward, problem.gamma);
    // Adding 0 makes +0 of -0.
    EXPECT_EQ(bits(scaled.dx + 0.0), bits(-0x1p12 * once.dx + 0.0));
    EXPECT_EQ(bits(scaled.dgamma + 0.0), bits(-0x1p12 * once.dgamma + 0.0));
    EXPECT_EQ(bits(scaled.dbeta + 0.0), bits(-0x1p12 * once.dbeta + 0.0));
  });
}

TEST(BackwardTrain, PermutedExamplesGivePermutedDxI14) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    Problem reversed = problem;
    reversed.x = problem.x.colwise().reverse();
    reversed.dy = problem.dy.colwise().reverse();
    const Channels size = natural_size(problem);
    const Gradients expected = problem.gradients(), got = reversed.gradients();
    const double m = static_cast<double>(problem.m());
    for (Index c = 0; c < problem.width(); ++c) {
      const double bound = 1 + largest(forward.x_hat.col(c));
      const double dy_size = m * largest(problem.dy.col(c));
      expect_near(got.dx.col(c), expected.dx.col(c).reverse(), m * epsilon * size(c) * bound);
      EXPECT_NEAR(got.dgamma(c), expected.dgamma(c), m * epsilon * dy_size * bound);
      EXPECT_NEAR(got.dbeta(c), expected.dbeta(c), m * epsilon * dy_size);
    }
  });
}

TEST(BackwardTrain, ChannelsDoNotInteractI15) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const Gradients clean = problem.gradients();
    Problem reversed = problem;
    reversed.x = problem.x.rowwise().reverse();
    reversed.dy = problem.dy.rowwise().reverse();
    reversed.gamma = problem.gamma.reverse();
    reversed.beta = problem.beta.reverse();
    EXPECT_EQ(bits(reversed.gradients().dx), bits(clean.dx.rowwise().reverse()));
    EXPECT_EQ(bits(reversed.gradients().dgamma), bits(clean.dgamma.reverse()));

    Batch dy = problem.dy;
    dy(0, 0) = not_a_number;
    const Gradients spoilt = backward_train(dy, forward, problem.gamma);
    EXPECT_TRUE(spoilt.dx.col(0).isNaN().all());
    const Index others = problem.width() - 1;
    EXPECT_EQ(bits(spoilt.dx.rightCols(others)), bits(clean.dx.rightCols(others)));
    EXPECT_EQ(bits(spoilt.dgamma.rightCols(others)), bits(clean.dgamma.rightCols(others)));
    EXPECT_EQ(bits(spoilt.dbeta.rightCols(others)), bits(clean.dbeta.rightCols(others)));
  });
}

TEST(BackwardTrain, AConstantFeatureI18) {
  const double eps = 1e-5, gamma = -1.7;
  lab::Random random(18);
  for (const double constant : nasty_constants) {
    for (const Index m : {1, 2, 3, 10, 100}) {
      SCOPED_TRACE(testing::Message() << constant << ", m " << m);
      const Problem problem{Batch::Constant(m, 1, constant), channels({gamma}), channels({0.3}), eps,
                            random_batch(random, m, 1)};
      const Gradients gradients = problem.gradients();
      const Batch expected = gamma / std::sqrt(eps) * (problem.dy - problem.dy.mean());
      expect_near(gradients.dx, expected, static_cast<double>(m) * epsilon * natural_size(problem)(0));
      EXPECT_EQ(gradients.dgamma(0), 0);
    }
  }
}

TEST(BackwardTrain, TheBatchTwiceI24) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    Problem twice = problem;
    twice.x = problem.x.replicate(2, 1);
    twice.dy = problem.dy.replicate(2, 1);
    const Channels size = natural_size(problem);
    const Gradients once = problem.gradients(), got = twice.gradients();
    const double m = static_cast<double>(problem.m());
    for (Index c = 0; c < problem.width(); ++c) {
      const double bound = 1 + largest(forward.x_hat.col(c));
      const double sum = 2 * problem.dy.col(c).abs().sum();
      expect_near(got.dx.col(c), once.dx.col(c).replicate(2, 1), 4 * epsilon * size(c) * bound * bound);
      EXPECT_NEAR(got.dgamma(c), 2 * once.dgamma(c), m * epsilon * sum * bound);
      EXPECT_NEAR(got.dbeta(c), 2 * once.dbeta(c), m * epsilon * sum);
    }
  });
}

TEST(BackwardTrain, TheJacobianTimesXIsWhatEpsLeavesI27) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const Channels shares = rho(forward, problem.eps);
    const Batch dx = backward_train(problem.x, forward, problem.gamma).dx;
    for (Index c = 0; c < problem.width(); ++c) {
      const double size = std::abs(problem.gamma(c)) * largest(problem.x.col(c)) * forward.saved_invstd(c);
      const double bound = 1 + largest(forward.x_hat.col(c));
      expect_near(dx.col(c), problem.gamma(c) * (1 - shares(c)) * forward.x_hat.col(c),
                  4 * epsilon * size * bound);
    }
  });
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

TEST(BackwardTrace, ThreePathsSumToDx) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const BackwardTrace trace = backward_trace(problem.dy, forward, problem.gamma);
    const Channels size = natural_size(problem);
    const Batch sum = trace.dx_direct + trace.dx_through_var + trace.dx_through_mean;
    const double m = static_cast<double>(problem.m());
    for (Index c = 0; c < problem.width(); ++c) {
      const double bound = 1 + largest(forward.x_hat.col(c));
      expect_near(sum.col(c), trace.gradients.dx.col(c), (m / 2 + 4) * epsilon * size(c) * bound);
    }
  });
}

TEST(BackwardTrace, KeepsTheStepsOfTheDerivation) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const BackwardTrace trace = backward_trace(problem.dy, forward, problem.gamma);
    const Gradients gradients = problem.gradients();
    EXPECT_EQ(bits(trace.gradients.dx), bits(gradients.dx));
    EXPECT_EQ(bits(trace.gradients.dgamma), bits(gradients.dgamma));
    EXPECT_EQ(bits(trace.gradients.dbeta), bits(gradients.dbeta));
    const double m = static_cast<double>(problem.m());
    for (Index c = 0; c < problem.width(); ++c) {
      // The formulas of the lesson's section 4, with x - mean as the lesson writes it.
      const Batch dx_hat = problem.gamma(c) * problem.dy.col(c);
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

struct Frozen {
  Channels mean, var;
};

Frozen random_statistics(const Problem& problem) {
  lab::Random random(static_cast<std::uint64_t>(problem.x.size()));
  const Channels mean = random_channels(random, problem.width());
  return {mean, random_channels(random, problem.width()).square() + 0.01};
}

TEST(BackwardFrozen, StatisticsAreConstants) {
  for_random_problems([](const Problem& problem, const TrainingForward&) {
    const Frozen frozen = random_statistics(problem);
    const Gradients gradients =
        backward_frozen(problem.dy, problem.x, problem.gamma, frozen.mean, frozen.var, problem.eps);
    const double m = static_cast<double>(problem.m());
    for (Index c = 0; c < problem.width(); ++c) {
      const double std = std::sqrt(frozen.var(c) + problem.eps);
      const double slope = problem.gamma(c) / std;
      const Batch x_hat = (problem.x.col(c) - frozen.mean(c)) / std;
      const double sum = problem.dy.col(c).abs().sum();
      expect_near(gradients.dx.col(c), slope * problem.dy.col(c),
                  2 * epsilon * std::abs(slope) * largest(problem.dy.col(c)));
      EXPECT_NEAR(gradients.dgamma(c), (problem.dy.col(c) * x_hat).sum(),
                  (m + 4) * epsilon * sum * largest(x_hat));
      EXPECT_NEAR(gradients.dbeta(c), problem.dy.col(c).sum(), m * epsilon * sum);
      // I10: a bias before frozen batch norm does get a gradient.
      EXPECT_NEAR(gradients.dx.col(c).sum(), slope * problem.dy.col(c).sum(),
                  (m + 2) * epsilon * std::abs(slope) * sum);
    }
  });
}

TEST(BackwardFrozen, IsTheSlopeOfInference) {
  for_random_problems([](const Problem& problem, const TrainingForward&) {
    const Frozen frozen = random_statistics(problem);
    const auto infer = [&](const Batch& x, const Channels& gamma, const Channels& beta) {
      return forward_inference(x, gamma, beta, frozen.mean, frozen.var, problem.eps);
    };
    const Gradients gradients =
        backward_frozen(problem.dy, problem.x, problem.gamma, frozen.mean, frozen.var, problem.eps);
    // Inference is linear in x, in gamma and in beta, so a whole step has no truncation error.
    const Batch y = infer(problem.x, problem.gamma, problem.beta);
    const Batch by_x = problem.dy * (infer(problem.x + 1, problem.gamma, problem.beta) - y);
    const Batch by_gamma = problem.dy * (infer(problem.x, problem.gamma + 1, problem.beta) - y);
    const Batch by_beta = problem.dy * (infer(problem.x, problem.gamma, problem.beta + 1) - y);
    for (Index c = 0; c < problem.width(); ++c) {
      const double std = std::sqrt(frozen.var(c) + problem.eps);
      const double x_size = (largest(problem.x.col(c)) + std::abs(frozen.mean(c)) + 1) / std;
      const double y_size = (std::abs(problem.gamma(c)) + 1) * x_size + std::abs(problem.beta(c)) + 1;
      const double rounding = 8 * epsilon * y_size * problem.dy.col(c).abs().sum();
      const double m = static_cast<double>(problem.m());
      expect_near(gradients.dx.col(c), by_x.col(c), rounding);
      EXPECT_NEAR(gradients.dgamma(c), by_gamma.col(c).sum(), m * rounding);
      EXPECT_NEAR(gradients.dbeta(c), by_beta.col(c).sum(), m * rounding);
    }
  });
}

TEST(BackwardFrozen, ExamplesDoNotSeeEachOtherI20) {
  for_random_problems([](const Problem& problem, const TrainingForward&) {
    const Frozen frozen = random_statistics(problem);
    const auto dx = [&](const Batch& dy, const Batch& x) {
      return backward_frozen(dy, x, problem.gamma, frozen.mean, frozen.var, problem.eps).dx;
    };
    const Batch together = dx(problem.dy, problem.x);
    for (Index i = 0; i < problem.m(); ++i) {
      EXPECT_EQ(bits(dx(problem.dy.row(i), problem.x.row(i))), bits(together.row(i)));
    }
  });
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
  // The pitfalls' example once more: an oracle must not owe its agreement to backward_train.
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
