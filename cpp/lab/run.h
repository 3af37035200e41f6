#pragma once
// One arm of an experiment: a network, its data and its optimizer, some steps at a time.

#include "lab/data_set.h"
#include "lab/network.h"

namespace lab {

struct RunSettings {
  Shape shape = Shape::spirals;
  Index examples = 256;
  double noise = 0.05;  ///< standard deviation added to each input
  double flipped = 0;   ///< share of random labels
  Architecture architecture;
  Optimizer optimizer;
  Index batch = 64;   ///< of the examples
  double keep = 0.9;  ///< weight of the old running statistics
  Noise layer_noise;  ///< behind each batch normalization; its seed is the run's
  std::uint64_t seed = 1;
};

/// Runs with one seed have the same data, batches and initial weights, whatever else differs.
class Run {
 public:
  /// Requires layers <= 100, width <= 256, gain >= 0, rates and decays >= 0, 0 <= momentum < 1, keep from 0
  /// to 1, noise of the layers >= 0, and what its parts require. Throws std::invalid_argument that names the
  /// setting.
  explicit Run(const RunSettings& settings);

  /// Takes so many steps; the loss of each batch before its step. Once a loss is not finite the network stays
  /// as it is, and every further loss is NaN.
  std::vector<double> advance(int steps);

  /// The share of right examples of the data, evaluated with running statistics; NaN for a network that has
  /// left the finite numbers.
  double correct() const;

  /// The probability of class 1 on a grid of side x side points, row by row from the top, from -reach to
  /// reach, with running statistics. NaN for a network that has left the finite numbers. Requires two inputs;
  /// throws std::invalid_argument.
  std::vector<double> surface(Index side, double reach) const;

  const DataSet& data() const { return data_; }

 private:
  /// Every parameter, and every running statistic.
  bool is_finite() const;

  RunSettings settings_;
  DataSet data_;
  Training training_;
  bool has_ended_ = false;  ///< a loss was not finite
};

}  // namespace lab
