// The laboratory's networks: gradients of every kind against differences of the loss, the exact laws of batch
// normalization in whole networks, and what the race shows.

#include "lab/network.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "helpers.h"
#include "lab/data_set.h"
#include "lab/random.h"

namespace {

using lab::Activation;
using lab::Architecture;
using lab::Index;
using lab::Matrix;
using lab::Network;
using lab::Normalization;
using lab::Parameters;
using lab::Place;
using lab::Residual;

lab::DataSet small_batch(Index m, std::uint64_t seed = 5) {
  return lab::data_set(lab::Shape::spirals, m, 0.3, 0.3, seed);
}

double loss_of(const Network& network, const lab::DataSet& data, const lab::Noise& noise = {}) {
  const auto pass = lab::forward(network, data.x, lab::Mode::train, noise);
  return lab::cross_entropy(pass.values.back(), data.labels).value;
}

Parameters gradients_of(const Network& network, const lab::DataSet& data, const lab::Noise& noise = {}) {
  const auto pass = lab::forward(network, data.x, lab::Mode::train, noise);
  return lab::backward(network, pass, lab::cross_entropy(pass.values.back(), data.labels).dlogits);
}

/// Every number of the parameters, in one order.
std::vector<double*> numbers_of(Parameters& parameters) {
  std::vector<double*> all;
  const auto add = [&](double* data, Index size) {
    for (Index k = 0; k < size; ++k) all.push_back(data + k);
  };
  for (auto& each : parameters.weights) add(each.data(), each.size());
  for (auto* list : {&parameters.bias, &parameters.gamma, &parameters.beta}) {
    for (auto& each : *list) add(each.data(), each.size());
  }
  return all;
}

/// The largest difference between the gradients and central differences, relative to the largest gradient.
double worst_difference(Network network, const lab::DataSet& data, const lab::Noise& noise = {}) {
  Parameters gradients = gradients_of(network, data, noise);
  const std::vector<double*> given = numbers_of(network.parameters), derived = numbers_of(gradients);
  double worst = 0, largest = 0;
  constexpr double h = 1e-6;
  for (std::size_t k = 0; k < given.size(); ++k) {
    const double here = *given[k];
    *given[k] = here + h;
    const double above = loss_of(network, data, noise);
    *given[k] = here - h;
    const double below = loss_of(network, data, noise);
    *given[k] = here;
    worst = std::max(worst, std::abs((above - below) / (2 * h) - *derived[k]));
    largest = std::max(largest, std::abs(*derived[k]));
  }
  EXPECT_GT(largest, 1e-4);
  return worst / largest;
}

TEST(NetworkGradients, AgreeWithDifferencesForEveryKind) {
  for (const auto normalization : {Normalization::none, Normalization::batch, Normalization::layer,
                                   Normalization::group, Normalization::rms}) {
    for (const auto activation :
         {Activation::tanh, Activation::sigmoid, Activation::linear, Activation::relu}) {
      for (const auto place : {Place::before, Place::after}) {
        Architecture architecture;
        architecture.width = 4;
        architecture.groups = 2;
        architecture.activation = activation;
        architecture.normalization = normalization;
        architecture.place = place;
        // Large beside rounding where a unit of the ReLU is dead in all examples.
        architecture.eps = 1e-2;
        EXPECT_LT(worst_difference(lab::initial_network(architecture, 3), small_batch(6)), 1e-6)
            << static_cast<int>(normalization) << static_cast<int>(activation) << static_cast<int>(place);
      }
    }
  }
}

TEST(NetworkGradients, AgreeInResidualBlocksWithGhostsAndWithNoise) {
  Architecture architecture;
  architecture.width = 4;
  architecture.layers = 5;
  architecture.activation = Activation::tanh;
  architecture.normalization = Normalization::batch;
  for (const auto residual : {Residual::post_activation, Residual::pre_activation}) {
    architecture.residual = residual;
    EXPECT_LT(worst_difference(lab::initial_network(architecture, 4), small_batch(6)), 1e-6);
  }
  architecture.residual = Residual::none;
  architecture.ghost = 3;
  EXPECT_LT(worst_difference(lab::initial_network(architecture, 5), small_batch(6)), 1e-6);
  architecture.ghost = 0;
  const lab::Noise noise{0.25, 0.4, 0.1, 7};
  EXPECT_LT(worst_difference(lab::initial_network(architecture, 6), small_batch(6), noise), 1e-6);
}

TEST(NetworkGradients, AgreeWithNoiseAndNoNormalization) {
  Architecture architecture;
  architecture.width = 4;
  architecture.layers = 5;
  architecture.activation = Activation::tanh;
  const lab::Noise noise{0.25, 0.4, 0.1, 7};
  for (const auto place : {Place::before, Place::after}) {
    architecture.place = place;
    EXPECT_LT(worst_difference(lab::initial_network(architecture, 6), small_batch(6), noise), 1e-6);
  }
  architecture.place = Place::before;
  for (const auto residual : {Residual::post_activation, Residual::pre_activation}) {
    architecture.residual = residual;
    EXPECT_LT(worst_difference(lab::initial_network(architecture, 6), small_batch(6), noise), 1e-6);
  }
}

TEST(Network, HasNoiseBehindEveryHiddenLayerInTrainingOnly) {
  const Matrix x = small_batch(2000).x;
  for (const auto normalization : {Normalization::none, Normalization::batch}) {
    Architecture architecture;
    architecture.activation = Activation::linear;
    architecture.normalization = normalization;
    const Network network = lab::initial_network(architecture, 3);
    const lab::Noise noise{0, 0, 0.5, 11};
    // The first layer's, alone: what the others add comes behind it.
    const auto first = [&](const lab::Pass& pass) { return *lab::pre_activations(network, pass)[0]; };
    const auto noisy = lab::forward(network, x, lab::Mode::train, noise);
    const Matrix added = first(noisy) - first(lab::forward(network, x, lab::Mode::train));
    const double n = static_cast<double>(added.size());
    // Five standard errors of the mean and of the variance of n normal numbers.
    EXPECT_NEAR(added.mean(), 0, 5 * 0.5 / std::sqrt(n));
    EXPECT_NEAR(added.squaredNorm() / n, 0.25, 5 * 0.25 * std::sqrt(2 / n));
    EXPECT_EQ(noisy.noise_scale.size(), 3u);
    EXPECT_EQ(lab::pre_activations(network, noisy).size(), 3u);
    EXPECT_EQ(lab::forward(network, x, lab::Mode::inference, noise).values.back(),
              lab::forward(network, x, lab::Mode::inference).values.back());
  }
}

/// The norms of the gradients with respect to z, as backward returns them.
std::vector<double> dz_norms_of(const Network& network, const lab::DataSet& data) {
  const auto pass = lab::forward(network, data.x, lab::Mode::train);
  const auto loss = lab::cross_entropy(pass.values.back(), data.labels);
  Parameters gradients = network.parameters;
  std::vector<double> norms;
  lab::backward(network, pass, loss.dlogits, gradients, &norms);
  return norms;
}

/// The norm of the gradient of the loss with respect to so many numbers of the network, by central
/// differences.
double length_of_differences(const Network& network, double* numbers, Index count, const lab::DataSet& data) {
  constexpr double h = 1e-6;
  double square = 0;
  for (Index k = 0; k < count; ++k) {
    const double here = numbers[k];
    numbers[k] = here + h;
    const double above = loss_of(network, data);
    numbers[k] = here - h;
    const double below = loss_of(network, data);
    numbers[k] = here;
    square += std::pow((above - below) / (2 * h), 2);
  }
  return std::sqrt(square);
}

// With the identity for x the weights of the first layer are its z.
TEST(NetworkGradients, ByTheFirstZAgreeWithDifferencesForEveryKind) {
  constexpr Index m = 6;
  lab::DataSet data = small_batch(m);
  data.x = Matrix::Identity(m, m);
  for (const auto normalization : {Normalization::none, Normalization::batch, Normalization::layer}) {
    for (const auto residual : {Residual::none, Residual::post_activation, Residual::pre_activation}) {
      Architecture architecture;
      architecture.inputs = m;
      architecture.width = 4;
      architecture.layers = 5;
      architecture.activation = Activation::tanh;
      architecture.normalization = normalization;
      architecture.residual = residual;
      Network network = lab::initial_network(architecture, 4);
      Matrix& z = network.parameters.weights[0];
      const double expected = length_of_differences(network, z.data(), z.size(), data);
      const std::vector<double> norms = dz_norms_of(network, data);
      EXPECT_EQ(norms.size(), 6u);
      EXPECT_NEAR(norms[0], expected, 1e-6 * expected);
    }
  }
}

// For a single example a bias shifts z, and nothing else.
TEST(NetworkGradients, ByEveryZAgreeWithDifferencesForOneExample) {
  Architecture architecture;
  architecture.layers = 3;
  architecture.activation = Activation::tanh;
  Network network = lab::initial_network(architecture, 4);
  const lab::DataSet data = lab::rows_of(small_batch(2), {0});
  const std::vector<double> norms = dz_norms_of(network, data);
  ASSERT_EQ(norms.size(), network.parameters.bias.size());
  for (std::size_t layer = 0; layer < norms.size(); ++layer) {
    lab::Channels& bias = network.parameters.bias[layer];
    const double expected = length_of_differences(network, bias.data(), bias.size(), data);
    EXPECT_NEAR(norms[layer], expected, 1e-6 * expected) << layer;
  }
}

TEST(Network, InSinglePrecisionHasFloatsOnly) {
  const auto all_floats = [](const double* numbers, Index size) {
    return std::all_of(numbers, numbers + size,
                       [](double each) { return each == static_cast<double>(static_cast<float>(each)); });
  };
  for (const auto kind : {lab::Optimizer::Kind::sgd, lab::Optimizer::Kind::adam}) {
    lab::DataSet data = small_batch(32);
    Architecture architecture;
    architecture.normalization = Normalization::batch;
    architecture.precision = lab::Precision::in_single;
    lab::Training training = lab::begin(lab::initial_network(architecture, 3));
    lab::Optimizer optimizer;
    optimizer.kind = kind;
    optimizer.momentum = 0.9;
    for (int step = 0; step < 3; ++step) lab::step(training, data.x, data.labels, optimizer, 0.9);
    for (Parameters* each : {&training.network.parameters, &training.velocity, &training.squares}) {
      for (const double* number : numbers_of(*each)) EXPECT_TRUE(all_floats(number, 1));
    }
    for (const Matrix& each : training.pass.values) EXPECT_TRUE(all_floats(each.data(), each.size()));
    for (const auto& each : training.network.running.var) EXPECT_TRUE(all_floats(each.data(), each.size()));
    Parameters gradients = gradients_of(training.network, data);
    for (const double* number : numbers_of(gradients)) EXPECT_TRUE(all_floats(number, 1));

    // The same network in double precision has other numbers, but not far away.
    architecture.precision = lab::Precision::in_double;
    lab::Training exact = lab::begin(lab::initial_network(architecture, 3));
    for (int step = 0; step < 3; ++step) lab::step(exact, data.x, data.labels, optimizer, 0.9);
    const Matrix& weights = exact.network.parameters.weights[1];
    EXPECT_FALSE(all_floats(weights.data(), weights.size()));
    EXPECT_LT((training.network.parameters.weights[1] - weights).norm(), 1e-4 * weights.norm());
  }
}

TEST(Network, RefusesExamplesOfAnotherNumberOfInputs) {
  const Network network = lab::initial_network({}, 1);
  const Index inputs = network.architecture.inputs;
  EXPECT_EQ(
      testing_batchnorm::refusal(
          [&] { lab::forward(network, Matrix::Zero(4, inputs + 1), lab::Mode::train); }),
      "x: expected " + std::to_string(inputs) + " inputs an example, got " + std::to_string(inputs + 1));
}

TEST(Network, HasWhatItsArchitectureSays) {
  Architecture architecture;
  architecture.layers = 5;
  architecture.normalization = Normalization::batch;
  for (const auto residual : {Residual::none, Residual::post_activation, Residual::pre_activation}) {
    architecture.residual = residual;
    const Network network = lab::initial_network(architecture, 1);
    EXPECT_EQ(network.parameters.weights.size(), 6u);
    EXPECT_EQ(network.parameters.gamma.size(), 5u);
    EXPECT_EQ(network.running.mean.size(), 5u);
    const auto pass = lab::forward(network, small_batch(8).x, lab::Mode::train);
    EXPECT_EQ(lab::pre_activations(network, pass).size(), 5u);
  }
  architecture.layers = 4;
  EXPECT_THROW(lab::initial_network(architecture, 1), std::invalid_argument);
  architecture.residual = Residual::none;
  architecture.normalization = Normalization::group;
  architecture.groups = 3;
  EXPECT_THROW(lab::initial_network(architecture, 1), std::invalid_argument);
}

TEST(Network, StartsFromTheSameWeightsWhateverTheNormalization) {
  Architecture architecture;
  const Network plain = lab::initial_network(architecture, 9);
  architecture.normalization = Normalization::batch;
  const Network normalized = lab::initial_network(architecture, 9);
  for (std::size_t k = 0; k < plain.parameters.weights.size(); ++k)
    EXPECT_EQ(plain.parameters.weights[k], normalized.parameters.weights[k]);
}

TEST(Network, LayerNormalizationTakesTheStatisticsOfEachExample) {
  Architecture architecture;
  architecture.layers = 1;
  architecture.normalization = Normalization::layer;
  architecture.eps = 0;
  const auto pass = lab::forward(lab::initial_network(architecture, 2), small_batch(5).x, lab::Mode::train);
  const Matrix& x_hat = pass.normalized[0];
  for (Index i = 0; i < x_hat.rows(); ++i) {
    EXPECT_NEAR(x_hat.row(i).mean(), 0, 1e-14);
    EXPECT_NEAR(x_hat.row(i).squaredNorm() / static_cast<double>(x_hat.cols()), 1, 1e-13);
  }
}

// Scale invariance: BN(a z) = BN(z) for eps = 0.
TEST(NetworkIdentities, TheScaleOfTheHiddenWeightsDoesNotMatterForTheOutput) {
  Architecture architecture;
  architecture.normalization = Normalization::batch;
  architecture.activation = Activation::tanh;
  architecture.eps = 0;
  Network network = lab::initial_network(architecture, 8);
  const lab::DataSet data = small_batch(16);
  const double before = loss_of(network, data);
  const Parameters first = gradients_of(network, data);
  for (std::size_t k = 0; k + 1 < network.parameters.weights.size(); ++k) network.parameters.weights[k] *= 10;
  const Parameters second = gradients_of(network, data);
  EXPECT_NEAR(loss_of(network, data), before, 1e-13);
  for (std::size_t k = 0; k + 1 < network.parameters.weights.size(); ++k)
    EXPECT_LT((first.weights[k] - 10 * second.weights[k]).norm(), 1e-12 * first.weights[k].norm());
}

// Scale invariance: the gradient is orthogonal to the weights of a unit, so each step increases their norm.
TEST(NetworkIdentities, AStepLengthensWeightsByPythagoras) {
  Architecture architecture;
  architecture.normalization = Normalization::batch;
  architecture.activation = Activation::tanh;
  architecture.eps = 0;
  lab::Training training = lab::begin(lab::initial_network(architecture, 8));
  const lab::DataSet data = small_batch(32);
  lab::Optimizer optimizer;
  optimizer.rate = 0.3;
  for (int step = 0; step < 50; ++step) {
    const Parameters gradients = gradients_of(training.network, data);
    const Matrix before = training.network.parameters.weights[1];
    for (Index unit = 0; unit < before.cols(); ++unit) {
      const double cosine = before.col(unit).dot(gradients.weights[1].col(unit)) /
                            (before.col(unit).norm() * gradients.weights[1].col(unit).norm());
      EXPECT_LT(std::abs(cosine), 1e-8);
    }
    lab::step(training, data.x, data.labels, optimizer, 0.9);
    const double after = training.network.parameters.weights[1].squaredNorm();
    const double expected = before.squaredNorm() + 0.09 * gradients.weights[1].squaredNorm();
    EXPECT_NEAR(after, expected, 1e-12 * expected);
    EXPECT_GT(after, before.squaredNorm());
  }
}

// A bias directly before batch normalization has the gradient 0, and does not change the output.
TEST(NetworkIdentities, ABiasBeforeBatchNormalizationIsDead) {
  Architecture architecture;
  architecture.normalization = Normalization::batch;
  lab::Training without = lab::begin(lab::initial_network(architecture, 11));
  lab::Training with = without;
  lab::Random random(4);
  for (std::size_t k = 0; k + 1 < with.network.parameters.bias.size(); ++k) {
    for (double& each : with.network.parameters.bias[k]) each = 3 * random.normal();
  }
  const Parameters start = with.network.parameters;
  const lab::DataSet data = small_batch(256);
  lab::Optimizer optimizer;
  for (int step = 0; step < 100; ++step) {
    const lab::DataSet batch = lab::rows_of(data, lab::batch_rows(256, 32, step, 1));
    lab::step(without, batch.x, batch.labels, optimizer, 0.9);
    lab::step(with, batch.x, batch.labels, optimizer, 0.9);
  }
  for (std::size_t k = 0; k + 1 < start.bias.size(); ++k)
    EXPECT_LT((with.network.parameters.bias[k] - start.bias[k]).abs().maxCoeff(), 1e-11);
  for (std::size_t k = 0; k < start.weights.size(); ++k)
    EXPECT_LT((with.network.parameters.weights[k] - without.network.parameters.weights[k]).norm(), 1e-9);
}

// With two examples and eps = 0 no layer below batch normalization gets a gradient.
TEST(NetworkIdentities, BatchesOfTwoFreezeWhatLiesBelow) {
  Architecture architecture;
  architecture.layers = 2;
  architecture.activation = Activation::tanh;
  architecture.normalization = Normalization::batch;
  architecture.eps = 0;
  const Network network = lab::initial_network(architecture, 12);
  lab::Training training = lab::begin(network);
  const lab::DataSet data = small_batch(64);
  lab::Optimizer optimizer;
  for (int step = 0; step < 200; ++step) {
    const lab::DataSet batch = lab::rows_of(data, lab::batch_rows(64, 2, step, 1));
    lab::step(training, batch.x, batch.labels, optimizer, 0.9);
  }
  const auto moved = [&](std::size_t k) {
    const Matrix& before = network.parameters.weights[k];
    return (training.network.parameters.weights[k] - before).norm() / before.norm();
  };
  EXPECT_LT(moved(0), 1e-9);
  EXPECT_LT(moved(1), 1e-9);
  EXPECT_GT(moved(2), 0.1);
}

TEST(Network, AdamTakesItsFirstStepsByTheRate) {
  Architecture architecture;
  architecture.activation = Activation::tanh;
  const Network network = lab::initial_network(architecture, 2);
  lab::Training training = lab::begin(network);
  const lab::DataSet data = small_batch(16);
  const Parameters gradients = gradients_of(network, data);
  lab::Optimizer optimizer;
  optimizer.kind = lab::Optimizer::Kind::adam;
  optimizer.rate = 0.01;
  lab::step(training, data.x, data.labels, optimizer, 0.9);
  // Kingma and Ba: the first step is the rate times g / (|g| + 1e-8).
  const Matrix move = network.parameters.weights[0] - training.network.parameters.weights[0];
  for (Index k = 0; k < move.size(); ++k) {
    const double g = gradients.weights[0].data()[k];
    EXPECT_NEAR(move.data()[k], 0.01 * g / (std::abs(g) + 1e-8), 1e-12);
  }
}

TEST(DataSet, NeighbouringSeedsAreUnrelated) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Matrix a = lab::data_set(lab::Shape::blobs, 1000, 1, 0, seed).x;
    const Matrix b = lab::data_set(lab::Shape::blobs, 1000, 1, 0, seed + 1).x;
    // Noise alone: the corners are the same in both.
    const Matrix corners = lab::data_set(lab::Shape::blobs, 1000, 0, 0, 1).x;
    for (Index lag = 0; lag <= 4; ++lag) {
      const auto u = (a - corners).topRows(1000 - lag).array(),
                 v = (b - corners).bottomRows(1000 - lag).array();
      const double correlation = (u * v).mean() / std::sqrt(u.square().mean() * v.square().mean());
      EXPECT_LT(std::abs(correlation), 0.1) << seed << ", lag " << lag;
    }
  }
}

TEST(DataSet, AnEpochHasEveryExampleOnce) {
  std::multiset<Index> seen;
  for (int step = 0; step < 4; ++step) {
    for (const Index row : lab::batch_rows(64, 16, step, 3)) seen.insert(row);
  }
  EXPECT_EQ(seen.size(), 64u);
  EXPECT_EQ(std::set<Index>(seen.begin(), seen.end()).size(), 64u);
  EXPECT_NE(lab::batch_rows(64, 16, 0, 3), lab::batch_rows(64, 16, 4, 3));
  EXPECT_THROW(lab::batch_rows(64, 65, 0, 3), std::invalid_argument);
}

TEST(DataSet, EveryShapeHasItsClasses) {
  for (const auto shape :
       {lab::Shape::spirals, lab::Shape::moons, lab::Shape::circles, lab::Shape::blobs, lab::Shape::glyphs}) {
    const lab::DataSet data = lab::data_set(shape, 200, 0.1, 0, 2);
    const std::set<int> labels(data.labels.begin(), data.labels.end());
    EXPECT_EQ(static_cast<Index>(labels.size()), data.classes);
    EXPECT_TRUE(data.x.allFinite());
  }
}

/// Trains the network of the race, and returns its accuracy with running statistics.
double race(Normalization normalization, double rate, std::uint64_t seed) {
  Architecture architecture;
  architecture.layers = 10;
  architecture.width = 24;
  architecture.normalization = normalization;
  const lab::DataSet data = lab::data_set(lab::Shape::spirals, 256, 0.05, 0, seed);
  lab::Training training = lab::begin(lab::initial_network(architecture, seed + 1000));
  lab::Optimizer optimizer;
  optimizer.rate = rate;
  for (int step = 0; step < 300; ++step) {
    const lab::DataSet batch = lab::rows_of(data, lab::batch_rows(256, 64, step, seed));
    lab::step(training, batch.x, batch.labels, optimizer, 0.9);
  }
  const auto pass = lab::forward(training.network, data.x, lab::Mode::inference);
  return lab::cross_entropy(pass.values.back(), data.labels).correct;
}

// At a rate of 1: none of 40 seeds without, 39 of 40 with batch normalization; at 0.1 nearly all of both.
TEST(Race, AtARateOfOneOnlyTheNetworkWithBatchNormalizationLearns) {
  int without = 0, with = 0, slowly = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    without += race(Normalization::none, 1, seed) >= 0.98;
    with += race(Normalization::batch, 1, seed) >= 0.98;
    slowly += race(Normalization::none, 0.1, seed) >= 0.98;
  }
  EXPECT_EQ(without, 0);
  EXPECT_GE(with, 4);
  EXPECT_GE(slowly, 4);
}

}  // namespace
