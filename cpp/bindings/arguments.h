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
#include "bindings/message.h"

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
inline std::string described(const Given& value) {
  if (const auto doubles = value.list<double>()) return in_words(*doubles);
  if (const auto floats = value.list<float>()) return in_words(*floats);
  return value.is_array() ? "Array" : value.type();
}

/// The named arguments of one call. Each is refused by its name where it is missing or of the wrong type.
class Arguments {
 public:
  explicit Arguments(const Given& object, std::string_view function = "arguments") {
    if (!object.is_object()) refuse(function, "an object with named arguments", described(object));
    entries_.reserve(object.size());
    object.for_each_entry([this](std::string_view name, const Given& value) {
      entries_.push_back({name, value, false});
    });
    // Most functions read fewer; growing would take longer than reading a small call.
    read_.reserve(16);
  }

  /// Whether an argument that may be left out is there.
  bool has(std::string_view name) { return !take(name).is_undefined(); }

  Data data(std::string_view name) {
    const Given value = take(name);
    if (const auto floats = value.list<float>(); floats && floats->origin != Origin::place) return *floats;
    if (const auto doubles = value.list<double>(); doubles && doubles->origin != Origin::place)
      return *doubles;
    if (value.is_array()) {
      if (value.size() == 0) return List<double>(nullptr, 0, Origin::array);
      std::size_t place = 0;
      value.for_each_item([&](const Given& item) {
        if (!item.number())
          refuse(name, "numbers",
                 (item.is_array() ? "an array" : item.type()) + " at [" + std::to_string(place) + "]");
        ++place;
      });
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
    const Given value = take(name);
    if (const auto list = value.list<Scalar>(); list && list->origin != Origin::place) return *list;
    if (!value.is_array() && !is_plain_array(value))
      refuse(name, std::string("a ") + array_type<Scalar> + ", as x is", described(value));
    const List<double> array = std::get<List<double>>(data(name));
    const std::vector<Scalar> values(array.data, array.data + array.size);
    return List<Scalar>::copy_of(values.data(), values.size());
  }
  /// Where the result `name` goes: to what the caller gave for it, of the type and the size of x; or over
  /// `input`, where this call has it to itself; or to memory of its own.
  template <typename Scalar>
  List<Scalar> output(std::string_view name, const List<Scalar>& x, const List<Scalar>& input) {
    const Given value = take(name);
    if (!value.is_undefined()) {
      const auto given = value.list<Scalar>();
      if (!given || is_plain_array(value) || given->size != x.size)
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
    if (take("channel_axis").number()) return batchnorm::layout_of(dimensions, count("channel_axis"));
    // A weight has no examples before its outputs: the first axis is theirs.
    const bool last = channel_axis() == batchnorm::ChannelAxis::last;
    return batchnorm::layout_of(dimensions, last ? static_cast<Eigen::Index>(dimensions.size()) - 1 : 0);
  }

  batchnorm::Accuracy accuracy() {
    const std::string_view accuracy = has("accuracy") ? characters("accuracy") : "fast";
    if (accuracy != "fast" && accuracy != "exact")
      refuse("accuracy", "\"fast\" or \"exact\"", std::string(accuracy));
    return accuracy == "fast" ? batchnorm::Accuracy::fast : batchnorm::Accuracy::exact;
  }

  batchnorm::ChannelAxis channel_axis() {
    const std::string_view axis = has("channel_axis") ? characters("channel_axis") : "first";
    if (axis != "first" && axis != "last") refuse("channel_axis", "\"first\" or \"last\"", std::string(axis));
    return axis == "first" ? batchnorm::ChannelAxis::first : batchnorm::ChannelAxis::last;
  }

  Affine affine() { return {per_channel_or_none("gamma"), per_channel_or_none("beta")}; }

  double number(std::string_view name) {
    const Given value = take(name);
    const auto number = value.number();
    if (!number) refuse(name, "a number", value.type());
    if (!std::isfinite(*number)) refuse(name, "a finite number", *number);
    return *number;
  }

  bool flag(std::string_view name) {
    const Given value = take(name);
    const auto flag = value.flag();
    if (!flag) refuse(name, "true or false", value.type());
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

  std::string text(std::string_view name) { return std::string(characters(name)); }

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
    const Given value = take(name);
    if (!value.is_object()) refuse(name, "an object with named values", described(value));
    return Arguments(value);
  }

  /// An array of texts.
  std::vector<std::string> texts(std::string_view name) {
    std::vector<std::string> all;
    for_each_of(name, [&](const Given& each) {
      const auto text = each.text();
      if (!text) refuse(name, "texts only", each.type());
      all.emplace_back(*text);
    });
    return all;
  }

  /// An array of objects with named values.
  std::vector<Arguments> objects(std::string_view name) {
    std::vector<Arguments> all;
    for_each_of(name, [&](const Given& each) {
      if (!each.is_object()) refuse(name, "objects with named values", described(each));
      all.emplace_back(each);
    });
    return all;
  }

  /// An object of quantities: numbers, lists, or {values, scale} (see answers::Value) with one scale for all
  /// values.
  answers::Quantities quantities(std::string_view name) {
    const Given value = take(name);
    if (!value.is_object()) refuse(name, "an object of quantities", described(value));
    Arguments entries(value);
    answers::Quantities quantities;
    for (const std::string& key : entries.names()) quantities[key] = entries.quantity(key);
    return quantities;
  }

  answers::Value quantity(std::string_view name) {
    const Given given = take(name);
    if (given.number()) return {{number(name)}, false};
    const bool is_scaled = given.is_object();
    if (!is_scaled && !given.list<double>())
      refuse(name, "a number, a Float64Array or {values, scale}", described(given));
    if (!is_scaled) return {values_of(name), true};
    Arguments entries(given);
    const bool is_list = !entries.take("values").number();
    answers::Value value{is_list ? entries.values_of("values") : std::vector{entries.number("values")},
                         is_list};
    value.scales.assign(value.values.size(), entries.number("scale"));
    entries.finish();
    return value;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const Argument& each : entries_) all.emplace_back(each.name);
    return all;
  }

  /// Refuses what was given besides the arguments read so far: most likely a misspelt one.
  void finish() const {
    for (const Argument& each : entries_) {
      if (each.is_read) continue;
      std::string known;
      for (auto name = read_.begin(); name != read_.end(); ++name) {
        if (std::find(read_.begin(), name, *name) != name) continue;
        known += (known.empty() ? "" : ", ") + std::string(*name);
      }
      refuse(each.name, "one of the arguments " + known, "an unknown name");
    }
  }

 private:
  std::string_view characters(std::string_view name) {
    const Given value = take(name);
    const auto text = value.text();
    if (!text) refuse(name, "a text", value.type());
    return *text;
  }

  template <typename Visit>
  void for_each_of(std::string_view name, Visit visit) {
    const Given value = take(name);
    if (is_plain_array(value)) refuse(name, "texts or objects", "numbers");
    if (!value.is_array()) refuse(name, "an array", described(value));
    value.for_each_item(visit);
  }

  static bool is_plain_array(const Given& value) {
    const auto list = value.list<double>();
    return list && list->origin == Origin::array;
  }

  std::vector<double> values_of(std::string_view name) {
    const Channels values = numbers(name);
    if (values.size() == 0) refuse(name, "at least 1 value", "an empty list");
    return {values.begin(), values.end()};
  }

  static std::string size_in_words(const Given& value) {
    if (const auto doubles = value.list<double>())
      return in_words(*doubles) + " of " + batchnorm::in_words(doubles->size);
    if (const auto floats = value.list<float>())
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

  /// undefined where there is none of that name
  Given take(std::string_view name) {
    read_.push_back(name);
    for (Argument& each : entries_) {
      if (each.name != name) continue;
      each.is_read = true;
      return each.value;
    }
    return {};
  }

  struct Argument {
    std::string_view name;
    Given value;
    bool is_read;
  };
  std::vector<Argument> entries_;
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
inline Outcome outcome_of(const Entry& entry, const Given& object) {
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
