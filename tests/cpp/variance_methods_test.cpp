// The exact variance against exact arithmetic, and each estimate against what its formula gives step by step.

#include "lab/variance_methods.h"

#include "helpers.h"
#include "truth.h"

namespace {

using namespace testing_batchnorm;
using lab::Precision;
using lab::variance_methods;
using lab::VarianceMethods;

double exact_of(const Channels& values, double offset) {
  return variance_methods(values, offset, Precision::in_double).exact;
}

TEST(VarianceMethods, ExactOfIntegersWithAnOffset) {
  // (m sum(v^2) - sum(v)^2) / m^2 is a quotient of integers below 2^53: one rounding.
  lab::Random random(1);
  for (const Index m : {2, 3, 7, 100, 1000}) {
    Channels v(m);
    for (double& each : v) each = static_cast<double>(random_count(random, 1000));
    const double count = static_cast<double>(m);
    const double expected = (count * v.square().sum() - v.sum() * v.sum()) / (count * count);
    for (const double offset : {0.0, 0x1p20, -0x1p40, 0x1p52}) {
      SCOPED_TRACE(testing::Message() << "m " << m << ", offset " << offset);
      EXPECT_EQ(exact_of(v, offset), expected);
    }
    // 2^12 + 1000 has 13 bits, of which single precision holds 24.
    EXPECT_EQ(variance_methods(v, 0x1p12, Precision::in_single).exact, expected);
  }
}

TEST(VarianceMethods, ExactOfFractions) {
  lab::Random random(2);
  for (int round = 0; round < 300; ++round) {
    const Channels values = random_channels(random, 1 + random_count(random, 40));
    const double offset = random.normal() * std::pow(10, 17 * random.uniform());
    const VarianceMethods methods = variance_methods(values, offset, Precision::in_double);
    // The tenth of a percent of half a unit is for the truth, which has twice a double's digits itself.
    const Wide truth =
        exactly<Wide>(methods.stored.transpose(), Batch::Zero(values.size(), 1), 1, 0, 1).batch_var;
    EXPECT_LE((ulps<double>(methods.exact, truth, truth)), 0.5005)
        << "m " << values.size() << " + " << offset;
  }
}

TEST(VarianceMethods, ExactNearTheEndsOfTheRangeOfDoubles) {
  EXPECT_EQ(exact_of(channels({0x1p500, -0x1p500, 0x1p500, -0x1p500}), 0), 0x1p1000);
  EXPECT_EQ(exact_of(channels({0x1p-520, 0x1p-519}), 0), 0x1p-1042);
  EXPECT_EQ(exact_of(channels({largest_double, largest_double}), 0), 0);
  EXPECT_EQ(exact_of(channels({0, 0}), 0), 0);
}

TEST(VarianceMethods, StoredIsWhatThePrecisionHolds) {
  const VarianceMethods single = variance_methods(channels({0.1, 2}), 0x1p24, Precision::in_single);
  EXPECT_EQ(bits(single.stored), bits(channels({0x1p24, 0x1p24 + 2})));
  EXPECT_EQ(single.exact, 1);
  const VarianceMethods plain = variance_methods(channels({0.1, 2}), 0, Precision::in_single);
  EXPECT_EQ(plain.stored(0), static_cast<double>(0.1f));
  const VarianceMethods twice = variance_methods(channels({0.1, 2}), 0x1p24, Precision::in_double);
  EXPECT_EQ(bits(twice.stored), bits(channels({0x1p24 + 0.1, 0x1p24 + 2})));
}

TEST(VarianceMethods, ByHandInSingle) {
  // x = 4096, 4097, 4098, 4100: the mean 4097.75 is exact. Squares below 2^25 are even floats: 16777216,
  // 16785409
  // -> 16785408, 16793604, 16810000. Their sums, above 2^25 and 2^26 in steps of 4 and 4: 33562624, 50356228,
  // 67166228 (above 2^26 in steps of 8: a tie, to 67166224). / 4 = 16791556. mean^2 = 16791555.0625 ->
  // 16791556.
  const VarianceMethods methods = variance_methods(channels({0, 1, 2, 4}), 4096, Precision::in_single);
  EXPECT_EQ(methods.exact, 2.1875);
  EXPECT_EQ(methods.one_pass.value, 0);
  EXPECT_EQ(methods.one_pass.digits, 0);
  EXPECT_FALSE(std::signbit(methods.one_pass.digits));
  EXPECT_EQ(methods.two_pass.value, 2.1875);
  EXPECT_EQ(methods.two_pass.digits, 17);
  EXPECT_EQ(methods.corrected_two_pass.value, 2.1875);
  EXPECT_EQ(methods.core.value, 2.1875);
}

TEST(VarianceMethods, OnePassMayBeNegative) {
  // In double, at 1e8 squares are spaced by 2: the variance 22.5 is lost in them.
  bool seen_negative = false;
  for (const double offset : {1e8, 3e8, 1e9, 3e9, 1e10}) {
    const VarianceMethods methods = variance_methods(channels({4, 7, 13, 16}), offset, Precision::in_double);
    EXPECT_EQ(methods.exact, 22.5);
    EXPECT_EQ(methods.core.value, 22.5);
    EXPECT_LT(methods.one_pass.digits, 2) << offset;
    seen_negative = seen_negative || methods.one_pass.value < 0;
  }
  EXPECT_TRUE(seen_negative);
}

TEST(VarianceMethods, TheCorrectionTakesBackTheRoundingOfTheMean) {
  // A sum of 1000 values near 1e7 is spaced by 1024: the mean is off by as much as a standard deviation, or
  // more.
  lab::Random random(3);
  double least_two_pass = 17, least_corrected = 17, least_core = 17;
  for (int round = 0; round < 50; ++round) {
    const VarianceMethods methods =
        variance_methods(random_channels(random, 1000), 1e7, Precision::in_single);
    least_two_pass = std::min(least_two_pass, methods.two_pass.digits);
    least_corrected = std::min(least_corrected, methods.corrected_two_pass.digits);
    least_core = std::min(least_core, methods.core.digits);
  }
  EXPECT_LT(least_two_pass, 1);
  EXPECT_GT(least_corrected, 5);
  EXPECT_GT(least_core, 15);
}

TEST(VarianceMethods, EveryOperationIsRoundedToThePrecision) {
  lab::Random random(4);
  const Channels values = random_channels(random, 200);
  const VarianceMethods single = variance_methods(values, 10, Precision::in_single);
  // Volatile: nothing is kept in more bits or fused.
  volatile float sum = 0, squares = 0, sum_of_d = 0, squares_of_d = 0;
  const float m = 200;
  for (const double stored : single.stored) {
    const float x = static_cast<float>(stored);
    const volatile float square = x * x;
    sum = sum + x;
    squares = squares + square;
  }
  const volatile float mean = sum / m, mean_of_squares = squares / m, square_of_mean = mean * mean;
  for (const double stored : single.stored) {
    const volatile float d = static_cast<float>(stored) - mean;
    const volatile float square = d * d;
    sum_of_d = sum_of_d + d;
    squares_of_d = squares_of_d + square;
  }
  const volatile float square_of_sum = sum_of_d * sum_of_d, correction = square_of_sum / m;
  const volatile float corrected = squares_of_d - correction;
  EXPECT_EQ(single.one_pass.value, static_cast<double>(mean_of_squares - square_of_mean));
  EXPECT_EQ(single.two_pass.value, static_cast<double>(squares_of_d / m));
  EXPECT_EQ(single.corrected_two_pass.value, static_cast<double>(corrected / m));
}

TEST(VarianceMethods, CoreIsForwardTrain) {
  lab::Random random(5);
  const Channels values = random_channels(random, 30);
  const VarianceMethods in_double = variance_methods(values, 1e5, Precision::in_double);
  const Batch x = in_double.stored.transpose();
  EXPECT_EQ(in_double.core.value, batchnorm::forward_train(x, {}, {}, 0).batch_var(0));

  const VarianceMethods in_single = variance_methods(values, 1e5, Precision::in_single);
  const Eigen::ArrayXf floats = in_single.stored.transpose().cast<float>();
  Eigen::ArrayXf y(30);
  const auto exact = batchnorm::forward_train({30, 1, 1}, floats, {}, 0, y, batchnorm::Accuracy::exact);
  EXPECT_EQ(in_single.core.value, exact.batch_var(0));
}

TEST(VarianceMethods, Digits) {
  const VarianceMethods methods = variance_methods(channels({1, 2, 4, 7, 11}), 1000, Precision::in_single);
  const auto digits = [&](double value) {
    return -std::log10(std::abs(value - methods.exact) / methods.exact);
  };
  EXPECT_NE(methods.one_pass.value, methods.exact);
  EXPECT_NEAR(methods.one_pass.digits, digits(methods.one_pass.value), 1e-12);
  EXPECT_GT(methods.one_pass.digits, 0);
  EXPECT_LT(methods.one_pass.digits, 4);

  // Three times 0.1: the mean is another number, so that the variance is not 0 to a two-pass method.
  const VarianceMethods constant = variance_methods(channels({0.1, 0.1, 0.1}), 0, Precision::in_double);
  EXPECT_EQ(constant.exact, 0);
  EXPECT_GT(constant.two_pass.value, 0);
  EXPECT_EQ(constant.two_pass.digits, 0);
  EXPECT_EQ(constant.core.value, 0);
  EXPECT_EQ(constant.core.digits, 17);
}

TEST(VarianceMethods, SquaresBeyondTheRangeOfThePrecisionHaveNoDigits) {
  const VarianceMethods methods = variance_methods(channels({1e25, -1e25}), 0, Precision::in_single);
  EXPECT_TRUE(std::isinf(methods.one_pass.value));
  EXPECT_EQ(methods.one_pass.digits, 0);
  EXPECT_TRUE(std::isinf(methods.two_pass.value));
  EXPECT_EQ(methods.two_pass.digits, 0);
  EXPECT_GT(methods.core.digits, 15);
  const VarianceMethods apart = variance_methods(channels({1e25, 2e25}), 0, Precision::in_single);
  EXPECT_TRUE(std::isnan(apart.one_pass.value));  // inf - inf
  EXPECT_EQ(apart.one_pass.digits, 0);
}

TEST(VarianceMethods, WhatStoringKeepsOfTheVariance) {
  // 4, 7, 13, 16 are stored as they are up to 2^22, as twos at 2^24, and as one number at 2^30.
  const Channels values = channels({4, 7, 13, 16});
  const auto kept = [&](double offset) {
    const VarianceMethods methods = variance_methods(values, offset, Precision::in_single);
    EXPECT_EQ(methods.of_values, 22.5);
    return methods.kept;
  };
  EXPECT_EQ(kept(0), 17);
  EXPECT_EQ(kept(0x1p22), 17);
  // 4, 8, 12, 16 (halves go to even): 20 in place of 22.5.
  EXPECT_NEAR(kept(0x1p24), std::log10(22.5 / 2.5), 4 * epsilon);
  EXPECT_EQ(kept(0x1p30), 0);
  // The floats next to 0.1 and 2 differ from them by about a unit in the eighth digit.
  const VarianceMethods stored = variance_methods(channels({0.1, 2}), 0, Precision::in_single);
  EXPECT_GT(stored.kept, 7);
  EXPECT_LT(stored.kept, 10);
}

TEST(VarianceMethods, Refusals) {
  const auto refused = [](const Channels& values, double offset, Precision precision) {
    return refusal([&] { variance_methods(values, offset, precision); });
  };
  EXPECT_EQ(refused(channels({1}), 0, Precision::in_double), "values: expected 2 to 1000 values, got 1");
  EXPECT_EQ(refused(Channels::Zero(1001), 0, Precision::in_double),
            "values: expected 2 to 1000 values, got 1001");
  EXPECT_EQ(refused(Channels::Zero(1000), 0, Precision::in_double), "(accepted)");
  EXPECT_EQ(refused(channels({1, not_a_number}), 0, Precision::in_double),
            "(values + offset)[1]: expected a finite number in double precision, got nan");
  EXPECT_EQ(refused(channels({1, 2}), infinity, Precision::in_double),
            "offset: expected a finite number, got inf");
  EXPECT_EQ(refused(channels({1e39, 2}), 0, Precision::in_single),
            "(values + offset)[0]: expected a finite number in single precision, got 1e+39");
  EXPECT_EQ(refused(channels({1e38, 2e38}), 3e38, Precision::in_single),
            "(values + offset)[0]: expected a finite number in single precision, got 4e+38");
  EXPECT_EQ(refused(channels({1e308, 1e308}), 1e308, Precision::in_double),
            "(values + offset)[0]: expected a finite number in double precision, got inf");
  EXPECT_EQ(refused(channels({1e200, -1e200}), 0, Precision::in_double),
            "values: expected a variance in the range of doubles, got inf");
}

}  // namespace
