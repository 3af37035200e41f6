#include "lab/experiments.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "batchnorm/running_statistics.h"
#include "lab/data_set.h"
#include "lab/network.h"
#include "lab/random.h"
#include "lab/variance_methods.h"

namespace lab {

namespace {

using Measures = std::vector<Measure>;

/// The random streams of one seed: those of the data, the batches and the weights are independent.
std::uint64_t stream(std::uint64_t seed, std::uint64_t which) {
  return seed * 64 + which;
}

DataSet training_data(std::uint64_t seed) {
  return data_set(Shape::spirals, 256, 0.05, 0, stream(seed, 1));
}
DataSet test_data(std::uint64_t seed) {
  return data_set(Shape::spirals, 1024, 0.05, 0, stream(seed, 2));
}

Architecture architecture_of(Activation activation, int layers, Index width,
                             Normalization normalization = Normalization::none) {
  Architecture architecture;
  architecture.activation = activation;
  architecture.layers = layers;
  architecture.width = width;
  architecture.normalization = normalization;
  return architecture;
}

Optimizer at_rate(double rate) {
  Optimizer optimizer;
  optimizer.rate = rate;
  return optimizer;
}

struct Plan {
  Optimizer optimizer;
  Index batch = 32;
  int steps = 300;
  double keep = 0.9;
  Noise noise;
};

/// Called before each step, with its batch and the noise that it will add.
using BeforeStep = std::function<void(int step, const Training&, const DataSet& batch, const Noise&)>;

struct Trained {
  Network network;
  std::vector<double> losses;  ///< of each batch before its step, up to the first that is not finite
};

Training training_of(Architecture architecture, const DataSet& data, std::uint64_t seed) {
  architecture.inputs = data.x.cols();
  architecture.classes = data.classes;
  return begin(initial_network(architecture, stream(seed, 3)));
}

Trained trained(Training training, const DataSet& data, const Plan& plan, std::uint64_t seed,
                const BeforeStep& before_step = {}) {
  Trained result;
  Batches batches(data.x.rows(), plan.batch, stream(seed, 4));
  for (int at = 0; at < plan.steps; ++at) {
    const DataSet batch = rows_of(data, batches.rows(at));
    Noise noise = plan.noise;
    noise.seed = stream(seed, 5) + 0x9e3779b9u * static_cast<std::uint64_t>(at + 1);
    if (before_step) before_step(at, training, batch, noise);
    result.losses.push_back(step(training, batch.x, batch.labels, plan.optimizer, plan.keep, noise).value);
    if (!std::isfinite(result.losses.back())) break;
  }
  result.network = std::move(training.network);
  return result;
}

Trained trained(const Architecture& architecture, const DataSet& data, const Plan& plan, std::uint64_t seed,
                const BeforeStep& before_step = {}) {
  return trained(training_of(architecture, data, seed), data, plan, seed, before_step);
}

/// The first step at which the smoothed loss, 0.8 of the old and 0.2 of the new, is below a bound; one more
/// than all steps where it never is.
double steps_to(const std::vector<double>& losses, double bound, int steps) {
  double smoothed = losses.front();
  for (std::size_t k = 0; k < losses.size(); ++k) {
    smoothed = 0.8 * smoothed + 0.2 * losses[k];
    if (smoothed < bound) return static_cast<double>(k + 1);
  }
  return steps + 1.0;
}

/// Whether a network counts as trained: its loss is 5 % below that of uniform guessing.
bool trains(double loss, Index classes) {
  return loss <= 0.95 * std::log(static_cast<double>(classes));
}

Loss evaluated(const Network& network, const DataSet& data, Mode mode = Mode::inference) {
  return cross_entropy(forward(network, data.x, mode).values.back(), data.labels);
}

/// The network with the statistics of all these examples as its running statistics.
Network with_statistics_of(Network network, const Matrix& x) {
  Architecture& architecture = network.architecture;
  if (architecture.normalization != Normalization::batch) return network;
  const Index ghost = architecture.ghost;
  architecture.ghost = 0;
  const Pass pass = forward(network, x, Mode::train);
  for (std::size_t k = 0; k < pass.statistics.size(); ++k) {
    network.running.mean[k] = pass.statistics[k].front().batch_mean;
    network.running.var[k] = pass.statistics[k].front().batch_var;
  }
  architecture.ghost = ghost;
  return network;
}

/// The loss on all training data, with their statistics; NaN where the training diverged beyond finite
/// numbers.
double final_loss(const Trained& run, const DataSet& data) {
  if (!std::isfinite(run.losses.back())) return std::numeric_limits<double>::quiet_NaN();
  return evaluated(with_statistics_of(run.network, data.x), data).value;
}

/// All parameters as one vector, weights first.
Eigen::VectorXd numbers_of(const Parameters& parameters) {
  std::vector<double> all;
  const auto add = [&](const auto& list) {
    for (const auto& each : list) all.insert(all.end(), each.data(), each.data() + each.size());
  };
  add(parameters.weights);
  add(parameters.bias);
  add(parameters.gamma);
  add(parameters.beta);
  return Eigen::Map<Eigen::VectorXd>(all.data(), static_cast<Index>(all.size()));
}

/// parameters + by * direction.
Parameters moved(Parameters parameters, const Parameters& direction, double by) {
  const auto add = [&](auto& list, const auto& other) {
    for (std::size_t k = 0; k < list.size(); ++k) list[k] += by * other[k];
  };
  add(parameters.weights, direction.weights);
  add(parameters.bias, direction.bias);
  add(parameters.gamma, direction.gamma);
  add(parameters.beta, direction.beta);
  return parameters;
}

struct Slope {
  double loss;
  Parameters gradients;
};
Slope slope_at(const Network& network, const DataSet& data) {
  const Pass pass = forward(network, data.x, Mode::train);
  const Loss loss = cross_entropy(pass.values.back(), data.labels);
  return {loss.value, backward(network, pass, loss.dlogits)};
}

double median(std::vector<double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::string nth(const std::string& name, std::size_t k) {
  return name + "." + std::to_string(k);
}

struct NamedNormalization {
  const char* name;
  Normalization normalization;
};
constexpr NamedNormalization without_and_with[] = {{"none", Normalization::none},
                                                   {"batch", Normalization::batch}};

/// A sweep of the rate, for networks without and with batch normalization.
Measures rates_of(const Architecture& base, const std::vector<double>& rates, Plan plan, std::uint64_t seed) {
  const DataSet data = training_data(seed);
  Measures measures;
  for (const auto& [name, normalization] : without_and_with) {
    Architecture architecture = base;
    architecture.normalization = normalization;
    const std::string arm = name;
    double largest = 0, octaves = 0, best = std::numeric_limits<double>::infinity(), fastest = plan.steps + 1;
    for (std::size_t k = 0; k < rates.size(); ++k) {
      plan.optimizer = at_rate(rates[k]);
      const Trained run = trained(architecture, data, plan, seed);
      const double loss = final_loss(run, data);
      measures.push_back({nth(arm + ".loss", k), loss});
      if (trains(loss, 2)) largest = rates[k];
      if (loss <= 0.2 * std::log(2)) ++octaves;
      if (!(loss < best)) continue;
      best = loss;
      fastest = steps_to(run.losses, 0.1, plan.steps);
    }
    measures.push_back({arm + ".largest_rate", largest});
    measures.push_back({arm + ".octaves", octaves});
    measures.push_back({arm + ".best_loss", best});
    measures.push_back({arm + ".steps", fastest});
  }
  return measures;
}

std::vector<double> powers_of_two(int first, int last) {
  std::vector<double> all;
  for (int power = first; power <= last; ++power) all.push_back(std::ldexp(1, power));
  return all;
}

Measures rates(std::uint64_t seed) {
  return rates_of(architecture_of(Activation::relu, 10, 12), powers_of_two(-6, 3), {}, seed);
}

Measures rates_tanh(std::uint64_t seed) {
  return rates_of(architecture_of(Activation::tanh, 8, 16), powers_of_two(-4, 2), {}, seed);
}

/// Only the hidden weights take the large rate; all else at most 0.25.
Measures million(std::uint64_t seed) {
  const DataSet data = training_data(seed);
  Measures measures;
  for (const auto& [name, normalization] : without_and_with) {
    const std::string arm = name;
    double largest = 0;
    const double powers[] = {-2, 0, 3, 6, 10, 15, 20};
    for (std::size_t k = 0; k < std::size(powers); ++k) {
      const double rate = std::exp2(powers[k]);
      Plan plan;
      plan.optimizer = at_rate(std::min(0.25, rate));
      plan.optimizer.hidden_rate = rate;
      const Trained run = trained(architecture_of(Activation::relu, 6, 12, normalization), data, plan, seed);
      const double loss = final_loss(run, data);
      measures.push_back({nth(arm + ".loss", k), loss});
      measures.push_back(
          {nth(arm + ".effective_rate", k), rate / run.network.parameters.weights[3].squaredNorm()});
      if (trains(loss, 2)) largest = rate;
    }
    measures.push_back({arm + ".largest_rate", largest});
  }
  return measures;
}

/// A sweep of the size of the initial weights, in half decades from 0.001 to 10.
Measures scale_at(double rate, std::uint64_t seed) {
  const DataSet data = training_data(seed);
  Measures measures;
  for (const auto& [name, normalization] : without_and_with) {
    const std::string arm = name;
    double usable = 0;
    for (std::size_t k = 0; k < 9; ++k) {
      Architecture architecture = architecture_of(Activation::relu, 6, 16, normalization);
      architecture.gain = std::pow(10, -3 + 0.5 * static_cast<double>(k));
      Plan plan;
      plan.optimizer = at_rate(rate);
      const double loss = final_loss(trained(architecture, data, plan, seed), data);
      measures.push_back({nth(arm + ".loss", k), loss});
      if (loss < 0.2) ++usable;
    }
    measures.push_back({arm + ".gains", usable});
  }
  return measures;
}
Measures scale(std::uint64_t seed) {
  return scale_at(1.0 / 16, seed);
}
Measures scale_small_rate(std::uint64_t seed) {
  return scale_at(1.0 / 64, seed);
}

/// The same number added to all inputs.
Measures offset(std::uint64_t seed) {
  Measures measures;
  const double offsets[] = {0, 1, 3, 10};
  for (const auto& [name, normalization] : without_and_with) {
    const std::string arm = name;
    std::vector<double> first;
    double difference = 0;
    for (std::size_t k = 0; k < std::size(offsets); ++k) {
      DataSet data = training_data(seed);
      data.x.array() += offsets[k];
      Plan plan;
      plan.optimizer = at_rate(0.1);
      plan.steps = 400;
      const Trained run = trained(architecture_of(Activation::relu, 3, 16, normalization), data, plan, seed);
      measures.push_back({nth(arm + ".loss", k), final_loss(run, data)});
      if (k == 0) first = run.losses;
      for (std::size_t i = 0; i < std::min(first.size(), run.losses.size()); ++i)
        difference = std::max(difference, std::abs(run.losses[i] - first[i]));
    }
    measures.push_back({arm + ".difference", difference});
  }
  return measures;
}

/// The mean of each column.
Eigen::RowVectorXd means_of(const Matrix& x) {
  return x.colwise().mean();
}
Eigen::RowVectorXd spreads_of(const Matrix& x) {
  return (x.rowwise() - means_of(x)).array().square().colwise().mean().sqrt().matrix();
}

/// Mean and standard deviation of each unit of a layer.
struct Values {
  Eigen::RowVectorXd mean, spread;
};

Values values_of(const Matrix& x) {
  return {means_of(x), spreads_of(x).cwiseMax(1e-3)};
}

/// How far the means of a layer's units have moved, in standard deviations, averaged over the units.
double moved_by(const Values& from, const Values& to) {
  return ((to.mean - from.mean).array() / from.spread.array()).abs().mean();
}

/// Internal covariate shift, as the movement of the means of the inputs of the activations: `drift` from the
/// start of the training to its end, `jump` from each batch to the next. Beside it, how soon the network
/// learns.
Measures drift(std::uint64_t seed) {
  const DataSet data = training_data(seed);
  const Noise noise{0.25, 0.4, 0.1, 0};
  const struct {
    const char* name;
    Normalization normalization;
    Noise noise;
  } arms[] = {{"none", Normalization::none, {}},
              {"batch", Normalization::batch, {}},
              {"noisy", Normalization::batch, noise},
              {"noise", Normalization::none, noise}};
  Measures measures;
  for (const auto& [name, normalization, of_arm] : arms) {
    const Architecture architecture = architecture_of(Activation::relu, 8, 24, normalization);
    Plan plan;
    plan.optimizer = at_rate(0.06);
    plan.batch = 64;
    plan.noise = of_arm;
    const Training start = training_of(architecture, data, seed);
    const auto layers_of = [&](const Network& network, const Matrix& x, const Noise& met) {
      const Pass pass = forward(network, x, Mode::train, met);
      std::vector<Values> layers;
      for (const Matrix* inputs : pre_activations(network, pass)) layers.push_back(values_of(*inputs));
      return layers;
    };
    const auto mean_move = [](const std::vector<Values>& from, const std::vector<Values>& to) {
      double sum = 0;
      for (std::size_t layer = 0; layer < from.size(); ++layer) sum += moved_by(from[layer], to[layer]);
      return sum / static_cast<double>(from.size());
    };
    std::vector<Values> last;
    double jumps = 0;
    const Trained run =
        trained(start, data, plan, seed,
                [&](int step, const Training& training, const DataSet& batch, const Noise& met) {
                  std::vector<Values> now = layers_of(training.network, batch.x, met);
                  if (step > 0) jumps += mean_move(last, now);
                  last = std::move(now);
                });
    const std::string arm = name;
    measures.push_back({arm + ".drift",
                        mean_move(layers_of(start.network, data.x, {}), layers_of(run.network, data.x, {}))});
    measures.push_back({arm + ".jump", jumps / (plan.steps - 1)});
    measures.push_back({arm + ".steps", steps_to(run.losses, 0.15, plan.steps)});
  }
  return measures;
}

/// The loss landscape along the gradient, as in Santurkar et al. (2018): at every tenth step, up to 4 `reach`
/// times the gradient away, the range of the loss and the largest relative change of the gradient per
/// distance; the median over the training.
Measures landscape_of(Activation activation, int layers, double rate, double reach, std::uint64_t seed) {
  const DataSet data = training_data(seed);
  Measures measures;
  for (const auto& [name, normalization] : without_and_with) {
    std::vector<double> ranges, changes;
    Plan plan;
    plan.optimizer = at_rate(rate);
    plan.batch = 64;
    const auto probe = [&](int step, const Training& training, const DataSet& batch, const Noise&) {
      if (step % 10 != 0) return;
      const Slope here = slope_at(training.network, batch);
      const Eigen::VectorXd gradient = numbers_of(here.gradients);
      double least = here.loss, most = here.loss, change = 0;
      for (double s = 0.5; s <= 4; s += 0.5) {
        Network there = training.network;
        there.parameters = moved(there.parameters, here.gradients, -s * reach);
        const Slope slope = slope_at(there, batch);
        least = std::min(least, slope.loss);
        most = std::max(most, slope.loss);
        change =
            std::max(change, (numbers_of(slope.gradients) - gradient).norm() / (s * reach * gradient.norm()));
      }
      ranges.push_back(most - least);
      changes.push_back(change);
    };
    const Trained run =
        trained(architecture_of(activation, layers, 16, normalization), data, plan, seed, probe);
    const std::string arm = name;
    measures.push_back({arm + ".range", median(ranges)});
    measures.push_back({arm + ".change", median(changes)});
    measures.push_back({arm + ".loss", final_loss(run, data)});
  }
  return measures;
}
Measures landscape(std::uint64_t seed) {
  return landscape_of(Activation::relu, 10, 0.06, 0.5, seed);
}
Measures landscape_tanh(std::uint64_t seed) {
  return landscape_of(Activation::tanh, 4, 0.06, 0.1, seed);
}

struct Moons {
  Index examples = 128;
  double noise = 0.25, wrong = 0.2;  ///< share of wrong labels in the training data
  int epochs = 300;
};

/// The share of clean test points that a network of three layers gets right after training on moons.
void learn_moons(Measures& measures, const std::string& arm, const Moons& moons, Architecture architecture,
                 Index batch, std::uint64_t seed) {
  // Half of the labels that are drawn anew are right all the same.
  const DataSet data = data_set(Shape::moons, moons.examples, moons.noise, 2 * moons.wrong, stream(seed, 1));
  const DataSet test = data_set(Shape::moons, 2000, moons.noise, 0, stream(seed, 2));
  Plan plan;
  plan.optimizer = at_rate(0.1 * static_cast<double>(batch) / 64);
  plan.batch = batch;
  plan.steps = moons.epochs * static_cast<int>(moons.examples / batch);
  const Network network = with_statistics_of(trained(architecture, data, plan, seed).network, data.x);
  const double right = evaluated(network, test).correct;
  measures.push_back({arm + ".right", right});
  measures.push_back({arm + ".gap", evaluated(network, data).correct - right});
}

/// Small batches against large ones, with a fifth of the labels wrong.
Measures batch_size(std::uint64_t seed) {
  Measures measures;
  for (const auto& [name, normalization] : without_and_with) {
    for (const Index batch : {8, 64})
      learn_moons(measures, name + std::to_string(batch), {},
                  architecture_of(Activation::relu, 3, 32, normalization), batch, seed);
  }
  return measures;
}

/// The same batches of 64, with statistics over all or over groups of them.
Measures groups_on(const Moons& moons, const std::vector<Index>& groups, std::uint64_t seed) {
  Measures measures;
  for (const Index group : groups) {
    Architecture architecture = architecture_of(Activation::relu, 3, 32, Normalization::batch);
    architecture.ghost = group;
    learn_moons(measures, "of" + std::to_string(group), moons, architecture, 64, seed);
  }
  return measures;
}
Measures groups(std::uint64_t seed) {
  return groups_on({}, {2, 8, 64}, seed);
}
Measures groups_clean(std::uint64_t seed) {
  return groups_on({128, 0.1, 0, 300}, {8, 64}, seed);
}
Measures groups_many(std::uint64_t seed) {
  return groups_on({2048, 0.25, 0.2, 40}, {8, 64}, seed);
}

/// The standard deviation of the batch means of a hidden unit over that of its values, and that times
/// sqrt(m).
Measures batch_mean(std::uint64_t seed) {
  const DataSet data = data_set(Shape::spirals, 4096, 0.05, 0, stream(seed, 1));
  const Network network = initial_network(architecture_of(Activation::relu, 3, 16), stream(seed, 3));
  const Pass pass = forward(network, data.x, Mode::train);
  const Matrix& units = *pre_activations(network, pass)[1];
  const Eigen::RowVectorXd mean = means_of(units), spread = spreads_of(units);
  Measures measures;
  const Index sizes[] = {2, 8, 32, 128};
  double sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0;
  for (std::size_t k = 0; k < std::size(sizes); ++k) {
    const Index m = sizes[k];
    Random random(stream(seed, 6 + k));
    constexpr int draws = 2000;
    Eigen::RowVectorXd squares = Eigen::RowVectorXd::Zero(units.cols());
    for (int draw = 0; draw < draws; ++draw) {
      Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(units.cols());
      for (Index i = 0; i < m; ++i)
        sum += units.row(static_cast<Index>(random.uniform() * static_cast<double>(units.rows())));
      squares += (sum / static_cast<double>(m) - mean).array().square().matrix();
    }
    const double noise = ((squares / draws).array().sqrt() / spread.array()).mean();  // over the units
    const double root = std::sqrt(static_cast<double>(m));
    measures.push_back({nth("batch.noise", k), noise});
    measures.push_back({nth("batch.times_root", k), noise * root});
    const double x = std::log(static_cast<double>(m)), y = std::log(noise);
    sum_x += x;
    sum_y += y;
    sum_xx += x * x;
    sum_xy += x * y;
  }
  const double n = static_cast<double>(std::size(sizes));
  // The slope of a least-squares line through the logarithms: the noise falls with this power of m.
  measures.push_back({"batch.decline", (sum_x * sum_y - n * sum_xy) / (n * sum_xx - sum_x * sum_x)});
  return measures;
}

/// By what factor the norm of the gradient with respect to z, the output of a linear layer, grows from one
/// layer to the layer below: the geometric mean over the layers of a network at initialization, with Gaussian
/// inputs and a random gradient at the top.
double growth(Architecture architecture, std::uint64_t seed) {
  architecture.inputs = architecture.classes = architecture.width;
  const Network network = initial_network(architecture, stream(seed, 3));
  Random random(stream(seed, 1));
  Matrix x(64, architecture.inputs), dlogits(64, architecture.classes);
  for (Index k = 0; k < x.size(); ++k) x.data()[k] = random.normal();
  for (Index k = 0; k < dlogits.size(); ++k) dlogits.data()[k] = random.normal();
  Parameters gradients = network.parameters;
  std::vector<double> norms;
  backward(network, forward(network, x, Mode::train), dlogits / dlogits.norm(), gradients, &norms);
  // Without the first layer, whose z has the scale of the data instead of that of activations. In a residual
  // network, both layers that are compared are the last ones of a block.
  const std::size_t low = 2, high = norms.size() - 2;
  return std::pow(norms[low] / norms[high], 1 / static_cast<double>(high - low));
}

Measures depth(std::uint64_t seed) {
  Measures measures;
  const double gains[] = {std::sqrt(0.5), 1, std::sqrt(2), 10};
  for (const auto& [name, normalization] : without_and_with) {
    for (std::size_t k = 0; k < std::size(gains); ++k) {
      Architecture architecture = architecture_of(Activation::relu, 50, 32, normalization);
      architecture.gain = gains[k];
      measures.push_back({nth(std::string(name) + ".growth", k), growth(architecture, seed)});
    }
  }
  // Residual blocks have two layers and follow the first layer.
  Architecture architecture = architecture_of(Activation::relu, 51, 32, Normalization::batch);
  architecture.residual = Residual::pre_activation;
  measures.push_back({"residual.growth", growth(architecture, seed)});
  return measures;
}
Measures depth_sigmoid(std::uint64_t seed) {
  Measures measures;
  for (const auto& [name, normalization] : without_and_with)
    measures.push_back({std::string(name) + ".growth",
                        growth(architecture_of(Activation::sigmoid, 50, 32, normalization), seed)});
  return measures;
}

/// Thirty-one layers at the rate 1/16, without and with batch normalization and residual connections.
Measures residual(std::uint64_t seed) {
  const DataSet data = training_data(seed), test = test_data(seed);
  const struct {
    const char* name;
    Normalization normalization;
    Residual residual;
  } arms[] = {{"none", Normalization::none, Residual::none},
              {"batch", Normalization::batch, Residual::none},
              {"post", Normalization::batch, Residual::post_activation},
              {"pre", Normalization::batch, Residual::pre_activation}};
  Measures measures;
  for (const auto& [name, normalization, way] : arms) {
    Architecture architecture = architecture_of(Activation::relu, 31, 12, normalization);
    architecture.residual = way;
    Plan plan;
    plan.optimizer = at_rate(1.0 / 16);
    plan.batch = 64;
    const Network network = with_statistics_of(trained(architecture, data, plan, seed).network, data.x);
    measures.push_back({std::string(name) + ".right", evaluated(network, test).correct});
  }
  return measures;
}

/// Before or after the activation, in networks of two depths.
Measures placement(std::uint64_t seed) {
  const DataSet data = training_data(seed), test = test_data(seed);
  Measures measures;
  const int depths[] = {8, 20};
  for (const auto& [name, place] : {std::pair{"before", Place::before}, std::pair{"after", Place::after}}) {
    for (std::size_t k = 0; k < std::size(depths); ++k) {
      double best = std::numeric_limits<double>::infinity(), steps = 0;
      for (const double rate : {1.0 / 64, 1.0 / 16, 1.0 / 4}) {
        Architecture architecture = architecture_of(Activation::relu, depths[k], 16, Normalization::batch);
        architecture.place = place;
        Plan plan;
        plan.optimizer = at_rate(rate);
        plan.batch = 64;
        const Trained run = trained(architecture, data, plan, seed);
        const double loss = evaluated(with_statistics_of(run.network, data.x), test).value;
        if (!(loss < best)) continue;
        best = loss;
        steps = steps_to(run.losses, 0.1, plan.steps);
      }
      measures.push_back({nth(std::string(name) + ".loss", k), best});
      measures.push_back({nth(std::string(name) + ".steps", k), steps});
    }
  }
  return measures;
}

/// One trained network, evaluated in batches of m with the statistics of each, and with its running
/// statistics.
Measures inference(std::uint64_t seed) {
  const DataSet data = training_data(seed), test = test_data(seed);
  Plan plan;
  plan.optimizer = at_rate(0.1);
  plan.steps = 1000;
  const Network network =
      trained(architecture_of(Activation::relu, 3, 16, Normalization::batch), data, plan, seed).network;
  Measures measures;
  const Index sizes[] = {1, 2, 8, 64, 256};
  // Labels alternate in the test data; a batch should not.
  std::vector<Index> order = batch_rows(test.x.rows(), test.x.rows(), 0, stream(seed, 6));
  const DataSet mixed = rows_of(test, order);
  for (std::size_t k = 0; k < std::size(sizes); ++k) {
    double right = 0;
    for (Index first = 0; first < mixed.x.rows(); first += sizes[k]) {
      std::vector<Index> rows(static_cast<std::size_t>(sizes[k]));
      std::iota(rows.begin(), rows.end(), first);
      right += evaluated(network, rows_of(mixed, rows), Mode::train).correct * static_cast<double>(sizes[k]);
    }
    measures.push_back({nth("batch.right", k), right / static_cast<double>(mixed.x.rows())});
  }
  measures.push_back({"running.right", evaluated(network, test).correct});
  return measures;
}

/// Running statistics of several weights of the old value, in one training; batches of 8.
Measures keep(std::uint64_t seed) {
  const DataSet data = training_data(seed), test = test_data(seed);
  const double keeps[] = {0.01, 0.9, 0.99};
  const int looks[] = {30, 1000};
  Plan plan;
  plan.optimizer = at_rate(0.1);
  plan.batch = 8;
  plan.steps = looks[1] + 1;
  const Training start =
      training_of(architecture_of(Activation::relu, 3, 16, Normalization::batch), data, seed);
  std::vector<Running> running(std::size(keeps), start.network.running);
  Measures measures;
  trained(start, data, plan, seed,
          [&](int step, const Training& training, const DataSet& batch, const Noise& noise) {
            for (std::size_t look = 0; look < std::size(looks); ++look) {
              if (step != looks[look]) continue;
              Network network = training.network;
              for (std::size_t k = 0; k < std::size(keeps); ++k) {
                network.running = running[k];
                measures.push_back(
                    {nth("at" + std::to_string(step) + ".right", k), evaluated(network, test).correct});
              }
              measures.push_back({nth("at" + std::to_string(step) + ".right", std::size(keeps)),
                                  evaluated(with_statistics_of(network, data.x), test).correct});
            }
            const Pass pass = forward(training.network, batch.x, Mode::train, noise);
            for (std::size_t k = 0; k < std::size(keeps); ++k) {
              for (std::size_t layer = 0; layer < pass.statistics.size(); ++layer) {
                const auto& of_batch = pass.statistics[layer].front();
                const auto updated = batchnorm::update_running_statistics(
                    {running[k].mean[layer], running[k].var[layer]}, of_batch.batch_mean, of_batch.batch_var,
                    of_batch.m, batchnorm::Momentum::decay(keeps[k]), batchnorm::VarianceEstimator::biased);
                running[k].mean[layer] = updated.running_mean;
                running[k].var[layer] = updated.running_var;
              }
            }
          });
  return measures;
}

/// The largest difference of the hidden layers.
double largest(const std::vector<batchnorm::Channels>& values,
               const std::vector<batchnorm::Channels>& others) {
  double most = 0;
  // Without the last one: the output layer has no normalization behind it, so its bias does learn.
  for (std::size_t k = 0; k + 1 < values.size(); ++k)
    most = std::max(most, (values[k] - others[k]).abs().maxCoeff());
  return most;
}

/// Random biases before batch normalization, beside a twin without any.
Measures bias(std::uint64_t seed) {
  const DataSet data = training_data(seed);
  const Training without =
      training_of(architecture_of(Activation::relu, 3, 16, Normalization::batch), data, seed);
  Training with = without;
  Random random(stream(seed, 6));
  for (std::size_t k = 0; k + 1 < with.network.parameters.bias.size(); ++k) {
    for (double& each : with.network.parameters.bias[k]) each = 3 * random.normal();
  }
  Plan plan;
  plan.optimizer = at_rate(0.1);
  plan.steps = 500;
  const Network plain = trained(without, data, plan, seed).network;
  const Network biased = trained(with, data, plan, seed).network;
  double apart = 0, learned = 0;
  for (std::size_t k = 0; k < plain.parameters.weights.size(); ++k) {
    const Matrix& weights = plain.parameters.weights[k];
    apart = std::max(apart, (weights - biased.parameters.weights[k]).cwiseAbs().maxCoeff());
    learned = std::max(learned, (weights - without.network.parameters.weights[k]).cwiseAbs().maxCoeff());
  }
  return {{"bias.moved", largest(biased.parameters.bias, with.network.parameters.bias)},
          {"weights.moved", learned},
          {"weights.apart", apart}};
}

/// The biases before batch normalization under Adam, which divides even rounding errors by their own size:
/// how far they drift in either precision, and the accuracy of the network.
Measures bias_adam(std::uint64_t seed) {
  const DataSet data = training_data(seed);
  Measures measures;
  for (const auto& [name, precision] :
       {std::pair{"single", Precision::in_single}, std::pair{"double", Precision::in_double}}) {
    Architecture architecture = architecture_of(Activation::relu, 3, 16, Normalization::batch);
    architecture.precision = precision;
    Plan plan;
    plan.optimizer = at_rate(0.003);
    plan.optimizer.kind = Optimizer::Kind::adam;
    plan.steps = 1000;
    const Training start = training_of(architecture, data, seed);
    const Trained run = trained(start, data, plan, seed);
    measures.push_back(
        {std::string(name) + ".moved", largest(run.network.parameters.bias, start.network.parameters.bias)});
    measures.push_back({std::string(name) + ".right", evaluated(run.network, data).correct});
  }
  return measures;
}

/// Layer normalization with and without the biases before it.
Measures bias_layer(std::uint64_t seed) {
  const DataSet data = training_data(seed), test = test_data(seed);
  Measures measures;
  for (const auto& [name, normalization] :
       {std::pair{"batch", Normalization::batch}, std::pair{"layer", Normalization::layer}}) {
    for (const bool has_bias : {true, false}) {
      Architecture architecture = architecture_of(Activation::relu, 3, 16, normalization);
      architecture.has_bias = has_bias;
      Plan plan;
      plan.optimizer = at_rate(0.1);
      plan.steps = 500;
      const Network network = trained(architecture, data, plan, seed).network;
      measures.push_back({std::string(name) + (has_bias ? "_bias.right" : "_plain.right"),
                          evaluated(with_statistics_of(network, data.x), test).correct});
    }
  }
  return measures;
}

/// Scale invariance: the weights of a unit and their gradient are orthogonal, so that each step adds to the
/// norm of the weights; eps = 0.
Measures invariance(std::uint64_t seed) {
  const DataSet data = training_data(seed);
  Architecture architecture = architecture_of(Activation::tanh, 3, 16, Normalization::batch);
  architecture.eps = 0;
  const double rate = 0.3;
  Plan plan;
  plan.optimizer = at_rate(rate);
  plan.steps = 500;
  double cosine = 0, defect = 0, shrank = 0, first = 0, before = 0, expected = 0;
  const auto compare = [&](double now) {
    if (expected == 0) return;
    defect = std::max(defect, std::abs(now - expected) / expected);
    if (!(now > before)) ++shrank;
  };
  const Network network =
      trained(architecture, data, plan, seed,
              [&](int, const Training& training, const DataSet& batch, const Noise&) {
                const Matrix& weights = training.network.parameters.weights[1];
                const Matrix gradient = slope_at(training.network, batch).gradients.weights[1];
                for (Index unit = 0; unit < weights.cols(); ++unit) {
                  const double lengths = weights.col(unit).norm() * gradient.col(unit).norm();
                  cosine = std::max(cosine, std::abs(weights.col(unit).dot(gradient.col(unit))) / lengths);
                }
                compare(weights.squaredNorm());
                before = weights.squaredNorm();
                if (first == 0) first = before;
                expected = before + rate * rate * gradient.squaredNorm();
              })
          .network;
  const double last = network.parameters.weights[1].squaredNorm();
  compare(last);
  return {{"weights.cosine", cosine},
          {"weights.defect", defect},
          {"weights.shrank", shrank},
          {"weights.growth", std::sqrt(last / first)}};
}

/// The norm of the weights under weight decay, from small and from large initial weights: the same
/// equilibrium.
Measures weight_decay(std::uint64_t seed) {
  const DataSet data = data_set(Shape::moons, 128, 0.25, 0.4, stream(seed, 1));
  double length[2];
  for (const int k : {0, 1}) {
    Architecture architecture = architecture_of(Activation::relu, 3, 16, Normalization::batch);
    architecture.gain = k == 0 ? 1 : 10;
    Plan plan;
    plan.optimizer = at_rate(0.3);
    plan.optimizer.weight_decay = 0.01;
    plan.steps = 3000;
    length[k] = trained(architecture, data, plan, seed).network.parameters.weights[1].norm();
  }
  return {
      {"small.length", length[0]}, {"large.length", length[1]}, {"large.over_small", length[1] / length[0]}};
}

/// How far hidden weights move, relative to their size, when batches are of two or three examples; eps = 0.
Measures batches_of_two(std::uint64_t seed) {
  const DataSet data = training_data(seed);
  Measures measures;
  for (const Index batch : {2, 3}) {
    Architecture architecture = architecture_of(Activation::tanh, 2, 16, Normalization::batch);
    architecture.eps = 0;
    Plan plan;
    plan.optimizer = at_rate(0.1);
    plan.batch = batch;
    plan.steps = 2000;
    const Training start = training_of(architecture, data, seed);
    const Network network = trained(start, data, plan, seed).network;
    const auto moved_by = [&](std::size_t k) {
      const Matrix& before = start.network.parameters.weights[k];
      return (network.parameters.weights[k] - before).norm() / before.norm();
    };
    const std::string arm = "of" + std::to_string(batch);
    measures.push_back({arm + ".hidden", std::max(moved_by(0), moved_by(1))});
    measures.push_back({arm + ".output", moved_by(2)});
  }
  return measures;
}

/// The relative error of a variance of 1 in single precision, for values far from 0.
Measures one_pass(std::uint64_t seed) {
  const double offsets[] = {0, 100, 1000, 10000};
  const batchnorm::Batch draws = normal_batches(seed, 1, 64, 0, 1);
  batchnorm::Channels values = draws.col(0).transpose();
  values -= values.mean();
  values /= std::sqrt(values.square().mean());
  Measures measures;
  for (std::size_t k = 0; k < std::size(offsets); ++k) {
    const VarianceMethods methods = variance_methods(values, offsets[k], Precision::in_single);
    const auto error = [&](const Estimate& estimate) {
      return std::max(std::abs(estimate.value - methods.exact) / methods.exact, 1e-17);
    };
    measures.push_back({nth("one_pass.error", k), error(methods.one_pass)});
    measures.push_back({nth("two_pass.error", k), error(methods.two_pass)});
    measures.push_back({nth("core.error", k), error(methods.core)});
    measures.push_back({nth("one_pass.negative", k), methods.one_pass.value < 0 ? 1.0 : 0.0});
  }
  return measures;
}

/// 12,800 examples in batches of m, whatever m is.
Measures small_batches(std::uint64_t seed) {
  const DataSet data = training_data(seed), test = test_data(seed);
  const Index sizes[] = {2, 3, 4, 8, 64};
  const NamedNormalization arms[] = {{"batch", Normalization::batch},
                                     {"layer", Normalization::layer},
                                     {"group", Normalization::group},
                                     {"rms", Normalization::rms},
                                     {"none", Normalization::none}};
  Measures measures;
  for (const auto& [name, normalization] : arms) {
    for (std::size_t k = 0; k < std::size(sizes); ++k) {
      Plan plan;
      plan.batch = sizes[k];
      plan.steps = static_cast<int>(12800 / sizes[k]);
      plan.optimizer = at_rate(0.1 * static_cast<double>(sizes[k]) / 32);
      plan.keep = sizes[k] < 16 ? 0.99 : 0.9;
      const Trained run = trained(architecture_of(Activation::relu, 3, 16, normalization), data, plan, seed);
      measures.push_back({nth(std::string(name) + ".right", k), evaluated(run.network, test).correct});
    }
  }
  return measures;
}

struct Experiment {
  const char* name;
  Measures (*measure)(std::uint64_t seed);
};
constexpr Experiment experiments[] = {{"drift", drift},
                                      {"inference", inference},
                                      {"keep", keep},
                                      {"rates", rates},
                                      {"rates-tanh", rates_tanh},
                                      {"million", million},
                                      {"scale", scale},
                                      {"scale-small-rate", scale_small_rate},
                                      {"offset", offset},
                                      {"landscape", landscape},
                                      {"landscape-tanh", landscape_tanh},
                                      {"batch-mean", batch_mean},
                                      {"batch-size", batch_size},
                                      {"groups", groups},
                                      {"groups-clean", groups_clean},
                                      {"groups-many", groups_many},
                                      {"depth", depth},
                                      {"depth-sigmoid", depth_sigmoid},
                                      {"residual", residual},
                                      {"placement", placement},
                                      {"bias", bias},
                                      {"bias-adam", bias_adam},
                                      {"bias-layer", bias_layer},
                                      {"invariance", invariance},
                                      {"weight-decay", weight_decay},
                                      {"batches-of-two", batches_of_two},
                                      {"one-pass", one_pass},
                                      {"small-batches", small_batches}};

}  // namespace

std::vector<std::string> experiment_names() {
  std::vector<std::string> names;
  for (const Experiment& each : experiments) names.emplace_back(each.name);
  return names;
}

std::vector<Measure> measured(const std::string& experiment, std::uint64_t seed) {
  for (const Experiment& each : experiments) {
    if (experiment == each.name) return each.measure(seed);
  }
  std::string names;
  for (const Experiment& each : experiments)
    names += (names.empty() ? "\"" : ", \"") + std::string(each.name) + "\"";
  batchnorm::refuse("experiment", "one of " + names, experiment);
}

}  // namespace lab
