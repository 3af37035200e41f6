// How far results lie from exact arithmetic, in ULP of the natural scale (tests/reference/README.md): random
// batches of many nasty kinds in every layout and type, constant features, either end of the range of
// numbers, and NaN and infinity beside them.

#include <functional>
#include <iostream>
#include <map>

#include "problems.h"
#include "truth.h"

namespace {

using namespace testing_batchnorm;
using batchnorm::Gradients;
using batchnorm::TrainingForward;

/// 10^from ... 10^to, each order of magnitude equally likely, of either sign.
double random_size(lab::Random& random, double from, double to) {
  const double size = std::pow(10, from + (to - from) * random.uniform());
  return random.uniform() < 0.5 ? size : -size;
}

/// The spacing of a form's numbers at `value`, and their smallest and largest.
double spacing(const Form& form, double value) {
  return form.with_scalar([&](auto zero) {
    using Scalar = decltype(zero);
    const Scalar size = std::abs(static_cast<Scalar>(value));
    return static_cast<double>(std::nextafter(size, std::numeric_limits<Scalar>::infinity()) - size);
  });
}
double smallest(const Form& form) {
  return spacing(form, 0);
}

/// A way to make a channel of standard normal values numerically difficult.
struct Kind {
  const char* name;
  void (*apply)(lab::Random& random, const Form& form, Batch& x);
};

bool is_float(const Form& form) {
  return form.dtype == Dtype::float32;
}

const Kind kinds[] = {
    {"Plain", [](lab::Random&, const Form&, Batch&) {}},
    {"Offset",
     [](lab::Random& random, const Form& form, Batch& x) {
       x = x * random_size(random, -3, 3) + random_size(random, 0, is_float(form) ? 6 : 15.5);
     }},
    {"AnySize",
     [](lab::Random& random, const Form& form, Batch& x) {
       x = (x + 3 * random.normal()) *
           (is_float(form) ? random_size(random, -44, 37) : random_size(random, -310, 300));
     }},
    {"AnySizeAndOffset",
     [](lab::Random& random, const Form& form, Batch& x) {
       const double spread = std::abs(random_size(random, is_float(form) ? -6 : -12, 0));
       x = (1 + spread * x) *
           (is_float(form) ? random_size(random, -38, 30) : random_size(random, -300, 290));
     }},
    {"Subnormal", [](lab::Random&, const Form& form, Batch& x) { x = (4 * x).round() * smallest(form); }},
    {"Outlier",
     [](lab::Random& random, const Form& form, Batch& x) {
       x(random_count(random, x.size()) - 1) *= random_size(random, 0, is_float(form) ? 6 : 14);
     }},
    {"FirstIsAnOutlier", [](lab::Random& random, const Form& form,
                            Batch& x) { x(0) = random_size(random, 0, is_float(form) ? 8 : 16); }},
    {"TwoClusters",
     [](lab::Random& random, const Form& form, Batch& x) {
       const double apart = random_size(random, 0, is_float(form) ? 20 : 100);
       for (Index i = 0; i < x.size(); ++i) x(i) += random.uniform() < 0.3 ? apart : -apart;
     }},
    {"Trend",
     [](lab::Random& random, const Form&, Batch& x) {
       const double slope = random_size(random, -2, 1);
       for (Index i = 0; i < x.size(); ++i) x(i) += slope * static_cast<double>(i);
     }},
    {"Integers", [](lab::Random&, const Form&, Batch& x) { x = (8 * x).round(); }},
    {"AFewSpacingsApart",
     [](lab::Random& random, const Form& form, Batch& x) {
       const double offset = form.rounded(column({random_size(random, 0, 15.5)}))(0);
       x = offset + (4 * x).round() * spacing(form, offset);
     }},
    {"AllEqualButOne",
     [](lab::Random& random, const Form& form, Batch& x) {
       const double value = form.rounded(column({random_size(random, -5, 5)}))(0);
       x.setConstant(value);
       x(random_count(random, x.size()) - 1) += spacing(form, value);
     }},
    {"AllEqual",
     [](lab::Random& random, const Form& form, Batch& x) {
       x.setConstant(is_float(form) ? random_size(random, -44, 38) : random_size(random, -320, 308));
     }},
};

/// A shape for each traversal of the core: short and long planes, planes of several pieces, few and many
/// columns with and without a remainder, many rows.
Form random_walk(lab::Random& random) {
  const std::vector<Index> choices[] = {{},   {},     {},     {1},       {5},    {31},   {32},    {49},
                                        {49}, {7, 7}, {3, 3}, {2, 3, 4}, {2049}, {4097}, {56, 56}};
  Form form = random_form(random);
  form.positions = choices[random_count(random, 15) - 1];
  return form;
}
Index random_examples(lab::Random& random, const Form& form) {
  const Index inner = form.inner();
  if (inner > 1000) return random_count(random, 3);
  if (inner > 1) return 1 + random_count(random, 20);
  return 1 + random_count(random, random.uniform() < 0.05 ? 5000 : 60);
}
Index random_width(lab::Random& random, Index m) {
  const Index choices[] = {1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33};
  return choices[random_count(random, m > 1000 ? 3 : 11) - 1];
}

/// dy that cancels, is sparse, large or small.
Batch random_dy(lab::Random& random, const Batch& x) {
  Batch dy = random_batch(random, x.rows(), 1);
  switch (random_count(random, 8)) {
    case 1:
      return Batch::Constant(x.rows(), 1, random.normal());
    case 2: {
      const double size = std::max(largest(x), smallest_double);
      return random.normal() + random.normal() * (x / size);
    }
    case 3:
      return dy * random_size(random, -30, 30);
    case 4:
      dy.setZero();
      dy(random_count(random, dy.size()) - 1) = 1;
      return dy;
    case 5:
      return Batch::Zero(x.rows(), 1);
    case 6:
      return 1e8 + dy;
    default:
      return dy;
  }
}

/// Every second channel is of one kind, the others of any.
Problem nasty_problem(std::uint64_t seed, std::size_t kind) {
  lab::Random random(seed);
  Form form = random_walk(random);
  form.accuracy = seed % 2 == 0 ? Accuracy::fast : Accuracy::exact;
  const Index m = random_examples(random, form) * form.inner();
  const Index width = random_width(random, m);
  const double epsilons[] = {0, 5e-324, 1e-300, 1e-12, 1e-5, 1e-3, 1, 1e10};
  Problem problem{seed,
                  form,
                  random_batch(random, m, width),
                  {random_channels(random, width), random_channels(random, width)},
                  epsilons[random_count(random, 8) - 1],
                  Batch(m, width)};
  for (Index c = 0; c < width; ++c) {
    Batch x = problem.x.col(c);
    const Kind& chosen =
        kinds[c % 2 == 0 ? kind : static_cast<std::size_t>(random_count(random, std::size(kinds)) - 1)];
    chosen.apply(random, form, x);
    problem.x.col(c) = form.rounded(x);
    problem.dy.col(c) = form.rounded(random_dy(random, problem.x.col(c)));
    if ((problem.x.col(c) == problem.x(0, c)).all() && problem.eps == 0) problem.eps = 1e-5;
  }
  if (random.uniform() < 0.1) problem.affine.gamma.resize(0);
  if (random.uniform() < 0.2) problem.affine.beta.resize(0);
  return problem;
}

double or_default(const Channels& values, Index c, double value) {
  return values.size() > 0 ? values(c) : value;
}

Exact<Wide> exactly(const Problem& problem, Index c) {
  return testing_batchnorm::exactly(problem.x.col(c), problem.dy.col(c), or_default(problem.gamma(), c, 1),
                                    or_default(problem.beta(), c, 0), problem.eps);
}

/// The largest errors of a channel, in ULP of the data's type.
struct Errors {
  double y = 0, dx = 0, dgamma = 0, dbeta = 0, batch_mean = 0, batch_var = 0, saved_invstd = 0;
};

template <typename Scalar>
Errors errors_of(const Exact<Wide>& exact, const TrainingForward& forward, const Gradients& gradients,
                 Index c) {
  Errors errors;
  Wide largest_x_hat = 0;
  for (std::size_t i = 0; i < exact.y.size(); ++i) {
    const Index row = static_cast<Index>(i);
    errors.y = std::max(errors.y, ulps<Scalar>(forward.y(row, c), exact.y[i], exact.size_of_y));
    // A dx larger than its natural scale is rounded relative to itself.
    const Wide size = std::is_same_v<Scalar, float>
                          ? std::max<Wide>(exact.size_of_dx, magnitude<Wide>(exact.dx[i]))
                          : exact.size_of_dx;
    errors.dx = std::max(errors.dx, ulps<Scalar>(gradients.dx(row, c), exact.dx[i], size));
    largest_x_hat = std::max<Wide>(largest_x_hat, magnitude<Wide>(exact.x_hat[i]));
  }
  // The error of the mean is relative to the standard deviation, not to each x - mean.
  const Wide size_of_dgamma = exact.size_of_dbeta * largest_x_hat;
  errors.dgamma = ulps<Scalar>(gradients.dgamma(c), exact.dgamma, size_of_dgamma);
  errors.dbeta = ulps<Scalar>(gradients.dbeta(c), exact.dbeta, exact.size_of_dbeta);
  errors.batch_mean = ulps<Scalar>(forward.batch_mean(c), exact.batch_mean, exact.size_of_x);
  errors.batch_var = ulps<Scalar>(forward.batch_var(c), exact.batch_var, exact.batch_var);
  errors.saved_invstd = ulps<Scalar>(forward.saved_invstd(c), exact.saved_invstd, exact.saved_invstd);
  return errors;
}

/// The error bounds for random batches, in ULP. (For the reference cases, tests/reference: 2 and 4.) With an
/// outlier, the terms subtracted from dy may be sqrt(m) / 2 times as large as the natural scale of dx.
Errors promised(const Form& form) {
  if (!is_float(form)) return {4, 10, 8, 8, 1, 12, 6};
  if (form.accuracy == Accuracy::exact) return {1, 1, 1, 1, 1, 1, 1};
  return {3, 6, 4, 4, 1, 8, 4};
}

/// Calls `check` with a float form of either accuracy, with a double form once.
template <typename Check>
void for_accuracies(Form form, const Check& check) {
  for (const Accuracy accuracy : {Accuracy::fast, Accuracy::exact}) {
    form.accuracy = accuracy;
    SCOPED_TRACE(accuracy_name(accuracy));
    check(form);
    if (!is_float(form)) return;
  }
}

Errors errors_of(const Problem& problem, const TrainingForward& forward, const Gradients& gradients,
                 Index c) {
  return is_float(problem.form) ? errors_of<float>(exactly(problem, c), forward, gradients, c)
                                : errors_of<double>(exactly(problem, c), forward, gradients, c);
}

class NastyBatches : public testing::TestWithParam<std::size_t> {};

TEST_P(NastyBatches, LieWithinAFewUlpOfExactArithmetic) {
  constexpr std::uint64_t batches = 300;
  std::map<std::string, Errors> worst;
  for (std::uint64_t seed = 0; seed < batches; ++seed) {
    const Problem problem = nasty_problem(1000 * GetParam() + seed, GetParam());
    SCOPED_TRACE(problem);
    const Errors limit = promised(problem.form);
    Errors& most = worst[is_float(problem.form) ? accuracy_name(problem.form.accuracy) : "float64"];
    const TrainingForward forward = problem.forward();
    const Gradients gradients = backward_train(problem.form, problem.dy, forward, problem.gamma());
    for (Index c = 0; c < problem.width(); c += 2) {
      SCOPED_TRACE(testing::Message() << "channel " << c);
      const Errors errors = errors_of(problem, forward, gradients, c);
      const auto judge = [&](const char* name, double Errors::*field) {
        most.*field = std::max(most.*field, errors.*field);
        EXPECT_LE(errors.*field, limit.*field) << "ULP of " << name;
      };
      judge("y", &Errors::y);
      judge("dx", &Errors::dx);
      judge("dgamma", &Errors::dgamma);
      judge("dbeta", &Errors::dbeta);
      judge("batch_mean", &Errors::batch_mean);
      judge("batch_var", &Errors::batch_var);
      judge("saved_invstd", &Errors::saved_invstd);
    }
  }
  for (const auto& [name, most] : worst) {
    std::cout << name << ": y " << most.y << ", dx " << most.dx << ", dgamma " << most.dgamma << ", dbeta "
              << most.dbeta << ", batch_mean " << most.batch_mean << ", batch_var " << most.batch_var
              << ", saved_invstd " << most.saved_invstd << " ULP\n";
  }
}

INSTANTIATE_TEST_SUITE_P(Accuracy, NastyBatches, testing::Range(std::size_t{0}, std::size(kinds)),
                         [](const auto& kind) { return std::string(kinds[kind.param].name); });

TEST(LargeBatches, LieWithinAFewUlpOfExactArithmeticToo) {
  const struct {
    std::vector<Index> positions;
    Index m;
  } sizes[] = {
      {{}, 1 << 17}, {{1 << 16}, 1 << 17}, {{7, 7}, 1 << 17}, {{}, 550000}};  // the last is read by rows
  for (const Dtype dtype : {Dtype::float64, Dtype::float32}) {
    for (const auto& [positions, most] : sizes) {
      for_accuracies(Form{positions, ChannelAxis::first, dtype}, [most = most](const Form& form) {
        lab::Random random(5);
        const Index m = most / form.inner() * form.inner();
        Problem problem{5,
                        form,
                        random_batch(random, m, 3),
                        {random_channels(random, 3), random_channels(random, 3)},
                        1e-5,
                        form.rounded(0.1 + random_batch(random, m, 3))};
        // An offset, an outlier, a trend.
        problem.x.col(0) += is_float(form) ? 1e4 : 1e8;
        problem.x(m / 3, 1) = 1e6;
        for (Index i = 0; i < m; ++i) problem.x(i, 2) += 0.01 * static_cast<double>(i);
        problem.x = form.rounded(problem.x);
        SCOPED_TRACE(problem);
        const TrainingForward forward = problem.forward();
        const Gradients gradients = problem.gradients();
        for (Index c = 0; c < 3; ++c) {
          SCOPED_TRACE(testing::Message() << "channel " << c);
          const Errors errors = errors_of(problem, forward, gradients, c);
          EXPECT_LE(errors.y, promised(form).y);
          EXPECT_LE(errors.dx, promised(form).dx);
          EXPECT_LE(errors.batch_mean, promised(form).batch_mean);
          EXPECT_LE(errors.batch_var, promised(form).batch_var);
          EXPECT_LE(errors.dgamma, promised(form).dgamma);
          EXPECT_LE(errors.dbeta, promised(form).dbeta);
        }
      });
    }
  }
}

/// Forms that need each of the traversals.
const Form walks[] = {
    {{}, ChannelAxis::first, Dtype::float64},       {{}, ChannelAxis::first, Dtype::float32},
    {{5}, ChannelAxis::first, Dtype::float64},      {{5}, ChannelAxis::first, Dtype::float32},
    {{7, 7}, ChannelAxis::first, Dtype::float64},   {{7, 7}, ChannelAxis::first, Dtype::float32},
    {{7, 7}, ChannelAxis::last, Dtype::float64},    {{7, 7}, ChannelAxis::last, Dtype::float32},
    {{2, 3, 4}, ChannelAxis::last, Dtype::float64}, {{2, 3, 4}, ChannelAxis::last, Dtype::float32},
    {{2049}, ChannelAxis::first, Dtype::float64},   {{2049}, ChannelAxis::first, Dtype::float32},
};

std::string name_of(const Form& form) {
  std::string name = is_float(form) ? "float32" : "float64";
  for (const Index length : form.positions) name += " x " + std::to_string(length);
  return name + (form.axis == ChannelAxis::first ? ", channels on axis 1" : ", channels last");
}

/// Runs `check` on each of `walks` in each accuracy, with numbers of examples that leave different
/// remainders.
template <typename Check>
void for_walks(const Check& check) {
  for (const Form& walk : walks) {
    SCOPED_TRACE(name_of(walk));
    for_accuracies(walk, [&](const Form& form) {
      for (const Index examples : {2, 3, 11, 50}) {
        if (examples * form.inner() < 10000) check(form, examples * form.inner());
      }
    });
  }
}

TEST(ConstantFeature, GivesBetaBitForBitInEveryLayoutAndType) {
  for_walks([](const Form& form, Index m) {
    std::vector<double> constants(std::begin(nasty_constants), std::end(nasty_constants));
    for (const double value : {largest_double, -largest_double, 1e38, 3.4e38, 1e-45, -1e-40})
      constants.push_back(value);
    // Every constant that the type can hold, side by side.
    constants.erase(
        std::remove_if(constants.begin(), constants.end(),
                       [&](double value) { return !std::isfinite(form.rounded(column({value}))(0)); }),
        constants.end());
    const Index width = static_cast<Index>(constants.size());
    const Batch row = form.rounded(column(constants).transpose());
    const Batch x = row.replicate(m, 1);
    Affine affine{Channels::Constant(width, -2.5), Channels(width)};
    const double betas[] = {0.1, -7.0 / 3, 1e-300, 1e30, 0};
    for (Index c = 0; c < width; ++c) affine.beta(c) = betas[c % 5];
    for (const double eps : {1e-5, 1.0, 5e-324}) {
      SCOPED_TRACE(eps);
      const TrainingForward forward = forward_train(form, x, affine, eps);
      ASSERT_EQ(bits(forward.y), bits(form.rounded(affine.beta.replicate(m, 1))));
      ASSERT_TRUE((forward.batch_mean == row.row(0)).all());
      ASSERT_TRUE((forward.batch_var == 0).all());
    }
  });
}

TEST(ConstantFeature, WithoutEpsIsRefusedWhateverItsSize) {
  for (const double constant : nasty_constants) {
    Batch x(3, 2);
    x << 1, constant, 2, constant, 3, constant;
    EXPECT_EQ(refusal([&] { forward_train(Form{}, x, {}, 0); }),
              "batch_var + eps (channel 1): expected a value > 0, got 0");
    EXPECT_EQ(refusal([&] { forward_train(Form{}, x, {}, 5e-324); }), "(accepted)");
  }
}

/// Channels of every size that the type has, ordinary ones between them.
Problem problem_of_all_sizes(const Form& form, Index m) {
  lab::Random random(static_cast<std::uint64_t>(m));
  const std::vector<double> sizes =
      is_float(form) ? std::vector<double>{1, 1e20, 3, 1e37, 1e-20, 0.1, 1e-38, 1e-44}
                     : std::vector<double>{1, 1e160, 3, 1e300, 1e-160, 0.1, 1e-300, 1e-310, 1e8};
  const Index width = static_cast<Index>(sizes.size());
  Problem problem{0,
                  form,
                  random_batch(random, m, width),
                  {random_channels(random, width), random_channels(random, width)},
                  0,
                  form.rounded(random_batch(random, m, width))};
  for (Index c = 0; c < width; ++c) problem.x.col(c) *= sizes[static_cast<std::size_t>(c)];
  problem.x = form.rounded(problem.x);
  return problem;
}

TEST(AnySize, GivesWhatExactArithmeticGives) {
  for_walks([](const Form& form, Index m) {
    for (const double eps : {0.0, 1e-5, 1e-300}) {
      Problem problem = problem_of_all_sizes(form, m);
      problem.eps = eps;
      const TrainingForward forward = problem.forward();
      const Gradients gradients = problem.gradients();
      for (Index c = 0; c < problem.width(); ++c) {
        SCOPED_TRACE(testing::Message() << "eps " << eps << ", channel " << c);
        const Errors errors = errors_of(problem, forward, gradients, c);
        EXPECT_LE(errors.y, promised(form).y);
        EXPECT_LE(errors.dx, promised(form).dx);
        EXPECT_LE(errors.batch_mean, promised(form).batch_mean);
        EXPECT_LE(errors.batch_var, promised(form).batch_var);
        EXPECT_LE(errors.saved_invstd, promised(form).saved_invstd);
      }
    }
  });
}

TEST(AnySize, APowerOf2TimesTheBatchChangesRoundingOnly) {
  // The lesson's batch, whose x_hat are (-3, -1, 1, 3) / sqrt(5), from the smallest numbers to the largest.
  const Batch x_hat = column({-3, -1, 1, 3}) / std::sqrt(5.0);
  for (int exponent = -1074; exponent <= 1020; ++exponent) {
    SCOPED_TRACE(exponent);
    const Batch x = column({2, 4, 6, 8}) / 2 * std::ldexp(1, exponent);
    const TrainingForward forward = forward_train(Form{}, x, {channels({2}), channels({1})}, 0);
    expect_near(forward.x_hat, x_hat, 2 * epsilon);
    expect_near(forward.y, 1 + 2 * x_hat, 4 * epsilon);
    ASSERT_EQ(forward.batch_mean(0), std::ldexp(2.5, exponent));
    ASSERT_EQ(forward.batch_var(0), std::ldexp(1.25, 2 * exponent));
  }
}

TEST(AnySize, TheLargestNumbersOfBothSigns) {
  for_walks([](const Form& form, Index m) {
    const double largest = is_float(form) ? std::numeric_limits<float>::max() : largest_double;
    Batch x(m, 3);
    for (Index i = 0; i < m; ++i) x.row(i) = channels({largest, 1, largest}) * (i % 2 == 0 ? 1 : -1);
    x(0, 2) = 0;
    const TrainingForward forward = forward_train(form, x, {}, 0);
    for (const Index c : {0, 2}) {
      const Exact<Wide> exact = testing_batchnorm::exactly(x.col(c), Batch::Zero(m, 1), 1, 0, 0);
      for (Index i = 0; i < m; ++i) {
        EXPECT_LE(is_float(form) ? ulps<float>(forward.y(i, c), exact.y[i], exact.size_of_y)
                                 : ulps<double>(forward.y(i, c), exact.y[i], exact.size_of_y),
                  promised(form).y);
      }
    }
    EXPECT_EQ(forward.batch_var(0), is_float(form) ? forward.batch_var(0) : infinity);
  });
}

/// Bitwise equal in all channels but one.
template <typename Got, typename Expected>
void expect_same_bits_beside(Index channel, const Got& got, const Expected& expected) {
  Batch others_of_got = got, others = expected;
  others_of_got.col(channel).setZero();
  others.col(channel).setZero();
  EXPECT_EQ(bits(others_of_got), bits(others)) << "beside channel " << channel;
}

TEST(NotANumber, StaysInItsChannelBesideValuesOfAnySize) {
  for_walks([](const Form& form, Index m) {
    Problem problem = problem_of_all_sizes(form, m);
    problem.eps = 1e-5;
    const TrainingForward forward = problem.forward();
    const Gradients gradients = problem.gradients();
    for (Index bad = m % 3; bad < problem.width(); bad += 3) {
      for (const double value : {not_a_number, infinity, -infinity}) {
        for (const bool in_dy : {false, true}) {
          Problem spoilt = problem;
          (in_dy ? spoilt.dy : spoilt.x)(m / 2, bad) = value;
          const TrainingForward of_spoilt = spoilt.forward();
          const Gradients got = spoilt.gradients();
          if (!in_dy) {
            EXPECT_TRUE(of_spoilt.y.col(bad).isNaN().all());
          }
          EXPECT_TRUE(!got.dx.col(bad).isFinite().any());
          expect_same_bits_beside(bad, of_spoilt.y, forward.y);
          expect_same_bits_beside(bad, of_spoilt.batch_mean, forward.batch_mean);
          expect_same_bits_beside(bad, of_spoilt.batch_var, forward.batch_var);
          expect_same_bits_beside(bad, of_spoilt.saved_invstd, forward.saved_invstd);
          expect_same_bits_beside(bad, got.dx, gradients.dx);
          expect_same_bits_beside(bad, got.dgamma, gradients.dgamma);
          expect_same_bits_beside(bad, got.dbeta, gradients.dbeta);
        }
      }
    }
  });
}

TEST(NotANumber, InAParameterOrStatisticStaysInItsChannel) {
  for_walks([](const Form& form, Index m) {
    const Problem problem = problem_of_all_sizes(form, m);
    const Index width = problem.width();
    const Frozen frozen{problem.x.colwise().mean(), Channels::Constant(width, 2)};
    const auto run = [&](const Affine& affine, const Frozen& statistics) {
      Problem other = problem;
      other.affine = affine;
      const Gradients of_frozen =
          backward_frozen(form, problem.dy, problem.x, affine.gamma, statistics, 1e-5);
      std::vector<Batch> results = {other.forward().y,
                                    other.gradients().dx,
                                    forward_inference(form, problem.x, affine, statistics, 1e-5),
                                    of_frozen.dx,
                                    of_frozen.dgamma,
                                    of_frozen.dbeta};
      return results;
    };
    const std::vector<Batch> clean = run(problem.affine, frozen);
    for (const Index bad : {m % width, (m + 4) % width}) {
      for (const double value : {not_a_number, infinity, largest_double, smallest_double}) {
        Affine gamma = problem.affine, beta = problem.affine;
        Frozen mean = frozen, var = frozen;
        gamma.gamma(bad) = beta.beta(bad) = mean.mean(bad) = var.var(bad) = value;
        for (const std::vector<Batch>& got :
             {run(gamma, frozen), run(beta, frozen), run(problem.affine, mean), run(problem.affine, var)}) {
          for (std::size_t k = 0; k < got.size(); ++k) expect_same_bits_beside(bad, got[k], clean[k]);
        }
      }
    }
  });
}

TEST(InPlace, YMayBeXAndDxMayBeDy) {
  for_walks([](const Form& form, Index m) {
    const Problem problem = problem_of_all_sizes(form, m);
    const TrainingForward forward = problem.forward();
    const Gradients gradients = problem.gradients();
    const Frozen frozen{forward.batch_mean, Channels::Constant(problem.width(), 2)};
    form.with_scalar([&](auto zero) {
      using Scalar = decltype(zero);
      const Layout layout = form.layout(problem.x);
      const std::vector<Scalar> x = form.tensor<Scalar>(problem.x), dy = form.tensor<Scalar>(problem.dy);
      const auto same_bits = [&](const std::vector<Scalar>& got, const Batch& expected) {
        EXPECT_EQ(bits(form.batch(got, problem.x)), bits(expected));
      };
      std::vector<Scalar> y = x, dx = dy;
      batchnorm::forward_train(layout, y, problem.affine, problem.eps, y, form.accuracy);
      same_bits(y, forward.y);
      batchnorm::backward_train(layout, dx, x, forward, problem.gamma(), dx, form.accuracy);
      same_bits(dx, gradients.dx);
      y = x;
      batchnorm::forward_inference(layout, y, problem.affine, frozen.mean, frozen.var, 1e-5, y,
                                   form.accuracy);
      same_bits(y, forward_inference(form, problem.x, problem.affine, frozen, 1e-5));
      dx = dy;
      batchnorm::backward_frozen(layout, dx, x, problem.gamma(), frozen.mean, frozen.var, 1e-5, dx,
                                 form.accuracy);
      same_bits(dx, backward_frozen(form, problem.dy, problem.x, problem.gamma(), frozen, 1e-5).dx);
    });
  });
}

TEST(OptionalParameters, AreOneAndZero) {
  for_walks([](const Form& form, Index m) {
    Problem problem = problem_of_all_sizes(form, m);
    const Channels ones = Channels::Ones(problem.width()), zeros = Channels::Zero(problem.width());
    const Affine given[] = {{{}, {}}, {ones, {}}, {{}, zeros}};
    problem.affine = {ones, zeros};
    const Frozen frozen{problem.x.colwise().mean(), Channels::Constant(problem.width(), 2)};
    for (const Affine& affine : given) {
      Problem without = problem;
      without.affine = affine;
      EXPECT_EQ(bits(without.forward().y), bits(problem.forward().y));
      EXPECT_EQ(bits(without.gradients().dx), bits(problem.gradients().dx));
      EXPECT_EQ(bits(forward_inference(form, problem.x, affine, frozen, 0)),
                bits(forward_inference(form, problem.x, problem.affine, frozen, 0)));
      EXPECT_EQ(bits(backward_frozen(form, problem.dy, problem.x, affine.gamma, frozen, 0).dx),
                bits(backward_frozen(form, problem.dy, problem.x, ones, frozen, 0).dx));
    }
  });
}

/// Results of one channel of doubles, without beta, against exact arithmetic.
void expect_promised(const Batch& x, const Channels& gamma, double eps, const Batch& dy) {
  Problem problem{};
  problem.x = x;
  problem.affine = {gamma, {}};
  problem.eps = eps;
  problem.dy = dy;
  const TrainingForward forward = problem.forward();
  const Errors errors = errors_of<double>(exactly(problem, 0), forward, problem.gradients(), 0);
  EXPECT_LE(errors.y, promised({}).y);
  EXPECT_LE(errors.dx, promised({}).dx);
  EXPECT_LE(errors.dgamma, promised({}).dgamma);
  EXPECT_LE(errors.dbeta, promised({}).dbeta);
}

TEST(AnySize, ProductsOfSmallGradientsAndSmallValuesKeepTheirDigits) {
  // dy (x - mean) underflows here; dgamma and dx do not.
  for (const double size : {1e-100, 1e-130, 1e-200, 1e-310}) {
    for (const double dy_size : {1e-150, 1e-180, 1e-200, 1e-260, 1e-300}) {
      SCOPED_TRACE(testing::Message() << "x of size " << size << ", dy of size " << dy_size);
      expect_promised(size * column({1, 2, 3, 5}), {}, 0, dy_size * column({1, 2, -4, 3}));
    }
  }
}

TEST(AnySize, ProductsOfLargeGradientsAndLargeValuesDoNotOverflow) {
  for (const double size : {1e100, 1e150, 1e200, 1e300}) {
    for (const double dy_size : {1e150, 1e200, 1e300}) {
      SCOPED_TRACE(testing::Message() << "x of size " << size << ", dy of size " << dy_size);
      expect_promised(size * column({1, 2, 3, 5}), {}, 0, dy_size * column({1, 2, -4, 3}));
    }
  }
}

TEST(AnySize, AGammaOfAnySize) {
  lab::Random random(1);
  for (int trial = 0; trial < 1000; ++trial) {
    const double size = random_size(random, -150, 150), dy_size = random_size(random, -150, 150);
    const double gamma = random_size(random, -150, 150);
    SCOPED_TRACE(testing::Message() << "x of size " << size << ", dy of size " << dy_size << ", gamma "
                                    << gamma);
    const Batch x = size * random_batch(random, 7, 1), dy = dy_size * random_batch(random, 7, 1);
    expect_promised(x, channels({gamma}), 0, dy);
  }
}

TEST(AnySize, SlopesBeyondTheRangeOfADxWithinIt) {
  // mean(dy x_hat) / sqrt(var) is 1e316 or 1e-310 here, and gamma brings dx back.
  const Batch x = column({1, 2, 3, 5}), dy = column({1, 2, -4, 3});
  expect_promised(1e-127 * x, channels({1e-50}), 0, 1e189 * dy);
  expect_promised(1e120 * x, channels({1e200}), 0, 1e-190 * dy);
}

TEST(AnySize, XHatBelowTheNormalNumbersTimesALargeGamma) {
  // x_hat = x / sqrt(eps) is subnormal and has lost digits when rounded on its own; gamma x_hat has them all.
  for (const double gamma : {1e10, 1e100, 1e300}) {
    SCOPED_TRACE(gamma);
    const Batch x = 5e-324 * column({1, 2, 3, 5});
    expect_promised(x, channels({gamma}), 1, column({1, 2, -4, 3}));
  }
}

TEST(AnySize, SumsThatCancelToZeroAreNotTakenForSmallOnes) {
  // sum dy = sum dy (x - mean) = 0 exactly, of gradients that scaling must not make overflow.
  for (const double dy_size : {1.0, 1e120, 1e300}) {
    SCOPED_TRACE(dy_size);
    expect_promised(1e-10 * column({1, -1, 1, -1}), {}, 0, dy_size * column({1, 1, -1, -1}));
  }
}

/// gamma (x - mean) / sqrt(var + eps) + beta of one value, exactly.
Wide exact_inference(double x, double gamma, double beta, double mean, double var, double eps) {
  return Wide(gamma) * (Wide(x) - Wide(mean)) / square_root<Wide>(Wide(var) + Wide(eps)) + Wide(beta);
}

TEST(Inference, LiesWithinAFewUlpOfExactArithmetic) {
  std::map<std::string, std::pair<double, double>> worst;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    lab::Random random(seed);
    const std::size_t kind = static_cast<std::size_t>(random_count(random, std::size(kinds)) - 1);
    const Problem problem = nasty_problem(seed, kind);
    const Index width = std::min<Index>(problem.width(), 4), m = std::min<Index>(problem.m(), 100);
    const Form form{{}, problem.form.axis, problem.form.dtype, problem.form.accuracy};
    const bool fast = is_float(form) && form.accuracy == Accuracy::fast;
    auto& [worst_y, worst_dx] = worst[is_float(form) ? accuracy_name(form.accuracy) : "float64"];
    const Batch x = problem.x.topLeftCorner(m, width), dy = problem.dy.topLeftCorner(m, width);
    // The running mean is the channel's first value or one beside it; its variance of any size.
    Frozen frozen{x.row(0), Channels(width)};
    Affine affine{random_channels(random, width), random_channels(random, width)};
    for (Index c = 0; c < width; ++c) {
      if (random.uniform() < 0.5) frozen.mean(c) = std::nextafter(frozen.mean(c), 0);
      frozen.var(c) = std::abs(random_size(random, -8, 8));
    }
    SCOPED_TRACE(problem);
    const Batch y = forward_inference(form, x, affine, frozen, problem.eps);
    const Gradients gradients = backward_frozen(form, dy, x, affine.gamma, frozen, problem.eps);
    for (Index c = 0; c < width; ++c) {
      const Wide invstd = Wide(1) / square_root<Wide>(Wide(frozen.var(c)) + Wide(problem.eps));
      for (Index i = 0; i < m; ++i) {
        const Wide exact = exact_inference(x(i, c), affine.gamma(c), affine.beta(c), frozen.mean(c),
                                           frozen.var(c), problem.eps);
        const Wide size = magnitude<Wide>(exact - Wide(affine.beta(c))) + Wide(std::abs(affine.beta(c)));
        const Wide dx = Wide(affine.gamma(c)) * invstd * Wide(dy(i, c));
        const bool floats = is_float(form);
        const double of_y = floats ? ulps<float>(y(i, c), exact, size) : ulps<double>(y(i, c), exact, size);
        const double of_dx = floats ? ulps<float>(gradients.dx(i, c), dx, magnitude(dx))
                                    : ulps<double>(gradients.dx(i, c), dx, magnitude(dx));
        EXPECT_LE(of_y, floats && !fast ? 1 : 3);
        EXPECT_LE(of_dx, floats && !fast ? 1 : 3);
        worst_y = std::max(worst_y, of_y);
        worst_dx = std::max(worst_dx, of_dx);
      }
    }
  }
  for (const auto& [name, most] : worst)
    std::cout << name << ": y " << most.first << ", dx " << most.second << " ULP\n";
}

TEST(Inference, SumsOfTheFrozenGradientsKeepTheirDigits) {
  // dy (x - running_mean) overflows, dgamma does not.
  for (const double size : {1e-150, 1e-100, 1.0, 1e100, 1e150}) {
    for (const double dy_size : {1e-200, 1e-150, 1.0, 1e150, 1e200}) {
      SCOPED_TRACE(testing::Message() << "x of size " << size << ", dy of size " << dy_size);
      const Batch x = size * column({1, 2, 3, 5}), dy = dy_size * column({1, 2, -4, 3});
      const Frozen frozen{channels({0}), channels({size * size})};
      const Gradients gradients = backward_frozen(Form{}, dy, x, {}, frozen, 0);
      // sum dy x / size
      EXPECT_NEAR(gradients.dgamma(0) / dy_size, 8, 16 * epsilon * 32);
      EXPECT_NEAR(gradients.dbeta(0) / dy_size, 2, 4 * epsilon * 10);
    }
  }
}

TEST(Inference, AFrozenGradientWithFactorsOfAnySize) {
  // dy / sqrt(var) is out of range, gamma dy / sqrt(var) is not.
  const auto dx = [](double dy, double gamma, double var) {
    return backward_frozen(Form{}, column({dy}), column({0}), channels({gamma}),
                           {channels({0}), channels({var})}, 0)
        .dx(0);
  };
  EXPECT_NEAR(dx(1e-200, 1e300, 1e300) / 1e-50, 1, 8 * epsilon);
  EXPECT_NEAR(dx(1e300, 1e-200, 1e-300) / 1e250, 1, 8 * epsilon);
}

TEST(ExactArithmetic, OfCompilersWithoutQuadruplePrecisionAgrees) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Problem problem = nasty_problem(seed, seed % std::size(kinds));
    SCOPED_TRACE(problem);
    const Batch x = problem.x.col(0), dy = problem.dy.col(0);
    const Exact<Wide> wide = testing_batchnorm::exactly<Wide>(x, dy, 1.5, -0.25, problem.eps);
    const Exact<TwoDoubles> two = testing_batchnorm::exactly<TwoDoubles>(x, dy, 1.5, -0.25, problem.eps);
    const auto agree = [](const Wide& a, const TwoDoubles& b, const Wide& size) {
      // The conversion to a double rounds, below the normal numbers twice.
      EXPECT_LE(ulps<double>(static_cast<double>(b), a, size), 0.76);
    };
    for (std::size_t i = 0; i < wide.y.size(); ++i) {
      agree(wide.y[i], two.y[i], wide.size_of_y);
      if (wide.size_of_dx < Wide(largest_double)) agree(wide.dx[i], two.dx[i], wide.size_of_dx);
    }
    agree(wide.batch_mean, two.batch_mean, wide.size_of_x);
    agree(wide.dbeta, two.dbeta, wide.size_of_dbeta);
    agree(wide.dgamma, two.dgamma, wide.size_of_dgamma);
  }
}

}  // namespace
