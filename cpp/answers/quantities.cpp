#include "answers/quantities.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "batchnorm/folding.h"
#include "batchnorm/gradient_check.h"
#include "batchnorm/running_statistics.h"
#include "lab/random.h"

namespace answers {

namespace {

using batchnorm::Batch;
using batchnorm::Channels;
using batchnorm::Index;
using batchnorm::refuse;

constexpr double most_steps = 1000;
/// Random numbers in all; lab::normal_batches draws no more at once.
constexpr double most_drawn = 1e6;

const Value* find(const Quantities& givens, const char* name) {
  const auto found = givens.find(name);
  return found == givens.end() ? nullptr : &found->second;
}

std::optional<double> number_of(const Quantities& givens, const char* name) {
  const Value* value = find(givens, name);
  if (value == nullptr) return std::nullopt;
  if (value->values.size() != 1) refuse(name, "one number", static_cast<Index>(value->values.size()));
  return value->values[0];
}

/// The list as one channel: (m, 1). None at all where it is not given.
Batch list_of(const Quantities& givens, const char* name) {
  const Value* value = find(givens, name);
  if (value == nullptr) return {};
  return Eigen::Map<const Batch>(value->values.data(), static_cast<Index>(value->values.size()), 1);
}

Channels one(double value) {
  return Channels::Constant(1, value);
}

Value number(double value) {
  return {{value}, false};
}
Value number(double value, double scale) {
  return {{value}, false, {scale}};
}
Value list(const Batch& values) {
  return {{values.data(), values.data() + values.size()}, true};
}
Value list(const Batch& values, double scale) {
  Value result = list(values);
  result.scales.assign(result.values.size(), scale);
  return result;
}

double largest(const Batch& values) {
  return values.abs().maxCoeff();
}

/// x of a linear layer with one neuron, where only the layer is given: with one input and a bias, or with two
/// inputs and no bias.
void add_layer(Quantities& all) {
  const Batch u = list_of(all, "u"), v = list_of(all, "v"), weights = list_of(all, "weights");
  const auto w = number_of(all, "w"), b = number_of(all, "b");
  if (find(all, "x") != nullptr || u.size() == 0) return;
  if (v.size() > 0 && weights.size() > 0) {
    if (v.size() != u.size()) refuse("v", batchnorm::in_words(u.size()) + " values, as many as u", v.size());
    if (weights.size() != 2) refuse("weights", "two weights, one for u and one for v", weights.size());
    all["x"] = list(Batch(weights(0) * u + weights(1) * v));
  } else if (w && b) {
    all["x"] = list(Batch(*w * u + *b));
  }
}

void require_as_long_as_x(const Quantities& all, const char* name) {
  const Value* list = find(all, name);
  const auto count = static_cast<Index>(find(all, "x")->values.size());
  if (list != nullptr && static_cast<Index>(list->values.size()) != count)
    refuse(name, batchnorm::in_words(count) + " values, as many as x",
           static_cast<Index>(list->values.size()));
}

void add_forward(Quantities& all, const batchnorm::TrainingForward& forward, double gamma, double beta) {
  const double x_size = largest(forward.x), invstd = forward.saved_invstd(0);
  all["m"] = number(static_cast<double>(forward.x.size()));
  all["batch_mean"] = number(forward.batch_mean(0), x_size);
  all["batch_var"] = number(forward.batch_var(0));
  all["saved_invstd"] = number(invstd);
  all["x_hat"] = list(forward.x_hat, x_size * invstd);
  all["y"] = list(forward.y, std::abs(gamma) * x_size * invstd + std::abs(beta));
}

void add_backward(Quantities& all, const batchnorm::TrainingForward& forward, double gamma, double beta,
                  double eps) {
  const Batch dy = list_of(all, "dy");
  if (dy.size() == 0) return;
  const auto trace = batchnorm::backward_trace(dy, forward, one(gamma));
  const double invstd = forward.saved_invstd(0);
  const double spread = largest(forward.x - forward.batch_mean(0));
  // For a constant feature y changes on the scale of sqrt(eps). Far from 0 the step must still be some units
  // in the last place of x.
  const double length = spread > 0 ? spread : std::sqrt(eps);
  const double step =
      std::max(6e-6 * length, 8 * std::numeric_limits<double>::epsilon() * largest(forward.x));
  const auto numeric =
      batchnorm::central_difference_gradient(forward.x, one(gamma), one(beta), eps, dy, step);
  const double dx_scale = std::abs(gamma) * invstd * largest(dy);
  const double dx_hat_sum = trace.dx_hat.abs().sum(), dy_sum = dy.abs().sum();
  const double x_hat_size = largest(forward.x_hat);
  all["dx_hat"] = list(trace.dx_hat);
  all["dvar"] = number(trace.dvar(0), 0.5 * invstd * invstd * dx_hat_sum * x_hat_size);
  all["dmean"] = number(trace.dmean(0), invstd * dx_hat_sum);
  all["dx_direct"] = list(trace.dx_direct);
  all["dx_through_var"] = list(trace.dx_through_var, dx_scale);
  all["dx_through_mean"] = list(trace.dx_through_mean, dx_scale);
  all["dx"] = list(trace.dx, dx_scale);
  all["dgamma"] = number(trace.dgamma(0), dy_sum * x_hat_size);
  all["dbeta"] = number(trace.dbeta(0), dy_sum);
  all["db"] = number(trace.dx.sum(), static_cast<double>(dy.size()) * dx_scale);
  all["dx_numeric"] = list(numeric.dx);
}

void add_inference(Quantities& all, const Batch& x, double gamma, double beta, double eps) {
  const auto mean = number_of(all, "running_mean"), var = number_of(all, "running_var");
  if (!mean || !var) return;
  const Batch y = batchnorm::forward_inference(x, one(gamma), one(beta), one(*mean), one(*var), eps);
  const double slope = std::abs(gamma) / std::sqrt(*var + eps);
  all["y_inference"] = list(y, slope * std::max(largest(x), std::abs(*mean)) + std::abs(beta));
  const Batch dy = list_of(all, "dy");
  if (dy.size() > 0) {
    const auto frozen = batchnorm::backward_frozen(dy, x, one(gamma), one(*mean), one(*var), eps);
    all["dx_frozen"] = list(frozen.dx);
    all["db_frozen"] = number(frozen.dx.sum(), dy.abs().sum() * slope);
  }
  const auto w = number_of(all, "w"), b = number_of(all, "b");
  if (!w || !b) return;
  const auto folded =
      batchnorm::fold({1, 1, 1}, one(*w), one(*b), {one(gamma), one(beta)}, one(*mean), one(*var), eps);
  all["folded_weight"] = number(folded.weight(0));
  all["folded_bias"] =
      number(folded.bias(0), slope * std::max(std::abs(*b), std::abs(*mean)) + std::abs(beta));
}

void require_whole(const char* name, double value, int least) {
  constexpr double most = 9007199254740992.0;  // 2^53, up to which a double holds every whole number
  if (!(value >= least && value <= most && value == std::floor(value)))
    refuse(name, "a whole number from " + std::to_string(least), value);
}

/// The running statistics after `steps` updates with the same batch.
void add_running(Quantities& all, const batchnorm::BatchStatistics& batch, Index m) {
  using batchnorm::VarianceEstimator;
  const auto mean = number_of(all, "running_mean"), var = number_of(all, "running_var");
  const auto momentum = number_of(all, "momentum");
  const double steps = number_of(all, "steps").value_or(1);
  if (!mean || !var || !momentum) return;
  if (!(*momentum >= 0 && *momentum <= 1)) refuse("momentum", "a number from 0 to 1", *momentum);
  require_whole("steps", steps, 1);
  if (steps > most_steps) refuse("steps", "at most 1000", steps);
  const auto after = [&](VarianceEstimator estimator, Value* trace) {
    batchnorm::RunningStatistics state{one(*mean), one(*var)};
    for (double step = 0; step < steps; ++step) {
      if (trace != nullptr) trace->values.push_back(state.running_mean(0));
      state = batchnorm::update_running_statistics(state, batch.batch_mean, batch.batch_var, m,
                                                   batchnorm::Momentum::decay(*momentum), estimator);
    }
    if (trace != nullptr) trace->values.push_back(state.running_mean(0));
    return state;
  };
  Value trace{{}, true};
  const auto biased = after(VarianceEstimator::biased, &trace);
  all["new_running_mean"] = number(biased.running_mean(0));
  all["new_running_var"] = number(biased.running_var(0));
  all["running_mean_trace"] = trace;
  // The unbiased variance of a single value does not exist.
  if (m > 1)
    all["new_running_var_unbiased"] = number(after(VarianceEstimator::unbiased, nullptr).running_var(0));
}

/// What a layer of `neurons` costs at inference for one example, each operation of one value counted; and
/// over how many values a convolution's statistic is taken.
void add_counts(Quantities& all) {
  const auto neurons = number_of(all, "neurons"), inputs = number_of(all, "inputs");
  if (neurons) {
    all["parameters"] = number(2 * *neurons);
    all["bn_operations"] = number(4 * *neurons);
  }
  if (neurons && inputs) all["linear_operations"] = number(2 * *inputs * *neurons);
  const auto examples = number_of(all, "examples"), height = number_of(all, "height"),
             width = number_of(all, "width");
  if (examples && height && width) all["statistic_size"] = number(*examples * *height * *width);
}

/// The means and variances of many random mini-batches of size m: every batch is a channel of one forward
/// pass.
void add_samples(Quantities& all) {
  const auto seed = number_of(all, "seed"), batches = number_of(all, "draws"), m = number_of(all, "m");
  const auto mean = number_of(all, "population_mean"), std = number_of(all, "population_std");
  if (!seed || !batches || !m || !mean || !std) return;
  require_whole("seed", *seed, 0);
  require_whole("draws", *batches, 1);
  require_whole("m", *m, 1);
  if (*m > most_drawn)
    refuse(
        "m",
        "at most " + std::to_string(static_cast<int>(most_drawn)) + ", the largest batch that is drawn here",
        *m);
  if (*batches * *m > most_drawn) {
    refuse("draws", "at most " + std::to_string(static_cast<int>(most_drawn / *m)) + " batches of this size",
           *batches);
  }
  const Batch x = lab::normal_batches(static_cast<std::uint64_t>(*seed), static_cast<Index>(*batches),
                                      static_cast<Index>(*m), *mean, *std);
  const auto forward = batchnorm::forward_train(x, Channels::Ones(x.cols()), Channels::Zero(x.cols()), 1e-5);
  const auto values = [](const Channels& channels) {
    return Value{{channels.data(), channels.data() + channels.size()}, true};
  };
  all["sample_means"] = values(forward.batch_mean);
  all["sample_vars"] = values(forward.batch_var);
}

void require_finite(const Quantities& all) {
  for (const auto& [name, value] : all) {
    for (std::size_t k = 0; k < value.values.size(); ++k) {
      if (!std::isfinite(value.values[k]) || !std::isfinite(value.scale(k)))
        refuse(name, "numbers within the range of doubles", "a result too large for a double");
    }
  }
}

}  // namespace

Quantities quantities_of(const Quantities& givens) {
  Quantities all = givens;
  add_layer(all);
  add_counts(all);
  const Batch x = list_of(all, "x");
  const auto gamma = number_of(all, "gamma"), beta = number_of(all, "beta"), eps = number_of(all, "eps");
  if (x.size() > 0 && gamma && beta && eps) {
    for (const char* name : {"dy", "other_x"}) require_as_long_as_x(all, name);
    const auto forward = batchnorm::forward_train(x, one(*gamma), one(*beta), *eps);
    // The operator's y is right even so, but a table with an infinite variance teaches nothing.
    if (!std::isfinite(forward.batch_var(0)))
      refuse("x", "values whose variance is a finite double", "an overflow");
    add_forward(all, forward, *gamma, *beta);
    add_backward(all, forward, *gamma, *beta, *eps);
    add_inference(all, x, *gamma, *beta, *eps);
    add_running(all, forward, x.rows());
  } else {
    add_samples(all);
  }
  require_finite(all);
  return all;
}

Quantities with_draws_for_size(Quantities givens) {
  const auto draws = number_of(givens, "draws"), m = number_of(givens, "m");
  if (draws && m && *m >= 1 && *m * *draws > most_drawn)
    givens["draws"] = number(std::max(1.0, std::floor(most_drawn / *m)));
  return givens;
}

Quantities nameable(const Quantities& givens) {
  Quantities names = givens;
  add_layer(names);
  const Value* x = find(names, "x");
  if (x != nullptr) names.emplace("m", number(static_cast<double>(x->values.size())));
  return names;
}

Quantities quantities_named(const std::vector<std::string>& names, const Quantities& givens) {
  const Quantities all = quantities_of(givens);
  Quantities named;
  for (const std::string& name : names) {
    const auto found = all.find(name);
    if (found == all.end()) refuse("names", "quantities of the problem", name);
    named.insert(*found);
  }
  return named;
}

}  // namespace answers
