#pragma once
// What several test files need: short ways to write batches, bitwise comparison, refusals, random problems.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "batchnorm/trace.h"
#include "lab/random.h"

namespace testing_batchnorm {

using batchnorm::Batch;
using batchnorm::Channels;
using Eigen::Index;

/// The spacing of doubles at 1: twice the unit roundoff.
inline constexpr double epsilon = std::numeric_limits<double>::epsilon();
inline constexpr double largest_double = std::numeric_limits<double>::max();
inline constexpr double smallest_double = std::numeric_limits<double>::denorm_min();
inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

inline Channels channels(std::initializer_list<double> values) {
  Channels result(static_cast<Index>(values.size()));
  std::copy(values.begin(), values.end(), result.data());
  return result;
}

/// A batch of one channel.
inline Batch column(const std::vector<double>& values) {
  return Eigen::Map<const Batch>(values.data(), static_cast<Index>(values.size()), 1);
}

/// The bits of every number: unlike ==, they tell -0 from 0 and find NaN equal to itself.
template <typename Derived>
std::vector<std::uint64_t> bits(const Eigen::DenseBase<Derived>& numbers) {
  std::vector<std::uint64_t> result;
  for (Index i = 0; i < numbers.rows(); ++i) {
    for (Index c = 0; c < numbers.cols(); ++c) {
      const double number = numbers.derived().coeff(i, c);
      result.emplace_back();
      std::memcpy(&result.back(), &number, sizeof number);
    }
  }
  return result;
}

template <typename Derived>
double largest(const Eigen::ArrayBase<Derived>& numbers) {
  return numbers.abs().maxCoeff();
}

/// Every number lies within `tolerance` of its counterpart; the first that does not is shown.
template <typename Got, typename Expected>
void expect_near(const Eigen::ArrayBase<Got>& got, const Eigen::ArrayBase<Expected>& expected,
                 double tolerance) {
  ASSERT_EQ(got.rows(), expected.rows());
  ASSERT_EQ(got.cols(), expected.cols());
  for (Index i = 0; i < got.rows(); ++i) {
    for (Index c = 0; c < got.cols(); ++c) {
      ASSERT_NEAR(got.derived().coeff(i, c), expected.derived().coeff(i, c), tolerance)
          << "example " << i << ", channel " << c;
    }
  }
}

/// What `call` is refused with, or "(accepted)".
template <typename Call>
std::string refusal(const Call& call) {
  try {
    call();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "(accepted)";
}

inline Batch random_batch(lab::Random& random, Index m, Index width) {
  Batch batch(m, width);
  for (Index k = 0; k < batch.size(); ++k) batch.data()[k] = random.normal();
  return batch;
}

inline Channels random_channels(lab::Random& random, Index width) {
  return random_batch(random, 1, width).row(0);
}

/// 1 ... most, equally likely.
inline Index random_count(lab::Random& random, Index most) {
  return 1 + static_cast<Index>(random.uniform() * static_cast<double>(most));
}

/// Constants whose sums and quotients round in every way: a constant feature must survive them all.
inline constexpr double nasty_constants[] = {
    0.0,  1.0,           0.1,         -0.3,        1.0 / 3,    1e8 + 1.0 / 3, 1e15 + 0.3,
    3e15, -1e16 - 2,     1e-300,      -1e-310,     5e-324,     1e300 / 7,     -1e306,
    0.7,  3.14159265358, 1 - 1.1e-16, 1 + 2.3e-16, 123456.789, 1e160,         -2.2250738585072014e-308};

}  // namespace testing_batchnorm
