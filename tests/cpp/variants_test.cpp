// Seeded variants: fixed by the seed, unlike each other, and with every mistake in sight.

#include "answers/variants.h"

#include <cstdlib>
#include <set>

#include "answers/quantities.h"
#include "helpers.h"

namespace {

using namespace testing_batchnorm;
using answers::draw;
using answers::Formula;
using answers::Part;
using answers::Problem;
using answers::Quantities;
using answers::Value;

const Quantities givens{{"x", {{2, 4, 6, 8}, true}},
                        {"dy", {{1, 0, 0, 0}, true}},
                        {"gamma", {{2}}},
                        {"beta", {{0.5}}},
                        {"eps", {{0}}},
                        {"momentum", {{0.9}}},
                        {"running_mean", {{0}}},
                        {"running_var", {{1}}}};

Part part(const char* answer) {
  return {{Formula(answer), {0.01, 0.001, 3}, {}}, {}};
}

const Problem forward_and_backward{
    "example", givens, {"x", "dy", "gamma", "beta"}, {part("y"), part("dgamma"), part("dx")}};

std::vector<double> numbers(const Quantities& drawn, const Problem& problem) {
  std::vector<double> all;
  for (const std::string& name : problem.drawn) {
    const auto& values = drawn.at(name).values;
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

TEST(Variants, TheSameSeedGivesTheSameNumbers) {
  // By an independent program for FNV-1a and SplitMix64; tests/web/core.test.ts has the same table for
  // WebAssembly.
  const Problem plain{
      "plain", {{"x", {{0, 0, 0, 0}, true}}, {"gamma", {{2}}}, {"beta", {{1}}}, {"eps", {{1}}}}, {"x"}, {}};
  const std::pair<std::uint64_t, std::vector<double>> table[] = {{0, {-9, 9, 1, -9}},
                                                                 {1, {-6, -9, 8, -3}},
                                                                 {2, {2, 0, 2, -7}},
                                                                 {3, {3, 5, -1, -9}},
                                                                 {1000000000, {6, -9, 6, -4}}};
  for (const auto& [seed, x] : table) EXPECT_EQ(draw(plain, seed).at("x").values, x) << "seed " << seed;
}

TEST(Variants, KeepWhatIsNotDrawnAndTheLengthOfLists) {
  const Quantities drawn = draw(forward_and_backward, 7);
  EXPECT_EQ(drawn.at("eps").values, givens.at("eps").values);
  EXPECT_EQ(drawn.at("momentum").values, givens.at("momentum").values);
  EXPECT_EQ(drawn.at("x").values.size(), 4u);
  EXPECT_TRUE(drawn.at("x").is_list);
  EXPECT_FALSE(drawn.at("gamma").is_list);
}

TEST(Variants, HideNoMistake) {
  double least = infinity;
  const std::uint64_t seeds = std::getenv("LONG_TESTS") ? 200 : 50;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE(seed);
    const Quantities drawn = draw(forward_and_backward, seed);
    const Quantities right = answers::quantities_of(drawn);
    const double gamma = drawn.at("gamma").values[0];
    EXPECT_TRUE(gamma != 0 && gamma != 1);
    EXPECT_NE(drawn.at("beta").values[0], 0);
    EXPECT_GT(right.at("batch_var").values[0], 0);
    EXPECT_GT(std::abs(right.at("dbeta").values[0]), 1e-9);
    EXPECT_GT(std::abs(right.at("dgamma").values[0]), 1e-9);
    for (const Part& each : forward_and_backward.parts) {
      const auto found = answers::separation(each, drawn);
      least = std::min(least, found.least);
      EXPECT_GE(found.least, answers::least_separation) << found.nearest.a << " " << found.nearest.b;
    }
  }
  EXPECT_LT(least, infinity);
}

TEST(Variants, WhatCoincidesDoesSoByMathematics) {
  // With eps = 0 it cannot matter where eps stands; what else is alike is listed here, with its reason.
  using Pairs = std::set<std::pair<std::string, std::string>>;
  const auto coinciding = [](const char* answer) {
    Pairs pairs;
    const Problem problem{answer, givens, {"x", "dy", "gamma", "beta"}, {part(answer)}};
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
      for (const auto& [a, b] : answers::separation(problem.parts[0], draw(problem, seed)).coinciding)
        pairs.insert({a, b});
    }
    return pairs;
  };
  const Pairs no_eps{
      {"right", "eps-forgotten"}, {"right", "eps-outside-root"}, {"eps-outside-root", "eps-forgotten"}};
  // Normalizing with the running mean 0 and the running variance 1 is no normalizing.
  Pairs forward = no_eps;
  forward.insert({"x-for-x-hat", "running-in-training"});
  EXPECT_EQ(coinciding("y"), forward);
  EXPECT_EQ(coinciding("dgamma"), forward);
  EXPECT_EQ(coinciding("dx"), no_eps);
  // dx_hat = dy, written in one line or in the next.
  Pairs backward = no_eps;
  backward.insert({"gamma-forgotten", "dy-for-dx-hat"});
  EXPECT_EQ(coinciding("dvar"), backward);
  EXPECT_EQ(coinciding("dmean"), backward);
}

TEST(Variants, NeighbouringSeedsAreUncorrelated) {
  const Problem plain{
      "plain", {{"x", {{0, 0, 0, 0}, true}}, {"gamma", {{2}}}, {"beta", {{1}}}, {"eps", {{1}}}}, {"x"}, {}};
  constexpr int count = 2000;
  std::vector<std::vector<double>> draws;
  for (std::uint64_t seed = 0; seed <= count; ++seed) draws.push_back(numbers(draw(plain, seed), plain));
  // Integers from -9 to 9 have variance 30; the correlation of 2,000 pairs scatters with 1/sqrt(2000).
  for (std::size_t k = 0; k < 4; ++k) {
    double sum = 0, product = 0, square = 0;
    for (int s = 0; s < count; ++s) {
      const auto at = static_cast<std::size_t>(s);
      sum += draws[at][k];
      product += draws[at][k] * draws[at + 1][k];
      square += draws[at][k] * draws[at][k];
    }
    EXPECT_LT(std::abs(product / count / 30), 5 / std::sqrt(count)) << "place " << k;
    EXPECT_NEAR(sum / count, 0, 5 * std::sqrt(30.0 / count));
    EXPECT_NEAR(square / count, 30, 5 * 30 / std::sqrt(count));
  }
  // Nor is one seed's list another's, shifted by a place.
  double shifted = 0;
  for (std::size_t s = 0; s < count; ++s) shifted += draws[s][1] * draws[s + 1][0];
  EXPECT_LT(std::abs(shifted / count / 30), 5 / std::sqrt(count));
}

TEST(Variants, OtherProblemsGetOtherNumbers) {
  Problem other = forward_and_backward;
  other.id = "another";
  EXPECT_NE(numbers(draw(other, 1), other), numbers(draw(forward_and_backward, 1), other));
}

TEST(Variants, AuthorsAreToldWhatCannotBeDrawn) {
  const auto refused = [](Problem problem, std::vector<std::string> drawn) {
    problem.drawn = std::move(drawn);
    return refusal([&] { draw(problem, 1); });
  };
  EXPECT_EQ(refused(forward_and_backward, {"x"}), "(accepted)");
  EXPECT_EQ(refused(forward_and_backward, {"y"}), "drawn: expected givens that can be drawn, got y");
  EXPECT_EQ(refused(forward_and_backward, {"steps"}), "drawn: expected givens of the problem, got steps");
  // With a tolerance of 100 % no mistake is far enough from the truth.
  Problem crowded = forward_and_backward;
  crowded.parts[0].question.tolerance.absolute = 100;
  EXPECT_NE(refused(crowded, {"x"}).find("a problem whose mistakes can be told apart"), std::string::npos);
}

}  // namespace
