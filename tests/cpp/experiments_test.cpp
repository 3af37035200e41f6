// The experiments with exact results, up to rounding, which hold for every seed. Statistical results are
// counted by `npm run evidence`.

#include "lab/experiments.h"

#include <cmath>
#include <map>
#include <set>

#include "helpers.h"

namespace {

std::map<std::string, double> measured(const std::string& experiment, std::uint64_t seed) {
  std::map<std::string, double> measures;
  for (const lab::Measure& each : lab::measured(experiment, seed)) {
    EXPECT_EQ(measures.count(each.name), 0u) << each.name;
    measures[each.name] = each.value;
  }
  return measures;
}

TEST(Experiments, HaveDifferentNamesAndRefuseOthers) {
  const std::vector<std::string> names = lab::experiment_names();
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
  EXPECT_THROW(lab::measured("no-such-experiment", 1), std::invalid_argument);
}

TEST(Experiments, DependOnTheSeedAlone) {
  EXPECT_EQ(measured("depth-sigmoid", 3), measured("depth-sigmoid", 3));
  EXPECT_NE(measured("depth-sigmoid", 3), measured("depth-sigmoid", 4));
}

// The gradient of a scale-invariant loss is orthogonal to the weights (eps = 0).
TEST(Experiments, InvarianceIsPythagoras) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    auto found = measured("invariance", seed);
    EXPECT_LT(found.at("weights.cosine"), 1e-8);
    EXPECT_LT(found.at("weights.defect"), 1e-12);
    EXPECT_EQ(found.at("weights.shrank"), 0);
    EXPECT_GT(found.at("weights.growth"), 1.01);
  }
}

// sum_i dz_i = 0 behind a batch normalization, so a bias before it has no gradient.
TEST(Experiments, ABiasBeforeBatchNormalizationStaysWhereItIs) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    auto found = measured("bias", seed);
    EXPECT_LT(found.at("bias.moved"), 1e-11);
    EXPECT_LT(found.at("weights.apart"), 1e-9);
    EXPECT_GT(found.at("weights.moved"), 0.1);
  }
}

// A number added to all inputs is subtracted with the batch mean of the first batch normalization.
TEST(Experiments, AnOffsetOfTheInputsChangesNothingBehindBatchNormalization) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    auto found = measured("offset", seed);
    EXPECT_LT(found.at("batch.difference"), 1e-9);
    EXPECT_GT(found.at("none.difference"), 0.1);
    EXPECT_LT(found.at("batch.loss.3"), 0.2);
  }
}

// Adam divides the rounding error of a zero gradient by its own magnitude.
TEST(Experiments, AdamMovesADeadBiasInSinglePrecision) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    auto found = measured("bias-adam", seed);
    EXPECT_GT(found.at("single.moved"), 1e-3);
    EXPECT_LT(found.at("double.moved"), 1e-6);
  }
}

// Yang et al. (ICLR 2019): with batch normalization the gradient of a ReLU network grows by sqrt(pi / (pi -
// 1)) = 1.21 a layer when the network is wide, whatever the weights; these have 32 units. Without, it follows
// the size of the weights: 1.41 times as large, 1.41 times as long.
TEST(Experiments, DepthDecidesWithBatchNormalizationAndTheWeightsWithout) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    auto found = measured("depth", seed);
    for (const char* name : {"batch.growth.0", "batch.growth.1", "batch.growth.2", "batch.growth.3"}) {
      EXPECT_GT(found.at(name), 1.17) << name;
      EXPECT_LT(found.at(name), 1.28) << name;
    }
    EXPECT_LT(found.at("none.growth.0"), 0.76);
    EXPECT_GT(found.at("none.growth.2"), 1.25);
    EXPECT_NEAR(found.at("none.growth.2") / found.at("none.growth.0"), 2, 1e-9);
    EXPECT_LT(found.at("residual.growth"), 1.1);
    auto of_sigmoid = measured("depth-sigmoid", seed);
    EXPECT_LT(of_sigmoid.at("none.growth"), 0.3);
    EXPECT_GT(of_sigmoid.at("batch.growth"), 1);
    EXPECT_LT(of_sigmoid.at("batch.growth"), 1.1);
  }
}

// The control of the experiment on drift: without batch normalization, noise alone slows the training down.
TEST(Experiments, NoiseAloneSlowsANetworkDown) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    auto found = measured("drift", seed);
    EXPECT_GE(found.at("noise.steps"), found.at("none.steps"));  // equal where neither gets there
    EXPECT_GT(found.at("noise.jump"), found.at("none.jump"));
    EXPECT_LT(found.at("noisy.steps"), found.at("noise.steps"));
  }
}

}  // namespace
