// The error of the numerical gradient as a function of the step, compared with theory and with other
// functions of the library.

#include "lab/difference_check.h"

#include "batchnorm/gradient_check.h"
#include "helpers.h"

namespace {

using namespace testing_batchnorm;
using lab::CheckedCode;
using lab::CheckedGradient;
using lab::difference_check;
using lab::DifferenceCheck;
using lab::Loss;
using lab::Precision;
using lab::Scheme;

/// A batch without symmetry, whose y are far from the kink: -2.3 to 2.8.
CheckedGradient problem(Scheme scheme, Precision precision, Loss loss = Loss::weighted) {
  return {channels({2, 4, 7, 8.5, 1}),      1.75, 0.25,   1e-3,
          channels({1, -2, 0.5, 3, -1.25}), loss, scheme, precision};
}

/// The steps 10^from ... 10^to, `per_decade` a decade.
Channels decades(int from, int to, int per_decade) {
  const Index count = (to - from) * per_decade + 1;
  Channels steps(count);
  for (Index k = 0; k < count; ++k) steps(k) = std::pow(10, from + static_cast<double>(k) / per_decade);
  return steps;
}

Batch backward_dx(const CheckedGradient& of, const Channels& dy) {
  const Channels gamma = channels({of.gamma});
  const auto forward = batchnorm::forward_train(Batch(of.x.transpose()), gamma, channels({of.beta}), of.eps);
  return batchnorm::backward_train(Batch(dy.transpose()), forward, gamma).dx;
}

TEST(DifferenceCheck, WhereTruncationRulesTheErrorGrowsWithTheOrderOfTheScheme) {
  for (const Loss loss : {Loss::weighted, Loss::relu}) {
    for (const auto& [scheme, order] : {std::pair{Scheme::forward, 1.0}, std::pair{Scheme::central, 2.0}}) {
      const Channels error =
          difference_check(problem(scheme, Precision::in_double, loss), channels({1e-3, 1e-2}))
              .right.absolute;
      EXPECT_NEAR(std::log10(error(1) / error(0)), order, 0.1 * order);
    }
  }
}

TEST(DifferenceCheck, AStepGivesTheSameWhateverOtherStepsAreAskedFor) {
  const Channels steps = decades(-16, 0, 4);
  for (const Precision precision : {Precision::in_single, Precision::in_double}) {
    for (const Scheme scheme : {Scheme::forward, Scheme::central}) {
      const CheckedGradient of = problem(scheme, precision);
      const DifferenceCheck all = difference_check(of, steps);
      for (Index k = 0; k < steps.size(); ++k) {
        const DifferenceCheck one = difference_check(of, steps.segment(k, 1));
        EXPECT_TRUE((one.numeric.row(0) == all.numeric.row(k)).all()) << "h = " << steps(k);
      }
    }
  }
}

TEST(DifferenceCheck, WhereRoundingRulesTheErrorGrowsAsTheStepShrinks) {
  for (const Scheme scheme : {Scheme::forward, Scheme::central}) {
    const Channels error =
        difference_check(problem(scheme, Precision::in_double), decades(-14, -1, 4)).right.error;
    Index best = 0;
    EXPECT_LT(error.minCoeff(&best), 1e-7);
    EXPECT_GT(best, 12);
    EXPECT_LT(best, error.size() - 8);
    EXPECT_GT(error(0), 1e3 * error(best));
    EXPECT_GT(error(error.size() - 1), 1e3 * error(best));
  }
}

TEST(DifferenceCheck, TheBestErrorIsThatOfTheory) {
  // The smallest error is of the order of the unit roundoff to the power 1/2 for forward and 2/3 for central
  // differences, up to the problem's constants.
  for (const auto& [precision, rounding] :
       {std::pair{Precision::in_single, 6e-8}, std::pair{Precision::in_double, 1.1e-16}}) {
    for (const auto& [scheme, power] :
         {std::pair{Scheme::forward, 0.5}, std::pair{Scheme::central, 2.0 / 3}}) {
      const double best =
          difference_check(problem(scheme, precision), decades(-9, 0, 8)).right.error.minCoeff();
      EXPECT_LT(best, 10 * std::pow(rounding, power));
      EXPECT_GT(best, 1e-3 * std::pow(rounding, power));
    }
  }
}

TEST(DifferenceCheck, InSingleASmallStepDoesNotMoveX) {
  for (const Scheme scheme : {Scheme::forward, Scheme::central}) {
    const DifferenceCheck check =
        difference_check(problem(scheme, Precision::in_single), channels({1e-9, 1e-300, 1e-2}));
    EXPECT_TRUE((check.numeric.topRows(2) == 0).all());
    EXPECT_EQ(check.right.error(0), 1);
    EXPECT_EQ(check.right.error(1), 1);
    EXPECT_EQ(check.right.absolute(0), largest(check.right.dx));
    EXPECT_LT(check.right.error(2), 0.1);
    EXPECT_GT(check.right.error(2), 1e-6);
  }
}

TEST(DifferenceCheck, TheAnalyticGradientIsThatOfTheBackwardPass) {
  const CheckedGradient weighted = problem(Scheme::central, Precision::in_double);
  const Channels step = channels({1e-4});
  EXPECT_EQ(bits(difference_check(weighted, step).right.dx),
            bits(backward_dx(weighted, weighted.dy).transpose()));

  CheckedGradient sum = weighted;
  sum.loss = Loss::sum;
  EXPECT_EQ(bits(difference_check(sum, step).right.dx),
            bits(backward_dx(sum, Channels::Ones(5)).transpose()));

  CheckedGradient relu = weighted;
  relu.loss = Loss::relu;
  // 2, 4 and 1 lie below the mean 4.5, and by more than beta = 0.25 takes back.
  EXPECT_EQ(bits(difference_check(relu, step).right.dx),
            bits(backward_dx(relu, channels({0, 0, 0.5, 3, 0})).transpose()));

  // Both gradients are those of the floats.
  CheckedGradient single = weighted;
  single.precision = Precision::in_single;
  single.x(0) = 0.1;
  single.dy(1) = 0.3;
  CheckedGradient of_floats = single;
  of_floats.x(0) = static_cast<double>(0.1f);
  of_floats.dy(1) = static_cast<double>(0.3f);
  EXPECT_EQ(bits(difference_check(single, step).right.dx),
            bits(backward_dx(of_floats, of_floats.dy).transpose()));
}

TEST(DifferenceCheck, TheNumericGradientIsThatOfTheGradientCheck) {
  // Steps that are powers of 2, on x that are multiples of them: the step taken is the step given.
  const CheckedGradient central = problem(Scheme::central, Precision::in_double);
  const Channels steps = channels({0x1p-10, 0x1p-20});
  const DifferenceCheck check = difference_check(central, steps);
  for (Index k = 0; k < 2; ++k) {
    const auto expected = batchnorm::central_difference_gradient(
        central.x.transpose(), channels({central.gamma}), channels({central.beta}), central.eps,
        central.dy.transpose(), steps(k));
    // Both round sums of terms up to 10, in another order.
    expect_near(check.numeric.row(k), expected.dx.transpose(), 10 * 8 * epsilon / steps(k));
  }
  // A forward difference differs from a central one by L'' h / 2, of which twice the step makes twice as
  // much.
  const Channels forward_steps = channels({0x1p-10, 0x1p-9});
  const Batch by_forward =
      difference_check(problem(Scheme::forward, Precision::in_double), forward_steps).numeric;
  const Batch by_central = difference_check(central, forward_steps).numeric;
  const Batch apart = by_forward - by_central;
  expect_near(apart.row(1), 2 * apart.row(0), 0.01 * largest(apart));
  EXPECT_GT(largest(apart), 1e-5);
}

TEST(DifferenceCheck, TheErrorIsInTheMaximumNorm) {
  const DifferenceCheck check =
      difference_check(problem(Scheme::forward, Precision::in_double), channels({0.1, 0.5}));
  for (Index k = 0; k < 2; ++k) {
    const double absolute = largest(check.numeric.row(k) - check.right.dx);
    EXPECT_EQ(check.right.absolute(k), absolute);
    EXPECT_EQ(check.right.error(k),
              absolute / std::max(largest(check.numeric.row(k)), largest(check.right.dx)));
  }
  EXPECT_LT(check.right.absolute(0), check.right.absolute(1));
}

TEST(DifferenceCheck, ALossThatDoesNotDependOnX) {
  CheckedGradient sum = problem(Scheme::central, Precision::in_double, Loss::sum);
  sum.eps = 0;
  const DifferenceCheck of_sum = difference_check(sum, channels({1e-3, 0x1p-3}));
  EXPECT_LT(largest(of_sum.right.dx), 16 * epsilon);
  EXPECT_LT(of_sum.right.absolute(0), 64 * epsilon / 1e-3);

  CheckedGradient two = problem(Scheme::central, Precision::in_double);
  two.eps = 0;
  two.x = channels({1, 4});
  two.dy = channels({0.3, -5});
  EXPECT_LT(largest(difference_check(two, channels({1e-3})).right.dx), 16 * epsilon);

  CheckedGradient nothing = problem(Scheme::central, Precision::in_double);
  nothing.gamma = 0;
  const DifferenceCheck of_nothing = difference_check(nothing, channels({1e-3}));
  EXPECT_EQ(of_nothing.right.error(0), 0);
  EXPECT_EQ(of_nothing.right.absolute(0), 0);
}

TEST(DifferenceCheck, AWrongBackwardPassShowsAtEveryStep) {
  const DifferenceCheck check =
      difference_check(problem(Scheme::central, Precision::in_double), decades(-12, 1, 8));
  for (const CheckedCode* wrong : {&check.without_mean, &check.without_var, &check.without_both})
    EXPECT_GT(wrong->error.minCoeff(), 1e-2);
}

TEST(DifferenceCheck, WhatIsLeftOutIsThePath) {
  const CheckedGradient whole = problem(Scheme::central, Precision::in_double);
  const auto forward = batchnorm::forward_train(Batch(whole.x.transpose()), channels({whole.gamma}),
                                                channels({whole.beta}), whole.eps);
  const auto trace = batchnorm::backward_trace(whole.dy.transpose(), forward, channels({whole.gamma}));
  const DifferenceCheck check = difference_check(whole, channels({1e-4}));
  const Channels dx = trace.dx.transpose();
  const double rounding = 8 * epsilon * largest(trace.dx_direct);
  expect_near(check.without_mean.dx, dx - trace.dx_through_mean.transpose(), rounding);
  expect_near(check.without_var.dx, dx - trace.dx_through_var.transpose(), rounding);
  expect_near(check.without_both.dx, trace.dx_direct.transpose(), 0);
}

TEST(DifferenceCheck, AKinkIsSeenByTheStepsThatCrossIt) {
  // y_2 is 0.01 above 0, and x_2 moves it by about as much.
  CheckedGradient kink = problem(Scheme::central, Precision::in_double, Loss::relu);
  kink.x = channels({-3, -1, 0, 1, 3});
  kink.beta = 0.01;
  const DifferenceCheck check = difference_check(kink, channels({1e-4, 0.1}));
  EXPECT_LT(check.right.error(0), 1e-6);
  EXPECT_GT(check.right.error(1), 1e-2);
}

TEST(DifferenceCheck, WhereYIsZeroTheAnalyticGradientTakesTheSideOfZero) {
  CheckedGradient kink = problem(Scheme::forward, Precision::in_double, Loss::relu);
  kink.x = channels({-3, -1, 0, 1, 3});
  kink.beta = 0;
  const DifferenceCheck check = difference_check(kink, decades(-8, -1, 1));
  EXPECT_EQ(bits(check.right.dx), bits(backward_dx(kink, channels({0, 0, 0, 3, -1.25})).transpose()));
  // A forward difference takes the other side, at every step.
  EXPECT_GT(check.right.error.minCoeff(), 1e-2);
}

TEST(DifferenceCheck, TheLossIsSummedInThePrecision) {
  const CheckedGradient single = problem(Scheme::forward, Precision::in_single);
  const auto loss_of = [&](const Eigen::ArrayXf& x) {
    Eigen::ArrayXf y(5);
    batchnorm::forward_train({5, 1, 1}, x, {channels({single.gamma}), channels({single.beta})}, single.eps, y,
                             batchnorm::Accuracy::exact);
    volatile float loss = 0;  // nothing is kept in more bits
    for (Index i = 0; i < 5; ++i) {
      const volatile float term = static_cast<float>(single.dy(i)) * y(i);
      loss = loss + term;
    }
    return loss;
  };
  const Eigen::ArrayXf x = single.x.transpose().cast<float>();
  for (const double step : {0x1p-3, 0x1p-8, 0x1p-14}) {
    const DifferenceCheck check = difference_check(single, channels({step}));
    for (Index i = 0; i < 5; ++i) {
      Eigen::ArrayXf moved = x;
      moved(i) += static_cast<float>(step);
      const volatile float difference = loss_of(moved) - loss_of(x);
      EXPECT_EQ(check.numeric(0, i), difference / step) << "x[" << i << "], step " << step;
    }
  }
}

TEST(DifferenceCheck, AStepWithoutAValueIsNoNumberAndTheOthersAre) {
  CheckedGradient two = problem(Scheme::central, Precision::in_double);
  two.eps = 0;
  two.x = channels({1, 4});
  two.dy = channels({0.3, -5});
  const DifferenceCheck equal = difference_check(two, channels({1, 3, 1e308}));
  EXPECT_TRUE(std::isfinite(equal.right.error(0)));
  EXPECT_TRUE(std::isnan(equal.right.error(1)));
  EXPECT_TRUE(std::isnan(equal.right.absolute(1)));
  EXPECT_TRUE(equal.numeric.row(1).isNaN().all());
  EXPECT_TRUE(equal.numeric.row(2).isFinite().all());

  two.eps = 1;
  EXPECT_TRUE(std::isfinite(difference_check(two, channels({3})).right.error(0)));

  // Beyond the largest float, for each loss.
  for (const Loss loss : {Loss::weighted, Loss::sum, Loss::relu}) {
    const DifferenceCheck beyond =
        difference_check(problem(Scheme::forward, Precision::in_single, loss), channels({1e39, 1e-2}));
    EXPECT_TRUE(std::isnan(beyond.right.error(0)));
    EXPECT_TRUE(std::isnan(beyond.right.absolute(0)));
    EXPECT_TRUE(std::isfinite(beyond.right.error(1)));
  }
}

TEST(DifferenceCheck, Refusals) {
  const auto refused = [](const auto& change, const Channels& steps = Channels::Constant(1, 1e-3)) {
    CheckedGradient gradient = problem(Scheme::central, Precision::in_single);
    change(gradient);
    return refusal([&] { difference_check(gradient, steps); });
  };
  const auto steps_refused = [&](const Channels& steps) { return refused([](CheckedGradient&) {}, steps); };
  const auto of_size = [](Index m) {
    return [m](CheckedGradient& of) { of.x = of.dy = Channels::LinSpaced(m, 1, 2); };
  };
  EXPECT_EQ(refused(of_size(16)), "(accepted)");
  EXPECT_EQ(refused(of_size(1)), "x: expected 2 to 16 values, got 1");
  EXPECT_EQ(refused(of_size(17)), "x: expected 2 to 16 values, got 17");
  EXPECT_EQ(refused([](CheckedGradient& of) {
              of.dy = channels({1, 2});
            }),
            "dy: expected 5 values, as x has, got 2");
  EXPECT_EQ(refused([](CheckedGradient& of) { of.x(3) = 1e39; }),
            "x[3]: expected a finite number in single precision, got 1e+39");
  EXPECT_EQ(refused([](CheckedGradient& of) { of.dy(0) = not_a_number; }),
            "dy[0]: expected a finite number in single precision, got nan");
  EXPECT_EQ(refused([](CheckedGradient& of) { of.gamma = infinity; }),
            "gamma: expected a finite number, got inf");
  EXPECT_EQ(refused([](CheckedGradient& of) { of.beta = not_a_number; }),
            "beta: expected a finite number, got nan");
  EXPECT_EQ(refused([](CheckedGradient& of) { of.eps = -1; }), "eps: expected a number >= 0, got -1");
  EXPECT_EQ(refused([](CheckedGradient& of) {
              of.x.setConstant(3);
              of.eps = 0;
            }),
            "batch_var + eps (channel 0): expected a value > 0, got 0");
  EXPECT_EQ(steps_refused({}), "steps: expected 1 to 200 steps, got 0");
  EXPECT_EQ(steps_refused(Channels::Ones(201)), "steps: expected 1 to 200 steps, got 201");
  EXPECT_EQ(steps_refused(Channels::Ones(200)), "(accepted)");
  EXPECT_EQ(steps_refused(channels({1, 0})), "steps[1]: expected a finite number > 0, got 0");
  EXPECT_EQ(steps_refused(channels({-1})), "steps[0]: expected a finite number > 0, got -1");
  EXPECT_EQ(steps_refused(channels({infinity})), "steps[0]: expected a finite number > 0, got inf");
  EXPECT_EQ(steps_refused(channels({not_a_number})), "steps[0]: expected a finite number > 0, got nan");
}

}  // namespace
