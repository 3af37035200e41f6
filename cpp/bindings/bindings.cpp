// The table of what JavaScript may call. No arithmetic here: each binding reads its arguments, calls the
// library and copies the result out. Nothing unwinds into JavaScript, which would leak a stack frame of this
// module each time: every binding returns {ok: true, value} or {ok: false, code, message}.

#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "answers/judge.h"
#include "batchnorm/backward.h"
#include "batchnorm/gradient_check.h"
#include "batchnorm/running_statistics.h"
#include "lab/random.h"

using batchnorm::Batch;
using batchnorm::Channels;
using batchnorm::refuse;
using emscripten::val;

namespace {

std::string type_of(const val& value) {
  return value.isNull() ? "null" : value.typeOf().as<std::string>();
}

/// The named arguments of one call. Each is refused by its name where it is missing or of the wrong type.
class Arguments {
 public:
  explicit Arguments(const val& object) : object_(object) {
    if (type_of(object) != "object") refuse("arguments", "an object with named arguments", type_of(object));
  }

  Channels numbers(const char* name) {
    const val value = take(name);
    if (type_of(value) != "object" || !value.instanceof (val::global("Float64Array"))) {
      refuse(name, "a Float64Array", type_of(value));
    }
    Channels numbers(value["length"].as<Eigen::Index>());
    val view(emscripten::typed_memory_view(static_cast<std::size_t>(numbers.size()), numbers.data()));
    view.call<void>("set", value);
    return numbers;
  }

  /// A flat list of m * C numbers, examples one after the other.
  Batch batch(const char* name, Eigen::Index channels) {
    const Channels flat = numbers(name);
    if (channels < 1) refuse("gamma", "at least 1 value (one a channel)", "none");
    if (flat.size() % channels != 0) {
      refuse(name, "a multiple of " + std::to_string(channels) + " values (the channels)", flat.size());
    }
    return Eigen::Map<const Batch>(flat.data(), flat.size() / channels, channels);
  }

  double number(const char* name) {
    const val value = take(name);
    if (!value.isNumber()) refuse(name, "a number", type_of(value));
    const double number = value.as<double>();
    if (!std::isfinite(number)) refuse(name, "a finite number", number);
    return number;
  }

  Eigen::Index count(const char* name) {
    const double value = number(name);
    if (value != std::floor(value) || std::abs(value) > 1e9)
      refuse(name, "an integer from -1e9 to 1e9", value);
    return static_cast<Eigen::Index>(value);
  }

  std::string text(const char* name) {
    const val value = take(name);
    if (!value.isString()) refuse(name, "a text", type_of(value));
    return value.as<std::string>();
  }

  /// An object of quantities: numbers, lists, or {values, scale} (see answers::Value) with one scale for all
  /// values.
  answers::Quantities quantities(const char* name) {
    const val value = take(name);
    if (type_of(value) != "object") refuse(name, "an object of quantities", type_of(value));
    answers::Quantities quantities;
    Arguments entries(value);
    for (const std::string& key : entries.keys()) quantities[key] = entries.quantity(key.c_str());
    return quantities;
  }

  answers::Value quantity(const char* name) {
    const val given = take(name);
    if (given.isNumber()) return {{number(name)}, false};
    if (type_of(given) != "object")
      refuse(name, "a number, a Float64Array or {values, scale}", type_of(given));
    const bool scaled = !given.instanceof (val::global("Float64Array"));
    Arguments entries(scaled ? given : object_);
    if (scaled && given["values"].isNumber()) {
      return {{entries.number("values")}, false, {entries.number("scale")}};
    }
    const Channels numbers = entries.numbers(scaled ? "values" : name);
    if (numbers.size() == 0) refuse(name, "at least 1 value", "an empty list");
    answers::Value value{{numbers.begin(), numbers.end()}, true};
    if (scaled) value.scales.assign(value.values.size(), entries.number("scale"));
    return value;
  }

  /// Refuses what was given besides the arguments read so far: most likely a misspelt one.
  void finish() const {
    std::string known;
    for (const std::string& name : read_) known += (known.empty() ? "" : ", ") + name;
    for (const std::string& key : keys()) {
      if (std::find(read_.begin(), read_.end(), key) == read_.end())
        refuse(key, "one of the arguments " + known, "an unknown name");
    }
  }

 private:
  val take(const char* name) {
    read_.push_back(name);
    return object_[name];
  }

  std::vector<std::string> keys() const {
    return emscripten::vecFromJSArray<std::string>(val::global("Object").call<val>("keys", object_));
  }

  val object_;
  std::vector<std::string> read_;
};

/// A fresh Float64Array with a copy of the numbers: no view into this module's memory gets out.
val copy_out(const double* data, std::size_t size) {
  return val(emscripten::typed_memory_view(size, data)).call<val>("slice");
}
template <typename Derived>
val copy_out(const Eigen::PlainObjectBase<Derived>& numbers) {
  return copy_out(numbers.data(), static_cast<std::size_t>(numbers.size()));
}
/// {values, shown, is_list}: the values as computed, and as they may be shown, without rounding's remains of
/// 0.
val copy_out(const answers::Value& value) {
  val result = val::object();
  std::vector<double> shown;
  for (std::size_t k = 0; k < value.values.size(); ++k) shown.push_back(value.without_rounding(k));
  result.set("values", copy_out(value.values.data(), value.values.size()));
  result.set("shown", copy_out(shown.data(), shown.size()));
  result.set("is_list", value.is_list);
  return result;
}

val range_out(const answers::Range& range) {
  val result = val::object();
  result.set("begin", static_cast<double>(range.begin));
  result.set("end", static_cast<double>(range.end));
  return result;
}

val tree_out(const answers::Node& node) {
  val result = val::object();
  result.set("kind", std::string(answers::kind_name(node.kind)));
  result.set("text", node.text);
  result.set("range", range_out(node.range));
  val children = val::array();
  for (const answers::Node& child : node.children) children.call<void>("push", tree_out(child));
  result.set("children", children);
  return result;
}

void set_gradients(val& result, const batchnorm::Gradients& gradients) {
  result.set("dx", copy_out(gradients.dx));
  result.set("dgamma", copy_out(gradients.dgamma));
  result.set("dbeta", copy_out(gradients.dbeta));
}

struct TrainingInput {
  Channels gamma, beta;
  Batch x;
  double eps;
};

TrainingInput training_input(Arguments& arguments) {
  TrainingInput input;
  input.gamma = arguments.numbers("gamma");
  input.beta = arguments.numbers("beta");
  input.x = arguments.batch("x", input.gamma.size());
  input.eps = arguments.number("eps");
  return input;
}

val forward_train(Arguments& arguments) {
  const TrainingInput input = training_input(arguments);
  arguments.finish();
  const auto forward = batchnorm::forward_train(input.x, input.gamma, input.beta, input.eps);
  val result = val::object();
  result.set("y", copy_out(forward.y));
  result.set("x_hat", copy_out(forward.x_hat));
  result.set("batch_mean", copy_out(forward.batch_mean));
  result.set("batch_var", copy_out(forward.batch_var));
  result.set("saved_invstd", copy_out(forward.saved_invstd));
  return result;
}

val backward_train(Arguments& arguments) {
  const TrainingInput input = training_input(arguments);
  const Batch dy = arguments.batch("dy", input.gamma.size());
  arguments.finish();
  const auto forward = batchnorm::forward_train(input.x, input.gamma, input.beta, input.eps);
  const auto trace = batchnorm::backward_trace(dy, forward, input.gamma);
  val result = val::object();
  set_gradients(result, trace.gradients);
  result.set("dx_hat", copy_out(trace.dx_hat));
  result.set("dvar", copy_out(trace.dvar));
  result.set("dmean", copy_out(trace.dmean));
  result.set("dx_direct", copy_out(trace.dx_direct));
  result.set("dx_through_var", copy_out(trace.dx_through_var));
  result.set("dx_through_mean", copy_out(trace.dx_through_mean));
  return result;
}

val central_difference_gradient(Arguments& arguments) {
  const TrainingInput input = training_input(arguments);
  const Batch dy = arguments.batch("dy", input.gamma.size());
  const double step = arguments.number("step");
  arguments.finish();
  val result = val::object();
  set_gradients(
      result, batchnorm::central_difference_gradient(input.x, input.gamma, input.beta, input.eps, dy, step));
  return result;
}

struct InferenceInput : TrainingInput {
  Channels running_mean, running_var;
};

InferenceInput inference_input(Arguments& arguments) {
  InferenceInput input{training_input(arguments), {}, {}};
  input.running_mean = arguments.numbers("running_mean");
  input.running_var = arguments.numbers("running_var");
  return input;
}

val forward_inference(Arguments& arguments) {
  const InferenceInput input = inference_input(arguments);
  arguments.finish();
  val result = val::object();
  result.set("y", copy_out(batchnorm::forward_inference(input.x, input.gamma, input.beta, input.running_mean,
                                                        input.running_var, input.eps)));
  return result;
}

val backward_frozen(Arguments& arguments) {
  const InferenceInput input = inference_input(arguments);
  const Batch dy = arguments.batch("dy", input.gamma.size());
  arguments.finish();
  val result = val::object();
  set_gradients(result, batchnorm::backward_frozen(dy, input.x, input.gamma, input.running_mean,
                                                   input.running_var, input.eps));
  return result;
}

val update_running_statistics(Arguments& arguments) {
  const batchnorm::RunningStatistics before{arguments.numbers("running_mean"),
                                            arguments.numbers("running_var")};
  const Channels batch_mean = arguments.numbers("batch_mean");
  const Channels batch_var = arguments.numbers("batch_var");
  const Eigen::Index m = arguments.count("m");
  const double momentum = arguments.number("momentum");
  const std::string convention = arguments.text("convention");
  const std::string estimator = arguments.text("estimator");
  arguments.finish();
  if (convention != "decay" && convention != "torch")
    refuse("convention", "\"decay\" or \"torch\"", convention);
  if (estimator != "biased" && estimator != "unbiased")
    refuse("estimator", "\"biased\" or \"unbiased\"", estimator);
  const auto after = batchnorm::update_running_statistics(
      before, batch_mean, batch_var, m, momentum,
      convention == "decay" ? batchnorm::MomentumConvention::decay : batchnorm::MomentumConvention::torch,
      estimator == "biased" ? batchnorm::VarianceEstimator::biased : batchnorm::VarianceEstimator::unbiased);
  val result = val::object();
  result.set("running_mean", copy_out(after.running_mean));
  result.set("running_var", copy_out(after.running_var));
  return result;
}

val normal_batches(Arguments& arguments) {
  const Eigen::Index seed = arguments.count("seed");
  const Eigen::Index batches = arguments.count("batches");
  const Eigen::Index m = arguments.count("m");
  const double mean = arguments.number("mean");
  const double std = arguments.number("std");
  arguments.finish();
  return copy_out(lab::normal_batches(static_cast<std::uint64_t>(seed), batches, m, mean, std));
}

val evaluate(Arguments& arguments) {
  const std::string text = arguments.text("text");
  const answers::Quantities quantities = arguments.quantities("quantities");
  arguments.finish();
  return copy_out(answers::evaluate(answers::parse(text), quantities));
}

val judge(Arguments& arguments) {
  const std::string text = arguments.text("text");
  const answers::Quantities known = arguments.quantities("known");
  const std::string answer = arguments.text("answer");
  const answers::Quantities quantities = arguments.quantities("quantities");
  const answers::Tolerance tolerance{arguments.number("relative"), arguments.number("absolute")};
  arguments.finish();
  const answers::Value truth = answers::evaluate(answers::parse(answer), quantities);
  const answers::Judgement judgement = answers::judge(text, known, truth, tolerance);
  val result = val::object();
  result.set("verdict", std::string(answers::verdict_name(judgement.verdict)));
  result.set("message", judgement.message);
  result.set("range", range_out(judgement.range));
  result.set("tree", judgement.tree ? tree_out(*judgement.tree) : val::null());
  result.set("value", judgement.value.values.empty() ? val::null() : copy_out(judgement.value));
  val is_right = val::array();
  for (const bool each : judgement.is_right) is_right.call<void>("push", each);
  result.set("is_right", is_right);
  return result;
}

val failure(const char* code, const char* message) {
  val result = val::object();
  result.set("ok", false);
  result.set("code", std::string(code));
  result.set("message", std::string(message));
  return result;
}

/// The one way in: reads the arguments, runs the binding, and turns what it throws into a value.
template <val (*binding)(Arguments&)>
val call(const val& object) {
  try {
    Arguments arguments(object);
    val result = val::object();
    result.set("value", binding(arguments));
    result.set("ok", true);
    return result;
  } catch (const answers::ReadError& error) {
    val result = failure("unreadable", error.what());
    result.set("range", range_out(error.range));
    return result;
  } catch (const std::invalid_argument& error) {
    return failure("invalid_argument", error.what());
  } catch (const std::exception& error) {
    return failure("internal", error.what());
  }
}

}  // namespace

EMSCRIPTEN_BINDINGS(core) {
  emscripten::function("forward_train", &call<forward_train>);
  emscripten::function("forward_inference", &call<forward_inference>);
  emscripten::function("backward_train", &call<backward_train>);
  emscripten::function("backward_frozen", &call<backward_frozen>);
  emscripten::function("central_difference_gradient", &call<central_difference_gradient>);
  emscripten::function("update_running_statistics", &call<update_running_statistics>);
  emscripten::function("normal_batches", &call<normal_batches>);
  emscripten::function("evaluate", &call<evaluate>);
  emscripten::function("judge", &call<judge>);
}
