#pragma once
// How a binding reads its arguments and hands out its result. Nothing unwinds into JavaScript, which would
// leak a stack frame of this module each time.

#include <algorithm>
#include <cmath>
#include <new>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "answers/evaluate.h"
#include "batchnorm/trace.h"
#include "bindings/js_value.h"

namespace bindings {

using batchnorm::Affine;
using batchnorm::Batch;
using batchnorm::Channels;
using batchnorm::Layout;
using batchnorm::refuse;

/// A tensor that came in, in the type it came in.
using Data = std::variant<List<double>, List<float>>;

template <typename Scalar>
constexpr const char* array_type = std::is_same_v<Scalar, float> ? "Float32Array" : "Float64Array";

template <typename Scalar>
std::string in_words(const List<Scalar>& list) {
  if (list.origin == Origin::array) return "Array";
  return (list.origin == Origin::tensor ? "a tensor of a " : "") + std::string(array_type<Scalar>);
}

/// What was given, in the words of a refusal.
inline std::string described(const JsValue& value) {
  if (const auto* doubles = value.as<List<double>>()) return in_words(*doubles);
  if (const auto* floats = value.as<List<float>>()) return in_words(*floats);
  return value.as<JsValue::Array>() != nullptr ? "Array" : value.type();
}

/// The named arguments of one call. Each is refused by its name where it is missing or of the wrong type.
class Arguments {
 public:
  explicit Arguments(const JsValue& object, std::string_view function = "arguments") : object_(object) {
    if (object.as<JsValue::Object>() == nullptr)
      refuse(function, "an object with named arguments", described(object));
    read_.reserve(16);  // most functions have fewer; growing would take longer than reading a small call
  }

  /// Whether an argument that may be left out is there.
  bool has(std::string_view name) { return !take(name).is_undefined(); }

  Data data(std::string_view name) {
    const JsValue& value = take(name);
    if (const auto* floats = value.as<List<float>>(); floats != nullptr && floats->origin != Origin::place)
      return *floats;
    if (const auto* doubles = value.as<List<double>>();
        doubles != nullptr && doubles->origin != Origin::place)
      return *doubles;
    if (const auto* items = value.as<JsValue::Array>()) {
      if (items->empty()) return List<double>(nullptr, 0, Origin::array);
      for (std::size_t k = 0; k < items->size(); ++k) {
        if ((*items)[k].as<double>() != nullptr) continue;
        const bool is_array = (*items)[k].as<JsValue::Array>() != nullptr;
        refuse(name, "numbers",
               (is_array ? "an array" : (*items)[k].type()) + " at [" + std::to_string(k) + "]");
      }
    }
    refuse(name, "a Float64Array or a Float32Array", described(value));
  }
  Channels numbers(std::string_view name) {
    return std::visit(
        [](const auto& list) -> Channels {
          Channels channels(static_cast<Eigen::Index>(list.size));
          std::copy(list.data, list.data + list.size, channels.data());
          return channels;
        },
        data(name));
  }
  /// A value for each channel. An empty list is no list: the core would take it for one that was left out.
  Channels per_channel(std::string_view name) {
    const Channels values = numbers(name);
    if (values.size() == 0) refuse(name, "at least 1 value (one a channel)", "none");
    return values;
  }
  Channels per_channel_or_none(std::string_view name) { return has(name) ? per_channel(name) : Channels(); }
  /// The values of a second tensor, which must be of x's type; those of a plain array become so.
  template <typename Scalar>
  List<Scalar> data_like(std::string_view name, const List<Scalar>&) {
    const JsValue& value = take(name);
    if (const auto* list = value.as<List<Scalar>>(); list != nullptr && list->origin != Origin::place)
      return *list;
    if (value.as<JsValue::Array>() == nullptr && !is_plain_array(value))
      refuse(name, std::string("a ") + array_type<Scalar> + ", as x is", described(value));
    const List<double> array = std::get<List<double>>(data(name));
    const std::vector<Scalar> values(array.data, array.data + array.size);
    return List<Scalar>::copy_of(values.data(), values.size());
  }
  /// Where the result `name` goes: to what the caller gave for it, of the type and the size of x; or over
  /// `input`, where this call has it to itself; or to memory of its own.
  template <typename Scalar>
  List<Scalar> output(std::string_view name, const List<Scalar>& x, const List<Scalar>& input) {
    const JsValue& value = take(name);
    if (!value.is_undefined()) {
      const auto* given = value.as<List<Scalar>>();
      if (given == nullptr || is_plain_array(value) || given->size != x.size)
        refuse(name,
               std::string("a ") + array_type<Scalar> + " of " + batchnorm::in_words(x.size) +
                   " values, as x is",
               size_in_words(value));
      if (given->origin == Origin::tensor) return *given;
    }
    return input.origin == Origin::tensor ? List<Scalar>::of_size(x.size) : input;
  }

  /// A flat list of m * C numbers, examples one after the other.
  Batch batch(std::string_view name, Eigen::Index channels) {
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
  Layout layout(std::string_view name, Eigen::Index size, std::initializer_list<std::string_view> lists) {
    // Both axes are the same one in (m, C).
    const batchnorm::ChannelAxis axis = channel_axis();
    if (has("shape")) return batchnorm::layout_of(shape(), axis);
    for (const std::string_view list : lists) {
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
    if (has("channel_axis") && object_["channel_axis"].as<double>() != nullptr)
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

  double number(std::string_view name) {
    const JsValue& value = take(name);
    const double* number = value.as<double>();
    if (number == nullptr) refuse(name, "a number", value.type());
    if (!std::isfinite(*number)) refuse(name, "a finite number", *number);
    return *number;
  }

  bool flag(std::string_view name) {
    const JsValue& value = take(name);
    const bool* flag = value.as<bool>();
    if (flag == nullptr) refuse(name, "true or false", value.type());
    return *flag;
  }

  Eigen::Index count(std::string_view name) { return as_integer<Eigen::Index>(name, number(name), 1e9); }
  /// How many values a statistic was taken over, in all shards.
  batchnorm::Count large_count(std::string_view name) {
    return as_integer<batchnorm::Count>(name, number(name), static_cast<double>(batchnorm::most_values));
  }

  Eigen::Array<int, 1, Eigen::Dynamic> exponents(std::string_view name) {
    return numbers(name).unaryExpr([name](double value) { return as_integer<int>(name, value, 1e4); });
  }

  std::string text(std::string_view name) {
    const JsValue& value = take(name);
    const std::string* text = value.as<std::string>();
    if (text == nullptr) refuse(name, "a text", value.type());
    return *text;
  }

  /// What one of the words means.
  template <typename Choice>
  Choice choice(std::string_view name, std::initializer_list<std::pair<const char*, Choice>> words) {
    const std::string given = text(name);
    std::string known;
    for (const auto& [word, means] : words) {
      if (given == word) return means;
      known += (known.empty() ? "\"" : ", \"") + std::string(word) + "\"";
    }
    refuse(name, "one of " + known, given);
  }

  Arguments object(std::string_view name) {
    const JsValue& value = take(name);
    if (value.as<JsValue::Object>() == nullptr) refuse(name, "an object with named values", described(value));
    return Arguments(value);
  }

  /// An array of texts.
  std::vector<std::string> texts(std::string_view name) {
    std::vector<std::string> all;
    for (const JsValue& each : elements(name)) {
      const std::string* text = each.as<std::string>();
      if (text == nullptr) refuse(name, "texts only", each.type());
      all.push_back(*text);
    }
    return all;
  }

  /// An array of objects with named values.
  std::vector<Arguments> objects(std::string_view name) {
    std::vector<Arguments> all;
    for (const JsValue& each : elements(name)) {
      if (each.as<JsValue::Object>() == nullptr) refuse(name, "objects with named values", described(each));
      all.emplace_back(each);
    }
    return all;
  }

  /// An object of quantities: numbers, lists, or {values, scale} (see answers::Value) with one scale for all
  /// values.
  answers::Quantities quantities(std::string_view name) {
    const JsValue& value = take(name);
    const auto* entries = value.as<JsValue::Object>();
    if (entries == nullptr) refuse(name, "an object of quantities", described(value));
    answers::Quantities quantities;
    for (const auto& [key, each] : *entries) quantities[key] = Arguments(value).quantity(key);
    return quantities;
  }

  answers::Value quantity(std::string_view name) {
    const JsValue& given = take(name);
    if (given.as<double>() != nullptr) return {{number(name)}, false};
    const bool is_scaled = given.as<JsValue::Object>() != nullptr;
    if (!is_scaled && given.as<List<double>>() == nullptr)
      refuse(name, "a number, a Float64Array or {values, scale}", described(given));
    if (!is_scaled) return {values_of(name), true};
    Arguments entries(given);
    const bool is_list = given["values"].as<double>() == nullptr;
    answers::Value value{is_list ? entries.values_of("values") : std::vector{entries.number("values")},
                         is_list};
    value.scales.assign(value.values.size(), entries.number("scale"));
    entries.finish();
    return value;
  }

  const JsValue::Object& entries() const { return *object_.as<JsValue::Object>(); }

  /// Refuses what was given besides the arguments read so far: most likely a misspelt one.
  void finish() const {
    for (const auto& [key, value] : entries()) {
      if (std::find(read_.begin(), read_.end(), key) != read_.end()) continue;
      std::string known;
      for (auto name = read_.begin(); name != read_.end(); ++name) {
        if (std::find(read_.begin(), name, *name) != name) continue;
        known += (known.empty() ? "" : ", ") + std::string(*name);
      }
      refuse(key, "one of the arguments " + known, "an unknown name");
    }
  }

 private:
  const JsValue::Array& elements(std::string_view name) {
    const JsValue& value = take(name);
    if (const auto* items = value.as<JsValue::Array>()) return *items;
    if (is_plain_array(value)) refuse(name, "texts or objects", "numbers");
    refuse(name, "an array", described(value));
  }

  static bool is_plain_array(const JsValue& value) {
    const auto* list = value.as<List<double>>();
    return list != nullptr && list->origin == Origin::array;
  }

  std::vector<double> values_of(std::string_view name) {
    const Channels values = numbers(name);
    if (values.size() == 0) refuse(name, "at least 1 value", "an empty list");
    return {values.begin(), values.end()};
  }

  static std::string size_in_words(const JsValue& value) {
    if (const auto* doubles = value.as<List<double>>())
      return in_words(*doubles) + " of " + batchnorm::in_words(doubles->size);
    if (const auto* floats = value.as<List<float>>())
      return in_words(*floats) + " of " + batchnorm::in_words(floats->size);
    return described(value);
  }

  template <typename Integer>
  static Integer as_integer(std::string_view name, double value, double limit) {
    if (!(value == std::floor(value) && std::abs(value) <= limit)) {
      const std::string most = batchnorm::in_words(limit);
      refuse(name, "an integer from -" + most + " to " + most, value);
    }
    return static_cast<Integer>(value);
  }

  static void require_multiple(std::string_view name, Eigen::Index size, Eigen::Index channels) {
    if (size % channels != 0)
      refuse(name, "a multiple of " + std::to_string(channels) + " values (the channels)", size);
  }

  const JsValue& take(std::string_view name) {
    read_.push_back(name);
    return object_[name];
  }

  const JsValue& object_;
  std::vector<std::string_view> read_;  ///< in their order, as often as they were read
};

/// A list that goes out.
template <typename Scalar>
JsValue copy_out(const Scalar* data, std::size_t size) {
  return List<Scalar>::copy_of(data, size);
}
template <typename Derived>
JsValue copy_out(const Eigen::PlainObjectBase<Derived>& numbers) {
  return copy_out(numbers.data(), static_cast<std::size_t>(numbers.size()));
}
/// One that is not needed any more: without a copy.
inline JsValue move_out(Channels&& numbers) {
  return List<double>::of(std::move(numbers));
}
/// {values, shown, is_list}: the values as computed, and as they may be shown, without rounding's remains of
/// 0.
inline JsValue copy_out(const answers::Value& value) {
  JsValue result = JsValue::object();
  std::vector<double> shown;
  for (std::size_t k = 0; k < value.values.size(); ++k) shown.push_back(value.without_rounding(k));
  result.set("values", copy_out(value.values.data(), value.values.size()));
  result.set("shown", copy_out(shown.data(), shown.size()));
  result.set("is_list", value.is_list);
  return result;
}

inline JsValue range_out(const answers::Range& range) {
  JsValue result = JsValue::object();
  result.set("begin", static_cast<double>(range.begin));
  result.set("end", static_cast<double>(range.end));
  return result;
}

inline JsValue tree_out(const answers::Node& node) {
  JsValue result = JsValue::object();
  result.set("kind", std::string(answers::kind_name(node.kind)));
  result.set("text", node.text);
  result.set("range", range_out(node.range));
  JsValue children = JsValue::array();
  for (const answers::Node& child : node.children) children.push(tree_out(child));
  result.set("children", children);
  return result;
}

inline JsValue failure(const char* code, const char* message) {
  JsValue result = JsValue::object();
  result.set("ok", false);
  result.set("code", std::string(code));
  result.set("message", std::string(message));
  return result;
}

struct Entry {
  const char* name;
  JsValue (*binding)(Arguments&);
};

/// What JavaScript may call of this module.
inline std::vector<Entry>& table() {
  static std::vector<Entry> all;
  return all;
}

/// `BINDING(name) { … }` defines a function that JavaScript may call by that name.
#define BINDING(name)                                                                          \
  static JsValue name(Arguments& arguments);                                                   \
  [[maybe_unused]] static const auto name##_entry = (table().push_back({#name, &name}), true); \
  static JsValue name(Arguments& arguments)

/// What came of a call: its value, or {ok: false, code, message}.
struct Outcome {
  bool is_right;
  JsValue value;
};

/// The one way in: reads the arguments, runs the binding, and turns what it throws into a value.
inline Outcome outcome_of(const Entry& entry, const JsValue& object) {
  try {
    Arguments arguments(object, entry.name);
    return {true, entry.binding(arguments)};
  } catch (const answers::ReadError& error) {
    JsValue refusal = failure("unreadable", error.what());
    refusal.set("range", range_out(error.range));
    return {false, refusal};
  } catch (const std::invalid_argument& error) {
    return {false, failure("invalid_argument", error.what())};
  } catch (const std::bad_alloc&) {
    return {false,
            failure("internal", "memory: expected room for the arguments and the result, got too little")};
  } catch (const std::exception& error) {
    return {false, failure("internal", error.what())};
  }
}

}  // namespace bindings
