#include "lab/run.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lab {

namespace {

void require(bool holds, const char* setting, const char* expected, double got) {
  if (!holds) batchnorm::refuse(setting, expected, got);
}

/// The settings, once they are checked; what the parts of a run check themselves is left to them.
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
  require(settings.batch >= 1 && settings.batch <= settings.examples, "batch",
          "1 example to as many as there are", static_cast<double>(settings.batch));
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

}  // namespace

Run::Run(const RunSettings& settings)
    : settings_(checked(settings)),
      data_(data_set(settings.shape, settings.examples, settings.noise, settings.flipped, settings.seed)),
      // Another stream than that of the data.
      training_(begin(initial_network(fitted(settings.architecture, data_), ~settings.seed))) {}

std::vector<double> Run::advance(int steps) {
  std::vector<double> losses;
  for (int k = 0; k < steps; ++k) {
    if (has_ended_) {
      losses.push_back(std::numeric_limits<double>::quiet_NaN());
      continue;
    }
    const int at = training_.steps;
    const DataSet batch = rows_of(data_, batch_rows(settings_.examples, settings_.batch, at, settings_.seed));
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

double Run::correct() const {
  if (!is_finite()) return std::numeric_limits<double>::quiet_NaN();
  const Pass pass = forward(training_.network, data_.x, Mode::inference);
  return cross_entropy(pass.values.back(), data_.labels).correct;
}

std::vector<double> Run::surface(Index side, double reach) const {
  if (data_.x.cols() != 2) batchnorm::refuse("surface", "data with two inputs", data_.x.cols());
  if (side < 2 || side > 256) batchnorm::refuse("side", "2 to 256 points", side);
  if (!is_finite())
    return std::vector<double>(static_cast<std::size_t>(side * side),
                               std::numeric_limits<double>::quiet_NaN());
  Matrix points(side * side, 2);
  const double pitch = 2 * reach / static_cast<double>(side - 1);
  for (Index row = 0; row < side; ++row) {
    for (Index column = 0; column < side; ++column) {
      points(row * side + column, 0) = -reach + pitch * static_cast<double>(column);
      points(row * side + column, 1) = reach - pitch * static_cast<double>(row);
    }
  }
  const Matrix logits = forward(training_.network, points, Mode::inference).values.back();
  std::vector<double> probabilities;
  for (Index k = 0; k < points.rows(); ++k) {
    const Eigen::RowVectorXd powers = (logits.row(k).array() - logits.row(k).maxCoeff()).exp();
    probabilities.push_back(powers(1) / powers.sum());
  }
  return probabilities;
}

}  // namespace lab
