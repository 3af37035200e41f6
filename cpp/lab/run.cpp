#include "lab/run.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lab {

namespace {

void require(bool holds, const char* setting, const char* expected, double got) {
  if (!holds) batchnorm::refuse(setting, expected, got);
}

/// Returns the settings after checking those that no part of a run checks itself.
const RunSettings& checked(const RunSettings& settings) {
  const Architecture& architecture = settings.architecture;
  const Optimizer& optimizer = settings.optimizer;
  require(architecture.layers <= 100, "layers", "at most 100", architecture.layers);
  require(architecture.width <= 256, "width", "at most 256", static_cast<double>(architecture.width));
  require(architecture.gain >= 0, "gain", "a number >= 0", architecture.gain);
  require(optimizer.rate >= 0, "rate", "a number >= 0", optimizer.rate);
  require(optimizer.momentum >= 0 && optimizer.momentum < 1, "momentum", "a number from 0 to below 1",
          optimizer.momentum);
  require(optimizer.weight_decay >= 0, "weight_decay", "a number >= 0", optimizer.weight_decay);
  if (settings.batch < 1 || settings.batch > settings.examples)
    batchnorm::refuse("batch", "1 to " + batchnorm::in_words(settings.examples) + " examples",
                      settings.batch);
  require(settings.keep >= 0 && settings.keep <= 1, "keep", "a number from 0 to 1", settings.keep);
  require(settings.layer_noise.scale >= 0, "noise_scale", "a number >= 0", settings.layer_noise.scale);
  require(settings.layer_noise.shift >= 0, "noise_shift", "a number >= 0", settings.layer_noise.shift);
  require(settings.layer_noise.spread >= 0, "noise_spread", "a number >= 0", settings.layer_noise.spread);
  return settings;
}

Architecture fitted(Architecture architecture, const DataSet& data) {
  architecture.inputs = data.x.cols();
  architecture.classes = data.classes;
  return architecture;
}

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr Index fresh_examples = 1000;

/// side x side points of the plane, row by row from the top, from -reach to reach.
Matrix grid(Index side, double reach) {
  if (side < 2 || side > 256) batchnorm::refuse("side", "2 to 256 points", side);
  Matrix points(side * side, 2);
  const double pitch = 2 * reach / static_cast<double>(side - 1);
  for (Index row = 0; row < side; ++row) {
    for (Index column = 0; column < side; ++column) {
      points(row * side + column, 0) = -reach + pitch * static_cast<double>(column);
      points(row * side + column, 1) = reach - pitch * static_cast<double>(row);
    }
  }
  return points;
}

Eigen::RowVectorXd softmax(const Eigen::RowVectorXd& logits) {
  const Eigen::RowVectorXd powers = (logits.array() - logits.maxCoeff()).exp();
  return powers / powers.sum();
}

}  // namespace

Run::Run(const RunSettings& settings)
    : settings_(checked(settings)),
      data_(data_set(settings.shape, settings.examples, settings.noise, settings.flipped, settings.seed)),
      // Random streams other than that of the training data.
      fresh_(data_set(settings.shape, fresh_examples, settings.noise, 0, ~(settings.seed << 20))),
      batches_(settings.examples, settings.batch, settings.seed),
      training_(begin(initial_network(fitted(settings.architecture, data_), ~settings.seed))) {}

std::vector<double> Run::advance(int steps) {
  std::vector<double> losses;
  for (int k = 0; k < steps; ++k) {
    if (has_ended_) {
      losses.push_back(nan);
      continue;
    }
    const int at = training_.steps;
    const DataSet batch = rows_of(data_, batches_.rows(at));
    Noise noise = settings_.layer_noise;
    noise.seed = settings_.seed + 0x9e3779b9u * static_cast<std::uint64_t>(at + 1);
    losses.push_back(
        step(training_, batch.x, batch.labels, settings_.optimizer, settings_.keep, noise).value);
    has_ended_ = !std::isfinite(losses.back());
  }
  return losses;
}

bool Run::is_finite() const {
  const Network& network = training_.network;
  const auto all = [](const auto& list) {
    return std::all_of(list.begin(), list.end(), [](const auto& each) { return each.allFinite(); });
  };
  const Parameters& parameters = network.parameters;
  return all(parameters.weights) && all(parameters.bias) && all(parameters.gamma) && all(parameters.beta) &&
         all(network.running.mean) && all(network.running.var);
}

Run::Answers Run::answers_to(const DataSet& data, Mode mode) const {
  if (!is_finite()) return {nan, nan};
  const Index examples = data.x.rows();
  Matrix logits(examples, data.classes);
  const Index size = mode == Mode::train ? settings_.batch : examples;
  for (Index first = 0; first < examples; first += size) {
    const Index rows = std::min(size, examples - first);
    logits.middleRows(first, rows) =
        forward(training_.network, data.x.middleRows(first, rows), mode).values.back();
  }
  if (!logits.allFinite()) return {nan, nan};
  const double range = (logits.colwise().maxCoeff() - logits.colwise().minCoeff()).maxCoeff();
  return {cross_entropy(logits, data.labels).correct, range};
}

DataSet Run::first_batch() const {
  return rows_of(data_, batch_rows(settings_.examples, settings_.batch, 0, settings_.seed));
}

Network Run::settled(Mode mode) const {
  Network network = training_.network;
  if (mode == Mode::inference || network.architecture.normalization != Normalization::batch) return network;
  const Pass pass = forward(network, first_batch().x, Mode::train);
  for (std::size_t k = 0; k < pass.statistics.size(); ++k) {
    // The mean over the ghost batches, where there are several.
    network.running.mean[k].setZero();
    network.running.var[k].setZero();
    for (const batchnorm::BatchStatistics& each : pass.statistics[k]) {
      const double share = static_cast<double>(each.m) / static_cast<double>(settings_.batch);
      network.running.mean[k] += share * each.batch_mean;
      network.running.var[k] += share * each.batch_var;
    }
  }
  return network;
}

std::vector<double> Run::surface(Index side, double reach) const {
  if (data_.x.cols() != 2) batchnorm::refuse("surface", "data with two inputs", data_.x.cols());
  const Matrix points = grid(side, reach);
  std::vector<double> probabilities(static_cast<std::size_t>(points.rows()), nan);
  if (!is_finite()) return probabilities;
  const Matrix logits = forward(training_.network, points, Mode::inference).values.back();
  for (Index k = 0; k < points.rows(); ++k)
    probabilities[static_cast<std::size_t>(k)] = softmax(logits.row(k))(1);
  return probabilities;
}

Run::Regions Run::regions(Index side, double reach, Mode mode) const {
  if (data_.x.cols() != 2) batchnorm::refuse("regions", "data with two inputs", data_.x.cols());
  const Matrix points = grid(side, reach);
  const auto size = static_cast<std::size_t>(points.rows());
  Regions regions{std::vector<int>(size, 0), std::vector<double>(size, nan)};
  if (!is_finite()) return regions;
  const Matrix logits = forward(settled(mode), points, Mode::inference).values.back();
  for (std::size_t k = 0; k < size; ++k) {
    Index label = 0;
    regions.probabilities[k] = softmax(logits.row(static_cast<Index>(k))).maxCoeff(&label);
    regions.labels[k] = static_cast<int>(label);
  }
  return regions;
}

double Run::probability(Index example, Mode mode) const {
  if (example < 0 || example >= settings_.examples)
    batchnorm::refuse("example", "0 to the last of " + batchnorm::in_words(settings_.examples) + " examples",
                      example);
  if (!is_finite()) return nan;
  const Matrix logits = forward(settled(mode), data_.x.row(example), Mode::inference).values.back();
  return softmax(logits.row(0))(data_.labels[static_cast<std::size_t>(example)]);
}

Run::Layers Run::layers(Mode mode) const {
  const Network& network = training_.network;
  const DataSet batch = first_batch();
  const Pass pass = forward(network, batch.x, Mode::train);
  const Parameters gradients =
      backward(network, pass, cross_entropy(pass.values.back(), batch.labels).dlogits);
  const Pass seen = mode == Mode::train ? pass : forward(network, batch.x, mode);
  Layers layers;
  for (const Matrix* values : pre_activations(network, seen)) {
    layers.mean.push_back(values->mean());
    layers.spread.push_back(std::sqrt((values->array() - values->mean()).square().mean()));
  }
  for (const Matrix& gradient : gradients.weights) layers.gradient_norm.push_back(gradient.norm());
  for (std::size_t k = 0; k + 1 < network.parameters.weights.size(); ++k)
    layers.square_norm.push_back(network.parameters.weights[k].squaredNorm());
  return layers;
}

}  // namespace lab
