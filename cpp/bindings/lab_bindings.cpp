// The lab's part of the table of what JavaScript may call. No arithmetic here: each binding reads its
// arguments, calls the library and copies the result out.

#include "bindings/arguments.h"
#include "lab/difference_check.h"
#include "lab/jacobian_spectrum.h"
#include "lab/random.h"
#include "lab/running_series.h"
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

BINDING(variance_methods) {
  const Channels values = arguments.numbers("values");
  const double offset = arguments.number("offset");
  const lab::Precision in = precision(arguments);
  arguments.finish();
  const lab::VarianceMethods methods = lab::variance_methods(values, offset, in);
  JsValue result = JsValue::object();
  result.set("stored", copy_out(methods.stored));
  result.set("exact", methods.exact);
  result.set("one_pass", estimate_out(methods.one_pass));
  result.set("two_pass", estimate_out(methods.two_pass));
  result.set("corrected_two_pass", estimate_out(methods.corrected_two_pass));
  result.set("core", estimate_out(methods.core));
  return result;
}

BINDING(difference_check) {
  using lab::Dropped;
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
  gradient.scheme =
      arguments.choice<Scheme>("scheme", {{"forward", Scheme::forward}, {"central", Scheme::central}});
  gradient.precision = precision(arguments);
  const Channels steps = arguments.numbers("steps");
  if (arguments.has("drop")) {
    gradient.drop = arguments.choice<Dropped>(
        "drop",
        {{"none", Dropped::none}, {"mean", Dropped::mean}, {"var", Dropped::var}, {"both", Dropped::both}});
  }
  arguments.finish();
  const lab::DifferenceCheck check = lab::difference_check(gradient, steps);
  JsValue result = JsValue::object();
  result.set("dx", copy_out(check.dx));
  result.set("numeric", copy_out(check.numeric));
  result.set("error", copy_out(check.error));
  result.set("absolute", copy_out(check.absolute));
  return result;
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

BINDING(running_series) {
  using batchnorm::Momentum;
  using batchnorm::VarianceEstimator;
  const double running_mean = arguments.number("running_mean");
  const double running_var = arguments.number("running_var");
  const Channels batch_mean = arguments.numbers("batch_mean");
  const Channels batch_var = arguments.numbers("batch_var");
  const Eigen::Index m = arguments.count("m");
  const double weight = arguments.number("momentum");
  const Momentum momentum = arguments.choice<Momentum>(
      "convention", {{"decay", Momentum::decay(weight)}, {"torch", Momentum::torch(weight)}});
  const VarianceEstimator estimator = arguments.choice<VarianceEstimator>(
      "estimator", {{"biased", VarianceEstimator::biased}, {"unbiased", VarianceEstimator::unbiased}});
  arguments.finish();
  const batchnorm::RunningStatistics series =
      lab::running_series(running_mean, running_var, batch_mean, batch_var, m, momentum, estimator);
  JsValue result = JsValue::object();
  result.set("running_mean", copy_out(series.running_mean));
  result.set("running_var", copy_out(series.running_var));
  return result;
}

}  // namespace
