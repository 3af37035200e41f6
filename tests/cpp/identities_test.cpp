// The identities that every batch normalization fulfils, I1 to I28, each tried on `runs` random problems of
// random shape, layout, type, gamma, beta, eps and dy.
//
// u is the unit roundoff of the data's type, epsilon = 2u; in a tolerance, the epsilon of doubles stands for
// the rounding of the test's own sums. K, the natural size of dx, is |gamma| / s max|dy|, s = sqrt(batch_var
// + eps), and rho = batch_var / (batch_var + eps).

#include <Eigen/Eigenvalues>

#include "batchnorm/folding.h"
#include "batchnorm/running_statistics.h"
#include "problems.h"

namespace {

using namespace testing_batchnorm;
using batchnorm::Gradients;
using batchnorm::Momentum;
using batchnorm::RunningStatistics;
using batchnorm::TrainingForward;
using batchnorm::update_running_statistics;
using batchnorm::VarianceEstimator;

/// max (|gamma x_hat| + |beta|): what y is rounded at.
double size_of_y(const Problem& problem, const TrainingForward& forward, Index c) {
  return std::abs(problem.gamma()(c)) * largest(forward.x_hat.col(c)) + std::abs(problem.beta()(c));
}

/// What x, rounded to its type, moves x_hat by: u max|x| / s, for x_hat itself, for its mean and for s.
double rounding_of_x(const Problem& problem, const TrainingForward& forward, Index c) {
  return problem.epsilon() / 2 * largest(problem.x.col(c)) * forward.saved_invstd(c) *
         (2 + largest(forward.x_hat.col(c)));
}

TEST(Identities, I1XHatSumsToZeroAndYAveragesToBeta) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const double e = problem.epsilon();
    for (Index c = 0; c < problem.width(); ++c) {
      EXPECT_NEAR(forward.x_hat.col(c).sum(), 0, problem.count() * e * largest(forward.x_hat.col(c)));
      EXPECT_NEAR(forward.y.col(c).mean(), problem.beta()(c),
                  (2 * e + problem.count() * epsilon) * size_of_y(problem, forward, c));
    }
  });
}

/// J = dx_hat/dx = (1/s) (I - 1 1'/m - x_hat x_hat'/m) of one channel.
Batch jacobian_of_x_hat(const TrainingForward& forward, Index c) {
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

/// One of a problem's channels or values, another one for each problem.
Index any(Index count, const Problem& problem) {
  lab::Random random(problem.seed + 1000);
  return random_count(random, count) - 1;
}

TEST(Identities, I2UnitVectorsGiveTheRowsOfTheJacobian) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const Index c = any(problem.width(), problem), i = any(problem.m(), problem);
    const Batch row = problem.gamma()(c) * jacobian_of_x_hat(forward, c).row(i);
    Batch dy = Batch::Zero(problem.m(), problem.width());
    dy(i, c) = 1;
    Batch dx = backward_train(problem.form, dy, forward, problem.gamma()).dx;
    // x_hat is rounded to the data's type in the row, not in dx.
    const double size = std::abs(problem.gamma()(c)) * forward.saved_invstd(c);
    expect_near(dx.col(c), row.transpose(), 4 * problem.epsilon() * size);
    dx.col(c) = 0;
    EXPECT_TRUE((dx == 0).all());  // no other channel moves
  });
}

/// The first values of one channel, as doubles: a Jacobian is of m^2 numbers.
Problem one_channel(const Problem& problem) {
  const Index c = any(problem.width(), problem), m = std::min<Index>(problem.m(), 24);
  return {problem.seed,
          {},
          problem.x.col(c).topRows(m),
          {problem.gamma().segment(c, 1), problem.beta().segment(c, 1)},
          problem.eps,
          problem.dy.col(c).topRows(m)};
}

TEST(Identities, I2TheJacobianOfOneChannelIsSymmetric) {
  for_random_problems([](const Problem& problem, const TrainingForward&) {
    const Problem one = one_channel(problem);
    const TrainingForward forward = one.forward();
    const double gamma = one.gamma()(0);
    const Batch jacobian = batchnorm::jacobian(one.x.transpose(), gamma, one.eps);
    EXPECT_EQ(bits(jacobian), bits(jacobian.transpose()));
    expect_near(jacobian, gamma * jacobian_of_x_hat(forward, 0),
                4 * epsilon * std::abs(gamma) * forward.saved_invstd(0));
  });
}

/// The central difference of y(i, c) with respect to x(j, c), with a step that balances truncation against
/// rounding: its error is about epsilon^(2/3) of the natural size.
double difference_quotient(const Problem& problem, const TrainingForward& forward, Index i, Index j,
                           Index c) {
  const double step = std::cbrt(problem.epsilon()) / forward.saved_invstd(c);
  Problem above = problem, below = problem;
  above.x(j, c) += step;
  below.x(j, c) -= step;
  above.x = problem.form.rounded(above.x);
  below.x = problem.form.rounded(below.x);
  return (above.forward().y(i, c) - below.forward().y(i, c)) / (above.x(j, c) - below.x(j, c));
}

/// What rounding and truncation leave of that quotient: epsilon / step times y, and step^2 / 6 times the
/// third derivative, which is of the order of |gamma| (1 + |x_hat|)^3 / s^3.
double quotient_error(const Problem& problem, const TrainingForward& forward, Index c) {
  const double steepest = std::abs(problem.gamma()(c)) * std::pow(1 + largest(forward.x_hat.col(c)), 3);
  return std::pow(problem.epsilon(), 2.0 / 3) * (steepest + 2 * size_of_y(problem, forward, c)) *
         forward.saved_invstd(c);
}

TEST(Identities, I2TheJacobianIsTheSlopeOfY) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const Index c = any(problem.width(), problem), i = any(problem.m(), problem);
    const double slope = problem.gamma()(c) * forward.saved_invstd(c);
    EXPECT_NEAR(difference_quotient(problem, forward, i, i, c),
                slope * (1 - (1 + std::pow(forward.x_hat(i, c), 2)) / problem.count()),
                quotient_error(problem, forward, c));
  });
}

TEST(Identities, I3VarianceOfXHatIsRho) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const Channels shares = rho(forward, problem.eps);
    const double rounding = 4 * problem.epsilon() + problem.count() * epsilon;
    for (Index c = 0; c < problem.width(); ++c) {
      EXPECT_NEAR(forward.x_hat.col(c).square().mean(), shares(c), rounding * shares(c));
      const Batch y = forward.y.col(c);
      const double expected = std::pow(problem.gamma()(c), 2) * shares(c);
      EXPECT_NEAR((y - y.mean()).square().mean(), expected,
                  rounding * std::pow(size_of_y(problem, forward, c), 2));
    }
  });
}

TEST(Identities, I4EigenvaluesOfTheJacobian) {
  for_random_problems([](const Problem& problem, const TrainingForward&) {
    const Problem one = one_channel(problem);
    const TrainingForward forward = one.forward();
    const Batch jacobian = batchnorm::jacobian(one.x.transpose(), 1, one.eps) / forward.saved_invstd(0);
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(jacobian.matrix());
    Channels expected = Channels::Ones(one.m());
    expected(0) = 0;                             // along 1
    expected(1) = 1 - rho(forward, one.eps)(0);  // along x_hat
    std::sort(expected.data(), expected.data() + expected.size());
    // By Weyl's inequality none moves by more than the norm of what rounding adds to the matrix.
    expect_near(solver.eigenvalues().transpose().array(), expected, 4 * one.count() * epsilon);
  });
}

TEST(Identities, I4EigenvectorsOfTheJacobian) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const Form& form = problem.form;
    const Channels shares = rho(forward, problem.eps);
    const Channels scale = problem.gamma() * forward.saved_invstd;
    const Batch& x_hat = forward.x_hat;
    const double m = problem.count(), e = problem.epsilon();

    const Batch ones = Batch::Ones(problem.m(), problem.width());
    const Batch along_ones = backward_train(form, ones, forward, problem.gamma()).dx;
    const Batch along_x_hat = backward_train(form, x_hat, forward, problem.gamma()).dx;
    // What is left of dy without its parts along 1 and x_hat; twice, as the first pass leaves rounding.
    Batch rest = problem.dy;
    for (int pass = 0; pass < 2; ++pass) {
      const Channels mean = rest.colwise().mean();
      rest.rowwise() -= mean;
      const Channels slope = (rest * x_hat).colwise().sum() / x_hat.square().colwise().sum();
      rest -= x_hat.rowwise() * slope;
    }
    rest = form.rounded(rest);
    const Batch along_rest = backward_train(form, rest, forward, problem.gamma()).dx;

    for (Index c = 0; c < problem.width(); ++c) {
      const double size = std::abs(scale(c)), bound = 1 + largest(x_hat.col(c));
      expect_near(along_ones.col(c), Batch::Zero(problem.m(), 1), m * epsilon * size * bound);
      expect_near(along_x_hat.col(c), scale(c) * (1 - shares(c)) * x_hat.col(c),
                  (m * epsilon + 4 * e) * size * bound);
      expect_near(along_rest.col(c), scale(c) * rest.col(c),
                  (m * epsilon + 2 * e) * size * bound * largest(problem.dy.col(c)));
    }
  });
}

TEST(Identities, I4TwoValuesWithoutEpsGetNoGradient) {
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    Problem problem = random_problem(seed, 2, 0);
    const Index width = problem.width();
    problem.form.positions.resize(std::min<std::size_t>(problem.form.positions.size(), 1));
    if (problem.form.inner() > 1) problem.form.positions = {2};
    problem.x = Batch(problem.x.topRows(2));
    problem.dy = Batch(problem.dy.topRows(2));
    SCOPED_TRACE(problem);
    const TrainingForward forward = problem.forward();
    const Channels tolerance = 4 * problem.epsilon() * natural_size(problem, forward);
    const Batch dx = problem.gradients().dx;
    for (Index c = 0; c < width; ++c) expect_near(dx.col(c), column({0, 0}), tolerance(c));
  }
}

TEST(Identities, I5DxSumsToZero) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const Channels tolerance = problem.count() * 2 * problem.epsilon() * natural_size(problem, forward);
    const Batch dx = problem.gradients().dx;
    for (Index c = 0; c < problem.width(); ++c) EXPECT_NEAR(dx.col(c).sum(), 0, tolerance(c));
  });
}

TEST(Identities, I6DxAlongXHatIsWhatEpsLeaves) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const Channels tolerance = problem.count() * 4 * problem.epsilon() * natural_size(problem, forward);
    const Channels shares = rho(forward, problem.eps);
    const Gradients gradients = problem.gradients();
    for (Index c = 0; c < problem.width(); ++c) {
      const double left = problem.gamma()(c) * (1 - shares(c)) * gradients.dgamma(c);
      EXPECT_NEAR((gradients.dx.col(c) * forward.x_hat.col(c)).sum(), left * forward.saved_invstd(c),
                  tolerance(c) * largest(forward.x_hat.col(c)));
      EXPECT_NEAR((gradients.dx.col(c) * problem.x.col(c)).sum(), left,
                  tolerance(c) * largest(problem.x.col(c)));
    }
  });
}

TEST(Identities, I7TheNormOfDx) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const Channels shares = rho(forward, problem.eps);
    const Gradients gradients = problem.gradients();
    const double m = problem.count();
    const double rounding = 16 * problem.epsilon() + m * epsilon;
    for (Index c = 0; c < problem.width(); ++c) {
      const double scale = std::pow(problem.gamma()(c) * forward.saved_invstd(c), 2);
      const double whole = problem.dy.col(c).square().sum();
      const double mean = problem.dy.col(c).mean();
      const double slope = gradients.dgamma(c) / m;
      const double expected = scale * (whole - m * mean * mean - m * slope * slope * (2 - shares(c)));
      EXPECT_NEAR(gradients.dx.col(c).square().sum(), expected, rounding * scale * whole);
      EXPECT_LE(gradients.dx.col(c).square().sum(), scale * whole * (1 + rounding));
    }
  });
}

/// A problem of integers whose sums and means are exact, in any order: m is a power of 2, and the core reads
/// the values of a channel as one block. (Of several blocks it takes the means of the first 2, 3, 4, ..., and
/// of these not all are exact.)
Problem exact_problem(std::uint64_t seed) {
  lab::Random random(seed);
  Form form = random_form(random);
  form.positions.clear();
  form.accuracy = Accuracy::exact;
  Index examples = 1, width = 1;
  const double kind = random.uniform();
  if (kind < 0.4) {  // rows as wide as the core takes them
    examples = Index{1} << random_count(random, 5);
    width = 31 + random_count(random, 9);
  } else if (kind < 0.7) {  // a plane for each channel
    form.positions = {2, 16 << random_count(random, 4)};
    form.axis = ChannelAxis::first;
    width = random_count(random, 9);
  } else {  // one channel
    form.positions = {2, 2};
    examples = Index{1} << random_count(random, 8);
  }
  const Index m = form.inner() * examples;
  return {seed,
          form,
          (50 * random_batch(random, m, width)).round() + 0.0,
          {random_channels(random, width), random_channels(random, width)},
          1e-3,
          (50 * random_batch(random, m, width)).round() + 0.0};
}

template <typename Check>
void for_exact_problems(const Check& check) {
  for (std::uint64_t seed = 0; seed < runs && !testing::Test::HasFailure(); ++seed) {
    const Problem problem = exact_problem(seed);
    SCOPED_TRACE(problem);
    check(problem, problem.forward());
  }
}

TEST(Identities, I8AShiftThatIsExactChangesNoBit) {
  for_exact_problems([](const Problem& problem, const TrainingForward& forward) {
    for (const double shift : {1.0, -7.0, 1e6}) {
      Problem moved = problem;
      moved.x += shift;
      const TrainingForward of_moved = moved.forward();
      EXPECT_EQ(bits(of_moved.y), bits(forward.y));
      EXPECT_EQ(bits(of_moved.batch_var), bits(forward.batch_var));
      EXPECT_EQ(bits(of_moved.batch_mean), bits(forward.batch_mean + shift));
    }
  });
}

TEST(Identities, I8AShiftChangesRoundingOnly) {
  for_random_problems(
      [](const Problem& problem, const TrainingForward&) {
        // Integers, and a shift that leaves them exact.
        Problem unmoved = problem;
        unmoved.x = problem.x.round() + 0.0;
        const TrainingForward forward = unmoved.forward();
        Problem moved = unmoved;
        moved.x += problem.form.dtype == Dtype::float64 ? 0x1p45 : 0x1p20;
        const TrainingForward of_moved = moved.forward();
        for (Index c = 0; c < problem.width(); ++c) {
          const double size = size_of_y(unmoved, forward, c);
          expect_near(of_moved.y.col(c), forward.y.col(c), 4 * problem.epsilon() * size);
        }
      },
      3, 1e-5);
}

TEST(Identities, I8APowerOf2TimesTheBatchChangesNoBit) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    for (const double scale : {0x1p-30, 0.5, 8.0, 0x1p100}) {
      // eps has the unit of x squared: BN with eps scale^2 of scale x is BN with eps of x.
      Problem scaled = problem;
      scaled.x *= scale;
      scaled.eps *= scale * scale;
      const TrainingForward of_scaled = scaled.forward();
      EXPECT_EQ(bits(of_scaled.y), bits(forward.y));
      EXPECT_EQ(bits(of_scaled.batch_mean), bits(scale * forward.batch_mean));
      EXPECT_EQ(bits(of_scaled.batch_var), bits(scale * scale * forward.batch_var));
    }
    Problem mirrored = problem;
    mirrored.x *= -4;
    mirrored.eps *= 16;
    EXPECT_EQ(bits(mirrored.forward().x_hat + 0.0), bits(-forward.x_hat + 0.0));
  });
}

TEST(Identities, I8AnyScaleDropsOutWithoutEps) {
  for_random_problems(
      [](const Problem& problem, const TrainingForward& forward) {
        for (const double scale : {3.0, -0.1}) {
          Problem scaled = problem;
          scaled.x = problem.form.rounded(scale * problem.x);
          const Batch x_hat = scaled.forward().x_hat;
          for (Index c = 0; c < problem.width(); ++c) {
            const double rounding =
                4 * problem.epsilon() * largest(forward.x_hat.col(c)) + rounding_of_x(problem, forward, c);
            expect_near(x_hat.col(c), std::copysign(1, scale) * forward.x_hat.col(c), rounding);
          }
        }
      },
      3, 0);
}

/// A linear layer before batch normalization, z = inputs weight' + bias, and the gradients of its parameters.
struct LinearLayer {
  Batch inputs;   ///< (m, I)
  Batch weight;   ///< (C, I)
  Channels bias;  ///< (C)

  /// `problem` with z for x.
  Problem before(Problem problem) const {
    problem.x = (inputs.matrix() * weight.matrix().transpose()).array();
    problem.x = problem.form.rounded(problem.x.rowwise() + bias);
    return problem;
  }
  Batch weight_gradient(const Batch& dz) const { return (dz.matrix().transpose() * inputs.matrix()).array(); }
};

LinearLayer random_layer(const Problem& problem) {
  lab::Random random(problem.seed + 9);
  const Index inputs = random_count(random, 6);
  return {random_batch(random, problem.m(), inputs), random_batch(random, problem.width(), inputs),
          random_channels(random, problem.width())};
}

TEST(Identities, I9TheScaleOfTheWeightsBeforeItDropsOut) {
  for_random_problems(
      [](const Problem& problem, const TrainingForward&) {
        const LinearLayer layer = random_layer(problem);
        const Problem once = layer.before(problem);
        LinearLayer larger = layer;
        larger.weight *= 4;
        larger.bias *= 4;
        const Problem scaled = larger.before(problem);
        EXPECT_EQ(bits(scaled.forward().y), bits(once.forward().y));
        // The gradient shrinks as the weight grows.
        EXPECT_EQ(bits(4 * layer.weight_gradient(scaled.gradients().dx)),
                  bits(layer.weight_gradient(once.gradients().dx)));
      },
      3, 0);
}

TEST(Identities, I9TheWeightsAreOrthogonalToTheirGradientButForEps) {
  for_random_problems([](const Problem& original, const TrainingForward&) {
    const LinearLayer layer = random_layer(original);
    const Problem problem = layer.before(original);
    const TrainingForward forward = problem.forward();
    const Channels shares = rho(forward, problem.eps), natural = natural_size(problem, forward);
    const Gradients gradients = problem.gradients();
    const Batch dweight = layer.weight_gradient(gradients.dx);
    for (Index c = 0; c < problem.width(); ++c) {
      const double got =
          (layer.weight.row(c) * dweight.row(c)).sum() + layer.bias(c) * gradients.dx.col(c).sum();
      const double inputs = static_cast<double>(layer.inputs.cols());
      const double size =
          inputs * largest(layer.weight.row(c)) * largest(layer.inputs) + std::abs(layer.bias(c));
      EXPECT_NEAR(got, problem.gamma()(c) * (1 - shares(c)) * gradients.dgamma(c),
                  problem.count() * (4 + inputs) * problem.epsilon() * natural(c) * size);
    }
  });
}

TEST(Identities, I10ABiasBeforeItGetsNoGradient) {
  // z = w x + b for every value: db is the sum of dz, and y does not depend on b.
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    Problem biased = problem;
    biased.x = problem.form.rounded(problem.x + 100);
    const TrainingForward of_biased = biased.forward();
    const Channels size = natural_size(biased, of_biased);
    const Batch dx = biased.gradients().dx;
    for (Index c = 0; c < problem.width(); ++c) {
      EXPECT_NEAR(dx.col(c).sum(), 0, problem.count() * 2 * problem.epsilon() * size(c));
      const double rounding = std::abs(problem.gamma()(c)) * rounding_of_x(biased, of_biased, c);
      expect_near(of_biased.y.col(c), forward.y.col(c),
                  2 * rounding + 4 * problem.epsilon() * size_of_y(problem, forward, c));
    }
  });
}

Frozen random_statistics(const Problem& problem) {
  lab::Random random(problem.seed + 10);
  const Channels mean = random_channels(random, problem.width());
  return {mean, random_channels(random, problem.width()).square() + 0.01};
}

TEST(Identities, I10ABiasBeforeFrozenStatisticsDoesGetOne) {
  for_random_problems([](const Problem& problem, const TrainingForward&) {
    const Frozen frozen = random_statistics(problem);
    const Batch dx =
        backward_frozen(problem.form, problem.dy, problem.x, problem.gamma(), frozen, problem.eps).dx;
    for (Index c = 0; c < problem.width(); ++c) {
      const double slope = problem.gamma()(c) / std::sqrt(frozen.var(c) + problem.eps);
      const Batch dy = problem.dy.col(c);
      EXPECT_NEAR(dx.col(c).sum(), slope * dy.sum(),
                  (problem.count() * epsilon + 2 * problem.epsilon()) * std::abs(slope) * dy.abs().sum());
    }
  });
}

TEST(Identities, I11TheResidualFormOfDx) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const Channels size = natural_size(problem, forward);
    const Batch dx = problem.gradients().dx;
    for (Index c = 0; c < problem.width(); ++c) {
      const Batch d = problem.x.col(c) - problem.x.col(c).mean();
      const Batch centred = problem.dy.col(c) - problem.dy.col(c).mean();
      const Batch fit = (centred * d).sum() / d.square().sum() * d;
      const double s_squared = forward.batch_var(c) + problem.eps;
      const Batch expected =
          problem.gamma()(c) / std::sqrt(s_squared) * ((centred - fit) + problem.eps / s_squared * fit);
      // The test's own sums round, and its mean of x too.
      const double bound = 1 + largest(forward.x_hat.col(c));
      const double own =
          epsilon * bound * (problem.count() * bound + largest(problem.x.col(c)) / std::sqrt(s_squared));
      expect_near(dx.col(c), expected, (4 * problem.epsilon() + own) * size(c));
    }
  });
}

TEST(Identities, I12DyAlongOneAndXHatLeavesWhatEpsLeaves) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const double a = 0.75, b = -1.5;
    Problem moved = problem;
    moved.dy = problem.form.rounded(a + b * forward.x_hat);
    const Channels size = natural_size(moved, forward);
    const Channels shares = rho(forward, problem.eps);
    const Batch dx = moved.gradients().dx;
    for (Index c = 0; c < problem.width(); ++c) {
      const double left = problem.gamma()(c) * forward.saved_invstd(c) * (1 - shares(c)) * b;
      expect_near(dx.col(c), left * forward.x_hat.col(c), 6 * problem.epsilon() * size(c));
    }
  });
}

TEST(Identities, I12AConstantDyMovesNothing) {
  // Pitfall 7: the loss sum(y) does not depend on x, so a gradient check on it compares rounding.
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    Problem moved = problem;
    moved.dy.setConstant(1.25);
    const Channels size = natural_size(moved, forward);
    const Gradients gradients = moved.gradients();
    for (Index c = 0; c < problem.width(); ++c) {
      expect_near(gradients.dx.col(c), Batch::Zero(problem.m(), 1), 6 * problem.epsilon() * size(c));
      EXPECT_EQ(gradients.dbeta(c), 1.25 * problem.count());
    }
  });
}

TEST(Identities, I13IsLinearInDy) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    lab::Random random(problem.seed + 13);
    const double p = random.normal(), q = random.normal();
    const Batch other = problem.form.rounded(random_batch(random, problem.m(), problem.width()));
    const Batch sum = problem.form.rounded(p * problem.dy + q * other);
    const Gradients first = problem.gradients();
    const Gradients second = backward_train(problem.form, other, forward, problem.gamma());
    const Gradients both = backward_train(problem.form, sum, forward, problem.gamma());
    for (Index c = 0; c < problem.width(); ++c) {
      const double size = std::abs(p) * largest(problem.dy.col(c)) + std::abs(q) * largest(other.col(c));
      const double bound = largest(forward.x_hat.col(c));
      const double scale = std::abs(problem.gamma()(c)) * forward.saved_invstd(c);
      expect_near(both.dx.col(c), p * first.dx.col(c) + q * second.dx.col(c),
                  8 * problem.epsilon() * scale * size);
      const double of_sums = problem.count() * problem.epsilon() * size;
      EXPECT_NEAR(both.dgamma(c), p * first.dgamma(c) + q * second.dgamma(c), of_sums * bound);
      EXPECT_NEAR(both.dbeta(c), p * first.dbeta(c) + q * second.dbeta(c), of_sums);
    }
  });
}

TEST(Identities, I13APowerOf2TimesDyChangesNoDigit) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const double scale = -0x1p12;
    const Gradients once = problem.gradients();
    const Gradients scaled = backward_train(problem.form, scale * problem.dy, forward, problem.gamma());
    // Adding 0 makes +0 of -0.
    EXPECT_EQ(bits(scaled.dx + 0.0), bits(scale * once.dx + 0.0));
    EXPECT_EQ(bits(scaled.dgamma + 0.0), bits(scale * once.dgamma + 0.0));
    EXPECT_EQ(bits(scaled.dbeta + 0.0), bits(scale * once.dbeta + 0.0));
  });
}

/// The values of every channel in another order: value i is what was value (5 i + 3) mod m, or i reversed.
Batch permuted(const Batch& batch) {
  const Index m = batch.rows();
  if (m % 5 == 0) return batch.colwise().reverse();
  Batch result(m, batch.cols());
  for (Index i = 0; i < m; ++i) result.row(i) = batch.row((5 * i + 3) % m);
  return result;
}

Problem permuted(Problem problem) {
  problem.x = permuted(problem.x);
  problem.dy = permuted(problem.dy);
  return problem;
}

TEST(Identities, I14PermutedValuesOfExactSumsGivePermutedBits) {
  for_exact_problems([](const Problem& problem, const TrainingForward& forward) {
    const Problem other = permuted(problem);
    const TrainingForward of_permuted = other.forward();
    EXPECT_EQ(bits(of_permuted.y), bits(permuted(forward.y)));
    EXPECT_EQ(bits(of_permuted.batch_mean), bits(forward.batch_mean));
    EXPECT_EQ(bits(of_permuted.batch_var), bits(forward.batch_var));
    const Gradients gradients = problem.gradients(), got = other.gradients();
    EXPECT_EQ(bits(got.dx), bits(permuted(gradients.dx)));
    EXPECT_EQ(bits(got.dgamma), bits(gradients.dgamma));
    EXPECT_EQ(bits(got.dbeta), bits(gradients.dbeta));
  });
}

TEST(Identities, I14PermutedValuesGivePermutedResults) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const Problem other = permuted(problem);
    const TrainingForward of_permuted = other.forward();
    const Gradients expected = problem.gradients(), got = other.gradients();
    const Channels size = natural_size(problem, forward);
    const double rounding = 2 * problem.epsilon();
    for (Index c = 0; c < problem.width(); ++c) {
      EXPECT_NEAR(of_permuted.batch_mean(c), forward.batch_mean(c), rounding * largest(problem.x.col(c)));
      EXPECT_NEAR(of_permuted.batch_var(c), forward.batch_var(c), 2 * rounding * forward.batch_var(c));
      expect_near(of_permuted.y.col(c), permuted(forward.y.col(c)),
                  2 * rounding * size_of_y(problem, forward, c));
      expect_near(got.dx.col(c), permuted(expected.dx.col(c)), 2 * rounding * size(c));
      const Batch dy = problem.dy.col(c).abs();
      EXPECT_NEAR(got.dgamma(c), expected.dgamma(c), 8 * epsilon * dy.sum() * largest(forward.x_hat.col(c)));
      EXPECT_NEAR(got.dbeta(c), expected.dbeta(c), 8 * epsilon * dy.sum());
    }
  });
}

TEST(Identities, I15PermutedChannelsGivePermutedBits) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    Problem reversed = problem;
    reversed.x = problem.x.rowwise().reverse();
    reversed.dy = problem.dy.rowwise().reverse();
    reversed.affine = {problem.gamma().reverse(), problem.beta().reverse()};
    const TrainingForward of_reversed = reversed.forward();
    EXPECT_EQ(bits(of_reversed.y), bits(forward.y.rowwise().reverse()));
    EXPECT_EQ(bits(of_reversed.batch_mean), bits(forward.batch_mean.reverse()));
    EXPECT_EQ(bits(of_reversed.batch_var), bits(forward.batch_var.reverse()));
    EXPECT_EQ(bits(of_reversed.saved_invstd), bits(forward.saved_invstd.reverse()));
    const Gradients expected = problem.gradients(), got = reversed.gradients();
    EXPECT_EQ(bits(got.dx), bits(expected.dx.rowwise().reverse()));
    EXPECT_EQ(bits(got.dgamma), bits(expected.dgamma.reverse()));
    EXPECT_EQ(bits(got.dbeta), bits(expected.dbeta.reverse()));
  });
}

/// Bitwise equal in all channels but one.
template <typename Got, typename Expected>
void expect_same_bits_beside(Index channel, const Got& got, const Expected& expected) {
  Batch others_of_got = got, others = expected;
  others_of_got.col(channel).setZero();
  others.col(channel).setZero();
  EXPECT_EQ(bits(others_of_got), bits(others));
}

TEST(Identities, I15NanAndInfinityStayInTheirChannel) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const Gradients gradients = problem.gradients();
    const Index bad = any(problem.width(), problem), i = any(problem.m(), problem);
    for (const double value : {not_a_number, infinity, -infinity}) {
      Problem spoilt = problem;
      spoilt.x(i, bad) = value;
      const TrainingForward of_spoilt = spoilt.forward();
      EXPECT_TRUE(of_spoilt.y.col(bad).isNaN().all());
      EXPECT_TRUE(std::isnan(of_spoilt.batch_var(bad)));
      expect_same_bits_beside(bad, of_spoilt.y, forward.y);
      expect_same_bits_beside(bad, of_spoilt.batch_mean, forward.batch_mean);
      expect_same_bits_beside(bad, of_spoilt.batch_var, forward.batch_var);

      for (const bool in_dy : {false, true}) {
        Problem backward = problem;
        (in_dy ? backward.dy : backward.x)(i, bad) = value;
        const Gradients got = backward.gradients();
        EXPECT_TRUE(got.dx.col(bad).isNaN().any() && !got.dx.col(bad).isFinite().any());
        expect_same_bits_beside(bad, got.dx, gradients.dx);
        expect_same_bits_beside(bad, got.dgamma, gradients.dgamma);
        expect_same_bits_beside(bad, got.dbeta, gradients.dbeta);
      }
    }
  });
}

double samuelson(const Problem& problem) {
  return std::sqrt(problem.count() - 1);
}

TEST(Identities, I16NoXHatExceedsSamuelsonsBound) {
  for_random_problems(
      [](const Problem& problem, const TrainingForward& forward) {
        EXPECT_LE(largest(forward.x_hat), samuelson(problem) * (1 + 2 * problem.epsilon()));
      },
      2);
}

TEST(Identities, I16ASingleOutlierReachesSamuelsonsBound) {
  for_random_problems(
      [](const Problem& problem, const TrainingForward&) {
        Problem outlier = problem;
        const Index i = any(problem.m(), problem);
        outlier.x.setZero();
        outlier.x.row(i) = problem.x.row(i);
        const Batch x_hat = outlier.forward().x_hat;
        for (Index c = 0; c < problem.width(); ++c) {
          EXPECT_NEAR(x_hat(i, c), std::copysign(samuelson(problem), problem.x(i, c)),
                      3 * problem.epsilon() * samuelson(problem));
        }
      },
      2, 0);
}

TEST(Identities, I17TwoValuesKeepNoSize) {
  for (std::uint64_t seed = 0; seed < runs && !testing::Test::HasFailure(); ++seed) {
    Problem problem = random_problem(seed, 2);
    problem.form.positions.clear();
    problem.x = Batch(problem.x.topRows(2));
    SCOPED_TRACE(problem);
    const TrainingForward forward = problem.forward();
    for (Index c = 0; c < problem.width(); ++c) {
      const double half = (problem.x(1, c) - problem.x(0, c)) / 2;
      const double root = half / std::sqrt(half * half + problem.eps);
      // problem.x(1) - problem.x(0) rounds in the test.
      const double rounding = 2 * problem.epsilon() + epsilon;
      expect_near(forward.x_hat.col(c), column({-root, root}), rounding * std::abs(root));
      const double gamma = problem.gamma()(c), beta = problem.beta()(c);
      expect_near(forward.y.col(c), column({beta - gamma * root, beta + gamma * root}),
                  rounding * (std::abs(gamma * root) + std::abs(beta)));
    }
  }
}

TEST(Identities, I18AConstantFeature) {
  for_random_problems(
      [](const Problem& problem, const TrainingForward&) {
        Problem constant = problem;
        constant.x = problem.x.row(0).replicate(problem.m(), 1);
        const TrainingForward forward = constant.forward();
        EXPECT_EQ(bits(forward.y), bits(problem.form.rounded(problem.beta().replicate(problem.m(), 1))));
        EXPECT_TRUE((forward.batch_var == 0).all());
        EXPECT_EQ(bits(forward.batch_mean), bits(constant.x.row(0)));
        const Gradients gradients = constant.gradients();
        EXPECT_TRUE((gradients.dgamma == 0).all());
        const Channels size = natural_size(constant, forward);
        for (Index c = 0; c < problem.width(); ++c) {
          const Batch dy = problem.dy.col(c);
          expect_near(gradients.dx.col(c), problem.gamma()(c) / std::sqrt(problem.eps) * (dy - dy.mean()),
                      (4 * problem.epsilon() + problem.count() * epsilon) * size(c));
        }
      },
      1, 1e-5);
}

TEST(Identities, I19FoldedIntoALinearLayer) {
  for_random_problems([](const Problem& problem, const TrainingForward&) {
    const LinearLayer layer = random_layer(problem);
    const Frozen frozen = random_statistics(problem);
    const Index width = problem.width(), inputs = layer.inputs.cols();
    const bool outputs_first = problem.form.axis == ChannelAxis::first;
    const Layout layout = outputs_first ? Layout{1, width, inputs} : Layout{inputs, width, 1};
    const Batch weight = outputs_first ? layer.weight : Batch(layer.weight.transpose());
    const batchnorm::Folded folded =
        batchnorm::fold(layout, weight, layer.bias, problem.affine, frozen.mean, frozen.var, problem.eps);

    const Batch as_given = Eigen::Map<const Batch>(folded.weight.data(), weight.rows(), weight.cols());
    const LinearLayer both{layer.inputs, outputs_first ? as_given : Batch(as_given.transpose()), folded.bias};
    Problem exact = problem;
    exact.form.dtype = Dtype::float64;  // weights are doubles
    const Batch expected =
        forward_inference(exact.form, layer.before(exact).x, problem.affine, frozen, problem.eps);
    const Batch got = both.before(exact).x;
    for (Index c = 0; c < width; ++c) {
      const double slope = std::abs(problem.gamma()(c)) / std::sqrt(frozen.var(c) + problem.eps);
      const double size = slope * (both.weight.row(c).abs().sum() / slope * largest(layer.inputs) +
                                   std::abs(layer.bias(c)) + std::abs(frozen.mean(c))) +
                          std::abs(problem.beta()(c));
      expect_near(got.col(c), expected.col(c), 8 * epsilon * size);
    }
  });
}

TEST(Identities, I20InferenceDoesNotSeeTheBatch) {
  for_random_problems([](const Problem& problem, const TrainingForward&) {
    const Frozen frozen = random_statistics(problem);
    const auto infer = [&](const Batch& x) {
      return forward_inference(problem.form, x, problem.affine, frozen, problem.eps);
    };
    const auto dx = [&](const Batch& dy, const Batch& x) {
      return backward_frozen(problem.form, dy, x, problem.gamma(), frozen, problem.eps).dx;
    };
    const Batch y = infer(problem.x), whole_dx = dx(problem.dy, problem.x);
    EXPECT_EQ(bits(infer(permuted(problem.x))), bits(permuted(y)));
    const Index inner = problem.form.inner();
    for (Index i = 0; i < problem.m(); i += inner) {
      const Batch x = problem.x.middleRows(i, inner), dy = problem.dy.middleRows(i, inner);
      EXPECT_EQ(bits(infer(x)), bits(y.middleRows(i, inner)));
      EXPECT_EQ(bits(dx(dy, x)), bits(whole_dx.middleRows(i, inner)));
    }
    for (Index c = 0; c < problem.width(); ++c) {
      const double slope = problem.gamma()(c) / std::sqrt(frozen.var(c) + problem.eps);
      expect_near(whole_dx.col(c), slope * problem.dy.col(c),
                  2 * problem.epsilon() * std::abs(slope) * largest(problem.dy.col(c)));
    }
  });
}

TEST(Identities, I21ABatchMateMovesY) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const Index c = any(problem.width(), problem), i = any(problem.m(), problem);
    const Index j = (i + 1 + any(problem.m() - 1, problem)) % problem.m();
    const double slope = problem.gamma()(c) * forward.saved_invstd(c);
    EXPECT_NEAR(difference_quotient(problem, forward, i, j, c),
                -slope / problem.count() * (1 + forward.x_hat(i, c) * forward.x_hat(j, c)),
                quotient_error(problem, forward, c));
  });
}

TEST(Identities, I22IdenticalBatches) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    lab::Random random(problem.seed + 22);
    const Frozen before = random_statistics(problem);
    const double momentum = random.uniform();
    RunningStatistics running{before.mean, before.var};
    const int steps = 25;
    for (int step = 0; step < steps; ++step) {
      running = update_running_statistics(running, forward.batch_mean, forward.batch_var, problem.m(),
                                          Momentum::decay(momentum), VarianceEstimator::unbiased);
    }
    // r_k = alpha^k r_0 + (1 - alpha^k) times the statistic of the batch.
    const double left = std::pow(momentum, steps);
    const Channels var = forward.batch_var * (problem.count() / (problem.count() - 1));
    for (Index c = 0; c < problem.width(); ++c) {
      EXPECT_NEAR(running.running_mean(c), left * before.mean(c) + (1 - left) * forward.batch_mean(c),
                  steps * 2 * epsilon * (std::abs(before.mean(c)) + std::abs(forward.batch_mean(c))));
      EXPECT_NEAR(running.running_var(c), left * before.var(c) + (1 - left) * var(c),
                  steps * 2 * epsilon * (before.var(c) + var(c)));
    }
  });
}

TEST(Identities, I22CumulativeWeightsGiveThePlainMean) {
  for_random_problems([](const Problem& problem, const TrainingForward&) {
    // What was there before the first batch counts for nothing; batches of different size count alike.
    const Index width = problem.width();
    RunningStatistics running{Channels::Constant(width, 17), Channels::Constant(width, 17)};
    Channels mean_sum = Channels::Zero(width), var_sum = mean_sum, mean_size = mean_sum, var_size = mean_sum;
    const Index inner = problem.form.inner(), steps = 6;
    for (Index k = 1; k <= steps; ++k) {
      Problem batch = problem;
      batch.x = problem.x.topRows(std::min(problem.m(), k * inner)) * static_cast<double>(k);
      batch.eps = 1;
      const TrainingForward forward = batch.forward();
      running = update_running_statistics(running, forward.batch_mean, forward.batch_var, batch.m(),
                                          Momentum::cumulative(k), VarianceEstimator::biased);
      mean_sum += forward.batch_mean;
      var_sum += forward.batch_var;
      mean_size = mean_size.max(forward.batch_mean.abs());
      var_size = var_size.max(forward.batch_var);
      const double count = static_cast<double>(k);
      for (Index c = 0; c < width; ++c) {
        EXPECT_NEAR(running.running_mean(c), mean_sum(c) / count, count * 2 * epsilon * mean_size(c));
        EXPECT_NEAR(running.running_var(c), var_sum(c) / count, count * 2 * epsilon * var_size(c));
      }
    }
  });
}

TEST(Identities, I22TorchsMomentumIsOneMinusTheLessons) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    lab::Random random(problem.seed + 22);
    const Frozen before = random_statistics(problem);
    const auto update = [&](const Momentum& momentum) {
      return update_running_statistics({before.mean, before.var}, forward.batch_mean, forward.batch_var,
                                       problem.m(), momentum, VarianceEstimator::unbiased);
    };
    for (const double p : {random.uniform(), 0.0, 1.0}) {
      const RunningStatistics by_torch = update(Momentum::torch(p)),
                              by_decay = update(Momentum::decay(batchnorm::decay_from_torch(p)));
      // 1 - p is rounded, and so is 1 - (1 - p).
      const Channels mean_size = before.mean.abs() + forward.batch_mean.abs();
      const Channels var_size = before.var + 2 * forward.batch_var;
      for (Index c = 0; c < problem.width(); ++c) {
        EXPECT_NEAR(by_torch.running_mean(c), by_decay.running_mean(c), 2 * epsilon * mean_size(c));
        EXPECT_NEAR(by_torch.running_var(c), by_decay.running_var(c), 2 * epsilon * var_size(c));
      }
    }
    // At the extremes one of both is kept as it is.
    EXPECT_EQ(bits(update(Momentum::torch(0)).running_mean), bits(before.mean));
    EXPECT_EQ(bits(update(Momentum::decay(1)).running_var), bits(before.var));
    EXPECT_EQ(bits(update(Momentum::torch(1)).running_mean), bits(forward.batch_mean));
    EXPECT_EQ(bits(update(Momentum::decay(0)).running_mean), bits(forward.batch_mean));
  });
}

TEST(Identities, I23TheUnbiasedVariance) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const Channels zero = Channels::Zero(problem.width());
    const auto from_zero = [&](VarianceEstimator estimator) {
      return update_running_statistics({zero, zero}, forward.batch_mean, forward.batch_var, problem.m(),
                                       Momentum::decay(0.25), estimator);
    };
    const RunningStatistics population = from_zero(VarianceEstimator::biased);
    const RunningStatistics sample = from_zero(VarianceEstimator::unbiased);
    const double correction = problem.count() / (problem.count() - 1);
    for (Index c = 0; c < problem.width(); ++c) {
      EXPECT_NEAR(sample.running_var(c), population.running_var(c) * correction,
                  2 * epsilon * sample.running_var(c));
    }
    EXPECT_EQ(bits(sample.running_mean), bits(population.running_mean));
  });
}

TEST(Identities, I24TheBatchTwice) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    Problem twice = problem;
    twice.x = problem.x.replicate(2, 1);
    twice.dy = problem.dy.replicate(2, 1);
    const TrainingForward of_twice = twice.forward();
    const Channels size = natural_size(problem, forward);
    const Gradients once = problem.gradients(), got = twice.gradients();
    const double rounding = 4 * problem.epsilon();
    for (Index c = 0; c < problem.width(); ++c) {
      EXPECT_NEAR(of_twice.batch_mean(c), forward.batch_mean(c), rounding * largest(problem.x.col(c)));
      EXPECT_NEAR(of_twice.batch_var(c), forward.batch_var(c), 2 * rounding * forward.batch_var(c));
      expect_near(of_twice.y.col(c), forward.y.col(c).replicate(2, 1),
                  rounding * size_of_y(problem, forward, c));
      expect_near(got.dx.col(c), once.dx.col(c).replicate(2, 1), rounding * size(c));
      const double sum = 2 * problem.dy.col(c).abs().sum();
      EXPECT_NEAR(got.dgamma(c), 2 * once.dgamma(c), 8 * epsilon * sum * largest(forward.x_hat.col(c)));
      EXPECT_NEAR(got.dbeta(c), 2 * once.dbeta(c), 8 * epsilon * sum);
    }
  });
}

TEST(Identities, I25NormalizingTwiceIsNormalizingOnce) {
  for_random_problems(
      [](const Problem& problem, const TrainingForward& forward) {
        Problem again = problem;
        again.x = forward.y;
        again.affine = {};
        const Batch y = again.forward().y;
        for (Index c = 0; c < problem.width(); ++c) {
          const double gamma = problem.gamma()(c);
          // y carries the rounding of beta, which the second pass enlarges by 1/|gamma|, and again by |x_hat|
          // where it moves the variance.
          const double rounding = 2 * problem.epsilon() * size_of_y(problem, forward, c) / std::abs(gamma) *
                                  (1 + largest(forward.x_hat.col(c)));
          expect_near(y.col(c), std::copysign(1, gamma) * forward.x_hat.col(c), rounding);
        }
      },
      3, 0);
}

TEST(Identities, I26TheSecondDerivative) {
  // Along v, J(x) v is the first derivative of x_hat; its central difference is the second.
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    lab::Random random(problem.seed + 26);
    const Batch v = problem.form.rounded(random_batch(random, problem.m(), problem.width()));
    for (const Index c : {any(problem.width(), problem)}) {
      const double s = 1 / forward.saved_invstd(c), m = problem.count();
      const double step = std::cbrt(problem.epsilon()) * s;
      Problem above = problem, below = problem;
      above.x.col(c) += step * v.col(c);
      below.x.col(c) -= step * v.col(c);
      above.x = problem.form.rounded(above.x);
      below.x = problem.form.rounded(below.x);
      const auto first_derivative = [&](const Problem& at) {
        return Batch(backward_train(at.form, v, at.forward(), {}).dx.col(c));
      };
      const Batch got = (first_derivative(above) - first_derivative(below)) / (2 * step);

      const Batch x_hat = forward.x_hat.col(c);
      const Batch centred = v.col(c) - v.col(c).mean();
      const double a = (x_hat * v.col(c)).sum() / m, q = (v.col(c) * centred).sum() / m;
      const Batch expected = -(2 * a * (centred - a * x_hat) + (q - a * a) * x_hat) / (s * s);
      // Rounding of J v over the step, of x over the step, and step^2 times the fourth derivative.
      const double size = std::pow(1 + largest(v.col(c)), 4) * std::pow(1 + largest(x_hat), 4);
      const double rounding =
          problem.epsilon() * largest(problem.x.col(c)) / step * std::pow(1 + largest(x_hat), 2);
      expect_near(got, expected, (std::pow(problem.epsilon(), 2.0 / 3) + rounding) * size / (s * s));
    }
  });
}

TEST(Identities, I27TheJacobianTimesXIsWhatEpsLeaves) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    const Channels shares = rho(forward, problem.eps);
    const Batch dx = backward_train(problem.form, problem.x, forward, problem.gamma()).dx;
    for (Index c = 0; c < problem.width(); ++c) {
      const double size = largest(problem.x.col(c)) * forward.saved_invstd(c);
      expect_near(dx.col(c), problem.gamma()(c) * (1 - shares(c)) * forward.x_hat.col(c),
                  4 * problem.epsilon() * std::abs(problem.gamma()(c)) * size);
    }
  });
}

TEST(Identities, I27TheJacobianOfOneChannelTimesXAndTimesOne) {
  for_random_problems([](const Problem& problem, const TrainingForward&) {
    const Problem one = one_channel(problem);
    const TrainingForward forward = one.forward();
    const Eigen::MatrixXd jacobian = batchnorm::jacobian(one.x.transpose(), 1, one.eps).matrix();
    const double rounding = 2 * one.count() * epsilon * forward.saved_invstd(0);
    const double left = 1 - rho(forward, one.eps)(0);
    expect_near((jacobian * one.x.matrix()).array(), left * forward.x_hat, rounding * largest(one.x));
    expect_near(jacobian.rowwise().sum().array(), Batch::Zero(one.m(), 1), rounding);
  });
}

TEST(Identities, I28TheGradientIsTheSlopeOfTheLoss) {
  for_random_problems([](const Problem& problem, const TrainingForward& forward) {
    lab::Random random(problem.seed + 28);
    const Batch v = random_batch(random, problem.m(), problem.width());
    const Gradients gradients = problem.gradients();
    const double h = std::cbrt(problem.epsilon());
    // Each channel moves by a step of its own size, so that one loss serves them all.
    Problem above = problem, below = problem;
    above.x = problem.form.rounded(problem.x + h * (v.rowwise() / forward.saved_invstd));
    below.x = problem.form.rounded(problem.x - h * (v.rowwise() / forward.saved_invstd));
    const Batch y_above = above.forward().y, y_below = below.forward().y;
    for (Index c = 0; c < problem.width(); ++c) {
      const Batch dy = problem.dy.col(c), moved = above.x.col(c) - below.x.col(c);  // as it was really taken
      const double difference = (dy * (y_above.col(c) - y_below.col(c))).sum();
      // Rounding of y, and h^3 times the third derivative.
      const double steepest = std::abs(problem.gamma()(c)) * std::pow(largest(v.col(c)), 3) *
                              std::pow(1 + largest(forward.x_hat.col(c)), 3);
      const double tolerance =
          problem.epsilon() * dy.abs().sum() * (steepest + 4 * size_of_y(problem, forward, c));
      EXPECT_NEAR(difference, (gradients.dx.col(c) * moved).sum(), tolerance);
      // The tolerance must be far below what is compared, or the comparison says nothing.
      const double natural = natural_size(problem, forward)(c) * moved.abs().sum();
      EXPECT_LT(tolerance, std::sqrt(problem.epsilon()) * natural + 100 * tolerance);
    }
  });
}

}  // namespace
