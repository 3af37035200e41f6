#include "lab/network.h"

#include <cmath>

#include "batchnorm/backward.h"
#include "batchnorm/running_statistics.h"
#include "lab/random.h"

namespace lab {

namespace {

using batchnorm::Layout;
using batchnorm::refuse;

enum class Operation { linear, normalize, add_noise, activate, keep, add };

/// The default settings of Adam: Kingma and Ba, ICLR 2015, Algorithm 1.
namespace adam {
constexpr double first = 0.9, second = 0.999, tiny = 1e-8;
}

/// An operation, and which linear layer or normalization it is; noise has its normalization's number.
struct Step {
  Operation operation;
  int index = 0;
};

/// The network as a list of operations: a plain layer is linear, normalize, activate; a residual block keeps
/// its input and adds it to the output of its two layers. Only the plan of a noisy pass has noise in it.
std::vector<Step> plan_of(const Architecture& architecture, bool is_noisy = false) {
  std::vector<Step> plan;
  plan.reserve(5 * static_cast<std::size_t>(architecture.layers) + 4);
  int linear = 0, normalization = 0;
  const bool normalizes = architecture.normalization != Normalization::none;
  const auto add_linear = [&] { plan.push_back({Operation::linear, linear++}); };
  const auto add_norm = [&] {
    if (normalizes) plan.push_back({Operation::normalize, normalization});
    if (is_noisy) plan.push_back({Operation::add_noise, normalization});
    ++normalization;
  };
  const auto add = [&](Operation operation) { plan.push_back({operation}); };
  const auto add_layer = [&] {
    add_linear();
    if (architecture.place == Place::before) add_norm();
    add(Operation::activate);
    if (architecture.place == Place::after) add_norm();
  };
  if (architecture.residual == Residual::none) {
    for (int layer = 0; layer < architecture.layers; ++layer) add_layer();
  } else {
    const bool is_pre = architecture.residual == Residual::pre_activation;
    if (is_pre) {
      add_linear();
    } else {
      add_layer();
    }
    for (int layer = 1; layer + 1 < architecture.layers; layer += 2) {
      add(Operation::keep);
      for (int half = 0; half < 2; ++half) {
        if (!is_pre) add_linear();
        add_norm();
        if (is_pre || half == 0) add(Operation::activate);
        if (is_pre) add_linear();
      }
      add(Operation::add);
      if (!is_pre) add(Operation::activate);
    }
    if (is_pre) {
      add_norm();
      add(Operation::activate);
    }
  }
  add_linear();
  return plan;
}

void check(const Architecture& architecture) {
  if (architecture.inputs < 1) refuse("inputs", "at least 1", architecture.inputs);
  if (architecture.classes < 2) refuse("classes", "at least 2", architecture.classes);
  if (architecture.layers < 1) refuse("layers", "at least 1", static_cast<Index>(architecture.layers));
  if (architecture.width < 1) refuse("width", "at least 1", architecture.width);
  if (architecture.ghost < 0) refuse("ghost", "0 or more examples", architecture.ghost);
  if (!(architecture.eps >= 0)) refuse("eps", "a number >= 0", architecture.eps);
  const bool is_group = architecture.normalization == Normalization::group;
  if (is_group && (architecture.groups < 1 || architecture.width % architecture.groups != 0))
    refuse("groups", "a divisor of the width, " + batchnorm::in_words(architecture.width),
           architecture.groups);
  if (architecture.residual != Residual::none && architecture.layers % 2 == 0)
    refuse("layers", "an odd number with residual blocks, of two layers each, behind the first",
           static_cast<Index>(architecture.layers));
}

Eigen::Map<const Eigen::RowVectorXd> row(const Channels& values) {
  return {values.data(), values.size()};
}

/// y = activation(x).
void activate(Activation activation, const Matrix& x, Matrix& y) {
  y.resize(x.rows(), x.cols());
  const auto each = [&](const auto& activated) {
    for (Index k = 0; k < x.size(); ++k) y.data()[k] = activated(x.data()[k]);
  };
  switch (activation) {
    case Activation::relu:
      return each([](double value) { return value > 0 ? value : 0; });
    case Activation::tanh:
      return each([](double value) { return std::tanh(value); });
    case Activation::sigmoid:
      return each([](double value) { return 1 / (1 + std::exp(-value)); });
    case Activation::linear:
      return each([](double value) { return value; });
  }
}

/// dy becomes dx: times the derivative, from the input and the output of the activation.
void through_activation(Activation activation, const Matrix& x, const Matrix& y, Matrix& d) {
  const auto each = [&](const auto& slope) {
    for (Index k = 0; k < d.size(); ++k) d.data()[k] *= slope(x.data()[k], y.data()[k]);
  };
  switch (activation) {
    case Activation::relu:
      return each([](double in, double) { return in > 0 ? 1.0 : 0.0; });
    case Activation::tanh:
      return each([](double, double out) { return 1 - out * out; });
    case Activation::sigmoid:
      return each([](double, double out) { return out * (1 - out); });
    case Activation::linear:
      return;
  }
}

/// The sum of each column: a row after the other, in the order of memory.
void add_rows(const Matrix& values, Channels& sum) {
  sum.setZero();
  for (Index i = 0; i < values.rows(); ++i) sum += values.row(i).array();
}

/// visit(layout, first value) for each part of the values over which statistics are taken, as layouts of
/// batch normalization: for batch normalization a unit is a channel, for layer and group normalization an
/// example, or a group of its units, is. Ghost batches are parts.
template <typename Visit>
void for_each_part(const Architecture& architecture, Index examples, Index units, const Visit& visit) {
  if (architecture.normalization == Normalization::layer) return visit(Layout{1, examples, units}, 0);
  if (architecture.normalization == Normalization::group)
    return visit(Layout{1, examples * architecture.groups, units / architecture.groups}, 0);
  const Index size = architecture.ghost == 0 ? examples : architecture.ghost;
  for (Index first = 0; first < examples; first += size)
    visit(Layout{std::min(size, examples - first), units, 1}, first * units);
}

/// RMS normalization (Zhang and Sennrich, NeurIPS 2019): 1 / sqrt(mean(x^2) + eps) of each example.
Eigen::VectorXd inverse_rms(const Matrix& x, double eps) {
  return (x.array().square().rowwise().mean() + eps).rsqrt();
}

using Statistics = std::vector<batchnorm::BatchStatistics>;

/// y = gamma x_hat + beta, with one gamma and beta for each unit, and the statistics. x_hat is stored for all
/// normalizations but batch normalization, whose channels are the units and which applies gamma and beta
/// itself.
void normalize(const Architecture& architecture, const Matrix& x, const batchnorm::Affine& affine,
               Statistics& statistics, Matrix& x_hat, Matrix& y) {
  const bool is_batch = architecture.normalization == Normalization::batch;
  Matrix& normalized = is_batch ? y : x_hat;
  normalized.resize(x.rows(), x.cols());
  if (architecture.normalization == Normalization::rms) {
    normalized.noalias() = inverse_rms(x, architecture.eps).asDiagonal() * x;
  } else {
    for_each_part(architecture, x.rows(), x.cols(), [&](const Layout& layout, Index first) {
      statistics.push_back(batchnorm::forward_train(layout, {x.data() + first, layout.size()},
                                                    is_batch ? affine : batchnorm::Affine{}, architecture.eps,
                                                    {normalized.data() + first, layout.size()}));
    });
  }
  if (is_batch) return;
  y.noalias() = x_hat * row(affine.gamma).asDiagonal();
  y.rowwise() += row(affine.beta);
}

/// dy becomes dx, and gives dgamma and dbeta.
void through_normalization(const Architecture& architecture, const Matrix& x, const Matrix& x_hat,
                           const Statistics& statistics, const Channels& gamma, Matrix& d, Channels& dgamma,
                           Channels& dbeta) {
  const bool is_batch = architecture.normalization == Normalization::batch;
  if (!is_batch) {
    dgamma = d.cwiseProduct(x_hat).colwise().sum().array();
    dbeta = d.colwise().sum().array();
    d = d * row(gamma).asDiagonal();
  }
  if (architecture.normalization == Normalization::rms) {
    const Eigen::VectorXd along = d.cwiseProduct(x_hat).rowwise().mean();
    d = inverse_rms(x, architecture.eps).asDiagonal() * (d - along.asDiagonal() * x_hat);
    return;
  }
  std::size_t k = 0;
  for_each_part(architecture, x.rows(), x.cols(), [&](const Layout& layout, Index first) {
    const batchnorm::Span<double> part{d.data() + first, layout.size()};
    const auto gradients =
        batchnorm::backward_train(layout, {part.data, part.size}, {x.data() + first, layout.size()},
                                  statistics[k], is_batch ? gamma : Channels(), part);
    if (is_batch && k == 0) {
      dgamma = gradients.dgamma;
      dbeta = gradients.dbeta;
    } else if (is_batch) {
      dgamma += gradients.dgamma;
      dbeta += gradients.dbeta;
    }
    ++k;
  });
}

/// Adds the noise that network.h describes; the scales are kept for the backward pass.
void add_noise(const Noise& noise, Random& random, Channels& scale, Matrix& y) {
  Channels shift(y.cols());
  scale.resize(y.cols());
  for (double& each : scale) each = 1 + noise.scale * random.uniform();
  for (double& each : shift) each = noise.shift * (2 * random.uniform() - 1);
  y = y * row(scale).asDiagonal();
  y.rowwise() += row(shift);
  for (Index i = 0; i < y.size(); ++i) y.data()[i] += noise.spread * random.normal();
}

/// Rounds each number to a float; it is stored as a double.
template <typename Numbers>
void round_to_single(Numbers& numbers) {
  numbers = numbers.template cast<float>().template cast<double>();
}

enum class Role { hidden_weight, output_weight, other };

/// Calls each(array of a, array of b, role) for the weights, biases, gammas and betas of two networks alike.
template <typename Each>
void for_each_pair(Parameters& a, const Parameters& b, const Each& each) {
  const std::size_t output = a.weights.size() - 1;
  for (std::size_t k = 0; k <= output; ++k) {
    each(a.weights[k].array(), b.weights[k].array(), k < output ? Role::hidden_weight : Role::output_weight);
    each(a.bias[k], b.bias[k], Role::other);
  }
  for (std::size_t k = 0; k < a.gamma.size(); ++k) {
    each(a.gamma[k], b.gamma[k], Role::other);
    each(a.beta[k], b.beta[k], Role::other);
  }
}

void round_to_single(Parameters& parameters) {
  for_each_pair(parameters, parameters, [](auto&& each, const auto&, Role) { round_to_single(each); });
}

Parameters zeros_like(Parameters parameters) {
  for_each_pair(parameters, parameters, [](auto&& each, const auto&, Role) { each.setZero(); });
  return parameters;
}

/// Whether noise was added in this pass.
bool is_noisy(const Pass& pass) {
  return !pass.noise_scale.empty();
}

}  // namespace

Network initial_network(const Architecture& architecture, std::uint64_t seed) {
  check(architecture);
  Network network{architecture, {}, {}};
  Parameters& parameters = network.parameters;
  Random random(seed);
  const double square = architecture.activation == Activation::relu ? 2 : 1;
  Index inputs = architecture.inputs;
  for (const Step& step : plan_of(architecture)) {
    if (step.operation == Operation::normalize) {
      parameters.gamma.push_back(Channels::Ones(inputs));
      parameters.beta.push_back(Channels::Zero(inputs));
      network.running.mean.push_back(Channels::Zero(inputs));
      network.running.var.push_back(Channels::Ones(inputs));
    }
    if (step.operation != Operation::linear) continue;
    const bool is_output = step.index == architecture.layers;
    const Index outputs = is_output ? architecture.classes : architecture.width;
    const double std = is_output ? std::sqrt(1.0 / static_cast<double>(inputs))
                                 : architecture.gain * std::sqrt(square / static_cast<double>(inputs));
    Matrix weights(inputs, outputs);
    for (Index k = 0; k < weights.size(); ++k) weights.data()[k] = std * random.normal();
    parameters.weights.push_back(weights);
    parameters.bias.push_back(Channels::Zero(is_output || architecture.has_bias ? outputs : 0));
    inputs = outputs;
  }
  if (architecture.precision == Precision::in_single) round_to_single(parameters);
  return network;
}

Pass forward(const Network& network, const Matrix& x, Mode mode, const Noise& noise) {
  Pass pass;
  forward(network, x, mode, noise, pass);
  return pass;
}

void forward(const Network& network, const Matrix& x, Mode mode, const Noise& noise, Pass& pass) {
  const Architecture& architecture = network.architecture;
  const Parameters& parameters = network.parameters;
  if (x.cols() != architecture.inputs)
    batchnorm::refuse("x", batchnorm::in_words(architecture.inputs) + " inputs an example", x.cols());
  const bool in_single = architecture.precision == Precision::in_single;
  const bool is_noisy = mode == Mode::train && (noise.scale != 0 || noise.shift != 0 || noise.spread != 0);
  const std::vector<Step> plan = plan_of(architecture, is_noisy);
  Random random(noise.seed);
  pass.values.resize(plan.size() + 1);
  pass.statistics.resize(parameters.gamma.size());
  pass.normalized.resize(parameters.gamma.size());
  pass.noise_scale.resize(is_noisy ? static_cast<std::size_t>(architecture.layers) : 0);
  pass.values[0] = x;
  if (in_single) round_to_single(pass.values[0]);
  std::size_t kept = 0;  // the index of the residual block's input
  for (std::size_t at = 0; at < plan.size(); ++at) {
    const auto k = static_cast<std::size_t>(plan[at].index);
    const Matrix& value = pass.values[at];
    Matrix& next = pass.values[at + 1];
    switch (plan[at].operation) {
      case Operation::linear:
        if (parameters.bias[k].size() > 0) {
          multiply(value, parameters.weights[k], parameters.bias[k], next);
        } else {
          multiply(value, parameters.weights[k], next);
        }
        break;
      case Operation::normalize: {
        const batchnorm::Affine affine{parameters.gamma[k], parameters.beta[k]};
        pass.statistics[k].clear();
        if (mode == Mode::inference && architecture.normalization == Normalization::batch) {
          next.resize(value.rows(), value.cols());
          batchnorm::forward_inference({value.rows(), value.cols(), 1}, {value.data(), value.size()}, affine,
                                       network.running.mean[k], network.running.var[k], architecture.eps,
                                       {next.data(), next.size()});
        } else {
          normalize(architecture, value, affine, pass.statistics[k], pass.normalized[k], next);
        }
        break;
      }
      case Operation::add_noise:
        next = value;
        add_noise(noise, random, pass.noise_scale[k], next);
        break;
      case Operation::activate:
        activate(architecture.activation, value, next);
        break;
      case Operation::keep:
        kept = at;
        next = value;
        break;
      case Operation::add:
        next = value + pass.values[kept];
        break;
    }
    if (in_single) round_to_single(next);
  }
}

Loss cross_entropy(const Matrix& logits, const std::vector<int>& labels) {
  const Index m = logits.rows();
  if (static_cast<Index>(labels.size()) != m)
    refuse("labels", batchnorm::in_words(m) + " labels, one for each example",
           static_cast<Index>(labels.size()));
  Loss loss{0, 0, Matrix(m, logits.cols())};
  for (Index i = 0; i < m; ++i) {
    const int label = labels[static_cast<std::size_t>(i)];
    if (label < 0 || label >= logits.cols())
      refuse("labels", "classes of the network", static_cast<Index>(label));
    Index largest = 0;
    const double most = logits.row(i).maxCoeff(&largest);
    auto powers = loss.dlogits.row(i);
    powers = (logits.row(i).array() - most).exp();
    const double sum = powers.sum();
    loss.value += std::log(sum) - (logits(i, label) - most);
    loss.correct += largest == label ? 1 : 0;
    powers /= sum;
    powers(label) -= 1;
  }
  loss.value /= static_cast<double>(m);
  loss.correct /= static_cast<double>(m);
  loss.dlogits /= static_cast<double>(m);
  return loss;
}

Parameters backward(const Network& network, const Pass& pass, const Matrix& dlogits) {
  Parameters gradients = network.parameters;
  backward(network, pass, dlogits, gradients);
  return gradients;
}

void backward(const Network& network, const Pass& pass, const Matrix& dlogits, Parameters& gradients,
              std::vector<double>* dz_norms) {
  const Architecture& architecture = network.architecture;
  const Parameters& parameters = network.parameters;
  const std::vector<Step> plan = plan_of(architecture, is_noisy(pass));
  const bool in_single = architecture.precision == Precision::in_single;
  if (dz_norms != nullptr) dz_norms->resize(parameters.weights.size());
  Matrix d = dlogits, below, transposed;
  Matrix skipped;  // the gradient along the skip connection
  if (in_single) round_to_single(d);
  for (std::size_t at = plan.size(); at-- > 0;) {
    const auto k = static_cast<std::size_t>(plan[at].index);
    const Matrix& in = pass.values[at];
    switch (plan[at].operation) {
      case Operation::linear:
        if (dz_norms != nullptr) (*dz_norms)[k] = d.norm();
        multiply_transposed(in, d, gradients.weights[k]);
        if (gradients.bias[k].size() > 0) add_rows(d, gradients.bias[k]);
        if (at == 0) break;  // the gradient with respect to x is not needed
        transposed = parameters.weights[k].transpose();
        multiply(d, transposed, below);
        d.swap(below);
        break;
      case Operation::normalize:
        through_normalization(architecture, in, pass.normalized[k], pass.statistics[k], parameters.gamma[k],
                              d, gradients.gamma[k], gradients.beta[k]);
        break;
      case Operation::add_noise:
        d = d * row(pass.noise_scale[k]).asDiagonal();
        break;
      case Operation::activate:
        through_activation(architecture.activation, in, pass.values[at + 1], d);
        break;
      case Operation::keep:
        d += skipped;
        break;
      case Operation::add:
        skipped = d;
        break;
    }
    if (in_single) round_to_single(d);
  }
  if (in_single) round_to_single(gradients);
}

std::vector<const Matrix*> pre_activations(const Network& network, const Pass& pass) {
  std::vector<const Matrix*> found;
  const std::vector<Step> plan = plan_of(network.architecture, is_noisy(pass));
  for (std::size_t at = 0; at < plan.size(); ++at) {
    if (plan[at].operation == Operation::activate) found.push_back(&pass.values[at]);
  }
  return found;
}

Training begin(const Network& network) {
  const Parameters zeros = zeros_like(network.parameters);
  return {network, zeros, zeros, 0, {}, zeros};
}

Loss step(Training& training, const Matrix& x, const std::vector<int>& labels, const Optimizer& optimizer,
          double keep, const Noise& noise) {
  Network& network = training.network;
  Parameters& gradients = training.gradients;
  forward(network, x, Mode::train, noise, training.pass);
  Loss loss = cross_entropy(training.pass.values.back(), labels);
  backward(network, training.pass, loss.dlogits, gradients);
  ++training.steps;

  if (optimizer.weight_decay != 0) {
    for_each_pair(gradients, network.parameters, [&](auto&& gradient, const auto& parameter, Role role) {
      if (role != Role::other) gradient += optimizer.weight_decay * parameter;
    });
  }
  if (optimizer.kind == Optimizer::Kind::adam) {
    for_each_pair(training.velocity, gradients, [](auto&& mean, const auto& gradient, Role) {
      mean = adam::first * mean + (1 - adam::first) * gradient;
    });
    for_each_pair(training.squares, gradients, [](auto&& mean, const auto& gradient, Role) {
      mean = adam::second * mean + (1 - adam::second) * gradient.square();
    });
    const double first_left = 1 - std::pow(adam::first, training.steps);
    const double second_left = 1 - std::pow(adam::second, training.steps);
    gradients = training.velocity;
    for_each_pair(gradients, training.squares, [&](auto&& move, const auto& square, Role) {
      move = (move / first_left) / ((square / second_left).sqrt() + adam::tiny);
    });
  } else if (optimizer.momentum != 0) {
    for_each_pair(training.velocity, gradients, [&](auto&& velocity, const auto& gradient, Role) {
      velocity = optimizer.momentum * velocity + gradient;
    });
    gradients = training.velocity;
  }
  const double hidden_rate = optimizer.hidden_rate < 0 ? optimizer.rate : optimizer.hidden_rate;
  for_each_pair(network.parameters, gradients, [&](auto&& parameter, const auto& move, Role role) {
    parameter -= (role == Role::hidden_weight ? hidden_rate : optimizer.rate) * move;
  });
  const bool in_single = network.architecture.precision == Precision::in_single;
  if (in_single) {
    round_to_single(network.parameters);
    round_to_single(training.velocity);
    round_to_single(training.squares);
  }

  if (network.architecture.normalization != Normalization::batch) return loss;
  for (std::size_t k = 0; k < network.running.mean.size(); ++k) {
    for (const batchnorm::BatchStatistics& batch : training.pass.statistics[k]) {
      const auto updated = batchnorm::update_running_statistics(
          {network.running.mean[k], network.running.var[k]}, batch.batch_mean, batch.batch_var, batch.m,
          batchnorm::Momentum::decay(keep), batchnorm::VarianceEstimator::biased);
      network.running.mean[k] = updated.running_mean;
      network.running.var[k] = updated.running_var;
      if (in_single) {
        round_to_single(network.running.mean[k]);
        round_to_single(network.running.var[k]);
      }
    }
  }
  return loss;
}

}  // namespace lab
