// The fast code against the plain reference, on ordinary data in every layout and type.

#include "batchnorm/plain.h"

#include "problems.h"

namespace {

using namespace testing_batchnorm;
namespace plain = batchnorm::plain;

/// A bound for the rounding error of a sum of m numbers, or of a formula of a few operations, of magnitude 1:
/// the plain code rounds to double, the fast code to the data's type.
double tolerance(const Problem& problem) {
  return 8 * (problem.epsilon() + problem.count() * epsilon);
}

/// Statistics of a channel as far as its offset leaves them digits: |x| / std times the rounding of x - mean.
Channels digits_lost(const Problem& problem, const plain::Forward& forward) {
  return 1 + problem.x.abs().colwise().maxCoeff() / (forward.batch_var + problem.eps).sqrt();
}

/// Each channel within its own tolerance.
template <typename Derived>
void expect_channels_near(const Eigen::ArrayBase<Derived>& got, const Eigen::ArrayBase<Derived>& expected,
                          const Channels& tolerances) {
  for (Index c = 0; c < tolerances.size(); ++c) expect_near(got.col(c), expected.col(c), tolerances(c));
}

/// Random problems, of floats in both accuracies.
template <typename Check>
void for_both_accuracies(const Check& check) {
  for (const Accuracy accuracy : {Accuracy::fast, Accuracy::exact})
    for_random_problems(check, 3, -1, accuracy);
}

TEST(Plain, TheTrainingPassAgrees) {
  for_both_accuracies([](const Problem& problem, const batchnorm::TrainingForward& forward) {
    const auto expected = plain::forward_train(problem.x, problem.gamma(), problem.beta(), problem.eps);
    // Two-pass sums in doubles lose what the offset takes; floats come in exactly.
    const Channels lost = digits_lost(problem, expected);
    const Channels sizes = problem.x.abs().colwise().maxCoeff();
    const Channels largest_x_hat = expected.x_hat.abs().colwise().maxCoeff();
    const double doubles = 8 * problem.count() * epsilon;
    expect_channels_near(forward.batch_mean, expected.batch_mean, tolerance(problem) * sizes);
    expect_channels_near(forward.batch_var, expected.batch_var,
                         (tolerance(problem) + doubles * lost) * expected.batch_var);
    const Channels of_x_hat = (tolerance(problem) + doubles * lost) * (1 + largest_x_hat);
    expect_channels_near(forward.x_hat, expected.x_hat, of_x_hat);
    expect_channels_near(forward.y, expected.y,
                         problem.gamma().abs() * of_x_hat + tolerance(problem) * problem.beta().abs());
  });
}

TEST(Plain, TheBackwardPassAgrees) {
  for_both_accuracies([](const Problem& problem, const batchnorm::TrainingForward& forward) {
    const auto gradients = problem.gradients();
    const auto of_forward = plain::forward_train(problem.x, problem.gamma(), problem.beta(), problem.eps);
    const auto expected = plain::backward_train(problem.dy, problem.x, problem.gamma(), problem.eps);
    const double doubles = 8 * problem.count() * epsilon;
    const Channels share = tolerance(problem) + doubles * digits_lost(problem, of_forward);
    const Channels sizes = problem.dy.abs().colwise().sum();
    const Channels largest_x_hat = of_forward.x_hat.abs().colwise().maxCoeff();
    // dx: three terms, the one through the variance up to max |x_hat|^2 times as large as dy.
    expect_channels_near(gradients.dx, expected.dx,
                         share * natural_size(problem, forward) * (2 + largest_x_hat.square()));
    expect_channels_near(gradients.dgamma, expected.dgamma, share * sizes * (1 + largest_x_hat));
    expect_channels_near(gradients.dbeta, expected.dbeta, tolerance(problem) * sizes);
  });
}

TEST(Plain, InferenceAgrees) {
  for_both_accuracies([](const Problem& problem, const batchnorm::TrainingForward&) {
    lab::Random random(problem.seed + runs);
    const Frozen frozen{random_channels(random, problem.width()),
                        random_channels(random, problem.width()).square() + 0.1};
    const Batch y = forward_inference(problem.form, problem.x, problem.affine, frozen, problem.eps);
    const Batch expected = plain::forward_inference(problem.x, problem.gamma(), problem.beta(), frozen.mean,
                                                    frozen.var, problem.eps);
    const Channels sizes = (problem.x.abs().colwise().maxCoeff() + frozen.mean.abs()) /
                           (frozen.var + problem.eps).sqrt() * problem.gamma().abs();
    expect_channels_near(y, expected, 8 * problem.epsilon() * (sizes + problem.beta().abs()));
  });
}

TEST(Plain, ItsGradientIsTheDerivativeOfItsForwardPass) {
  lab::Random random(3);
  const double h = std::cbrt(epsilon), eps = 1e-2;
  const Batch x = random_batch(random, 6, 3), dy = random_batch(random, 6, 3);
  const Channels gamma = random_channels(random, 3), beta = random_channels(random, 3);
  const auto loss = [&](const Batch& at) {
    return (dy * plain::forward_train(at, gamma, beta, eps).y).sum();
  };
  const Batch dx = plain::backward_train(dy, x, gamma, eps).dx;
  for (Index k = 0; k < x.size(); ++k) {
    Batch up = x, down = x;
    up(k) += h;
    down(k) -= h;
    // What the difference leaves out is h^2 times a third derivative, of which a dozen terms make up the
    // loss.
    EXPECT_NEAR(dx(k), (loss(up) - loss(down)) / (up(k) - down(k)), 1000 * h * h) << "value " << k;
  }
}

}  // namespace
