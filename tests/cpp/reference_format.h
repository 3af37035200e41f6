#pragma once
// Reads the format of tests/reference/README.md. Each function returns what a case states or throws
// Malformed, which says where the case is not as expected, what was expected and what stands there.

#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "batchnorm/layout.h"

namespace reference {

using batchnorm::ChannelAxis;
using batchnorm::Channels;
using batchnorm::Layout;
using Eigen::Index;
using Json = nlohmann::json;
using Numbers = std::vector<double>;

struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// got: nullptr where nothing stands.
[[noreturn]] inline void malformed(const std::string& where, const std::string& expected, const Json* got) {
  const std::string text = got ? got->dump() : "nothing";
  throw Malformed(where + ": expected " + expected + ", got " +
                  (text.size() > 60 ? text.substr(0, 60) + "..." : text));
}

/// The member of that name; nullptr where it is absent or null.
inline const Json* member(const Json& object, const std::string& name) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

inline const Json& object(const std::string& where, const Json* value) {
  if (!value || !value->is_object()) malformed(where, "an object", value);
  return *value;
}

/// The entry of `table` that a case names.
template <typename T>
T choice(const std::string& where, const Json* name, const std::map<std::string, T>& table) {
  if (name && name->is_string()) {
    const auto found = table.find(name->get<std::string>());
    if (found != table.end()) return found->second;
  }
  std::string names;
  for (const auto& entry : table) names += (names.empty() ? "" : ", ") + entry.first;
  malformed(where, "one of " + names, name);
}

inline double number(const std::string& where, const Json* value) {
  const double infinity = std::numeric_limits<double>::infinity();
  if (value && value->is_number()) return value->get<double>();
  if (value && *value == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (value && *value == "Infinity") return infinity;
  if (value && *value == "-Infinity") return -infinity;
  malformed(where, "a number, \"NaN\", \"Infinity\" or \"-Infinity\"", value);
}

enum class Dtype { float64, float32 };

inline Dtype dtype_of(const Json& given) {
  return choice<Dtype>("dtype", member(given, "dtype"),
                       {{"float64", Dtype::float64}, {"float32", Dtype::float32}});
}

/// How the core is to compute with floats; a case may say it.
inline batchnorm::Accuracy accuracy_of(const Json& given) {
  const Json* accuracy = member(given, "accuracy");
  if (!accuracy) return batchnorm::Accuracy::exact;
  return choice<batchnorm::Accuracy>(
      "accuracy", accuracy, {{"fast", batchnorm::Accuracy::fast}, {"exact", batchnorm::Accuracy::exact}});
}

/// Float32 numbers stand in a file with 9 digits, so they are rounded to float32.
inline double rounded(double value, Dtype dtype) {
  return dtype == Dtype::float64 ? value : static_cast<double>(static_cast<float>(value));
}

inline Numbers numbers(const std::string& where, const Json* value, Dtype dtype, Index count) {
  const std::string expected = std::to_string(count) + " numbers";
  if (!value || !value->is_array()) malformed(where, "a list of " + expected, value);
  if (static_cast<Index>(value->size()) != count) {
    const Json size = value->size();
    malformed(where, expected, &size);
  }
  Numbers result;
  for (const Json& each : *value)
    result.push_back(rounded(number(where + "[" + std::to_string(result.size()) + "]", &each), dtype));
  return result;
}

inline Channels channels_of(const Numbers& values) {
  return Eigen::Map<const Channels>(values.data(), static_cast<Index>(values.size()));
}

/// Empty where the list is left out.
inline Channels channels_or_none(const std::string& where, const Json* value, Dtype dtype, Index count) {
  return value ? channels_of(numbers(where, value, dtype, count)) : Channels();
}

inline std::vector<Index> shape_of(const std::string& where, const Json* value) {
  if (!value || !value->is_array() || value->size() < 2)
    malformed(where, "a list of 2 or more numbers", value);
  std::vector<Index> shape;
  for (const Json& each : *value) {
    if (!each.is_number_integer() || each.get<Index>() < 1) malformed(where, "whole numbers >= 1", value);
    shape.push_back(each.get<Index>());
  }
  return shape;
}

inline Layout layout_of(const Json& given, const Json* shape) {
  const Json* name = member(given, "layout");
  const ChannelAxis first = ChannelAxis::first, last = ChannelAxis::last;
  const ChannelAxis axis = choice<ChannelAxis>("layout", name,
                                               {{"NC", first},
                                                {"NCL", first},
                                                {"NCHW", first},
                                                {"NCDHW", first},
                                                {"NLC", last},
                                                {"NHWC", last},
                                                {"NDHWC", last},
                                                {"NC_last", last}});
  const std::vector<Index> sizes = shape_of("shape", shape);
  const std::string letters = name->get<std::string>();
  // NC_last is any number of dimensions; the other names have a letter for each.
  if (letters != "NC_last" && letters.size() != sizes.size())
    malformed("shape", std::to_string(letters.size()) + " dimensions, for the layout is " + letters, shape);
  return batchnorm::layout_of(sizes, axis);
}

inline Index channel_of(const Layout& layout, Index k) {
  return k / layout.inner % layout.channels;
}

/// The values that an x_rule and a dy_rule stand for: exact, in float32 too.
inline double x_by_rule(const Json& rule, Index i) {
  const auto read = [&](const char* name) {
    return number(std::string("x_rule.") + name, member(rule, name));
  };
  const auto hash = static_cast<std::uint32_t>(static_cast<std::uint64_t>(i) *
                                               static_cast<std::uint64_t>(read("multiplier")));
  const double bits = read("bits");
  return read("base") + std::floor(hash / std::exp2(32 - bits)) / std::exp2(bits);
}
inline double dy_by_rule(const Json& rule, Index i) {
  const double multiplier = number("dy_rule.multiplier", member(rule, "multiplier"));
  const auto hash = static_cast<std::uint64_t>(i) * static_cast<std::uint64_t>(multiplier) % 65536;
  return (static_cast<double>(hash) - 32768) / 16384;
}

}  // namespace reference
