// The seeded generator: a fixed sequence, uncorrelated seeds, and the distributions it claims.

#include "lab/random.h"

#include <set>

#include "helpers.h"

namespace {

using namespace testing_batchnorm;
using lab::normal_batches;
using lab::Random;

/// SplitMix64's increment, 2^64 over the golden ratio.
constexpr std::uint64_t golden = 0x9e3779b97f4a7c15u;

/// The x with x ^ (x >> shift) == y.
std::uint64_t undo_xorshift(std::uint64_t y, int shift) {
  std::uint64_t x = y;
  for (int known = shift; known < 64; known += shift) x = y ^ (x >> shift);
  return x;
}

/// The inverse of an odd number modulo 2^64, by Newton's iteration: each step doubles the right bits.
std::uint64_t inverse(std::uint64_t odd) {
  std::uint64_t x = odd;  // right in 3 bits
  for (int step = 0; step < 5; ++step) x *= 2 - odd * x;
  return x;
}

/// The seed whose hash is `state`: the published outputs start from an unhashed state.
std::uint64_t seed_with_state(std::uint64_t state) {
  std::uint64_t z = undo_xorshift(state, 31) * inverse(0x94d049bb133111ebu);
  z = undo_xorshift(z, 27) * inverse(0xbf58476d1ce4e5b9u);
  return undo_xorshift(z, 30) - golden;
}

TEST(Random, IsSplitMix64) {
  // The published outputs for the states 0 (Vigna's splitmix64.c) and 1234567 (Rosetta Code).
  struct {
    std::uint64_t state;
    std::vector<std::uint64_t> outputs;
  } const published[] = {
      {0, {0xe220a8397b1dcdafu, 0x6e789e6aa1b965f4u, 0x06c45d188009454fu, 0xf88bb8a8724c81ecu}},
      {1234567,
       {6457827717110365317u, 3203168211198807973u, 9817491932198370423u, 4593380528125082431u,
        16408922859458223821u}},
  };
  for (const auto& sequence : published) {
    Random random(seed_with_state(sequence.state));
    for (const std::uint64_t output : sequence.outputs) {
      // A uniform draw is made of the upper 53 bits.
      EXPECT_EQ(random.uniform(), static_cast<double>(output >> 11) * 0x1p-53);
    }
  }
}

std::vector<double> uniform_draws(std::uint64_t seed, std::size_t count) {
  Random random(seed);
  std::vector<double> draws;
  while (draws.size() < count) draws.push_back(random.uniform());
  return draws;
}

TEST(Random, TheSameSeedGivesTheSameNumbers) {
  EXPECT_EQ(uniform_draws(7, 100), uniform_draws(7, 100));
  EXPECT_NE(uniform_draws(7, 100), uniform_draws(8, 100));
  Random one(7), other(7);
  for (int k = 0; k < 100; ++k) EXPECT_EQ(one.normal(), other.normal());
}

TEST(Random, NeighbouringSeedsAreUncorrelated) {
  const std::size_t count = 2500, lags = 5;
  const double bound = 5 / std::sqrt(count);  // five standard errors: 0.1
  for (const std::uint64_t seed : {0, 1, 2, 3, 41, 1000, -1}) {
    const std::vector<double> first = uniform_draws(seed, count + lags);
    const std::vector<double> second = uniform_draws(seed + 1, count + lags);
    for (std::size_t lag = 0; lag < lags; ++lag) {
      // A uniform draw has the mean 1/2 and the variance 1/12. Either stream may be the one that is ahead.
      double ahead = 0, behind = 0;
      for (std::size_t k = 0; k < count; ++k) {
        ahead += (first[k + lag] - 0.5) * (second[k] - 0.5);
        behind += (first[k] - 0.5) * (second[k + lag] - 0.5);
      }
      EXPECT_LT(std::abs(ahead * 12 / count), bound) << "seed " << seed << ", lag " << lag;
      EXPECT_LT(std::abs(behind * 12 / count), bound) << "seed " << seed << ", lag " << lag;
    }
  }
}

TEST(Random, UniformDraws) {
  const std::size_t count = 100000;
  double sum = 0, squares = 0;
  std::set<double> seen;
  for (const double draw : uniform_draws(5, count)) {
    ASSERT_GE(draw, 0);
    ASSERT_LT(draw, 1);
    ASSERT_EQ(draw * 0x1p53, std::floor(draw * 0x1p53)) << "a multiple of 2^-53";
    sum += draw - 0.5;
    squares += (draw - 0.5) * (draw - 0.5);
    seen.insert(draw);
  }
  // The chance that any two of 10^5 draws from 2^53 values meet is 10^10 / 2^54 < 10^-6.
  EXPECT_EQ(seen.size(), count);
  // Standard errors: of the mean sqrt(1/12 / n); of the variance sqrt((1/80 - 1/144) / n) = sqrt(1/180 / n).
  const double n = static_cast<double>(count);
  EXPECT_NEAR(sum / n, 0, 5 * std::sqrt(1 / (12 * n)));
  EXPECT_NEAR(squares / n, 1.0 / 12, 5 * std::sqrt(1 / (180 * n)));
}

TEST(Random, NormalDraws) {
  const int count = 100000;
  const double n = count;
  Random random(6);
  double moments[5] = {};
  int within_one = 0;
  for (int k = 0; k < count; ++k) {
    const double draw = random.normal();
    for (int power = 1; power <= 4; ++power) moments[power] += std::pow(draw, power) / n;
    within_one += std::abs(draw) < 1;
  }
  // The moments of N(0, 1) are 0, 1, 0, 3; the variance of draw^k is E[draw^2k] - E[draw^k]^2: 1, 2, 15, 96.
  EXPECT_NEAR(moments[1], 0, 5 * std::sqrt(1 / n));
  EXPECT_NEAR(moments[2], 1, 5 * std::sqrt(2 / n));
  EXPECT_NEAR(moments[3], 0, 5 * std::sqrt(15 / n));
  EXPECT_NEAR(moments[4], 3, 5 * std::sqrt(96 / n));
  const double share = std::erf(std::sqrt(0.5));  // the chance of |draw| < 1
  EXPECT_NEAR(within_one / n, share, 5 * std::sqrt(share * (1 - share) / n));
}

TEST(NormalBatches, HasMeanAndStdOfEachColumn) {
  const Index m = 4000, batches = 6;
  const double mean = 5, std = 2;
  const Batch draws = normal_batches(1, batches, m, mean, std);
  ASSERT_EQ(draws.rows(), m);
  ASSERT_EQ(draws.cols(), batches);
  const double n = static_cast<double>(m);
  for (Index b = 0; b < batches; ++b) {
    EXPECT_NEAR(draws.col(b).mean(), mean, 5 * std / std::sqrt(n));
    // The standard error of a normal variance is var sqrt(2 / n).
    EXPECT_NEAR((draws.col(b) - mean).square().mean(), std * std, 5 * std * std * std::sqrt(2 / n));
  }
  // Columns are independent: the correlation of two has the standard error 1 / sqrt(n).
  for (Index b = 1; b < batches; ++b) {
    const double correlation = ((draws.col(b) - mean) * (draws.col(b - 1) - mean)).mean() / (std * std);
    EXPECT_NEAR(correlation, 0, 5 / std::sqrt(n));
  }
}

TEST(NormalBatches, TheSeedDecidesEverything) {
  EXPECT_EQ(bits(normal_batches(9, 3, 8, 0, 1)), bits(normal_batches(9, 3, 8, 0, 1)));
  EXPECT_NE(bits(normal_batches(9, 3, 8, 0, 1)), bits(normal_batches(10, 3, 8, 0, 1)));
  // Mean and std only move and stretch the draws: exactly, where both are powers of 2 times small numbers.
  EXPECT_EQ(bits(normal_batches(9, 3, 8, 0, 4)), bits(4 * normal_batches(9, 3, 8, 0, 1)));
  EXPECT_TRUE((normal_batches(9, 3, 8, 2.5, 0) == 2.5).all());
}

TEST(NormalBatches, Refusals) {
  const auto refused = [](Index batches, Index m, double std) {
    return refusal([&] { normal_batches(1, batches, m, 0, std); });
  };
  EXPECT_EQ(refused(1, 1, 0), "(accepted)");
  EXPECT_EQ(refused(3, 0, 1), "m: expected at least 1 example, got 0");
  EXPECT_EQ(refused(3, -2, 1), "m: expected at least 1 example, got -2");
  EXPECT_EQ(refused(0, 4, 1), "batches: expected at least 1 batch, got 0");
  EXPECT_EQ(refused(3, 4, -0.5), "std: expected a number >= 0, got -0.5");
  EXPECT_EQ(refused(3, 4, not_a_number), "std: expected a number >= 0, got nan");
}

}  // namespace
