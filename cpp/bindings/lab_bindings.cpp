// The lab's part of the table of what JavaScript may call. No arithmetic here: each binding reads its
// arguments, calls the library and copies the result out.

#include <optional>

#include "bindings/arguments.h"
#include "lab/difference_check.h"
#include "lab/jacobian_spectrum.h"
#include "lab/random.h"
#include "lab/running_series.h"
#include "lab/running_stream.h"
#include "lab/variance_methods.h"

using namespace bindings;

namespace {

BINDING(normal_batches) {
  const Eigen::Index seed = arguments.count("seed");
  const Eigen::Index batches = arguments.count("batches");
  const Eigen::Index m = arguments.count("m");
  const double mean = arguments.number("mean");
  const double std = arguments.number("std");
  arguments.finish();
  return copy_out(lab::normal_batches(static_cast<std::uint64_t>(seed), batches, m, mean, std));
}

lab::Precision precision(Arguments& arguments) {
  using lab::Precision;
  return arguments.choice<Precision>("precision",
                                     {{"single", Precision::in_single}, {"double", Precision::in_double}});
}

JsValue estimate_out(const lab::Estimate& estimate) {
  JsValue result = JsValue::object();
  result.set("value", estimate.value);
  result.set("digits", estimate.digits);
  return result;
}

JsValue methods_out(const lab::VarianceMethods& methods) {
  JsValue result = JsValue::object();
  result.set("stored", copy_out(methods.stored));
  result.set("exact", methods.exact);
  result.set("of_values", methods.of_values);
  result.set("kept", methods.kept);
  result.set("one_pass", estimate_out(methods.one_pass));
  result.set("two_pass", estimate_out(methods.two_pass));
  result.set("corrected_two_pass", estimate_out(methods.corrected_two_pass));
  result.set("core", estimate_out(methods.core));
  return result;
}

/// One result for each offset.
BINDING(variance_methods) {
  const Channels values = arguments.numbers("values");
  const Channels offsets = arguments.numbers("offsets");
  const lab::Precision in = precision(arguments);
  arguments.finish();
  JsValue results = JsValue::array();
  for (const double offset : offsets) results.push(methods_out(lab::variance_methods(values, offset, in)));
  return results;
}

JsValue code_out(const lab::CheckedCode& code) {
  JsValue result = JsValue::object();
  result.set("dx", copy_out(code.dx));
  result.set("error", copy_out(code.error));
  result.set("absolute", copy_out(code.absolute));
  return result;
}

JsValue check_out(const lab::DifferenceCheck& check) {
  JsValue result = JsValue::object();
  result.set("numeric", copy_out(check.numeric));
  result.set("right", code_out(check.right));
  result.set("without_mean", code_out(check.without_mean));
  result.set("without_var", code_out(check.without_var));
  result.set("without_both", code_out(check.without_both));
  return result;
}

/// One result for each of the ways to check one gradient.
BINDING(difference_checks) {
  using lab::Loss;
  using lab::Scheme;
  lab::CheckedGradient gradient;
  gradient.x = arguments.numbers("x");
  gradient.gamma = arguments.number("gamma");
  gradient.beta = arguments.number("beta");
  gradient.eps = arguments.number("eps");
  gradient.dy = arguments.numbers("dy");
  gradient.loss = arguments.choice<Loss>(
      "loss", {{"weighted", Loss::weighted}, {"sum", Loss::sum}, {"relu", Loss::relu}});
  std::vector<Arguments> checks = arguments.objects("checks");
  arguments.finish();
  JsValue results = JsValue::array();
  for (Arguments& check : checks) {
    gradient.scheme =
        check.choice<Scheme>("scheme", {{"forward", Scheme::forward}, {"central", Scheme::central}});
    gradient.precision = precision(check);
    const Channels steps = check.numbers("steps");
    check.finish();
    results.push(check_out(lab::difference_check(gradient, steps)));
  }
  return results;
}

/// Numbers that are made of terms of this size.
template <typename Derived>
answers::Value of_size(const Eigen::PlainObjectBase<Derived>& numbers, double size) {
  const auto count = static_cast<std::size_t>(numbers.size());
  return {{numbers.data(), numbers.data() + count}, true, std::vector<double>(count, size)};
}

BINDING(jacobian_spectrum) {
  const Channels x = arguments.numbers("x");
  const double gamma = arguments.has("gamma") ? arguments.number("gamma") : 1;
  const double eps = arguments.number("eps");
  arguments.finish();
  const lab::JacobianSpectrum spectrum = lab::jacobian_spectrum(x, gamma, eps);
  JsValue result = JsValue::object();
  result.set("jacobian", copy_out(of_size(spectrum.jacobian, spectrum.size)));
  result.set("eigenvalues", copy_out(of_size(spectrum.eigenvalues, spectrum.size)));
  result.set("rank", static_cast<double>(spectrum.rank));
  result.set("row_sums", copy_out(of_size(spectrum.row_sums, spectrum.size)));
  return result;
}

/// How running statistics follow: `momentum` as the `convention` has it.
batchnorm::Momentum momentum(Arguments& arguments) {
  using batchnorm::Momentum;
  const double weight = arguments.number("momentum");
  return arguments.choice<Momentum>("convention",
                                    {{"decay", Momentum::decay(weight)}, {"torch", Momentum::torch(weight)}});
}

batchnorm::VarianceEstimator estimator(Arguments& arguments) {
  using batchnorm::VarianceEstimator;
  return arguments.choice<VarianceEstimator>(
      "estimator", {{"biased", VarianceEstimator::biased}, {"unbiased", VarianceEstimator::unbiased}});
}

BINDING(running_series) {
  const double running_mean = arguments.number("running_mean");
  const double running_var = arguments.number("running_var");
  const Channels batch_mean = arguments.numbers("batch_mean");
  const Channels batch_var = arguments.numbers("batch_var");
  const Eigen::Index m = arguments.count("m");
  const batchnorm::Momentum weights = momentum(arguments);
  const batchnorm::VarianceEstimator feeds = estimator(arguments);
  arguments.finish();
  const batchnorm::RunningStatistics series =
      lab::running_series(running_mean, running_var, batch_mean, batch_var, m, weights, feeds);
  JsValue result = JsValue::object();
  result.set("running_mean", copy_out(series.running_mean));
  result.set("running_var", copy_out(series.running_var));
  return result;
}

JsValue path_out(const lab::RunningPath& path, const batchnorm::Momentum& weights) {
  JsValue result = JsValue::object();
  result.set("running_mean", copy_out(path.running_mean));
  result.set("running_var", copy_out(path.running_var));
  result.set("fed_var", copy_out(path.fed_var));
  result.set("start_weight", copy_out(path.start_weight));
  result.set("span", path.span);
  result.set("old_weight", weights.old_weight);
  result.set("new_weight", weights.new_weight);
  return result;
}

JsValue example_out(Arguments example, const lab::StreamBatches& batches, const lab::RunningPath& path) {
  const double x = example.number("x");
  const double eps = example.number("eps");
  const Eigen::Index from = example.count("from"), to = example.count("to");
  example.finish();
  const lab::BothModes modes = lab::in_both_modes(batches, path, x, eps, from, to);
  JsValue result = JsValue::object();
  result.set("others", copy_out(modes.others));
  result.set("y_training", copy_out(modes.y_training));
  result.set("batch_mean", copy_out(modes.batch_mean));
  result.set("batch_var", copy_out(modes.batch_var));
  result.set("y_inference", modes.y_inference);
  return result;
}

/// Batches, how each of the rules follows them, and an example that meets the first rule's statistics.
BINDING(running_stream) {
  lab::Stream stream;
  stream.seed = static_cast<std::uint64_t>(arguments.count("seed"));
  stream.batches = arguments.count("batches");
  stream.m = arguments.count("m");
  stream.shift_at = arguments.count("shift_at");
  stream.mean_before = arguments.number("mean_before");
  stream.var_before = arguments.number("var_before");
  stream.mean_after = arguments.number("mean_after");
  stream.var_after = arguments.number("var_after");
  const double running_mean = arguments.number("running_mean");
  const double running_var = arguments.number("running_var");
  std::vector<Arguments> rules = arguments.objects("rules");
  if (rules.empty()) refuse("rules", "at least 1 rule", "none");
  std::optional<Arguments> example;
  if (arguments.has("example")) example.emplace(arguments.object("example"));
  arguments.finish();
  const lab::StreamBatches batches = lab::batches_of(stream);
  JsValue result = JsValue::object();
  result.set("batch_mean", copy_out(batches.batch_mean));
  result.set("batch_var", copy_out(batches.batch_var));
  JsValue paths = JsValue::array();
  for (Arguments& rule : rules) {
    const batchnorm::Momentum weights = momentum(rule);
    const batchnorm::VarianceEstimator feeds = estimator(rule);
    rule.finish();
    const lab::RunningPath path = lab::follow(batches, running_mean, running_var, {weights, feeds});
    if (&rule == &rules.front() && example) result.set("example", example_out(*example, batches, path));
    paths.push(path_out(path, weights));
  }
  result.set("paths", paths);
  return result;
}

}  // namespace
