// The eigenvalues of the Jacobian against their closed form, and the rank against what the lesson says of it.

#include "lab/jacobian_spectrum.h"

#include "helpers.h"

namespace {

using namespace testing_batchnorm;
using lab::jacobian_spectrum;
using lab::JacobianSpectrum;

/// gamma / sqrt(var + eps) m - 2 times, 0 and gamma eps / (var + eps)^1.5, ascending.
Channels closed_form(const Channels& x, double gamma, double eps) {
  const double invstd = 1 / std::sqrt((x - x.mean()).square().mean() + eps);
  Channels eigenvalues = Channels::Constant(x.size(), gamma * invstd);
  eigenvalues(0) = 0;
  eigenvalues(1) = gamma * eps * invstd * invstd * invstd;
  std::sort(eigenvalues.begin(), eigenvalues.end());
  return eigenvalues;
}

TEST(JacobianSpectrum, ClosedFormAndRank) {
  lab::Random random(1);
  for (const Index m : {2, 3, 4, 17, 64}) {
    for (const double eps : {0.0, 1e-5, 0.1, 10.0}) {
      for (int round = 0; round < 20; ++round) {
        const Channels x = 3 * random_channels(random, m) + 5;
        const double gamma = random.normal();
        SCOPED_TRACE(testing::Message() << "m " << m << ", eps " << eps << ", gamma " << gamma);
        const JacobianSpectrum spectrum = jacobian_spectrum(x, gamma, eps);
        const double invstd = batchnorm::forward_train(Batch(x.transpose()), {}, {}, eps).saved_invstd(0);
        const double rounding = 4 * static_cast<double>(m) * epsilon * std::abs(gamma) * invstd;
        expect_near(spectrum.eigenvalues, closed_form(x, gamma, eps), rounding);
        EXPECT_EQ(spectrum.rank, eps > 0 ? m - 1 : m - 2);
        expect_near(spectrum.row_sums, Channels::Zero(m), rounding);
        EXPECT_NEAR(spectrum.size, std::abs(gamma) * invstd, 4 * epsilon * std::abs(gamma) * invstd);
        EXPECT_TRUE((spectrum.jacobian == batchnorm::jacobian(x, gamma, eps)).all());
      }
    }
  }
}

TEST(JacobianSpectrum, ByHand) {
  // x_hat = (-1, 1) sqrt(var / (var + eps)) with var 1 and eps 3: J = [[1, -1], [-1, 1]] (1 - 1/4) / 2 *
  // gamma / 2.
  const JacobianSpectrum spectrum = jacobian_spectrum(channels({4, 6}), 8, 3);
  expect_near(spectrum.eigenvalues, channels({0, 3}), 8 * epsilon);
  EXPECT_EQ(spectrum.rank, 1);
}

TEST(JacobianSpectrum, OfTwoValuesWithoutEpsNothingPasses) {
  for (const double scale : {1.0, 0.1, 1e-150, 1e150}) {
    EXPECT_EQ(jacobian_spectrum(channels({-scale, 2 * scale}), 3, 0).rank, 0) << scale;
  }
}

TEST(JacobianSpectrum, OfAConstantFeature) {
  const JacobianSpectrum spectrum = jacobian_spectrum(Channels::Constant(5, 0.1), 2, 1e-4);
  expect_near(spectrum.eigenvalues, channels({0, 200, 200, 200, 200}), 200 * 20 * epsilon);
  EXPECT_EQ(spectrum.rank, 4);
}

TEST(JacobianSpectrum, ANegativeGammaTurnsTheOrderAndAGammaOfZeroHasNoRank) {
  const Channels x = channels({1, 2, 4, 9});
  const JacobianSpectrum plus = jacobian_spectrum(x, 2, 0.5), minus = jacobian_spectrum(x, -2, 0.5);
  expect_near(minus.eigenvalues, -plus.eigenvalues.reverse(), 32 * epsilon);
  EXPECT_EQ(minus.rank, 3);
  EXPECT_EQ(jacobian_spectrum(x, 0, 0.5).rank, 0);
}

TEST(JacobianSpectrum, RowSumsAreThoseOfTheJacobian) {
  const Channels x = channels({1, 2, 4, 9});
  EXPECT_EQ(bits(jacobian_spectrum(x, 2, 0.5).row_sums),
            bits(batchnorm::jacobian(x, 2, 0.5).rowwise().sum().transpose().eval()));
}

TEST(JacobianSpectrum, Refusals) {
  const auto refused = [](const Channels& x, double gamma, double eps) {
    return refusal([&] { jacobian_spectrum(x, gamma, eps); });
  };
  EXPECT_EQ(refused(channels({1}), 1, 1), "x: expected 2 to 64 values, got 1");
  EXPECT_EQ(refused(Channels::Zero(65), 1, 1), "x: expected 2 to 64 values, got 65");
  EXPECT_EQ(refused(channels({1, infinity}), 1, 1),
            "x[1]: expected a finite number in double precision, got inf");
  EXPECT_EQ(refused(channels({1, 2}), 1, -1), "eps: expected a number >= 0, got -1");
  EXPECT_EQ(refused(channels({2, 2}), 1, 0), "batch_var + eps (channel 0): expected a value > 0, got 0");
  EXPECT_EQ(refused(channels({0, 1e-300, 4e-300}), 1e20, 0),
            "x: expected values whose Jacobian is in the range of doubles, got one beyond it");
}

}  // namespace
