// The table of what JavaScript may call. No arithmetic here: each binding reads its arguments, calls the
// library and copies the result out. Nothing unwinds into JavaScript, which would leak a stack frame of this
// module each time: every binding returns {ok: true, value} or {ok: false, code, message}.

#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <algorithm>
#include <cmath>
#include <new>
#include <string>
#include <variant>
#include <vector>

#include "answers/judge.h"
#include "batchnorm/folding.h"
#include "batchnorm/gradient_check.h"
#include "batchnorm/running_statistics.h"
#include "lab/random.h"

using batchnorm::Affine;
using batchnorm::Batch;
using batchnorm::Channels;
using batchnorm::Layout;
using batchnorm::refuse;
using emscripten::val;

namespace {

std::string type_of(const val& value) {
  return value.isNull() ? "null" : value.typeOf().as<std::string>();
}

template <typename Scalar>
using Numbers = Eigen::Array<Scalar, Eigen::Dynamic, 1>;

/// The values of a tensor, in the type they came in.
using Data = std::variant<Numbers<double>, Numbers<float>>;

bool is_list_of(const char* type, const val& value) {
  return type_of(value) == "object" && value.instanceof (val::global(type));
}

/// What was given, in the words of a refusal.
std::string described(const val& value) {
  for (const char* type : {"Float64Array", "Float32Array", "Array"}) {
    if (is_list_of(type, value)) return type;
  }
  return type_of(value);
}

template <typename Scalar>
Numbers<Scalar> copy_in(const val& value) {
  Numbers<Scalar> numbers(value["length"].as<Eigen::Index>());
  val view(emscripten::typed_memory_view(static_cast<std::size_t>(numbers.size()), numbers.data()));
  view.call<void>("set", value);
  return numbers;
}

/// The named arguments of one call. Each is refused by its name where it is missing or of the wrong type.
class Arguments {
 public:
  explicit Arguments(const val& object) : object_(object) {
    if (type_of(object) != "object") refuse("arguments", "an object with named arguments", type_of(object));
  }

  /// Whether an argument that may be left out is there.
  bool has(const char* name) { return !take(name).isUndefined(); }

  Data data(const char* name) {
    const val value = take(name);
    if (is_list_of("Float32Array", value)) return copy_in<float>(value);
    if (!is_list_of("Float64Array", value))
      refuse(name, "a Float64Array or a Float32Array", described(value));
    return copy_in<double>(value);
  }
  Channels numbers(const char* name) {
    return std::visit(
        [](const auto& values) -> Channels { return values.template cast<double>().transpose(); },
        data(name));
  }
  /// A value for each channel. An empty list is no list: the core would take it for one that was left out.
  Channels per_channel(const char* name) {
    const Channels values = numbers(name);
    if (values.size() == 0) refuse(name, "at least 1 value (one a channel)", "none");
    return values;
  }
  Channels per_channel_or_none(const char* name) { return has(name) ? per_channel(name) : Channels(); }
  /// The values of a second tensor, which must be of the first one's type.
  template <typename Scalar>
  Numbers<Scalar> data_like(const char* name, const Numbers<Scalar>&) {
    const bool is_float = std::is_same_v<Scalar, float>;
    const val value = take(name);
    const char* type = is_float ? "Float32Array" : "Float64Array";
    if (!is_list_of(type, value)) refuse(name, std::string("a ") + type + ", as x is", described(value));
    return copy_in<Scalar>(value);
  }

  /// A flat list of m * C numbers, examples one after the other.
  Batch batch(const char* name, Eigen::Index channels) {
    const Channels flat = numbers(name);
    require_multiple(name, flat.size(), channels);
    return Eigen::Map<const Batch>(flat.data(), flat.size() / channels, channels);
  }

  std::vector<Eigen::Index> shape() {
    std::vector<Eigen::Index> dimensions;
    for (const double dimension : numbers("shape")) dimensions.push_back(as_integer("shape", dimension, 1e9));
    return dimensions;
  }

  /// Where the channels of `size` values lie: as `shape` and `channel_axis` say, and (m, C) without a shape,
  /// with as many channels as the first of `lists` that is there has values.
  Layout layout(const char* name, Eigen::Index size, std::initializer_list<const char*> lists) {
    // Both axes are the same one in (m, C).
    const batchnorm::ChannelAxis axis = channel_axis();
    if (has("shape")) return batchnorm::layout_of(shape(), axis);
    for (const char* list : lists) {
      if (!has(list)) continue;
      const Eigen::Index channels = per_channel(list).size();
      require_multiple(name, size, channels);
      if (size == 0) refuse(name, "at least 1 example", "an empty batch");
      return {size / channels, channels, 1};
    }
    refuse("shape", "the dimensions of " + std::string(name) + ", as nothing else tells its channels",
           "undefined");
  }

  batchnorm::ChannelAxis channel_axis() {
    const std::string axis = has("channel_axis") ? text("channel_axis") : "first";
    if (axis != "first" && axis != "last") refuse("channel_axis", "\"first\" or \"last\"", axis);
    return axis == "first" ? batchnorm::ChannelAxis::first : batchnorm::ChannelAxis::last;
  }

  Affine affine() { return {per_channel_or_none("gamma"), per_channel_or_none("beta")}; }

  double number(const char* name) {
    const val value = take(name);
    if (!value.isNumber()) refuse(name, "a number", type_of(value));
    const double number = value.as<double>();
    if (!std::isfinite(number)) refuse(name, "a finite number", number);
    return number;
  }

  Eigen::Index count(const char* name) { return as_integer(name, number(name), 1e9); }

  Eigen::Array<int, 1, Eigen::Dynamic> exponents(const char* name) {
    return numbers(name).unaryExpr([name](double value) { return as_integer(name, value, 1e4); }).cast<int>();
  }

  std::string text(const char* name) {
    const val value = take(name);
    if (!value.isString()) refuse(name, "a text", type_of(value));
    return value.as<std::string>();
  }

  Arguments object(const char* name) {
    const val value = take(name);
    if (type_of(value) != "object") refuse(name, "an object with named values", type_of(value));
    return Arguments(value);
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
  static Eigen::Index as_integer(const char* name, double value, double limit) {
    if (!(value == std::floor(value) && std::abs(value) <= limit)) {
      const std::string most = batchnorm::in_words(limit);
      refuse(name, "an integer from -" + most + " to " + most, value);
    }
    return static_cast<Eigen::Index>(value);
  }

  static void require_multiple(const char* name, Eigen::Index size, Eigen::Index channels) {
    if (size % channels != 0)
      refuse(name, "a multiple of " + std::to_string(channels) + " values (the channels)", size);
  }

  val take(const char* name) {
    if (std::find(read_.begin(), read_.end(), name) == read_.end()) read_.push_back(name);
    return object_[name];
  }

  std::vector<std::string> keys() const {
    return emscripten::vecFromJSArray<std::string>(val::global("Object").call<val>("keys", object_));
  }

  val object_;
  std::vector<std::string> read_;
};

/// A fresh Float64Array with a copy of the numbers: no view into this module's memory gets out.
template <typename Scalar>
val copy_out(const Scalar* data, std::size_t size) {
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

val gradients_out(const val& dx, const batchnorm::ParameterGradients& gradients) {
  val result = val::object();
  result.set("dx", dx);
  result.set("dgamma", copy_out(gradients.dgamma));
  result.set("dbeta", copy_out(gradients.dbeta));
  return result;
}

val statistics_out(const batchnorm::BatchStatistics& statistics) {
  val result = val::object();
  result.set("batch_mean", copy_out(statistics.batch_mean));
  result.set("batch_var", copy_out(statistics.batch_var));
  result.set("saved_invstd", copy_out(statistics.saved_invstd));
  return result;
}

Eigen::Index size_of(const Data& data) {
  return std::visit([](const auto& values) { return values.size(); }, data);
}

/// What the operator's functions share: data of either type, where its channels lie, its parameters.
struct Input {
  Data x;
  Layout layout;
  Affine affine;
  double eps;

  explicit Input(Arguments& arguments, std::initializer_list<const char*> lists = {"gamma", "beta"})
      : x(arguments.data("x")),
        layout(arguments.layout("x", size_of(x), lists)),
        affine(arguments.affine()),
        eps(arguments.number("eps")) {}
};

// The copies that came in are this module's own: results are written over them.

val forward_train(Arguments& arguments) {
  Input input(arguments);
  arguments.finish();
  return std::visit(
      [&](auto& x) {
        val result = statistics_out(
            batchnorm::forward_train(input.layout, std::as_const(x), input.affine, input.eps, x));
        result.set("y", copy_out(x));
        return result;
      },
      input.x);
}

val backward_train(Arguments& arguments) {
  const Input input(arguments);
  return std::visit(
      [&](const auto& x) {
        auto dy = arguments.data_like("dy", x);
        arguments.finish();
        const auto statistics = batchnorm::batch_statistics(batchnorm::moments(input.layout, x), input.eps);
        const auto gradients =
            batchnorm::backward_train(input.layout, dy, x, statistics, input.affine.gamma, dy);
        return gradients_out(copy_out(dy), gradients);
      },
      input.x);
}

val forward_inference(Arguments& arguments) {
  Input input(arguments, {"gamma", "beta", "running_mean"});
  const Channels running_mean = arguments.numbers("running_mean"),
                 running_var = arguments.numbers("running_var");
  arguments.finish();
  return std::visit(
      [&](auto& x) {
        batchnorm::forward_inference(input.layout, std::as_const(x), input.affine, running_mean, running_var,
                                     input.eps, x);
        val result = val::object();
        result.set("y", copy_out(x));
        return result;
      },
      input.x);
}

val backward_frozen(Arguments& arguments) {
  const Input input(arguments, {"gamma", "beta", "running_mean"});
  const Channels running_mean = arguments.numbers("running_mean"),
                 running_var = arguments.numbers("running_var");
  return std::visit(
      [&](const auto& x) {
        auto dy = arguments.data_like("dy", x);
        arguments.finish();
        const auto gradients = batchnorm::backward_frozen(input.layout, dy, x, input.affine.gamma,
                                                          running_mean, running_var, input.eps, dy);
        return gradients_out(copy_out(dy), gradients);
      },
      input.x);
}

/// One (m, C) batch of doubles, for the functions that show what happens on the way.
struct LessonInput {
  Channels gamma, beta;
  Batch x;
  double eps;

  explicit LessonInput(Arguments& arguments)
      : gamma(arguments.per_channel("gamma")),
        beta(arguments.per_channel("beta")),
        x(arguments.batch("x", gamma.size())),
        eps(arguments.number("eps")) {}
};

val forward_trace(Arguments& arguments) {
  const LessonInput input(arguments);
  arguments.finish();
  const auto forward = batchnorm::forward_train(input.x, input.gamma, input.beta, input.eps);
  val result = statistics_out(forward);
  result.set("y", copy_out(forward.y));
  result.set("x_hat", copy_out(forward.x_hat));
  return result;
}

val backward_trace(Arguments& arguments) {
  const LessonInput input(arguments);
  const Batch dy = arguments.batch("dy", input.gamma.size());
  arguments.finish();
  const auto forward = batchnorm::forward_train(input.x, input.gamma, input.beta, input.eps);
  const auto trace = batchnorm::backward_trace(dy, forward, input.gamma);
  val result = gradients_out(copy_out(trace.dx), trace);
  result.set("dx_hat", copy_out(trace.dx_hat));
  result.set("dvar", copy_out(trace.dvar));
  result.set("dmean", copy_out(trace.dmean));
  result.set("dx_direct", copy_out(trace.dx_direct));
  result.set("dx_through_var", copy_out(trace.dx_through_var));
  result.set("dx_through_mean", copy_out(trace.dx_through_mean));
  return result;
}

val central_difference_gradient(Arguments& arguments) {
  const LessonInput input(arguments);
  const Batch dy = arguments.batch("dy", input.gamma.size());
  const double step = arguments.number("step");
  arguments.finish();
  const auto gradients =
      batchnorm::central_difference_gradient(input.x, input.gamma, input.beta, input.eps, dy, step);
  return gradients_out(copy_out(gradients.dx), gradients);
}

val jacobian(Arguments& arguments) {
  const Channels x = arguments.numbers("x");
  const double gamma = arguments.has("gamma") ? arguments.number("gamma") : 1;
  const double eps = arguments.number("eps");
  arguments.finish();
  return copy_out(batchnorm::jacobian(x, gamma, eps));
}

val fold_into_weight(Arguments& arguments) {
  const Channels weight = arguments.numbers("weight");
  const std::vector<Eigen::Index> shape = arguments.shape();
  const batchnorm::ChannelAxis axis = arguments.channel_axis();
  const Channels bias = arguments.per_channel_or_none("bias");
  const Affine affine = arguments.affine();
  const Channels running_mean = arguments.numbers("running_mean"),
                 running_var = arguments.numbers("running_var");
  const double eps = arguments.number("eps");
  arguments.finish();
  const Layout whole = batchnorm::layout_of(shape, axis);
  // A weight has no examples before its outputs: the first axis is theirs.
  const Layout layout =
      axis == batchnorm::ChannelAxis::last ? whole : Layout{1, shape.front(), whole.size() / shape.front()};
  const auto folded = batchnorm::fold(layout, weight, bias, affine, running_mean, running_var, eps);
  val result = val::object();
  result.set("weight", copy_out(folded.weight));
  result.set("bias", copy_out(folded.bias));
  return result;
}

val moments_out(const batchnorm::Moments& moments) {
  val result = val::object();
  result.set("count", static_cast<double>(moments.count));
  result.set("mean", copy_out(moments.mean));
  result.set("mean_residual", copy_out(moments.mean_residual));
  result.set("m2", copy_out(moments.m2));
  result.set("exponent", copy_out(Channels(moments.exponent.cast<double>())));
  return result;
}

batchnorm::Moments moments_in(Arguments arguments) {
  batchnorm::Moments moments{arguments.count("count"), arguments.numbers("mean"),
                             arguments.numbers("mean_residual"), arguments.numbers("m2"),
                             arguments.exponents("exponent")};
  arguments.finish();
  return moments;
}

val moments(Arguments& arguments) {
  const Data data = arguments.data("x");
  const Layout layout = arguments.layout("x", size_of(data), {"gamma"});
  batchnorm::require_channels_or_none("gamma", arguments.per_channel_or_none("gamma"), layout.channels);
  arguments.finish();
  return std::visit([&](const auto& x) { return moments_out(batchnorm::moments(layout, x)); }, data);
}

val merge_moments(Arguments& arguments) {
  const batchnorm::Moments a = moments_in(arguments.object("a")), b = moments_in(arguments.object("b"));
  arguments.finish();
  return moments_out(batchnorm::merge(a, b));
}

val statistics_from_moments(Arguments& arguments) {
  const batchnorm::Moments moments = moments_in(arguments.object("moments"));
  const double eps = arguments.number("eps");
  arguments.finish();
  return statistics_out(batchnorm::batch_statistics(moments, eps));
}

val update_running_statistics(Arguments& arguments) {
  const batchnorm::RunningStatistics before{arguments.numbers("running_mean"),
                                            arguments.numbers("running_var")};
  const Channels batch_mean = arguments.numbers("batch_mean");
  const Channels batch_var = arguments.numbers("batch_var");
  const Eigen::Index m = arguments.count("m");
  const std::string convention = arguments.text("convention");
  const std::string estimator = arguments.text("estimator");
  if (convention != "decay" && convention != "torch" && convention != "cumulative")
    refuse("convention", "\"decay\", \"torch\" or \"cumulative\"", convention);
  if (estimator != "biased" && estimator != "unbiased")
    refuse("estimator", "\"biased\" or \"unbiased\"", estimator);
  const auto momentum = [&] {
    if (convention == "cumulative") return batchnorm::Momentum::cumulative(arguments.count("step"));
    const double weight = arguments.number("momentum");
    return convention == "decay" ? batchnorm::Momentum::decay(weight) : batchnorm::Momentum::torch(weight);
  }();
  arguments.finish();
  const auto after = batchnorm::update_running_statistics(
      before, batch_mean, batch_var, m, momentum,
      estimator == "biased" ? batchnorm::VarianceEstimator::biased : batchnorm::VarianceEstimator::unbiased);
  val result = val::object();
  result.set("running_mean", copy_out(after.running_mean));
  result.set("running_var", copy_out(after.running_var));
  return result;
}

val torch_from_decay(Arguments& arguments) {
  const double momentum = arguments.number("momentum");
  arguments.finish();
  return val(batchnorm::torch_from_decay(momentum));
}

val decay_from_torch(Arguments& arguments) {
  const double momentum = arguments.number("momentum");
  arguments.finish();
  return val(batchnorm::decay_from_torch(momentum));
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
  } catch (const std::bad_alloc&) {
    return failure("internal", "memory: expected room for the arguments and the result, got too little");
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
  emscripten::function("forward_trace", &call<forward_trace>);
  emscripten::function("backward_trace", &call<backward_trace>);
  emscripten::function("central_difference_gradient", &call<central_difference_gradient>);
  emscripten::function("jacobian", &call<jacobian>);
  emscripten::function("update_running_statistics", &call<update_running_statistics>);
  emscripten::function("torch_from_decay", &call<torch_from_decay>);
  emscripten::function("decay_from_torch", &call<decay_from_torch>);
  emscripten::function("fold_into_weight", &call<fold_into_weight>);
  emscripten::function("moments", &call<moments>);
  emscripten::function("merge_moments", &call<merge_moments>);
  emscripten::function("statistics_from_moments", &call<statistics_from_moments>);
  emscripten::function("normal_batches", &call<normal_batches>);
  emscripten::function("evaluate", &call<evaluate>);
  emscripten::function("judge", &call<judge>);
}
