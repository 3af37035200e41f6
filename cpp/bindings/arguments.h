#pragma once
// How a binding reads its arguments and hands out its result. Nothing unwinds into JavaScript, which would
// leak a stack frame of this module each time: every binding returns {ok: true, value} or {ok: false, code,
// message}.

#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <algorithm>
#include <cmath>
#include <new>
#include <string>
#include <variant>
#include <vector>

#include "answers/evaluate.h"
#include "batchnorm/trace.h"

namespace bindings {

using batchnorm::Affine;
using batchnorm::Batch;
using batchnorm::Channels;
using batchnorm::Layout;
using batchnorm::refuse;
using emscripten::val;

inline std::string type_of(const val& value) {
  return value.isNull() ? "null" : value.typeOf().as<std::string>();
}

template <typename Scalar>
using Numbers = Eigen::Array<Scalar, Eigen::Dynamic, 1>;

/// The values of a tensor, in the type they came in.
using Data = std::variant<Numbers<double>, Numbers<float>>;

inline bool is_list_of(const char* type, const val& value) {
  return type_of(value) == "object" && value.instanceof (val::global(type));
}

/// What was given, in the words of a refusal.
inline std::string described(const val& value) {
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
    for (const double dimension : numbers("shape"))
      dimensions.push_back(as_integer<Eigen::Index>("shape", dimension, 1e9));
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
      return {size / channels, channels, 1};
    }
    refuse("shape", "the dimensions of " + std::string(name) + ", as nothing else tells its channels",
           "undefined");
  }

  /// The layout of a weight, whose channels lie on the first axis, on the last, or on any by its number.
  Layout weight_layout() {
    const std::vector<Eigen::Index> dimensions = shape();
    if (has("channel_axis") && object_["channel_axis"].isNumber())
      return batchnorm::layout_of(dimensions, count("channel_axis"));
    // A weight has no examples before its outputs: the first axis is theirs.
    const bool last = channel_axis() == batchnorm::ChannelAxis::last;
    return batchnorm::layout_of(dimensions, last ? static_cast<Eigen::Index>(dimensions.size()) - 1 : 0);
  }

  batchnorm::Accuracy accuracy() {
    const std::string accuracy = has("accuracy") ? text("accuracy") : "fast";
    if (accuracy != "fast" && accuracy != "exact") refuse("accuracy", "\"fast\" or \"exact\"", accuracy);
    return accuracy == "fast" ? batchnorm::Accuracy::fast : batchnorm::Accuracy::exact;
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

  bool flag(const char* name) {
    const val value = take(name);
    if (type_of(value) != "boolean") refuse(name, "true or false", type_of(value));
    return value.as<bool>();
  }

  Eigen::Index count(const char* name) { return as_integer<Eigen::Index>(name, number(name), 1e9); }
  /// How many values a statistic was taken over, in all shards.
  batchnorm::Count large_count(const char* name) {
    return as_integer<batchnorm::Count>(name, number(name), static_cast<double>(batchnorm::most_values));
  }

  Eigen::Array<int, 1, Eigen::Dynamic> exponents(const char* name) {
    return numbers(name).unaryExpr([name](double value) { return as_integer<int>(name, value, 1e4); });
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

  /// An array of texts.
  std::vector<std::string> texts(const char* name) {
    std::vector<std::string> all;
    for (const val& each : elements(name)) {
      if (!each.isString()) refuse(name, "texts only", type_of(each));
      all.push_back(each.as<std::string>());
    }
    return all;
  }

  /// An array of objects with named values.
  std::vector<Arguments> objects(const char* name) {
    std::vector<Arguments> all;
    for (const val& each : elements(name)) {
      if (type_of(each) != "object") refuse(name, "objects with named values", type_of(each));
      all.emplace_back(each);
    }
    return all;
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

  std::vector<std::string> keys() const {
    return emscripten::vecFromJSArray<std::string>(val::global("Object").call<val>("keys", object_));
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
  std::vector<val> elements(const char* name) {
    const val value = take(name);
    if (!is_list_of("Array", value)) refuse(name, "an array", described(value));
    std::vector<val> all;
    const auto count = value["length"].as<std::size_t>();
    for (std::size_t k = 0; k < count; ++k) all.push_back(value[std::to_string(k).c_str()]);
    return all;
  }

  template <typename Integer>
  static Integer as_integer(const char* name, double value, double limit) {
    if (!(value == std::floor(value) && std::abs(value) <= limit)) {
      const std::string most = batchnorm::in_words(limit);
      refuse(name, "an integer from -" + most + " to " + most, value);
    }
    return static_cast<Integer>(value);
  }

  static void require_multiple(const char* name, Eigen::Index size, Eigen::Index channels) {
    if (size % channels != 0)
      refuse(name, "a multiple of " + std::to_string(channels) + " values (the channels)", size);
  }

  val take(const char* name) {
    if (std::find(read_.begin(), read_.end(), name) == read_.end()) read_.push_back(name);
    return object_[name];
  }

  val object_;
  std::vector<std::string> read_;
};

template <typename Choice>
struct Word {
  const char* word;
  Choice means;
};

/// What one of the words means.
template <typename Choice>
Choice choice(Arguments& arguments, const char* name, std::initializer_list<Word<Choice>> words) {
  const std::string given = arguments.text(name);
  std::string known;
  for (const Word<Choice>& each : words) {
    if (given == each.word) return each.means;
    known += (known.empty() ? "\"" : ", \"") + std::string(each.word) + "\"";
  }
  refuse(name, "one of " + known, given);
}

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
inline val copy_out(const answers::Value& value) {
  val result = val::object();
  std::vector<double> shown;
  for (std::size_t k = 0; k < value.values.size(); ++k) shown.push_back(value.without_rounding(k));
  result.set("values", copy_out(value.values.data(), value.values.size()));
  result.set("shown", copy_out(shown.data(), shown.size()));
  result.set("is_list", value.is_list);
  return result;
}

inline val range_out(const answers::Range& range) {
  val result = val::object();
  result.set("begin", static_cast<double>(range.begin));
  result.set("end", static_cast<double>(range.end));
  return result;
}

inline val tree_out(const answers::Node& node) {
  val result = val::object();
  result.set("kind", std::string(answers::kind_name(node.kind)));
  result.set("text", node.text);
  result.set("range", range_out(node.range));
  val children = val::array();
  for (const answers::Node& child : node.children) children.call<void>("push", tree_out(child));
  result.set("children", children);
  return result;
}

inline val failure(const char* code, const char* message) {
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

}  // namespace bindings
