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
  Noise layer_noise;  ///< in each hidden layer; its seed is the run's
  std::uint64_t seed = 1;
};

/// Runs with one seed have the same data, batches and initial weights, whatever else differs.
class Run {
 public:
  /// Requires layers <= 100, width <= 256, gain >= 0, rates and decays >= 0, 0 <= momentum < 1, keep from 0
  /// to 1, noise of the layers >= 0, and what its parts require. Throws std::invalid_argument that names the
  /// setting.
  explicit Run(const RunSettings& settings);

  /// Trains for so many steps; returns the loss of each batch before its step. Once a loss is not finite the
  /// network is not changed any more, and every further loss is NaN.
  std::vector<double> advance(int steps);

  /// How a network does on a data set. NaN for one that has diverged beyond finite numbers.
  struct Answers {
    double correct;  ///< accuracy
    double range;  ///< the largest difference of one logit between two examples: 0 for the same answer to all
  };
  /// On the training data, and on 1000 fresh examples without flipped labels. In inference with running
  /// statistics; in training with those of batches of the run's size, one after the other.
  Answers answers(Mode mode = Mode::inference) const { return answers_to(data_, mode); }
  Answers fresh_answers(Mode mode = Mode::inference) const { return answers_to(fresh_, mode); }
  double correct() const { return answers().correct; }

  /// The probability of class 1 on a grid of side x side points, row by row from the top, from -reach to
  /// reach, with running statistics. NaN for a network that has diverged beyond finite numbers. Requires two
  /// inputs; throws std::invalid_argument.
  std::vector<double> surface(Index side, double reach) const;

  /// The most probable class of each point of that grid, and its probability. In training mode with the
  /// statistics of the first batch in place of the running ones: the grid itself is no sample of the data.
  struct Regions {
    std::vector<int> labels;
    std::vector<double> probabilities;
  };
  Regions regions(Index side, double reach, Mode mode) const;

  /// The probability of the label of one training example, with the statistics of `regions`.
  double probability(Index example, Mode mode) const;

  /// Measurements of the layers on the first batch of the training data, without noise.
  struct Layers {
    std::vector<double> mean, spread;  ///< of all inputs of each activation; spread is the standard deviation
    std::vector<double>
        gradient_norm;                ///< of L by each weight matrix, the output layer's last; as in training
    std::vector<double> square_norm;  ///< |w|^2 of each hidden weight matrix
  };
  Layers layers(Mode mode) const;

  const DataSet& data() const { return data_; }

 private:
  /// Every parameter, and every running statistic.
  bool is_finite() const;
  Answers answers_to(const DataSet& data, Mode mode) const;
  DataSet first_batch() const;
  /// The network for single examples: its running statistics, or those of the first batch.
  Network settled(Mode mode) const;

  RunSettings settings_;
  DataSet data_, fresh_;
  Batches batches_;
  Training training_;
  bool has_ended_ = false;  ///< a loss was not finite
};

}  // namespace lab
