#include "lab/run.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lab {

namespace {

Architecture fitted(Architecture architecture, const DataSet& data) {
  architecture.inputs = data.x.cols();
  architecture.classes = data.classes;
  return architecture;
}

}  // namespace

Run::Run(const RunSettings& settings)
    : settings_(settings),
      data_(data_set(settings.shape, settings.examples, settings.noise, settings.flipped, settings.seed)),
      batches_(settings.examples, settings.batch, settings.seed),
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
