#pragma once
// Values of the array language out of tests/reference/numpy/values.json.

#include <fstream>
#include <nlohmann/json.hpp>

#include "programs/interpreter.h"

namespace programs {

using Json = nlohmann::json;

inline Json read_json(const std::string& file) {
  std::ifstream stream(file);
  return Json::parse(stream);
}

inline Type type_named(const std::string& name) {
  for (const Type type : {Type::boolean, Type::int64, Type::float32}) {
    if (name == name_of(type)) return type;
  }
  return Type::float64;
}

/// Numbers; NaN and infinities are texts, as Python spells them.
inline std::vector<double> numbers_of(const Json& values) {
  std::vector<double> numbers;
  for (const Json& each : values)
    numbers.push_back(each.is_string() ? std::strtod(each.get<std::string>().c_str(), nullptr)
                                       : each.get<double>());
  return numbers;
}

inline Array array_of(const Json& value) {
  return make_array(value["shape"].get<Shape>(), type_named(value["type"]), numbers_of(value["values"]));
}

inline Names names_of(const Json& inputs) {
  Names names;
  for (const auto& [name, value] : inputs.items()) {
    Array array = array_of(value);
    array.is_python = array.axes() == 0;
    names[name] = {array};
  }
  return names;
}

}  // namespace programs
