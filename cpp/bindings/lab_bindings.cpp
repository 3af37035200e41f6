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

val normal_batches(Arguments& arguments) {
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
  return choice<Precision>(arguments, "precision",
                           {{"single", Precision::in_single}, {"double", Precision::in_double}});
}

val estimate_out(const lab::Estimate& estimate) {
  val result = val::object();
  result.set("value", estimate.value);
  result.set("digits", estimate.digits);
  return result;
}

val variance_methods(Arguments& arguments) {
  const Channels values = arguments.numbers("values");
  const double offset = arguments.number("offset");
  const lab::Precision in = precision(arguments);
  arguments.finish();
  const lab::VarianceMethods methods = lab::variance_methods(values, offset, in);
  val result = val::object();
  result.set("stored", copy_out(methods.stored));
  result.set("exact", methods.exact);
  result.set("one_pass", estimate_out(methods.one_pass));
  result.set("two_pass", estimate_out(methods.two_pass));
  result.set("corrected_two_pass", estimate_out(methods.corrected_two_pass));
  result.set("core", estimate_out(methods.core));
  return result;
}

val difference_check(Arguments& arguments) {
  using lab::Dropped;
  using lab::Loss;
  using lab::Scheme;
  lab::CheckedGradient gradient;
  gradient.x = arguments.numbers("x");
  gradient.gamma = arguments.number("gamma");
  gradient.beta = arguments.number("beta");
  gradient.eps = arguments.number("eps");
  gradient.dy = arguments.numbers("dy");
  gradient.loss = choice<Loss>(arguments, "loss",
                               {{"weighted", Loss::weighted}, {"sum", Loss::sum}, {"relu", Loss::relu}});
  gradient.scheme =
      choice<Scheme>(arguments, "scheme", {{"forward", Scheme::forward}, {"central", Scheme::central}});
  gradient.precision = precision(arguments);
  const Channels steps = arguments.numbers("steps");
  if (arguments.has("drop")) {
    gradient.drop = choice<Dropped>(
        arguments, "drop",
        {{"none", Dropped::none}, {"mean", Dropped::mean}, {"var", Dropped::var}, {"both", Dropped::both}});
  }
  arguments.finish();
  const lab::DifferenceCheck check = lab::difference_check(gradient, steps);
  val result = val::object();
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

val jacobian_spectrum(Arguments& arguments) {
  const Channels x = arguments.numbers("x");
  const double gamma = arguments.has("gamma") ? arguments.number("gamma") : 1;
  const double eps = arguments.number("eps");
  arguments.finish();
  const lab::JacobianSpectrum spectrum = lab::jacobian_spectrum(x, gamma, eps);
  val result = val::object();
  result.set("jacobian", copy_out(of_size(spectrum.jacobian, spectrum.size)));
  result.set("eigenvalues", copy_out(of_size(spectrum.eigenvalues, spectrum.size)));
  result.set("rank", static_cast<double>(spectrum.rank));
  result.set("row_sums", copy_out(of_size(spectrum.row_sums, spectrum.size)));
  return result;
}

val running_series(Arguments& arguments) {
  using batchnorm::Momentum;
  using batchnorm::VarianceEstimator;
  const double running_mean = arguments.number("running_mean");
  const double running_var = arguments.number("running_var");
  const Channels batch_mean = arguments.numbers("batch_mean");
  const Channels batch_var = arguments.numbers("batch_var");
  const Eigen::Index m = arguments.count("m");
  const double weight = arguments.number("momentum");
  const Momentum momentum = choice<Momentum>(
      arguments, "convention", {{"decay", Momentum::decay(weight)}, {"torch", Momentum::torch(weight)}});
  const VarianceEstimator estimator = choice<VarianceEstimator>(
      arguments, "estimator",
      {{"biased", VarianceEstimator::biased}, {"unbiased", VarianceEstimator::unbiased}});
  arguments.finish();
  const batchnorm::RunningStatistics series =
      lab::running_series(running_mean, running_var, batch_mean, batch_var, m, momentum, estimator);
  val result = val::object();
  result.set("running_mean", copy_out(series.running_mean));
  result.set("running_var", copy_out(series.running_var));
  return result;
}

}  // namespace

EMSCRIPTEN_BINDINGS(lab) {
  emscripten::function("normal_batches", &call<normal_batches>);
  emscripten::function("variance_methods", &call<variance_methods>);
  emscripten::function("difference_check", &call<difference_check>);
  emscripten::function("jacobian_spectrum", &call<jacobian_spectrum>);
  emscripten::function("running_series", &call<running_series>);
}
