// The Jacobian of one channel: by hand, its degenerate cases, its refusals. (Its rows, its symmetry, its
// eigenvalues and its products with x and 1 are identities I2, I4 and I27.)

#include "batchnorm/trace.h"
#include "helpers.h"

namespace {

using namespace testing_batchnorm;
using batchnorm::jacobian;

TEST(Jacobian, ByHand) {
  // x_hat = (-3, -1, 1, 3) / sqrt(5), so (I - 1 1' / 4 - x_hat x_hat' / 4) is a matrix of twentieths.
  Batch expected(4, 4);
  expected << 6, -8, -2, 4, -8, 14, -4, -2, -2, -4, 14, -8, 4, -2, -8, 6;
  const double scale = 2 / std::sqrt(5.0);
  expect_near(jacobian(channels({2, 4, 6, 8}), 2, 0), expected * scale / 20, 4 * epsilon * scale);
}

TEST(Jacobian, OfAConstantFeatureProjectsOnWhatHasNoMean) {
  for (const double constant : {0.0, 0.1, 1e300, 1e-300}) {
    for (const Index m : {1, 2, 7}) {
      SCOPED_TRACE(testing::Message() << constant << ", m " << m);
      const double eps = 1e-5, gamma = -1.5;
      const Batch expected =
          gamma / std::sqrt(eps) * (Eigen::MatrixXd::Identity(m, m).array() - 1 / static_cast<double>(m));
      expect_near(jacobian(Channels::Constant(m, constant), gamma, eps), expected,
                  4 * epsilon * std::abs(gamma) / std::sqrt(eps));
    }
  }
}

TEST(Jacobian, OfTwoValuesWithoutEpsIsZero) {
  for (const double x : {1.0, 1e-300, 1e300}) {
    const double size = 1 / x;
    expect_near(jacobian(channels({-x, x}), 1, 0), Batch::Zero(2, 2), 2 * epsilon * size);
  }
}

TEST(Jacobian, OfOneValueIsZero) {
  EXPECT_EQ(jacobian(channels({3}), 2, 1e-5)(0, 0), 0);
}

TEST(Jacobian, Refusals) {
  EXPECT_EQ(refusal([] { jacobian({}, 1, 1e-5); }), "x: expected at least 1 example, got an empty batch");
  EXPECT_EQ(refusal([] { jacobian(channels({1, 2}), 1, -1); }), "eps: expected a number >= 0, got -1");
  EXPECT_EQ(refusal([] {
              jacobian(channels({2, 2}), 1, 0);
            }),
            "batch_var + eps (channel 0): expected a value > 0, got 0");
}

}  // namespace
