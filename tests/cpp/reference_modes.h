#pragma once
// Runs a case of tests/reference through the native core: a function for each mode, as modes.mjs and
// linear.mjs there do through WebAssembly. What lies around the core (linear layers) is computed to twice the
// working precision.

#include "batchnorm/backward.h"
#include "batchnorm/folding.h"
#include "batchnorm/running_statistics.h"
#include "reference_compare.h"

namespace reference {

using batchnorm::Affine;
using batchnorm::BatchStatistics;
using batchnorm::Momentum;
using batchnorm::RunningStatistics;
using batchnorm::VarianceEstimator;

struct Run {
  Outputs outputs;
  Stated stated;
  std::vector<std::string> failures = {};  ///< broken promises that hold for every file
};

// The core with data of either type, from doubles and to doubles.

template <typename Call>
auto with_type(Dtype dtype, const Call& call) {
  return dtype == Dtype::float64 ? call(double{}) : call(float{});
}

/// What the core is given in training and in inference.
struct Operands {
  Dtype dtype;
  Layout layout;
  double eps;
  Numbers x, dy;  ///< dy: empty where there is none
  Affine affine;
  RunningStatistics running;  ///< empty where there are none
  batchnorm::Accuracy accuracy;
};

struct Gradients {
  Numbers dx;
  Channels dgamma, dbeta;
};

/// Calls `call(x, y)` with x in the type of the data and room for as many results.
template <typename Call>
Numbers results(const Operands& operands, const Call& call) {
  return with_type(operands.dtype, [&](auto type) {
    const std::vector<decltype(type)> x(operands.x.begin(), operands.x.end());
    std::vector<decltype(type)> y(x.size());
    call(x, y);
    return Numbers(y.begin(), y.end());
  });
}

inline Numbers forward_train(const Operands& operands, BatchStatistics& statistics) {
  return results(operands, [&](const auto& x, auto& y) {
    statistics =
        batchnorm::forward_train(operands.layout, x, operands.affine, operands.eps, y, operands.accuracy);
  });
}

inline Numbers forward_inference(const Operands& operands) {
  return results(operands, [&](const auto& x, auto& y) {
    batchnorm::forward_inference(operands.layout, x, operands.affine, operands.running.running_mean,
                                 operands.running.running_var, operands.eps, y, operands.accuracy);
  });
}

inline Gradients backward_train(const Operands& operands, const BatchStatistics& statistics) {
  batchnorm::ParameterGradients parameters;
  const Numbers dx = results(operands, [&](const auto& x, auto& result) {
    const std::decay_t<decltype(result)> dy(operands.dy.begin(), operands.dy.end());
    parameters = batchnorm::backward_train(operands.layout, dy, x, statistics, operands.affine.gamma, result,
                                           operands.accuracy);
  });
  return {dx, parameters.dgamma, parameters.dbeta};
}

inline Gradients backward_frozen(const Operands& operands) {
  batchnorm::ParameterGradients parameters;
  const Numbers dx = results(operands, [&](const auto& x, auto& result) {
    const std::decay_t<decltype(result)> dy(operands.dy.begin(), operands.dy.end());
    parameters = batchnorm::backward_frozen(operands.layout, dy, x, operands.affine.gamma,
                                            operands.running.running_mean, operands.running.running_var,
                                            operands.eps, result, operands.accuracy);
  });
  return {dx, parameters.dgamma, parameters.dbeta};
}

inline Operands operands_of(const Json& given) {
  const Dtype dtype = dtype_of(given);
  const Layout layout = layout_of(given, member(given, "shape"));
  const Json& inputs = object("inputs", member(given, "inputs"));
  const auto of_channels = [&](const std::string& name) {
    return channels_or_none("inputs." + name, member(inputs, name), dtype, layout.channels);
  };
  const auto tensor = [&](const std::string& name, double (*by_rule)(const Json&, Index)) {
    const Json* rule = member(given, name + "_rule");
    if (!rule) return numbers("inputs." + name, member(inputs, name), dtype, layout.size());
    Numbers values;
    for (Index i = 0; i < layout.size(); ++i) values.push_back(by_rule(*rule, i));
    return values;
  };
  const bool has_dy = member(inputs, "dy") || member(given, "dy_rule");
  return {dtype,
          layout,
          number("eps", member(given, "eps")),
          tensor("x", x_by_rule),
          has_dy ? tensor("dy", dy_by_rule) : Numbers(),
          {of_channels("gamma"), of_channels("beta")},
          {of_channels("running_mean"), of_channels("running_var")},
          accuracy_of(given)};
}

/// Natural scales, a number a channel.
struct Scales {
  Channels y, dx, dgamma, dbeta, saved_mean, saved_var, saved_invstd;
};

inline Channels or_default(const Channels& values, double otherwise, Index channels) {
  return values.size() > 0 ? values : Channels::Constant(channels, otherwise);
}

/// The natural scales of the README, for files that do not state them; frozen statistics in place of the
/// batch's where they are given. Plain arithmetic will do: an ULP depends on little more than the exponent of
/// its scale.
inline Scales natural_scales(const Operands& operands, const RunningStatistics* frozen = nullptr) {
  const auto& [dtype, layout, eps, x, dy, affine, running, accuracy] = operands;
  const Index channels = layout.channels;
  const Channels gamma = or_default(affine.gamma, 1, channels), beta = or_default(affine.beta, 0, channels);
  std::vector<Numbers> xs(static_cast<std::size_t>(channels)), dys = xs;
  for (Index k = 0; k < layout.size(); ++k) {
    const auto c = static_cast<std::size_t>(channel_of(layout, k)), at = static_cast<std::size_t>(k);
    xs[c].push_back(x[at]);
    dys[c].push_back(dy.empty() ? 0 : dy[at]);
  }
  const Channels none = Channels::Zero(channels);
  Scales scales{none, none, none, none, none, none, none};
  for (Index c = 0; c < channels; ++c) {
    const Channels own = channels_of(xs[static_cast<std::size_t>(c)]);
    const Channels own_dy = channels_of(dys[static_cast<std::size_t>(c)]);
    // In units of the largest value no square overflows. Frozen statistics are not squared.
    const double unit = frozen ? 1 : std::max(own.abs().maxCoeff(), std::sqrt(eps));
    const Channels scaled = own / unit;
    const double mean = frozen ? frozen->running_mean(c) : scaled.mean();
    const double variance = frozen ? frozen->running_var(c) : (scaled - mean).square().mean();
    const double deviation = std::sqrt(variance + eps / unit / unit);
    const Channels x_hat = (scaled - mean) / deviation;
    const double slope = std::abs(gamma(c));
    scales.y(c) = slope * x_hat.abs().maxCoeff() + std::abs(beta(c));
    scales.dx(c) = slope * own_dy.abs().maxCoeff() / deviation / unit;
    scales.dgamma(c) = (own_dy * x_hat).abs().sum();
    scales.dbeta(c) = own_dy.abs().sum();
    scales.saved_mean(c) = own.abs().maxCoeff();
    scales.saved_var(c) = variance * unit * unit;
    scales.saved_invstd(c) = 1 / deviation / unit;
  }
  return scales;
}

inline Numbers list_of(const Channels& values) {
  return Numbers(values.data(), values.data() + values.size());
}

/// A number a channel, or several such rows.
inline Output per_channel(const Numbers& values, const Numbers& scale, Index channels) {
  Output output{values, channels, {}, scale};
  for (std::size_t k = 0; k < values.size(); ++k) output.channel.push_back(static_cast<Index>(k) % channels);
  return output;
}
inline Output per_channel(const Channels& values, const Channels& scale) {
  return per_channel(list_of(values), list_of(scale), values.size());
}

/// A tensor laid out as x.
inline Output per_value(const Numbers& values, const Channels& scale, const Layout& layout) {
  Output output{values, layout.channels, {}, {}};
  for (Index k = 0; k < layout.size(); ++k) {
    output.channel.push_back(channel_of(layout, k));
    output.scale.push_back(scale(output.channel.back()));
  }
  return output;
}

inline void add_gradients(Outputs& outputs, const Gradients& gradients, const Scales& scales,
                          const Layout& layout) {
  outputs["dx"] = per_value(gradients.dx, scales.dx, layout);
  outputs["dgamma"] = per_channel(gradients.dgamma, scales.dgamma);
  outputs["dbeta"] = per_channel(gradients.dbeta, scales.dbeta);
}

/// What the case states; a large one states y and dx at some indices.
inline Run sampled(const Json& given, Outputs outputs) {
  const auto stated = [&](const std::string& name) {
    Json fields = member(given, name) ? given[name] : Json::object();
    if (const Json* at_sample = member(given, name + "_at_sample")) fields.update(*at_sample);
    return fields;
  };
  if (const Json* sample = member(given, "sample_index")) {
    const Numbers index = numbers("sample_index", sample, Dtype::float64, static_cast<Index>(sample->size()));
    for (const char* field : {"y", "dx"}) {
      if (outputs.count(field) == 0) continue;
      const Output all = outputs[field];
      Output& some = outputs[field] = {{}, all.channels, {}, {}};
      for (const double each : index) {
        const auto k = static_cast<std::size_t>(each);
        some.values.push_back(all.values.at(k));
        some.channel.push_back(all.channel.at(k));
        some.scale.push_back(all.scale.at(k));
      }
    }
  }
  return {outputs, {stated("truth"), stated("truth_lo"), stated("expected")}};
}

/// How the case lets running statistics move at step 1, 2, ...
struct Averaging {
  Momentum momentum;
  VarianceEstimator estimator;
};
inline Averaging averaging(const Json& given, Index step) {
  const auto estimator = choice<VarianceEstimator>(
      "running_var_estimator", member(given, "running_var_estimator"),
      {{"biased", VarianceEstimator::biased}, {"unbiased", VarianceEstimator::unbiased}});
  if (given.contains("momentum") && given["momentum"].is_null())
    return {Momentum::cumulative(step), estimator};
  const auto make = choice<Momentum (*)(double)>("momentum_convention", member(given, "momentum_convention"),
                                                 {{"decay", &Momentum::decay}, {"torch", &Momentum::torch}});
  return {make(number("momentum", member(given, "momentum"))), estimator};
}

/// The scales of running statistics after a step: the same average, of absolute values.
inline RunningStatistics running_scales(const RunningStatistics& before, const Scales& batch, Index m,
                                        const Averaging& how) {
  const double old_weight = how.momentum.old_weight, new_weight = how.momentum.new_weight;
  const double count = static_cast<double>(m);
  const double correction = how.estimator == VarianceEstimator::unbiased ? count / (count - 1) : 1;
  return {(old_weight * before.running_mean).abs() + (new_weight * batch.saved_mean).abs(),
          (old_weight * before.running_var).abs() + (new_weight * correction * batch.saved_var).abs()};
}

/// Where a channel of equal values does not give beta bit for bit.
inline std::vector<std::string> constant_channels(const Operands& operands, const Numbers& y) {
  const Layout& layout = operands.layout;
  std::vector<std::string> failures;
  for (Index c = 0; c < layout.channels; ++c) {
    std::vector<std::size_t> own;
    for (Index k = 0; k < layout.size(); ++k) {
      if (channel_of(layout, k) == c) own.push_back(static_cast<std::size_t>(k));
    }
    const auto is_first = [&](std::size_t k) { return operands.x[k] == operands.x[own.front()]; };
    if (!std::all_of(own.begin(), own.end(), is_first)) continue;
    const double beta = operands.affine.beta.size() > 0 ? operands.affine.beta(c) : 0;
    for (const std::size_t k : own) {
      if (y[k] == beta && std::signbit(y[k]) == std::signbit(beta)) continue;
      failures.push_back("y[" + std::to_string(k) + "]: channel " + std::to_string(c) +
                         " is constant, so expected beta = " + in_words(beta) + " bit for bit, got " +
                         in_words(y[k]));
      break;
    }
  }
  return failures;
}

inline Run train(const Json& given) {
  const Operands operands = operands_of(given);
  const Layout& layout = operands.layout;
  const Scales scales = natural_scales(operands);
  BatchStatistics statistics;
  const Numbers y = forward_train(operands, statistics);
  Outputs outputs{{"y", per_value(y, scales.y, layout)},
                  {"saved_mean", per_channel(statistics.batch_mean, scales.saved_mean)},
                  {"saved_var", per_channel(statistics.batch_var, scales.saved_var)},
                  {"saved_invstd", per_channel(statistics.saved_invstd, scales.saved_invstd)}};
  if (!operands.dy.empty()) add_gradients(outputs, backward_train(operands, statistics), scales, layout);
  if (operands.running.running_mean.size() > 0 && operands.running.running_var.size() > 0) {
    const Averaging how = averaging(given, 1);
    const RunningStatistics after =
        update_running_statistics(operands.running, statistics.batch_mean, statistics.batch_var, layout.m(),
                                  how.momentum, how.estimator);
    const RunningStatistics scale = running_scales(operands.running, scales, layout.m(), how);
    outputs["running_mean"] = per_channel(after.running_mean, scale.running_mean);
    outputs["running_var"] = per_channel(after.running_var, scale.running_var);
  }
  Run run = sampled(given, outputs);
  run.failures = constant_channels(operands, y);
  return run;
}

inline Run inference(const Json& given) {
  const Operands operands = operands_of(given);
  for (const char* name : {"running_mean", "running_var"}) {
    if (!member(given["inputs"], name))
      malformed(std::string("inputs.") + name, "a list of numbers", nullptr);
  }
  const Scales scales = natural_scales(operands, &operands.running);
  Outputs outputs{{"y", per_value(forward_inference(operands), scales.y, operands.layout)}};
  if (!operands.dy.empty()) add_gradients(outputs, backward_frozen(operands), scales, operands.layout);
  return sampled(given, outputs);
}

inline Run sequence(const Json& given) {
  const Dtype dtype = dtype_of(given);
  const double eps = number("eps", member(given, "eps"));
  const Json* steps = member(given, "steps");
  if (!steps || !steps->is_array() || steps->empty()) malformed("steps", "a list of batches", steps);
  std::vector<Operands> batches;
  for (const Json& step : *steps) {
    const Json& batch = object("steps: batch", member(step, "batch"));
    const Layout layout = layout_of(given, member(batch, "shape"));
    const Numbers x = numbers("steps: batch.x", member(batch, "x"), dtype, layout.size());
    batches.push_back({dtype, layout, eps, x, {}, {}, {}, accuracy_of(given)});
  }
  const Index channels = batches.front().layout.channels;
  const Json& initial = object("initial", member(given, "initial"));
  const auto start = [&](const char* name) {
    return channels_of(numbers(std::string("initial.") + name, member(initial, name), dtype, channels));
  };
  const RunningStatistics before{start("running_mean"), start("running_var")};

  // The fields of all steps, one step after the other.
  struct History {
    Output mean, variance;
    RunningStatistics last;
  };
  const auto follow = [&](const Json& rules) {
    Numbers means, variances, mean_scales, variance_scales;
    RunningStatistics running = before, scale = before;
    for (std::size_t i = 0; i < batches.size(); ++i) {
      const Averaging how = averaging(rules, static_cast<Index>(i) + 1);
      const Index m = batches[i].layout.m();
      BatchStatistics statistics;
      forward_train(batches[i], statistics);
      running = update_running_statistics(running, statistics.batch_mean, statistics.batch_var, m,
                                          how.momentum, how.estimator);
      scale = running_scales(scale, natural_scales(batches[i]), m, how);
      for (Index c = 0; c < channels; ++c) {
        means.push_back(running.running_mean(c));
        variances.push_back(running.running_var(c));
        mean_scales.push_back(scale.running_mean(c));
        variance_scales.push_back(scale.running_var(c));
      }
    }
    return History{per_channel(means, mean_scales, channels),
                   per_channel(variances, variance_scales, channels), running};
  };
  Json biased_rules = given;
  biased_rules["running_var_estimator"] = "biased";
  const History own = follow(given), biased = follow(biased_rules);
  Outputs outputs{
      {"running_mean", own.mean}, {"running_var", own.variance}, {"running_var_biased", biased.variance}};

  // The rule in words speaks of the largest |x| that a statistic has seen, and of 1 where that is less.
  Channels seen = Channels::Ones(channels);
  for (const Operands& batch : batches) {
    seen = seen.max(natural_scales(batch).saved_mean);
    for (const double size : seen) {
      outputs["running_mean"].magnitude.push_back(size);
      outputs["running_var"].magnitude.push_back(size * size);
      outputs["running_var_biased"].magnitude.push_back(size * size);
    }
  }

  Stated stated{Json::object(), nullptr, Json::object()};
  for (const auto& [name, source] :
       {std::make_pair("truth", &stated.truth), {"expected", &stated.expected}}) {
    for (const Json& step : *steps) {
      if (!member(step, name)) continue;
      for (const auto& [field, values] : step[name].items())
        for (const Json& value : values) (*source)[field].push_back(value);
    }
  }
  if (const Json* final = member(given, "final_inference")) {
    const Json* listed = member(*final, "x");
    const Json rows = {listed ? static_cast<Index>(listed->size()) / channels : 0, channels};
    const Layout layout = layout_of(given, member(*final, "shape") ? member(*final, "shape") : &rows);
    const Numbers x = numbers("final_inference.x", listed, dtype, layout.size());
    const Operands operands{dtype, layout, eps, x, {}, {}, own.last, accuracy_of(given)};
    outputs["y"] = per_value(forward_inference(operands), natural_scales(operands, &own.last).y, layout);
    if (const Json* y = member(*final, "truth_y")) stated.truth["y"] = *y;
    if (const Json* y = member(*final, "expected_y")) stated.expected["y"] = *y;
  }
  return {outputs, stated};
}

/// The scalar product to twice the working precision, rounded once.
/// Source: Ogita, Rump, Oishi, "Accurate Sum and Dot Product", 2005, Dot2.
inline double dot(const Channels& a, const Channels& b) {
  double total = 0, rest = 0;
  for (Index i = 0; i < a.size(); ++i) {
    const double term = a(i) * b(i), next = total + term, added = next - total;
    rest += (total - (next - added)) + (term - added) + std::fma(a(i), b(i), -term);
    total = next;
  }
  return total + rest;
}

using Matrix = Eigen::Array<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

inline Matrix matrix(const Numbers& values, Index rows, Index columns) {
  return Eigen::Map<const Matrix>(values.data(), rows, columns);
}

/// a b^T, row by row.
inline Numbers times_transposed(const Matrix& a, const Matrix& b) {
  Numbers result;
  for (Index i = 0; i < a.rows(); ++i) {
    for (Index j = 0; j < b.rows(); ++j) result.push_back(dot(a.row(i), b.row(j)));
  }
  return result;
}

/// A last column: with one of 1 and one of b, x W^T + b is one product.
inline Matrix beside(const Matrix& values, const Channels& column) {
  Matrix wider(values.rows(), values.cols() + 1);
  wider << values, column.transpose();
  return wider;
}

inline Run fold(const Json& given) {
  const Dtype dtype = dtype_of(given);
  const double eps = number("eps", member(given, "eps"));
  const Json& inputs = object("inputs", member(given, "inputs"));
  const std::vector<Index> shape = shape_of("weight_shape", member(given, "weight_shape"));
  Layout layout{1, shape.front(), 1};
  for (std::size_t k = 1; k < shape.size(); ++k) layout.inner *= shape[k];
  const Index channels = layout.channels, width = layout.inner;
  const auto read = [&](const std::string& name, Index count) {
    return numbers("inputs." + name, member(inputs, name), dtype, count);
  };
  const auto read_or_none = [&](const std::string& name) {
    return channels_or_none("inputs." + name, member(inputs, name), dtype, channels);
  };
  const Numbers weight = read("W", layout.size());
  const Channels running_mean = channels_of(read("running_mean", channels)),
                 running_var = channels_of(read("running_var", channels));
  const Affine affine{read_or_none("gamma"), read_or_none("beta")};
  const Channels bias = read_or_none("b");
  const batchnorm::Folded folded =
      batchnorm::fold(layout, weight, bias, affine, running_mean, running_var, eps);

  const Channels slopes = (or_default(affine.gamma, 1, channels) / (running_var + eps).sqrt()).abs();
  const Channels offsets = slopes * (or_default(bias, 0, channels).abs() + running_mean.abs()) +
                           or_default(affine.beta, 0, channels).abs();
  const Numbers folded_weight(folded.weight.data(), folded.weight.data() + layout.size());
  Outputs outputs{{"W_folded", per_value(folded_weight, slopes, layout)},
                  {"b_folded", per_channel(folded.bias, offsets)}};
  for (std::size_t k = 0; k < weight.size(); ++k) outputs["W_folded"].scale[k] *= std::abs(weight[k]);
  if (member(inputs, "X")) {
    const Index rows = shape_of("inputs.rows", member(inputs, "rows")).front();
    const Matrix X = beside(matrix(read("X", rows * width), rows, width), Channels::Ones(rows));
    const Matrix W = beside(matrix(folded_weight, channels, width), folded.bias);
    outputs["Y"] = per_channel(times_transposed(X, W), times_transposed(X.abs(), W.abs()), channels);
  }
  return sampled(given, outputs);
}

inline Run linear_bn_train(const Json& given) {
  const Dtype dtype = dtype_of(given);
  const Json& inputs = object("inputs", member(given, "inputs"));
  const Json& sizes = object("sizes", member(given, "sizes"));
  const Json listed = {sizes.value("N", 0), sizes.value("I", 0), sizes.value("O", 0)};
  const std::vector<Index> counts = shape_of("sizes: N, I, O", &listed);
  const Index N = counts[0], I = counts[1], O = counts[2];
  const auto read = [&](const std::string& name, Index count) {
    return numbers("inputs." + name, member(inputs, name), dtype, count);
  };
  const Matrix X = matrix(read("X", N * I), N, I), W = matrix(read("W", O * I), O, I);
  const Numbers z = times_transposed(beside(X, Channels::Ones(N)), beside(W, channels_of(read("b", O))));
  const Affine affine{channels_of(read("gamma", O)), channels_of(read("beta", O))};
  const Operands operands{dtype, {N, O, 1},         number("eps", member(given, "eps")),
                          z,     read("dy", N * O), affine,
                          {},    accuracy_of(given)};
  BatchStatistics statistics;
  const Numbers y = forward_train(operands, statistics);
  const Gradients gradients = backward_train(operands, statistics);
  const Matrix dz = matrix(gradients.dx, N, O);
  const Numbers dW = times_transposed(dz.transpose(), X.transpose());

  // The largest |dz| that may be: every scale and every rule here is made of it.
  const Scales scales = natural_scales(operands);
  const Matrix bounds = scales.dx.replicate(N, 1);
  const Numbers dW_scales = times_transposed(bounds.transpose(), X.abs().transpose());
  const Channels magnitudes = (scales.dx * X.abs().maxCoeff()).max(1);
  const Matrix ones = Matrix::Ones(1, N);
  const Layout weights{1, O, I};
  Numbers row_dot, row_dot_scales;
  for (Index o = 0; o < O; ++o) {
    row_dot.push_back(dot(matrix(dW, O, I).row(o), W.row(o)));
    row_dot_scales.push_back(dot(matrix(dW_scales, O, I).row(o), W.row(o).abs()));
  }
  Outputs outputs{{"y", per_value(y, scales.y, operands.layout)},
                  {"dgamma", per_channel(gradients.dgamma, scales.dgamma)},
                  {"dbeta", per_channel(gradients.dbeta, scales.dbeta)},
                  {"dW", per_value(dW, scales.dx, weights)},
                  {"db", per_channel(times_transposed(dz.transpose(), ones),
                                     times_transposed(bounds.transpose(), ones), O)},
                  {"dX", per_channel(times_transposed(dz, W.transpose()),
                                     times_transposed(bounds, W.abs().transpose()), I)},
                  {"row_dot_W_dW", per_channel(row_dot, row_dot_scales, O)}};
  outputs["dW"].scale = dW_scales;
  for (auto& [field, output] : outputs) {
    for (const Index channel : output.channel)
      output.magnitude.push_back(field == "dX" ? magnitudes.maxCoeff() : magnitudes(channel));
  }
  for (Index o = 0; o < O; ++o)
    outputs["db"].magnitude[static_cast<std::size_t>(o)] = static_cast<double>(N) * scales.dx(o);
  return sampled(given, outputs);
}

using Mode = Run (*)(const Json&);
inline const std::map<std::string, Mode> modes{{"train", train},
                                               {"inference", inference},
                                               {"sequence", sequence},
                                               {"fold", fold},
                                               {"linear_bn_train", linear_bn_train}};

}  // namespace reference
