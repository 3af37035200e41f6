#include "lab/network.h"

#include <cmath>

#include "batchnorm/backward.h"
#include "batchnorm/running_statistics.h"
#include "lab/random.h"

namespace lab {

namespace {

using batchnorm::Layout;
using batchnorm::refuse;

enum class Operation { linear, normalize, activate, keep, add };

/// Kingma and Ba, ICLR 2015, Algorithm 1, with its constants.
namespace adam {
constexpr double first = 0.9, second = 0.999, tiny = 1e-8;
}

/// An operation, and which linear layer or normalization it is.
struct Step {
  Operation operation;
  int index = 0;
};

/// The network as a list of operations: a plain layer is linear, normalize, activate; a block keeps its input
/// and adds it to what two layers made of it.
std::vector<Step> plan_of(const Architecture& architecture) {
  std::vector<Step> plan;
  int linear = 0, normalization = 0;
  const bool normalizes = architecture.normalization != Normalization::none;
  const auto add_linear = [&] { plan.push_back({Operation::linear, linear++}); };
  const auto add_norm = [&] {
    if (normalizes) plan.push_back({Operation::normalize, normalization++});
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

double activated(Activation activation, double x) {
  switch (activation) {
    case Activation::relu:
      return x > 0 ? x : 0;
    case Activation::tanh:
      return std::tanh(x);
    case Activation::sigmoid:
      return 1 / (1 + std::exp(-x));
    case Activation::linear:
      break;
  }
  return x;
}

/// The derivative, from what went in and what came out.
double slope(Activation activation, double x, double y) {
  switch (activation) {
    case Activation::relu:
      return x > 0 ? 1 : 0;
    case Activation::tanh:
      return 1 - y * y;
    case Activation::sigmoid:
      return y * (1 - y);
    case Activation::linear:
      break;
  }
  return 1;
}

/// Over which values a statistic is taken, as layouts of batch normalization: for batch normalization a unit
/// is a channel, for layer and group normalization an example, or a group of its units, is. One layout for
/// each ghost batch.
std::vector<Layout> layouts_of(const Architecture& architecture, Index examples, Index units) {
  switch (architecture.normalization) {
    case Normalization::layer:
      return {{1, examples, units}};
    case Normalization::group:
      return {{1, examples * architecture.groups, units / architecture.groups}};
    default:
      break;
  }
  const Index size = architecture.ghost == 0 ? examples : architecture.ghost;
  std::vector<Layout> layouts;
  for (Index first = 0; first < examples; first += size)
    layouts.push_back({std::min(size, examples - first), units, 1});
  return layouts;
}

/// RMS normalization (Zhang and Sennrich, NeurIPS 2019): 1 / sqrt(mean(x^2) + eps) of each example.
Eigen::VectorXd inverse_rms(const Matrix& x, double eps) {
  return (x.array().square().rowwise().mean() + eps).rsqrt();
}

/// x_hat of one normalization; the statistics it took.
Matrix normalized(const Architecture& architecture, const Matrix& x,
                  std::vector<batchnorm::BatchStatistics>& statistics) {
  if (architecture.normalization == Normalization::rms)
    return inverse_rms(x, architecture.eps).asDiagonal() * x;
  Matrix x_hat(x.rows(), x.cols());
  Index first = 0;
  for (const Layout& layout : layouts_of(architecture, x.rows(), x.cols())) {
    statistics.push_back(batchnorm::forward_train(layout, {x.data() + first, layout.size()}, {},
                                                  architecture.eps, {x_hat.data() + first, layout.size()}));
    first += layout.size();
  }
  return x_hat;
}

/// The gradient through one normalization, from that of x_hat.
Matrix through_normalization(const Architecture& architecture, const Matrix& dx_hat, const Matrix& x,
                             const Matrix& x_hat, const std::vector<batchnorm::BatchStatistics>& statistics) {
  if (architecture.normalization == Normalization::rms) {
    const Eigen::VectorXd along = dx_hat.cwiseProduct(x_hat).rowwise().mean();
    return inverse_rms(x, architecture.eps).asDiagonal() * (dx_hat - along.asDiagonal() * x_hat);
  }
  Matrix dx(x.rows(), x.cols());
  Index first = 0;
  std::size_t k = 0;
  for (const Layout& layout : layouts_of(architecture, x.rows(), x.cols())) {
    batchnorm::backward_train(layout, {dx_hat.data() + first, layout.size()},
                              {x.data() + first, layout.size()}, statistics[k++], {},
                              {dx.data() + first, layout.size()});
    first += layout.size();
  }
  return dx;
}

template <typename Each>
void for_each_pair(Parameters& a, const Parameters& b, const Each& each) {
  const std::size_t output = a.weights.size() - 1;
  for (std::size_t k = 0; k <= output; ++k) {
    each(a.weights[k].array(), b.weights[k].array(), k < output, true);
    each(a.bias[k], b.bias[k], false, false);
  }
  for (std::size_t k = 0; k < a.gamma.size(); ++k) {
    each(a.gamma[k], b.gamma[k], false, false);
    each(a.beta[k], b.beta[k], false, false);
  }
}

Parameters zeros_like(Parameters parameters) {
  for_each_pair(parameters, parameters, [](auto&& each, const auto&, bool, bool) { each.setZero(); });
  return parameters;
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
  return network;
}

Pass forward(const Network& network, const Matrix& x, Mode mode, const Noise& noise) {
  const Architecture& architecture = network.architecture;
  const Parameters& parameters = network.parameters;
  const bool is_noisy = noise.scale != 0 || noise.shift != 0 || noise.spread != 0;
  Random random(noise.seed);
  Pass pass;
  pass.values.push_back(x);
  std::vector<std::size_t> kept;
  for (const Step& step : plan_of(architecture)) {
    const Matrix& value = pass.values.back();
    const auto k = static_cast<std::size_t>(step.index);
    Matrix next;
    switch (step.operation) {
      case Operation::linear:
        next = value * parameters.weights[k];
        if (parameters.bias[k].size() > 0) next.rowwise() += row(parameters.bias[k]);
        break;
      case Operation::normalize: {
        pass.statistics.emplace_back();
        Matrix x_hat;
        if (mode == Mode::inference && architecture.normalization == Normalization::batch) {
          x_hat.resize(value.rows(), value.cols());
          batchnorm::forward_inference({value.rows(), value.cols(), 1}, {value.data(), value.size()}, {},
                                       network.running.mean[k], network.running.var[k], architecture.eps,
                                       {x_hat.data(), x_hat.size()});
        } else {
          x_hat = normalized(architecture, value, pass.statistics.back());
        }
        next = x_hat * row(parameters.gamma[k]).asDiagonal();
        next.rowwise() += row(parameters.beta[k]);
        pass.normalized.push_back(x_hat);
        pass.noise_scale.emplace_back();
        if (is_noisy && mode == Mode::train) {
          Channels scale(value.cols()), shift(value.cols());
          for (double& each : scale) each = 1 + noise.scale * random.uniform();
          for (double& each : shift) each = noise.shift * (2 * random.uniform() - 1);
          next = next * row(scale).asDiagonal();
          next.rowwise() += row(shift);
          for (Index i = 0; i < next.size(); ++i) next.data()[i] += noise.spread * random.normal();
          pass.noise_scale.back() = scale;
        }
        break;
      }
      case Operation::activate:
        next = value.unaryExpr([&](double each) { return activated(architecture.activation, each); });
        break;
      case Operation::keep:
        kept.push_back(pass.values.size() - 1);
        next = value;
        break;
      case Operation::add:
        next = value + pass.values[kept.back()];
        break;
    }
    pass.values.push_back(std::move(next));
  }
  return pass;
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
    const Eigen::RowVectorXd powers = (logits.row(i).array() - most).exp();
    const double sum = powers.sum();
    loss.value += std::log(sum) - (logits(i, label) - most);
    loss.correct += largest == label ? 1 : 0;
    loss.dlogits.row(i) = powers / sum;
    loss.dlogits(i, label) -= 1;
  }
  loss.value /= static_cast<double>(m);
  loss.correct /= static_cast<double>(m);
  loss.dlogits /= static_cast<double>(m);
  return loss;
}

Parameters backward(const Network& network, const Pass& pass, const Matrix& dlogits) {
  const Architecture& architecture = network.architecture;
  const Parameters& parameters = network.parameters;
  const std::vector<Step> plan = plan_of(architecture);
  Parameters gradients = zeros_like(parameters);
  Matrix d = dlogits;
  std::vector<Matrix> skipped;  // gradients on the way around a block
  for (std::size_t at = plan.size(); at-- > 0;) {
    const Step& step = plan[at];
    const auto k = static_cast<std::size_t>(step.index);
    const Matrix& in = pass.values[at];
    switch (step.operation) {
      case Operation::linear:
        gradients.weights[k] = in.transpose() * d;
        if (gradients.bias[k].size() > 0) gradients.bias[k] = d.colwise().sum().array();
        d = d * parameters.weights[k].transpose();
        break;
      case Operation::normalize: {
        if (pass.noise_scale[k].size() > 0) d = d * row(pass.noise_scale[k]).asDiagonal();
        const Matrix& x_hat = pass.normalized[k];
        gradients.gamma[k] = d.cwiseProduct(x_hat).colwise().sum().array();
        gradients.beta[k] = d.colwise().sum().array();
        const Matrix dx_hat = d * row(parameters.gamma[k]).asDiagonal();
        d = through_normalization(architecture, dx_hat, in, x_hat, pass.statistics[k]);
        break;
      }
      case Operation::activate: {
        const Matrix& out = pass.values[at + 1];
        for (Index i = 0; i < d.size(); ++i)
          d.data()[i] *= slope(architecture.activation, in.data()[i], out.data()[i]);
        break;
      }
      case Operation::keep:
        d += skipped.back();
        skipped.pop_back();
        break;
      case Operation::add:
        skipped.push_back(d);
        break;
    }
  }
  return gradients;
}

std::vector<const Matrix*> pre_activations(const Network& network, const Pass& pass) {
  std::vector<const Matrix*> found;
  const std::vector<Step> plan = plan_of(network.architecture);
  for (std::size_t at = 0; at < plan.size(); ++at) {
    if (plan[at].operation == Operation::activate) found.push_back(&pass.values[at]);
  }
  return found;
}

Training begin(const Network& network) {
  const Parameters zeros = zeros_like(network.parameters);
  return {network, zeros, zeros, 0};
}

Loss step(Training& training, const Matrix& x, const std::vector<int>& labels, const Optimizer& optimizer,
          double keep, const Noise& noise) {
  Network& network = training.network;
  const Pass pass = forward(network, x, Mode::train, noise);
  Loss loss = cross_entropy(pass.values.back(), labels);
  Parameters gradients = backward(network, pass, loss.dlogits);
  ++training.steps;

  for_each_pair(gradients, network.parameters,
                [&](auto&& gradient, const auto& parameter, bool, bool is_weight) {
                  if (is_weight) gradient += optimizer.weight_decay * parameter;
                });
  if (optimizer.kind == Optimizer::Kind::adam) {
    for_each_pair(training.velocity, gradients, [](auto&& mean, const auto& gradient, bool, bool) {
      mean = adam::first * mean + (1 - adam::first) * gradient;
    });
    for_each_pair(training.squares, gradients, [](auto&& mean, const auto& gradient, bool, bool) {
      mean = adam::second * mean + (1 - adam::second) * gradient.square();
    });
    const double first_left = 1 - std::pow(adam::first, training.steps);
    const double second_left = 1 - std::pow(adam::second, training.steps);
    gradients = training.velocity;
    for_each_pair(gradients, training.squares, [&](auto&& move, const auto& square, bool, bool) {
      move = (move / first_left) / ((square / second_left).sqrt() + adam::tiny);
    });
  } else if (optimizer.momentum != 0) {
    for_each_pair(training.velocity, gradients, [&](auto&& velocity, const auto& gradient, bool, bool) {
      velocity = optimizer.momentum * velocity + gradient;
    });
    gradients = training.velocity;
  }
  const double hidden_rate = optimizer.hidden_rate < 0 ? optimizer.rate : optimizer.hidden_rate;
  for_each_pair(network.parameters, gradients, [&](auto&& parameter, const auto& move, bool is_hidden, bool) {
    parameter -= (is_hidden ? hidden_rate : optimizer.rate) * move;
  });

  if (network.architecture.normalization != Normalization::batch) return loss;
  for (std::size_t k = 0; k < network.running.mean.size(); ++k) {
    for (const batchnorm::BatchStatistics& batch : pass.statistics[k]) {
      const auto updated = batchnorm::update_running_statistics(
          {network.running.mean[k], network.running.var[k]}, batch.batch_mean, batch.batch_var, batch.m,
          batchnorm::Momentum::decay(keep), batchnorm::VarianceEstimator::biased);
      network.running.mean[k] = updated.running_mean;
      network.running.var[k] = updated.running_var;
    }
  }
  return loss;
}

}  // namespace lab
